//! Somebody in every table, erased; then every attribute of every item of every
//! table is looked through.

use crate::clock::{LAGGING, RealClock};
use crate::people::{at, both, fresh};
use crate::support::{dynamodb_local, endpoint, ministack};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::dynamodb::schema::TABLES;
use rollcall_aws::dynamodb::{
    Attempts, Batches, Callbacks, Checks, Days, Dynamo, Erasures, Escalations, Letters, Residents,
    Suppressions,
};
use rollcall_domain::attempt::{Attempt, Facts, Key, Press};
use rollcall_domain::batch::Batch;
use rollcall_domain::callback::Callback;
use rollcall_domain::day::{DayAccount, DayPart, DayRecord};
use rollcall_domain::duty::{Cause, Schedule};
use rollcall_domain::erasure::{Class, Erasure, ErasureReason, Traces};
use rollcall_domain::escalation::Escalation;
use rollcall_domain::ids::{BatchId, ContactId, RequestId, ResidentId};
use rollcall_domain::ledger::{DayState, Ledger};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::suppression::{Entry, Ground, Subject};
use rollcall_ports::suite::people::resident;
use rollcall_ports::{
    Attempts as _, Batches as _, Began, Begin, Callbacks as _, CheckResult, Checks as _, Clock, Days as _,
    DeadLetter, DeadLetters as _, Erasures as _, Escalations as _, Forgotten, Letters as _, PartOf, Removed,
    Residents as _, Saved, Suppressions as _, Versioned, Whose, suite,
};
use std::sync::Arc;

const NUMBER: &str = "+447700900177";
/// Nothing of this may be left of Wilhelmina Quackenbush.
const TRACES: [&str; 7] =
    ["Wilhelmina", "Quackenbush", "WQ-7731", "447700900177", "parrot", "umbrella", "contact-of-w"];
const RANG: &str = "2026-11-23T09:00:00Z";

/// A clock that stands still.
struct At(Timestamp);

#[async_trait]
impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }

    async fn sleep_until(&self, _: Timestamp) {}
}

fn erasures(dynamo: &Dynamo, now: &str) -> Erasures {
    Erasures::new(dynamo, Arc::new(At(at(now))))
}

#[tokio::test]
async fn erasures_keep_their_promises() {
    for dynamo in both().await {
        suite::erasures::all(&LAGGING, &Erasures::new(&dynamo, Arc::new(RealClock))).await;
        let letters = Letters::new(&dynamo);
        suite::erasures::letters(&letters, &letters).await;
    }
}

fn saved(answer: Saved) {
    assert!(matches!(answer, Saved::Done(_)), "{answer:?}");
}

fn somebody(n: u32, first_name: &str, number: &str) -> Resident {
    let mut one = resident("erasing", n);
    one.profile.first_name = first_name.to_owned();
    one.profile.last_name = "Quackenbush".to_owned();
    one.profile.reference = Some("WQ-7731".to_owned());
    one.profile.number = PhoneNumber::from_e164(number).unwrap();
    one
}

/// Adds a resident who was called and is promised to be rung; answers the
/// attempt.
async fn called(dynamo: &Dynamo, one: &Resident, contact: &str) -> Attempt {
    let (people, dials, now) = (Residents::new(dynamo), Attempts::new(dynamo), at(RANG));
    let due = Schedule { next_due: Some(now), review_at: None };
    people.add(&[(one.clone(), due)]).await.unwrap();
    let stored = people.get(one.id).await.unwrap().unwrap();
    let mut attempt = Versioned::new(Attempt::begin(one.id, RequestId::of(one.id, now), now));
    let begin = Begin {
        attempt: attempt.clone(),
        resident: stored,
        schedule: due,
        number: one.number,
        now,
        quiet_since: now,
    };
    assert_eq!(dials.begin(&begin).await.unwrap(), Began::Granted);
    attempt.version = 1;
    attempt.value.facts = Facts {
        contact: Some(ContactId::new(contact)),
        press: Some(Press { key: Key::Talk, at: now }),
        complete: Some(now),
        ..Facts::default()
    };
    saved(dials.save(&attempt).await.unwrap());
    let promise = Callback::promise(&attempt.value, now, &Policy::default());
    saved(Callbacks::new(dynamo).save(&Versioned::new(promise), Some(now), true).await.unwrap());
    attempt.value
}

