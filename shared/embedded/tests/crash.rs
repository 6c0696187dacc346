//! `kill -9` at any moment: whatever was acknowledged is there afterwards, and
//! the store opens and goes on.
//!
//! The test starts itself again as a child that writes to the store and says
//! on its standard output what was acknowledged. The parent kills it after a
//! seeded number of lines, mostly in the middle of the next piece of work.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::topology::Topology;
use rollcall_contracts::upload::{UploadRef, arrived};
use rollcall_domain::attempt::{Attempt, Key, Press};
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::RequestId;
use rollcall_domain::resident::Resident;
use rollcall_embedded::{Options, Store};
use rollcall_ports::suite::ManualClock;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{
    AuditEntry, Began, Begin, DeadLetter, Inbox, Saved, StreamReader, StreamWriter, Uploads, Upserted,
    Versioned,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

const KILLS: u64 = 40;
const SEED: u64 = 20_261_123;
/// Says that this process is the child, and in which directory it works.
const DIR: &str = "ROLLCALL_CRASH_TEST_DIR";
/// The number of the child.
const ROUND: &str = "ROLLCALL_CRASH_TEST_ROUND";
/// What a child may number; no two children use one number.
const NUMBERS: u64 = 1_000_000;

#[test]
fn nothing_acknowledged_is_lost() {
    if let Some(dir) = std::env::var_os(DIR) {
        let round = std::env::var_os(ROUND).unwrap().to_str().unwrap().parse().unwrap();
        return child(&PathBuf::from(dir), round);
    }
    let dir = tempfile::tempdir().unwrap();
    let mut rng = fastrand::Rng::with_seed(SEED);
    let mut facts = BTreeSet::new();
    for round in 0..KILLS {
        let lines = rng.usize(0..80);
        let news = run_and_kill(dir.path(), round, lines);
        assert!(news.len() >= lines, "the child of round {round} ended by itself");
        facts.extend(news);
        verify(dir.path(), day(2 * round + 1), &facts);
    }
    for kind in KINDS {
        let seen = facts.iter().filter(|(its, _)| its == kind).count();
        assert!(seen > 5, "{kind} was acknowledged {seen} times only");
    }
}

const KINDS: [&str; 14] = [
    "added", "bulk", "saved", "begun", "pressed", "sent", "taking", "deleted", "put", "reading", "read",
    "parked", "uploaded", "noted",
];

/// Runs a child, kills it after so many facts, and returns all it said.
fn run_and_kill(dir: &Path, round: u64, lines: usize) -> Vec<(String, u64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["nothing_acknowledged_is_lost", "--exact", "--nocapture"])
        .env(DIR, dir)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut facts = Vec::new();
    let mut killed = false;
    loop {
        if facts.len() >= lines && !killed {
            // SIGKILL; what was written before is still read.
            child.kill().unwrap();
            killed = true;
        }
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        // A line without an end was cut off: it acknowledges nothing.
        let Some(line) = line.strip_suffix('\n') else { break };
        if let Some((kind, number)) = line.strip_prefix("ACK ").and_then(|fact| fact.split_once(' ')) {
            facts.push((kind.to_owned(), number.parse().unwrap()));
        }
    }
    child.wait().unwrap();
    facts
}

fn acknowledge(kind: &str, number: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ACK {kind} {number}").unwrap();
    out.flush().unwrap();
}

