//! What agents do with a promise: take it to ring by themselves, move it to the
//! front, cancel it, and say what came of a call.
//!
//! These are deeds, written on the condition that nobody wrote in between, and
//! each says why it cannot be done now. A repeat of what was done already
//! changes nothing. What an agent says of a call is a fact like any other: it
//! is joined to those that Connect tells, in any order.

use crate::callback::{Callback, Cancelled};
use crate::ids::ContactId;
use crate::policy::Policy;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Results that one promise keeps at most; more calls than that are no longer
/// callbacks.
pub const MOST_RESULTS: usize = 100;

/// That an agent rings somebody by themselves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Taken {
    /// Since when.
    pub at: Timestamp,
    /// The account.
    pub by: String,
}

/// What an agent says came of a call. The order is that of time, so that of
/// several the last is the greatest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AgentResult {
    /// When they said so.
    pub at: Timestamp,
    /// The account.
    pub by: String,
    /// What came of it.
    pub disposition: AgentDisposition,
    /// Which leg in Connect; none for a call made by other means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
}

/// What came of an agent's call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentDisposition {
    /// Nobody answered.
    NoAnswer,
    /// A machine took a message, or somebody who would pass it on.
    LeftMessage,
    /// Somebody else answered.
    WrongPerson,
    /// Spoke to them, and that was enough.
    Helped,
    /// Spoke to them, and passed them on to another service.
    Referred,
    /// Spoke to them, and is concerned: somebody must be told.
    Safeguarding,
}

impl AgentDisposition {
    /// Whether the agent and the resident spoke.
    #[must_use]
    pub fn is_spoken(self) -> bool {
        match self {
            Self::Helped | Self::Referred | Self::Safeguarding => true,
            Self::NoAnswer | Self::LeftMessage | Self::WrongPerson => false,
        }
    }

    /// A stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::LeftMessage => "left_message",
            Self::WrongPerson => "wrong_person",
            Self::Helped => "helped",
            Self::Referred => "referred",
            Self::Safeguarding => "safeguarding",
        }
    }
}

/// Why a promise is cancelled by the staff. One of a few words and no text: it
/// is kept with the promise, which outlives the person's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelReason {
    /// They asked not to be called back.
    Asked,
    /// They were heard of in another way.
    HeardOtherwise,
    /// Another promise to them is open.
    Duplicate,
    /// The key was pressed by mistake.
    Mistake,
    /// Another reason.
    Other,
}

impl CancelReason {
    /// What is kept of it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::HeardOtherwise => "heard_otherwise",
            Self::Duplicate => "duplicate",
            Self::Mistake => "mistake",
            Self::Other => "other",
        }
    }
}

/// Why an agent's deed cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskRefusal {
    /// Kept or cancelled.
    #[error("this callback is no longer owed")]
    NotOwed,
    /// Somebody else rings them.
    #[error("somebody else has taken this callback")]
    TakenByAnother,
    /// Whoever rang by other means than Connect has taken the callback before.
    #[error("take this callback before you ring, or name the contact")]
    NotTaken,
    /// Another agent said what came of that contact.
    #[error("another agent has said already what came of this call")]
    SaidByAnother,
    /// See [`MOST_RESULTS`].
    #[error("there are {MOST_RESULTS} results of this callback already: cancel it, or pass it on")]
    TooManyResults,
}

impl Callback {
    /// `by` rings them by themselves from `at` on: nobody else is offered it.
    /// Returns whether that is new.
    ///
    /// # Errors
    /// When it is not owed, or somebody else has it.
    pub fn take(&mut self, by: &str, at: Timestamp, policy: &Policy) -> Result<bool, DeskRefusal> {
        if !self.state(policy).is_owed() {
            return Err(DeskRefusal::NotOwed);
        }
        self.check_taken(by)?;
        let new = self.taken.is_none();
        if new {
            self.taken = Some(Taken { at, by: by.to_owned() });
            self.withdraw_waiting();
        }
        Ok(new)
    }

