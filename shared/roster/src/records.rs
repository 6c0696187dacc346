//! Where a record ends, and where its fields do.
//!
//! Works on *units*: the bytes of the file where a character of the CSV grammar is one byte, and one stand-in
//! byte for every two where it is UTF-16 (see `text::units`).
//!
//! A quoted field may hold line breaks. That makes one forgotten quotation mark swallow every row up to the
//! next one, so a quoted field that cannot be right is taken as never closed, and the record is given up at
//! the end of the *physical* line on which that quotation mark stands:
//!
//! - its closing mark is followed by neither a delimiter nor a line end;
//! - the file ends inside it;
//! - it is longer than [`QUOTED_UNITS`] or [`QUOTED_BREAKS`];
//! - it contains a physical line that is a complete row by itself, or that was a record and is erased.
//!
//! None of this looks further than [`RECORD_UNITS`] from the record's first unit, and a record that is longer
//! is given up in the same way. A piece of the file that ends where a record ends therefore reads exactly as
//! it does inside the whole.

use memchr::{memchr, memchr2, memchr3};

/// What a record consists of once it is erased. Not a space, which may stand in a quoted field: a field that was given
/// up for what the record held would go on behind it, and take the next ones with it.
pub(crate) const ERASED: u8 = 0x1A;

/// Units of the longest record that is read; a longer one is rejected. Far above any real row, and small
/// enough to hold in memory.
pub const RECORD_UNITS: usize = 256 * 1024;

/// Units of the longest quoted field.
const QUOTED_UNITS: usize = 64 * 1024;

/// Line breaks in the longest quoted field.
const QUOTED_BREAKS: usize = 100;

/// Digits from which a cell may be a phone number.
const NUMBER_DIGITS: usize = 7;

/// What of a file's layout decides where its records end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Between fields.
    pub(crate) delimiter: u8,
    /// Fields of a complete row.
    pub(crate) width: usize,
    /// Which of them is the phone number, from 0.
    pub(crate) number: usize,
}

/// Why a record was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    UnclosedQuote,
    TooLong,
}

/// What stands at the beginning of some units. All positions count from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A record: units up to `content`, and the next one at `next`.
    Record { content: usize, next: usize },
    /// A record that was given up at the end of a physical line; the next one is at `next`.
    Broken { fault: Fault, next: usize },
    /// A record that was given up, and whose physical line goes on behind the first [`RECORD_UNITS`].
    Endless { fault: Fault },
    /// More units are needed to tell.
    More,
}

/// Finds the record at the beginning of `units`, which are not empty. `eof`: nothing follows them.
pub(crate) fn next_record(units: &[u8], eof: bool, shape: &Shape) -> Found {
    let input = Input { units, window: &units[..units.len().min(RECORD_UNITS)], eof, shape };
    let window = input.window;
    let mut at = 0;
    while let Some(sign) = memchr3(b'\n', b'\r', b'"', &window[at..]).map(|found| at + found) {
        if window[sign] != b'"' {
            return match after_break(units, sign, eof) {
                Some(next) => Found::Record { content: sign, next },
                None => Found::More,
            };
        }
        // Anywhere but at the beginning of a field a quotation mark is an ordinary character.
        if sign != 0 && window[sign - 1] != shape.delimiter {
            at = sign + 1;
            continue;
        }
        match input.quoted(sign) {
            Quoted::Closed { after } => at = after,
            Quoted::NeverClosed => return input.give_up(sign, Fault::UnclosedQuote),
            Quoted::More => return Found::More,
        }
    }
    if input.is_full() {
        // No end in sight. A line break in here can only be a quoted one, and is no longer believed to be
        // quoted.
        let broken = memchr2(b'\n', b'\r', window).is_some();
        return input.give_up(0, if broken { Fault::UnclosedQuote } else { Fault::TooLong });
    }
    if eof { Found::Record { content: window.len(), next: window.len() } } else { Found::More }
}

/// Where the first physical line end at or behind `from` leads to, if it is there.
pub(crate) fn after_line(units: &[u8], from: usize, eof: bool) -> Option<usize> {
    let sign = memchr2(b'\n', b'\r', units.get(from..)?)? + from;
    after_break(units, sign, eof)
}

/// The unit behind the line end at `sign`. None: a carriage return is the last unit that is known, and the
/// line feed that may belong to it is not.
fn after_break(units: &[u8], sign: usize, eof: bool) -> Option<usize> {
    match (units[sign], units.get(sign + 1)) {
        (b'\r', Some(b'\n')) => Some(sign + 2),
        (b'\r', None) if !eof => None,
        _ => Some(sign + 1),
    }
}

/// Whether there is nothing on the line but white space, so that no row is missing.
pub(crate) fn is_blank(content: &[u8], delimiter: u8) -> bool {
    content.iter().all(|&unit| unit != delimiter && (is_space(unit) || unit == ERASED))
}

fn is_space(unit: u8) -> bool {
    matches!(unit, b' ' | b'\t')
}

/// A field of a record: its units without the quotation marks around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// It stood in quotation marks, so that a mark inside it is doubled.
    pub(crate) quoted: bool,
}

