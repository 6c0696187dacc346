//! What is refused before anybody is called.

use crate::program;
use std::path::Path;

/// The problems of a start, which must have been refused.
fn refused(dir: &Path, vars: &[(&str, &str)], args: &[&str]) -> String {
    let vars: Vec<_> = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let output = program(dir, &vars, args).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

const SERVE: [&str; 5] = ["serve", "--telephony", "connect", "--listen", "127.0.0.1:0"];

/// All that is needed; nothing answers there.
const VARS: [(&str, &str); 8] = [
    ("ROLLCALL_CONNECT_INSTANCE_ID", "an-instance"),
    ("ROLLCALL_CONNECT_FLOW_ID", "a-flow"),
    ("ROLLCALL_CONNECT_QUEUE_ID", "a-queue"),
    ("ROLLCALL_STREAM_OUTCOMES", "a-stream"),
    ("AWS_REGION", "eu-west-2"),
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
];

#[test]
fn every_problem_of_options_and_settings_comes_at_once() {
    let place = tempfile::tempdir().unwrap();
    let args =
        ["serve", "--telephony", "connect", "--demo", "--speed", "60", "--events", "x", "--listen", "here"];
    let text = refused(place.path(), &[("ROLLCALL_CONNECT_QUEUE_ID", "")], &args);
    for problem in [
        "--listen is \"here\"",
        "--demo is for the simulated",
        "--speed is for the simulated",
        "--events is for the simulated",
        "ROLLCALL_CONNECT_INSTANCE_ID is missing",
        "ROLLCALL_CONNECT_FLOW_ID is missing",
        "ROLLCALL_CONNECT_QUEUE_ID is missing",
        "ROLLCALL_STREAM_OUTCOMES is missing",
        "AWS_REGION is missing",
    ] {
        assert!(text.contains(problem), "{problem} in {text}");
    }
    assert_eq!(text.lines().count(), 9, "{text}");
    assert!(!place.path().join("data").exists());
}

#[test]
fn a_register_with_answers_that_nobody_gave_is_refused() {
    for file in ["connect.ndjson", "clock.json"] {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("data")).unwrap();
        let clock = r#"{"shown":"2026-11-23T08:58:00Z","resume":"2026-11-23T08:58:00Z","speed":60}"#;
        std::fs::write(place.path().join("data").join(file), clock).unwrap();
        let text = refused(place.path(), &VARS, &SERVE);
        assert!(text.contains("answers that nobody gave"), "{file}: {text}");
    }
}

#[test]
fn a_directory_stays_with_its_instance_and_its_stream() {
    let place = tempfile::tempdir().unwrap();
    // Nothing answers there: it ends, and has taken the directory first.
    let output =
        program(place.path(), &VARS.map(|(a, b)| (a.to_owned(), b.to_owned())), &SERVE).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("the stream a-stream cannot be read now"));
    for changed in [0, 3] {
        let mut vars = VARS;
        vars[changed].1 = "another";
        let text = refused(place.path(), &vars, &SERVE);
        assert!(text.contains("an-instance, with the stream a-stream, not "), "{text}");
    }
    let text = refused(place.path(), &[], &["serve", "--listen", "127.0.0.1:0"]);
    assert!(text.contains("makes its calls through Amazon Connect"), "{text}");
}
