//! Bad rows that are written out, and come back.

use crate::support::{WHOLE, bad_rows, check, read, report, utf16};
use rollcall_roster::{Line, SNIFF_BYTES};

fn rejected(bytes: &[u8]) -> usize {
    let read = read(bytes, WHOLE, SNIFF_BYTES).unwrap();
    read.lines.iter().filter(|line| matches!(line, Line::Rejected(_))).count()
}

macro_rules! samples {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../samples/", $name)).as_slice())),*]
    };
}

/// A clerk who sends the list of bad rows back as it is has loaded nobody.
#[test]
fn rows_that_nobody_mended_stay_bad() {
    let mut met = 0;
    for (name, bytes) in samples![
        "01-reference-form.csv",
        "07-windows-1252.csv",
        "08-semicolon-bom.csv",
        "11-quoted-newlines-and-quotes.csv",
        "12-csv-injection.csv",
        "14-bad-and-awkward-numbers.csv",
        "17-reordered-case-and-spaces-header.csv",
        "19-ragged-rows.csv",
        "25-very-long-field.csv",
    ] {
        let bad = rejected(bytes);
        if bad == 0 {
            continue;
        }
        let again = bad_rows(bytes);
        let read = read(again.as_bytes(), WHOLE, SNIFF_BYTES).unwrap();
        assert!(read.lines.iter().all(|line| matches!(line, Line::Rejected(_))), "{name}: {:?}", read.lines);
        assert_eq!(read.rows, bad as u64, "{name}: all of them");
        met += bad;
    }
    assert_eq!(met, 20, "all bad rows of the samples");
}

#[test]
fn rows_of_every_kind_stay_bad() {
    let rows = [
        ",,",
        "Ada",
        "Ada,Example,07700 900101,more",
        "\"Ada,Example,07700900101",
        "A\u{0}da,Example,07700900101",
        "A\u{fffd}da,Example,07700900101",
        ",,07700900101",
        "=1+1,\"a\nb\",none",
        " ,  ,\t",
    ];
    for row in rows {
        let file = format!("firstName,lastName,number\n{row}\nGood,Example,07700900102\n");
        assert_eq!(rejected(file.as_bytes()), 1, "{row:?}: {}", report(file.as_bytes()));
        let again = bad_rows(file.as_bytes());
        assert_eq!((rejected(again.as_bytes()), again.lines().count() > 1), (1, true), "{again:?}");
        assert!(!report(again.as_bytes()).contains("Example|"), "{again:?}");
    }
}

/// With the reason in front the note's second line has as many cells as a row, and a number where a row has its own.
#[test]
fn a_line_of_a_note_is_no_row_for_the_reason_in_front() {
    let file = "lastName,number,notes\nSample,none,\"ask\nJo,Example,07700900101,daughter\nfirst\"\n";
    assert_eq!(rejected(file.as_bytes()), 1, "{}", report(file.as_bytes()));
    let again = bad_rows(file.as_bytes());
    check(&again, "2! not_a_number number");
    let wide = "lastName,number,notes\nSample,none,\"ask\nJo,Example,07700900101,0,daughter\nfirst\"\n";
    assert!(bad_rows(wide.as_bytes()).contains("ask\nJo"), "lines stay where they do no harm");
}

/// The words and the delimiter are the file's, formulas are text, and what is mended reads as if it had been
/// right at once: without the marks that kept spreadsheets from running it.
#[test]
fn what_is_mended_reads_as_it_was_meant() {
    let file = "Surname; Forename ;Telephone\u{20}No;Colour\n\
                =cmd()|x;\"Zo\u{eb} \"\"Z\"\"\";12;red\n\
                Good;Person;07700900102;blue\n\
                -Dash;@At;+44 12;\n";
    let bad = bad_rows(file.as_bytes());
    let lines: Vec<&str> = bad.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], "\u{feff}reason;Surname; Forename ;Telephone No;Colour");
    assert!(lines[1].ends_with(";'=cmd()|x;\"Zo\u{eb} \"\"Z\"\"\";12;red"), "{}", lines[1]);
    assert!(lines[2].ends_with(";'-Dash;'@At;'+44 12;"), "{}", lines[2]);
    let mended = bad.replace(";12;", ";07700 900101;").replace("'+44 12", "'+447700900103");
    check(
        &mended,
        "2 Zo\u{eb} \"Z\"|=cmd()|x|+447700900101
         3 @At|-Dash|+447700900103 ~number_repaired",
    );
    let wide = utf16(file, true, true);
    assert_eq!(bad_rows(&wide), bad, "whatever the encoding");
}
