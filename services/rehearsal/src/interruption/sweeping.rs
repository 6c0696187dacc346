//! The sweep and the books.

use super::people::{ANN, BOB, ago, change, contact, dialed, person, promised};
use super::stage::{Part, Stage};
use super::{Situation, interrupt};
use crate::properties::ask;
use rollcall_domain::attempt::{End, EndReason, Facts, Key, Press};
use rollcall_domain::callback::Try;
use rollcall_domain::ids::ContactId;
use rollcall_domain::resident::MarkState;
use rollcall_ports::{StreamReader as _, StreamWriter as _};

pub(super) const SWEEP: Situation = Situation {
    part: Part::Sweep,
    counted: 30,
    lasts: 180,
    shows: &[("attempts open", "0")],
    ..Situation::PLAIN
};

/// What Connect says of a call that nobody answered.
fn unanswered(stage: &Stage) -> Facts {
    let at = ago(stage, 240);
    let end = Some(End { version: Some(at), reason: EndReason::Unsaid, at });
    Facts { end, complete: Some(at), ..Facts::default() }
}

fn without_evidence(stage: &Stage) {
    person(stage, "ann", ANN);
    dialed(stage, "ann", 300, Facts::default());
}

fn described(stage: &Stage) {
    person(stage, "bob", BOB);
    dialed(stage, "bob", 300, contact("contact-1"));
    stage.line.knows("contact-1", unanswered(stage));
}

#[test]
fn an_attempt_in_doubt() {
    let talk = |stage: &Stage| {
        person(stage, "ann", ANN);
        dialed(stage, "ann", 300, contact("contact-2"));
        let press = Some(Press { key: Key::Talk, at: ago(stage, 250) });
        stage
            .line
            .knows("contact-2", Facts { press, answered_at: Some(ago(stage, 270)), ..unanswered(stage) });
    };
    let unknown = |stage: &Stage| {
        person(stage, "ann", ANN);
        dialed(stage, "ann", 300, contact("contact-3"));
    };
    let no_record = |stage: &Stage| {
        person(stage, "ann", ANN);
        dialed(stage, "ann", 300, Facts { answered_at: Some(ago(stage, 280)), ..Facts::default() });
    };
    interrupt(&[
        Situation {
            name: "without evidence",
            setup: without_evidence,
            shows: &[("ann attempts", "NotPlaced NoEvidence;")],
            ..SWEEP
        },
        Situation {
            name: "record never comes, described",
            setup: described,
            shows: &[("bob attempts", "NoAnswer contact complete end Unsaid;")],
            ..SWEEP
        },
        Situation {
            name: "record never comes, described with a key",
            setup: talk,
            lasts: 300,
            shows: &[("ann promises", "Open 0 tries unqueued overdue told")],
            ..SWEEP
        },
        Situation {
            name: "record never comes, unknown",
            setup: unknown,
            shows: &[("ann attempts", "NoAnswer contact complete;")],
            ..SWEEP
        },
        Situation {
            name: "answered, and no contact",
            setup: no_record,
            shows: &[("ann attempts", "Unconfirmed answered complete;")],
            ..SWEEP
        },
    ]);
}

#[test]
fn a_stream_that_is_behind() {
    let held = |stage: &Stage| {
        person(stage, "ann", ANN);
        dialed(stage, "ann", 210, Facts::default());
        ask(stage.store.outcomes_stream().put("", b"waiting")).unwrap();
    };
    let caught_up = |stage: &Stage| {
        person(stage, "ann", ANN);
        dialed(stage, "ann", 210, Facts::default());
        let stream = stage.store.outcomes_stream();
        ask(stream.put("", b"taken in")).unwrap();
        ask(stream.checkpoint(0, &rollcall_ports::Sequence::from(1))).unwrap();
    };
    interrupt(&[
        Situation {
            name: "the backlog holds the settlement",
            setup: held,
            counted: 90,
            shows: &[("attempts open", "1"), ("ann attempts", "Open;")],
            ..SWEEP
        },
        Situation {
            name: "no backlog",
            setup: caught_up,
            counted: 90,
            shows: &[("attempts open", "0"), ("ann attempts", "NotPlaced NoEvidence;")],
            ..SWEEP
        },
    ]);
}

