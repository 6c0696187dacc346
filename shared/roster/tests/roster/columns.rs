//! What each column takes, and what is said of the rest.

use crate::support::{WHOLE, check, read};
use jiff::civil::Time;
use rollcall_domain::batch::LineNote;
use rollcall_domain::calendar::DailyWindow;
use rollcall_domain::resident::{Keyholder, Profile, Risk};
use rollcall_roster::{Line, RowNote};

/// What becomes of a file's only row, whose header names `columns` behind the required ones.
fn row(columns: &str, cells: &str) -> Result<Profile, RowNote> {
    let file = format!("firstName,lastName,number,{columns}\nAda,Example,07700900101,{cells}\n");
    match read(file.as_bytes(), WHOLE, 1000).unwrap().lines.remove(0) {
        Line::Row(row) => Ok(row.profile),
        Line::Rejected(note) | Line::Blank(note) => Err(note),
    }
}

fn rejected(columns: &str, cells: &str) -> &'static str {
    row(columns, cells).map(|_| ()).expect_err(cells).code
}

#[test]
fn names_are_one_line_of_plain_text() {
    check(
        "firstName,lastName,number
         \u{a0}Ada\u{a0} ,\u{202e}Example\u{202c},07700900101
         \"\tA\u{7}\r\n\n  B\",\"C\u{200d}D \u{feff}\n\",07700900102
         Ada,,07700900103
         ,Example,07700900104
         \" \u{a0}\",\"\n\",07700900105"
            .replace("\n         ", "\n"),
        "2 Ada|Example|+447700900101
         3 A B|C\u{200d}D|+447700900102
         4 Ada||+447700900103
         5 |Example|+447700900104
         6! name_missing",
    );
}

#[test]
fn names_references_and_notes_are_bounded_in_characters() {
    let long = |count: usize| "\u{e9}".repeat(count);
    let names = |count| format!("firstName,lastName,number\n{},Example,07700900101\n", long(count));
    check(names(100), &format!("2 {}|Example|+447700900101", long(100)));
    check(names(101), "2! name_too_long firstName");
    assert_eq!(row("reference", &long(64)).unwrap().reference, Some(long(64)));
    assert_eq!(rejected("reference", &long(65)), "reference_too_long");
    assert_eq!(row("notes", &long(2000)).unwrap().notes, Some(long(2000)));
    assert_eq!(rejected("notes", &long(2001)), "notes_too_long");
}

#[test]
fn notes_keep_their_lines() {
    let notes = row("notes", "\" a\r\nb\tc\u{7}\rd \"").unwrap().notes;
    assert_eq!(notes.as_deref(), Some("a\nb\tc\nd"));
    assert_eq!(row("notes", "  ").unwrap().notes, None);
}

#[test]
fn time_zones_are_those_of_the_database() {
    assert_eq!(row("timezone", "Europe/London").unwrap().timezone.as_deref(), Some("Europe/London"));
    assert_eq!(row("Time Zone", " america/new_york ").unwrap().timezone.as_deref(), Some("America/New_York"));
    assert_eq!(row("timezone", "").unwrap().timezone, None);
    for wrong in ["Europe/Nowhere", "London", "GMT+1", "../../etc/passwd"] {
        assert_eq!(rejected("timezone", wrong), "timezone_unknown", "{wrong}");
    }
}

#[test]
fn languages_are_tags() {
    for (cell, tag) in
        [("en", "en"), ("EN_gb", "en-GB"), ("cym", "cym"), ("zh-hant-TW", "zh-Hant-TW"), ("es-419", "es-419")]
    {
        assert_eq!(row("language", cell).unwrap().language.as_deref(), Some(tag));
    }
    assert_eq!(row("language", " ").unwrap().language, None);
    for wrong in ["English", "e", "en-", "en-GB-x", "12", "\u{e9}n", "-GB"] {
        assert_eq!(rejected("language", wrong), "language_unknown", "{wrong}");
    }
}

