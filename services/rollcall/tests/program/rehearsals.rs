//! `rehearse`: its report, its events, its options.

use crate::support::{Place, sample};
use serde_json::Value;
use std::collections::BTreeMap;

/// A street of so many residents.
fn street(residents: u32) -> String {
    let mut csv = "firstName,lastName,number\n".to_owned();
    for index in 0..residents {
        csv.push_str(&format!("Ada,Example {index},+447700900{index:03}\n"));
    }
    csv
}

#[test]
fn a_calm_day_is_reported_as_promised() {
    let place = Place::new();
    place.file("list.csv", street(40));
    let ran = place.run(&["rehearse", "list.csv", "--agents", "3", "--json"]).with(0);
    let report = ran.json();
    for name in [
        "seed",
        "days",
        "residents",
        "agents",
        "calls_started",
        "calls_refused",
        "calls_throttled",
        "outcomes",
        "callbacks",
        "ledger",
        "peak_calls_per_second",
        "peak_concurrent_calls",
        "double_dials",
        "dead_letters",
        "violations",
        "virtual_seconds",
        "wall_seconds",
        "trace_hash",
    ] {
        assert!(report.get(name).is_some(), "{name} in {report}");
    }
    assert_eq!(report["residents"], 40);
    assert_eq!(report["seed"], 1);
    assert_eq!(report["ledger"]["balanced"], true);
    assert_eq!(report["violations"], Value::Array(Vec::new()));
    assert_eq!(ran.err, "");
}

#[test]
fn the_same_command_gives_the_same_day_and_another_seed_another() {
    let place = Place::new();
    place.file("list.csv", street(20));
    let hash = |seed: &str| {
        let ran = place.run(&["rehearse", "list.csv", "--agents", "2", "--seed", seed, "--json"]).with(0);
        ran.json()["trace_hash"].as_str().unwrap().to_owned()
    };
    assert_eq!(hash("7"), hash("7"));
    assert_ne!(hash("7"), hash("8"));
}

#[test]
fn events_are_the_outside_view() {
    let place = Place::new();
    place.file("list.csv", street(30));
    let args = ["rehearse", "list.csv", "--agents", "2", "--events", "events.ndjson", "--json"];
    let report = place.run(&args).with(0).json();
    let text = std::fs::read_to_string(place.path("events.ndjson")).unwrap();
    let mut calls: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut last = String::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let at = event["at"].as_str().unwrap();
        assert!(at.len() == "2026-11-23T08:00:00.000Z".len() && at >= last.as_str(), "{line}");
        last = at.to_owned();
        let call = calls.entry(event["contact_id"].to_string()).or_default();
        match event["kind"].as_str().unwrap() {
            "dial_accepted" => call.0 += 1,
            "ended" => call.1 += 1,
            _ => {}
        }
    }
    let dialed: Vec<_> = calls.values().filter(|call| call.0 > 0).collect();
    assert_eq!(dialed.len() as u64, report["calls_started"].as_u64().unwrap());
    assert!(dialed.iter().all(|call| **call == (1, 1)), "{calls:?}");
}

#[test]
fn a_person_is_told_in_words() {
    let place = Place::new();
    place.file("list.csv", street(10));
    let answers = "well=1";
    let text = place.run(&["rehearse", "list.csv", "--agents", "2", "--answers", answers]).with(0).out;
    assert!(text.starts_with("1 day(s), 10 residents, 2 agent(s), seed 1\n"), "{text}");
    assert!(text.contains("  10 well, 0 want to talk"), "{text}");
    assert!(text.contains("every property held"), "{text}");
}

#[test]
fn what_cannot_be_rehearsed_is_refused_all_at_once() {
    let place = Place::new();
    let ran = place
        .run(&[
            "rehearse",
            "nowhere.csv",
            "--agents",
            "none",
            "--days",
            "0",
            "--seed",
            "-1",
            "--faults",
            "some",
            "--start",
            "monday",
            "--answers",
            "well=2",
        ])
        .with(2);
    for problem in ["nowhere.csv", "--agents", "--days", "--seed", "--faults", "--start", "--answers"] {
        assert!(ran.err.contains(problem), "{problem} in {}", ran.err);
    }
    assert_eq!(ran.err.lines().count(), 7, "{}", ran.err);
    place.file("list.csv", sample("20-header-only.csv"));
    let ran = place.run(&["rehearse", "list.csv", "--agents", "2"]).with(2);
    assert!(ran.err.contains("list.csv: the file has a row that names the columns"), "{}", ran.err);
}
