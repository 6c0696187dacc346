//! Wrong settings and options: the program does not start and tells everything
//! that is wrong.

use crate::support::Place;

const WRONG: &str = "[policy]\nring_seconds = 5\nmax_attempts = \"three\"\nrings = 2\n[other]\n";

/// The parts of a message about [`WRONG`], one for each problem.
const PROBLEMS: [&str; 4] =
    ["ring_seconds is 5; expected 15 to 60", "max_attempts", "rings: no such", "other: no such"];

#[test]
fn every_command_refuses_wrong_settings_and_lists_all() {
    for args in [
        &["serve"] as &[&str],
        &["import", "list.csv"],
        &["ledger"],
        &["residents"],
        &["why", "someone"],
        &["dead-letters", "list"],
    ] {
        let place = Place::new();
        place.file("list.csv", "firstName,lastName,number\nAda,Example,+447700900101\n");
        std::fs::create_dir(place.path("data")).unwrap();
        place.file("data/rollcall.toml", WRONG);
        let ran = place.run(args).with(2);
        for problem in PROBLEMS {
            assert!(ran.err.contains(problem), "{problem} of {args:?} in {}", ran.err);
        }
        assert_eq!(ran.out, "", "{args:?}");
    }
}

#[test]
fn problems_of_options_settings_and_variables_come_together() {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).unwrap();
    place.file("data/rollcall.toml", "[policy]\nring_seconds = 5\n");
    let ran = place
        .run_with(
            &[("ROLLCALL_POLICY_TIMEZONE", "Europe/Londn")],
            &["serve", "--listen", "everywhere", "--speed", "fast"],
        )
        .with(2);
    for problem in ["--listen is \"everywhere\"", "--speed is \"fast\"", "ring_seconds is 5", "Europe/Londn"]
    {
        assert!(ran.err.contains(problem), "{problem} in {}", ran.err);
    }
    assert_eq!(ran.err.lines().count(), 4, "{}", ran.err);
}

#[test]
fn an_address_that_is_taken_is_told() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = place.run(&["serve", "--listen", &address]).with(2);
    assert!(ran.err.contains(&format!("--listen {address}: ")), "{}", ran.err);
    assert!(ran.err.contains("choose another"), "{}", ran.err);
}

#[test]
fn a_data_directory_that_cannot_be_one_is_told() {
    let place = Place::new();
    place.file("data", "I am a file");
    place.file("list.csv", "firstName,lastName,number\nAda,Example,+447700900101\n");
    for args in [&["serve", "--listen", "127.0.0.1:0"] as &[&str], &["import", "list.csv"]] {
        let ran = place.run(args).with(2);
        assert!(ran.err.contains("data"), "{}", ran.err);
    }
}

#[test]
fn a_database_of_somebody_else_is_left_alone() {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).unwrap();
    place.file("data/rollcall.sqlite", "this is no database, and long enough to be told from an empty one");
    let ran = place.run(&["residents"]).with(2);
    assert!(ran.err.contains("found something else"), "{}", ran.err);
    assert!(std::fs::read_to_string(place.path("data/rollcall.sqlite")).unwrap().starts_with("this is"));
}

#[test]
fn settings_are_obeyed() {
    let place = Place::new();
    place.import("firstName,lastName,number\nAda,Example,+447700900101\n").with(0);
    std::fs::write(
        place.path("data/rollcall.toml"),
        "[policy]\nholidays = [\"2030-01-01\"]\ntimezone = \"Europe/Dublin\"\n",
    )
    .unwrap();
    assert_eq!(place.residents()[0]["timezone"], "Europe/Dublin");
    let id = place.residents()[0]["id"].as_str().unwrap().to_owned();
    let why = place.run(&["why", &id, "--at", "2030-01-01T10:00:00Z", "--json"]).with(0).json();
    assert_eq!(why["code"], "outside_window");
    assert_eq!(why["until"], "2030-01-02T09:00:00Z");
    let named = place.run_with(&[("ROLLCALL_POLICY_TIMEZONE", "Europe/Paris")], &["residents", "--json"]);
    assert_eq!(named.with(0).lines()[0]["timezone"], "Europe/Paris");
}

#[test]
#[cfg(not(feature = "aws"))]
fn what_is_not_in_this_program_says_how_to_build_one_that_has_it() {
    let place = Place::new();
    for args in [&["serve", "--telephony", "connect"] as &[&str], &["doctor", "--aws"]] {
        let ran = place.run(args).with(2);
        assert!(ran.err.contains("`cargo build --release -p rollcall --features aws`"), "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    }
}

#[test]
fn a_telephone_service_that_does_not_exist_and_one_of_somebody_else_are_refused() {
    let place = Place::new();
    let ran = place.run(&["serve", "--telephony", "pigeon"]).with(2);
    assert!(ran.err.contains("--telephony is \"pigeon\"; expected simulated or connect"), "{}", ran.err);
    std::fs::create_dir(place.path("data")).unwrap();
    place.file("data/telephony.txt", "Amazon Connect, instance i, with the stream s\n");
    let ran = place.run(&["serve", "--listen", "127.0.0.1:0"]).with(2);
    assert!(ran.err.contains("makes its calls through Amazon Connect, instance i"), "{}", ran.err);
}
