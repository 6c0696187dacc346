//! Why a file is not taken at all.

use crate::header::Column;
use thiserror::Error;

/// Why a file is refused as a whole: what was found and what was expected, in a clerk's words. Cells are not
/// quoted; names of columns are.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No bytes, or nothing but white space.
    #[error("the file is empty; {EXPECTED}")]
    Empty,
    /// A file of another kind.
    #[error("this is {found}, not a CSV file; {EXPECTED} (in a spreadsheet: save as CSV)")]
    NotCsv {
        /// What it is, with an article.
        found: &'static str,
    },
    /// Letters of the header are not in the encoding that the file seems to have.
    #[error(
        "the letters of the first row cannot be read; a CSV file in UTF-8, UTF-16 or Windows-1252 is expected"
    )]
    UnreadableEncoding,
    /// `sep=` names a delimiter that is not taken.
    #[error(
        "the file says that its columns are separated by an unknown sign; a comma, a semicolon or a tab is expected"
    )]
    UnknownDelimiter,
    /// The first row does not end.
    #[error("the first row is far too long to name columns; {EXPECTED}")]
    HeaderTooLong,
    /// A quotation mark in the first row is not closed.
    #[error("the first row has a quotation mark that is not closed; {EXPECTED}")]
    HeaderQuote,
    /// The first row names none of the known columns, so it may be a resident: nothing of it is shown.
    #[error("the first row does not name the columns; {EXPECTED}")]
    NoHeader,
    /// Nobody could be rung.
    #[error("no column holds the phone numbers: found {}; {EXPECTED}", list(found))]
    NoNumberColumn {
        /// Names of the columns there are.
        found: Vec<String>,
    },
    /// Nobody could be greeted.
    #[error("no column holds names: found {}; {EXPECTED}", list(found))]
    NoNameColumn {
        /// Names of the columns there are.
        found: Vec<String>,
    },
    /// Two columns have the same meaning, and only one can be right.
    #[error("more than one column is taken for {column}: {}; exactly one is expected", list(found))]
    DuplicateColumn {
        /// The meaning.
        column: Column,
        /// Names of these columns.
        found: Vec<String>,
    },
    /// There is a header and no row.
    #[error("the file has a row that names the columns and no other rows; at least one resident is expected")]
    HeaderOnly,
}

/// What every refusal asks for.
const EXPECTED: &str =
    "a CSV file is expected whose first row names the columns firstName, lastName and number";

impl Refusal {
    /// A stable name for reports and programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::NotCsv { .. } => "not_csv",
            Self::UnreadableEncoding => "unreadable_encoding",
            Self::UnknownDelimiter => "unknown_delimiter",
            Self::HeaderTooLong => "header_too_long",
            Self::HeaderQuote => "header_quote",
            Self::NoHeader => "no_header",
            Self::NoNumberColumn { .. } => "no_number_column",
            Self::NoNameColumn { .. } => "no_name_column",
            Self::DuplicateColumn { .. } => "duplicate_column",
            Self::HeaderOnly => "header_only",
        }
    }
}

fn list(names: &[String]) -> String {
    names.join(", ")
}
