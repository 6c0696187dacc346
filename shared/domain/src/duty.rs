//! The duty to hear from a person: when it arises, and when somebody must be
//! told that it was not met.
//!
//! Like eligibility, escalation is a time and not a scan: [`review`] says when
//! a resident must be looked at, and that time is stored and indexed.

use crate::ids::{EscalationId, ResidentId};
use crate::policy::Policy;
use crate::resident::{MarkState, Reached, Resident};
use crate::rules::{Hold, add, excluded, next_due, pause_at, reached_until};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Somebody has been told that this person was not reached. It stands until
/// the person is heard of. The case itself is [`crate::escalation::Escalation`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// When it was raised.
    pub at: Timestamp,
    /// When the duty that was not met arose: news from this moment on clears it.
    pub check_due: Timestamp,
    /// Why.
    pub cause: Cause,
}

impl Raised {
    /// The case of `resident` that this is about.
    #[must_use]
    pub fn case(&self, resident: ResidentId) -> EscalationId {
        EscalationId::of(resident, self.check_due, self.cause)
    }

    /// Whether `news` of the person ends this escalation.
    #[must_use]
    pub fn is_cleared_by(&self, news: Reached) -> bool {
        news.at >= self.check_due
    }
}

/// Why somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// All attempts were used and no key was pressed.
    AttemptsSpent,
    /// The calling window closed before the person was reached.
    DayClosed,
    /// The number does not exist: the person is unprotected.
    BadNumber,
    /// An agent rang as promised, several times, and nobody answered.
    CallbackMissed,
    /// A promise is long past its deadline, and is still owed.
    CallbackOverdue,
}

impl Cause {
    /// A stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AttemptsSpent => "attempts_spent",
            Self::DayClosed => "day_closed",
            Self::BadNumber => "bad_number",
            Self::CallbackMissed => "callback_missed",
            Self::CallbackOverdue => "callback_overdue",
        }
    }

    /// Whether it is about a talk that was promised, and not about a check.
    #[must_use]
    pub fn is_about_a_promise(self) -> bool {
        match self {
            Self::CallbackMissed | Self::CallbackOverdue => true,
            Self::AttemptsSpent | Self::DayClosed | Self::BadNumber => false,
        }
    }
}

/// The times by which a resident is indexed. Whoever saves a resident computes
/// them anew; they are never edited by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Schedule {
    /// When the planner should look at them next.
    pub next_due: Option<Timestamp>,
    /// When the sweep should look at them next.
    pub review_at: Option<Timestamp>,
}

impl Schedule {
    /// The schedule of `resident` as seen at `now`.
    #[must_use]
    pub fn of(resident: &Resident, policy: &Policy, now: Timestamp) -> Self {
        Self {
            next_due: next_due(resident, policy, now),
            review_at: void_since(resident).or_else(|| review(resident, policy).map(|(at, _)| at)),
        }
    }
}

/// When the standing duty to hear from `resident` arose, or will arise: the
/// first open moment after they were left alone long enough. `None` while they
/// are excluded.
#[must_use]
pub fn check_due(resident: &Resident, policy: &Policy) -> Option<Timestamp> {
    match excluded(resident) {
        // A bad number ends calling, not the duty.
        None | Some(Hold::BadNumber) => {}
        Some(_) => return None,
    }
    let hours = policy.hours(resident);
    let mut at = reached_until(resident, policy)
        .map_or(resident.registered_at, |until| until.max(resident.registered_at));
    for _ in 0..=resident.pauses.len() {
        at = hours.next_open(at)?;
        match pause_at(resident, at) {
            None => return Some(at),
            Some(until) => at = until,
        }
    }
    None
}

/// When somebody must be told about `resident` if nothing else happens, and
/// why: at once for a bad number or when the attempts are spent, otherwise at
/// the close of the window in which the duty can be met. `None` while an attempt is
/// open (its evidence decides), a promise is open (the callback's deadline
/// decides) or somebody has been told already.
#[must_use]
pub fn review(resident: &Resident, policy: &Policy) -> Option<(Timestamp, Cause)> {
    if resident.escalation.is_some() || resident.callback.is_some() || resident.has_open_attempt() {
        return None;
    }
    if excluded(resident) == Some(Hold::BadNumber) {
        // Whoever was heard of since is told of again when the next check is due.
        let due = check_due(resident, policy);
        let at = |since: Timestamp| due.map_or(since, |due| since.max(due));
        return resident.number_bad_since.map(|since| (at(since), Cause::BadNumber));
    }
    let due = check_due(resident, policy)?;
    let closes = close_of(resident, policy, due)?;
    match spent_at(resident, policy) {
        Some(spent) if spent >= due && spent < closes => Some((spent, Cause::AttemptsSpent)),
        _ => Some((closes, Cause::DayClosed)),
    }
}

/// Since when the case of somebody who is no longer checked stands without
/// cause: the sweep ends it. A bad number ends calling, not the duty, and a
/// promise is owed even to somebody who was switched off since.
#[must_use]
pub fn void_since(resident: &Resident) -> Option<Timestamp> {
    let raised = resident.escalation.as_ref().filter(|raised| !raised.cause.is_about_a_promise())?;
    match excluded(resident)? {
        Hold::BadNumber => None,
        _ => Some(raised.at),
    }
}

/// The close of the window in which the duty can still be met. Somebody who is
/// in a pause at the close is not missed then, but at the first close after it.
fn close_of(resident: &Resident, policy: &Policy, due: Timestamp) -> Option<Timestamp> {
    let hours = policy.hours(resident);
    let mut closes = hours.close_after(due)?;
    for _ in &resident.pauses {
        match pause_at(resident, closes) {
            Some(until) => closes = hours.close_after(until)?,
            None => break,
        }
    }
    Some(closes)
}

/// The last of the dials that used up the attempts since the person was last
/// heard of.
fn spent_at(resident: &Resident, policy: &Policy) -> Option<Timestamp> {
    let heard = resident.reached.map(|reached| reached.at);
    let last = resident.counted_marks().map(|mark| mark.at).max()?;
    let recent = resident
        .marks
        .iter()
        .filter(|mark| mark.state == MarkState::Settled)
        .filter(|mark| heard.is_none_or(|heard| mark.at > heard))
        .filter(|mark| add(mark.at, policy.attempts_window()) > last)
        .count();
    (recent >= usize::try_from(policy.max_attempts).unwrap_or(usize::MAX)).then_some(last)
}
