//! Something was decided about a promise at the desk, and whoever decided went
//! no further than to write it down: the sweep carries it out.

use super::people::{ANN, ago, change, contact, person, promised};
use super::stage::Stage;
use super::sweeping::SWEEP;
use super::{Situation, interrupt};
use rollcall_domain::callback::{Callback, Try};
use rollcall_domain::desk::{AgentDisposition, AgentResult, CancelReason};
use rollcall_domain::ids::ContactId;
use rollcall_domain::resident::{Heard, Reached};

/// A promise whose leg waits in Connect's queue, and what was decided then.
fn waits(stage: &Stage, decide: impl FnOnce(&mut Callback)) {
    person(stage, "ann", ANN);
    stage.line.knows("leg-1", contact("leg-1"));
    promised(stage, "ann", 600, |callback| {
        callback.learn(ContactId::new("leg-1"), Try::Waiting);
        decide(callback);
    });
}

fn said(stage: &Stage, disposition: AgentDisposition) -> AgentResult {
    let (at, contact) = (ago(stage, 60), Some(ContactId::new("leg-1")));
    AgentResult { at, by: "joe".to_owned(), disposition, contact }
}

fn taken(stage: &Stage) {
    waits(stage, |callback| assert!(callback.take("joe", ago(stage, 60), &stage.policy).unwrap()));
}

fn cancelled(stage: &Stage) {
    let by = ("joe", ago(stage, 60));
    waits(stage, |callback| assert!(callback.cancel_by(by, CancelReason::Asked, &stage.policy).unwrap()));
}

fn feared(stage: &Stage) {
    let concern = said(stage, AgentDisposition::Safeguarding);
    waits(stage, |callback| assert!(callback.complete(concern, &stage.policy).unwrap()));
}

fn kept(stage: &Stage) {
    let helped = said(stage, AgentDisposition::Helped);
    waits(stage, |callback| assert!(callback.complete(helped, &stage.policy).unwrap()));
}

/// To Connect, and so to the register, a voicemail was a talk; `misses` legs
/// were missed before.
fn comes_back(stage: &Stage, misses: u32, seconds_ago: i64) {
    person(stage, "ann", ANN);
    let at = ago(stage, 120);
    promised(stage, "ann", seconds_ago, |callback| {
        for number in 0..misses {
            callback.learn(ContactId::new(format!("missed-{number}")), Try::Missed(ago(stage, 600)));
        }
        callback.missed_told = misses >= 3;
        callback.learn(ContactId::new("leg-1"), Try::SpokenTo(at));
        let left = said(stage, AgentDisposition::LeftMessage);
        assert!(callback.complete(left, &stage.policy).unwrap());
    });
    change(stage, "ann", |ann| {
        ann.callback = None;
        ann.learn_reached(Reached { at, how: Heard::SpokenTo });
    });
}

/// How it ends.
type Shown = (&'static str, &'static str);
const OWED: Shown = ("ann flags", "callback");
const OFF: Shown = ("ann flags", "");
const ASKED: Shown = ("ann reached", "WantsToTalk");
const OPEN: Shown = ("promises open", "1");
const NONE_OPEN: Shown = ("promises open", "0");
const CALM: Shown = ("promises to review", "0");
const TOLD: Shown = ("ann promises", "SpokenTo 1 tries concern told");
const NOTICE: Shown = ("notices", "concern/ce807afb-a3c6-514a-aced-997e007efb80");

#[test]
fn a_decision_that_was_written_down_and_not_carried_out() {
    interrupt(&[
        Situation {
            name: "taken",
            setup: taken,
            shows: &[("ann promises", "Open 1 tries taken"), OWED, OPEN, CALM],
            ..SWEEP
        },
        Situation { name: "cancelled", setup: cancelled, shows: &[OFF, NONE_OPEN, CALM], ..SWEEP },
        Situation {
            name: "feared for",
            setup: feared,
            shows: &[OFF, NONE_OPEN, CALM, TOLD, NOTICE],
            ..SWEEP
        },
        Situation { name: "kept", setup: kept, shows: &[OFF, NONE_OPEN, CALM], ..SWEEP },
        Situation {
            name: "comes back",
            setup: |stage| comes_back(stage, 0, 600),
            shows: &[("ann promises", "Open 1 tries"), OWED, ASKED, OPEN, CALM],
            ..SWEEP
        },
        Situation {
            name: "comes back after its deadline",
            setup: |stage| comes_back(stage, 0, 7_230),
            shows: &[("ann promises", "Open 1 tries overdue told"), OWED, ASKED, CALM],
            ..SWEEP
        },
        Situation {
            name: "comes back with every try spent",
            setup: |stage| comes_back(stage, 3, 900),
            shows: &[
                ("ann promises", "Missed 4 tries missed told"),
                ("ann escalation", "CallbackMissed"),
                ASKED,
                CALM,
            ],
            ..SWEEP
        },
    ]);
}
