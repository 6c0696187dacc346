//! Residents, attempts, callbacks and checks on DynamoDB: the contract suite,
//! and what only many writers or much data can show.

use crate::clock::LAGGING;
use crate::support::{dynamodb_local, ministack, unique};
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::Aws;
use rollcall_aws::dynamodb::schema::create_tables;
use rollcall_aws::dynamodb::{Attempts, Callbacks, Checks, Dynamo, Escalations, Residents, Suppressions};
use rollcall_domain::attempt::Attempt;
use rollcall_domain::callback::Callback;
use rollcall_domain::duty::{Cause, Schedule};
use rollcall_domain::escalation::{Escalation, HowEnded};
use rollcall_domain::ids::{RequestId, ResidentId};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{
    Attempts as _, Began, Begin, Callbacks as _, Escalations as _, Fault, Page, Residents as _, Saved,
    Upserted, Versioned, suite,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Empty tables that nobody else has.
pub(crate) async fn fresh(aws: &Aws) -> Dynamo {
    let dynamo = Dynamo::new(aws, &unique("rollcall-"));
    create_tables(&dynamo).await.unwrap();
    dynamo
}

/// Both emulators, with empty tables.
pub(crate) async fn both() -> [Dynamo; 2] {
    [fresh(&ministack().await).await, fresh(&dynamodb_local().await).await]
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn due(at: Timestamp) -> Schedule {
    Schedule { next_due: Some(at), review_at: None }
}

#[tokio::test]
async fn residents() {
    for dynamo in both().await {
        suite::residents::all(&LAGGING, &Residents::new(&dynamo)).await;
    }
}

#[tokio::test]
async fn attempts() {
    for dynamo in both().await {
        suite::attempts::all(&LAGGING, &Attempts::new(&dynamo), &Residents::new(&dynamo)).await;
    }
}

#[tokio::test]
async fn removing() {
    for dynamo in both().await {
        suite::removing::all(&LAGGING, &Attempts::new(&dynamo), &Residents::new(&dynamo)).await;
    }
}

#[tokio::test]
async fn suppressions() {
    for dynamo in both().await {
        let (list, dials) = (Suppressions::new(&dynamo), Attempts::new(&dynamo));
        suite::suppressions::all(&LAGGING, &list, &dials, &Residents::new(&dynamo)).await;
    }
}

#[tokio::test]
async fn searching() {
    for dynamo in both().await {
        suite::searching::all(&LAGGING, &Residents::new(&dynamo)).await;
    }
}

#[tokio::test]
async fn callbacks() {
    for dynamo in both().await {
        suite::callbacks::all(&LAGGING, &Callbacks::new(&dynamo)).await;
    }
}

/// The promises lie in the same table: neither is ever taken for the other.
#[tokio::test]
async fn escalations_beside_callbacks() {
    for dynamo in both().await {
        let (callbacks, escalations) = (Callbacks::new(&dynamo), Escalations::new(&dynamo));
        let (now, early) = (at("2026-11-23T09:00:00Z"), Some(at("2000-01-01T00:00:00Z")));
        let person = resident("both", 1);
        let case = Escalation::raise(person.id, (Cause::BadNumber, now), None, now);
        assert!(matches!(escalations.save(&Versioned::new(case.clone()), early).await, Ok(Saved::Done(_))));
        suite::callbacks::all(&LAGGING, &callbacks).await;
        let mut case = escalations.get(case.id).await.unwrap().unwrap();
        case.value.end(HowEnded::Deleted, now);
        assert!(matches!(escalations.save(&case, None).await, Ok(Saved::Done(_))));

        let dial = Attempt::begin(person.id, RequestId::derive(&["both"]), now);
        let promise = Versioned::new(Callback::promise(&dial, now, &Policy::default()));
        assert!(matches!(callbacks.save(&promise, early, true).await, Ok(Saved::Done(_))));
        suite::escalations::all(&LAGGING, &escalations).await;
    }
}

#[tokio::test]
async fn checks() {
    for dynamo in both().await {
        suite::checks::all(&Checks::new(&dynamo)).await;
    }
}

/// The intention to dial somebody, as they were read.
pub(crate) fn order(read: &Versioned<Resident>, name: &str, now: Timestamp) -> Begin {
    let request = RequestId::derive(&[&read.value.id.to_string(), name]);
    let attempt = Versioned::new(Attempt::begin(read.value.id, request, now));
    let mut resident = read.clone();
    resident.value.begin(attempt.value.id, now, &Policy::default());
    Begin {
        number: read.value.number,
        attempt,
        resident,
        schedule: due(now + SignedDuration::from_mins(5)),
        now,
        quiet_since: now - SignedDuration::from_mins(5),
    }
}

/// All at once, each with a client of its own as if in a process of its own.
async fn begin_all(aws: &Aws, prefix: &str, orders: Vec<Begin>) -> Vec<Result<Began, Fault>> {
    let start = Arc::new(tokio::sync::Barrier::new(orders.len()));
    let mut callers = JoinSet::new();
    for order in orders {
        let attempts = Attempts::new(&Dynamo::new(aws, prefix));
        let start = Arc::clone(&start);
        callers.spawn(async move {
            start.wait().await;
            attempts.begin(&order).await
        });
    }
    callers.join_all().await
}

/// Thirty dialers with the very same order: a person is rung once. A token
/// derived from the order would have all of them told that it is done.
#[tokio::test]
async fn of_thirty_callers_one_is_granted() {
    for aws in [ministack().await, dynamodb_local().await] {
        let prefix = unique("rollcall-");
        let dynamo = Dynamo::new(&aws, &prefix);
        create_tables(&dynamo).await.unwrap();
        let register = Residents::new(&dynamo);
        let now = at("2026-11-23T10:00:00Z");
        for round in 0..5 {
            let one = resident("thirty", round);
            assert_eq!(
                register.add(&[(one.clone(), Schedule::default())]).await,
                Ok(vec![Upserted::Created])
            );
            let read = register.get(one.id).await.unwrap().unwrap();

            let same = order(&read, "same", now);
            let answers = begin_all(&aws, &prefix, vec![same.clone(); 30]).await;
            let granted = answers.iter().filter(|answer| **answer == Ok(Began::Granted)).count();
            assert_eq!(granted, 1, "one order, one dial: {answers:?}");
            let fair = |answer: &Result<Began, Fault>| {
                matches!(answer, Ok(Began::Granted | Began::Changed) | Err(Fault::Throttled(_)))
            };
            assert!(answers.iter().all(fair), "{answers:?}");

            // Thirty orders for thirty people on one phone.
            let later = now + SignedDuration::from_hours(1);
            let mut orders = Vec::new();
            for n in 0..30 {
                let mut other = resident(&format!("on one phone {round}"), n);
                other.profile.number = one.number;
                let added = register.add(&[(other.clone(), Schedule::default())]).await;
                assert_eq!(added, Ok(vec![Upserted::Created]));
                orders.push(order(&register.get(other.id).await.unwrap().unwrap(), "first", later));
            }
            let answers = begin_all(&aws, &prefix, orders).await;
            let granted = answers.iter().filter(|answer| **answer == Ok(Began::Granted)).count();
            assert_eq!(granted, 1, "one number, one ring at a time: {answers:?}");
            let others = |answer: &&Result<Began, Fault>| **answer == Ok(Began::NumberBusy(later));
            let throttled = |answer: &&Result<Began, Fault>| matches!(answer, Err(Fault::Throttled(_)));
            let heard = answers.iter().filter(|one| others(one) || throttled(one)).count();
            assert_eq!(heard, 29, "{answers:?}");
        }
    }
}

/// A dialer whose clock is behind begins the same attempt again: the later
/// ring is what the number is left quiet after.
#[tokio::test]
async fn a_ring_is_not_moved_back() {
    for dynamo in both().await {
        let (register, dials) = (Residents::new(&dynamo), Attempts::new(&dynamo));
        let people =
            [resident("clocks", 1), Resident { id: resident("clocks", 2).id, ..resident("clocks", 1) }];
        let [one, other] = people.clone();
        let added = register.add(&people.map(|person| (person, Schedule::default()))).await;
        assert_eq!(added, Ok(vec![Upserted::Created; 2]));
        let now = at("2026-11-23T10:00:00Z");
        let first = order(&register.get(one.id).await.unwrap().unwrap(), "first", now);
        assert_eq!(dials.begin(&first).await, Ok(Began::Granted));
        let behind = now - SignedDuration::from_secs(2);
        let again = Begin {
            attempt: Versioned { version: 1, ..first.attempt },
            resident: Versioned { version: 2, ..first.resident },
            now: behind,
            quiet_since: behind - SignedDuration::from_mins(5),
            ..first
        };
        assert_eq!(dials.begin(&again).await, Ok(Began::Granted));
        let second = order(&register.get(other.id).await.unwrap().unwrap(), "second", now);
        assert_eq!(dials.begin(&second).await, Ok(Began::NumberBusy(now)));
    }
}

/// Loaders that bring the same people at once, in different orders: each person
/// is created by one of them, counted once, and known to all.
#[tokio::test]
async fn the_same_file_loaded_by_several() {
    for dynamo in both().await {
        let register = Residents::new(&dynamo);
        let pair = |n: u32| Resident { id: resident("several", n).id, ..resident("several", n / 2) };
        let people: Vec<_> = (0..120).map(|n| (pair(n), due(at("2026-11-23T09:00:00Z")))).collect();
        let mut loaders = JoinSet::new();
        for turn in 0..4 {
            let (register, mut people) = (register.clone(), people.clone());
            people.rotate_left(turn * 30);
            loaders.spawn(async move {
                loop {
                    match register.add(&people).await {
                        Ok(answers) => {
                            break answers.iter().filter(|answer| **answer == Upserted::Created).count();
                        }
                        // As the queue does: the message comes again.
                        Err(Fault::Throttled(_)) => {}
                        Err(fault) => panic!("{fault}"),
                    }
                }
            });
        }
        let created: usize = loaders.join_all().await.into_iter().sum();
        // Fewer where a loader was throttled after some, and then knew them.
        assert!(created <= 120, "nobody is created twice, {created}");
        assert_eq!(register.count().await, Ok(120), "counted once");
        let asked: Vec<_> = people.iter().map(|(one, _)| (one.number, one.id)).collect();
        assert_eq!(register.sharing_each(&asked).await, Ok(vec![1; 120]), "each with one other");
    }
}

async fn everybody(register: &Residents, most: u32) -> Result<(BTreeSet<ResidentId>, u32), Fault> {
    let (mut met, mut pages, mut from) = (BTreeSet::new(), 0, None);
    loop {
        let Page { residents, next } = register.page(from.as_ref(), most).await?;
        pages += 1;
        for one in residents {
            assert!(met.insert(one.value.id), "nobody twice");
        }
        let Some(next) = next else { return Ok((met, pages)) };
        from = Some(next);
    }
}

/// People about whom so much is noted that every limit on bytes is met: 4 MB a
/// transaction, 16 MB a batch of reads, 1 MB a page.
#[tokio::test]
async fn long_notes() {
    for dynamo in both().await {
        let register = Residents::new(&dynamo);
        let people: Vec<_> = (0..60)
            .map(|n| {
                let mut one = resident("long notes", n);
                one.profile.notes = Some("x".repeat(300_000));
                (one, Schedule::default())
            })
            .collect();
        assert_eq!(register.add(&people).await, Ok(vec![Upserted::Created; 60]));
        let known = register.add(&people).await.unwrap();
        assert!(known.iter().all(|answer| matches!(answer, Upserted::Known { same: true, .. })));
        assert_eq!(register.count().await, Ok(60));
        let (met, pages) = everybody(&register, 1000).await.unwrap();
        assert_eq!(met, people.iter().map(|(one, _)| one.id).collect());
        assert!(pages >= 15, "a page ends with the item that fills 1 MB, {pages} pages");
    }
}

/// Hundreds who are due, over all parts of the list: the longest due first,
/// whatever part they are in.
#[tokio::test]
async fn many_due() {
    for dynamo in both().await {
        let register = Residents::new(&dynamo);
        let start = at("2026-11-23T09:00:00Z");
        let mut people: Vec<_> = (0..600)
            .map(|n| (resident("many due", n), due(start + SignedDuration::from_millis(i64::from(n)))))
            .collect();
        let ids: Vec<ResidentId> = people.iter().map(|(one, _)| one.id).collect();
        people.sort_by_key(|(one, _)| one.id);
        assert_eq!(register.add(&people).await, Ok(vec![Upserted::Created; 600]));
        let until = start + SignedDuration::from_millis(399);
        assert_eq!(register.due(until, 1000).await.unwrap(), ids[..400]);
        assert_eq!(register.due(until, 100).await.unwrap(), ids[..100]);
        assert_eq!(register.due(until, 0).await.unwrap(), []);
        assert_eq!(register.to_review(until, 1000).await.unwrap(), []);
    }
}

/// A number that changes takes its holder along, also while others change it.
#[tokio::test]
async fn a_number_that_changes_at_once() {
    for dynamo in both().await {
        let register = Residents::new(&dynamo);
        let one = resident("renumbered", 0);
        assert_eq!(register.add(&[(one.clone(), Schedule::default())]).await, Ok(vec![Upserted::Created]));
        let read = register.get(one.id).await.unwrap().unwrap();
        let mut savers = JoinSet::new();
        for n in 1..9 {
            let (register, mut read) = (register.clone(), read.clone());
            read.value.profile.number = resident("renumbered", n).number;
            savers.spawn(async move { (n, register.save(&read, Schedule::default()).await) });
        }
        let answers: BTreeMap<u32, Result<Saved, Fault>> = savers.join_all().await.into_iter().collect();
        let done: Vec<u32> =
            answers.iter().filter(|(_, saved)| **saved == Ok(Saved::Done(2))).map(|(n, _)| *n).collect();
        let [winner] = done.as_slice() else { panic!("one saves: {answers:?}") };
        let nobody = ResidentId::derive(&["nobody"]);
        for n in 0..9 {
            let holders = register.sharing(resident("renumbered", n).number, nobody).await;
            assert_eq!(holders, Ok(u64::from(n == *winner)), "number {n}");
        }
    }
}
