//! A person in every store of a data directory, erased; then every byte of every
//! file is looked through.

use crate::support::{Place, Ran, Running};
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::envelope::Envelope;
use rollcall_contracts::messages::{CallRequest, Notice};
use rollcall_domain::attempt::{Attempt, Facts, Key, Press};
use rollcall_domain::callback::Callback;
use rollcall_domain::duty::{Cause, Schedule};
use rollcall_domain::erasure::Class;
use rollcall_domain::escalation::Escalation;
use rollcall_domain::ids::{ContactId, LetterId, RequestId, ResidentId};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::staff::{Change, Correction, apply};
use rollcall_domain::suppression::{Entry, Ground, Subject};
use rollcall_embedded::Store;
use rollcall_host::clock::SystemClock;
use rollcall_ports::{
    Began, Begin, CheckResult, Clock as _, DeadLetter, Saved, Sender as _, StreamReader as _,
    StreamWriter as _, Versioned,
};
use std::future::Future;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

/// Nothing of this may be left of Wilhelmina Quackenbush.
const TRACES: &[&str] = &[
    "Wilhelmina",
    "Quackenbush",
    "WQ-7731",
    "+447700900177",
    "447700900177",
    "07700 900177",
    "07700900177",
    "7700900177",
    "Ottoline",
    "447700900188",
    "07700 900188",
    "parrot",
    "lighthouse",
    "marmalade",
    "umbrella",
];

const LIST: &str = "reference,firstName,lastName,number,notes,keyholderName,keyholderNumber\n\
    B-1,Bertram,Oddfellow,07700 900101,keeps bees,,\n\
    WQ-7731,Wilhelmina,Quackenbush,07700 900177,has a parrot,Ottoline Keys,07700 900188\n\
    C-1,Clementine,Oddfellow,07700 900102,,,\n";
/// The same person a week later, with others, and once more in a row that is
/// rejected.
const LATER: &str = "reference,firstName,lastName,number,notes,keyholderName,keyholderNumber\n\
    WQ-7731,Wilhelmina,Quackenbush,07700 900177,\"a parrot,\nand a lighthouse\",,\n\
    D-1,Desmond,Oddfellow,07700 900103,,,\n\
    ,Wilhelmina,Quackenbush,12,a parrot,Ottoline Keys,07700 900188\n\
    ,Edgar,Oddfellow,12,,,\n";

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

