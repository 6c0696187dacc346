//! What is over has a time to live, by the policy; what is open has none.

use crate::people::at;
use crate::support::{ministack, sdk, unique};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use jiff::civil::date;
use rollcall_aws::dynamodb::schema::{
    ATTEMPTS, AUDIT, BATCHES, CALLBACKS, CHECKS, LETTERS, NUMBERS, Table, create_tables,
};
use rollcall_aws::dynamodb::{
    Attempts, Audit, Batches, Callbacks, Checks, Days, Dynamo, Escalations, Jobs, Letters, Residents,
    Suppressions,
};
use rollcall_domain::attempt::{Attempt, Withdrawal};
use rollcall_domain::batch::{Batch, BatchStage, ChunkReport, LineNote};
use rollcall_domain::callback::{Callback, Cancelled};
use rollcall_domain::day::{DayPart, DayRecord};
use rollcall_domain::duty::{Cause, Schedule};
use rollcall_domain::escalation::{Escalation, HowEnded};
use rollcall_domain::ids::{BatchId, JobId, LetterId, RequestId};
use rollcall_domain::letter::Filter;
use rollcall_domain::letter::job::{Job, Selection};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::retention::Retention;
use rollcall_domain::suppression::{Entry, Ground, Subject};
use rollcall_ports::suite::people::resident;
use rollcall_ports::{
    Attempts as _, Audit as _, AuditEntry, Batches as _, Began, Begin, Callbacks as _, CheckResult,
    Checks as _, Clock, Days as _, DeadLetter, DeadLetters as _, Escalations as _, Jobs as _, Letters as _,
    PartOf, Removed, Residents as _, Saved, Suppressions as _, Upserted, Versioned,
};
use std::collections::BTreeMap;
use std::sync::Arc;

const NOON: &str = "2026-11-23T12:00:00Z";
/// Another policy than by default, so that it is the policy that counts.
const RETENTION: Retention = Retention {
    lists_days: 30,
    batches_days: 300,
    calls_days: 400,
    accounts_days: 200,
    letters_days: 100,
    audit_days: 1_000,
};

/// It is noon.
struct Noon;

#[async_trait]
impl Clock for Noon {
    fn now(&self) -> Timestamp {
        at(NOON)
    }

    async fn sleep_until(&self, _at: Timestamp) {}
}

/// Empty tables, and a look at what lies in them.
struct Stage {
    dynamo: Dynamo,
    client: Client,
}

impl Stage {
    async fn new() -> Self {
        let dynamo = Dynamo::new(&ministack().await, &unique("rollcall-")).keeping(RETENTION);
        create_tables(&dynamo).await.unwrap();
        Self { dynamo, client: Client::new(&sdk().await) }
    }

    /// The times to live in a table, by the sort key of each item, or by its key.
    async fn expires(&self, table: &Table) -> BTreeMap<String, Option<String>> {
        let name = self.dynamo.tables().name(table);
        let answer = self.client.scan().table_name(name).consistent_read(true).send().await.unwrap();
        let key = table.sort.unwrap_or(table.partition).name;
        let items = answer.items().iter();
        items
            .map(|item| {
                let expires = item.get("expires").map(|value| value.as_n().unwrap().clone());
                (item[key].as_s().unwrap().clone(), expires)
            })
            .collect()
    }

    async fn one(&self, table: &Table) -> Option<String> {
        let found = self.expires(table).await;
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_values().next().unwrap()
    }
}

fn second(text: &str) -> Option<String> {
    Some(at(text).as_second().to_string())
}

