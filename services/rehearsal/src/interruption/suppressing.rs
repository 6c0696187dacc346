//! The suppression list: who opts out, who is put on it and taken off, and
//! everybody whom that concerns.

use super::people::{ANN, BOB, id, order, person};
use super::stage::{Part, Stage};
use super::{Situation, interrupt};
use crate::properties::ask;
use rollcall_connect_sim::ResidentKind;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::suppression::{Entry, Ground, Subject};
use rollcall_ports::{Clock as _, Saved, Versioned};
use std::io::Cursor;

fn ann() -> Subject {
    Subject::Number(PhoneNumber::from_e164(ANN).unwrap())
}

/// Puts somebody on the list, as a process that was killed right after.
fn listed(stage: &Stage, subject: Subject) {
    let by = ("clerk", stage.clock.now());
    let entry = Entry::new(subject, (Ground::Staff, "rang us"), by).unwrap();
    assert_eq!(ask(stage.store.suppressions().put(&Versioned::new(entry))).unwrap(), Saved::Done(1));
}

/// Takes somebody off it, in the same way.
fn lifted(stage: &Stage, subject: Subject) {
    let list = stage.store.suppressions();
    let mut entry = ask(list.of(&[subject])).unwrap().remove(0).unwrap();
    entry.value = entry.value.lift(stage.clock.now());
    assert!(matches!(ask(list.put(&entry)).unwrap(), Saved::Done(_)));
}

/// Ann and dan, who share a number, and bob, who has another.
fn household(stage: &Stage) {
    person(stage, "ann", ANN);
    person(stage, "dan", ANN);
    person(stage, "bob", BOB);
}

const OUT: Situation = Situation {
    part: Part::KeyPress,
    with: &[Part::Dialer, Part::Outcomes, Part::Sweep],
    counted: 240,
    lasts: 330,
    answers: ResidentKind::OptOut,
    tune: |config| config.resident_habits.thinks_better = 0.0,
    setup: |stage: &Stage| {
        household(stage);
        order(stage, "ann", 0);
    },
    shows: &[
        ("ann attempts", "OptedOut contact answered complete end Unsaid;"),
        ("ann stands", "Excluded"),
        ("ann reached", "OptedOut"),
        ("dan stands", "Excluded"),
        ("bob stands", "Trying"),
        ("suppressions", "2 stand, 0 to be carried out"),
    ],
    ..Situation::PLAIN
};

#[test]
fn somebody_opts_out() {
    interrupt(&[
        Situation { name: "told by the key", ..OUT },
        Situation { name: "told three times", repeats: 3, ..OUT },
        Situation {
            name: "told by the record",
            part: Part::Outcomes,
            with: &[Part::Dialer, Part::Sweep],
            ..OUT
        },
    ]);
}

#[test]
fn what_somebody_left_half_done_is_carried_out() {
    const SWEEP: Situation = Situation {
        part: Part::Sweep,
        counted: 70,
        lasts: 240,
        shows: &[
            ("ann stands", "Excluded"),
            ("dan stands", "Excluded"),
            ("bob stands", "Trying"),
            ("suppressions", "1 stand, 0 to be carried out"),
        ],
        setup: |stage| {
            household(stage);
            listed(stage, ann());
        },
        ..Situation::PLAIN
    };
    interrupt(&[
        Situation { name: "a number is put on the list", ..SWEEP },
        Situation {
            name: "a person is put on the list",
            setup: |stage| {
                household(stage);
                listed(stage, Subject::Resident(id("ann")));
            },
            shows: &[("ann stands", "Excluded"), ("dan stands", "Trying")],
            ..SWEEP
        },
        Situation {
            name: "a number is taken off the list",
            later: Some((80, |stage| lifted(stage, ann()))),
            counted: 150,
            shows: &[
                ("ann stands", "Trying"),
                ("dan stands", "Trying"),
                ("suppressions", "0 stand, 0 to be carried out"),
            ],
            ..SWEEP
        },
    ]);
}

/// The number was put on the list after the order was given and before anybody
/// wrote it on a record.
#[test]
fn a_number_of_the_list_is_not_dialed_whatever_was_read_before() {
    interrupt(&[Situation {
        name: "ordered before",
        part: Part::Dialer,
        with: &[],
        setup: |stage| {
            household(stage);
            order(stage, "ann", 0);
            listed(stage, ann());
        },
        shows: &[
            ("ann stands", "Excluded"),
            ("ann calls", "0"),
            ("ann attempts", ""),
            ("calls in flight", "0"),
        ],
        ..OUT
    }]);
}

#[test]
fn whoever_is_on_the_list_is_loaded_and_not_called() {
    interrupt(&[Situation {
        name: "loaded after",
        part: Part::Loader,
        with: &[Part::Ingest],
        lasts: 20 * 60,
        setup: |stage| {
            listed(stage, ann());
            let text = format!("firstName,lastName,number\nann,Example,{ANN}\nbob,Example,{BOB}\n");
            stage.store.uploads().put("list.csv", &mut Cursor::new(text.as_bytes())).unwrap();
        },
        shows: &[("register", "2 counted, 2 found"), ("ann stands", "Excluded"), ("bob stands", "Trying")],
        answers: ResidentKind::Well,
        ..OUT
    }]);
}
