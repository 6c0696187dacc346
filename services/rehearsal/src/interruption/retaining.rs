//! What is past its time is deleted: whoever is interrupted is followed by the
//! next minute, and what is open stays.

use super::people::{ANN, BOB, id, person, promised};
use super::stage::{Part, Stage};
use super::{Situation, interrupt, play, stage};
use crate::properties::ask;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rollcall_domain::attempt::{Attempt, Withdrawal};
use rollcall_domain::batch::{Batch, BatchStage, ChunkReport};
use rollcall_domain::day::{DayPart, DayRecord};
use rollcall_domain::duty::Cause;
use rollcall_domain::escalation::{Escalation, HowEnded};
use rollcall_domain::ids::{BatchId, RequestId, ResidentId};
use rollcall_domain::ledger::DayState;
use rollcall_domain::retention::{Limit, Retention};
use rollcall_ports::{
    AuditEntry, Began, Begin, CheckResult, Clock as _, DeadLetter, PartOf, Saved, Versioned,
};
use std::io::Cursor;

/// The day of the plays, and the day before: the books were looked at.
const TODAY: Date = date(2026, 11, 23);

/// How much of each class is past its time, and what is still there of it.
pub(super) fn kept(stage: &Stage) -> String {
    let store = &stage.store;
    let today = stage.policy.own_zone().to_datetime(stage.clock.now()).date();
    let due: Vec<String> = Retention::aging()
        .filter_map(|class| {
            let limit =
                stage.policy.retention.limit(class, today, &TimeZone::get("Europe/London").unwrap())?;
            let due = ask(store.retain().due(class, &limit, 1_000)).unwrap();
            (due > 0).then(|| format!("{due} {}", class.word()))
        })
        .collect();
    let log = ask(store.audit().list(None, 1_000)).unwrap();
    let mut told: Vec<String> = log
        .into_iter()
        .filter(|(_, entry)| entry.action == "retention.delete")
        .map(|(_, entry)| entry.detail)
        .collect();
    told.sort();
    let (dials, _) = ask(store.attempts().of_resident(id("ann"), None, 100)).unwrap();
    let old = dials.iter().filter(|dial| dial.begun_at < days_ago(300)).count();
    format!("due: {}; told: {}; {old} old dials", due.join(", "), told.join(", "))
}

fn days_ago(days: i64) -> Timestamp {
    Limit::of(TODAY.saturating_sub(days.days()), &TimeZone::UTC).at + 10.hours()
}

/// Something of every class that is just past its time, and beside it the same
/// that is not.
fn aged(stage: &Stage) {
    let store = &stage.store;
    person(stage, "ann", ANN);
    person(stage, "bob", BOB);
    promised(stage, "bob", 900, |_| {});
    for days in [397, 396] {
        let old = days_ago(days);
        dialed(stage, old);
        let gone = ResidentId::derive(&["retaining", &days.to_string()]);
        let mut case = Escalation::raise(gone, (Cause::DayClosed, old), None, old);
        case.end(HowEnded::Deleted, old);
        case.unsettled = false;
        assert_eq!(ask(store.escalations().save(&Versioned::new(case), None)).unwrap(), Saved::Done(1));
        let day = TODAY.saturating_sub(days.days());
        ask(store.checks().record(id("ann"), day, CheckResult::Well)).unwrap();
        let mut list = Batch::seen(BatchId::derive(&[&days.to_string()]), "list.csv".to_owned(), old);
        list.stage = BatchStage::Loading { chunks: 1, rows: 0 };
        ask(store.batches().put(&list)).unwrap();
        ask(store.batches().chunk_done(list.id, 0, &ChunkReport::default())).unwrap();
        let letter = DeadLetter {
            source: "rows".to_owned(),
            message_id: days.to_string(),
            reason: "broken".to_owned(),
            handler: "loader".to_owned(),
            parked_at: old,
            receives: 1,
            body: b"{}".to_vec(),
            replay: None,
        };
        ask(store.dead_letters().park(&letter)).unwrap();
        let id = rollcall_domain::ids::LetterId::of("rows", &letter.message_id);
        let mut stored = ask(store.letters().get(id)).unwrap().unwrap();
        stored.value.discard("joe", "of no use", old).unwrap();
        assert!(matches!(ask(store.letters().save(&stored)).unwrap(), Saved::Done(_)));
    }
    for days in [1, 365, 366] {
        account(stage, TODAY.saturating_sub(days.days()));
    }
    for days in [2_192, 2_193] {
        let entry = AuditEntry {
            key: format!("retaining/{days}"),
            at: days_ago(days),
            actor: "clerk".to_owned(),
            action: "pause".to_owned(),
            resident: None,
            detail: String::new(),
        };
        ask(store.audit().record(&entry)).unwrap();
    }
    store.uploads().put("list.csv", &mut Cursor::new(b"firstName,lastName,number\n")).unwrap();
}

fn dialed(stage: &Stage, at: Timestamp) {
    let store = &stage.store;
    let read = ask(store.residents().get(id("ann"))).unwrap().unwrap();
    let mut dial = Attempt::begin(id("ann"), RequestId::of(id("ann"), at), at);
    let begin = Begin {
        number: read.value.number,
        attempt: Versioned::new(dial.clone()),
        resident: read,
        schedule: rollcall_domain::duty::Schedule::default(),
        now: at,
        quiet_since: at,
    };
    assert_eq!(ask(store.attempts().begin(&begin)).unwrap(), Began::Granted);
    dial.withdrawn = Some(Withdrawal::NoEvidence);
    let saved = ask(store.attempts().save(&Versioned { value: dial, version: 1 })).unwrap();
    assert_eq!(saved, Saved::Done(2));
}

fn account(stage: &Stage, day: Date) {
    let days = stage.store.days();
    let record = Versioned::new(DayRecord::begin(day, stage.clock.now()));
    assert_eq!(ask(days.save(&record)).unwrap(), Saved::Done(1));
    let part = DayPart { register: 1, later: 0, people: vec![(id("ann"), DayState::Well)], next: None };
    ask(days.add_part(PartOf { day, taking: 0, part: 0 }, &part)).unwrap();
}

const AGED: Situation = Situation {
    name: "one thing of each class",
    part: Part::Sweep,
    with: &[],
    counted: 30,
    lasts: 400,
    setup: aged,
    shows: &[
        (
            "retention",
            "due: ; told: accounts: 2 from before 2025-11-23, attempts: 1 from before 2025-10-23, \
             audit: 1 from before 2020-11-22, batches: 1 from before 2025-10-23, \
             days: 1 from before 2025-10-23, escalations: 1 from before 2025-10-23, \
             letters: 1 from before 2025-10-23; 1 old dials",
        ),
        ("promises open", "1"),
    ],
    ..Situation::PLAIN
};

#[test]
fn what_is_past_its_time() {
    interrupt(&[AGED]);
}

/// A clock that leapt by years finds no day before its own, and deletes nothing
/// until the books were looked at for a day.
#[test]
fn nothing_goes_on_the_word_of_a_clock_that_leapt() {
    let leapt = Situation { start: "2046-11-23T10:00:00Z", ..AGED };
    let ended = play(&leapt, &stage::config(&leapt), &[]);
    let kept = ended.state.get("retention");
    assert!(kept.starts_with("due: 6 accounts, "), "{kept}");
    assert!(kept.ends_with("; told: ; 2 old dials"), "{kept}");
    assert!(!ended.calls.iter().any(|call| call.starts_with("retain.")), "it was not even asked");
}