#[tokio::test]
async fn a_call_has_none_while_it_is_open() {
    let stage = Stage::new().await;
    let (residents, attempts) = (Residents::new(&stage.dynamo), Attempts::new(&stage.dynamo));
    let person = resident("retention", 100);
    let id = person.id;
    assert_eq!(residents.add(&[(person, Schedule::default())]).await.unwrap(), [Upserted::Created]);
    let read = residents.get(id).await.unwrap().unwrap();
    let mut dial = Attempt::begin(id, RequestId::derive(&["one"]), at(NOON));
    let begin = Begin {
        number: read.value.number,
        attempt: Versioned::new(dial.clone()),
        resident: read,
        schedule: Schedule::default(),
        now: at(NOON),
        quiet_since: at(NOON),
    };
    assert_eq!(attempts.begin(&begin).await.unwrap(), Began::Granted);
    assert_eq!(stage.one(&ATTEMPTS).await, None);
    dial.withdrawn = Some(Withdrawal::NoEvidence);
    let saved = attempts.save(&Versioned { value: dial.clone(), version: 1 }).await.unwrap();
    assert_eq!(saved, Saved::Done(2));
    assert_eq!(stage.one(&ATTEMPTS).await, second("2027-12-28T12:00:00Z"), "400 days");
    dial.withdrawn = None;
    let saved = attempts.save(&Versioned { value: dial, version: 2 }).await.unwrap();
    assert_eq!(saved, Saved::Done(3));
    assert_eq!(stage.one(&ATTEMPTS).await, None, "it is open again");
}

#[tokio::test]
async fn a_promise_and_a_case_have_none_while_they_are_open() {
    let stage = Stage::new().await;
    let person = resident("retention", 101).id;
    let dial = Attempt::begin(person, RequestId::derive(&["one"]), at(NOON));
    let callbacks = Callbacks::new(&stage.dynamo);
    let mut promise = Versioned::new(Callback::promise(&dial, at(NOON), &Policy::default()));
    assert_eq!(callbacks.save(&promise, None, true).await.unwrap(), Saved::Done(1));
    assert_eq!(stage.one(&CALLBACKS).await, None);
    promise.version = 1;
    promise.value.cancel(Cancelled::since_deleted(at("2026-11-24T12:00:00Z")));
    assert_eq!(callbacks.save(&promise, None, false).await.unwrap(), Saved::Done(2));
    assert_eq!(stage.one(&CALLBACKS).await, second("2027-12-29T12:00:00Z"));

    let stage = Stage::new().await;
    let escalations = Escalations::new(&stage.dynamo);
    let case = Escalation::raise(person, (Cause::DayClosed, at(NOON)), None, at(NOON));
    let mut case = Versioned::new(case);
    assert_eq!(escalations.save(&case, Some(at(NOON))).await.unwrap(), Saved::Done(1));
    assert_eq!(stage.one(&CALLBACKS).await, None);
    case.version = 1;
    case.value.end(HowEnded::Deleted, at("2026-11-24T12:00:00Z"));
    case.value.unsettled = false;
    assert_eq!(escalations.save(&case, None).await.unwrap(), Saved::Done(2));
    assert_eq!(stage.one(&CALLBACKS).await, second("2027-12-29T12:00:00Z"));
}

#[tokio::test]
async fn a_letter_has_none_while_it_waits_and_goes_with_all_its_pieces() {
    let stage = Stage::new().await;
    let letters = Letters::new(&stage.dynamo);
    let letter = DeadLetter {
        source: "rows".to_owned(),
        message_id: "large".to_owned(),
        reason: "not a message".to_owned(),
        handler: "loader".to_owned(),
        parked_at: at(NOON),
        receives: 1,
        body: vec![b'a'; 500_000],
        replay: None,
    };
    letters.park(&letter).await.unwrap();
    let found = stage.expires(&LETTERS).await;
    assert_eq!((found.len(), found.values().flatten().count()), (3, 0), "two pieces: {found:?}");
    let mut stored = letters.get(LetterId::of("rows", "large")).await.unwrap().unwrap();
    stored.value.discard("joe", "of no use", at("2026-11-24T12:00:00Z")).unwrap();
    assert_eq!(letters.save(&stored).await.unwrap(), Saved::Done(2));
    let found = stage.expires(&LETTERS).await;
    assert_eq!(found.len(), 3);
    assert!(found.values().all(|expires| *expires == second("2027-03-04T12:00:00Z")), "{found:?}");
    let again = letters.get(stored.value.id).await.unwrap().unwrap();
    assert_eq!(again.value.body.as_bytes().len(), 500_000);

    let stage = Stage::new().await;
    let jobs = Jobs::new(&stage.dynamo);
    let selection = Selection::Matching(Filter::default());
    let mut job = Versioned::new(Job::begin(JobId::derive(&["1"]), "joe", (selection, 3), 60, at(NOON)));
    assert_eq!(jobs.save(&job).await.unwrap(), Saved::Done(1));
    assert_eq!(stage.one(&LETTERS).await, None);
    job.version = 1;
    assert!(job.value.stop("ann", at("2026-11-24T12:00:00Z")));
    assert_eq!(jobs.save(&job).await.unwrap(), Saved::Done(2));
    assert_eq!(stage.one(&LETTERS).await, second("2027-03-04T12:00:00Z"));
}

