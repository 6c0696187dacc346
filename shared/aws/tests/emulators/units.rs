//! What access to the register costs.
//!
//! DynamoDB Local counts what a single request reads and writes, indexes among
//! it, but of a transaction only the last item, twice too dear; MiniStack counts
//! every item of a transaction as documented (two units a kilobyte), but no
//! index. Each is asked for what it knows. Where an empty answer is paid by
//! AWS with half a unit, DynamoDB Local says nothing.

use crate::people::{at, fresh};
use crate::support::{dynamodb_local, ministack};
use jiff::SignedDuration;
use rollcall_aws::dynamodb::schema::{COUNTERS, SHARDS};
use rollcall_aws::dynamodb::{Attempts, Checks, Dynamo, Residents, Units};
use rollcall_domain::attempt::Attempt;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{ContactId, RequestId};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{
    Attempts as _, Began, Begin, CheckResult, Checks as _, Residents as _, Saved, Upserted, Versioned,
};
use std::cmp::Ordering;

/// What was consumed since the last question.
fn spent(dynamo: &Dynamo) -> Units {
    let total = dynamo.consumed().total();
    let _forgotten = dynamo.consumed().take();
    total
}

async fn thousand(dynamo: &Dynamo) -> Vec<(Resident, Schedule)> {
    let register = Residents::new(dynamo);
    let tomorrow = Schedule { next_due: Some(at("2026-11-24T09:00:00Z")), review_at: None };
    let people: Vec<_> = (0..1000).map(|n| (resident("units", n), tomorrow)).collect();
    assert_eq!(register.add(&people).await, Ok(vec![Upserted::Created; 1000]));
    people
}

#[tokio::test]
async fn a_thousand_known_rows() {
    let dynamo = fresh(&dynamodb_local().await).await;
    let register = Residents::new(&dynamo);
    let people = thousand(&dynamo).await;
    let _loading = spent(&dynamo);
    let known = register.add(&people).await.unwrap();
    assert!(known.iter().all(|answer| matches!(answer, Upserted::Known { same: true, .. })));
    let again = spent(&dynamo);
    assert_eq!(again, Units { requests: 10, read: 500.0, write: 0.0 }, "half a unit a row, and no write");
}

#[tokio::test]
async fn a_thousand_new_rows() {
    let dynamo = fresh(&ministack().await).await;
    let _people = thousand(&dynamo).await;
    // Ten reads, and 21 transactions of 49 residents at most, as many numbers,
    // and a counter. The list of those due costs another unit for each resident,
    // and looking for those who are not there half a unit, which nobody counts.
    let new = spent(&dynamo);
    let write = 2.0 * (2000.0 + 21.0);
    assert_eq!(Units { read: 0.0, ..new }, Units { requests: 31, read: 0.0, write });
}

#[tokio::test]
async fn a_tick_with_nobody_due() {
    let dynamo = fresh(&dynamodb_local().await).await;
    let register = Residents::new(&dynamo);
    let shards = f64::from(SHARDS);
    let _people = thousand(&dynamo).await;
    let _loading = spent(&dynamo);
    assert_eq!(register.due(at("2026-11-24T08:59:59Z"), 100).await.unwrap(), []);
    let nothing = spent(&dynamo);
    assert!(nothing.requests == u64::from(SHARDS) && nothing.read <= shards / 2.0, "{nothing:?}");
    assert_eq!(register.due(at("2026-11-24T09:00:00Z"), 100).await.unwrap().len(), 100);
    let busy = spent(&dynamo);
    assert!(busy.read <= 2.0 * shards, "a hundred due: {busy:?}");
    assert_eq!(register.count().await, Ok(1000));
    assert!(spent(&dynamo).read <= f64::from(COUNTERS));
}

/// The intention to dial: attempt, resident and number, in one transaction.
#[tokio::test]
async fn an_intention() {
    let dynamo = fresh(&ministack().await).await;
    let (_, begin) = about_to_dial(&dynamo).await;
    assert_eq!(Attempts::new(&dynamo).begin(&begin).await, Ok(Began::Granted));
    assert_eq!(spent(&dynamo), Units { requests: 1, read: 0.0, write: 6.0 }, "without the indexes");
}

/// What is learned of a call.
#[tokio::test]
async fn an_outcome() {
    let dynamo = fresh(&dynamodb_local().await).await;
    let (one, begin) = about_to_dial(&dynamo).await;
    let (dials, checks) = (Attempts::new(&dynamo), Checks::new(&dynamo));
    assert_eq!(dials.begin(&begin).await, Ok(Began::Granted));
    let _intention = spent(&dynamo);

    let contact = ContactId::new("contact");
    let mut answered = Versioned { version: 1, ..begin.attempt };
    answered.value.facts.contact = Some(contact.clone());
    assert_eq!(dials.save(&answered).await, Ok(Saved::Done(2)));
    assert_eq!(spent(&dynamo).write.total_cmp(&2.0), Ordering::Equal, "the attempt and its contact");
    answered.version = 2;
    answered.value.facts.complete = Some(begin.now);
    assert_eq!(dials.save(&answered).await, Ok(Saved::Done(3)));
    assert_eq!(spent(&dynamo).write.total_cmp(&3.0), Ordering::Equal, "the attempt, and in which list");
    assert!(dials.by_contact(&contact).await.unwrap().is_some());
    assert_eq!(spent(&dynamo), Units { requests: 2, read: 1.5, write: 0.0 }, "half for the index");
    checks.record(one.id, jiff::civil::date(2026, 11, 23), CheckResult::Well).await.unwrap();
    assert_eq!(spent(&dynamo), Units { requests: 1, read: 0.0, write: 1.0 });
}

/// A person who is due, and the intention to dial them.
async fn about_to_dial(dynamo: &Dynamo) -> (Resident, Begin) {
    let register = Residents::new(dynamo);
    let (one, now) = (resident("a call", 1), at("2026-11-23T10:00:00Z"));
    let added = register.add(&[(one.clone(), Schedule { next_due: Some(now), review_at: None })]).await;
    assert_eq!(added, Ok(vec![Upserted::Created]));
    let mut resident = register.get(one.id).await.unwrap().unwrap();
    let attempt = Versioned::new(Attempt::begin(one.id, RequestId::of(one.id, now), now));
    resident.value.begin(attempt.value.id, now, &Policy::default());
    let begin = Begin {
        number: one.number,
        attempt,
        resident,
        schedule: Schedule { next_due: None, review_at: Some(now) },
        now,
        quiet_since: now - SignedDuration::from_mins(5),
    };
    let _loading = spent(dynamo);
    (one, begin)
}
