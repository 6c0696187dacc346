//! Help that says what a command is for, and manners on the command line.

use crate::support::Place;
use std::io::Read;
use std::process::Stdio;

#[test]
fn each_command_says_what_it_does() {
    let place = Place::new();
    for (args, words) in [
        (
            &["--help"] as &[&str],
            &["Phones every resident", "serve", "import", "rehearse", "ledger", "residents", "why"]
                as &[&str],
        ),
        (
            &["serve", "--help"],
            &[
                "until it is stopped",
                "simulated",
                "--data-dir",
                "--listen",
                "--demo",
                "--speed",
                "rollcall.toml",
                "ROLLCALL_POLICY_",
            ],
        ),
        (&["import", "--help"], &["CSV", "firstName, lastName, number", "reported", "--json", "Exit status"]),
        (
            &["rehearse", "--help"],
            &[
                "days",
                "no phone",
                "--agents",
                "--seed",
                "--faults",
                "--start",
                "--answers",
                "--events",
                "hang_up",
                "Exit status",
            ],
        ),
        (&["ledger", "--help"], &["account of the day", "--data-dir", "--json"]),
        (&["residents", "--help"], &["register", "--data-dir", "--json"]),
        (&["why", "--help"], &["may be called", "which rule", "beginning of the id", "--at"]),
        (
            &["dead-letters", "--help"],
            &["set aside", "dry-run", "replay", "discard", "Exit status", "LETTER"],
        ),
        (&["dead-letters", "list", "--help"], &["oldest first", "--json", "--older-than", "--cause"]),
        (&["dead-letters", "replay", "--help"], &["--rate", "a minute", "Ctrl-C", "--all"]),
    ] {
        let ran = place.run(args).with(0);
        let text = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(text.contains(word), "{word} of {args:?} in {text}");
        }
        assert_eq!(ran.err, "");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_with_a_hint() {
    let place = Place::new();
    for (args, hint) in [
        (&["imprt", "x.csv"] as &[&str], "import"),
        (&["serve", "--dmeo"], "--demo"),
        (&["import"], "<FILE>"),
        (&["rehearse", "x.csv"], "--agents"),
        (&[], "Usage"),
    ] {
        let ran = place.run(args).with(2);
        assert!(ran.err.contains(hint), "{hint} of {args:?} in {}", ran.err);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn a_reader_who_goes_away_is_no_error() {
    let place = Place::new();
    let mut csv = "firstName,lastName,number\n".to_owned();
    for index in 0..4000 {
        csv.push_str(&format!("Ada,Example {index},+447700900{:03}\n", index % 1000));
    }
    place.import(csv).with(0);
    let mut child = place
        .program(&["residents", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 10]).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
