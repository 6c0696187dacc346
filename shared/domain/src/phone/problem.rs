//! Why a number is refused, and what was put right in one that is taken. Words for clerks; never the digits.

use std::fmt;
use thiserror::Error;

/// Why a text is not a number that Rollcall may dial. The words never contain the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum NumberProblem {
    /// Nothing, or only spaces.
    #[error("there is no phone number")]
    Missing,
    /// Letters, a spreadsheet error such as `#REF!`, or signs that have no place in a number.
    #[error(
        "this is not a phone number: only digits, spaces, dashes, dots, parentheses and a leading plus are expected"
    )]
    NotANumber,
    /// `4.477E+11`: the last digits are gone for good.
    #[error(
        "the spreadsheet has turned the number into scientific notation, so its last digits are lost: format the column as text and enter the number again"
    )]
    ScientificNotation,
    /// `+447700900312.0`, or digits grouped as an amount.
    #[error(
        "the spreadsheet has turned the number into a decimal or an amount, so it cannot be trusted: format the column as text and enter the number again"
    )]
    Decimal,
    /// Fewer digits than any number of that country has.
    #[error("the number has too few digits")]
    TooShort,
    /// More digits than any number of that country has.
    #[error(
        "the number has too many digits: exactly one number is expected, and a foreign one needs a leading plus"
    )]
    TooLong,
    /// The right kind of text, but no such number can exist.
    #[error("no such number can exist: check the area code, and write a foreign number with a leading plus")]
    Impossible,
    /// Charged above the ordinary rate: premium, shared cost, personal numbers, pagers, directory enquiries.
    #[error("this is a premium-rate or special-rate number, which is never dialled")]
    PremiumRate,
    /// Emergency services and other short codes.
    #[error("this is an emergency or special short number, which is never dialled")]
    Emergency,
    /// A number with an extension, which cannot be dialled.
    #[error("the number has an extension, which cannot be dialled: a direct number is expected")]
    Extension,
    /// Two or more numbers in one cell.
    #[error("there is more than one number: exactly one is expected")]
    SeveralNumbers,
}

impl NumberProblem {
    /// A stable name for reports and programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotANumber => "not_a_number",
            Self::ScientificNotation => "scientific_notation",
            Self::Decimal => "decimal",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Impossible => "impossible",
            Self::PremiumRate => "premium_rate",
            Self::Emergency => "emergency",
            Self::Extension => "extension",
            Self::SeveralNumbers => "several_numbers",
        }
    }
}

/// What was put right in a number that was taken. In order of how much it changed the text: where several
/// repairs were needed, the greatest is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repair {
    /// Full-width digits, non-breaking or other unusual spaces and dashes, invisible direction marks.
    Characters,
    /// An apostrophe in front, or `="…"` around, which spreadsheets use to keep a number as text.
    SpreadsheetMark,
    /// `tel:` in front.
    TelPrefix,
    /// The national 0 inside an international number: `+44 (0)…`.
    TrunkZero,
    /// The exit prefix (`00` in most countries) in place of the plus.
    ExitPrefix,
    /// An international number without its plus.
    MissingPlus,
    /// A national number without its leading 0.
    LostZero,
}

impl Repair {
    /// A stable name for reports and programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Characters => "characters",
            Self::SpreadsheetMark => "spreadsheet_mark",
            Self::TelPrefix => "tel_prefix",
            Self::TrunkZero => "trunk_zero",
            Self::ExitPrefix => "exit_prefix",
            Self::MissingPlus => "missing_plus",
            Self::LostZero => "lost_zero",
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Characters => "unusual or invisible characters were removed",
            Self::SpreadsheetMark => "a spreadsheet's mark for text was removed",
            Self::TelPrefix => "the word \"tel:\" was removed",
            Self::TrunkZero => "the national zero after the country code was removed",
            Self::ExitPrefix => "the international prefix was replaced by a plus",
            Self::MissingPlus => "the missing plus in front of the country code was added",
            Self::LostZero => "the lost leading zero was put back",
        })
    }
}
