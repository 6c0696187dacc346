//! Quotation marks: what they hold together, and what one that is never closed costs.

use crate::support::{WHOLE, check, read, report, shown, utf16};
use rollcall_roster::{ChunkLimits, RECORD_UNITS, SNIFF_BYTES, Scanner, open};

const HEADER: &str = "firstName,lastName,number\n";

fn file(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

#[test]
fn quotes_hold_delimiters_line_breaks_and_quotes() {
    check(
        file(
            "\"Ada, B\",\"O \"\"X\"\"\",\"+447700900101\"\r\n\"A\rB\",\"C\r\n\nD\",07700900102\n\"\",\"\"\"Q\"\"\",07700900103",
        ),
        "2 Ada, B|O \"X\"|+447700900101
         3 A B|C D|+447700900102
         4 |\"Q\"|+447700900103",
    );
}

#[test]
fn a_quote_inside_an_unquoted_field_is_a_character() {
    check(
        file("Bob \"Buster\" Smith,Exa\"mple,07700900101\nEve\",\"Sample\",07700900102\n"),
        "2 Bob \"Buster\" Smith|Exa\"mple|+447700900101
         3 Eve\"|Sample|+447700900102",
    );
}

#[test]
fn spaces_around_quotes_do_no_harm() {
    check(
        file("\"Ada\" ,\"Example\"\t,\"07700900101\"  \nGrace, \"Sample\", \"07700900102\"\n"),
        "2 Ada|Example|+447700900101
         3 Grace|Sample|+447700900102",
    );
}

/// Whatever the quotation mark is followed by, its line is the only one lost.
#[test]
fn an_unclosed_quote_costs_its_own_line() {
    let rest = "Grace,Sample,07700900102\n\"Tomasz\",\"Testowy\",\"07700900103\"\n";
    let expected = "2! unclosed_quote\n3 Grace|Sample|+447700900102\n4 Tomasz|Testowy|+447700900103\n";
    for bad in [
        "\"Ada,Example,07700900101",
        "Ada,\"Example,07700900101",
        "Ada,Example,\"07700900101",
        "\"Ada\" B,Example,07700900101",
        "\"Ada\"\"\",\"Example,07700900101",
        "\"",
        "\"\"\"",
        ",\"",
    ] {
        assert_eq!(report(file(&format!("{bad}\n{rest}")).as_bytes()), expected, "{bad}");
        let crlf = file(&format!("{bad}\n{rest}")).replace('\n', "\r\n");
        assert_eq!(report(crlf.as_bytes()), expected, "{bad} with CRLF");
        assert_eq!(report(&utf16(&crlf, true, true)), expected, "{bad} in UTF-16");
        let cr = crlf.replace("\r\n", "\r");
        assert_eq!(report(cr.as_bytes()), expected, "{bad} with CR");
    }
}

#[test]
fn an_unclosed_quote_is_noticed_by_the_first_complete_row_in_it() {
    // The last line closes the quotation mark by accident; both rows in between would be gone.
    check(
        file(
            "Ada,\"Example,07700900101\nGrace,Sample,07700900102\nAlan,Test,07700900103\nEve\",Last,07700900104\n",
        ),
        "2! unclosed_quote
         3 Grace|Sample|+447700900102
         4 Alan|Test|+447700900103
         5 Eve\"|Last|+447700900104",
    );
    // The accident may happen on the very line that would be lost.
    check(
        file("Ada,Example,\"07700900101\nGrace,Sample,07700900102\"\nAlan,Test,07700900103\n"),
        "2! unclosed_quote
         3! not_a_number number
         4 Alan|Test|+447700900103",
    );
}

#[test]
fn an_address_in_quotes_is_not_taken_for_a_row() {
    let header = "number,firstName,lastName,notes\n";
    let note = "\"Flat 2, 7 High St,\nring twice, then wait, please\nPO 1234567, x, y\"";
    check(
        format!("{header}07700900101,Ada,Example,{note}\n07700900102,Grace,Sample,\n"),
        "2 Ada|Example|+447700900101
         3 Grace|Sample|+447700900102",
    );
}

#[test]
fn a_quote_that_opens_on_a_later_line_ends_the_row_there() {
    check(
        file("\"Mary\nAnn\",\"Example,07700900101\nGrace,Sample,07700900102\n"),
        "2! unclosed_quote
         3 Grace|Sample|+447700900102",
    );
}

#[test]
fn a_quote_at_the_end_of_the_file_is_unclosed_or_closed() {
    check(file("Ada,Example,07700900101\nGrace,Sample,\""), "2 Ada|Example|+447700900101\n3! unclosed_quote");
    check(file("Ada,Example,\"07700900101\""), "2 Ada|Example|+447700900101");
    check(file("Ada,Example,\"07700900101\"\"\n"), "2! unclosed_quote");
}

#[test]
fn a_quoted_field_is_bounded_in_lines_and_bytes() {
    let header = "firstName,lastName,number,notes\n";
    let breaks = |count: usize| {
        format!("{header}Ada,Example,07700900101,\"{}\"\nGrace,Sample,07700900102,", "\n".repeat(count))
    };
    check(breaks(100), "2 Ada|Example|+447700900101\n3 Grace|Sample|+447700900102");
    let lines = report(breaks(101).as_bytes());
    assert!(lines.starts_with("2! unclosed_quote\n3~ blank_line\n"), "{lines}");
    assert!(lines.ends_with("104 Grace|Sample|+447700900102\n"), "{lines}");

    let long = |count: usize| {
        format!("{header}Ada,Example,07700900101,\"{}\"\nGrace,Sample,07700900102,", "x".repeat(count))
    };
    check(long(65_000), "2! notes_too_long notes\n3 Grace|Sample|+447700900102");
    check(long(70_000), "2! unclosed_quote\n3 Grace|Sample|+447700900102");
}

/// Nothing has to be kept in memory of a line without end, and the rows behind it are found.
#[test]
fn an_endless_line_is_one_rejected_row() {
    for start in ["Ada,", "\"Ada\",", "\"Ada\n\",\"", "\"Ada"] {
        let bad = format!("{start}{}", "x,".repeat(500_000));
        let bytes = file(&format!("Grace,Sample,07700900102\n{bad}\r\nAlan,Test,07700900103\r\n"));
        let read = read(bytes.as_bytes(), WHOLE, 10_000).unwrap();
        let code = if start.ends_with(',') { "row_too_long" } else { "unclosed_quote" };
        assert_eq!(
            shown(&read.lines),
            format!("2 Grace|Sample|+447700900102\n3! {code}\n4 Alan|Test|+447700900103\n"),
            "{start:?}"
        );
        assert!(read.chunks.iter().all(|chunk| chunk.end - chunk.start <= 262_144), "{:?}", read.chunks);
    }
}

#[test]
fn the_bound_counts_from_the_quotation_mark() {
    let long = "x".repeat(60_000);
    let notes = "y".repeat(10_000);
    check(
        format!("firstName,lastName,number,notes\n{long},Example,07700900101,\"{notes}\"\n"),
        "2! name_too_long firstName",
    );
}

/// A record that fills the bound to the last unit, with a quoted field across it.
fn full_record(end: usize, after: &str) -> Vec<u8> {
    let filled = format!("\"{}\",", "x".repeat(60_000)).repeat(4);
    let last = format!("\"{}\"", "y".repeat(end - filled.len() - 2));
    file(&format!("{filled}{last}{after}Grace,Sample,07700900102\n")).into_bytes()
}

#[test]
fn a_record_at_the_bound_is_the_same_record_wherever_the_file_is_cut() {
    for end in RECORD_UNITS - 3..RECORD_UNITS + 3 {
        for after in ["\n", "\r\n", "\r", ",\n", " \n", "x\n", "\"\n", ""] {
            let bytes = full_record(end, after);
            let whole = read(&bytes, WHOLE, bytes.len()).unwrap();
            let cut = read(&bytes, ChunkLimits { lines: 1, bytes: 1 }, 50_000).unwrap();
            assert_eq!(shown(&cut.lines), shown(&whole.lines), "{end} {after:?}");
        }
    }
    let good = "3 Grace|Sample|+447700900102\n";
    let line = |end, after| shown(&read(&full_record(end, after), WHOLE, 9_999).unwrap().lines);
    assert_eq!(line(RECORD_UNITS - 1, "\n"), format!("2! too_many_fields\n{good}"));
    assert_eq!(line(RECORD_UNITS, "\n"), format!("2! unclosed_quote\n{good}"));
}

#[test]
fn a_record_beyond_the_bound_is_given_away_before_the_file_ends() {
    let bytes = full_record(RECORD_UNITS + 3, &"z".repeat(1_000_000));
    let opening = open(&bytes[..SNIFF_BYTES], false).unwrap();
    let mut scanner = Scanner::new(&opening, WHOLE);
    let chunks: Vec<_> =
        bytes[..bytes.len() - 100].chunks(50_000).flat_map(|slice| scanner.feed(slice)).collect();
    assert_eq!(chunks.len(), 1, "nothing of the rest is kept in memory");
}
