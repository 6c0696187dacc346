//! How a file is written: encoding, delimiter, and what stands in front of the header.

use crate::binary;
use crate::header::recognised;
use crate::records::{ERASED, Found, Shape, next_record, split};
use crate::refusal::Refusal;
use crate::text::{bytes_of, decode, lossy, unit_bytes, units};
use serde::{Deserialize, Serialize};

/// First bytes of a file that [`sniff`] and [`open`](crate::open) want to see, unless the file is shorter.
/// Enough for any header, and for a fair sample of the text.
pub const SNIFF_BYTES: usize = 64 * 1024;

/// How a file is written. Travels in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialect {
    /// How bytes make letters.
    pub encoding: Encoding,
    /// What stands between two fields.
    pub delimiter: Delimiter,
    /// Bytes before the first row: a byte order mark, and a line `sep=;` as Excel writes and hides it.
    pub preamble: u64,
}

/// How bytes make letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8, or ASCII.
    Utf8,
    /// UTF-16, low byte first, as Excel's "Unicode text".
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, what Western European Excel writes as "CSV".
    Windows1252,
}

impl Encoding {
    /// The sign that a record is overwritten with to be erased. A line of nothing else is blank, and no field in
    /// quotation marks reaches past it: the records around are what they were, which they would not be with spaces.
    #[must_use]
    pub fn erased(self) -> &'static [u8] {
        match self {
            Self::Utf8 | Self::Windows1252 => &[ERASED],
            Self::Utf16Le => &[ERASED, 0],
            Self::Utf16Be => &[0, ERASED],
        }
    }

    /// The encoding of a file whose `first` bytes these are, all of it if `complete`, as far as they tell.
    #[must_use]
    pub fn of(first: &[u8], complete: bool) -> Self {
        encoding(first, complete).0
    }

    /// What some bytes of such a file may say, for whoever looks for something in it: they may be cut anywhere, but
    /// between the two bytes of UTF-16. More than one text where a file of UTF-8 holds something else, which is read as
    /// Windows-1252, row by row.
    #[must_use]
    pub fn readings(self, bytes: &[u8]) -> Vec<String> {
        let mut readings = vec![lossy(bytes, self)];
        if self == Self::Utf8 && str::from_utf8(bytes).is_err() {
            readings.push(lossy(bytes, Self::Windows1252));
        }
        readings
    }

    /// Bytes of the line end that these bytes end with, if they do.
    #[must_use]
    pub fn line_end(self, bytes: &[u8]) -> usize {
        let units = units(bytes, self);
        let end = match &*units {
            [.., b'\r', b'\n'] => 2,
            [.., b'\r' | b'\n'] => 1,
            _ => 0,
        };
        end * unit_bytes(self)
    }
}

/// What stands between two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`, where the comma is the decimal sign.
    Semicolon,
    /// The tab character.
    Tab,
}

