//! The register and the dials, on AWS's own emulator of DynamoDB, which knows a
//! repeated transaction by its token.

use super::{failed, throttled};
use crate::people::{at, fresh, order};
use crate::proxy::{PATIENCE, Proxy, Step};
use crate::scripted::{Reply, Request};
use crate::support::{dynamodb_local, endpoint};
use jiff::SignedDuration;
use rollcall_aws::dynamodb::schema::RESIDENTS;
use rollcall_aws::dynamodb::{Attempts, Dynamo, Pace, Residents};
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::AttemptId;
use rollcall_domain::pace::{Grant, Limits};
use rollcall_domain::resident::Resident;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{
    Attempts as _, Began, Begin, Fault, Pace as _, Residents as _, Saved, Upserted, Versioned,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TRANSACTION: &str = "TransactWriteItems";
const NOW: &str = "2026-11-23T10:00:00Z";

/// Tables with one person in them, who is about to be dialed.
struct Stage {
    direct: Dynamo,
    one: Resident,
    begin: Begin,
}

impl Stage {
    async fn set() -> Self {
        let direct = fresh(&dynamodb_local().await).await;
        let (register, one) = (Residents::new(&direct), resident("faults", 1));
        let added = register.add(&[(one.clone(), Schedule::default())]).await;
        assert_eq!(added, Ok(vec![Upserted::Created]));
        let begin = order(&register.get(one.id).await.unwrap().unwrap(), "first", at(NOW));
        Self { direct, one, begin }
    }

    async fn by(&self, proxy: &Proxy) -> Dynamo {
        at_the_end_of(proxy, &self.direct).await
    }

    /// How often each of resident and attempt was written.
    async fn versions(&self) -> (u64, u64) {
        let person = Residents::new(&self.direct).get(self.one.id).await.unwrap().unwrap();
        let dial = Attempts::new(&self.direct).get(self.begin.attempt.value.id).await.unwrap();
        (person.version, dial.map_or(0, |dial| dial.version))
    }

    /// What the first dialer hears when these steps meet its transactions, and
    /// the tokens that it sent.
    async fn begin(&self, steps: Vec<Step>) -> (Result<Began, Fault>, Vec<String>) {
        let proxy = Proxy::failing(&local(), TRANSACTION, steps).await;
        let began = Attempts::new(&self.by(&proxy).await).begin(&self.begin).await;
        (began, proxy.asked(TRANSACTION).iter().map(token).collect())
    }
}

fn local() -> String {
    endpoint("ROLLCALL_DYNAMODB_LOCAL")
}

/// The same tables at the end of a line.
async fn at_the_end_of(proxy: &Proxy, direct: &Dynamo) -> Dynamo {
    let table = direct.tables().name(&RESIDENTS);
    Dynamo::new(&proxy.aws().await, table.trim_end_matches(RESIDENTS.name))
}

fn token(request: &Request) -> String {
    json_of(request)["ClientRequestToken"].as_str().unwrap().to_owned()
}

fn json_of(request: &Request) -> Value {
    serde_json::from_str(&request.body).unwrap()
}

/// DynamoDB took the transaction back, since another wrote the same items.
fn conflict() -> Step {
    let reasons = json!([{"Code": "None"}, {"Code": "TransactionConflict"}, {"Code": "None"}]);
    let kind = "TransactionCanceledException";
    let body = json!({ "__type": format!("com.amazonaws.dynamodb#{kind}"), "CancellationReasons": reasons });
    Step::Answer(Reply::error(400, kind, &body.to_string()))
}

#[tokio::test]
async fn what_passes_is_waited_out() {
    for step in [
        throttled("ThrottlingException"),
        throttled("ProvisionedThroughputExceededException"),
        throttled("RequestLimitExceeded"),
        failed(),
        conflict(),
    ] {
        let stage = Stage::set().await;
        let (began, tokens) = stage.begin(vec![step.clone(), step]).await;
        assert_eq!((began, tokens.len()), (Ok(Began::Granted), 3));
        assert_eq!(stage.versions().await, (2, 1), "written once");
    }
}

#[tokio::test]
async fn what_lasts_is_told_and_has_done_nothing() {
    let throttling = Fault::Throttled("attempts");
    for (step, expected, requests) in [
        (throttled("ThrottlingException"), throttling.clone(), 3),
        (throttled("ProvisionedThroughputExceededException"), throttling.clone(), 3),
        // Six by the adapter itself: the SDK does not take it for throttling.
        (conflict(), throttling, 6),
        (failed(), Fault::Unanswered("attempts"), 3),
    ] {
        let stage = Stage::set().await;
        let proxy = Proxy::always(&local(), TRANSACTION, step).await;
        let began = Attempts::new(&stage.by(&proxy).await).begin(&stage.begin).await;
        assert_eq!((began, proxy.asked(TRANSACTION).len()), (Err(expected), requests));
        assert_eq!(stage.versions().await, (1, 0), "nothing is written");
    }
}

/// The dialer dials when it is granted, so a grant must come once for each
/// transaction that was done, and of two dialers to one only.
#[tokio::test]
async fn an_intention_whose_answer_is_lost_or_late_is_granted_once() {
    for (steps, requests) in [
        (vec![Step::Lose], 2),
        (vec![Step::Lose, Step::Lose], 3),
        (vec![Step::Late(PATIENCE * 3)], 2),
        (vec![Step::Twice], 1),
        (vec![failed(), Step::Lose, Step::Twice], 3),
    ] {
        let stage = Stage::set().await;
        let (began, tokens) = stage.begin(steps).await;
        assert_eq!((began, tokens.len()), (Ok(Began::Granted), requests));
        assert_eq!(tokens.iter().collect::<BTreeSet<_>>().len(), 1, "repeats are known by their token");
        assert_eq!(stage.versions().await, (2, 1), "nothing is doubled");
        let (another, _) = stage.begin(vec![]).await;
        assert_eq!(another, Ok(Began::Changed), "nobody else dials");
        assert_eq!(stage.versions().await, (2, 1));
    }
}

/// All answers lost: the dialer does not dial, nobody else does, and the sweep
/// finds the attempt.
#[tokio::test]
async fn an_intention_that_is_never_answered_is_in_doubt() {
    let stage = Stage::set().await;
    let (began, tokens) = stage.begin(vec![Step::Lose; 3]).await;
    assert_eq!((began, tokens.len()), (Err(Fault::Unanswered("attempts")), 3));
    assert_eq!(stage.versions().await, (2, 1));
    let (again, _) = stage.begin(vec![]).await;
    assert_eq!(again, Ok(Began::Changed));
    let later = at(NOW) + SignedDuration::from_hours(1);
    let open = Attempts::new(&stage.direct).open(later, 10).await.unwrap();
    assert_eq!(open, [stage.begin.attempt.value.id]);
}

/// A single write has no token: repeated, it is refused by its own effect. The
/// caller reads again, and finds what it wanted stored.
#[tokio::test]
async fn a_saved_attempt_is_stored_whatever_is_answered() {
    for (step, expected) in [
        (Step::Pass, Saved::Done(2)),
        (throttled("ThrottlingException"), Saved::Done(2)),
        (failed(), Saved::Done(2)),
        (Step::Lose, Saved::Changed),
        (Step::Late(PATIENCE * 3), Saved::Changed),
        (Step::Twice, Saved::Changed),
    ] {
        let stage = Stage::set().await;
        let dials = Attempts::new(&stage.direct);
        assert_eq!(dials.begin(&stage.begin).await, Ok(Began::Granted));
        let mut answered = Versioned { version: 1, ..stage.begin.attempt.clone() };
        answered.value.facts.complete = Some(at(NOW));
        let proxy = Proxy::failing(&local(), "PutItem", vec![step]).await;
        assert_eq!(Attempts::new(&stage.by(&proxy).await).save(&answered).await, Ok(expected));
        let stored = dials.get(answered.value.id).await.unwrap().unwrap();
        assert_eq!(stored, Versioned { version: 2, ..answered });
    }
}

#[tokio::test]
async fn a_list_is_loaded_once_whatever_is_answered() {
    let people: Vec<_> = (0..60).map(|n| (resident("a list", n), Schedule::default())).collect();
    for step in
        [Step::Lose, Step::Late(PATIENCE * 3), Step::Twice, failed(), throttled("ThrottlingException")]
    {
        let direct = fresh(&dynamodb_local().await).await;
        let proxy = Proxy::failing(&local(), TRANSACTION, vec![step.clone(), step]).await;
        let by_line = Residents::new(&at_the_end_of(&proxy, &direct).await);
        assert_eq!(by_line.add(&people).await, Ok(vec![Upserted::Created; 60]));
        assert_eq!(Residents::new(&direct).count().await, Ok(60), "and counted once");
    }
}

/// Under load DynamoDB answers some of the keys and names the rest.
#[tokio::test]
async fn keys_that_were_not_processed_are_asked_for_again() {
    let direct = fresh(&dynamodb_local().await).await;
    let people: Vec<_> = (0..100).map(|n| (resident("keys", n), Schedule::default())).collect();
    assert_eq!(Residents::new(&direct).add(&people).await, Ok(vec![Upserted::Created; 100]));

    // At most thirty keys a request, and every other request none at all.
    let mut number = 0;
    let proxy = Proxy::start(&local(), move |request| {
        number += 1;
        some_of(request, if number % 2 == 0 { 30 } else { 0 })
    })
    .await;
    let by_line = Residents::new(&at_the_end_of(&proxy, &direct).await);
    let known = by_line.add(&people).await.unwrap();
    assert!(known.iter().all(|answer| matches!(answer, Upserted::Known { same: true, .. })), "{known:?}");
    assert_eq!(proxy.asked("BatchGetItem").len(), 8);

    let proxy = Proxy::start(&local(), |request| some_of(request, 0)).await;
    let by_line = Residents::new(&at_the_end_of(&proxy, &direct).await);
    assert_eq!(by_line.add(&people).await, Err(Fault::Throttled("residents")));
    assert_eq!(proxy.asked(TRANSACTION).len(), 0, "who was not looked up is not taken for new");
}

/// Lets some of the keys of a BatchGetItem through.
fn some_of(request: &Request, most: usize) -> Step {
    if !request.is("BatchGetItem") {
        return Step::Pass;
    }
    let mut asked = json_of(request);
    let (table, wanted) = asked["RequestItems"].as_object().unwrap().iter().next().unwrap();
    let (table, mut rest) = (table.clone(), wanted.clone());
    let keys = rest["Keys"].as_array_mut().unwrap();
    let some: Vec<Value> = keys.drain(..most.min(keys.len())).collect();
    let left = if keys.is_empty() { json!({}) } else { json!({ table.as_str(): rest }) };
    if some.is_empty() {
        let body = json!({ "Responses": { table.as_str(): [] }, "UnprocessedKeys": left });
        return Step::Answer(Reply::ok(&body.to_string()));
    }
    asked["RequestItems"][table.as_str()]["Keys"] = Value::Array(some);
    Step::Part(asked.to_string(), json!({ "UnprocessedKeys": left }))
}

/// A turn may be given away, but never one too many taken.
#[tokio::test]
async fn a_turn_is_taken_once() {
    let limits = Limits {
        per_second: 2,
        burst: 1,
        at_once: 10,
        horizon: SignedDuration::from_secs(8),
        lease: SignedDuration::from_mins(6),
    };
    for step in [Step::Lose, Step::Late(PATIENCE * 3), Step::Twice] {
        let direct = fresh(&dynamodb_local().await).await;
        let proxy = Proxy::failing(&local(), "PutItem", vec![step]).await;
        let pace = Pace::new(&at_the_end_of(&proxy, &direct).await);
        let attempt = AttemptId::derive(&["a turn"]);
        let granted = pace.reserve(attempt, at(NOW), limits).await.unwrap();
        let Grant::At(turn) = granted else { panic!("{granted:?}") };
        assert!(turn <= at(NOW) + SignedDuration::from_millis(500), "one turn lost at most: {turn}");
        assert_eq!(Pace::new(&direct).in_flight(at(NOW)).await, Ok(1));
    }
}
