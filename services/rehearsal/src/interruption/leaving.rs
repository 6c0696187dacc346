//! Somebody is taken off the register while something is under way for them:
//! nothing brings them back, nothing fails, and nothing is owed to nobody.

use super::people::{ANN, BOB, contact, dialed, leave, order, person, promised};
use super::stage::{Part, Stage};
use super::{Situation, interrupt};
use rollcall_connect_sim::ResidentKind;

/// At the end nothing of them is left that anybody would wait for.
const NOTHING_LEFT: &[(&str, &str)] = &[
    ("register", "0 counted, 0 found"),
    ("attempts open", "0"),
    ("promises open", "0"),
    ("promises to review", "0"),
    ("calls in flight", "0"),
    ("letters", ""),
    ("notices", ""),
];

const LEAVING: Situation = Situation {
    part: Part::Outcomes,
    with: &[Part::Dialer, Part::KeyPress, Part::Sweep],
    counted: 400,
    lasts: 600,
    setup: |stage: &Stage| {
        person(stage, "ann", ANN);
        order(stage, "ann", 0);
    },
    later: Some((4, |stage| leave(stage, "ann"))),
    shows: NOTHING_LEFT,
    ..Situation::PLAIN
};

#[test]
fn while_their_phone_rings() {
    interrupt(&[
        Situation { name: "nobody answers", answers: ResidentKind::NoAnswer, ..LEAVING },
        Situation { name: "well", ..LEAVING },
        Situation { name: "the number is bad", answers: ResidentKind::BadNumber, ..LEAVING },
    ]);
}

#[test]
fn before_they_ask_for_a_talk() {
    let talk = Situation { answers: ResidentKind::Talk, ..LEAVING };
    interrupt(&[
        Situation { name: "told by the stream", with: &[Part::Dialer, Part::Sweep], ..talk },
        Situation {
            name: "told by the key",
            part: Part::KeyPress,
            with: &[Part::Dialer, Part::Outcomes, Part::Sweep],
            ..talk
        },
    ]);
}

#[test]
fn before_they_are_dialed() {
    let waiting = |stage: &Stage| {
        person(stage, "ann", ANN);
        order(stage, "ann", 0);
        leave(stage, "ann");
    };
    interrupt(&[Situation {
        name: "their order waits",
        part: Part::Dialer,
        with: &[Part::Outcomes, Part::Sweep],
        setup: waiting,
        later: None,
        ..LEAVING
    }]);
}

#[test]
fn with_something_open_that_only_the_sweep_finds() {
    let sweep = Situation { part: Part::Sweep, with: &[], counted: 30, lasts: 240, later: None, ..LEAVING };
    let promise = |stage: &Stage| {
        person(stage, "ann", ANN);
        promised(stage, "ann", 7_500, |_| {});
        leave(stage, "ann");
    };
    let doubt = |stage: &Stage| {
        person(stage, "ann", ANN);
        dialed(stage, "ann", 300, contact("contact-1"));
        leave(stage, "ann");
    };
    let beside = |stage: &Stage| {
        person(stage, "ann", ANN);
        person(stage, "bob", BOB);
        dialed(stage, "ann", 300, rollcall_domain::attempt::Facts::default());
        leave(stage, "ann");
    };
    interrupt(&[
        Situation { name: "a promise", setup: promise, ..sweep },
        Situation { name: "an attempt in doubt", setup: doubt, ..sweep },
        Situation {
            name: "an attempt without evidence, and a neighbour",
            setup: beside,
            shows: &[("register", "1 counted, 1 found"), ("attempts open", "0"), ("letters", "")],
            ..sweep
        },
    ]);
}
