//! The dialer.

use super::line::Answer;
use super::people::{ANN, ago, change, claim, dialed, order, person, request, send};
use super::stage::{Part, Stage};
use super::state::State;
use super::{Cut, Difference, Situation, interrupt, interrupt_twice};
use crate::properties::ask;
use jiff::SignedDuration;
use rollcall_connect_sim::ResidentKind;
use rollcall_domain::attempt::{End, EndReason, Facts};
use rollcall_domain::ids::{AttemptId, RequestId};
use rollcall_domain::pace::Limits;
use rollcall_domain::resident::MarkState;
use rollcall_domain::suppression::Suppression;
use rollcall_ports::{Clock as _, Rejection};

const AROUND: &[Part] = &[Part::Planner, Part::Outcomes, Part::KeyPress, Part::Sweep];

pub(super) const DIALER: Situation = Situation {
    part: Part::Dialer,
    with: AROUND,
    counted: 150,
    lasts: 14 * 60,
    setup: ordered,
    differs: &[NEVER_DIALED],
    shows: &[
        ("ann attempts", "Well contact answered complete end Unsaid;"),
        ("ann calls", "1"),
        ("attempts open", "0"),
    ],
    ..Situation::PLAIN
};

pub(super) fn ordered(stage: &Stage) {
    person(stage, "ann", ANN);
    order(stage, "ann", 0);
}

/// The intention is on record and Connect was never asked: only the absence
/// of evidence tells, and a new order dials. One attempt more, no call more.
pub(super) const NEVER_DIALED: Difference = Difference {
    name: "begun, never dialed",
    when: never_dialed,
    then: |state| {
        state.before("ann attempts", "NotPlaced NoEvidence;");
        state.before("ann marks", "NotPlaced ");
    },
};

pub(super) fn never_dialed(cut: &Cut) -> bool {
    match cut.call {
        "attempts.begin" => cut.kind.took_effect(),
        "Connect.start" => cut.is_unanswered() && !cut.kind.took_effect(),
        _ => false,
    }
}

/// What Connect said of the start was never heard, or not recorded.
fn answer_lost(cut: &Cut) -> bool {
    (cut.call == "Connect.start" && cut.kind.took_effect()) || withdrawal_lost(cut)
}

/// The first withdrawal was cut before the attempt said so.
pub(super) fn withdrawal_lost(cut: &Cut) -> bool {
    cut.cuts("residents.get", 2)
        || cut.cuts("residents.save", 1)
        || (cut.cuts("attempts.save", 1) && !cut.kind.took_effect())
}

#[test]
fn a_dial_that_is_accepted() {
    let mute = |stage: &Stage| {
        ordered(stage);
        stage.line.answers(Answer::Mute);
    };
    interrupt(&[
        Situation { name: "accepted", ..DIALER },
        Situation { name: "unanswered, but dialed", setup: mute, ..DIALER },
        Situation {
            name: "accepted, nobody answers",
            answers: ResidentKind::NoAnswer,
            lasts: 9 * 60,
            with: &[Part::Outcomes, Part::KeyPress, Part::Sweep],
            differs: &[Difference {
                name: "begun, never dialed, and no planner runs",
                when: never_dialed,
                then: |state| {
                    state.set("ann attempts", "NotPlaced NoEvidence;");
                    state.set("ann marks", "NotPlaced");
                    state.set("ann calls", "0");
                    state.set("ann indexed", "due now, due some time, to review some time");
                },
            }],
            shows: &[("ann attempts", "NoAnswer contact complete end Unsaid;"), ("ann calls", "1")],
            ..DIALER
        },
    ]);
}

#[test]
fn a_dial_of_which_nothing_is_heard() {
    let nothing = |stage: &Stage| {
        ordered(stage);
        stage.line.answers(Answer::Nothing);
    };
    interrupt(&[Situation {
        name: "unanswered, not dialed",
        setup: nothing,
        lasts: 20 * 60,
        shows: &[
            ("ann attempts", "NotPlaced NoEvidence;Well contact answered complete end Unsaid;"),
            ("ann calls", "1"),
        ],
        ..DIALER
    }]);
}

#[test]
fn a_dial_that_is_throttled() {
    let throttled = |stage: &Stage| {
        ordered(stage);
        stage.line.answers(Answer::Throttle);
    };
    interrupt(&[Situation {
        name: "throttled, then accepted",
        setup: throttled,
        differs: &[
            NEVER_DIALED,
            Difference {
                name: "that it was throttled is not on record: the absence of evidence tells",
                when: |cut| withdrawal_lost(cut) || (cut.cuts("Connect.start", 1) && cut.kind.took_effect()),
                then: NEVER_DIALED.then,
            },
        ],
        ..DIALER
    }]);
}

#[test]
fn a_dial_that_is_refused() {
    let invalid = |stage: &Stage| {
        ordered(stage);
        stage.line.always_answers(Answer::Reject(Rejection::NumberInvalid));
    };
    let not_allowed = |stage: &Stage| {
        ordered(stage);
        stage.line.answers(Answer::Reject(Rejection::NumberNotAllowed));
    };
    interrupt(&[
        Situation {
            name: "number invalid",
            setup: invalid,
            differs: INVALID,
            shows: &[
                ("ann attempts", "NotPlaced Refused;"),
                ("ann flags", "bad number"),
                ("ann escalation", "BadNumber"),
            ],
            ..DIALER
        },
        Situation {
            name: "number not allowed",
            setup: not_allowed,
            lasts: 20 * 60,
            differs: &[NEVER_DIALED, NO_EVIDENCE_INSTEAD],
            shows: &[("ann attempts", "NotPlaced Refused;Well contact answered complete end Unsaid;")],
            ..DIALER
        },
    ]);
}

