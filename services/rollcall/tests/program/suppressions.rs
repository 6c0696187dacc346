//! The suppression list on the command line.

use crate::support::Place;
use serde_json::json;

const LIST: &str = "firstName,lastName,number,reference\nAda,Example,+447700900101,A1\n\
    Ben,Example,+447700900101,B1\nCleo,Example,+447700900103,C1\n";

#[track_caller]
fn code(place: &Place, reference: &str) -> String {
    let why = place.run(&["why", reference, "--at", "2026-11-23T10:00:00Z", "--json"]).with(0).json();
    why["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_number_or_a_resident_is_suppressed_and_called_again() {
    let place = Place::new();
    let nowhere = place.run(&["suppress", "07700 900101", "--reason", "too early"]).with(2);
    assert!(nowhere.err.contains("holds no register"), "{nowhere:?}");
    place.import(LIST).with(0);
    assert_eq!(place.run(&["suppressions"]).with(0).out, "Nobody is on the suppression list.\n");
    assert_eq!(place.run(&["suppressions", "--json"]).with(0).out, "");
    let suppress = ["suppress", "07700 900101", "--reason", "rang us"];
    let said = place.run_with(&[("USER", "joe")], &suppress).with(0).out;
    assert!(said.starts_with("Is not called any more:\n"), "{said}");
    assert!(said.contains("number …01") && said.ends_with("by joe (command line): rang us\n"), "{said}");
    assert!(!said.contains("900101"), "{said}");
    assert_eq!(["A1", "B1"].map(|who| code(&place, who)), ["suppressed", "suppressed"]);
    assert_ne!(code(&place, "C1"), "suppressed");
    let again = place.run(&["suppress", "+447700900101", "--reason", "again", "--json"]).with(0).json();
    assert_eq!((&again["reason"], &again["ground"]), (&json!("rang us"), &json!("staff")));

    let cleo = place.run(&["suppress", "C1", "--reason", "their wish", "--json"]).with(0).json();
    assert_eq!((code(&place, "C1"), &cleo["number_ends"]), ("suppressed".to_owned(), &json!(null)));
    let listed = place.run(&["suppressions"]).with(0).out;
    let lines: Vec<&str> = listed.lines().collect();
    assert!(
        lines.len() == 2 && lines[0].contains("resident ") && lines[1].contains("number …01"),
        "{listed}"
    );

    let id = cleo["id"].as_str().unwrap();
    for who in ["0770 0900101", id] {
        let said = place.run(&["unsuppress", who, "--reason", "mistake"]).with(0).out;
        assert!(said.starts_with("Is called again by the rules:\n"), "{said}");
    }
    assert!(["A1", "B1", "C1"].iter().all(|who| code(&place, who) != "suppressed"));
    let gone = place.run(&["unsuppress", "C1", "--reason", "asked"]).with(2);
    assert!(gone.err.contains("is not on the list by itself"), "{gone:?}");
}

#[test]
fn what_cannot_be_used_is_refused() {
    let place = Place::new();
    place.import(LIST).with(0);
    for (given, expected) in [
        (["suppress", "nobody", "--reason", "x"], "no resident is known by \"nobody\""),
        (["suppress", "A1", "--reason", " "], "--reason: the reason is missing"),
        (["unsuppress", "A1", "--reason", "whim"], "expected asked, mistake, reassigned, other"),
    ] {
        let refused = place.run(&given).with(2);
        assert!(refused.err.contains(expected), "{refused:?}");
    }
}

/// Whoever is loaded with a number of the list is loaded, marked, and warned of.
#[test]
fn whoever_is_loaded_later_is_not_called_either() {
    let place = Place::new();
    place.import("firstName,lastName,number\nZoe,Example,+447700900199\n").with(0);
    place.run(&["suppress", "+447700900101", "--reason", "rang us"]).with(0);
    let loaded = place.import(LIST).with(0);
    assert!(loaded.out.contains("suppressed: will not be called"), "{loaded:?}");
    assert_eq!(["A1", "B1"].map(|who| code(&place, who)), ["suppressed", "suppressed"]);
    assert_ne!(code(&place, "C1"), "suppressed");
    assert_eq!(place.run(&["ledger", "--json"]).with(0).json()["balanced"], true);
}
