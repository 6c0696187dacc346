//! Somebody is erased, from every store: whoever is interrupted is followed by
//! somebody who asks again, or by the sweep.

use super::people::{ANN, BOB, id, order, person, promised};
use super::stage::{Part, Stage};
use super::{Situation, interrupt};
use crate::properties::ask;
use crate::trouble::Gate;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::ResidentKind;
use rollcall_domain::duty::Cause;
use rollcall_domain::erasure::{Class, Erasure, ErasureReason, Traces};
use rollcall_domain::escalation::Escalation;
use rollcall_domain::suppression::{Entry, Ground, Subject};
use rollcall_local::compose;
use rollcall_ports::{CheckResult, Clock as _, DeadLetter, Fault, Removed, Saved, Uploads as _, Versioned};
use rollcall_recording::erasure::{Anew, Progress};
use std::io::Cursor;

/// A row of which no resident can be made tells of ann.
const LIST: &str = "firstName,lastName,number\nann,Example,12\nbob,Example,07700 900102\n";

/// What of ann is anywhere, where she is erased. An interrupted dial leaves one
/// more attempt of hers, which is right otherwise.
pub(super) fn kept(stage: &Stage) -> String {
    let (store, ann) = (&stage.store, id("ann"));
    if ask(store.erasures().get(ann)).unwrap().is_none() {
        return "not erased".to_owned();
    }
    let (dials, _) = ask(store.attempts().of_resident(ann, None, 100)).unwrap();
    let days = ask(store.checks().of(ann, date(2026, 1, 1), date(2026, 12, 31))).unwrap();
    let list = ask(store.suppressions().of(&[Subject::Resident(ann)])).unwrap();
    let rows = store.uploads().latest("list.csv").unwrap().map(|file| {
        let bytes = ask(store.uploads().read(&file, 0, 1_000)).unwrap().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        (text.lines().count(), text.contains("ann"), text.contains("bob"))
    });
    let erasure = ask(store.erasures().get(ann)).unwrap().map(|found| found.value);
    let erasure = erasure.map(|one| {
        let looks = one.look_again_at.is_some();
        (one.progress(), one.done_at.is_some(), one.traces.is_some(), one.calls.len(), looks)
    });
    format!(
        "{} dials, {} days, {} entries, {rows:?}, {erasure:?}",
        dials.len(),
        days.len(),
        list.iter().flatten().count()
    )
}

/// Nothing but the erasure, which was looked at once more.
const NOTHING: &str =
    "0 dials, 0 days, 0 entries, Some((3, false, true)), Some(((14, 14), true, false, 0, false))";

/// The same, but for a row of which no resident can be made: it is hers by her names alone, and nobody knows them any
/// more. Lists are not restored on AWS, so there it is not back.
const BUT_A_BAD_ROW: &str =
    "0 dials, 0 days, 0 entries, Some((3, true, true)), Some(((14, 14), true, false, 0, false))";

/// Ann, of whom something is in every store, and bob.
fn everywhere(stage: &Stage) {
    person(stage, "ann", ANN);
    person(stage, "bob", BOB);
    promised(stage, "ann", 900, |_| {});
    let (store, now, ann) = (&stage.store, stage.clock.now(), id("ann"));
    let case = Escalation::raise(ann, (Cause::DayClosed, now), None, now);
    assert_eq!(ask(store.escalations().save(&Versioned::new(case), None)).unwrap(), Saved::Done(1));
    ask(store.checks().record(ann, date(2026, 11, 20), CheckResult::Well)).unwrap();
    let entry = Entry::new(Subject::Resident(ann), (Ground::Staff, "rang us"), ("clerk", now)).unwrap();
    assert_eq!(ask(store.suppressions().put(&Versioned::new(entry))).unwrap(), Saved::Done(1));
    for (n, body) in [format!("of {ann}"), "of nobody".to_owned()].into_iter().enumerate() {
        let letter = DeadLetter {
            source: "rows".to_owned(),
            message_id: n.to_string(),
            reason: "broken".to_owned(),
            handler: "loader".to_owned(),
            parked_at: now,
            receives: 1,
            body: body.into_bytes(),
            replay: None,
        };
        ask(store.dead_letters().park(&letter)).unwrap();
    }
    store.uploads().put("list.csv", &mut Cursor::new(LIST.as_bytes())).unwrap();
}

/// As whoever was killed right after it was written down.
fn asked(stage: &Stage) {
    let resident = ask(stage.store.residents().get(id("ann"))).unwrap().unwrap().value;
    let traces = Traces::of(&resident, true);
    let erasure = Erasure::asked(id("ann"), ("joe", stage.clock.now()), ErasureReason::Asked, Some(traces));
    assert_eq!(ask(stage.store.erasures().save(&Versioned::new(erasure))).unwrap(), Saved::Done(1));
    stage.gone.borrow_mut().push(resident);
}

