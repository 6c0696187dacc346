//! May this person be called now, and if not, why not and until when?
//!
//! [`why`] is the decision itself, not a description of it: the planner, the
//! dialer and `rollcall why` all ask it. [`next_due`] is the same rules turned
//! into a time, so that a planner tick costs what is due and not what is
//! registered; a property test holds the two against each other.

use crate::ids::RequestId;
use crate::policy::Policy;
use crate::resident::{Claim, Mark, Resident};
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Somebody who would give a new order: a standing claim bars it.
    Planner,
    /// The dialer, holding this order: only this claim lets it dial.
    Dialer(RequestId),
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every rule allows the call.
    MayCall,
    /// This rule says no.
    Hold(Hold),
}

/// The first rule that forbids a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// An operator switched this resident off.
    Disabled,
    /// On a suppression list, or opted out.
    Suppressed,
    /// The upload says that they did not agree to be called.
    NoConsent,
    /// The network said that the number does not exist.
    BadNumber,
    /// A pause holds until then.
    Paused(Timestamp),
    /// They were heard of less than the success interval ago.
    Reached(Timestamp),
    /// A dial to them is under way or in doubt; its evidence ends this.
    AttemptOpen,
    /// All attempts of the rolling window are spent until then.
    AttemptsSpent(Timestamp),
    /// The last attempt is too recent.
    Gap(Timestamp),
    /// Outside their calling window; it opens then, if ever.
    OutsideWindow(Option<Timestamp>),
    /// A call request is already out for them.
    Claimed(Timestamp),
    /// The order that asks is not, or no longer, the one that holds.
    Superseded,
}

/// Whether `resident` may be dialed at `now`.
#[must_use]
pub fn why(resident: &Resident, policy: &Policy, now: Timestamp, asking: Asking) -> Verdict {
    match first_hold(resident, policy, now, asking) {
        Some(hold) => Verdict::Hold(hold),
        None => Verdict::MayCall,
    }
}

/// The first moment at or after `from` when the planner may order a call, if
/// nothing else happens. `None` when only an event (an operator, the evidence
/// of an open attempt) can make it possible.
#[must_use]
pub fn next_due(resident: &Resident, policy: &Policy, from: Timestamp) -> Option<Timestamp> {
    let mut at = from;
    // Each round passes at least one rule's time for good, except pauses and
    // windows, which alternate at most once per pause.
    for _ in 0..(resident.pauses.len() * 2 + 8) {
        match first_hold(resident, policy, at, Asking::Planner) {
            None => return Some(at),
            Some(hold) => at = hold.until()?.max(at),
        }
    }
    None
}

fn first_hold(resident: &Resident, policy: &Policy, now: Timestamp, asking: Asking) -> Option<Hold> {
    excluded(resident)
        .or_else(|| pause_at(resident, now).map(Hold::Paused))
        .or_else(|| reached_until(resident, policy).filter(|until| now < *until).map(Hold::Reached))
        .or_else(|| resident.has_open_attempt().then_some(Hold::AttemptOpen))
        .or_else(|| spent_until(resident, policy, now).map(Hold::AttemptsSpent))
        .or_else(|| gap_until(resident, policy).filter(|until| now < *until).map(Hold::Gap))
        .or_else(|| outside_window(resident, policy, now))
        .or_else(|| claim_hold(resident.claim, now, asking))
}

/// The rule that keeps a resident out of all calling, whatever the time.
#[must_use]
pub fn excluded(resident: &Resident) -> Option<Hold> {
    if !resident.enabled {
        Some(Hold::Disabled)
    } else if resident.suppressed.holds() {
        Some(Hold::Suppressed)
    } else if resident.consent == Some(false) {
        Some(Hold::NoConsent)
    } else if resident.number_bad_since.is_some() {
        Some(Hold::BadNumber)
    } else {
        None
    }
}

