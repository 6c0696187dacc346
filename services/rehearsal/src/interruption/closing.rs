//! Close of day: on time, interrupted anywhere, and late.

use super::people::{change, id, leave, person, promised};
use super::stage::{Part, Stage};
use super::{Situation, interrupt, play, stage};
use crate::properties::ask;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rollcall_domain::callback::Try;
use rollcall_domain::day::{DayCheck, DayRecord};
use rollcall_domain::duty::{Cause, Raised};
use rollcall_domain::ids::ContactId;
use rollcall_domain::ledger::DayState;
use rollcall_domain::record::{Pause, Switched};
use rollcall_domain::resident::{Heard, Reached};
use rollcall_local::compose;
use rollcall_ports::{AuditEntry, CheckResult, Clock as _, Signal, Versioned};

const MONDAY: Date = date(2026, 11, 23);

/// What Monday comes to, whenever it is closed.
const ENDED: &str = "Well: ann jon; CallbackOpen: bob; SpokenTo: cat; Trying: eve; Escalated: dan; Paused: fay; \
                     Excluded: gus; NotDue: hal; balanced true of 9";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Everybody in a state of their own, on a Monday on which the books were
/// looked at.
fn monday(stage: &Stage) {
    for (nth, name) in ["ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "jon"].iter().enumerate() {
        person(stage, name, &format!("+44770090010{nth}"));
        change(stage, name, |one| one.registered_at = at("2026-11-20T08:00:00Z"));
    }
    heard(stage, "ann", "2026-11-23T10:00:00Z", (Heard::Well, CheckResult::Well));
    heard(stage, "jon", "2026-11-23T10:01:00Z", (Heard::Well, CheckResult::Well));
    heard(stage, "cat", "2026-11-23T10:02:00Z", (Heard::SpokenTo, CheckResult::SpokenTo));
    let asked = stage.clock.now().duration_since(at("2026-11-23T15:30:00Z"));
    promised(stage, "bob", asked.as_secs(), |_| {});
    check(stage, "bob", MONDAY, CheckResult::WantsToTalk);
    escalated(stage, "dan", "2026-11-23T17:00:30Z");
    check(stage, "dan", MONDAY, CheckResult::Escalated);
    change(stage, "fay", |fay| {
        fay.pauses.push(Pause::between(at("2026-11-23T08:00:00Z"), at("2026-11-30T08:00:00Z")));
    });
    change(stage, "gus", |gus| gus.enabled = false);
    change(stage, "hal", |hal| hal.registered_at = at("2026-11-23T18:00:00Z"));
    let record = Versioned::new(DayRecord::begin(MONDAY, at("2026-11-23T08:45:00Z")));
    let _saved: rollcall_ports::Saved = ask(stage.store.days().save(&record)).unwrap();
}

fn check(stage: &Stage, name: &str, day: Date, result: CheckResult) {
    ask(stage.store.checks().record(id(name), day, result)).unwrap();
}

fn heard(stage: &Stage, name: &str, when: &str, (how, result): (Heard, CheckResult)) {
    let at = at(when);
    change(stage, name, |one| {
        one.learn_reached(Reached { at, how });
    });
    check(stage, name, stage.policy.own_zone().to_datetime(at).date(), result);
}

fn escalated(stage: &Stage, name: &str, when: &str) {
    let raised = Raised { at: at(when), check_due: at("2026-11-23T09:00:00Z"), cause: Cause::DayClosed };
    change(stage, name, |one| one.escalation = Some(raised));
}

/// Nothing ran on Tuesday but the telephone and the staff: everybody is
/// somewhere else on Wednesday.
fn wednesday(stage: &Stage) {
    monday(stage);
    for name in ["ann", "cat", "dan", "hal", "fay"] {
        heard(stage, name, "2026-11-24T10:00:00Z", (Heard::Well, CheckResult::Well));
    }
    let stored = ask(stage.store.residents().get(id("bob"))).unwrap().unwrap();
    let mut promise = ask(stage.store.callbacks().get(stored.value.callback.unwrap())).unwrap().unwrap();
    let spoken = at("2026-11-24T11:00:00Z");
    promise.value.learn(ContactId::new("leg"), Try::SpokenTo(spoken));
    let _saved: rollcall_ports::Saved = ask(stage.store.callbacks().save(&promise, None, false)).unwrap();
    change(stage, "bob", |bob| bob.callback = None);
    heard(stage, "bob", "2026-11-24T11:00:00Z", (Heard::SpokenTo, CheckResult::SpokenTo));
    escalated(stage, "eve", "2026-11-25T08:59:00Z");
    check(stage, "eve", MONDAY, CheckResult::Escalated);
    change(stage, "gus", |gus| {
        gus.enabled = true;
        gus.switched = Some(Switched {
            at: at("2026-11-24T09:00:00Z"),
            by: "joe".to_owned(),
            reason: "back".to_owned(),
        });
    });
    let later = Pause {
        at: Some(at("2026-11-24T09:00:00Z")),
        ..Pause::between(at("2026-11-23T08:00:00Z"), at("2026-12-24T09:00:00Z"))
    };
    change(stage, "eve", |eve| eve.pauses.push(later));
    leave(stage, "jon");
    let entry = AuditEntry {
        key: "jon goes".to_owned(),
        at: at("2026-11-24T12:00:00Z"),
        actor: "joe".to_owned(),
        action: "resident.delete".to_owned(),
        resident: Some(id("jon")),
        detail: "moved".to_owned(),
    };
    ask(stage.store.audit().record(&entry)).unwrap();
    // New since.
    person(stage, "ivy", "+447700900199");
}

