//! How long a text takes to speak.

use jiff::SignedDuration;

/// Characters a text-to-speech voice speaks per second, about 170 English words a minute.
const CHARACTERS_PER_SECOND: f64 = 14.0;
/// What a reference such as `$.Attributes.firstName` is taken to be long when it is spoken.
const REFERENCE_CHARACTERS: usize = 8;

/// An estimate of the time `text` takes; markup is not spoken.
pub(super) fn lasts(text: &str, is_markup: bool) -> SignedDuration {
    let mut characters = 0;
    let mut inside_tag = false;
    for word in text.split(' ') {
        if word.starts_with("$.") {
            characters += REFERENCE_CHARACTERS + 1;
            continue;
        }
        for character in word.chars() {
            match character {
                '<' if is_markup => inside_tag = true,
                '>' if is_markup => inside_tag = false,
                _ if !inside_tag => characters += 1,
                _ => {}
            }
        }
        characters += usize::from(!inside_tag);
    }
    // A prompt has at most 6 000 characters, so nothing is lost in the conversions.
    #[expect(clippy::cast_precision_loss, reason = "a few thousand characters")]
    let seconds = characters as f64 / CHARACTERS_PER_SECOND;
    SignedDuration::from_secs_f64((seconds * 10.0).ceil() / 10.0)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::lasts;

    #[test]
    fn a_sentence_takes_its_length_and_markup_takes_nothing() {
        assert_eq!(lasts("If you are well, press 1.", false), SignedDuration::from_millis(1900));
        let marked = "<speak>If you are well, <break time=\"300ms\"/>press 1.</speak>";
        assert_eq!(lasts(marked, true), SignedDuration::from_millis(1900));
    }

    #[test]
    fn a_reference_is_spoken_as_a_short_word() {
        assert_eq!(
            lasts("Hello $.Attributes.aVeryLongAttributeNameIndeed there", false),
            lasts("Hello Margaret there", false)
        );
    }
}
