//! A file gives the same rows however it is cut, and the same chunks however it is fed.

use crate::support::{WHOLE, check, read, report, seeded, shown, utf16};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use rollcall_domain::phone::Region;
use rollcall_roster::{Chunk, ChunkLimits, RECORD_UNITS, Scanner, open, read_rows};

const HEADER: &str = "firstName,lastName,number\n";

#[test]
fn a_chunk_is_full_by_lines_or_by_bytes() {
    let row = "Ada,Example,+447700900101\n";
    let file = format!("{HEADER}{}", row.repeat(5));
    let chunks = |lines, bytes| read(file.as_bytes(), ChunkLimits { lines, bytes }, 1000).unwrap().chunks;
    let chunk = |first: u64, lines: u64| Chunk {
        start: 26 + (first - 2) * 26,
        end: 26 + (first - 2 + lines) * 26,
        first_line: first,
        lines,
        rows: lines,
    };
    assert_eq!(chunks(2, 1000), [chunk(2, 2), chunk(4, 2), chunk(6, 1)]);
    assert_eq!(chunks(100, 80), [chunk(2, 3), chunk(5, 2)]);
    assert_eq!(chunks(5, 1000), [chunk(2, 5)], "no empty chunk behind a full one");
    assert_eq!(chunks(1, 1), [chunk(2, 1), chunk(3, 1), chunk(4, 1), chunk(5, 1), chunk(6, 1)]);
}

#[test]
fn blank_lines_count_as_lines_and_not_as_rows() {
    let file = format!("{HEADER}\n  \nAda,Example,07700900101\n\n");
    let read = read(file.as_bytes(), WHOLE, 3).unwrap();
    assert_eq!(read.chunks.iter().map(|chunk| (chunk.lines, chunk.rows)).collect::<Vec<_>>(), [(4, 1)]);
    check(file, "2~ blank_line\n3~ blank_line\n4 Ada|Example|+447700900101\n5~ blank_line");
    check(format!("{HEADER}\n\n \n"), "refused: header_only");
}

#[test]
fn every_kind_of_line_end_ends_a_line() {
    check(
        "firstName,lastName,number\rA,B,07700900101\nA,B,07700900102\r\nA,B,07700900103\r\rA,B,07700900104\n\rA,B,07700900105",
        "2 A|B|+447700900101
         3 A|B|+447700900102
         4 A|B|+447700900103
         5~ blank_line
         6 A|B|+447700900104
         7~ blank_line
         8 A|B|+447700900105",
    );
}

#[test]
fn a_zero_byte_costs_its_row() {
    check(
        b"firstName,lastName,number\nA,B,07700900101\nA,\0B,07700900102\n\0\0\0\nA,B,07700900103\n",
        "2 A|B|+447700900101
         3! binary_data
         4! binary_data
         5 A|B|+447700900103",
    );
}

#[test]
fn a_byte_that_is_not_utf8_decides_for_the_whole_file_or_for_its_row() {
    let ascii = "Ada,Example,07700900101\n".repeat(4000);
    let late = [HEADER.as_bytes(), ascii.as_bytes(), b"Zo\xeb,Example,07700900102\n"].concat();
    assert!(
        report(&late).ends_with("4002 Zo\u{eb}|Example|+447700900102\n"),
        "the whole file is Windows-1252"
    );

    let mixed =
        [HEADER.as_bytes(), b"Zo\xeb,Example,07700900102\nJos\xc3\xa9,Example,07700900103\n"].concat();
    check(
        mixed,
        "2 Zo\u{eb}|Example|+447700900102 ~mixed_encoding
         3 Jos\u{e9}|Example|+447700900103",
    );
    let undefined =
        [HEADER.as_bytes(), b"Zo\x81,Example,07700900102\nAda,Ex\xef\xbf\xbd,07700900103\n"].concat();
    check(undefined, "2! encoding firstName\n3! encoding lastName");
}

#[test]
fn half_a_character_of_utf16_costs_its_row() {
    let mut odd = utf16(&format!("{HEADER}Ada,Example,07700900101\nGrace,Sample,0770090010"), true, false);
    odd.push(b'2');
    check(&odd, "2 Ada|Example|+447700900101\n3! encoding number");
    let mut surrogate =
        utf16(&format!("{HEADER}X,Example,07700900101\nGrace,Sample,07700900102\n"), false, true);
    let place = surrogate.windows(2).position(|unit| unit == [0, b'X']).unwrap();
    surrogate[place..place + 2].copy_from_slice(&[0xD8, 0x00]);
    check(surrogate, "2! encoding firstName\n3 Grace|Sample|+447700900102");
}

/// Pieces that make quotes, delimiters and line ends meet in every way.
fn rows() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => select(vec!["\"", "\"\"", ",", "\n", "\r\n", "\r", " ", "x", "\u{e9}", "\0"]).prop_map(str::to_owned),
        2 => select(vec!["Ada,Example,+447700900101\n", "\"Ada\",\"B\",07700900102\r\n", ",,\n"]).prop_map(str::to_owned),
        1 => (select(vec!["\n", "\r\n", "x", "y,"]), 90_usize..110).prop_map(|(text, count)| text.repeat(count)),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

