//! The promise that an agent rings a person who asked for it, with a deadline.
//!
//! Like an attempt, a callback is a join of facts: any order, any repetition
//! of the same news gives the same state, and having spoken outranks all. What
//! an agent says of a contact outranks the record of that contact, whichever
//! comes first: to Connect, a voicemail that answers is a conversation. What
//! agents do with a promise is in [`crate::desk`].

use crate::attempt::Attempt;
use crate::desk::{AgentResult, Taken};
use crate::ids::{AttemptId, CallbackId, ContactId, ResidentId};
use crate::policy::Policy;
use crate::resident::{Heard, Reached};
use crate::rules::add;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// An agent rings them by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// To be kept before the others.
    #[serde(default, skip_serializing_if = "is_false")]
    pub raised: bool,
    /// What agents said of their calls, the oldest first.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub results: BTreeSet<AgentResult>,
    /// Legs that are taken out of Connect's queue: that one of them ended
    /// unanswered says nothing of the resident.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub withdrawn: BTreeSet<ContactId>,
    /// Something was decided here of which the resident's record or Connect's
    /// queue may not know yet: the sweep looks at once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unsettled: bool,
    /// Somebody was told that an agent fears for their safety.
    #[serde(default, skip_serializing_if = "is_false")]
    pub concern_told: bool,
    /// A case was raised because it is long past its deadline.
    #[serde(default, skip_serializing_if = "is_false")]
    pub escalated: bool,
}