#[test]
fn calling_hours_have_both_ends_in_order() {
    let window = |cells| row("windowStart,windowEnd", cells).unwrap().window;
    let hours = |start, end| {
        Some(DailyWindow { start: Time::constant(start, 0, 0, 0), end: Time::constant(end, 30, 0, 0) })
    };
    assert_eq!(window("09:00,17:30"), hours(9, 17));
    assert_eq!(window(" 9:00 ,17:30:00"), hours(9, 17));
    assert_eq!(window(","), None);
    for (cells, code) in [
        ("09:00,", "window_incomplete"),
        (",17:00", "window_incomplete"),
        ("17:00,09:00", "window_invalid"),
        ("09:00,09:00", "window_invalid"),
        ("9,17", "time_invalid"),
        ("09:60,17:00", "time_invalid"),
        ("09:00,24:00", "time_invalid"),
        ("09:00,5:00 pm", "time_invalid"),
        ("+9:00,17:00", "time_invalid"),
        ("09:00,17:00:30", "time_invalid"),
        ("0.375,0.708", "time_invalid"),
    ] {
        assert_eq!(rejected("windowStart,windowEnd", cells), code, "{cells}");
    }
}

#[test]
fn consent_is_yes_no_or_not_said() {
    for (cell, consent) in [
        ("yes", Some(true)),
        (" Y ", Some(true)),
        ("TRUE", Some(true)),
        ("1", Some(true)),
        ("no", Some(false)),
        ("N", Some(false)),
        ("False", Some(false)),
        ("0", Some(false)),
        ("", None),
    ] {
        assert_eq!(row("consent", cell).unwrap().consent, consent, "{cell}");
    }
    for unclear in ["maybe", "x", "2", "yes, but"] {
        assert_eq!(rejected("consent", &format!("\"{unclear}\"")), "consent_unclear", "{unclear}");
    }
}

#[test]
fn a_column_that_is_not_read_may_hold_anything() {
    let file = b"firstName,ward,lastName,number\nAda,\x81,Example,07700900101\n";
    check(file, "2 Ada|Example|+447700900101");
}

#[test]
fn a_remark_names_line_and_column_for_the_report() {
    let note = row("consent", "maybe").unwrap_err();
    assert_eq!(
        LineNote::from(note),
        LineNote {
            line: 2,
            column: Some("consent".to_owned()),
            code: "consent_unclear".to_owned(),
            reason: "the consent is not clear: yes or no is expected".to_owned(),
        }
    );
    let note = row("consent", "yes,no").unwrap_err();
    assert_eq!((note.line, note.column, note.code), (2, None, "too_many_fields"));
    assert_eq!(
        note.reason,
        "the row has 5 fields, the header has 4: text with a delimiter in it must stand in quotation marks"
    );
}

#[test]
fn debug_output_shows_no_person() {
    let file = "firstName,lastName,number\nAda,Example,07700900187\n";
    let shown = format!("{:?}", read(file.as_bytes(), WHOLE, 1000).unwrap().lines);
    assert!(!shown.contains("Ada") && !shown.contains("Example") && !shown.contains("87"), "{shown}");
}

/// What is read of the keyholders and the risk of a file's only row, and the
/// warnings: code, column and reason.
fn looked_after(columns: &str, cells: &str) -> (Vec<String>, Option<Risk>, Vec<String>) {
    let file = format!("firstName,lastName,number,{columns}\nAda,Example,07700900101,{cells}\n");
    let Line::Row(row) = read(file.as_bytes(), WHOLE, 1000).unwrap().lines.remove(0) else {
        panic!("{cells}: not loaded")
    };
    let keyholder = |one: &Keyholder| format!("{}|{}", one.name, one.number.e164());
    let note = |note: &RowNote| {
        let column = note.column.map_or("", rollcall_roster::Column::name);
        format!("{} {column} {}: {}", note.line, note.code, note.reason)
    };
    let keyholders = row.profile.keyholders.iter().map(keyholder).collect();
    (keyholders, row.profile.risk, row.notes.iter().map(note).collect())
}

