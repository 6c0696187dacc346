//! What the first bytes of a file tell: kind of file, encoding, delimiter, columns.

use crate::support::{check, report, utf16};
use rollcall_roster::{Column, Delimiter, Dialect, Encoding, Layout, Refusal, SNIFF_BYTES, open, sniff};

const ROW: &str = "firstName,lastName,number\nAda,Example,07700900101\n";

fn dialect(encoding: Encoding, delimiter: Delimiter, preamble: u64) -> Dialect {
    Dialect { encoding, delimiter, preamble }
}

#[test]
fn the_encoding_is_told_with_and_without_a_mark() {
    let marked = [b"\xEF\xBB\xBF", ROW.as_bytes()].concat();
    let table = [
        (ROW.as_bytes().to_vec(), Encoding::Utf8, 0),
        (marked, Encoding::Utf8, 3),
        (utf16(ROW, true, true), Encoding::Utf16Le, 2),
        (utf16(ROW, false, true), Encoding::Utf16Be, 2),
        (utf16(ROW, true, false), Encoding::Utf16Le, 0),
        (utf16(ROW, false, false), Encoding::Utf16Be, 0),
        (b"firstName,lastName,number\nZo\xeb,X,1\n".to_vec(), Encoding::Windows1252, 0),
    ];
    for (bytes, encoding, mark) in table {
        assert_eq!(sniff(&bytes, true), Ok(dialect(encoding, Delimiter::Comma, mark)));
    }
}

#[test]
fn a_character_cut_by_the_end_of_the_sample_is_not_an_error() {
    let sample = b"firstName,lastName,number\nJos\xc3";
    assert_eq!(sniff(sample, false).unwrap().encoding, Encoding::Utf8);
    assert_eq!(sniff(sample, true).unwrap().encoding, Encoding::Windows1252);
}

#[test]
fn the_delimiter_is_told_from_the_header() {
    let table = [
        ("firstName;lastName;number", Delimiter::Semicolon),
        ("firstName\tlastName\tnumber", Delimiter::Tab),
        ("firstName,\"last;Name\",number", Delimiter::Comma),
        ("\"first,name\";\"last,name\";number", Delimiter::Semicolon),
        ("firstName;lastName;number;a,b,c,d,e", Delimiter::Semicolon),
        ("number", Delimiter::Comma),
        ("a;b;c", Delimiter::Semicolon),
    ];
    for (header, expected) in table {
        assert_eq!(sniff(header.as_bytes(), true).unwrap().delimiter, expected, "{header}");
    }
}

#[test]
fn the_line_that_tells_excel_the_delimiter_is_obeyed_and_not_counted() {
    check("sep=;\r\nfirstName;lastName;number\r\nAda;Example;07700900101\r\n", "2 Ada|Example|+447700900101");
    check(
        "\"sep=\t\"\nfirstName\tlastName\tnumber\nAda\tExample\t07700900101\n",
        "2 Ada|Example|+447700900101",
    );
    check(
        utf16("sep=,\r\nfirstName,lastName,number\r\nAda,Example,07700900101\r\n", true, true),
        "2 Ada|Example|+447700900101",
    );
    check("sep=|\nfirstName|lastName|number\n", "refused: unknown_delimiter");
}

