//! The promise that an agent rings a person who asked for it, with a deadline.
//!
//! Like an attempt, a callback is a join of facts: any order, any repetition
//! of the same news gives the same state, and having spoken outranks all.

use crate::attempt::Attempt;
use crate::ids::{AttemptId, CallbackId, ContactId, ResidentId};
use crate::policy::Policy;
use crate::resident::{Heard, Reached};
use crate::rules::add;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Which promise.
    pub id: CallbackId,
    /// To whom.
    pub resident: ResidentId,
    /// The dial during which it was given.
    pub attempt: AttemptId,
    /// When the key was pressed.
    pub requested_at: Timestamp,
    /// By when an agent must have spoken to them.
    pub deadline: Timestamp,
    /// Each callback leg in Connect that is known, and how it went.
    pub tries: BTreeMap<ContactId, Try>,
    /// Connect could not queue the callback: only people can keep the promise.
    pub unqueued: bool,
    /// Somebody was told that the deadline passed.
    pub overdue_told: bool,
    /// Somebody was told that every try was missed.
    pub missed_told: bool,
    /// It is no longer owed, although nobody spoke to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancelled>,
}

/// That a promise was cancelled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cancelled {
    /// When.
    pub at: Timestamp,
    /// The account, or the service that did so by itself.
    pub by: String,
    /// Why, as a stable word: a text might tell of a person.
    pub why: String,
}

impl Cancelled {
    /// Because the resident is no longer on the register.
    #[must_use]
    pub fn since_deleted(at: Timestamp) -> Self {
        Self { at, by: "rollcall".to_owned(), why: "resident_deleted".to_owned() }
    }
}

/// How one callback leg went; the order is that of knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Try {
    /// Waiting, or being offered.
    Waiting,
    /// The resident did not answer.
    Missed(Timestamp),
    /// An agent and the resident were joined.
    SpokenTo(Timestamp),
}

/// What a callback has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackState {
    /// Still owed.
    Open,
    /// No longer owed, since that moment.
    Cancelled(Timestamp),
    /// Every try was made and nobody answered.
    Missed,
    /// Kept, at that moment.
    SpokenTo(Timestamp),
}

impl Callback {
    /// The promise that a press of 2 at `pressed_at` during `attempt` makes.
    #[must_use]
    pub fn promise(attempt: &Attempt, pressed_at: Timestamp, policy: &Policy) -> Self {
        Self {
            id: CallbackId::of(attempt.id),
            resident: attempt.resident,
            attempt: attempt.id,
            requested_at: pressed_at,
            deadline: add(pressed_at, policy.callback_deadline()),
            tries: BTreeMap::new(),
            unqueued: false,
            overdue_told: false,
            missed_told: false,
            cancelled: None,
        }
    }

    /// Takes in that the key had been pressed by `at`: the earliest such
    /// moment starts the deadline. Returns whether it was earlier.
    pub fn learn_requested(&mut self, at: Timestamp, policy: &Policy) -> bool {
        let earlier = at < self.requested_at;
        if earlier {
            self.requested_at = at;
            self.deadline = add(at, policy.callback_deadline());
        }
        earlier
    }

    /// Takes in news of one leg; returns whether anything was new.
    pub fn learn(&mut self, contact: ContactId, news: Try) -> bool {
        let known = self.tries.entry(contact);
        match known {
            std::collections::btree_map::Entry::Vacant(vacant) => {
                vacant.insert(news);
                true
            }
            std::collections::btree_map::Entry::Occupied(mut occupied) => {
                let forward = *occupied.get() < news;
                if forward {
                    occupied.insert(news);
                }
                forward
            }
        }
    }

    /// Takes in that it is no longer owed; the first such news stands. Returns
    /// whether this was it.
    pub fn cancel(&mut self, news: Cancelled) -> bool {
        let first = self.cancelled.as_ref().is_none_or(|known| news < *known);
        if first {
            self.cancelled = Some(news);
        }
        first
    }

    /// What it has come to, given how many tries Connect makes.
    #[must_use]
    pub fn state(&self, policy: &Policy) -> CallbackState {
        let spoken = self.tries.values().filter_map(|one| match one {
            Try::SpokenTo(at) => Some(*at),
            Try::Waiting | Try::Missed(_) => None,
        });
        if let Some(at) = spoken.min() {
            return CallbackState::SpokenTo(at);
        }
        if let Some(cancelled) = &self.cancelled {
            return CallbackState::Cancelled(cancelled.at);
        }
        let missed = self.tries.values().filter(|one| matches!(one, Try::Missed(_))).count();
        if missed >= usize::try_from(policy.callback_tries).unwrap_or(usize::MAX) {
            CallbackState::Missed
        } else {
            CallbackState::Open
        }
    }

    /// What the register learns of the person from this callback.
    #[must_use]
    pub fn reached(&self, policy: &Policy) -> Option<Reached> {
        match self.state(policy) {
            CallbackState::SpokenTo(at) => Some(Reached { at, how: Heard::SpokenTo }),
            CallbackState::Open | CallbackState::Missed | CallbackState::Cancelled(_) => None,
        }
    }

    /// When the sweep must tell somebody, if nothing else happens: at the
    /// deadline, or at once when Connect does not know of the promise or every
    /// try was missed.
    #[must_use]
    pub fn review_at(&self, policy: &Policy) -> Option<Timestamp> {
        match self.state(policy) {
            CallbackState::SpokenTo(_) | CallbackState::Cancelled(_) => None,
            CallbackState::Missed => (!self.missed_told).then_some(self.requested_at),
            CallbackState::Open if self.overdue_told => None,
            CallbackState::Open if self.unqueued && self.tries.is_empty() => Some(self.requested_at),
            CallbackState::Open => Some(self.deadline),
        }
    }
}
