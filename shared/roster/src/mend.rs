//! Bad rows as a file of their own, to be mended and uploaded again.

use crate::dialect::Delimiter;
use crate::layout::Opening;
use crate::write::csv_line;
use std::iter;

/// The column in front of the others, which says why. It is not read when the file comes back.
pub const REASON: &str = "reason";

/// Writes rows for whoever is to mend them: in UTF-8 with a byte order mark, so that a spreadsheet sees the
/// accents, with the file's own delimiter and the names of its columns.
///
/// The reason stands in front, so that a row with too many or too few cells is one with too many or too few
/// still: a row that nobody mended is never taken for a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mending {
    delimiter: Delimiter,
}

impl Mending {
    /// For rows of this file.
    #[must_use]
    pub fn of(opening: &Opening) -> Self {
        Self { delimiter: opening.layout.dialect.delimiter }
    }

    /// The first row of the file, with what stands before it.
    #[must_use]
    pub fn header(self, opening: &Opening) -> String {
        format!("\u{FEFF}{}", self.row(REASON, &opening.names))
    }

    /// One row, with its line end.
    #[must_use]
    pub fn row(self, reason: &str, cells: &[String]) -> String {
        csv_line(self.delimiter, iter::once(reason).chain(cells.iter().map(String::as_str)))
    }
}
