//! Files that are refused as a whole.

use crate::support::{Place, sample};

/// Refused with one sentence that names what was found and what was expected;
/// nothing is stored.
#[track_caller]
fn refused(content: &[u8], code: &str, found: &str) {
    let place = Place::new();
    let ran = place.import(content).with(2);
    let error = &ran.json()["error"];
    assert_eq!(error["code"], code, "{ran:?}");
    let reason = error["reason"].as_str().unwrap();
    assert!(reason.contains(found), "{found} in {reason}");
    assert!(reason.contains("expected"), "{reason}");
    assert_eq!(ran.err.lines().count(), 1, "one sentence in {}", ran.err);
    assert!(ran.err.contains(reason), "{}", ran.err);
    assert!(!ran.err.contains("Example"), "no cell is quoted: {}", ran.err);
    assert_eq!(place.residents().len(), 0);
}

#[test]
fn no_number_column() {
    refused(&sample("15-missing-number-column.csv"), "no_number_column", "found firstName, lastName");
}

#[test]
fn no_name_column() {
    refused(b"number,notes\n+447700900101,x\n", "no_name_column", "found number, notes");
}

#[test]
fn no_header() {
    refused(&sample("16-no-header.csv"), "no_header", "does not name the columns");
}

#[test]
fn an_empty_file() {
    refused(&sample("21-empty.csv"), "empty_file", "empty");
    refused(b"\xEF\xBB\xBF \r\n \r\n", "empty_file", "empty");
}

#[test]
fn only_a_header() {
    refused(&sample("20-header-only.csv"), "header_only", "no other rows");
    refused(b"firstName,lastName,number", "header_only", "no other rows");
}

#[test]
fn an_encoding_that_cannot_be_read() {
    let utf_32: Vec<u8> = "\u{FEFF}firstName,lastName,number\nAda,Example,1\n"
        .chars()
        .flat_map(|c| (c as u32).to_le_bytes())
        .collect();
    refused(&utf_32, "not_csv", "UTF-32");
    refused(
        b"first\x81Name,last\x8DName,number\nAda,Example,+447700900101\n",
        "unreadable_encoding",
        "cannot be read",
    );
}

#[test]
fn other_kinds_of_files_that_are_named_csv() {
    refused(b"PK\x03\x04\x14\0\0\0\x08\0residents.csv", "not_csv", "a zip file");
    refused(b"PK\x03\x04\x14\0\x06\0[Content_Types].xml xl/workbook.xml", "not_csv", ".xlsx");
    refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "not_csv", ".xls");
    refused(b"%PDF-1.7\n", "not_csv", "PDF");
}

#[test]
fn a_file_that_is_not_there() {
    let place = Place::new();
    let ran = place.run(&["import", "nowhere.csv"]).with(2);
    assert!(ran.err.contains("nowhere.csv: cannot be opened"), "{ran:?}");
    assert!(ran.err.contains("expected a CSV file"), "{ran:?}");
    assert_eq!(ran.out, "");
    assert!(!place.path("data").exists(), "nothing is made for nothing");
}

#[test]
fn a_directory_instead_of_a_file() {
    let ran = Place::new().run(&["import", "."]).with(2);
    assert!(ran.err.contains("this is a directory; expected a CSV file"), "{ran:?}");
}

#[test]
fn a_refusal_leaves_what_was_there() {
    let place = Place::new();
    place.import(sample("01-reference-form.csv")).with(0);
    place.import(b"").with(2);
    assert_eq!(place.residents().len(), 4);
}
