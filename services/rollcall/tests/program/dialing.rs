//! The switch over all dialing: alone, and while another process serves.

use crate::support::{Place, Running};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const LIST: &str = "firstName,lastName,number\nAda,Example,+447700900101\n";

#[track_caller]
fn status(place: &Place) -> Value {
    place.run(&["dialing", "status", "--json"]).with(0).json()
}

#[test]
fn it_is_stopped_and_started_with_a_reason() {
    let place = Place::new();
    let nowhere = place.run(&["dialing", "stop", "--reason", "too early"]).with(2);
    assert!(nowhere.err.contains("holds no register"), "{nowhere:?}");
    place.import(LIST).with(0);
    assert_eq!(place.run(&["dialing", "status"]).with(0).out, "Dialing runs.\n");
    assert!(place.run(&["dialing", "stop"]).with(2).err.contains("--reason"));
    let blank = place.run(&["dialing", "stop", "--reason", " "]).with(2);
    assert_eq!(blank.err, "rollcall: --reason: the reason is missing\n");
    assert_eq!(status(&place)["change"], 0);

    let stop = ["dialing", "stop", "--reason", "the lines crackle"];
    let stopped = place.run_with(&[("USER", "joe")], &stop).with(0).out;
    assert!(stopped.starts_with("Dialing is STOPPED since "), "{stopped}");
    assert!(stopped.ends_with(", by joe (command line): the lines crackle\n"), "{stopped}");
    let first = status(&place);
    assert_eq!(
        (&first["state"], &first["change"], &first["cause"]),
        (&json!("stopped"), &json!(1), &Value::Null)
    );
    let id = place.residents()[0]["id"].as_str().unwrap().to_owned();
    let why = place.run(&["why", &id]).with(0).out;
    assert!(why.contains("But nobody is called: dialing is STOPPED since "), "{why}");
    assert_eq!(place.run(&["dialing", "stop", "--reason", "me too", "--json"]).with(0).json(), first);

    let started = place.run(&["dialing", "start", "--reason", "mended", "--json"]).with(0).json();
    assert_eq!(
        (&started["state"], &started["by"], &started["why"]),
        (&json!("running"), &json!("command line"), &json!("mended"))
    );
    assert_eq!(place.run(&["dialing", "start", "--reason", "again", "--json"]).with(0).json(), started);
    let text = place.run(&["dialing", "status"]).with(0).out;
    assert!(text.starts_with("Dialing runs; started again at ") && text.ends_with(": mended\n"), "{text}");
}

#[test]
fn a_process_that_serves_says_each_change_in_a_line() {
    let place = Place::new();
    place.import(LIST).with(0);
    // A minute, and so a run of the sweep, passes in a second.
    let mut serve = place.program(&["serve", "--listen", "127.0.0.1:0", "--speed", "60"]);
    let mut child = serve.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let _process = Running(child);
    let mut said = |words: &str| lines.find(|line| line.contains(words)).unwrap_or_default();
    said("stop with Ctrl-C");
    place.run_with(&[("USER", "joe")], &["dialing", "stop", "--reason", "a test"]).with(0);
    let line = said("dialing was stopped");
    assert!(
        line.ends_with("dialing was stopped by joe (command line); why: rollcall dialing status"),
        "{line}"
    );
    place.run(&["dialing", "start", "--reason", "a test"]).with(0);
    assert!(said("dialing was started").ends_with("dialing was started again by command line"));
}