/// Somebody at the portal, who asks until there is an answer.
pub(super) async fn erase(stage: &Stage, gate: &Gate) {
    let ports = stage.ports(gate);
    let eraser = compose(&ports, &stage.policy).eraser;
    loop {
        let done: Result<Option<Progress>, Fault> = async {
            let stored = ports.residents.get(id("ann")).await?;
            eraser.erase(id("ann"), stored.as_ref(), ("joe", ErasureReason::Asked)).await
        }
        .await;
        if let Ok(Some(_)) = done {
            return std::future::pending().await;
        }
        stage.sleep(1).await;
    }
}

/// The stores were restored to this moment.
const RESTORED_TO: Timestamp = Timestamp::UNIX_EPOCH;

/// Ann is back in every store, of which the list of erasures says that she was
/// erased, whole and looked at once more.
fn restored(stage: &Stage) {
    everywhere(stage);
    let now = stage.clock.now();
    let mut erasure = Erasure::asked(id("ann"), ("joe", now), ErasureReason::Asked, None);
    Class::erased().for_each(|class| erasure.cleaned(class));
    erasure.finish(now, SignedDuration::ZERO);
    erasure.looked_again();
    assert_eq!(ask(stage.store.erasures().save(&Versioned::new(erasure))).unwrap(), Saved::Done(1));
    stage.gone.borrow_mut().push(ask(stage.store.residents().get(id("ann"))).unwrap().unwrap().value);
}

/// The same of somebody who had been taken off the register before: only the
/// rest of them is back.
fn restored_without_the_record(stage: &Stage) {
    restored(stage);
    let stored = ask(stage.store.residents().get(id("ann"))).unwrap().unwrap();
    assert_eq!(ask(stage.store.residents().remove(&stored)).unwrap(), Removed::Done);
}

/// An operator who runs the command until it is done, and then once more, which
/// must find nothing to be begun.
pub(super) async fn erase_anew(stage: &Stage, gate: &Gate) {
    let eraser = compose(&stage.ports(gate), &stage.policy).eraser;
    let run = async || -> Result<Vec<Anew>, Fault> {
        let mut all = Vec::new();
        for erased in eraser.undone(RESTORED_TO).await? {
            all.push(eraser.erase_anew(&erased, Some(RESTORED_TO)).await?);
        }
        Ok(all)
    };
    let is_off = |one: &Anew| matches!(one, Anew::Begun | Anew::Known);
    while !matches!(run().await, Ok(all) if all.iter().all(is_off)) {
        stage.sleep(1).await;
    }
    if let Ok(again) = run().await {
        assert_eq!(again, [Anew::Known]);
    }
    std::future::pending::<()>().await;
}

const ERASED: Situation = Situation {
    part: Part::Erases,
    with: &[Part::Sweep],
    counted: 50,
    lasts: 600,
    setup: everywhere,
    shows: &[
        ("register", "1 counted, 1 found"),
        ("ann kept", NOTHING),
        ("promises open", "0"),
        ("cases open", "0"),
        ("letters", "loader: broken; "),
        ("suppressions", "0 stand, 0 to be carried out"),
        ("bob stands", "Trying"),
    ],
    ..Situation::PLAIN
};

#[test]
fn somebody_who_is_in_every_store() {
    let cut_off = |stage: &Stage| {
        everywhere(stage);
        asked(stage);
    };
    interrupt(&[
        Situation { name: "asked for at the portal", ..ERASED },
        Situation {
            name: "left to the sweep",
            part: Part::Sweep,
            with: &[],
            counted: 30,
            setup: cut_off,
            ..ERASED
        },
    ]);
}

/// What a restore brings back goes again, however often whoever does it is
/// killed, and begins once.
#[test]
fn somebody_who_was_erased_is_back_after_a_restore() {
    interrupt(&[
        Situation { name: "on the register", part: Part::ErasesAnew, setup: restored, ..ERASED },
        Situation {
            name: "taken off it before",
            part: Part::ErasesAnew,
            setup: restored_without_the_record,
            shows: &[
                ("register", "1 counted, 1 found"),
                ("ann kept", BUT_A_BAD_ROW),
                ("promises open", "0"),
                ("cases open", "0"),
                ("letters", "loader: broken; "),
                ("suppressions", "0 stand, 0 to be carried out"),
                ("bob stands", "Trying"),
            ],
            ..ERASED
        },
    ]);
}

/// News of the call come while everything is deleted, and afterwards.
#[test]
fn while_their_phone_rings() {
    interrupt(&[Situation {
        name: "and they ask for a talk",
        part: Part::Outcomes,
        with: &[Part::Dialer, Part::KeyPress, Part::Sweep],
        answers: ResidentKind::Talk,
        counted: 400,
        lasts: 900,
        setup: |stage| {
            person(stage, "ann", ANN);
            order(stage, "ann", 0);
            stage.store.uploads().put("list.csv", &mut Cursor::new(LIST.as_bytes())).unwrap();
        },
        later: Some((4, |stage| {
            asked(stage);
            let eraser = compose(&stage.ports(&stage.calm()), &stage.policy).eraser;
            ask(eraser.go_on(id("ann"))).unwrap();
        })),
        shows: &[
            ("register", "0 counted, 0 found"),
            ("ann kept", NOTHING),
            ("promises open", "0"),
            ("letters", ""),
        ],
        ..Situation::PLAIN
    }]);
}
