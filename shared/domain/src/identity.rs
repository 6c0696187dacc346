//! Who is the same person as whom. The uploader's own `reference` decides if
//! there is one; otherwise number and name together, so that uploading a file
//! twice changes nothing and two people who share a phone are two residents.

use crate::ids::ResidentId;
use crate::phone::PhoneNumber;
use unicode_normalization::UnicodeNormalization;

/// Derives the id of the resident whom a row names.
#[must_use]
pub fn resident_id(
    reference: Option<&str>,
    number: PhoneNumber,
    first_name: &str,
    last_name: &str,
) -> ResidentId {
    match reference {
        Some(reference) => ResidentId::derive(&["reference", reference.trim()]),
        None => ResidentId::derive(&[
            "number and name",
            &number.e164(),
            &normalise_name(first_name),
            &normalise_name(last_name),
        ]),
    }
}

/// The form in which names are compared: compatibility-composed, lower case,
/// single spaces. Accents are kept: José and Jose may be two people.
#[must_use]
pub fn normalise_name(name: &str) -> String {
    if name.is_ascii() {
        // Most names, on the path that a million rows take.
        let mut out = String::with_capacity(name.len());
        for word in name.split_ascii_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        }
        return out;
    }
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::from_e164(text).unwrap()
    }

    #[test]
    fn the_same_person_written_differently_is_one_resident() {
        let one = resident_id(None, number("+447700900101"), "Ada", "Example");
        let two = resident_id(None, number("+447700900101"), " ADA ", "example");
        assert_eq!(one, two);
        let composed = resident_id(None, number("+447700900101"), "Jos\u{e9}", "N");
        let decomposed = resident_id(None, number("+447700900101"), "Jose\u{301}", "N");
        assert_eq!(composed, decomposed);
    }

    #[test]
    fn two_people_on_one_phone_are_two_residents() {
        let one = resident_id(None, number("+447700900101"), "Ada", "Example");
        let two = resident_id(None, number("+447700900101"), "Bob", "Example");
        assert_ne!(one, two);
    }

    #[test]
    fn a_reference_outlives_a_new_number_and_a_new_name() {
        let one = resident_id(Some("H-1"), number("+447700900101"), "Ada", "Example");
        let two = resident_id(Some(" H-1 "), number("+447700900102"), "Ada", "Married");
        assert_eq!(one, two);
    }

    #[test]
    fn names_do_not_slide_between_first_and_last() {
        let one = resident_id(None, number("+447700900101"), "Ann Marie", "Smith");
        let two = resident_id(None, number("+447700900101"), "Ann", "Marie Smith");
        assert_ne!(one, two);
    }
}
