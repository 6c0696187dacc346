//! Single values that a person typed, read by the rules of the columns of an upload: a correction and a
//! list must never disagree on what a name or a number is.

use crate::cells::{self, Wrong};
use rollcall_domain::phone::{self, PhoneNumber, Region};
use std::borrow::Cow;

/// Why a value is none, in a clerk's words and without the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// A stable word.
    pub code: &'static str,
    /// What was found and what was expected.
    pub reason: String,
}

impl From<Wrong> for Unreadable {
    fn from(Wrong { code, reason }: Wrong) -> Self {
        Self { code, reason: reason.to_owned() }
    }
}

/// A first or last name; empty where nothing was typed.
///
/// # Errors
///
/// When it is too long.
pub fn name(typed: &str) -> Result<String, Unreadable> {
    Ok(cells::name(Cow::Borrowed(typed))?)
}

/// A number; national forms are taken as numbers of `region`.
///
/// # Errors
///
/// When it is not exactly one number that may be dialled.
pub fn number(typed: &str, region: Region) -> Result<PhoneNumber, Unreadable> {
    match phone::parse(typed, region) {
        Ok(parsed) => Ok(parsed.number),
        Err(problem) => Err(Unreadable { code: problem.code(), reason: problem.to_string() }),
    }
}

/// A zone by its proper name, or none.
///
/// # Errors
///
/// When there is no such zone.
pub fn timezone(typed: &str) -> Result<Option<String>, Unreadable> {
    Ok(cells::timezone(typed)?)
}

/// A language tag in the usual case, or none.
///
/// # Errors
///
/// When it is no language tag.
pub fn language(typed: &str) -> Result<Option<String>, Unreadable> {
    Ok(cells::language(typed)?)
}

/// Notes for the agent, or none.
///
/// # Errors
///
/// When they are too long.
pub fn notes(typed: &str) -> Result<Option<String>, Unreadable> {
    Ok(cells::notes(typed)?)
}

#[cfg(test)]
mod tests {
    use super::{language, name, notes, number, timezone};
    use rollcall_domain::phone::Region;

    #[test]
    fn values_are_read_as_those_of_an_upload() {
        let region: Region = "GB".parse().unwrap();
        assert_eq!(number("(07700) 900 101", region).unwrap().e164(), "+447700900101");
        assert_eq!(number("07700 90010", region).unwrap_err().code, "too_short");
        assert_eq!(name(" Ada\u{202e}\tMary ").unwrap(), "Ada Mary");
        assert_eq!(name(&"x".repeat(101)).unwrap_err().code, "name_too_long");
        assert_eq!(timezone("europe/paris").unwrap().as_deref(), Some("Europe/Paris"));
        assert_eq!(timezone("").unwrap(), None);
        assert_eq!(language("EN_gb").unwrap().as_deref(), Some("en-GB"));
        assert_eq!(language("english").unwrap_err().code, "language_unknown");
        assert_eq!(notes(" door code 1 \r\n").unwrap().as_deref(), Some("door code 1"));
    }
}