#[test]
fn files_of_other_kinds_are_named() {
    let table: [(&[u8], &str); 10] = [
        (b"PK\x03\x04\x14\x00", "a zip file or an Excel workbook (.xlsx)"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1", "an old Excel workbook or another old Office document (.xls, .doc)"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x1F\x8B\x08", "a gzip file"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\n<!DOCTYPE html>", "a web page or an XML document"),
        (b"<HTML><table>", "a web page or an XML document"),
        (b"\xFF\xFE\0\0f\0\0\0", "text in UTF-32, a rare encoding"),
        (b"ab\0cdefgh,ijk", "a file of binary data"),
        (b"abc\x01\x02\n", "a file of binary data"),
    ];
    for (bytes, found) in table {
        assert_eq!(sniff(bytes, true), Err(Refusal::NotCsv { found }), "{bytes:?}");
    }
    let message = sniff(b"PK\x03\x04", true).unwrap_err().to_string();
    assert!(message.contains("Excel workbook (.xlsx), not a CSV file; a CSV file is expected"), "{message}");
}

#[test]
fn nothing_but_white_space_is_empty() {
    for bytes in ["", "\n\n", " \r\n\t", "\u{FEFF}", "\u{FEFF}\n"] {
        assert_eq!(report(bytes.as_bytes()), "refused: empty_file", "{bytes:?}");
    }
    assert_eq!(report(&utf16("\r\n", true, true)), "refused: empty_file");
}

#[test]
fn the_header_is_found_where_it_stands() {
    check(
        "\u{FEFF}\"firstName\",\"lastName\",\"number\"\nAda,Example,07700900101\n",
        "2 Ada|Example|+447700900101",
    );
    check(
        "\n\nfirstName,lastName,number\n\nAda,Example,07700900101\n",
        "4~ blank_line\n5 Ada|Example|+447700900101",
    );
    check(
        "firstName,lastName,number,\nAda,Example,07700900101,\nEve,Sample,07700900102\n",
        "2 Ada|Example|+447700900101\n3 Eve|Sample|+447700900102",
    );
    check(
        "firstName,lastName,number,,\nAda,Example,07700900101,,,\nEve,Sample,07700900102,,x\n",
        "2 Ada|Example|+447700900101\n3! too_many_fields",
    );
    check(
        "\"First\nName\",Surname,\"Phone\r\nnumber\"\nAda,Example,07700900101\n",
        "2 Ada|Example|+447700900101",
    );
}

#[test]
fn columns_are_known_by_many_names() {
    for (first, last, number) in [
        ("First Name", "LAST_NAME", "Number"),
        ("first-name", "surname", "phone"),
        ("Forename(s)", "Family name", "Telephone No."),
        ("given name", "Last name", "mobile"),
        (" FIRSTNAME ", "lastname", "Phone Number"),
    ] {
        let opening =
            open(format!("{number},{last},{first}\n07700900101,Example,Ada\n").as_bytes(), true).unwrap();
        let header = opening.layout.header;
        let places = [Column::FirstName, Column::LastName, Column::Number].map(|column| header.place(column));
        assert_eq!(places, [Some(2), Some(1), Some(0)], "{first} {last} {number}");
    }
    let all =
        "firstName,lastName,number,reference,timezone,language,windowStart,windowEnd,notes,consent,risk";
    let opening = open(format!("{all}\n").as_bytes(), true).unwrap();
    assert_eq!(Column::ALL.map(|column| opening.layout.header.place(column)), std::array::from_fn(Some));
    assert!(opening.unread_columns.is_empty());
}

#[test]
fn a_column_is_taken_once() {
    let refusal = |header: &str| open(header.as_bytes(), true).map(|_| ()).unwrap_err();
    assert_eq!(
        refusal("firstName,phone,mobile\n").to_string(),
        "more than one column is taken for number: phone, mobile; exactly one is expected"
    );
    assert_eq!(refusal("firstName,First name,number\n").code(), "duplicate_column");
    // The column's own name is clear enough to decide.
    let opening = open(b"lastName,mobile,number\n", true).unwrap();
    assert_eq!(opening.layout.header.place(Column::Number), Some(2));
    assert_eq!(opening.unread_columns, ["mobile"]);
}

#[test]
fn columns_that_are_not_read_are_named_within_bounds() {
    let long = "x".repeat(100);
    let opening = open(format!("ward,lastName,number,{long},ref 12345,a@b,,2nd\n").as_bytes(), true).unwrap();
    let cut = format!("{}…", "x".repeat(40));
    assert_eq!(
        opening.unread_columns,
        ["ward", cut.as_str(), "(not shown)", "(not shown)", "(no name)", "2nd"]
    );
    let many: String = (0..50).map(|number| format!(",c{number}")).collect();
    let opening = open(format!("lastName,number{many}\n").as_bytes(), true).unwrap();
    assert_eq!(opening.unread_columns.len(), 21);
    assert_eq!(opening.unread_columns.last().unwrap(), "and 30 more");
}

#[test]
fn a_first_row_of_data_is_not_shown() {
    for bytes in
        ["Ada,Example,07700900101\n", "Mobile,Tel,+44 7700 900101\n", "Ada,Example,Elm Street\n", "x"]
    {
        let refusal = open(bytes.as_bytes(), true).unwrap_err();
        assert_eq!(refusal, Refusal::NoHeader, "{bytes}");
    }
}

#[test]
fn a_header_without_names_or_end_is_refused() {
    check("number,ward\n07700900101,North\n", "refused: no_name_column");
    check("\"firstName,lastName,number\nAda,Example,07700900101\n", "refused: header_quote");
    check("\"firstName,lastName,number\nAda,\"B\",07700900101\n", "refused: header_quote");
    let endless = format!("firstName,lastName,number,{}", "x".repeat(2 * SNIFF_BYTES));
    check(endless, "refused: header_too_long");
    let endless = format!("\"firstName,lastName,number,{}", "x".repeat(2 * SNIFF_BYTES));
    check(endless, "refused: header_quote");
    check(b"firstName,lastName,num\x81ber,number\nA,B,07700900101\n", "refused: unreadable_encoding");
}

#[test]
fn a_layout_travels_as_json_without_names_from_the_file() {
    let opening = open("\u{FEFF}Ward;Surname;Phone;\n".as_bytes(), true).unwrap();
    let json = serde_json::to_string(&opening.layout).unwrap();
    assert_eq!(
        json,
        "{\"dialect\":{\"encoding\":\"utf8\",\"delimiter\":\"semicolon\",\"preamble\":3},\
         \"header\":{\"width\":3,\"places\":[null,1,2,null,null,null,null,null,null,null]}}"
    );
    assert_eq!(serde_json::from_str::<Layout>(&json).unwrap(), opening.layout);
}