fn open(dir: &Path, at: Timestamp) -> Store {
    let mut topology = Topology::shipped().clone();
    // Verifying receives everything again and again.
    topology.queues.rows.max_receives = 1_000_000;
    topology.queues.uploads.max_receives = 1_000_000;
    let clock = Arc::new(ManualClock::at(at));
    Store::open_with(dir, clock, Options { topology, ..Options::default() }).unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// Every child and every verification has its own day, so that each finds
/// visible again what the one before had in hand.
fn day(n: u64) -> Timestamp {
    let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    start + SignedDuration::from_hours(24 * i64::try_from(n).unwrap())
}

/// By thousands, since there are no more made-up numbers.
fn person(n: u64) -> Resident {
    resident(&format!("crash {}", n / 1000), u32::try_from(n % 1000).unwrap())
}

fn attempt(n: u64) -> Attempt {
    Attempt::begin(person(n).id, RequestId::derive(&["crash", &n.to_string()]), day(0))
}

/// People of one large upload.
const BULK: u64 = 300;
/// Where the numbers of people of large uploads start, above all others.
const BULKS: u64 = 1_000_000_000_000;

/// Works until it is killed.
fn child(dir: &Path, round: u64) {
    let store = open(dir, day(2 * round));
    let mut rng = fastrand::Rng::with_seed(SEED + round);
    let mut dialed = Vec::new();
    for n in round * NUMBERS + 1..(round + 1) * NUMBERS {
        match rng.u32(0..12) {
            0 => add(&store, n..n + 1, "added"),
            1 => add(&store, BULKS + n * BULK..BULKS + (n + 1) * BULK, "bulk"),
            2 => {
                add(&store, n..n + 1, "added");
                let mut read = run(store.residents().get(person(n).id)).unwrap().unwrap();
                read.value.enabled = false;
                let saved = run(store.residents().save(&read, Schedule::default())).unwrap();
                assert!(matches!(saved, Saved::Done(_)));
                acknowledge("saved", n);
            }
            3 => {
                add(&store, n..n + 1, "added");
                begin(&store, n);
                dialed.push(n);
            }
            4 => {
                let Some(n) = dialed.pop() else { continue };
                let mut read = run(store.attempts().get(attempt(n).id)).unwrap().unwrap();
                read.value.facts.press = Some(Press { key: Key::Talk, at: day(0) });
                assert!(matches!(run(store.attempts().save(&read)).unwrap(), Saved::Done(_)));
                acknowledge("pressed", n);
            }
            5 | 6 => {
                store.rows_queue().send_raw(&n.to_string(), SignedDuration::ZERO).unwrap();
                acknowledge("sent", n);
            }
            7 => {
                for message in run(store.rows_queue().receive(1)).unwrap() {
                    let its: u64 = message.body.parse().unwrap();
                    acknowledge("taking", its);
                    run(store.rows_queue().delete(&message.receipt)).unwrap();
                    acknowledge("deleted", its);
                }
            }
            8 => stream(&store, n),
            9 => {
                run(store.dead_letters().park(&letter(n))).unwrap();
                acknowledge("parked", n);
            }
            10 => {
                store.uploads().put(&n.to_string(), &mut content(n).as_slice()).unwrap();
                acknowledge("uploaded", n);
            }
            _ => {
                run(store.audit().record(&entry(n))).unwrap();
                acknowledge("noted", n);
            }
        }
    }
}

fn add(store: &Store, numbers: std::ops::Range<u64>, kind: &str) {
    let first = numbers.start;
    let people: Vec<_> = numbers.map(|n| (person(n), Schedule::default())).collect();
    let answers = run(store.residents().add(&people)).unwrap();
    assert!(answers.iter().all(|answer| *answer == Upserted::Created));
    acknowledge(kind, first);
}

fn begin(store: &Store, n: u64) {
    let resident = run(store.residents().get(person(n).id)).unwrap().unwrap();
    let begin = Begin {
        attempt: Versioned::new(attempt(n)),
        number: resident.value.number,
        resident,
        schedule: Schedule::default(),
        now: day(0),
        quiet_since: day(1),
    };
    assert_eq!(run(store.attempts().begin(&begin)).unwrap(), Began::Granted);
    acknowledge("begun", n);
}

fn stream(store: &Store, n: u64) {
    let stream = store.outcomes_stream();
    for n in [n * 10, n * 10 + 1, n * 10 + 2] {
        run(stream.put("key", &n.to_be_bytes())).unwrap();
        acknowledge("put", n);
    }
    let entries = run(stream.read(0, 2)).unwrap();
    let last = entries.last().unwrap().sequence.clone();
    let read: Vec<u64> =
        entries.into_iter().map(|entry| u64::from_be_bytes(entry.data.try_into().unwrap())).collect();
    for n in &read {
        acknowledge("reading", *n);
    }
    run(stream.checkpoint(0, &last)).unwrap();
    for n in read {
        acknowledge("read", n);
    }
}

fn letter(n: u64) -> DeadLetter {
    DeadLetter {
        source: "rows".to_owned(),
        message_id: n.to_string(),
        reason: "crash test".to_owned(),
        handler: "crash test".to_owned(),
        parked_at: day(0),
        receives: 1,
        body: content(n),
        replay: None,
    }
}

fn content(n: u64) -> Vec<u8> {
    n.to_string().repeat(2000).into_bytes()
}

fn entry(n: u64) -> AuditEntry {
    AuditEntry {
        key: n.to_string(),
        at: day(0),
        actor: "crash test".to_owned(),
        action: "test".to_owned(),
        resident: None,
        detail: String::new(),
    }
}

/// Holds the reopened store against everything that was ever acknowledged.
fn verify(dir: &Path, now: Timestamp, facts: &BTreeSet<(String, u64)>) {
    let store = open(dir, now);
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
    let of = |kind: &str| -> BTreeSet<u64> {
        facts.iter().filter(|(its, _)| its == kind).map(|(_, n)| *n).collect()
    };
    let residents = store.residents();
    let resident = |n: u64| run(residents.get(person(n).id)).unwrap().expect("an added resident is there");
    for n in of("added") {
        assert_eq!(resident(n).value.profile, person(n).profile);
    }
    for first in of("bulk") {
        for n in [first, first + BULK / 2, first + BULK - 1] {
            assert_eq!(resident(n).value, person(n));
        }
    }
    for n in of("saved") {
        assert!(!resident(n).value.enabled, "the write to {n}");
    }
    let attempts = store.attempts();
    for n in of("begun") {
        let stored = run(attempts.get(attempt(n).id)).unwrap().expect("a dial that began is known");
        assert_eq!(resident(n).version, 2, "the resident was written with the attempt");
        let pressed = stored.value.facts.press.is_some();
        assert!(pressed || !of("pressed").contains(&n), "the key press of {n}");
    }
    let letters = run(store.dead_letters().list(None, u32::MAX)).unwrap();
    let parked: BTreeSet<u64> = letters.iter().map(|(_, one)| one.message_id.parse().unwrap()).collect();
    assert!(parked.is_superset(&of("parked")));
    assert!(letters.iter().all(|(_, one)| one.body == content(one.message_id.parse().unwrap())));
    let noted = run(store.audit().list(None, u32::MAX)).unwrap();
    let noted: BTreeSet<u64> = noted.iter().map(|(_, one)| one.key.parse().unwrap()).collect();
    assert!(noted.is_superset(&of("noted")));
    verify_queues(&store, &of);
}

fn verify_queues(store: &Store, of: &dyn Fn(&str) -> BTreeSet<u64>) {
    let there: BTreeSet<u64> = bodies(&store.rows_queue()).iter().map(|body| body.parse().unwrap()).collect();
    let taken = of("taking");
    for n in of("sent") {
        assert!(there.contains(&n) || taken.contains(&n), "message {n}");
    }
    assert!(there.is_disjoint(&of("deleted")), "deleted for good");

    let uploads = store.uploads();
    let told: BTreeMap<u64, UploadRef> = bodies(&store.uploads_queue())
        .iter()
        .flat_map(|body| arrived(body).unwrap())
        .map(|file| (file.upload.key.parse().unwrap(), file.upload))
        .collect();
    assert!(of("uploaded").iter().all(|n| told.contains_key(n)), "every upload is told of");
    for (n, upload) in told {
        let stored = run(uploads.read(&upload, 0, u64::MAX)).unwrap();
        assert_eq!(stored, Some(content(n)), "what is told of is there");
    }

    let stream = store.outcomes_stream();
    let waiting = run(stream.read(0, u32::MAX)).unwrap();
    let waiting: BTreeSet<u64> =
        waiting.into_iter().map(|entry| u64::from_be_bytes(entry.data.try_into().unwrap())).collect();
    assert!(waiting.is_disjoint(&of("read")), "the checkpoint held");
    let reading = of("reading");
    assert!(of("put").iter().all(|n| waiting.contains(n) || reading.contains(n)), "every record");
}

fn bodies(queue: &impl Inbox) -> Vec<String> {
    let mut bodies = Vec::new();
    loop {
        let received = run(queue.receive(1000)).unwrap();
        if received.is_empty() {
            return bodies;
        }
        bodies.extend(received.into_iter().map(|message| message.body));
    }
}
