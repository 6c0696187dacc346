//! What is asked of a simulated Connect, written down and repeated.
//!
//! The simulator is a function of its configuration and of what was asked of it. Whoever writes that down can have the
//! same simulator again after his process has ended: Connect does not die with its customers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rollcall_contracts::connect::api::{StartOutboundRequest, StopContactRequest};
use serde::{Deserialize, Serialize};

use super::{Due, Simulator};
use crate::outside::{Emission, FunctionFailure, InvocationId};
use crate::people::PersonAct;
use crate::residents::Drawn;

/// Something that was asked or answered, and may have changed what happens next. Questions about figures and contacts
/// are none: they change nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "input")]
pub enum Input {
    /// `StartOutboundVoiceContact`, whatever came of it.
    Start {
        /// The moment at which it took effect.
        at: Timestamp,
        /// What was asked.
        request: StartOutboundRequest,
        /// What the number decided. Repeated with it, the request may have another number.
        #[serde(default)]
        drawn: Drawn,
    },
    /// `StopContact`, whatever came of it.
    Stop {
        /// The moment at which it took effect.
        at: Timestamp,
        /// What was asked.
        request: StopContactRequest,
    },
    /// The function answered.
    Answered {
        /// The moment at which it took effect.
        at: Timestamp,
        /// Which call of it.
        id: InvocationId,
        /// What it answered.
        answer: Result<BTreeMap<String, String>, FunctionFailure>,
    },
    /// A person at the desk did something that changed something.
    Agent {
        /// The moment at which it took effect.
        at: Timestamp,
        /// Who.
        agent: String,
        /// What.
        act: PersonAct,
    },
    /// What people live through lasts so many times longer from now on.
    PeoplePace {
        /// The moment at which it took effect.
        at: Timestamp,
        /// As [`crate::SimConfig::people_pace`].
        pace: u32,
    },
}

/// Told each input before it takes effect.
pub(super) type Listener = Box<dyn FnMut(&Input) + Send>;

impl Simulator {
    /// Tells `listener` each input from now on, before it takes effect, so that one that was answered was written down.
    pub fn on_input(&mut self, listener: impl FnMut(&Input) + Send + 'static) {
        self.listener = Some(Box::new(listener));
    }

    /// Repeats an input, after everything that happens before it. Gives what came of both; repeated in order on a
    /// simulator of the same configuration and beginning, all inputs give the same emissions in the same order as at
    /// first.
    pub fn repeat(&mut self, input: &Input) -> Vec<Emission> {
        // Answers are those of the first time.
        match input {
            Input::Start { at, request, drawn: Drawn::ByNumber } => drop(self.start_outbound(*at, request)),
            Input::Start { at, request, drawn } => {
                self.run_to(*at, false);
                drop(self.start_drawn(request, *drawn));
            }
            Input::Stop { at, request } => drop(self.stop_contact(*at, request)),
            Input::Answered { at, id, answer } => self.function_answered(*at, *id, answer.clone()),
            Input::Agent { at, agent, act } => {
                self.run_to(*at, false);
                self.act(*at, agent, act);
            }
            Input::PeoplePace { at, pace } => {
                self.run_to(*at, false);
                self.config.people_pace = *pace;
            }
        }
        self.called = false;
        std::mem::take(&mut self.outbox)
    }

    /// Whether nobody is on the line or waits, and no record is on its way or waits for an agent to be done: nothing
    /// would be missed if this Connect were replaced by a new one, but that people have to sign in again.
    pub fn is_at_rest(&self) -> bool {
        let arrives = |entry: &super::Entry| matches!(entry.due, Due::Arrive { .. });
        self.outbox.is_empty()
            && self.contacts.alive().is_empty()
            && self.desk.counts().slots_active == 0
            && !self.agenda.iter().any(arrives)
    }

    pub(super) fn note(&mut self, input: impl FnOnce(Timestamp) -> Input) {
        if let Some(listener) = &mut self.listener {
            listener(&input(self.now));
        }
    }
}