#[tokio::test]
async fn days_lists_and_the_log_have_one_from_the_start() {
    let stage = Stage::new().await;
    let person = resident("retention", 102).id;
    let day = date(2026, 11, 23);
    Checks::new(&stage.dynamo).record(person, day, CheckResult::Well).await.unwrap();
    let record = Versioned::new(DayRecord::begin(date(2026, 11, 22), at(NOON)));
    let days = Days::new(&stage.dynamo);
    assert_eq!(days.save(&record).await.unwrap(), Saved::Done(1));
    let part = DayPart { register: 1, later: 0, people: Vec::new(), next: None };
    days.add_part(PartOf { day, taking: 7, part: 0 }, &part).await.unwrap();
    let found = stage.expires(&CHECKS).await;
    assert_eq!(found["2026-11-23"], second("2027-12-29T00:00:00Z"), "400 days after it was over");
    assert_eq!(found["2026-11-22"], second("2027-06-11T00:00:00Z"), "200 days after it was over");
    assert_eq!(found.values().filter(|one| **one == second("2027-06-12T00:00:00Z")).count(), 1, "{found:?}");

    let entry = AuditEntry {
        key: "one".to_owned(),
        at: at(NOON),
        actor: "clerk".to_owned(),
        action: "pause".to_owned(),
        resident: None,
        detail: String::new(),
    };
    Audit::new(&stage.dynamo).record(&entry).await.unwrap();
    assert_eq!(stage.one(&AUDIT).await, second("2029-08-19T12:00:00Z"), "1000 days");

    let batches = Batches::new(&stage.dynamo, Arc::new(Noon));
    let mut list = Batch::seen(BatchId::derive(&["one"]), "list.csv".to_owned(), at(NOON));
    batches.put(&list).await.unwrap();
    assert_eq!(stage.one(&BATCHES).await, None, "it is being read");
    list.stage = BatchStage::Loading { chunks: 1, rows: 1 };
    batches.put(&list).await.unwrap();
    let note =
        LineNote { line: 2, column: None, code: "no_number".to_owned(), reason: "found none".to_owned() };
    let report = ChunkReport { rejections: vec![note], ..ChunkReport::default() };
    batches.chunk_done(list.id, 0, &report).await.unwrap();
    let found = stage.expires(&BATCHES).await;
    assert_eq!(found.len(), 3, "the list, a chunk and its notes");
    assert_eq!(found["batch"], second("2027-09-19T12:00:00Z"), "300 days");
    assert!(found.values().all(|expires| expires >= &found["batch"]), "none goes before the list: {found:?}");
    list.stage = BatchStage::Undoing { chunks: 1, rows: 1 };
    batches.put(&list).await.unwrap();
    assert_eq!(stage.expires(&BATCHES).await["batch"], None, "it is being undone");
}

/// A register with two people who share a telephone.
struct Home {
    stage: Stage,
    residents: Residents,
    one: Resident,
    other: Resident,
}

