//! From the text of a cell to a plus sign and digits, or to the reason why it is not one number.
//!
//! Nothing is known here about any country. Every sign is either a digit that is kept, formatting that is
//! dropped, or a reason to refuse: no sign is skipped because it was not understood.

use super::{MAX_DIGITS, NumberProblem, Repair};

/// Room for the longest international number behind the longest exit prefix; a digit more is refused, not
/// dropped.
const ROOM: usize = MAX_DIGITS + 5;

/// From this many digits on, what stands before a separator is a number of its own.
const WHOLE_NUMBER: usize = 7;

/// A cell's digits.
#[derive(Clone, Copy, Default)]
pub(super) struct Cleaned {
    digits: [u8; ROOM],
    length: usize,
    plus: bool,
    repaired: Option<Repair>,
}

impl Cleaned {
    /// The ASCII digits, at least one.
    pub(super) fn digits(&self) -> &[u8] {
        &self.digits[..self.length]
    }

    /// Whether a plus sign stood in front.
    pub(super) fn plus(&self) -> bool {
        self.plus
    }

    /// What had to be put right so far.
    pub(super) fn repaired(&self) -> Option<Repair> {
        self.repaired
    }

    fn repair(&mut self, repair: Repair) {
        self.repaired = self.repaired.max(Some(repair));
    }

    fn push(&mut self, digit: u8) -> Result<(), NumberProblem> {
        let slot = self.digits.get_mut(self.length).ok_or(NumberProblem::TooLong)?;
        *slot = digit;
        self.length += 1;
        Ok(())
    }
}

/// Takes the digits out of `raw`.
pub(super) fn clean(raw: &str) -> Result<Cleaned, NumberProblem> {
    let mut cleaned = Cleaned::default();
    let text = strip_wrapping(raw, &mut cleaned);
    if text.is_empty() {
        return Err(NumberProblem::Missing);
    }
    for (at, sign) in text.char_indices() {
        match sign {
            '0'..='9' => cleaned.push(sign as u8)?,
            ' ' | '-' | '.' if cleaned.length > 0 || cleaned.plus => {}
            '(' | ')' | '[' | ']' => {}
            '+' | '\u{FF0B}' if cleaned.length == 0 && !cleaned.plus => {
                cleaned.plus = true;
                if sign != '+' {
                    cleaned.repair(Repair::Characters);
                }
            }
            // A slash after an area code is how some countries write; after a whole number it starts another
            // one.
            '/' if (1..WHOLE_NUMBER).contains(&cleaned.length) => {}
            _ => match unusual(sign) {
                Some(Unusual::Digit(digit)) => {
                    cleaned.push(digit)?;
                    cleaned.repair(Repair::Characters);
                }
                Some(Unusual::Formatting) => cleaned.repair(Repair::Characters),
                None => return Err(refuse(text, at, cleaned.length)),
            },
        }
    }
    if cleaned.length == 0 {
        return Err(NumberProblem::NotANumber);
    }
    if is_decimal(text) {
        return Err(NumberProblem::Decimal);
    }
    Ok(cleaned)
}

/// Takes off spaces, a leading apostrophe, `="…"` and `tel:`.
fn strip_wrapping<'t>(raw: &'t str, cleaned: &mut Cleaned) -> &'t str {
    let mut text = trim(raw, cleaned);
    if let Some(rest) = text.strip_prefix(['\'', '\u{2018}', '\u{2019}']) {
        cleaned.repair(Repair::SpreadsheetMark);
        text = trim(rest, cleaned);
    } else if let Some(rest) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        cleaned.repair(Repair::SpreadsheetMark);
        text = trim(rest, cleaned);
    }
    if let Some((prefix, rest)) = text.split_at_checked(4)
        && prefix.eq_ignore_ascii_case("tel:")
    {
        cleaned.repair(Repair::TelPrefix);
        text = trim(rest, cleaned);
    }
    text
}

/// Trims ordinary white space silently, and invisible signs with a repair.
fn trim<'t>(text: &'t str, cleaned: &mut Cleaned) -> &'t str {
    let plain = text.trim_matches([' ', '\t', '\r', '\n']);
    let bare = plain.trim_matches(|sign: char| {
        sign.is_whitespace()
            || (!sign.is_ascii() && !is_dash(sign) && unusual(sign) == Some(Unusual::Formatting))
    });
    // A cell of nothing but spaces is simply empty: nothing was repaired.
    if bare.len() != plain.len() && !bare.is_empty() {
        cleaned.repair(Repair::Characters);
    }
    bare
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unusual {
    /// The ASCII digit it stands for.
    Digit(u8),
    /// A space, dash or parenthesis of another shape, or a mark without any shape.
    Formatting,
}

fn unusual(sign: char) -> Option<Unusual> {
    match sign {
        '\u{FF10}'..='\u{FF19}' => {
            u8::try_from(sign as u32 - 0xFF10).ok().map(|digit| Unusual::Digit(b'0' + digit))
        }
        // Tab; no-break, en, em, thin, figure, narrow, ideographic spaces.
        '\t' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
            Some(Unusual::Formatting)
        }
        // Soft hyphen, zero-width signs, direction marks, byte order mark.
        '\u{AD}'
        | '\u{61C}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FEFF}' => Some(Unusual::Formatting),
        '\u{FF08}' | '\u{FF09}' | '\u{FF0E}' => Some(Unusual::Formatting),
        dash if is_dash(dash) => Some(Unusual::Formatting),
        _ => None,
    }
}

/// Dashes and minus signs other than the one on the keyboard.
fn is_dash(sign: char) -> bool {
    matches!(sign, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}')
}

/// Names the reason for the sign at `at`, which is neither digit nor formatting.
fn refuse(text: &str, at: usize, digits_before: usize) -> NumberProblem {
    let rest = &text[at..];
    if is_scientific(text) {
        return NumberProblem::ScientificNotation;
    }
    if is_decimal(text) {
        return NumberProblem::Decimal;
    }
    let digits_after = rest.chars().filter(|sign| sign.is_ascii_digit()).count();
    if digits_before < WHOLE_NUMBER || digits_after == 0 {
        return NumberProblem::NotANumber;
    }
    let word: String = rest.chars().take_while(|sign| sign.is_ascii_alphabetic()).take(12).collect();
    match word.to_ascii_lowercase().as_str() {
        "x" | "ext" | "extn" | "extension" => NumberProblem::Extension,
        "or" | "and" => NumberProblem::SeveralNumbers,
        "" if rest.starts_with("#") || rest.starts_with(";ext=") => NumberProblem::Extension,
        "" if rest.starts_with(['/', ',', ';', '|', '&', '+', '\n', '\r']) => NumberProblem::SeveralNumbers,
        // "p" and "w" are pauses in a dial string: what follows is an extension by another name.
        "p" | "w" => NumberProblem::Extension,
        _ => NumberProblem::NotANumber,
    }
}

/// `4.477E+11`, `4,47E+11`, `4E11`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let mantissa = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    [whole, fraction, exponent]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `447700900312.0`, `7700900312,00`, `7,700,900,312`: one number with a fraction, or grouped as an amount. Dots
/// between groups of a phone number are not taken for that: they come in twos or leave more than two digits
/// behind.
fn is_decimal(text: &str) -> bool {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    if number.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b',')) {
        return false;
    }
    let (whole, fraction) = number.rsplit_once(['.', ',']).unwrap_or((number, ""));
    let plain_fraction = (1..=2).contains(&fraction.len()) && !whole.contains('.');
    let mut groups = number.split(',');
    let first = groups.next().unwrap_or("");
    let amount =
        number.contains(',') && (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    amount || plain_fraction
}
