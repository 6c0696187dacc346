//! Two processes on one directory, as far as one test can be two: two stores,
//! each with its own connection, driven by threads that start together.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::{SignedDuration, Timestamp};
use rollcall_domain::attempt::Attempt;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{AttemptId, RequestId, ResidentId};
use rollcall_domain::pace::{Grant, Limits};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_embedded::{Durability, Options, Store};
use rollcall_ports::suite::ManualClock;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{AuditEntry, Began, Begin, Fault, Inbox, Saved, Upserted, Versioned};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Barrier};

const THREADS: usize = 4;

/// Runs `work` in several threads at once; each has its own store on `dir`.
fn race<T: Send>(dir: &Path, work: impl Fn(usize, &Store, &Barrier) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        let runners: Vec<_> = (0..THREADS)
            .map(|n| {
                let (work, barrier) = (&work, &barrier);
                scope.spawn(move || work(n, &store(dir), barrier))
            })
            .collect();
        runners.into_iter().map(|runner| runner.join().unwrap()).collect()
    })
}

/// Without disk flushes: a race is about order, not about power.
fn store(dir: &Path) -> Store {
    let options = Options { durability: Durability::Process, ..Options::default() };
    Store::open_with(dir, Arc::new(ManualClock::default()), options).unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

fn now() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

fn person(n: usize) -> Resident {
    resident("race", u32::try_from(n).unwrap())
}

#[test]
fn opening_at_once_makes_one_database() {
    for _ in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        race(dir.path(), |n, store, _| {
            store.rows_queue().send_raw(&format!("{n}"), SignedDuration::ZERO).unwrap();
        });
        let received = run(store(dir.path()).rows_queue().receive(10)).unwrap();
        assert_eq!(received.len(), THREADS);
    }
}

#[test]
fn one_dial_is_granted() {
    let dir = tempfile::tempdir().unwrap();
    const ROUNDS: usize = 60;
    let people: Vec<_> = (0..ROUNDS).map(|n| (person(n), Schedule::default())).collect();
    run(store(dir.path()).residents().add(&people)).unwrap();
    let answers: Vec<Vec<Result<Began, Fault>>> = race(dir.path(), |_, store, barrier| {
        let (residents, attempts) = (store.residents(), store.attempts());
        let round = |n: usize| {
            let resident = run(residents.get(person(n).id)).unwrap().unwrap();
            let attempt = Attempt::begin(resident.value.id, RequestId::derive(&[&n.to_string()]), now());
            let number = resident.value.number;
            let begin = Begin {
                attempt: Versioned::new(attempt),
                resident,
                schedule: Schedule::default(),
                number,
                now: now(),
                quiet_since: now(),
            };
            barrier.wait();
            // Not judged here: a thread that panics would keep the others waiting.
            run(attempts.begin(&begin))
        };
        (0..ROUNDS).map(round).collect()
    });
    for n in 0..ROUNDS {
        let of_round: Vec<_> = answers.iter().filter_map(|answers| answers.get(n)).collect();
        assert!(of_round.iter().all(|answer| answer.is_ok()), "round {n}: {of_round:?}");
        let winners = of_round.iter().filter(|answer| ***answer == Ok(Began::Granted)).count();
        assert_eq!(winners, 1, "round {n}");
    }
}

#[test]
fn places_and_moments_are_granted_once() {
    let dir = tempfile::tempdir().unwrap();
    let limits = Limits {
        per_second: 2,
        burst: 5,
        at_once: 60,
        horizon: SignedDuration::from_hours(1),
        lease: SignedDuration::from_hours(1),
    };
    let answers = race(dir.path(), |n, store, barrier| {
        let pace = store.pace();
        barrier.wait();
        let ask = |k: usize| {
            let attempt = AttemptId::derive(&[&n.to_string(), &k.to_string()]);
            run(pace.reserve(attempt, now(), limits)).unwrap()
        };
        (0..25).map(ask).collect::<Vec<_>>()
    });
    let mut starts: Vec<Timestamp> = answers
        .into_iter()
        .flatten()
        .filter_map(|answer| match answer {
            Grant::At(at) => Some(at),
            Grant::TooFast(_) | Grant::Full => None,
        })
        .collect();
    starts.sort_unstable();
    let expected: Vec<Timestamp> =
        (0..60_i64).map(|n| now() + SignedDuration::from_millis(500 * (n - 4).max(0))).collect();
    assert_eq!(starts, expected);
}

