//! Bad rows as a file of their own, to be mended and uploaded again.

use crate::dialect::Delimiter;
use crate::layout::Opening;
use crate::records::{Found, Shape, next_record};
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
    /// Of the file that is written.
    shape: Shape,
}

impl Mending {
    /// For rows of this file.
    #[must_use]
    pub fn of(opening: &Opening) -> Self {
        let Shape { delimiter, width, number } = opening.layout.shape();
        let shape = Shape { delimiter, width: width + 1, number: number + 1 };
        Self { delimiter: opening.layout.dialect.delimiter, shape }
    }

    /// The first row of the file, with what stands before it.
    #[must_use]
    pub fn header(self, opening: &Opening) -> String {
        format!("\u{FEFF}{}", self.line(REASON, &opening.names))
    }

    /// One row, with its line end. Text on several lines, one of which would be a row by itself now that there is a
    /// column more, stands on one line: else a part of it would be taken for a resident.
    #[must_use]
    pub fn row(self, reason: &str, cells: &[String]) -> String {
        let line = self.line(reason, cells);
        let whole = matches!(next_record(line.as_bytes(), true, &self.shape), Found::Record { next, .. } if next == line.len());
        if whole {
            return line;
        }
        let flat: Vec<String> = cells.iter().map(|cell| cell.replace(['\r', '\n'], " ")).collect();
        self.line(reason, &flat)
    }

    fn line(self, reason: &str, cells: &[String]) -> String {
        csv_line(self.delimiter, iter::once(reason).chain(cells.iter().map(String::as_str)))
    }
}
