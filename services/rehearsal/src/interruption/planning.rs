//! The planner.

use super::people::{ANN, BOB, change, claim, id, person, request};
use super::stage::{Part, Stage};
use super::{Situation, interrupt};
use crate::properties::ask;
use rollcall_domain::duty::Schedule;
use rollcall_ports::Clock as _;

/// A call on which 1 was pressed.
const WELL: &str = "Well contact answered complete end Unsaid;";

const PLANNER: Situation = Situation {
    part: Part::Planner,
    with: &[Part::Dialer, Part::Outcomes, Part::KeyPress, Part::Sweep],
    counted: 70,
    lasts: 14 * 60,
    shows: &[("ann attempts", WELL), ("ann calls", "1")],
    ..Situation::PLAIN
};

/// The index names somebody whom no rule allows to call.
fn still_indexed(stage: &Stage, name: &str) {
    let stored = ask(stage.store.residents().get(id(name))).unwrap().unwrap();
    let late = Schedule {
        next_due: Some(stage.clock.now()),
        ..Schedule::of(&stored.value, &stage.policy, stage.clock.now())
    };
    assert!(matches!(
        ask(stage.store.residents().save(&stored, late)).unwrap(),
        rollcall_ports::Saved::Done(_)
    ));
}

#[test]
fn a_tick() {
    let due = |stage: &Stage| {
        person(stage, "ann", ANN);
        person(stage, "bob", BOB);
    };
    let mixed = |stage: &Stage| {
        for (name, number) in [("ann", ANN), ("bob", BOB), ("cat", "+447700900103"), ("dan", "+447700900104")]
        {
            person(stage, name, number);
        }
        change(stage, "bob", |bob| bob.enabled = false);
        claim(stage, "cat", request(stage, "cat", 10));
        change(stage, "dan", |dan| dan.profile.timezone = Some("Pacific/Auckland".to_owned()));
        for name in ["bob", "cat", "dan"] {
            still_indexed(stage, name);
        }
    };
    interrupt(&[
        Situation {
            name: "two due",
            setup: due,
            shows: &[("ann attempts", WELL), ("bob attempts", WELL)],
            ..PLANNER
        },
        Situation {
            name: "due, disabled, claimed, asleep",
            setup: mixed,
            shows: &[("ann calls", "1"), ("bob calls", "0"), ("cat calls", "1"), ("dan calls", "0")],
            ..PLANNER
        },
        Situation { name: "nobody due", setup: |_| {}, with: &[], lasts: 120, shows: &[], ..PLANNER },
        Situation { name: "no agent yet", setup: due, agent_after: Some(50), ..PLANNER },
    ]);
}
