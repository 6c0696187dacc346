//! What access to the register costs, as AWS's own emulator counts it.

use crate::people::{at, fresh, person};
use crate::support::dynamodb_local;
use jiff::SignedDuration;
use rollcall_aws::dynamodb::schema::{COUNTERS, SHARDS};
use rollcall_aws::dynamodb::{Attempts, Checks, Dynamo, Residents, Units};
use rollcall_domain::attempt::Attempt;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::RequestId;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_ports::{
    Attempts as _, Began, Begin, CheckResult, Checks as _, Residents as _, Upserted, Versioned,
};

/// What was consumed since the last question.
fn spent(dynamo: &Dynamo) -> Units {
    let total = dynamo.consumed().total();
    let _forgotten = dynamo.consumed().take();
    total
}

async fn thousand(dynamo: &Dynamo) -> Vec<(Resident, Schedule)> {
    let register = Residents::new(dynamo);
    let tomorrow = Schedule { next_due: Some(at("2026-11-24T09:00:00Z")), review_at: None };
    let people: Vec<_> = (0..1000).map(|n| (person("units", n), tomorrow)).collect();
    assert_eq!(register.add(&people).await, Ok(vec![Upserted::Created; 1000]));
    people
}

#[tokio::test]
async fn a_thousand_rows() {
    let dynamo = fresh(&dynamodb_local().await).await;
    let register = Residents::new(&dynamo);
    let people = thousand(&dynamo).await;
    let new = spent(&dynamo);
    assert!(new.read <= 500.0, "{new:?}");
    // Twice a unit for the resident and for the number, as part of a
    // transaction, one for the list of those due, and the counters'.
    assert!(new.write <= 5200.0, "{new:?}");

    let known = register.add(&people).await.unwrap();
    assert!(known.iter().all(|answer| matches!(answer, Upserted::Known { same: true, .. })));
    let again = spent(&dynamo);
    assert_eq!(again, Units { requests: 10, read: 500.0, write: 0.0 }, "half a unit a row, and no write");
    println!("1 000 new rows: {new:?}; known: {again:?}");
}

#[tokio::test]
async fn a_tick_with_nobody_due() {
    let dynamo = fresh(&dynamodb_local().await).await;
    let register = Residents::new(&dynamo);
    let shards = f64::from(SHARDS);
    let _people = thousand(&dynamo).await;
    let _loading = spent(&dynamo);
    assert_eq!(register.due(at("2026-11-24T08:59:59Z"), 100).await.unwrap(), []);
    assert_eq!(spent(&dynamo), Units { requests: u64::from(SHARDS), read: shards / 2.0, write: 0.0 });
    assert_eq!(register.due(at("2026-11-24T09:00:00Z"), 100).await.unwrap().len(), 100);
    let busy = spent(&dynamo);
    assert!(busy.read <= 2.0 * shards, "a hundred due: {busy:?}");
    assert_eq!(register.count().await, Ok(1000));
    assert!(spent(&dynamo).read <= f64::from(COUNTERS));
    println!("100 due: {busy:?}");
}

/// One call from the intention to the result, as the dialer and the outcomes
/// make it.
#[tokio::test]
async fn a_call() {
    let dynamo = fresh(&dynamodb_local().await).await;
    let (register, dials, checks) = (Residents::new(&dynamo), Attempts::new(&dynamo), Checks::new(&dynamo));
    let one = person("a call", 1);
    let now = at("2026-11-23T10:00:00Z");
    let added = register.add(&[(one.clone(), Schedule { next_due: Some(now), review_at: None })]).await;
    assert_eq!(added, Ok(vec![Upserted::Created]));
    let read = register.get(one.id).await.unwrap().unwrap();
    let _loading = spent(&dynamo);

    let request = RequestId::of(one.id, now);
    let attempt = Versioned::new(Attempt::begin(one.id, request, now));
    let mut resident = read;
    resident.value.begin(attempt.value.id, now, &Policy::default());
    let begin = Begin {
        number: one.number,
        attempt: attempt.clone(),
        resident,
        schedule: Schedule { next_due: None, review_at: Some(now) },
        now,
        quiet_since: now - SignedDuration::from_mins(5),
    };
    assert_eq!(dials.begin(&begin).await, Ok(Began::Granted));
    let intention = spent(&dynamo);
    assert!(intention.requests == 1 && intention.write <= 10.0, "{intention:?}");

    let mut answered = Versioned { version: 1, ..attempt };
    answered.value.facts.contact = Some(rollcall_domain::ids::ContactId::new("contact"));
    let _saved = dials.save(&answered).await.unwrap();
    let contact = spent(&dynamo);
    assert!(contact.write <= 3.0, "{contact:?}");
    assert!(dials.by_contact(&rollcall_domain::ids::ContactId::new("contact")).await.unwrap().is_some());
    let found = spent(&dynamo);
    assert!(found.read <= 1.5, "{found:?}");
    checks.record(one.id, jiff::civil::date(2026, 11, 23), CheckResult::Well).await.unwrap();
    let checked = spent(&dynamo);
    assert_eq!(checked.write.total_cmp(&1.0), std::cmp::Ordering::Equal, "{checked:?}");
    println!("begin {intention:?}; contact {contact:?}; by contact {found:?}; check {checked:?}");
}
