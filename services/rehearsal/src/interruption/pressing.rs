//! The function behind the keys.

use super::people::{ANN, order, person};
use super::stage::{Part, Stage};
use super::{Situation, interrupt};
use rollcall_connect_sim::ResidentKind;

const KEY_PRESS: Situation = Situation {
    part: Part::KeyPress,
    with: &[Part::Dialer, Part::Outcomes, Part::Sweep],
    counted: 240,
    lasts: 300,
    setup: |stage: &Stage| {
        person(stage, "ann", ANN);
        order(stage, "ann", 0);
    },
    shows: &[("ann attempts", "Well contact answered complete end Unsaid;"), ("ann stands", "Well")],
    ..Situation::PLAIN
};

const TALK: Situation = Situation {
    name: "talk",
    answers: ResidentKind::Talk,
    tune: |config| config.queue_capacity = None,
    shows: &[("ann attempts", "Talk contact answered complete next end Unsaid;"), ("ann flags", "callback")],
    ..KEY_PRESS
};

#[test]
fn a_key() {
    interrupt(&[
        Situation { name: "well", ..KEY_PRESS },
        Situation { name: "well, three times", repeats: 3, ..KEY_PRESS },
        Situation { name: "talk", counted: 90, lasts: 150, ..TALK },
        Situation { name: "talk, three times", repeats: 3, counted: 90, lasts: 150, ..TALK },
        Situation {
            name: "none",
            answers: ResidentKind::Silent,
            lasts: 330,
            shows: &[("ann attempts", "Unconfirmed contact answered complete end Unsaid;")],
            ..KEY_PRESS
        },
    ]);
}

#[test]
fn a_callback_that_connect_could_not_queue() {
    let full = Situation {
        name: "callback failed",
        tune: |config| config.queue_capacity = Some(0),
        shows: &[
            ("ann attempts", "Talk contact answered complete end Unsaid;"),
            ("ann promises", "Open 0 tries unqueued overdue told"),
        ],
        ..TALK
    };
    interrupt(&[full]);
}