fn missed(stage: &Stage) {
    person(stage, "cat", "+447700900103");
    promised(stage, "cat", 3_600, |callback| {
        for number in 1..=3 {
            callback.learn(ContactId::new(format!("leg-{number}")), Try::Missed(ago(stage, 600 - number)));
        }
    });
}

fn overdue(stage: &Stage) {
    person(stage, "dan", "+447700900104");
    promised(stage, "dan", 7_260, |callback| {
        callback.learn(ContactId::new("leg-9"), Try::Waiting);
        callback.deadline = ago(stage, 60);
    });
}

fn spent(stage: &Stage) {
    person(stage, "eve", "+447700900105");
    for minutes in [50, 40, 30] {
        change(stage, "eve", |eve| eve.claim = None);
        let at = ago(stage, minutes * 60);
        let dial =
            dialed(stage, "eve", minutes * 60, Facts { complete: Some(at), ..contact("contact-spent") });
        change(stage, "eve", |eve| {
            eve.learn_mark(dial, at, MarkState::Settled);
            eve.claim = None;
        });
    }
}

fn bad_number(stage: &Stage) {
    person(stage, "fay", "+447700900106");
    let since = ago(stage, 30);
    change(stage, "fay", |fay| fay.number_bad_since = Some(since));
}

#[test]
fn somebody_who_must_be_told() {
    let unqueued = |stage: &Stage| {
        person(stage, "ann", ANN);
        promised(stage, "ann", 60, |callback| callback.unqueued = true);
    };
    let due = |stage: &Stage| person(stage, "ann", ANN);
    interrupt(&[
        Situation {
            name: "overdue promise",
            setup: overdue,
            shows: &[("dan promises", "Open 1 tries overdue told")],
            ..SWEEP
        },
        Situation {
            name: "promise that Connect does not know",
            setup: unqueued,
            shows: &[("ann promises", "Open 0 tries unqueued overdue told")],
            ..SWEEP
        },
        Situation {
            name: "missed promise",
            setup: missed,
            shows: &[("cat escalation", "CallbackMissed")],
            ..SWEEP
        },
        Situation {
            name: "attempts spent",
            setup: spent,
            shows: &[("eve escalation", "AttemptsSpent")],
            ..SWEEP
        },
        Situation {
            name: "bad number",
            setup: bad_number,
            shows: &[("fay escalation", "BadNumber")],
            ..SWEEP
        },
        Situation {
            name: "day closed",
            setup: due,
            start: "2026-11-23T16:59:30Z",
            counted: 60,
            shows: &[("ann escalation", "DayClosed")],
            ..SWEEP
        },
    ]);
}

#[test]
fn everything_at_once() {
    let all = |stage: &Stage| {
        without_evidence(stage);
        described(stage);
        missed(stage);
        overdue(stage);
        spent(stage);
        bad_number(stage);
    };
    let told = &[
        ("cat escalation", "CallbackMissed"),
        ("eve escalation", "AttemptsSpent"),
        ("fay escalation", "BadNumber"),
    ];
    interrupt(&[Situation { name: "all at once", setup: all, shows: told, ..SWEEP }]);
}

#[test]
fn the_account_of_the_day() {
    let three = |stage: &Stage| {
        person(stage, "ann", ANN);
        person(stage, "bob", BOB);
        missed(stage);
    };
    interrupt(&[Situation {
        name: "three residents",
        part: Part::Books,
        setup: three,
        // Over the time of the next account: an interrupted one is taken then.
        lasts: 920,
        shows: &[("ledger taken", "true"), ("register", "3 counted, 3 found")],
        ..SWEEP
    }]);
}
