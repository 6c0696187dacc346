//! `serve --demo` as a newcomer sees it, and what a sudden end leaves behind.

use crate::support::{Place, Running};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Five minutes pass each second.
const SPEED: &str = "300";
/// How long the next line may take. Far more than it ever does: a test that
/// waits for what never comes fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(60);
/// Accounts of the day after which everything has long been done: each is five
/// minutes of the demonstration, twelve hours in all.
const ACCOUNTS: usize = 144;

/// A demonstration and its lines.
struct Demo {
    process: Running,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Demo {
    fn start(place: &Place, speed: &str) -> Self {
        Self::of(place.program(&[
            "serve",
            "--demo",
            "--speed",
            speed,
            "--listen",
            "127.0.0.1:0",
            "--events",
            "events.ndjson",
        ]))
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { process: Running(child), lines, said: Vec::new() }
    }

    /// Reads on to the first line that fits.
    #[track_caller]
    fn wait(&mut self, fits: impl Fn(&str) -> bool) -> String {
        for _ in 0..ACCOUNTS {
            loop {
                let line = self.lines.recv_timeout(PATIENCE);
                let line = line.unwrap_or_else(|error| panic!("{error} after {:?}", self.said.last()));
                self.said.push(line.clone());
                if fits(&line) {
                    return line;
                }
                if line.contains("LEDGER") {
                    break;
                }
            }
        }
        panic!("what was waited for did not come; last {:?}", self.said.last());
    }

    /// Reads on until so many lines fitted.
    #[track_caller]
    fn wait_for(&mut self, count: usize, part: &str) {
        for _ in 0..count {
            self.wait(|line| line.contains(part));
        }
    }

    /// Waits until nobody is being tried and every promise was taken up.
    #[track_caller]
    fn wait_until_done(&mut self, place: &Place) -> String {
        self.wait(|line| {
            line.contains("LEDGER") && line.contains("| trying 0 |") && every_promise_was_taken_up(place)
        })
    }
}

/// What the simulated Connect saw.
fn events(place: &Place) -> Vec<Value> {
    let text = std::fs::read_to_string(place.path("events.ndjson")).unwrap();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether each resident who asked for a callback was rung by an agent.
fn every_promise_was_taken_up(place: &Place) -> bool {
    let of = |kind: &str| -> BTreeSet<String> {
        let events = events(place).into_iter().filter(|event| event["kind"] == kind);
        events.map(|event| event["attempt_id"].to_string()).collect()
    };
    of("callback_requested").is_subset(&of("callback_ended"))
}

/// One request over HTTP, and the whole answer.
fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Milliseconds of a moment.
fn millis(event: &Value) -> i64 {
    event["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// The rules, judged from outside: by what the simulated Connect saw.
#[track_caller]
fn judge(place: &Place) {
    // The services decide a little before the phone rings; on a machine that is
    // busy with other tests, a fifth of a second is a minute of these days.
    const GAP: i64 = (5 * 60 - 60) * 1000;
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let numbers: BTreeMap<String, String> = place
        .residents()
        .iter()
        .map(|one| (one["id"].as_str().unwrap().to_owned(), one["number"].as_str().unwrap().to_owned()))
        .collect();
    let (mut tokens, mut ended) = (BTreeSet::new(), BTreeMap::<String, u32>::new());
    let mut dials: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut rings: BTreeMap<&str, i64> = BTreeMap::new();
    let mut reached: BTreeMap<String, i64> = BTreeMap::new();
    let mut last = 0;
    for event in &events(place) {
        let at = millis(event);
        assert!(at >= last, "time went back: {event}");
        last = at;
        let resident = event["resident_id"].as_str().unwrap_or_default().to_owned();
        match event["kind"].as_str().unwrap() {
            "dial_accepted" => {
                assert!(tokens.insert(event["client_token"].as_str().unwrap().to_owned()), "twice: {event}");
                let (id, number) = numbers.get_key_value(&resident).unwrap();
                let ring = rings.insert(number, at);
                assert!(ring.is_none_or(|before| at - before >= GAP), "number rang again: {event}");
                let times = dials.entry(id).or_default();
                times.push(at);
                assert!(times.iter().filter(|time| at - **time < DAY).count() <= 3, "too often: {event}");
                assert!(reached.get(&resident).is_none_or(|heard| at - heard >= DAY), "reached: {event}");
            }
            "key_pressed" if ["1", "2"].contains(&event["key"].as_str().unwrap()) => {
                reached.insert(resident, at);
            }
            "ended" => *ended.entry(event["client_token"].as_str().unwrap().to_owned()).or_default() += 1,
            _ => {}
        }
    }
    assert!(dials.len() > 100, "only {} were called", dials.len());
    assert!(ended.values().all(|times| *times == 1), "{ended:?}");
    assert!(ended.keys().all(|token| tokens.contains(token)), "an end without a dial");
}

/// Everyone is accounted for.
#[track_caller]
fn balanced(place: &Place) {
    let ledger = place.run(&["ledger", "--json"]).with(0).json();
    assert_eq!((&ledger["total"], &ledger["balanced"]), (&Value::from(200), &Value::from(true)), "{ledger}");
}

/// Whether no call was forgotten.
fn every_dial_has_ended(place: &Place) -> bool {
    let of = |kind: &str| -> BTreeSet<String> {
        let events = events(place).into_iter().filter(|event| event["kind"] == kind);
        events.map(|event| event["client_token"].to_string()).collect()
    };
    of("dial_accepted") == of("ended")
}

#[test]
fn a_newcomer_sees_the_town_being_called() {
    let place = Place::new();
    let mut demo = Demo::start(&place, SPEED);
    let health = demo.wait(|line| line.starts_with("Health: http://"));
    let address = health.trim_start_matches("Health: http://").trim_end_matches("/healthz").to_owned();
    let answer = ask(&address, "GET /healthz");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"status\":\"ok\""), "{answer}");
    let unknown = ask(&address, "GET /contacts/5f9b2c1e-7a44-4d0b-9a3e-2d6c8e1f0a11/nobody");
    assert!(unknown.contains("ResourceNotFoundException"), "{unknown}");
    demo.wait(|line| line.contains("rows loaded: 200 new residents, 0 known already, 2 rejected"));
    demo.wait_for(30, "is being called");
    // Another process may look meanwhile, and import.
    balanced(&place);
    let other = place.import("firstName,lastName,number\nAda,Example,+447700900999\n").with(0).json();
    assert_eq!(other["loaded"], 1);
    let ledger = demo.wait_until_done(&place);
    assert!(ledger.ends_with("=  201 in all, balanced"), "{ledger}");
    assert_eq!(demo.process.stop("INT"), Some(0));
    let said = demo.said.join("\n");
    assert!(said.contains("pressed 1: well") && said.contains("was called back by an agent"), "{said}");
    assert!(!said.contains("+44") && !said.contains("Applethwick"), "no numbers, no names");
    judge(&place);
}

#[test]
fn a_killed_demonstration_goes_on_where_it_was() {
    let place = Place::new();
    for (count, part) in [
        (1, "rows loaded"),
        (3, "is being called"),
        (19, "pressed 1"),
        (2, "promised a callback"),
        (31, "is being called"),
        (1, "LEDGER"),
    ] {
        let mut demo = Demo::start(&place, SPEED);
        demo.wait_for(count, part);
        demo.process.kill();
        balanced(&place);
    }
    let mut demo = Demo::start(&place, SPEED);
    let ledger = demo.wait_until_done(&place);
    assert!(ledger.ends_with("=  200 in all, balanced"), "{ledger}");
    assert_eq!(demo.process.stop("TERM"), Some(0));
    balanced(&place);
    judge(&place);
    assert!(every_dial_has_ended(&place));
}

#[test]
fn whoever_can_be_reached_by_others_does_not_offer_them_a_telephone() {
    let place = Place::new();
    let mut demo = Demo::of(place.program(&["serve", "--listen", "0.0.0.0:0"]));
    let health = demo.wait(|line| line.starts_with("Health: http://0.0.0.0:"));
    let port = health.trim_start_matches("Health: http://0.0.0.0:").trim_end_matches("/healthz");
    let address = format!("127.0.0.1:{port}");
    demo.wait(|line| line.contains("LEDGER"));
    assert!(ask(&address, "GET /healthz").starts_with("HTTP/1.1 200 "));
    let wire = ask(&address, "GET /contacts/5f9b2c1e-7a44-4d0b-9a3e-2d6c8e1f0a11/nobody");
    assert!(wire.starts_with("HTTP/1.1 404 ") && !wire.contains("Exception"), "{wire}");
}

#[test]
fn one_directory_is_served_by_one_process() {
    let place = Place::new();
    let mut demo = Demo::start(&place, "60");
    demo.wait(|line| line.starts_with("Health"));
    let second = place.run(&["serve", "--demo", "--listen", "127.0.0.1:0"]).with(2);
    assert!(second.err.contains("another `rollcall serve` runs on ./data"), "{}", second.err);
    demo.process.kill();
    let mut again = Demo::start(&place, "60");
    again.wait(|line| line.starts_with("Health"));
}

#[test]
fn a_directory_keeps_its_clock() {
    let place = Place::new();
    let shown = || millis(&place.run(&["ledger", "--json"]).with(0).json());
    let mut demo = Demo::start(&place, SPEED);
    demo.wait_for(2, "LEDGER");
    demo.process.kill();
    let killed = shown();
    let mut plain = Demo::of(place.program(&["serve", "--listen", "127.0.0.1:0"]));
    plain.wait(|line| line.contains("a clock of its own, which runs 1 times as fast"));
    plain.wait(|line| line.contains("LEDGER"));
    assert_eq!(plain.process.stop("TERM"), Some(0));
    let passed = shown() - killed;
    assert!((0..30 * 60 * 1000).contains(&passed), "{passed} ms");
}