/// What the service said is not known; the absence of evidence says the same.
pub(super) const NO_EVIDENCE_INSTEAD: Difference = Difference {
    name: "the refusal is not on record: the absence of evidence tells",
    when: answer_lost,
    then: |state| {
        let rest = state.get("ann attempts").strip_prefix("NotPlaced Refused;").unwrap().to_owned();
        state.set("ann attempts", &format!("NotPlaced NoEvidence;{rest}"));
    },
};

const INVALID: &[Difference] = &[
    NEVER_DIALED,
    Difference {
        name: "that the number is invalid is learned by a new order",
        when: |cut| answer_lost(cut) && !bad_number_saved(cut),
        then: NEVER_DIALED.then,
    },
    Difference { when: |cut| answer_lost(cut) && bad_number_saved(cut), ..NO_EVIDENCE_INSTEAD },
];

/// The resident's number was marked before the withdrawal was cut.
fn bad_number_saved(cut: &Cut) -> bool {
    (cut.cuts("residents.save", 1) && cut.kind.took_effect()) || cut.cuts("attempts.save", 1)
}

#[test]
fn a_dial_that_must_wait() {
    let full = |stage: &Stage| {
        ordered(stage);
        reserve(stage, &["one", "two"], 30);
    };
    let fast = |stage: &Stage| {
        ordered(stage);
        reserve(stage, &["one"; 40], 1);
    };
    let household = |stage: &Stage| {
        ordered(stage);
        person(stage, "bob", ANN);
        let end = Some(End { version: None, reason: EndReason::Unsaid, at: ago(stage, 60) });
        let dial =
            dialed(stage, "bob", 60, Facts { complete: Some(ago(stage, 30)), end, ..Facts::default() });
        change(stage, "bob", |bob| {
            bob.learn_mark(dial, ago(stage, 60), MarkState::Settled);
            (bob.claim, bob.enabled) = (None, false);
        });
    };
    interrupt(&[
        Situation { name: "no agent yet", agent_after: Some(40), ..DIALER },
        Situation { name: "all places taken", setup: full, ..DIALER },
        Situation { name: "many starts reserved", setup: fast, ..DIALER },
        Situation {
            name: "household just rung",
            setup: household,
            counted: 280,
            lasts: 20 * 60,
            differs: &[
                // At the first the number was busy.
                Difference {
                    when: |cut| never_dialed(cut) && !cut.cuts("attempts.begin", 1),
                    ..NEVER_DIALED
                },
            ],
            ..DIALER
        },
    ]);
}

/// Takes places at the limiter that nobody gives back.
fn reserve(stage: &Stage, names: &[&str], seconds: i64) {
    let lease = SignedDuration::from_secs(seconds);
    let horizon = SignedDuration::from_hours(1);
    let limits = Limits { per_second: 2, burst: 5, at_once: 10, horizon, lease };
    for name in names {
        let attempt = AttemptId::of(RequestId::derive(&[name]));
        ask(stage.store.pace().reserve(attempt, stage.clock.now(), limits)).unwrap();
    }
    if seconds < 10 {
        ask(stage.store.pace().release(AttemptId::of(RequestId::derive(&[names[0]])))).unwrap();
    }
}

#[test]
fn an_order_that_is_void() {
    let expired = |stage: &Stage| {
        person(stage, "ann", ANN);
        send(stage, request(stage, "ann", 400));
    };
    let superseded = |stage: &Stage| {
        person(stage, "ann", ANN);
        send(stage, request(stage, "ann", 30));
        claim(stage, "ann", request(stage, "ann", 10));
    };
    let disabled = |stage: &Stage| {
        ordered(stage);
        change(stage, "ann", |ann| ann.enabled = false);
    };
    let stranger = |stage: &Stage| {
        person(stage, "ann", ANN);
        change(stage, "ann", |ann| ann.suppressed = Suppression::untold().into());
        send(stage, request(stage, "bob", 0));
    };
    interrupt(&[
        Situation { name: "expired", setup: expired, ..DIALER },
        Situation { name: "superseded", setup: superseded, ..DIALER },
        Situation {
            name: "disabled meanwhile",
            setup: disabled,
            shows: &[("ann attempts", ""), ("ann calls", "0")],
            ..DIALER
        },
        Situation { name: "not on the register", setup: stranger, shows: &[("ann calls", "0")], ..DIALER },
    ]);
}

#[test]
fn every_pair_of_interruptions_of_a_dial() {
    interrupt_twice(&Situation { name: "accepted", counted: 130, lasts: 16 * 60, ..DIALER }, one_call);
}

#[test]
fn every_pair_of_interruptions_of_a_dial_that_is_throttled() {
    let throttled = |stage: &Stage| {
        ordered(stage);
        stage.line.answers(Answer::Throttle);
    };
    let situation = Situation { name: "throttled, then accepted", setup: throttled, ..DIALER };
    interrupt_twice(&Situation { counted: 20, lasts: 16 * 60, ..situation }, one_call);
}

/// Each interruption may cost an attempt that was no call, and never more.
fn one_call(undisturbed: &State, found: &State) -> Vec<String> {
    let mut expected = undisturbed.clone();
    let extra = found.get("ann attempts").matches("NotPlaced NoEvidence;").count();
    for _ in 0..extra.min(2) {
        (NEVER_DIALED.then)(&mut expected);
    }
    expected.differences(found)
}
