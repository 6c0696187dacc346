//! Rows that are rejected among others that are taken.

use crate::support::Place;
use serde_json::Value;

/// A file with a good row before and after `row`; the row is rejected on line 3
/// for this reason, and both others are loaded.
#[track_caller]
fn rejected(row: &str, code: &str, column: Option<&str>) {
    let place = Place::new();
    let report = place
        .import(format!(
            "firstName,lastName,number\nAda,Example,+447700900101\n{row}\nGrace,Sample,+447700900102\n"
        ))
        .with(0)
        .json();
    assert_eq!(counts(&report), [3, 2, 0, 1], "{report}");
    let rejection = &report["rejections"][0];
    assert_eq!(rejection["line"], 3, "{report}");
    assert_eq!(rejection["code"], code, "{report}");
    assert_eq!(rejection["column"].as_str(), column, "{report}");
    assert!(rejection["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{report}");
    assert_eq!(place.residents().len(), 2);
}

/// rows, loaded, already known, rejected.
fn counts(report: &Value) -> [u64; 4] {
    ["rows", "loaded", "already_known", "rejected"].map(|name| report[name].as_u64().unwrap())
}

#[test]
fn numbers_that_cannot_be_called() {
    for (number, code) in [
        ("07700 90010", "too_short"),
        ("0000 000 0000", "impossible"),
        ("0909 879 0123", "premium_rate"),
        ("999", "emergency"),
        ("4.477E+11", "scientific_notation"),
        ("+447700900312.0", "decimal"),
        ("077009001010101010", "too_long"),
        ("none", "not_a_number"),
        ("", "missing"),
    ] {
        rejected(&format!("Bob,Example,{number}"), code, Some("number"));
    }
}

#[test]
fn a_row_without_a_name() {
    rejected(",,+447700900103", "name_missing", None);
}

#[test]
fn rows_of_the_wrong_width() {
    rejected("Bob,+447700900103", "too_few_fields", None);
    rejected("Bob,Example,+447700900103,one,two", "too_many_fields", None);
}

#[test]
fn a_quote_that_is_never_closed_costs_one_line() {
    rejected("Bob,\"Example,+447700900103", "unclosed_quote", None);
}

#[test]
fn a_quote_that_is_never_closed_swallows_nothing_of_a_long_file() {
    let mut csv = "firstName,lastName,number\nBob,\"Example,+447700900103\n".to_owned();
    for index in 0..5000 {
        csv.push_str(&format!("Ada,Example {index},+447700900{:03}\n", index % 1000));
    }
    let report = Place::new().import(csv).with(0).json();
    assert_eq!(counts(&report), [5001, 5000, 0, 1], "{}", report["rejections"]);
    assert_eq!(report["rejections"][0]["line"], 2);
}

#[test]
fn the_first_rejections_are_told_to_a_person() {
    let place = Place::new();
    let mut csv = "firstName,lastName,number\n".to_owned();
    for index in 0..30 {
        csv.push_str(&format!("Ada,Example {index},999\n"));
    }
    place.file("list.csv", csv);
    let ran = place.run(&["import", "list.csv"]).with(0);
    assert!(ran.out.contains("       30  rejected\n"), "{}", ran.out);
    assert!(ran.out.contains("  line 21, number: this is an emergency"), "{}", ran.out);
    assert!(!ran.out.contains("line 22"), "{}", ran.out);
    assert!(ran.out.contains("and more; --json tells of all of them"), "{}", ran.out);
    assert_eq!(ran.err, "", "no bar where nobody looks");
}
