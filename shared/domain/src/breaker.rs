//! What trips the switch by itself.
//!
//! Nothing is counted beside the dials themselves: what the last of them came
//! to is read from what is stored of each, so nothing is counted twice or lost
//! by whoever is interrupted. Dials that began before a person started dialing
//! again do not count.

use crate::attempt::{Attempt, Disposition};
use crate::policy::Policy;
use crate::switch::Dialing;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why the switch tripped, with the facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum TripCause {
    /// Too many of the last calls were refused or failed.
    Failures {
        /// So many were.
        failed: u32,
        /// Of so many.
        calls: u32,
        /// Begun within so many minutes.
        minutes: u32,
    },
    /// Calls are out, and nothing is heard of any of them.
    Silence {
        /// So many calls, at least.
        calls: u32,
        /// Begun at least so many minutes ago.
        minutes: u32,
    },
    /// The clock stepped back.
    ClockBack {
        /// By so many seconds, at least.
        seconds: i64,
    },
    /// The clock leapt forward.
    ClockForward {
        /// By so many seconds.
        seconds: i64,
    },
    /// Connect refuses every call because of how it is set up.
    Misconfigured {
        /// The error's name, as Connect gave it.
        code: String,
    },
}

impl TripCause {
    /// A stable word.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Failures { .. } => "failures",
            Self::Silence { .. } => "silence",
            Self::ClockBack { .. } => "clock_back",
            Self::ClockForward { .. } => "clock_forward",
            Self::Misconfigured { .. } => "misconfigured",
        }
    }
}

/// In plain words, as a whole sentence.
impl fmt::Display for TripCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failures { failed, calls, minutes } => {
                write!(
                    f,
                    "{failed} of the last {calls} calls, made within {minutes} minutes, were refused or failed."
                )
            }
            Self::Silence { calls, minutes } => write!(
                f,
                "At least {calls} calls were made more than {minutes} minutes ago, and no news of how they ended has come."
            ),
            Self::ClockBack { seconds } => {
                write!(f, "The clock of the service went back by {}.", span(*seconds))
            }
            Self::ClockForward { seconds } => write!(
                f,
                "The clock of the service leapt forward by {}: it was set, or the machine was asleep.",
                span(*seconds)
            ),
            Self::Misconfigured { code } => write!(f, "{} ({code}).", explained(code)),
        }
    }
}

/// What an error of Connect's about its setup means (API reference,
/// StartOutboundVoiceContact and common errors).
fn explained(code: &str) -> &'static str {
    match code {
        "ResourceNotFoundException" => {
            "Amazon Connect does not know the instance, the call flow or the queue that it was given"
        }
        "OutboundContactNotPermittedException" => "Amazon Connect does not permit outbound calls here",
        _ => "Amazon Connect does not let Rollcall make calls",
    }
}

/// In the unit in which people would say it.
fn span(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        _ => (seconds / 3_600, "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A dial of which nothing more has to be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recent {
    /// When it began.
    pub begun_at: Timestamp,
    /// What it came to.
    pub came_to: Disposition,
}

impl Recent {
    /// Whether the service refused it, the network did not carry it, or the
    /// number does not exist: nobody's phone rang. That a resident did not
    /// answer, or the line was busy, says nothing about the service.
    const fn failed(&self) -> bool {
        matches!(self.came_to, Disposition::NotPlaced | Disposition::Network | Disposition::BadNumber)
    }

    /// Whether the stream brought news of it, or may have.
    const fn was_placed(&self) -> bool {
        !matches!(self.came_to, Disposition::NotPlaced)
    }
}

/// The dials that are looked at: none that began before this.
#[must_use]
pub fn looks_back_to(dialing: &Dialing, policy: &Policy, now: Timestamp) -> Timestamp {
    let longest = policy.breaker_window().max(policy.silence() * 2);
    now.checked_sub(longest).unwrap_or(Timestamp::MIN).max(dialing.fresh_since())
}

/// Whether too many of the last dials failed; `recent` holds the latest first.
#[must_use]
pub fn failures(recent: &[Recent], dialing: &Dialing, policy: &Policy, now: Timestamp) -> Option<TripCause> {
    let since = now.checked_sub(policy.breaker_window()).unwrap_or(Timestamp::MIN).max(dialing.fresh_since());
    let counted = || recent.iter().filter(|dial| dial.begun_at >= since);
    let calls = u32::try_from(counted().count()).unwrap_or(u32::MAX);
    let failed = u32::try_from(counted().filter(|dial| dial.failed()).count()).unwrap_or(u32::MAX);
    let too_many = u64::from(failed) * 100 >= u64::from(calls) * u64::from(policy.breaker_percent);
    (calls >= policy.breaker_calls && too_many).then_some(TripCause::Failures {
        failed,
        calls,
        minutes: policy.breaker_minutes,
    })
}

/// Whether silence has to be thought of at all: not if a dial of the time in
/// question is closed as a call, which took news. Answers before when the
/// dials that are still open must have begun.
#[must_use]
pub fn may_be_silent(recent: &[Recent], policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let from = now.checked_sub(policy.silence() * 2).unwrap_or(Timestamp::MIN);
    let heard = recent.iter().any(|dial| dial.begun_at >= from && dial.was_placed());
    (!heard).then(|| now.checked_sub(policy.silence()).unwrap_or(Timestamp::MIN))
}

/// Whether nothing is heard of the calls that are `out`: some of those that
/// are open and began before the answer of [`may_be_silent`]. One of which the
/// end is known breaks the silence.
#[must_use]
pub fn silence(out: &[Attempt], dialing: &Dialing, policy: &Policy, now: Timestamp) -> Option<TripCause> {
    let from = now.checked_sub(policy.silence() * 2).unwrap_or(Timestamp::MIN).max(dialing.fresh_since());
    let until = now.checked_sub(policy.silence()).unwrap_or(Timestamp::MIN);
    let of_then: Vec<&Attempt> = out
        .iter()
        // Of one that Connect never answered for, nobody knows if it is a call.
        .filter(|attempt| attempt.facts.contact.is_some())
        .filter(|attempt| attempt.begun_at >= from && attempt.begun_at < until)
        .collect();
    let heard = of_then.iter().any(|attempt| attempt.facts.end.is_some() || attempt.facts.complete.is_some());
    let calls = u32::try_from(of_then.len()).unwrap_or(u32::MAX);
    (!heard && calls >= policy.silence_calls)
        .then_some(TripCause::Silence { calls, minutes: policy.silence_minutes })
}

/// Whether the clock went back: behind the time that is stored.
#[must_use]
pub fn clock_back(dialing: &Dialing, policy: &Policy, now: Timestamp) -> Option<TripCause> {
    let seconds = dialing.seen?.duration_since(now).as_secs();
    (seconds > i64::from(policy.clock_back_seconds)).then_some(TripCause::ClockBack { seconds })
}

/// Whether the clock leapt forward since `looked_at`, the last look of the same
/// process, which looks every minute. Of another process nothing is known: that
/// it was not running is no leap.
#[must_use]
pub fn clock_forward(looked_at: Timestamp, policy: &Policy, now: Timestamp) -> Option<TripCause> {
    let passed = now.duration_since(looked_at);
    let allowed = SignedDuration::from_mins(i64::from(policy.clock_forward_minutes));
    (passed > allowed).then(|| TripCause::ClockForward { seconds: passed.as_secs() })
}

#[cfg(test)]
mod tests;