/// Serde asks by reference.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// Who acts where nobody asked for it.
pub const ROLLCALL: &str = "rollcall";

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
        Self { at, by: ROLLCALL.to_owned(), why: "resident_deleted".to_owned() }
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
            deadline: policy.callback_due(pressed_at),
            tries: BTreeMap::new(),
            unqueued: false,
            overdue_told: false,
            missed_told: false,
            cancelled: None,
            taken: None,
            raised: false,
            results: BTreeSet::new(),
            withdrawn: BTreeSet::new(),
            unsettled: false,
            concern_told: false,
            escalated: false,
        }
    }

    /// Takes in that the key had been pressed by `at`: the earliest such
    /// moment starts the deadline. Returns whether it was earlier.
    pub fn learn_requested(&mut self, at: Timestamp, policy: &Policy) -> bool {
        let earlier = at < self.requested_at;
        if earlier {
            self.requested_at = at;
            self.deadline = policy.callback_due(at);
        }
        earlier
    }

    /// Takes in news of one leg; returns whether anything was new. A leg that
    /// comes to wait while nobody is to be offered it is to be withdrawn.
    pub fn learn(&mut self, contact: ContactId, news: Try) -> bool {
        let known = self.tries.get(&contact);
        if known.is_some_and(|known| *known >= news) {
            return false;
        }
        self.tries.insert(contact, news);
        if news == Try::Waiting && (self.taken.is_some() || self.cancelled.is_some()) {
            self.withdraw_waiting();
        }
        true
    }

    /// Takes in what an agent says of a call; returns whether it was new.
    pub fn learn_result(&mut self, result: AgentResult) -> bool {
        self.results.insert(result)
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

    /// Cancels a promise that was neither kept nor cancelled, and lets nobody
    /// be offered it any more. Returns whether that was new.
    pub fn cancel_owed(&mut self, news: Cancelled, policy: &Policy) -> bool {
        let owed = self.state(policy).is_owed();
        if owed {
            self.cancel(news);
            self.taken = None;
            self.withdraw_waiting();
        }
        owed
    }

    /// Every leg that waits is to be taken out of Connect's queue.
    pub(crate) fn withdraw_waiting(&mut self) {
        let waiting = self.tries.iter().filter(|(_, known)| **known == Try::Waiting);
        self.withdrawn.extend(waiting.map(|(contact, _)| contact.clone()));
        let any = self.to_stop().next().is_some();
        self.unsettled |= any;
    }

    /// The legs that may still wait in Connect's queue although they are to
    /// be taken out of it.
    pub fn to_stop(&self) -> impl Iterator<Item = &ContactId> {
        self.withdrawn.iter().filter(|contact| self.tries.get(*contact) == Some(&Try::Waiting))
    }

    /// Whether Connect has it in its queue, or offers it, as far as is known.
    #[must_use]
    pub fn is_queued(&self) -> bool {
        self.legs().into_values().any(|leg| leg == Try::Waiting)
    }

    /// How each leg went, all told: the record of Connect, unless an agent
    /// said otherwise. Those that were taken out of the queue are left out.
    #[must_use]
    pub fn legs(&self) -> BTreeMap<&ContactId, Try> {
        let tried = |(contact, known): &(&ContactId, &Try)| {
            matches!(known, Try::SpokenTo(_)) || !self.withdrawn.contains(*contact)
        };
        let tries = self.tries.iter().filter(tried).map(|(contact, known)| (contact, *known));
        let mut legs: BTreeMap<&ContactId, Try> = tries.collect();
        // The oldest first: of two words about one leg, the later stands.
        for result in &self.results {
            let Some(contact) = &result.contact else { continue };
            let said = match (result.disposition.is_spoken(), self.tries.get(contact)) {
                (true, Some(Try::SpokenTo(at))) => Try::SpokenTo(*at),
                (true, _) => Try::SpokenTo(result.at),
                (false, Some(Try::Missed(at))) => Try::Missed(*at),
                (false, _) => Try::Missed(result.at),
            };
            legs.insert(contact, said);
        }
        legs
    }

    /// When the resident was spoken to for the first time, if they were.
    fn spoken_at(&self) -> Option<Timestamp> {
        self.talks().min()
    }

    /// All talks, as far as is known by now.
    pub fn talks(&self) -> impl Iterator<Item = Timestamp> {
        let of_legs = self.legs().into_values().filter_map(|leg| match leg {
            Try::SpokenTo(at) => Some(at),
            Try::Waiting | Try::Missed(_) => None,
        });
        // Rung by themselves, outside Connect.
        let by_hand = self.results.iter().filter(|one| one.contact.is_none() && one.disposition.is_spoken());
        of_legs.chain(by_hand.map(|one| one.at))
    }

    /// Talks that were known of at some time, also those of which an agent said
    /// since that they were none.
    pub fn talks_ever_known(&self) -> impl Iterator<Item = Timestamp> {
        let by_record = self.tries.values().filter_map(|known| match known {
            Try::SpokenTo(at) => Some(*at),
            Try::Waiting | Try::Missed(_) => None,
        });
        by_record.chain(self.results.iter().filter(|one| one.disposition.is_spoken()).map(|one| one.at))
    }

    /// Whether the register was told of a talk at that moment which, as is
    /// known by now, was none.
    #[must_use]
    pub fn was_no_talk(&self, at: Timestamp) -> bool {
        self.talks_ever_known().any(|known| known == at) && self.spoken_at().is_none()
    }

    /// What it has come to, given how many tries Connect makes.
    #[must_use]
    pub fn state(&self, policy: &Policy) -> CallbackState {
        if let Some(at) = self.spoken_at() {
            return CallbackState::SpokenTo(at);
        }
        if let Some(cancelled) = &self.cancelled {
            return CallbackState::Cancelled(cancelled.at);
        }
        let missed = self.legs().into_values().filter(|leg| matches!(leg, Try::Missed(_))).count();
        if missed >= usize::try_from(policy.callback_tries).unwrap_or(usize::MAX) {
            CallbackState::Missed
        } else {
            CallbackState::Open
        }
    }

    /// Whether somebody must still ring, whatever the policy: neither kept nor
    /// cancelled.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        self.cancelled.is_none() && self.spoken_at().is_none()
    }

    /// What the register learns of the person from this callback.
    #[must_use]
    pub fn reached(&self, policy: &Policy) -> Option<Reached> {
        match self.state(policy) {
            CallbackState::SpokenTo(at) => Some(Reached { at, how: Heard::SpokenTo }),
            CallbackState::Open | CallbackState::Missed | CallbackState::Cancelled(_) => None,
        }
    }

    /// When a case is to be raised because nobody keeps it; `None` if that was
    /// done.
    #[must_use]
    pub fn escalate_at(&self, policy: &Policy) -> Option<Timestamp> {
        (!self.escalated).then(|| add(self.deadline, policy.callback_escalate()))
    }

    /// When the sweep must look at it, if nothing else happens: at the
    /// deadline, to tell somebody, and once more when it is long past it; or at once when Connect does not know of the
    /// promise, every try was missed, or something is not carried out yet.
    #[must_use]
    pub fn review_at(&self, policy: &Policy) -> Option<Timestamp> {
        if self.unsettled || self.is_concern_untold() {
            return Some(self.requested_at);
        }
        match self.state(policy) {
            CallbackState::SpokenTo(_) | CallbackState::Cancelled(_) => None,
            CallbackState::Missed => (!self.missed_told).then_some(self.requested_at),
            CallbackState::Open if self.overdue_told => self.escalate_at(policy),
            CallbackState::Open if self.unqueued && self.tries.is_empty() => Some(self.requested_at),
            CallbackState::Open => Some(self.deadline),
        }
    }
}

impl CallbackState {
    /// Whether somebody must still ring.
    #[must_use]
    pub fn is_owed(self) -> bool {
        match self {
            Self::Open | Self::Missed => true,
            Self::SpokenTo(_) | Self::Cancelled(_) => false,
        }
    }
}