/// The end of the pause that holds at `now`; of several, the last.
#[must_use]
pub fn pause_at(resident: &Resident, now: Timestamp) -> Option<Timestamp> {
    resident
        .pauses
        .iter()
        .filter(|pause| pause.from <= now && now < pause.until)
        .map(|pause| pause.until)
        .max()
}

/// Until when a person who was heard of is left alone.
#[must_use]
pub fn reached_until(resident: &Resident, policy: &Policy) -> Option<Timestamp> {
    resident.reached.map(|reached| add(reached.at, policy.success_interval()))
}

/// When the oldest of the last `max_attempts` dials leaves the rolling window,
/// if all of them are inside it at `now`. A dial exactly one window old is out.
fn spent_until(resident: &Resident, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let mut times: Vec<Timestamp> = resident.counted_marks().map(|mark: &Mark| mark.at).collect();
    times.sort_unstable();
    let most = usize::try_from(policy.max_attempts).unwrap_or(usize::MAX);
    let oldest = times.len().checked_sub(most).and_then(|index| times.get(index))?;
    let free = add(*oldest, policy.attempts_window());
    (now < free).then_some(free)
}

fn gap_until(resident: &Resident, policy: &Policy) -> Option<Timestamp> {
    resident.counted_marks().map(|mark| add(mark.at, policy.gap())).max()
}

fn outside_window(resident: &Resident, policy: &Policy, now: Timestamp) -> Option<Hold> {
    let opens = policy.hours(resident).next_open(now);
    (opens != Some(now)).then_some(Hold::OutsideWindow(opens))
}

fn claim_hold(claim: Option<Claim>, now: Timestamp, asking: Asking) -> Option<Hold> {
    match (asking, claim) {
        (Asking::Planner, Some(claim)) => (now < claim.until).then_some(Hold::Claimed(claim.until)),
        (Asking::Planner, None) => None,
        (Asking::Dialer(request), Some(claim)) if claim.request == request && now < claim.until => None,
        (Asking::Dialer(_), _) => Some(Hold::Superseded),
    }
}

/// `at` plus `by`, at the end of time if that is past it.
pub(crate) fn add(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl Hold {
    /// When this rule stops saying no, if time alone can do it.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Paused(until)
            | Self::Reached(until)
            | Self::AttemptsSpent(until)
            | Self::Gap(until)
            | Self::Claimed(until) => Some(*until),
            Self::OutsideWindow(opens) => *opens,
            Self::Disabled
            | Self::Suppressed
            | Self::NoConsent
            | Self::BadNumber
            | Self::AttemptOpen
            | Self::Superseded => None,
        }
    }

    /// A stable word for logs, metrics and `--json`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Suppressed => "suppressed",
            Self::NoConsent => "no_consent",
            Self::BadNumber => "bad_number",
            Self::Paused(_) => "paused",
            Self::Reached(_) => "reached",
            Self::AttemptOpen => "attempt_open",
            Self::AttemptsSpent(_) => "attempts_spent",
            Self::Gap(_) => "gap",
            Self::OutsideWindow(_) => "outside_window",
            Self::Claimed(_) => "claimed",
            Self::Superseded => "superseded",
        }
    }
}

impl fmt::Display for Hold {
    /// The plain reason, without the time: whoever shows it knows the zone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disabled => "switched off by an operator",
            Self::Suppressed => "on the suppression list",
            Self::NoConsent => "did not agree to be called",
            Self::BadNumber => "the phone number does not exist; it must be corrected",
            Self::Paused(_) => "paused",
            Self::Reached(_) => "they were heard of lately; the next check is not due yet",
            Self::AttemptOpen => "a call to them is under way, or its result is not known yet",
            Self::AttemptsSpent(_) => "all attempts of the last 24 hours are used",
            Self::Gap(_) => "the last attempt was only minutes ago",
            Self::OutsideWindow(_) => "outside their calling window",
            Self::Claimed(_) => "a call to them is already being arranged",
            Self::Superseded => "this call request is no longer the one that holds",
        })
    }
}