#[test]
fn keyholders_come_in_pairs_by_their_order() {
    let two = ["Ann|+447700900102".to_owned(), "=Bob|+447700900103".to_owned()];
    for (columns, cells) in [
        ("keyholderName,keyholderNumber,keyholderName,keyholderNumber", "Ann,07700900102,'=Bob,07700900103"),
        (
            "Keyholder name 1,Keyholder phone 1,Keyholder name 2,Keyholder phone 2",
            "Ann,07700900102,=Bob,07700900103",
        ),
        ("keyholder_number,KEYHOLDERNUMBER,keyholder,keyholderName", "07700900102,+447700900103,Ann,=Bob"),
        (
            "keyholderName,keyholderNumber,keyholderName,keyholderNumber,keyholderName,keyholderNumber",
            "Ann,07700900102,,,=Bob,07700900103",
        ),
    ] {
        let (keyholders, risk, notes) = looked_after(columns, cells);
        assert_eq!(keyholders, two, "{columns}");
        assert_eq!((risk, notes), (None, vec![]), "{columns}");
    }
    // A column without its other half, and a sixth pair, are named as not read.
    let six = "keyholderName,keyholderNumber,".repeat(6) + "keyholderName";
    let opening = rollcall_roster::open(format!("lastName,number,{six}\n").as_bytes(), true).unwrap();
    assert_eq!(opening.layout.header.keyholders().len(), 5);
    assert_eq!(opening.unread_columns, ["keyholderName", "keyholderNumber", "keyholderName"]);
}

#[test]
fn a_keyholder_or_risk_that_cannot_be_read_is_a_warning_and_the_resident_is_loaded() {
    let columns = "keyholderName,keyholderNumber,keyholderName,keyholderNumber,risk";
    let (keyholders, risk, notes) = looked_after(columns, "Ann,12,Bob,07700900103,severe");
    assert_eq!((keyholders, risk), (vec!["Bob|+447700900103".to_owned()], None));
    let [number, unclear] = notes.as_slice() else { panic!("{notes:?}") };
    let short = "too_short: keyholder 1 is left out: the number has too few digits";
    assert_eq!(*number, format!("2 keyholderNumber {short}"));
    assert_eq!(unclear, "2 risk risk_unclear: the risk is not read: low, medium or high is expected");
    let (keyholders, _, notes) = looked_after(columns, "Ann,,,07700900103,");
    assert_eq!(keyholders, ["|+447700900103"], "a number without a name can be rung");
    let missing = "keyholder_number_missing: keyholder 1 is left out: the name stands without a number";
    assert_eq!(notes, [format!("2 keyholderNumber {missing}")]);
    for (cell, risk) in [("low", Risk::Low), (" Medium ", Risk::Medium), ("HIGH", Risk::High)] {
        assert_eq!(looked_after("risk", cell).1, Some(risk), "{cell}");
    }
    let text = format!(
        "{:?}",
        read(
            b"number,lastName,keyholderName,keyholderNumber\n07700900101,Example,Ann,07700900102\n",
            WHOLE,
            1000
        )
        .unwrap()
        .lines
    );
    assert!(!text.contains("Ann") && !text.contains("0102"), "{text}");
}

/// A header as it travelled before there were these columns, and the other way round.
#[test]
fn the_header_of_a_former_version_is_read() {
    let opening = rollcall_roster::open(b"firstName,lastName,number\n", true).unwrap();
    let json = serde_json::to_string(&opening.layout.header).unwrap();
    let former = r#"{"width":3,"places":[0,1,2,null,null,null,null,null,null,null]}"#;
    assert_eq!(json, former);
    assert_eq!(serde_json::from_str::<rollcall_roster::Header>(former).unwrap(), opening.layout.header);
}