/// Splits a record into `fields`. False: a quoted field is not properly closed, which cannot be for the
/// content of a [`Found::Record`].
pub(crate) fn split(content: &[u8], delimiter: u8, fields: &mut Vec<Field>) -> bool {
    fields.clear();
    let mut start = 0;
    loop {
        if content.get(start) == Some(&b'"') {
            let Some(end) = closing_quote(content, start + 1) else { return false };
            fields.push(Field { start: start + 1, end, quoted: true });
            let after = skip_spaces(content, end + 1, delimiter);
            match content.get(after) {
                None => return true,
                Some(&unit) if unit == delimiter => start = after + 1,
                Some(_) => return false,
            }
        } else {
            let Some(length) = memchr(delimiter, &content[start..]) else {
                fields.push(Field { start, end: content.len(), quoted: false });
                return true;
            };
            fields.push(Field { start, end: start + length, quoted: false });
            start += length + 1;
        }
    }
}

/// The quotation mark that closes what was opened before `from`.
fn closing_quote(content: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let mark = memchr(b'"', &content[from..])? + from;
        if content.get(mark + 1) != Some(&b'"') {
            return Some(mark);
        }
        from = mark + 2;
    }
}

/// Some programs put spaces behind a closing quotation mark.
fn skip_spaces(units: &[u8], from: usize, delimiter: u8) -> usize {
    let spaces = units[from..].iter().take_while(|&&unit| unit != delimiter && is_space(unit)).count();
    from + spaces
}

enum Quoted {
    /// The first unit behind the closing mark and its spaces: a delimiter, a line end, or the end of the
    /// file.
    Closed {
        after: usize,
    },
    NeverClosed,
    More,
}

#[derive(Clone, Copy)]
struct Input<'a> {
    units: &'a [u8],
    /// The part of `units` that one record may take.
    window: &'a [u8],
    eof: bool,
    shape: &'a Shape,
}

impl Input<'_> {
    fn is_full(self) -> bool {
        self.window.len() == RECORD_UNITS
    }

    /// The window is at its end inside a quoted field. That it is full comes before the end of the file: a
    /// chunk may have been cut there.
    fn ran_out(self) -> Quoted {
        if self.is_full() || self.eof { Quoted::NeverClosed } else { Quoted::More }
    }

    /// Follows the quoted field whose opening mark is at `open`.
    fn quoted(self, open: usize) -> Quoted {
        let window = self.window;
        let limit = window.len().min(open + QUOTED_UNITS);
        let (mut at, mut breaks, mut line) = (open + 1, 0, None);
        loop {
            let Some(sign) =
                memchr3(b'"', b'\n', b'\r', &window[at.min(limit)..limit]).map(|found| at + found)
            else {
                return if limit < window.len() { Quoted::NeverClosed } else { self.ran_out() };
            };
            if window[sign] != b'"' {
                breaks += 1;
                if breaks > QUOTED_BREAKS || line.is_some_and(|line| self.is_row(line, sign)) {
                    return Quoted::NeverClosed;
                }
                let Some(next) = after_break(window, sign, self.eof) else { return self.ran_out() };
                (at, line) = (next, Some(next));
                continue;
            }
            if window.get(sign + 1) == Some(&b'"') {
                at = sign + 2;
                continue;
            }
            let after = skip_spaces(window, sign + 1, self.shape.delimiter);
            return match window.get(after) {
                None if self.eof && !self.is_full() => Quoted::Closed { after },
                None => self.ran_out(),
                Some(&unit) if unit != self.shape.delimiter && unit != b'\n' && unit != b'\r' => {
                    Quoted::NeverClosed
                }
                Some(_) if line.is_some_and(|line| self.is_row(line, sign)) => Quoted::NeverClosed,
                Some(_) => Quoted::Closed { after },
            };
        }
    }

    /// Whether the units from `line` to `end`, which a quoted field has as one of its lines, are a row that
    /// lost its own line to that field, or would lose it now that it is erased.
    fn is_row(self, line: usize, end: usize) -> bool {
        let content = &self.window[line..end];
        let erased = !content.is_empty() && content.iter().all(|&unit| unit == ERASED);
        erased || self.is_complete_row(line, end)
    }

    /// Whether they are a row that has all it needs.
    fn is_complete_row(self, line: usize, end: usize) -> bool {
        let content = &self.window[line..end];
        // Most lines of a note have no delimiter at all: spare them the rest.
        if self.shape.width > 1 && memchr(self.shape.delimiter, content).is_none() {
            return false;
        }
        let mut fields = Vec::new();
        if !split(content, self.shape.delimiter, &mut fields) || fields.len() < self.shape.width {
            return false;
        }
        let text = |field: &Field| &content[field.start..field.end];
        let (row, extra) = fields.split_at(self.shape.width);
        extra.iter().all(|field| text(field).iter().all(|&unit| is_space(unit)))
            && row.get(self.shape.number).is_some_and(|field| looks_like_a_number(text(field)))
    }

    /// The record ends with the physical line that `from` is on.
    fn give_up(self, from: usize, fault: Fault) -> Found {
        match memchr2(b'\n', b'\r', &self.window[from..]) {
            Some(found) => match after_break(self.units, from + found, self.eof) {
                Some(next) => Found::Broken { fault, next },
                None => Found::More,
            },
            None if self.is_full() => Found::Endless { fault },
            None if self.eof => Found::Broken { fault, next: self.window.len() },
            None => Found::More,
        }
    }
}

/// At least seven digits, and more digits than anything else.
pub(crate) fn looks_like_a_number(text: &[u8]) -> bool {
    let digits = text.iter().filter(|unit| unit.is_ascii_digit()).count();
    let others = text.iter().filter(|&&unit| !unit.is_ascii_digit() && !is_space(unit)).count();
    digits >= NUMBER_DIGITS && digits > others
}