/// The same with pieces around the bounds on fields and records.
fn long_rows() -> impl Strategy<Value = Vec<u8>> {
    let near = |bound: usize| (bound - 3..bound + 3).prop_map(|length| "y".repeat(length));
    let piece = prop_oneof![
        6 => select(vec!["\"", "\"\"", ",", "\n", "\r\n", "\r", "x"]).prop_map(str::to_owned),
        1 => Just("Ada,Example,+447700900101\n".to_owned()),
        1 => near(65_536),
        1 => near(RECORD_UNITS - 65_536),
        1 => near(RECORD_UNITS),
    ];
    vec(piece, 0..14).prop_map(|pieces| pieces.concat().into_bytes())
}

fn encoded(rows: &[u8], wide: bool) -> Vec<u8> {
    let text = [HEADER.as_bytes(), b"Eve,First,07700900100\n", rows].concat();
    if wide { utf16(&String::from_utf8_lossy(&text), true, true) } else { text }
}

proptest! {
    #![proptest_config(seeded(0x0101, 2_000))]

    #[test]
    fn cutting_and_feeding_do_not_change_the_rows(
        rows in rows(), wide in any::<bool>(), lines in 1_u64..9, bytes in 1_u64..400, slice in 1_usize..50,
    ) {
        let file = encoded(&rows, wide);
        let whole = read(&file, WHOLE, file.len()).unwrap();
        let limits = ChunkLimits { lines, bytes };
        let cut = read(&file, limits, slice).unwrap();
        prop_assert_eq!(shown(&cut.lines), shown(&whole.lines));
        prop_assert_eq!(cut.chunks, read(&file, limits, file.len()).unwrap().chunks);
        prop_assert_eq!(cut.rows, whole.rows);
    }

    /// The row reader alone, on everything behind the header, finds what the scanner's chunks give it.
    #[test]
    fn one_piece_gives_the_same_as_all_chunks(rows in rows()) {
        let file = encoded(&rows, false);
        let cut = read(&file, ChunkLimits { lines: 2, bytes: 60 }, 11).unwrap();
        let opening = open(&file, true).unwrap();
        let data = &file[usize::try_from(opening.data_start).unwrap()..];
        let lines: Vec<_> = read_rows(data, &cut.layout, opening.first_line, Region::GB).collect();
        prop_assert_eq!(shown(&lines), shown(&cut.lines));
    }

    /// Whatever comes before it, a good row behind a line end that is outside quotes is found.
    #[test]
    fn chunks_cover_the_file_in_order(rows in rows(), lines in 1_u64..5) {
        let file = encoded(&rows, false);
        let read = read(&file, ChunkLimits { lines, bytes: 300 }, 64).unwrap();
        let mut at = HEADER.len() as u64;
        let mut line = 2;
        for chunk in read.chunks {
            prop_assert_eq!((chunk.start, chunk.first_line), (at, line));
            (at, line) = (chunk.end, line + chunk.lines);
        }
        prop_assert_eq!(at, file.len() as u64);
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes in vec(any::<u8>(), 0..400), slice in 1_usize..50) {
        prop_assert!(read(&bytes, WHOLE, slice).is_err() || !bytes.is_empty());
        let file = [HEADER.as_bytes(), b"Eve,First,07700900100\n", &bytes].concat();
        prop_assert_eq!(shown(&read(&file, ChunkLimits { lines: 1, bytes: 1 }, slice).unwrap().lines), report(&file));
    }
}

proptest! {
    #![proptest_config(seeded(0x0102, 100))]

    #[test]
    fn the_bounds_hold_wherever_the_file_is_cut(rows in long_rows(), wide in any::<bool>(), slice in 20_000_usize..90_000) {
        let file = encoded(&rows, wide);
        let whole = read(&file, WHOLE, file.len()).unwrap();
        let limits = ChunkLimits { lines: 2, bytes: 1000 };
        let cut = read(&file, limits, slice).unwrap();
        prop_assert_eq!(shown(&cut.lines), shown(&whole.lines));
        let size = if wide { 2 } else { 1 };
        for chunk in cut.chunks {
            prop_assert!(chunk.end - chunk.start <= (RECORD_UNITS as u64 + 1) * size);
        }
    }
}

#[test]
fn a_scanner_forgets_what_it_has_cut() {
    let opening = open(HEADER.as_bytes(), false).unwrap();
    let mut scanner = Scanner::new(&opening, ChunkLimits { lines: 1000, bytes: 10_000 });
    scanner.feed(HEADER.as_bytes());
    let slice = "Ada,Example,+447700900101\n".repeat(2500);
    let cut: usize = (0..200).map(|_| scanner.feed(slice.as_bytes()).len()).sum();
    assert!(cut >= 1299, "chunks are given away while the file is read: {cut}");
    assert_eq!(scanner.finish().unwrap().rows, 500_000);
}
