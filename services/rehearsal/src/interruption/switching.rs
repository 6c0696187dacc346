//! The switch over all dialing: what keeps to it, what trips it, who turns it.

use super::dialing::{DIALER, NEVER_DIALED, NO_EVIDENCE_INSTEAD, never_dialed, ordered, withdrawal_lost};
use super::line::Answer;
use super::people::{ANN, ago, contact, dialed, person};
use super::stage::{Part, Stage};
use super::sweeping::SWEEP;
use super::{Cut, Difference, Situation, interrupt, interrupt_twice};
use crate::properties::ask;
use crate::trouble::Gate;
use rollcall_domain::attempt::{Facts, Withdrawal};
use rollcall_domain::breaker::TripCause;
use rollcall_domain::switch::{Dialing, Hand};
use rollcall_ports::{Clock as _, Rejection, Saved};
use rollcall_recording::switch::Lever;

const UNKNOWN: &str = "ResourceNotFoundException";

/// How it ends.
type Shown = (&'static str, &'static str);
const CALLED: &[Shown] =
    &[("ann calls", "1"), ("dialing", "running, 2 changes, 0 untold"), ("audit", "dialing/1, dialing/2")];
const TRIPPED: Shown = ("dialing", "tripped by misconfigured, 1 changes, 0 untold");
const TOLD: Shown = ("notices", "dialing/1");
const NOTED: Shown = ("audit", "dialing/1");

fn joe(stage: &Stage) -> Hand {
    Hand::new("joe", stage.clock.now(), "the lines crackle").unwrap()
}

/// Turns the switch as somebody whom nothing interrupts.
fn turned(stage: &Stage, with: impl FnOnce(&mut Dialing)) {
    let mut stored = ask(stage.store.switch().read()).unwrap();
    with(&mut stored.value);
    assert!(matches!(ask(stage.store.switch().save(&stored)).unwrap(), Saved::Done(_)));
}

fn stopped(stage: &Stage) {
    turned(stage, |dialing| assert!(dialing.stop(joe(stage))));
}

fn started(stage: &Stage) {
    turned(stage, |dialing| assert_eq!(dialing.start(joe(stage), dialing.change), Ok(true)));
}

/// Somebody at the portal, who asks until there is an answer.
pub(super) async fn turn(stage: &Stage, part: Part, gate: &Gate) {
    let ports = stage.ports(gate);
    let lever = Lever { switch: ports.switch, audit: ports.audit };
    loop {
        let hand = joe(stage);
        let answer = if part == Part::Stops { lever.stop(&hand).await } else { lever.start(&hand, 1).await };
        if answer.is_ok() {
            return std::future::pending().await;
        }
        stage.sleep(1).await;
    }
}

#[test]
fn a_dialer_that_meets_a_stop() {
    let stopped = |stage: &Stage| {
        ordered(stage);
        stopped(stage);
    };
    interrupt(&[
        Situation {
            name: "started again in time",
            setup: stopped,
            later: Some((40, started)),
            shows: CALLED,
            ..DIALER
        },
        Situation {
            name: "started again when the order is void",
            setup: stopped,
            later: Some((330, started)),
            counted: 400,
            lasts: 20 * 60,
            shows: CALLED,
            ..DIALER
        },
        Situation {
            name: "never started again",
            setup: stopped,
            shows: &[
                ("ann calls", "0"),
                ("ann attempts", ""),
                ("ann stands", "Trying"),
                ("queue call_requests", "0 waiting, 0 set aside"),
                ("calls in flight", "0"),
                ("dialing", "stopped by joe, 1 changes, 0 untold"),
            ],
            differs: &[],
            ..DIALER
        },
    ]);
}

/// Connect knows no such instance: what it said of the first call stops all.
#[test]
fn a_dial_that_is_refused_for_the_setup() {
    let misconfigured = |stage: &Stage| {
        ordered(stage);
        stage.line.always_answers(Answer::Reject(Rejection::Misconfigured(UNKNOWN.to_owned())));
    };
    let unstaffed = |stage: &Stage| {
        ordered(stage);
        stage.line.refuses_figures(UNKNOWN);
    };
    interrupt(&[
        Situation {
            name: "the call",
            setup: misconfigured,
            differs: &[
                Difference { name: "a second order finds it out", when: not_found_out, ..NEVER_DIALED },
                Difference { when: |cut| found_out(cut) || withdrawal_lost(cut), ..NO_EVIDENCE_INSTEAD },
            ],
            shows: &[("ann attempts", "NotPlaced Refused;"), ("ann calls", "0"), TRIPPED, TOLD],
            ..DIALER
        },
        Situation {
            name: "the agents' figures",
            setup: unstaffed,
            with: &[Part::Outcomes, Part::KeyPress, Part::Sweep],
            differs: &[],
            shows: &[("ann attempts", ""), ("ann calls", "0"), TRIPPED, TOLD],
            ..DIALER
        },
    ]);
}

/// The attempt began, and what Connect says of the setup never tripped the
/// switch.
fn not_found_out(cut: &Cut) -> bool {
    never_dialed(cut)
        || (cut.call == "Connect.start" && cut.kind.took_effect())
        || cut.cuts("switch.read", 2)
        || (cut.cuts("switch.save", 1) && !cut.kind.took_effect())
}

/// The switch tripped, and the dialer went no further.
fn found_out(cut: &Cut) -> bool {
    cut.cuts("switch.save", 1) && cut.kind.took_effect()
}

