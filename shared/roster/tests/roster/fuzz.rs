//! Any bytes at all, as a list of residents.

use crate::fuzzing::fuzz;
use crate::support::{Read, WHOLE, read, shown, utf16};
use rollcall_domain::phone::PhoneNumber;
use rollcall_roster::{ChunkLimits, Line, SNIFF_BYTES};
use std::path::Path;

const WORDS: [&[u8]; 24] = [
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

fn samples() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut samples: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let small = "firstName,lastName,number,reference\nZo\u{eb},Example,07700900101,R-1\n\"A\"\"b\",\"C\nd\",07700900102,\n";
    samples.extend([small.as_bytes().to_vec(), utf16(small, true, true), utf16(small, false, false)]);
    samples
}

#[test]
fn any_bytes_give_the_same_rows_however_they_are_cut_and_every_line_is_accounted_for() {
    fuzz(&samples(), &WORDS, |bytes, rng| {
        let whole = read(bytes, WHOLE, SNIFF_BYTES);
        let limits = ChunkLimits { lines: rng.u64(1..6), bytes: rng.u64(1..200) };
        let cut = read(bytes, limits, rng.usize(1..100));
        match (&whole, &cut) {
            (Ok(whole), Ok(cut)) => {
                assert_eq!(shown(&whole.lines), shown(&cut.lines));
                accounted(whole);
            }
            (Err(one), Err(other)) => assert_eq!(one.code(), other.code()),
            _ => panic!("refused in one way only: {:?}, {:?}", whole.err(), cut.err()),
        }
    });
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
