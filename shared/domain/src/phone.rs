//! Phone numbers: what a clerk typed or a spreadsheet mangled, made into E.164 or refused with a reason.
//!
//! A number that reaches the rest of Rollcall can be dialled and costs no premium. Nothing is ever cut off or
//! guessed: either every digit of the input is in the result (less an exit prefix and one national "0"), or
//! the number is refused. The digits never appear in an error, and `Debug` shows two of them.

mod abroad;
mod clean;
mod problem;
mod region;
mod uk;

pub use problem::{NumberProblem, Repair};
pub use region::{Region, UnknownRegion};

use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;

/// Reads a number as people and spreadsheets write it. National forms are taken as numbers of `region`.
///
/// Spaces, dashes, dots and parentheses are ordinary; whatever else had to be put right is reported in
/// [`Parsed::repaired`], so that the clerk can be told.
///
/// # Errors
///
/// A [`NumberProblem`] when the text is not exactly one number that may be dialled.
pub fn parse(raw: &str, region: Region) -> Result<Parsed, NumberProblem> {
    let cleaned = clean::clean(raw)?;
    let digits = cleaned.digits();
    let found = if cleaned.plus() {
        international(digits)?
    } else if region.is_plus_44() {
        british(digits)?
    } else {
        abroad::national(digits, region)?
    };
    Ok(Parsed { number: found.number, repaired: found.repaired.max(cleaned.repaired()) })
}

/// A number that may be dialled, and what had to be put right to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed {
    /// The number.
    pub number: PhoneNumber,
    /// The repair that changed the text most, if any was needed.
    pub repaired: Option<Repair>,
}

/// A phone number in E.164: country code and national number, 7 to 15 digits.
///
/// Deliberately without `Display`, and with a `Debug` that shows two digits: a number is personal data, and
/// printing it must be a decision ([`PhoneNumber::e164`]). The order is by value, for use as a key; it has no
/// meaning of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(
    /// The digits as one number. A country code never begins with 0, so none is lost.
    u64,
);

/// Fewest digits with the country code that are taken; the shortest real numbers (small islands) have this
/// many.
const MIN_DIGITS: usize = 7;
/// Most digits with the country code (ITU-T E.164).
const MAX_DIGITS: usize = 15;

impl PhoneNumber {
    /// Reads back what [`PhoneNumber::e164`] wrote: `+` and 7 to 15 ASCII digits, the first not 0. For values
    /// from our own store; whatever people typed goes through [`parse`].
    ///
    /// # Errors
    ///
    /// [`NumberProblem::Missing`], [`TooShort`](NumberProblem::TooShort),
    /// [`TooLong`](NumberProblem::TooLong), [`Impossible`](NumberProblem::Impossible) for a leading 0, else
    /// [`NotANumber`](NumberProblem::NotANumber).
    pub fn from_e164(text: &str) -> Result<Self, NumberProblem> {
        if text.is_empty() {
            return Err(NumberProblem::Missing);
        }
        let digits = text.strip_prefix('+').ok_or(NumberProblem::NotANumber)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberProblem::NotANumber);
        }
        Self::from_digits(digits.as_bytes())
    }

    /// The number as `+` and digits. Personal data: for the store, the telephone service and the people who
    /// call.
    #[must_use]
    pub fn e164(&self) -> String {
        format!("+{}", self.0)
    }

    /// Writes what [`PhoneNumber::e164`] returns, without an allocation.
    ///
    /// # Errors
    ///
    /// Only those of `out`.
    pub fn write_e164(&self, out: &mut impl fmt::Write) -> fmt::Result {
        write!(out, "+{}", self.0)
    }

    /// Country code and national number, ASCII digits only.
    fn from_digits(digits: &[u8]) -> Result<Self, NumberProblem> {
        match digits {
            [] | [b'0'] => Err(NumberProblem::TooShort),
            [b'0', ..] => Err(NumberProblem::Impossible),
            short if short.len() < MIN_DIGITS => Err(NumberProblem::TooShort),
            long if long.len() > MAX_DIGITS => Err(NumberProblem::TooLong),
            fitting => Ok(Self(fitting.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))),
        }
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber(…{:02})", self.0 % 100)
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("+{}", self.0))
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(E164Visitor)
    }
}

struct E164Visitor;

/// Serde's own messages for a value of the wrong type quote the value. Numbers are therefore taken over here,
/// so that a phone number stored as a JSON number is refused without being shown.
impl Visitor<'_> for E164Visitor {
    type Value = PhoneNumber;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a phone number as text, a plus sign and 7 to 15 digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<PhoneNumber, E> {
        PhoneNumber::from_e164(text).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<PhoneNumber, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<PhoneNumber, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<PhoneNumber, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }

    fn visit_bytes<E: de::Error>(self, _: &[u8]) -> Result<PhoneNumber, E> {
        Err(E::invalid_type(Unexpected::Other("bytes"), &self))
    }
}

/// Country code and everything after it, the plus sign or exit prefix already taken off.
fn international(digits: &[u8]) -> Result<Parsed, NumberProblem> {
    match digits {
        [b'4', b'4', national @ ..] => uk::with_country_code(national),
        [b'0', ..] => Err(NumberProblem::Impossible),
        digits if uk::is_service_code(digits) => Err(NumberProblem::Emergency),
        digits => abroad::international(digits),
    }
}

/// Digits without a plus sign, as written in the United Kingdom, Guernsey, Jersey or the Isle of Man.
fn british(digits: &[u8]) -> Result<Parsed, NumberProblem> {
    match digits {
        [b'0', b'0', rest @ ..] => Ok(international(rest)?.with(Repair::ExitPrefix)),
        [b'0', national @ ..] => uk::national(national).map(Parsed::plain),
        // No national number begins with 4, so a longer one can only be an international one without its
        // plus.
        [b'4', b'4', rest @ ..] if rest.len() >= 9 => {
            Ok(uk::with_country_code(rest)?.with(Repair::MissingPlus))
        }
        digits => Ok(Parsed::plain(uk::national(digits)?).with(Repair::LostZero)),
    }
}

impl Parsed {
    fn plain(number: PhoneNumber) -> Self {
        Self { number, repaired: None }
    }

    fn with(self, repair: Repair) -> Self {
        Self { repaired: self.repaired.max(Some(repair)), ..self }
    }
}
