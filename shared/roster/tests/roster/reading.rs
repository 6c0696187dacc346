//! A file's bytes through scanner and row reader, for the tests and for the fuzz targets (`fuzz/`).

use rollcall_domain::phone::Region;
use rollcall_domain::resident::Profile;
use rollcall_roster::{
    Chunk, ChunkLimits, Layout, Line, Mending, Refusal, SNIFF_BYTES, Scanner, open, read_rows,
};
use std::fmt::Write;

/// A file that went through scanner and row reader.
pub(crate) struct Read {
    pub(crate) layout: Layout,
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) lines: Vec<Line>,
    pub(crate) rows: u64,
}

pub(crate) const WHOLE: ChunkLimits = ChunkLimits { lines: u64::MAX, bytes: u64::MAX };

/// Takes a file through both steps, in chunks of `limits`, fed in slices of `slice` bytes.
pub(crate) fn read(bytes: &[u8], limits: ChunkLimits, slice: usize) -> Result<Read, Refusal> {
    let first = &bytes[..bytes.len().min(SNIFF_BYTES)];
    let opening = open(first, first.len() == bytes.len())?;
    let mut scanner = Scanner::new(&opening, limits);
    let mut chunks: Vec<Chunk> = bytes.chunks(slice).flat_map(|slice| scanner.feed(slice)).collect();
    let scanned = scanner.finish()?;
    chunks.extend(scanned.chunks);
    let mut lines = Vec::new();
    for chunk in &chunks {
        let before = lines.len();
        let part = &bytes[usize::try_from(chunk.start).unwrap()..usize::try_from(chunk.end).unwrap()];
        lines.extend(read_rows(part, &scanned.layout, chunk.first_line, Region::GB));
        assert_eq!((lines.len() - before) as u64, chunk.lines, "scanner and reader count alike: {chunk:?}");
    }
    let blanks = lines.iter().filter(|line| matches!(line, Line::Blank(_))).count();
    assert_eq!((lines.len() - blanks) as u64, scanned.rows, "rows are all but the blank lines");
    assert_eq!(scanned.bytes, bytes.len() as u64);
    Ok(Read { layout: scanned.layout, chunks, lines, rows: scanned.rows })
}

/// The bad rows of a list that can be read, as a list of their own.
pub(crate) fn bad_rows(bytes: &[u8]) -> String {
    let first = &bytes[..bytes.len().min(SNIFF_BYTES)];
    let opening = open(first, first.len() == bytes.len()).unwrap();
    let whole = read(bytes, WHOLE, SNIFF_BYTES).unwrap();
    let mending = Mending::of(&opening);
    let mut text = mending.header(&opening);
    for chunk in &whole.chunks {
        let part = &bytes[usize::try_from(chunk.start).unwrap()..usize::try_from(chunk.end).unwrap()];
        let mut rows = read_rows(part, &whole.layout, chunk.first_line, Region::GB);
        while let Some(line) = rows.next() {
            if let Line::Rejected(note) = line {
                text.push_str(&mending.row(&note.reason, &rows.cells()));
            }
        }
    }
    text
}

pub(crate) fn shown(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        match line {
            Line::Row(row) => {
                write!(text, "{} {}", row.line, person(&row.profile)).unwrap();
                row.notes.iter().for_each(|note| write!(text, " ~{}", note.code).unwrap());
            }
            Line::Rejected(note) => {
                write!(text, "{}! {}", note.line, note.code).unwrap();
                note.column.iter().for_each(|column| write!(text, " {column}").unwrap());
            }
            Line::Blank(note) => write!(text, "{}~ {}", note.line, note.code).unwrap(),
        }
        text.push('\n');
    }
    text
}

fn person(profile: &Profile) -> String {
    format!("{}|{}|{}", profile.first_name, profile.last_name, profile.number.e164())
}

pub(crate) fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
    let marked = mark.then_some(0xFEFF);
    let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
    marked.into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
}