/// Puts somebody into every table. Answers them and a neighbour, who stays.
async fn everywhere(dynamo: &Dynamo) -> [Resident; 2] {
    let (one, other) = (somebody(1, "Wilhelmina", NUMBER), resident("erasing", 2));
    called(dynamo, &one, "contact-of-w").await;
    called(dynamo, &other, "contact-of-o").await;
    for (who, note) in [(&one, "the umbrella is at the door"), (&other, "is well")] {
        let mut case = Escalation::raise(who.id, (Cause::DayClosed, at(RANG)), None, at(RANG));
        assert!(case.note(("joe", at(RANG)), note).unwrap());
        saved(Escalations::new(dynamo).save(&Versioned::new(case), None).await.unwrap());
        for day in ["2026-11-20", "2026-11-21"] {
            Checks::new(dynamo).record(who.id, day.parse().unwrap(), CheckResult::Well).await.unwrap();
        }
    }
    let entry =
        Entry::new(Subject::Resident(one.id), (Ground::Staff, "has a parrot"), ("joe", at(RANG))).unwrap();
    saved(Suppressions::new(dynamo).put(&Versioned::new(entry)).await.unwrap());
    let record = format!("{{\"ContactId\":\"contact-of-w\",\"Address\":\"{NUMBER}\"}}");
    for (id, body) in [
        ("record", record),
        ("cut off", "Wilhelmina,Quackenbush,07700".to_owned()),
        ("order", format!("{{\"resident\":\"{}\"}}", one.id)),
        ("other", "Bertram,Quackenbush,07700".to_owned()),
    ] {
        let letter = DeadLetter {
            source: "rows".to_owned(),
            message_id: id.to_owned(),
            reason: "not a message".to_owned(),
            handler: "loader".to_owned(),
            parked_at: at(RANG),
            receives: 1,
            body: body.into_bytes(),
            replay: None,
        };
        Letters::new(dynamo).park(&letter).await.unwrap();
    }
    let batches = Batches::new(dynamo, Arc::new(RealClock));
    for (n, key) in ["lists/Wilhelmina.csv", "lists/town.csv"].into_iter().enumerate() {
        let mut batch = Batch::seen(BatchId::derive(&["erasing", key]), key.to_owned(), at(RANG));
        batch.file_name = (n == 0).then(|| "Mrs Quackenbush.csv".to_owned());
        batches.put(&batch).await.unwrap();
    }
    accounted(dynamo, [one.id, other.id]).await;
    [one, other]
}

/// A day that is closed.
async fn accounted(dynamo: &Dynamo, ids: [ResidentId; 2]) {
    let (days, day) = (Days::new(dynamo), "2026-11-20".parse().unwrap());
    let people = ids.into_iter().map(|id| (id, DayState::Well)).collect();
    let part = DayPart { register: 2, later: 0, people, next: None };
    days.add_part(PartOf { day, taking: 1, part: 0 }, &part).await.unwrap();
    let account = DayAccount { taken_at: at(RANG), parts: 1, ledger: Ledger::default() };
    let record = DayRecord {
        day,
        first_run: at(RANG),
        last_run: at(RANG),
        taking: 1,
        account: Some(account),
        check: None,
    };
    saved(days.save(&Versioned::new(record)).await.unwrap());
}

/// Every text of every item, and the table it is in.
async fn everything(dynamo: &Dynamo, endpoint: &str) -> Vec<(&'static str, String)> {
    let settings = aws_config::defaults(aws_config::BehaviorVersion::latest()).endpoint_url(endpoint);
    let client = aws_sdk_dynamodb::Client::new(&settings.load().await);
    let mut all = Vec::new();
    for table in TABLES {
        let scan = client.scan().table_name(dynamo.tables().name(table)).consistent_read(true);
        for item in scan.send().await.unwrap().items.unwrap_or_default() {
            for (name, value) in item {
                let text = match value {
                    AttributeValue::B(bytes) => String::from_utf8_lossy(bytes.as_ref()).into_owned(),
                    other => format!("{other:?}"),
                };
                all.push((table.name, format!("{name} {text}")));
            }
        }
    }
    all
}