/// Two lists, one in two bytes a letter, as Excel saves it.
fn imported() -> Place {
    let place = Place::new();
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(LATER.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    place.import(LIST).with(0);
    place.import(wide).with(0);
    place
}

fn open(place: &Place) -> Store {
    Store::open(&place.path("data"), Arc::new(SystemClock)).unwrap()
}

/// Whoever has this first name.
fn person(store: &Store, name: &str) -> Versioned<Resident> {
    let all = wait(store.residents().page(None, 100)).unwrap().residents;
    all.into_iter().find(|one| one.value.first_name == name).unwrap()
}

fn saved(answer: Saved) {
    assert!(matches!(answer, Saved::Done(_)), "{answer:?}");
}

/// Puts somebody into every store besides the register. Answers their id.
fn everywhere(store: &Store) -> ResidentId {
    let (policy, now) = (Policy::default(), SystemClock.now());
    noted(store, now);
    let ago = |minutes: i64| now - SignedDuration::from_mins(minutes);
    let stored = person(store, "Wilhelmina");
    let id = stored.value.id;
    let attempt = dialed(store, stored, ago(90));
    let callback = Callback::promise(&attempt, ago(89), &policy);
    saved(wait(store.callbacks().save(&Versioned::new(callback.clone()), None, true)).unwrap());
    let mut case = Escalation::raise(id, (Cause::DayClosed, ago(60)), None, ago(50));
    assert!(case.note(("joe", ago(40)), "the umbrella is at the door").unwrap());
    saved(wait(store.escalations().save(&Versioned::new(case), None)).unwrap());
    wait(store.checks().record(id, "2026-11-20".parse().unwrap(), CheckResult::Well)).unwrap();
    let notice = Notice::CallbackOverdue { resident: id, callback: callback.id };
    wait(store.notices().tell(&notice)).unwrap();
    let order = CallRequest {
        request: RequestId::of(id, now),
        resident: id,
        expires_at: now - SignedDuration::from_secs(1),
    };
    assert!(wait(store.call_requests_queue().send(&[Envelope::new(order, now)])).unwrap().is_empty());
    let entry =
        Entry::new(Subject::Resident(id), (Ground::Staff, "asked for marmalade"), ("joe", now)).unwrap();
    saved(wait(store.suppressions().put(&Versioned::new(entry))).unwrap());
    let record = r#"{"AWSContactTraceRecordFormatVersion":"2017-03-10","ContactId":"contact-of-w","CustomerEndpoint":{"Address":"+447700900177"}}"#;
    wait(store.outcomes_stream().put("contact-of-w", record.as_bytes())).unwrap();
    parked(store, "outcomes", record, "");
    parked(
        store,
        "call_requests",
        &format!(r#"{{"kind":"call_request","body":"{id}"}}"#),
        "once Wilhelmina Quackenbush",
    );
    parked(store, "rows", "cut off: Wilhelmina,Quackenbush,07700", "");
    parked(store, "rows", "cut off: Bertram,Oddfellow,07700", "");
    id
}

/// What is erased next is what they can be handed, class by class.
fn exported(place: &Place, id: &str) {
    let document = place.run(&["export", id, "--json"]).with(0).json();
    let classes = document["classes"].as_array().unwrap();
    for (one, class) in classes.iter().zip(Class::ALL) {
        assert_eq!(one["class"], class.word());
        let there = !one["items"].as_array().unwrap().is_empty();
        // No day of theirs is over, and nothing is erased yet.
        let none = matches!(class, Class::Residue | Class::Accounts | Class::Erasures);
        assert_eq!(there, !none, "{class:?}: {one}");
    }
    let text = document.to_string();
    for trace in ["Quackenbush", "+447700900177", "Ottoline", "parrot", "lighthouse", "marmalade", "umbrella"]
    {
        assert!(text.contains(trace), "{trace}");
    }
    let rows = classes.iter().find(|one| one["class"] == "lists").unwrap();
    assert_eq!(rows["items"].as_array().unwrap().len(), 3, "{rows}");
    assert!(!text.contains("900188") && !text.contains("joe"), "other people: {text}");
    let made = place.run(&["export", id]).with(0).out;
    assert!(made.contains(&format!("resident-{id}.json")), "{made}");
    place.run(&["export", id]).with(2);
}

/// Everything that the staff can write on a record, some of it undone.
fn noted(store: &Store, now: Timestamp) {
    let policy = Policy::default();
    let correction = |notes: &str| {
        Change::Correct(Correction { notes: Some(Some(notes.to_owned())), ..Correction::default() })
    };
    let until = now + SignedDuration::from_hours(48);
    for change in [
        Change::Note("lives in the lighthouse".to_owned()),
        Change::Pause { from: now, until, reason: "buys marmalade".to_owned() },
        correction("a parrot and a lighthouse, ".repeat(200).as_str()),
        correction("a parrot"),
    ] {
        let stored = person(store, "Wilhelmina");
        let changed = apply(&stored.value, &change, ("joe", now), &policy).unwrap().unwrap();
        let written = Versioned { value: changed.resident, version: stored.version };
        saved(wait(store.residents().save(&written, changed.schedule)).unwrap());
    }
}

fn dialed(store: &Store, mut stored: Versioned<Resident>, at: Timestamp) -> Attempt {
    let id = stored.value.id;
    let mut attempt = Versioned::new(Attempt::begin(id, RequestId::of(id, at), at));
    stored.value.begin(attempt.value.id, at, &Policy::default());
    let schedule = Schedule::of(&stored.value, &Policy::default(), at);
    let number = stored.value.number;
    let begin =
        Begin { attempt: attempt.clone(), resident: stored, schedule, number, now: at, quiet_since: at };
    assert_eq!(wait(store.attempts().begin(&begin)).unwrap(), Began::Granted);
    attempt.version = 1;
    attempt.value.facts = Facts {
        contact: Some(ContactId::new("contact-of-w")),
        press: Some(Press { key: Key::Talk, at }),
        complete: Some(at),
        ..Facts::default()
    };
    saved(wait(store.attempts().save(&attempt)).unwrap());
    attempt.value
}

/// A letter; edited from `former`, where there is one.
fn parked(store: &Store, source: &str, body: &str, former: &str) {
    let (first, now) = (if former.is_empty() { body } else { former }, SystemClock.now());
    let letter = DeadLetter {
        source: source.to_owned(),
        message_id: body.len().to_string(),
        reason: "not a message".to_owned(),
        handler: "dialer".to_owned(),
        parked_at: now,
        receives: 2,
        body: first.as_bytes().to_vec(),
        replay: None,
    };
    wait(store.dead_letters().park(&letter)).unwrap();
    if !former.is_empty() {
        let mut stored =
            wait(store.letters().get(LetterId::of(source, &letter.message_id))).unwrap().unwrap();
        let anew = ("call_request".to_owned(), body.as_bytes().to_vec());
        stored.value.edit(anew, ("joe", "of the parrot"), now).unwrap();
        saved(wait(store.letters().save(&stored)).unwrap());
    }
}

/// Runs the program with this typed into it.
fn typed(place: &Place, args: &[&str], text: &str) -> Ran {
    let mut command = place.program(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

/// Every file in which a trace stands, in one byte a letter or in two.
fn found(dir: &Path, found_in: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found(&entry.path(), found_in);
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        let name = entry.file_name().into_string().unwrap();
        found_in.extend(traces_in(&bytes).into_iter().map(|trace| format!("{trace} in {name}")));
    }
}

fn traces_in(bytes: &[u8]) -> Vec<&'static str> {
    // The number as SQLite stores a whole number: six bytes.
    let number = 447_700_900_177_u64.to_be_bytes();
    let lower = bytes.to_ascii_lowercase();
    let has = |text: &str| {
        let text = text.to_ascii_lowercase();
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [text.into_bytes(), wide].iter().any(|part| lower.windows(part.len()).any(|window| window == part))
    };
    let mut found: Vec<&str> = TRACES.iter().copied().filter(|text| has(text)).collect();
    if bytes.windows(6).any(|window| window == &number[2..]) {
        found.push("the number in binary");
    }
    found
}

#[test]
fn nothing_is_left_of_them_in_any_byte_of_the_directory() {
    let place = imported();
    let store = open(&place);
    let id = everywhere(&store);
    let mut before = Vec::new();
    found(&place.path("data"), &mut before);
    for trace in TRACES.iter().filter(|trace| !["+447700900177", "07700900177"].contains(trace)) {
        assert!(before.iter().any(|found| found.starts_with(trace)), "{trace} was never there: {before:?}");
    }
    let others = place.records().len();
    drop(store);
    exported(&place, &id.to_string());

    let id = id.to_string();
    let erase = ["erase", &id, "--reason", "asked"];
    let refused = typed(&place, &erase, "Bertram Oddfellow\n").with(2);
    assert!(refused.err.contains("nobody was erased"), "{refused:?}");
    assert_eq!(place.records().len(), others);
    let done = typed(&place, &erase, "  wilhelmina QUACKENBUSH \n").with(0);
    assert!(done.out.contains("is erased since"), "{done:?}");
    let mut after = Vec::new();
    found(&place.path("data"), &mut after);
    assert_eq!(after, Vec::<String>::new());
    for said in [&refused, &done] {
        assert_eq!(traces_in(said.out.as_bytes()), Vec::<&str>::new());
        assert_eq!(traces_in(said.err.as_bytes()), Vec::<&str>::new());
    }
    others_are_as_before(&place, others);
    what_stays(&place, &id);
}

fn others_are_as_before(place: &Place, before: usize) {
    assert_eq!(place.records().len(), before - 1);
    let store = open(place);
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
    let letters = wait(store.letters().find(&rollcall_domain::letter::Filter::default(), None, 10)).unwrap();
    assert_eq!(letters.len(), 1, "the letter about somebody else");
    assert!(wait(store.outcomes_stream().read(0, 10)).unwrap().is_empty());
    // The lists can be loaded again, with every other line where it was.
    let bytes: Vec<Vec<u8>> = std::fs::read_dir(place.path("data/uploads"))
        .unwrap()
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    let whole = bytes.iter().find(|bytes| bytes.len() == LIST.len()).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    assert!(text.lines().nth(2).unwrap().chars().all(|sign| sign == '\u{1a}'), "{text:?}");
    let again = place.import(text).with(0).json();
    assert_eq!((&again["already_known"], &again["rejected"]), (&2.into(), &0.into()), "{again}");
    let wide = bytes.iter().find(|bytes| bytes.starts_with(&[0xFF, 0xFE])).unwrap();
    let again = place.import(wide).with(0).json();
    assert_eq!((&again["already_known"], &again["rejected"]), (&1.into(), &1.into()), "{again}");
}

/// The fact, without the person.
fn what_stays(place: &Place, id: &str) {
    let store = open(place);
    let log = wait(store.audit().list(None, 1_000)).unwrap();
    let erased: Vec<_> = log.iter().filter(|(_, entry)| entry.action == "resident.erase").collect();
    assert_eq!((erased.len(), erased[0].1.detail.as_str()), (1, "asked"));
    assert_eq!(erased[0].1.resident.unwrap().to_string(), id);
    let erasure = wait(store.erasures().get(id.parse().unwrap())).unwrap().unwrap().value;
    assert_eq!(erasure.progress(), (Class::erased().count(), Class::erased().count()));
    assert!(erasure.traces.is_none() && erasure.look_again_at.is_some(), "{erasure:?}");
    // Once more is the same erasure.
    place.run(&["erase", id, "--reason", "asked", "--yes", "--json"]).with(0);
}

#[test]
fn a_number_stays_on_the_list_without_a_word() {
    let place = imported();
    place.run(&["suppress", "07700 900177", "--reason", "asked for marmalade"]).with(0);
    place.run(&["erase", "WQ-7731", "--reason", "died", "--yes"]).with(0);
    let listed = place.run(&["suppressions", "--json"]).with(0).json();
    assert_eq!((&listed["number_ends"], &listed["ground"]), (&"77".into(), &"staff".into()));
    assert_eq!((&listed["reason"], &listed["by"]), (&serde_json::Value::Null, &"rollcall".into()));
    let mut left = Vec::new();
    found(&place.path("data"), &mut left);
    left.retain(|trace| !trace.contains("7700900177") && !trace.contains("binary"));
    assert_eq!(left, Vec::<String>::new());
    // Whoever has the number is not called; the person is somebody new.
    let back = place.import(LIST).with(0).json();
    assert_eq!((&back["loaded"], &back["already_known"]), (&1.into(), &2.into()), "{back}");
    let why = place.run(&["why", "WQ-7731", "--json"]).with(0).json();
    assert_eq!(why["code"], "suppressed");
}

#[test]
fn what_cannot_be_used_is_refused() {
    let place = imported();
    let refused = place.run(&["erase", "WQ-7731", "--reason", "boredom", "--yes"]).with(2);
    assert!(refused.err.contains("expected asked, died, left, mistake or other"), "{refused:?}");
    place.run(&["erase", "nobody", "--reason", "asked", "--yes"]).with(2);
    let no_moment = place.run(&["erase", "--since", "yesterday", "--aws", "rollcall", "--yes"]).with(2);
    assert!(no_moment.err.contains("is no moment"), "{no_moment:?}");
    // A directory is restored by `restore --erased`, and one moment has no resident.
    place.run(&["erase", "--since", "2026-11-23T09:00:00Z", "--yes"]).with(2);
    place.run(&["erase", "WQ-7731", "--since", "2026-11-23T09:00:00Z", "--aws", "rollcall"]).with(2);
    place.run(&["erase", "WQ-7731", "--yes"]).with(2);
    place.run(&["export", "WQ-7731", "--aws", "rollcall", "--data-dir", "data"]).with(2);
    // Not a terminal, and nothing typed.
    place.run(&["erase", "WQ-7731", "--reason", "asked"]).with(2);
    assert_eq!(place.residents().len(), 4);
}

#[test]
fn what_serve_prints_names_nobody_while_they_are_loaded_called_and_erased() {
    let place = Place::new();
    let log = std::fs::File::create(place.path("log")).unwrap();
    let mut serve = place.program(&["serve", "--demo", "--speed", "300", "--listen", "127.0.0.1:0"]);
    let mut process = Running(serve.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
    let until = |what: &str, mut done: Box<dyn FnMut() -> bool + '_>| {
        for _ in 0..300 {
            if done() {
                return;
            }
            wait(async { tokio::time::sleep(std::time::Duration::from_millis(200)).await });
        }
        panic!("{what}: not within a minute; {}", std::fs::read_to_string(place.path("log")).unwrap());
    };
    until(
        "it is served",
        Box::new(|| std::fs::read_to_string(place.path("log")).unwrap().contains("Sign in as")),
    );
    place.import(LIST).with(0);
    let whose = |one: &serde_json::Value| one["first_name"] == "Wilhelmina" && one["attempts_24h"] != 0;
    until("they are called", Box::new(|| place.residents().iter().any(whose)));
    let id = place.residents().into_iter().find(whose).unwrap()["id"].as_str().unwrap().to_owned();
    let erase = ["erase", id.as_str(), "--reason", "asked", "--yes"];
    until("they are erased", Box::new(|| place.run(&erase).status == Some(0)));
    assert_eq!(process.stop("TERM"), Some(0));
    let said = std::fs::read(place.path("log")).unwrap();
    assert!(said.len() > 2_000, "happenings are printed");
    assert_eq!(traces_in(&said), Vec::<&str>::new());
    let mut after = Vec::new();
    found(&place.path("data"), &mut after);
    // Somebody of the made-up town has the same number.
    after.retain(|trace| !trace.contains("7700") && !trace.contains("07700 9") && !trace.contains("binary"));
    assert_eq!(after, Vec::<String>::new());
}