#[test]
fn a_planner_that_meets_a_stop_or_a_wrong_setup() {
    const PLANNER: Situation = Situation {
        part: Part::Planner,
        with: &[Part::Dialer, Part::Outcomes, Part::KeyPress, Part::Sweep],
        counted: 130,
        lasts: 14 * 60,
        ..Situation::PLAIN
    };
    let stopped = |stage: &Stage| {
        person(stage, "ann", ANN);
        stopped(stage);
    };
    let unstaffed = |stage: &Stage| {
        person(stage, "ann", ANN);
        stage.line.refuses_figures(UNKNOWN);
    };
    interrupt(&[
        Situation {
            name: "stopped, and started again",
            setup: stopped,
            later: Some((70, started)),
            shows: &[("ann calls", "1"), ("dialing", "running, 2 changes, 0 untold")],
            ..PLANNER
        },
        Situation {
            name: "never started again",
            setup: stopped,
            shows: &[
                ("ann calls", "0"),
                ("ann flags", ""),
                ("ann indexed", "due now, due some time, to review some time"),
            ],
            ..PLANNER
        },
        Situation {
            name: "the agents' figures are refused",
            setup: unstaffed,
            shows: &[
                ("ann flags", ""),
                ("dialing", "tripped by misconfigured, 1 changes, 0 untold"),
                ("notices", "dialing/1"),
            ],
            ..PLANNER
        },
    ]);
}

/// A person for each of these numbers.
fn people(stage: &Stage, named: &str, numbers: std::ops::Range<u32>, with: impl Fn(&str)) {
    for n in numbers {
        let name = format!("{named}{n}");
        person(stage, &name, &format!("+447700900{n}"));
        with(&name);
    }
}

fn refused(stage: &Stage) {
    people(stage, "r", 300..320, |name| {
        let dial = dialed(stage, name, 100, Facts::default());
        let mut attempt = ask(stage.store.attempts().get(dial)).unwrap().unwrap();
        attempt.value.withdrawn = Some(Withdrawal::Refused);
        assert!(matches!(ask(stage.store.attempts().save(&attempt)).unwrap(), Saved::Done(_)));
    });
}

/// At each of three minutes there are five calls of which nothing is heard.
fn unheard(stage: &Stage) {
    for (first, seconds) in [(200, 70), (210, 40), (220, 10)] {
        people(stage, "u", first..first + 5, |name| {
            dialed(stage, name, seconds, contact(&format!("contact-{name}")));
        });
    }
}

fn seen_later(stage: &Stage) {
    turned(stage, |dialing| dialing.see(ago(stage, -3_600)));
}

#[test]
fn a_sweep_that_finds_cause_to_stop() {
    let recovered = |stage: &Stage| {
        refused(stage);
        stopped(stage);
        started(stage);
    };
    let held = |stage: &Stage| {
        refused(stage);
        stopped(stage);
    };
    interrupt(&[
        Situation {
            name: "refusals",
            setup: refused,
            shows: &[("dialing", "tripped by failures, 1 changes, 0 untold"), TOLD, NOTED],
            ..SWEEP
        },
        Situation {
            name: "silence",
            setup: unheard,
            lasts: 400,
            shows: &[("dialing", "tripped by silence, 1 changes, 0 untold"), TOLD, NOTED],
            ..SWEEP
        },
        Situation {
            name: "a clock that stepped back",
            setup: seen_later,
            shows: &[("dialing", "tripped by clock_back, 1 changes, 0 untold"), TOLD, NOTED],
            ..SWEEP
        },
        Situation {
            name: "refusals of before a person started it again",
            setup: recovered,
            shows: &[("dialing", "running, 2 changes, 0 untold"), ("notices", "dialing/1, dialing/2")],
            ..SWEEP
        },
        Situation {
            name: "refusals, and a person has stopped it",
            setup: held,
            shows: &[("dialing", "stopped by joe, 1 changes, 0 untold"), TOLD, NOTED],
            ..SWEEP
        },
    ]);
}

#[test]
fn a_person_who_turns_the_switch() {
    let tripped = |stage: &Stage| {
        let cause = TripCause::ClockForward { seconds: 7_200 };
        turned(stage, |dialing| assert!(dialing.trip(stage.clock.now(), cause)));
    };
    // Nothing trips while they are at it: few calls, many people asking.
    let by_hand = Situation { with: &[Part::Sweep], counted: 30, lasts: 180, ..Situation::PLAIN };
    interrupt(&[
        Situation {
            name: "stops",
            part: Part::Stops,
            shows: &[
                ("dialing", "stopped by joe, 1 changes, 0 untold"),
                ("audit", "dialing/1"),
                ("notices", "dialing/1"),
            ],
            ..by_hand
        },
        Situation {
            name: "starts again",
            part: Part::Starts,
            setup: tripped,
            shows: &[
                ("dialing", "running, 2 changes, 0 untold"),
                ("audit", "dialing/1, dialing/2"),
                ("notices", "dialing/1, dialing/2"),
            ],
            ..by_hand
        },
    ]);
}

#[test]
fn every_pair_of_interruptions_of_a_trip() {
    let situation = Situation { name: "a clock that stepped back", setup: seen_later, ..SWEEP };
    interrupt_twice(&Situation { lasts: 240, ..situation }, |undisturbed, found| {
        undisturbed.differences(found)
    });
}
