//! What holds of a list of any bytes at all: tried by mutations in the tests, guided by coverage in `fuzz/`.

use crate::reading::{Read, WHOLE, bad_rows, read, shown, utf16};
use fastrand::Rng;
use rollcall_domain::phone::{PhoneNumber, Region};
use rollcall_roster::{ChunkLimits, Line, RECORD_UNITS, SNIFF_BYTES, read_rows};
use std::path::Path;

/// What lists are made of.
pub(crate) const WORDS: [&[u8]; 24] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xE9",
    "\u{e9}".as_bytes(),
    b"\xC3",
    b"number",
    b"firstName",
    b"lastName",
    b"reference",
    b"windowStart",
    b"09:00",
    b"+447700900101",
    b"=1+1",
    b"\x1A",
];

/// Lists of every kind: those of this folder, and small ones in which little stands between two finds.
pub(crate) fn samples(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut samples: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let small = "firstName,lastName,number,reference\nZo\u{eb},Example,07700900101,R-1\n\"A\"\"b\",\"C\nd\",07700900102,\n";
    samples.extend([small.as_bytes().to_vec(), utf16(small, true, true), utf16(small, false, false)]);
    samples
}

/// The same rows however it is cut, every line accounted for; bad rows stay bad until somebody mends them, and
/// a row that is erased takes no other with it. `rng` draws where it is cut and which row is erased.
///
/// # Panics
/// When any of that does not hold.
pub(crate) fn list(bytes: &[u8], rng: &mut Rng) {
    let whole = read(bytes, WHOLE, SNIFF_BYTES);
    let limits = ChunkLimits { lines: rng.u64(1..6), bytes: rng.u64(1..200) };
    // A record that is not over is looked at again with each slice: no more slices than tell something new.
    let slice = rng.usize(1..100).max(bytes.len() / 1000);
    let cut = read(bytes, limits, slice);
    match (&whole, &cut) {
        (Ok(whole), Ok(cut)) => {
            assert_eq!(shown(&whole.lines), shown(&cut.lines));
            accounted(whole);
            stays_bad(bytes, whole);
            erased(bytes, whole, rng);
        }
        (Err(one), Err(other)) => assert_eq!(one.code(), other.code()),
        _ => panic!("refused in one way only: {:?}, {:?}", whole.err(), cut.err()),
    }
}

/// Each row is there once, in order, with a number that can be called.
fn accounted(read: &Read) {
    let mut last = 0;
    let mut rows = 0;
    for line in &read.lines {
        let number = match line {
            Line::Row(row) => {
                rows += 1;
                let number = row.profile.number;
                assert_eq!(PhoneNumber::from_e164(&number.e164()), Ok(number));
                row.line
            }
            Line::Rejected(note) => {
                rows += 1;
                note.line
            }
            Line::Blank(note) => note.line,
        };
        assert!(number > last, "line {number} after {last}");
        last = number;
    }
    assert_eq!(rows, read.rows);
}

/// Nobody is loaded from the list of bad rows as it is.
fn stays_bad(bytes: &[u8], whole: &Read) {
    let bad = whole.lines.iter().filter(|line| matches!(line, Line::Rejected(_))).count();
    if bad == 0 {
        return;
    }
    let again = bad_rows(bytes);
    if let Ok(read) = read(again.as_bytes(), WHOLE, SNIFF_BYTES) {
        let taken = read.lines.iter().find(|line| !matches!(line, Line::Rejected(_)));
        assert!(taken.is_none(), "{taken:?} of {again:?}");
        assert_eq!(read.rows, bad as u64, "{again:?}");
    }
}

/// What erases a record makes it a blank line, and leaves all others as they are.
fn erased(bytes: &[u8], whole: &Read, rng: &mut Rng) {
    let chunk = whole.chunks[rng.usize(0..whole.chunks.len())];
    let (start, end) = (usize::try_from(chunk.start).unwrap(), usize::try_from(chunk.end).unwrap());
    let mut part = bytes[start..end].to_vec();
    let read = |part: &[u8]| {
        let mut rows = read_rows(part, &whole.layout, chunk.first_line, Region::GB);
        let (mut lines, mut places, mut last) = (Vec::new(), Vec::new(), 0);
        while let Some(line) = rows.next() {
            let place = rows.place();
            assert!(last <= place.start && place.end <= part.len(), "{place:?} after {last}");
            assert!(!rows.cells().is_empty());
            last = place.end;
            lines.push(line);
            places.push(place);
        }
        (lines, places)
    };
    let (lines, places) = read(&part);
    let gone = rng.usize(0..lines.len());
    let fill = whole.layout.dialect.encoding.erased().iter().cycle();
    part[places[gone].clone()].iter_mut().zip(fill).for_each(|(byte, blank)| *byte = *blank);
    let (left, _) = read(&part);
    let others = |lines: &[Line]| [shown(&lines[..gone]), shown(&lines[gone + 1..])];
    assert_eq!(lines.len(), left.len(), "line {gone} takes others with it");
    assert_eq!(others(&lines), others(&left), "line {gone} changes others");
    // The end of a line that is too long for any record is in no chunk.
    let endless = places[gone].len() >= RECORD_UNITS;
    assert!(endless || matches!(left[gone], Line::Blank(_)), "{:?}", left[gone]);
}
