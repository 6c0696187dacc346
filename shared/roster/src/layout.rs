//! The beginning of a file: how it is written, its header, and where the rows begin.

use crate::dialect::{Dialect, SNIFF_BYTES, sniff};
use crate::header::{Column, Header};
use crate::records::{Fault, Found, Shape, is_blank, next_record, split};
use crate::refusal::Refusal;
use crate::text::{Undecodable, bytes_of, decode, unit_bytes, units};
use serde::{Deserialize, Serialize};

/// All that is needed to read rows from any part of a file. Travels in messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// How the file is written.
    pub dialect: Dialect,
    /// Which column is which.
    pub header: Header,
}

impl Layout {
    pub(crate) fn shape(&self) -> Shape {
        Shape {
            delimiter: self.dialect.delimiter.byte(),
            width: self.header.width(),
            number: self.header.place(Column::Number).unwrap_or(usize::MAX),
        }
    }
}

/// What the first bytes of a file tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// How to read the rows, as far as it can be told here.
    pub layout: Layout,
    /// First byte behind the header.
    pub data_start: u64,
    /// The line of the first record behind the header: 2, or more where the header was not on the first line.
    pub first_line: u64,
    /// Names of columns that are not read, for a warning.
    pub unread_columns: Vec<String>,
    /// The names of all columns as they stand. Not for logs and messages: in a file of another kind they may
    /// be anything.
    pub names: Vec<String>,
}

/// Reads the beginning of a file from its `first` bytes, at least [`SNIFF_BYTES`] of them unless `complete`.
///
/// # Errors
///
/// A [`Refusal`] when there is nothing to be read from the file.
pub fn open(first: &[u8], complete: bool) -> Result<Opening, Refusal> {
    let dialect = sniff(first, complete)?;
    let size = unit_bytes(dialect.encoding);
    // The preamble is a part of `first`.
    let preamble = usize::try_from(dialect.preamble).unwrap_or(first.len()).min(first.len());
    let body = &first[preamble..];
    let units = units(body, dialect.encoding);
    let shape = Shape { delimiter: dialect.delimiter.byte(), width: usize::MAX, number: 0 };
    let (mut at, mut line) = (0, 1);
    while at < units.len() {
        let (content, next) = match next_record(&units[at..], complete, &shape) {
            Found::Record { content, next } => (content, next),
            Found::Broken { fault: Fault::UnclosedQuote, .. }
            | Found::Endless { fault: Fault::UnclosedQuote } => {
                return Err(Refusal::HeaderQuote);
            }
            // A quotation mark that is still open at the end of the sample is never closed in any header.
            Found::More if body.len() >= SNIFF_BYTES && units[at..].contains(&b'"') => {
                return Err(Refusal::HeaderQuote);
            }
            Found::More | Found::Broken { .. } | Found::Endless { .. } => return Err(Refusal::HeaderTooLong),
        };
        line += 1;
        let record = &units[at..at + content];
        if is_blank(record, shape.delimiter) {
            at += next;
            continue;
        }
        let mut fields = Vec::new();
        split(record, shape.delimiter, &mut fields);
        let mut cells = Vec::with_capacity(fields.len());
        for field in fields {
            let cell = bytes_of(body, at + field.start..at + field.end, dialect.encoding);
            cells.push(decode(cell, dialect.encoding).map_err(|Undecodable| Refusal::UnreadableEncoding)?);
        }
        let (header, unread_columns) = Header::parse(&cells)?;
        let names = cells.iter().take(header.width()).map(|cell| cell.clone().into_owned()).collect();
        let data_start = (preamble + ((at + next) * size).min(body.len())) as u64;
        return Ok(Opening {
            layout: Layout { dialect, header },
            data_start,
            first_line: line,
            unread_columns,
            names,
        });
    }
    Err(Refusal::Empty)
}