#[test]
fn a_message_is_in_one_hand() {
    let dir = tempfile::tempdir().unwrap();
    let sender = store(dir.path());
    for n in 0..200 {
        sender.rows_queue().send_raw(&format!("{n}"), SignedDuration::ZERO).unwrap();
    }
    let bodies = race(dir.path(), |_, store, barrier| {
        let queue = store.rows_queue();
        barrier.wait();
        let mut taken = Vec::new();
        loop {
            let received = run(queue.receive(3)).unwrap();
            if received.is_empty() {
                return taken;
            }
            for message in received {
                run(queue.delete(&message.receipt)).unwrap();
                taken.push(message.body);
            }
        }
    });
    let all: Vec<String> = bodies.into_iter().flatten().collect();
    assert_eq!(all.len(), 200, "none twice");
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 200, "none lost");
}

/// Large and small uploads that overlap, from several processes: everybody is
/// created once, and whoever looks finds them, whichever process entered them.
#[test]
fn everybody_is_created_once() {
    let dir = tempfile::tempdir().unwrap();
    const PEOPLE: usize = 3000;
    let created = race(dir.path(), |n, store, barrier| {
        let residents = store.residents();
        let mut rng = fastrand::Rng::with_seed(n as u64);
        let mut created = Vec::new();
        barrier.wait();
        for _ in 0..40 {
            let size = if rng.bool() { rng.usize(1..20) } else { rng.usize(100..300) };
            let from = rng.usize(0..PEOPLE - size);
            let people: Vec<_> = (from..from + size).map(|n| (person(n), Schedule::default())).collect();
            let answers = run(residents.add(&people)).unwrap();
            for ((one, _), answer) in people.iter().zip(answers) {
                match answer {
                    Upserted::Created => created.push(one.id),
                    Upserted::Known { same, .. } => assert!(same),
                }
                if rng.u32(0..50) == 0 {
                    let read = run(residents.get(one.id)).unwrap().expect("whoever was added is found");
                    let saved = run(residents.save(&read, Schedule::default())).unwrap();
                    assert!(matches!(saved, Saved::Done(_) | Saved::Changed));
                }
            }
        }
        created
    });
    let all: Vec<ResidentId> = created.into_iter().flatten().collect();
    let distinct: BTreeSet<ResidentId> = all.iter().copied().collect();
    assert_eq!(all.len(), distinct.len(), "nobody twice");
    let store = store(dir.path());
    assert_eq!(store.residents_count().unwrap(), distinct.len() as u64);
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
    let residents = store.residents();
    let mut by_number: BTreeMap<PhoneNumber, u64> = BTreeMap::new();
    for n in 0..PEOPLE {
        let found = run(residents.get(person(n).id)).unwrap();
        assert_eq!(found.is_some(), distinct.contains(&person(n).id));
        if found.is_some() {
            *by_number.entry(person(n).number).or_default() += 1;
        }
    }
    for (number, having) in by_number {
        let nobody = ResidentId::derive(&["nobody"]);
        assert_eq!(run(residents.sharing(number, nobody)).unwrap(), having);
    }
}

#[test]
fn a_deed_is_recorded_once() {
    let dir = tempfile::tempdir().unwrap();
    race(dir.path(), |n, store, barrier| {
        let audit = store.audit();
        barrier.wait();
        for k in 0..50 {
            let entry = AuditEntry {
                key: format!("deed {k}"),
                at: now(),
                actor: format!("process {n}"),
                action: "pause".to_owned(),
                resident: None,
                detail: String::new(),
            };
            run(audit.record(&entry)).unwrap();
        }
    });
    assert_eq!(run(store(dir.path()).audit().list(None, 1000)).unwrap().len(), 50);
}