const CLOSE: Situation = Situation {
    part: Part::Books,
    start: "2026-11-24T00:04:30Z",
    setup: monday,
    counted: 30,
    // Over the time of the next account: an interrupted one is taken then.
    lasts: 1_000,
    agent_after: None,
    shows: &[("account of 2026-11-23", ENDED)],
    ..Situation::PLAIN
};

#[test]
fn interrupted_on_time_and_late_it_is_the_same_account() {
    interrupt(&[
        Situation { name: "on time", ..CLOSE },
        Situation { name: "late", start: "2026-11-25T09:00:00Z", setup: wednesday, ..CLOSE },
    ]);
}

#[test]
fn a_day_that_is_not_over_is_not_closed() {
    let abroad = |stage: &Stage| {
        monday(stage);
        change(stage, "hal", |hal| hal.profile.timezone = Some("America/New_York".to_owned()));
    };
    let in_doubt = |stage: &Stage| {
        monday(stage);
        super::people::dialed(stage, "eve", 20_000, super::people::contact("unknown"));
    };
    for (name, start, setup) in [
        ("evidence may still come", "2026-11-23T23:48:00Z", monday as super::Deed),
        ("it is still Monday in New York", "2026-11-24T00:04:30Z", abroad),
        ("an attempt is not settled", "2026-11-24T00:04:30Z", in_doubt),
    ] {
        let situation = Situation { name, start, setup, shows: &[], ..CLOSE };
        let ended = play(&situation, &stage::config(&situation), &[]);
        assert_eq!(ended.state.get("account of 2026-11-23"), "open", "{name}");
    }
}

/// Of Monday, by what stands in the books by now.
fn reproduced(stage: &Stage) -> DayCheck {
    let books = compose(&stage.ports(&stage.calm()), &stage.policy).books;
    let record = ask(stage.store.days().get(MONDAY)).unwrap().unwrap().value;
    let check = ask(books.reproduce(&record)).unwrap().unwrap();
    assert!(check.adds_up(&record.account.unwrap()));
    check
}

#[test]
fn what_differs_from_the_books_is_named_and_told() {
    fn look(stage: &Stage) {
        assert_eq!(reproduced(stage).differences, 0);
        // Late news, an agent's word, and a hole in the books.
        check(stage, "eve", MONDAY, CheckResult::Well);
        let promise = ask(stage.store.residents().get(id("bob"))).unwrap().unwrap().value.callback.unwrap();
        let mut kept = ask(stage.store.callbacks().get(promise)).unwrap().unwrap();
        kept.value.learn(ContactId::new("leg"), Try::SpokenTo(at("2026-11-23T16:00:00Z")));
        let _saved: rollcall_ports::Saved = ask(stage.store.callbacks().save(&kept, None, false)).unwrap();
        let found = reproduced(stage);
        let named: Vec<_> = found.first.iter().map(|one| (one.resident, one.written, one.found)).collect();
        let expected = [
            (id("bob"), DayState::CallbackOpen, Some(DayState::SpokenTo)),
            (id("eve"), DayState::Trying, Some(DayState::Well)),
        ];
        assert_eq!(found.differences, 2);
        assert!(expected.iter().all(|one| named.contains(one)), "{named:?}");
        let told = stage.store.notices_told(0, 100).unwrap();
        assert!(told.iter().any(|told| told.notice.key() == "day_differs/2026-11-23/2"));
        assert_eq!(stage.heard.count(|one| matches!(one, Signal::DayDiffers { differences: 2, .. })), 1);
    }
    let situation = Situation { name: "differs", later: Some((60, look)), ..CLOSE };
    play(&situation, &stage::config(&situation), &[]);
}

#[test]
fn a_day_later_it_is_held_against_the_books() {
    fn late_news(stage: &Stage) {
        check(stage, "hal", MONDAY, CheckResult::Well);
    }
    let situation = Situation { name: "checked", later: Some((60, late_news)), lasts: 80_000, ..CLOSE };
    let ended = play(&situation, &stage::config(&situation), &[]);
    assert_eq!(ended.state.get("check of 2026-11-23"), "1 differences in 9");
    assert!(
        ended.state.get("notices").contains("day_differs/2026-11-23/1"),
        "{}",
        ended.state.get("notices")
    );
}