    /// `by` does not ring after all; `any` may give back what others took.
    /// Returns whether anybody had it.
    ///
    /// # Errors
    /// When somebody else has it.
    pub fn give_back(&mut self, by: &str, any: bool) -> Result<bool, DeskRefusal> {
        if !any {
            self.check_taken(by)?;
        }
        Ok(self.taken.take().is_some())
    }

    /// Puts it before the others, or back into its place. Returns whether that
    /// is new.
    ///
    /// # Errors
    /// When it is not owed.
    pub fn raise(&mut self, raised: bool, policy: &Policy) -> Result<bool, DeskRefusal> {
        if !self.state(policy).is_owed() {
            return Err(DeskRefusal::NotOwed);
        }
        Ok(std::mem::replace(&mut self.raised, raised) != raised)
    }

    /// `by` decides that it is no longer owed. Returns whether that is new.
    ///
    /// # Errors
    /// When it was not owed any more, or somebody else has it.
    pub fn cancel_by(
        &mut self,
        (by, at): (&str, Timestamp),
        why: CancelReason,
        policy: &Policy,
    ) -> Result<bool, DeskRefusal> {
        let is_repeat = |known: &Cancelled| known.by == by && known.why == why.word();
        if self.cancelled.as_ref().is_some_and(is_repeat) {
            return Ok(false);
        }
        self.check_taken(by)?;
        let news = Cancelled { at, by: by.to_owned(), why: why.word().to_owned() };
        if !self.cancel_owed(news, policy) {
            return Err(DeskRefusal::NotOwed);
        }
        self.unsettled = true;
        Ok(true)
    }

    /// An agent says what came of a call. After a talk the promise is kept;
    /// otherwise it is owed as before, and nobody has it. Returns whether that
    /// is new.
    ///
    /// About a leg of Connect they may say so in whatever state the promise is:
    /// its record may have closed it meanwhile. Whoever rang by other means has
    /// taken the promise before, so that two calls are told from one that was
    /// told twice.
    ///
    /// # Errors
    /// When it is not theirs to say, or not any more.
    pub fn complete(&mut self, result: AgentResult, policy: &Policy) -> Result<bool, DeskRefusal> {
        if self.is_said_again(&result)? {
            return Ok(false);
        }
        if result.contact.is_none() {
            if !self.state(policy).is_owed() {
                return Err(DeskRefusal::NotOwed);
            }
            self.check_taken(&result.by)?;
            if self.taken.is_none() {
                return Err(DeskRefusal::NotTaken);
            }
        }
        if self.results.len() >= MOST_RESULTS {
            return Err(DeskRefusal::TooManyResults);
        }
        let was_owed = self.state(policy).is_owed();
        let ends = result.disposition.is_spoken();
        if ends || self.taken.as_ref().is_some_and(|taken| taken.by == result.by) {
            self.taken = None;
        }
        self.learn_result(result);
        if !was_owed && self.state(policy).is_owed() {
            // What the record of a talk took back, such as that somebody was
            // told, is due anew.
            (self.missed_told, self.escalated) = (false, false);
        }
        self.unsettled = true;
        Ok(true)
    }

    /// Whether an agent fears for their safety, and nobody was told yet.
    #[must_use]
    pub fn is_concern_untold(&self) -> bool {
        !self.concern_told
            && self.results.iter().any(|result| result.disposition == AgentDisposition::Safeguarding)
    }

    /// Whether an agent says the same of the same call once more.
    fn is_said_again(&self, result: &AgentResult) -> Result<bool, DeskRefusal> {
        let AgentResult { by, disposition, contact, .. } = result;
        if contact.is_none() && self.taken.as_ref().is_some_and(|taken| taken.by == *by) {
            // Another call: of the former one they said so when they gave it up.
            return Ok(false);
        }
        let Some(last) = self.results.iter().rev().find(|known| known.contact == *contact) else {
            return Ok(false);
        };
        if last.by != *by {
            return if contact.is_some() { Err(DeskRefusal::SaidByAnother) } else { Ok(false) };
        }
        Ok(last.disposition == *disposition)
    }

    fn check_taken(&self, by: &str) -> Result<(), DeskRefusal> {
        match &self.taken {
            Some(taken) if taken.by != by => Err(DeskRefusal::TakenByAnother),
            Some(_) | None => Ok(()),
        }
    }
}
