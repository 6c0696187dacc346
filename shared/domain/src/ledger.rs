//! The account of the day: every resident in exactly one state, at any
//! instant, and the sum equal to the register.

use crate::duty::check_due;
use crate::policy::Policy;
use crate::resident::{Heard, Resident};
use crate::rules::{Hold, excluded, pause_at};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where one resident stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Pressed 1 today.
    Well,
    /// Pressed 2; the promise is open.
    CallbackOpen,
    /// An agent spoke to them today.
    SpokenTo,
    /// A check is due and they are being tried. Of a day that is over: missed,
    /// neither reached nor escalated.
    Trying,
    /// Not reached, and somebody has been told.
    Escalated,
    /// A pause holds.
    Paused,
    /// Not called at all: switched off, suppressed, no consent, bad number.
    Excluded,
    /// No check is due yet.
    NotDue,
}

impl DayState {
    /// Every state, in the order of the account.
    pub const ALL: [Self; 8] = [
        Self::Well,
        Self::CallbackOpen,
        Self::SpokenTo,
        Self::Trying,
        Self::Escalated,
        Self::Paused,
        Self::Excluded,
        Self::NotDue,
    ];

    /// A stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::CallbackOpen => "callback_open",
            Self::SpokenTo => "spoken_to",
            Self::Trying => "trying",
            Self::Escalated => "escalated",
            Self::Paused => "paused",
            Self::Excluded => "excluded",
            Self::NotDue => "not_due",
        }
    }
}

/// The day's account of everyone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// See [`DayState::Well`].
    pub well: u64,
    /// See [`DayState::CallbackOpen`].
    pub callback_open: u64,
    /// See [`DayState::SpokenTo`].
    pub spoken_to: u64,
    /// See [`DayState::Trying`].
    pub trying: u64,
    /// See [`DayState::Escalated`].
    pub escalated: u64,
    /// See [`DayState::Paused`].
    pub paused: u64,
    /// See [`DayState::Excluded`].
    pub excluded: u64,
    /// See [`DayState::NotDue`].
    pub not_due: u64,
    /// Residents on the register, counted by itself.
    pub total: u64,
    /// Whether the states add up to the register.
    pub balanced: bool,
}

/// The one state of `resident` at `now`. A promise outranks everything: it is
/// owed even to somebody who was switched off since; what was heard of a person
/// today stands, even if they are paused now or their number does not exist.
#[must_use]
pub fn day_state(resident: &Resident, policy: &Policy, now: Timestamp) -> DayState {
    if resident.callback.is_some() {
        return DayState::CallbackOpen;
    }
    let excluded = excluded(resident);
    if excluded.as_ref().is_some_and(|hold| *hold != Hold::BadNumber) {
        return DayState::Excluded;
    }
    if resident.escalation.is_some() {
        return DayState::Escalated;
    }
    let today = policy.hours(resident).date(now);
    if let Some(reached) = resident.reached
        && policy.hours(resident).date(reached.at) == today
    {
        match reached.how {
            Heard::Well => return DayState::Well,
            // A promise that is no longer open was kept or handed to people.
            Heard::WantsToTalk | Heard::SpokenTo | Heard::KnownSafe => return DayState::SpokenTo,
            // Taken off the list on the same day: they were heard of, and
            // nobody knows how they are.
            Heard::OptedOut => {}
        }
    }
    if excluded.is_some() {
        return DayState::Excluded;
    }
    if pause_at(resident, now).is_some() {
        return DayState::Paused;
    }
    match check_due(resident, policy) {
        Some(due) if due <= now => DayState::Trying,
        Some(_) | None => DayState::NotDue,
    }
}

impl Ledger {
    /// Counts one resident.
    pub fn count(&mut self, state: DayState) {
        *match state {
            DayState::Well => &mut self.well,
            DayState::CallbackOpen => &mut self.callback_open,
            DayState::SpokenTo => &mut self.spoken_to,
            DayState::Trying => &mut self.trying,
            DayState::Escalated => &mut self.escalated,
            DayState::Paused => &mut self.paused,
            DayState::Excluded => &mut self.excluded,
            DayState::NotDue => &mut self.not_due,
        } += 1;
    }

    /// Closes the account against the register, which was counted by itself.
    #[must_use]
    pub fn close(mut self, register: u64) -> Self {
        self.total = register;
        self.balanced = self.counted() == register;
        self
    }

    /// Residents in one state.
    #[must_use]
    pub fn of(&self, state: DayState) -> u64 {
        match state {
            DayState::Well => self.well,
            DayState::CallbackOpen => self.callback_open,
            DayState::SpokenTo => self.spoken_to,
            DayState::Trying => self.trying,
            DayState::Escalated => self.escalated,
            DayState::Paused => self.paused,
            DayState::Excluded => self.excluded,
            DayState::NotDue => self.not_due,
        }
    }

    /// Residents over all states.
    #[must_use]
    pub fn counted(&self) -> u64 {
        self.well
            + self.callback_open
            + self.spoken_to
            + self.trying
            + self.escalated
            + self.paused
            + self.excluded
            + self.not_due
    }
}
