//! From the bytes of a chunk to rows.

use crate::dialect::Encoding;
use crate::layout::Layout;
use crate::records::{Fault, Field, Found, RECORD_UNITS, Shape, after_line, is_blank, next_record, split};
use crate::row::{self, Row, RowNote};
use crate::text::{bytes_of, lossy, unit_bytes, units};
use memchr::memchr;
use rollcall_domain::phone::Region;
use std::borrow::Cow;
use std::ops::Range;

/// What became of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// A resident.
    Row(Row),
    /// A record that no resident can be made of, with the first reason why.
    Rejected(RowNote),
    /// A line with nothing on it. Not a row: worth a warning, because a row may have been deleted by mistake.
    Blank(RowNote),
}

/// Reads the records of one chunk, or of any other part of a file that begins and ends where a chunk does.
///
/// `layout` is the one from the end of the scan, `first_line` the chunk's; numbers without a country code are
/// taken as `region`'s.
#[must_use]
pub fn read_rows<'c>(bytes: &'c [u8], layout: &'c Layout, first_line: u64, region: Region) -> Rows<'c> {
    let units = units(bytes, layout.dialect.encoding);
    Rows {
        bytes,
        units,
        layout,
        shape: layout.shape(),
        region,
        at: 0,
        line: first_line,
        fields: Vec::new(),
        last: None,
    }
}

/// The records of a chunk, in order, each exactly once. See [`read_rows`].
pub struct Rows<'c> {
    bytes: &'c [u8],
    units: Cow<'c, [u8]>,
    layout: &'c Layout,
    shape: Shape,
    region: Region,
    /// The unit where the next record begins.
    at: usize,
    line: u64,
    fields: Vec<Field>,
    last: Option<Last>,
}

/// The units of the record that was answered last, without its line end.
#[derive(Clone, Copy)]
struct Last {
    start: usize,
    end: usize,
    /// It could be split into fields.
    whole: bool,
}

impl Iterator for Rows<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        if self.at >= self.units.len() {
            return None;
        }
        let (start, line) = (self.at, self.line);
        self.line += 1;
        let rest = &self.units[start..];
        let fault = match next_record(rest, true, &self.shape) {
            Found::Record { content, next } => {
                self.at += next;
                self.last = Some(Last { start, end: start + content, whole: true });
                return Some(self.record(start, content, line));
            }
            Found::Broken { fault, next } => {
                self.at += next;
                fault
            }
            Found::Endless { fault } => {
                let behind = start + RECORD_UNITS;
                self.at = after_line(&self.units, behind, true).unwrap_or(self.units.len());
                fault
            }
            // Not when nothing follows; ending here instead of guessing loses no more than guessing would.
            Found::More => {
                self.at = self.units.len();
                Fault::TooLong
            }
        };
        self.last = Some(Last { start, end: self.at.min(start + RECORD_UNITS), whole: false });
        Some(Line::Rejected(match fault {
            Fault::UnclosedQuote => RowNote::unclosed_quote(line),
            Fault::TooLong => RowNote::row_too_long(line),
        }))
    }
}

/// Characters that are shown of a record whose cells cannot be told apart.
const SHOWN: usize = 10_000;

impl Rows<'_> {
    /// The cells of the record that was answered last, as they stand in the file: for whoever is to mend them.
    /// A record whose cells cannot be told apart is one cell, the beginning of its text. None before the first record.
    #[must_use]
    pub fn cells(&self) -> Vec<String> {
        self.cells_up_to(SHOWN)
    }

    /// [`Rows::cells`], however long they are: for whoever looks for something in them.
    #[must_use]
    pub fn whole_cells(&self) -> Vec<String> {
        self.cells_up_to(RECORD_UNITS)
    }

    /// A record whose cells cannot be told apart is so many of its characters.
    fn cells_up_to(&self, most: usize) -> Vec<String> {
        let Some(Last { start, end, whole }) = self.last else { return Vec::new() };
        let bytes = bytes_of(self.bytes, start..end, self.layout.dialect.encoding);
        let (encoding, _) = row_encoding(bytes, self.layout.dialect.encoding);
        let units = &self.units[start..end];
        let mut fields = Vec::new();
        if !whole || !split(units, self.shape.delimiter, &mut fields) {
            let text = lossy(bytes, encoding);
            return vec![text.trim_end_matches(['\r', '\n']).chars().take(most).collect()];
        }
        let record = row::Record { line: 0, bytes, units, fields: &fields, encoding };
        fields.iter().map(|field| record.shown(field)).collect()
    }

    /// The bytes of the chunk that hold the record that was answered last, without its line end: [what erases](Encoding::erased) a
    /// record, written there, makes it a blank line and leaves all others as they are. Empty before the first record.
    #[must_use]
    pub fn place(&self) -> Range<usize> {
        let Some(Last { start, end, .. }) = self.last else { return 0..0 };
        let line_end = |unit: &&u8| matches!(unit, b'\r' | b'\n');
        let ends = self.units[start..end].iter().rev().take_while(line_end).count();
        let size = unit_bytes(self.layout.dialect.encoding);
        start * size..((end - ends) * size).min(self.bytes.len())
    }

    fn record(&mut self, start: usize, content: usize, line: u64) -> Line {
        let units = &self.units[start..start + content];
        if is_blank(units, self.shape.delimiter) {
            return Line::Blank(RowNote::blank_line(line));
        }
        if memchr(0, units).is_some() {
            return Line::Rejected(RowNote::binary_data(line));
        }
        let bytes = bytes_of(self.bytes, start..start + content, self.layout.dialect.encoding);
        split(units, self.shape.delimiter, &mut self.fields);
        let (encoding, mixed) = row_encoding(bytes, self.layout.dialect.encoding);
        let record = row::Record { line, bytes, units, fields: &self.fields, encoding };
        match row::read(&record, &self.layout.header, self.region) {
            Ok(mut row) => {
                if mixed {
                    row.notes.push(RowNote::mixed_encoding(line));
                }
                Line::Row(row)
            }
            Err(problem) => Line::Rejected(problem),
        }
    }
}

/// The encoding of one row, and whether it is another than the file's. A row of a UTF-8 file that is not
/// UTF-8 was pasted in from a program that writes Windows-1252. The two cannot be mixed up: letters of the
/// one hardly ever make valid text in the other.
fn row_encoding(bytes: &[u8], encoding: Encoding) -> (Encoding, bool) {
    if encoding == Encoding::Utf8 && str::from_utf8(bytes).is_err() {
        return (Encoding::Windows1252, true);
    }
    (encoding, false)
}