impl Home {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let residents = Residents::new(&stage.dynamo);
        let [one, mut other] = [103, 104].map(|n| resident("retention", n));
        other.profile.number = one.number;
        Self { stage, residents, one, other }
    }

    async fn add(&self, one: &Resident) -> Versioned<Resident> {
        let added = self.residents.add(&[(one.clone(), Schedule::default())]).await.unwrap();
        assert_eq!(added, [Upserted::Created]);
        self.residents.get(one.id).await.unwrap().unwrap()
    }

    async fn leaves(&self, one: &Versioned<Resident>) {
        assert_eq!(self.residents.remove(one).await.unwrap(), Removed::Done);
    }

    async fn expires(&self, number: PhoneNumber) -> Option<String> {
        self.stage.expires(&NUMBERS).await[&number.e164()].clone()
    }
}

#[tokio::test]
async fn a_number_has_one_once_nobody_has_it() {
    let home = Home::new().await;
    let number = home.one.number;
    let (one, other) = (home.add(&home.one).await, home.add(&home.other).await);
    home.leaves(&one).await;
    assert_eq!(home.expires(number).await, None, "the other has it");
    home.leaves(&other).await;
    let never_rung = home.other.registered_at.as_second() + 400 * 24 * 3_600;
    assert_eq!(home.expires(number).await, Some(never_rung.to_string()));

    let read = home.add(&home.one).await;
    assert_eq!(home.expires(number).await, None, "somebody has it again");
    let begin = Begin {
        number,
        attempt: Versioned::new(Attempt::begin(read.value.id, RequestId::derive(&["one"]), at(NOON))),
        resident: read,
        schedule: Schedule::default(),
        now: at(NOON),
        quiet_since: at(NOON),
    };
    assert_eq!(Attempts::new(&home.stage.dynamo).begin(&begin).await.unwrap(), Began::Granted);
    home.leaves(&home.residents.get(home.one.id).await.unwrap().unwrap()).await;
    assert_eq!(home.expires(number).await, second("2027-12-28T12:00:00Z"), "400 days after it rang");

    let mut moved = home.add(&home.one).await;
    let new = resident("retention", 105).number;
    for (from, to) in [(number, new), (new, number)] {
        moved.value.profile.number = to;
        assert_eq!(
            home.residents.save(&moved, Schedule::default()).await.unwrap(),
            Saved::Done(moved.version + 1)
        );
        moved.version += 1;
        assert!(home.expires(from).await.is_some() && home.expires(to).await.is_none(), "{from:?} is left");
    }
    let entry = Entry::new(Subject::Number(number), (Ground::Staff, "asked"), ("joe", at(NOON))).unwrap();
    let list = Suppressions::new(&home.stage.dynamo);
    assert_eq!(list.put(&Versioned::new(entry.clone())).await.unwrap(), Saved::Done(1));
    home.leaves(&moved).await;
    assert_eq!(home.expires(number).await, None, "it is on the suppression list");
}

#[tokio::test]
async fn a_number_that_is_suppressed_after_everybody_left_it_stays() {
    let home = Home::new().await;
    let number = home.one.number;
    home.leaves(&home.add(&home.one).await).await;
    assert!(home.expires(number).await.is_some());
    let entry = Entry::new(Subject::Number(number), (Ground::Staff, "asked"), ("joe", at(NOON))).unwrap();
    let put = Suppressions::new(&home.stage.dynamo).put(&Versioned::new(entry)).await;
    assert_eq!(put.unwrap(), Saved::Done(1));
    assert_eq!(home.expires(number).await, None);
}

/// Each of them sees that the other still has the number.
#[tokio::test]
async fn a_number_that_two_leave_at_once_has_one() {
    for _ in 0..5 {
        let home = Home::new().await;
        let (one, other) = (home.add(&home.one).await, home.add(&home.other).await);
        tokio::join!(home.leaves(&one), home.leaves(&other));
        assert!(home.expires(home.one.number).await.is_some());
    }
}