/// The tables in which this stands.
fn tables_with(all: &[(&'static str, String)], what: &str) -> Vec<&'static str> {
    let what = what.to_lowercase();
    let mut found: Vec<_> =
        all.iter().filter(|(_, text)| text.to_lowercase().contains(&what)).map(|(table, _)| *table).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[tokio::test]
async fn nothing_is_left_of_them_in_any_item_of_any_table() {
    for (aws, endpoint) in [
        (ministack().await, endpoint("ROLLCALL_MINISTACK")),
        (dynamodb_local().await, endpoint("ROLLCALL_DYNAMODB_LOCAL")),
    ] {
        let dynamo = fresh(&aws).await;
        let [one, other] = everywhere(&dynamo).await;
        let erasing = erasures(&dynamo, "2026-11-23T10:00:00Z");
        let traces = Traces::of(&one, true);
        let asked = Erasure::asked(one.id, ("joe", at(RANG)), ErasureReason::Asked, Some(traces));
        let mut begun = Versioned::new(asked);
        saved(erasing.save(&begun).await.unwrap());
        let whose = Whose {
            resident: one.id,
            erasure: &begun.value,
            number: Some(one.number),
            quiet_since: at("2026-11-23T08:59:59Z"),
        };
        exported(&erasing, &whose).await;
        let before = everything(&dynamo, &endpoint).await;
        for trace in TRACES {
            assert_ne!(tables_with(&before, trace), [""; 0], "{trace}");
        }
        off_the_register(&dynamo, &one).await;
        assert_eq!(Letters::new(&dynamo).forget(one.id).await.unwrap(), 3);
        let gone = async |class| erasing.forget(class, &whose).await.unwrap();
        for (class, expected) in [
            (Class::Callbacks, Forgotten::Done(1)),
            (Class::Escalations, Forgotten::Done(1)),
            (Class::Notices, Forgotten::Done(0)),
            (Class::Queues, Forgotten::Passes(at("2026-11-23T10:15:00Z"))),
            (Class::Stream, Forgotten::Passes(at("2026-12-01T09:00:00Z"))),
            (Class::Days, Forgotten::Done(2)),
            (Class::Attempts, Forgotten::Done(1)),
            (Class::Numbers, Forgotten::Waits("their telephone rang minutes ago")),
            (Class::Batches, Forgotten::Done(1)),
        ] {
            assert_eq!(gone(class).await, expected, "{class:?}");
        }
        let whose = Whose { quiet_since: at(RANG), ..whose };
        assert_eq!(erasing.forget(Class::Numbers, &whose).await.unwrap(), Forgotten::Done(1));
        // Whoever was cut off does it again.
        let later = erasures(&dynamo, "2026-12-01T09:00:00Z");
        for class in Class::erased() {
            assert_eq!(later.forget(class, &whose).await.unwrap(), Forgotten::Done(0), "{class:?}");
        }
        begun.version = 1;
        Class::erased().for_each(|class| begun.value.cleaned(class));
        saved(erasing.save(&begun).await.unwrap());

        let all = everything(&dynamo, &endpoint).await;
        // The neighbour has the family name, in the letter as well.
        for trace in TRACES.into_iter().filter(|trace| *trace != "Quackenbush") {
            assert_eq!(tables_with(&all, trace), [""; 0], "{trace}");
        }
        assert_eq!(tables_with(&all, "Quackenbush"), ["letters"]);
        assert_eq!(tables_with(&all, &one.id.to_string()), ["erasures"]);
        let kept = tables_with(&all, &other.id.to_string());
        assert_eq!(kept, ["attempts", "callbacks", "checks", "numbers", "residents"], "nothing of others");
        assert_eq!(tables_with(&all, "is well"), ["callbacks"]);
        assert_eq!(tables_with(&all, "lists/town.csv"), ["batches"]);
    }
}

async fn off_the_register(dynamo: &Dynamo, one: &Resident) {
    let (people, list) = (Residents::new(dynamo), Suppressions::new(dynamo));
    let stored = people.get(one.id).await.unwrap().unwrap();
    assert_eq!(people.remove(&stored).await.unwrap(), Removed::Done);
    let entry = list.of(&[Subject::Resident(one.id)]).await.unwrap().remove(0).unwrap();
    saved(list.remove(&entry).await.unwrap());
}

/// What they can be handed is what is deleted.
async fn exported(erasing: &Erasures, whose: &Whose<'_>) {
    let things = async |class| erasing.kept(class, whose).await.unwrap();
    for (class, count, part) in [
        (Class::Callbacks, 1, "deadline"),
        (Class::Escalations, 1, "umbrella"),
        (Class::Attempts, 1, "contact-of-w"),
        (Class::Letters, 3, NUMBER),
        (Class::Numbers, 1, "2026-11-23T09:00:00Z"),
        (Class::Accounts, 1, "2026-11-20"),
        (Class::Queues, 1, "orders"),
        (Class::Stream, 1, "records"),
        (Class::Notices, 0, ""),
        (Class::Residue, 0, ""),
    ] {
        let found = things(class).await;
        assert_eq!(found.len(), count, "{class:?}: {found:?}");
        assert!(found.concat().contains(part), "{class:?}: {found:?}");
    }
}

/// A number that is on the suppression list stays there, and nothing else of it.
#[tokio::test]
async fn a_suppressed_number_is_still_not_rung() {
    for dynamo in both().await {
        let (one, list) = (somebody(3, "Wilhelmina", NUMBER), Suppressions::new(&dynamo));
        called(&dynamo, &one, "contact-of-w").await;
        let subject = Subject::Number(one.number);
        let entry = Entry::new(subject, (Ground::Staff, "asked"), ("joe", at(RANG))).unwrap();
        saved(list.put(&Versioned::new(entry)).await.unwrap());
        let erasing = erasures(&dynamo, "2026-11-23T10:00:00Z");
        let asked = Erasure::asked(one.id, ("joe", at(RANG)), ErasureReason::Asked, None);
        let number = Some(one.number);
        let whose = Whose { resident: one.id, erasure: &asked, number, quiet_since: at(RANG) };
        // As long as they are on the register, nothing is forgotten of it.
        assert_eq!(erasing.forget(Class::Numbers, &whose).await.unwrap(), Forgotten::Done(0));
        let people = Residents::new(&dynamo);
        let stored = people.get(one.id).await.unwrap().unwrap();
        assert_eq!(people.remove(&stored).await.unwrap(), Removed::Done);
        assert_eq!(erasing.forget(Class::Numbers, &whose).await.unwrap(), Forgotten::Done(1));
        assert_eq!(erasing.forget(Class::Numbers, &whose).await.unwrap(), Forgotten::Done(0));
        assert!(list.of(&[subject]).await.unwrap()[0].is_some());
        assert_eq!(erasing.kept(Class::Numbers, &whose).await.unwrap(), [""; 0]);
    }
}

/// More calls than one transaction deletes.
#[tokio::test]
async fn many_days_are_deleted() {
    let dynamo = fresh(&dynamodb_local().await).await;
    let (id, checks) = (ResidentId::derive(&["erasing", "many"]), Checks::new(&dynamo));
    let mut day: jiff::civil::Date = "2025-11-23".parse().unwrap();
    for _ in 0..205 {
        checks.record(id, day, CheckResult::Well).await.unwrap();
        day = day.tomorrow().unwrap();
    }
    let asked = Erasure::asked(id, ("joe", at(RANG)), ErasureReason::Asked, None);
    let quiet_since = at(RANG).checked_sub(SignedDuration::from_hours(1)).unwrap();
    let whose = Whose { resident: id, erasure: &asked, number: None, quiet_since };
    let erasing = erasures(&dynamo, RANG);
    assert_eq!(erasing.forget(Class::Days, &whose).await.unwrap(), Forgotten::Done(205));
    assert_eq!(erasing.forget(Class::Days, &whose).await.unwrap(), Forgotten::Done(0));
}