impl Delimiter {
    /// The character.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// Tells how a file is written from its `first` bytes, at least [`SNIFF_BYTES`] of them unless `complete`.
///
/// That a file is UTF-8 is only known at its end: see [`Scanner::finish`](crate::Scanner::finish).
///
/// # Errors
///
/// [`Refusal::Empty`], [`Refusal::NotCsv`] and [`Refusal::UnknownDelimiter`].
pub fn sniff(first: &[u8], complete: bool) -> Result<Dialect, Refusal> {
    if let Some(found) = binary::kind(first) {
        return Err(Refusal::NotCsv { found });
    }
    let (encoding, mark) = encoding(first, complete);
    let body = &first[mark..];
    let units = units(body, encoding);
    if units.trim_ascii().is_empty() {
        return Err(Refusal::Empty);
    }
    if is_binary(&units) {
        return Err(Refusal::NotCsv { found: "a file of binary data" });
    }
    let (forced, skipped) = separator_line(&units, complete)?;
    let delimiter =
        forced.unwrap_or_else(|| by_header(&body[skipped * unit_bytes(encoding)..], encoding, complete));
    let preamble = mark + skipped * unit_bytes(encoding);
    Ok(Dialect { encoding, delimiter, preamble: preamble as u64 })
}

/// The encoding, and the length of the byte order mark.
fn encoding(first: &[u8], complete: bool) -> (Encoding, usize) {
    match first {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
        [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
        [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
        _ => (unmarked_encoding(first, complete), 0),
    }
}

fn unmarked_encoding(first: &[u8], complete: bool) -> Encoding {
    // The header is ASCII, or nearly: in UTF-16 every other byte of it is zero.
    let pairs = first[..first.len().min(64)].chunks_exact(2);
    let total = pairs.len();
    let [mut low_first, mut high_first] = [0, 0];
    for pair in pairs {
        low_first += usize::from(pair[0] != 0 && pair[1] == 0);
        high_first += usize::from(pair[0] == 0 && pair[1] != 0);
    }
    if total > 0 && low_first * 10 >= total * 7 {
        return Encoding::Utf16Le;
    }
    if total > 0 && high_first * 10 >= total * 7 {
        return Encoding::Utf16Be;
    }
    match str::from_utf8(first) {
        Ok(_) => Encoding::Utf8,
        // A character may be cut in two where the sample ends.
        Err(error) if error.error_len().is_none() && !complete => Encoding::Utf8,
        Err(_) => Encoding::Windows1252,
    }
}

/// Control characters in the first line. Further on they cost only their rows.
fn is_binary(units: &[u8]) -> bool {
    let line =
        units.split(|&unit| unit == b'\n' || unit == b'\r').find(|line| !line.is_empty()).unwrap_or(units);
    line.iter().any(|unit| matches!(unit, 0..=8 | 0x0B | 0x0E..=0x1F | 0x7F))
}

/// `sep=;` alone on the first line: the delimiter, and the units of the line.
fn separator_line(units: &[u8], complete: bool) -> Result<(Option<Delimiter>, usize), Refusal> {
    let line = &units[..memchr::memchr2(b'\n', b'\r', units).unwrap_or(units.len())];
    let bare = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let is_separator = bare.len() == 5 && bare[..4].eq_ignore_ascii_case(b"sep=");
    if !is_separator {
        return Ok((None, 0));
    }
    let delimiter = match bare[4] {
        b',' => Delimiter::Comma,
        b';' => Delimiter::Semicolon,
        b'\t' => Delimiter::Tab,
        _ => return Err(Refusal::UnknownDelimiter),
    };
    let next = crate::records::after_line(units, line.len(), complete).unwrap_or(units.len());
    Ok((Some(delimiter), next))
}

/// The delimiter that makes most sense of the first row: the most known columns, then the most fields.
fn by_header(body: &[u8], encoding: Encoding, complete: bool) -> Delimiter {
    let units = units(body, encoding);
    let start = units.iter().position(|unit| !matches!(unit, b'\n' | b'\r')).unwrap_or(0);
    let sense = |delimiter: Delimiter| {
        let shape = Shape { delimiter: delimiter.byte(), width: usize::MAX, number: 0 };
        let Found::Record { content, .. } = next_record(&units[start..], complete, &shape) else {
            return (0, 0);
        };
        let mut fields = Vec::new();
        split(&units[start..start + content], delimiter.byte(), &mut fields);
        let known = fields.iter().filter(|field| {
            let cell = bytes_of(body, start + field.start..start + field.end, encoding);
            decode(cell, encoding).is_ok_and(|name| recognised(&name).is_some())
        });
        (known.count(), fields.len())
    };
    // The last of equals wins, and a comma is the likeliest.
    let candidates = [Delimiter::Tab, Delimiter::Semicolon, Delimiter::Comma];
    candidates.into_iter().max_by_key(|delimiter| sense(*delimiter)).unwrap_or(Delimiter::Comma)
}
