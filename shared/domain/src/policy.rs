//! Every number that an operator may change, with its default and its reason.
//! Numbers about queues and timers are not here: they are in
//! `contracts/topology.toml`.

use crate::calendar::{Hours, Weekdays, Window};
use crate::escalation::ladder::{self, Rung, default_ladder};
use crate::phone::Region;
use crate::resident::Resident;
use crate::retention::Retention;
use crate::rules::add;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The rules of one service, as configured. [`Policy::default`] is the policy
/// of DESIGN's section "Rules of the domain".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Policy {
    /// After a resident was reached they are left alone for this long (minutes).
    pub success_interval_minutes: u32,
    /// Between two attempts to one resident, and between two rings of one
    /// number, lies at least this (minutes).
    pub gap_minutes: u32,
    /// Attempts within [`Policy::attempts_window_minutes`] at most.
    pub max_attempts: u32,
    /// The rolling window in which attempts are counted (minutes).
    pub attempts_window_minutes: u32,
    /// When residents may be called, in their own time zone.
    pub window: Window,
    /// Days on which nobody is called.
    pub holidays: BTreeSet<Date>,
    /// The zone of residents whose upload names none (IANA name).
    pub timezone: String,
    /// The region by which numbers without a country code are read.
    pub region: Region,
    /// How long the phone rings (seconds). Connect allows 15 to 60; 15 is also
    /// the least that the UK regulator expects, and frail people need longer.
    pub ring_seconds: u32,
    /// A call request older than this is not dialed any more (minutes).
    pub request_lifetime_minutes: u32,
    /// By when a promised callback must have happened (minutes inside the hours
    /// of the desk).
    pub callback_deadline_minutes: u32,
    /// When the desk is there to keep promises, in the zone of the service; the
    /// calling window where absent. Holidays are those of calling.
    pub desk: Option<Window>,
    /// So long after its deadline (minutes of the clock, since the desk may be
    /// closed by then) a promise that nobody kept is escalated.
    pub callback_escalate_minutes: u32,
    /// Who is told of a resident who was not reached, one after another.
    pub ladder: Vec<Rung>,
    /// Whoever accepts an escalation gives the all-clear within this (minutes);
    /// else the next rung is told: a case that is forgotten is a person on the
    /// floor.
    pub all_clear_minutes: u32,
    /// Calls started per second, over all dialers (Connect's quota L-4E9BCC96).
    pub starts_per_second: u32,
    /// Calls that may start at once after a pause (Connect's burst).
    pub start_burst: u32,
    /// Active calls at once in the instance, agents' calls included.
    pub concurrent_calls: u32,
    /// Check calls in flight for each agent who is free to take a call back.
    pub calls_per_free_agent: u32,
    /// How long after an attempt began its last evidence may come (minutes):
    /// ring and talk, then a contact record that took its time. Only later may
    /// the sweep settle an attempt of which nothing is known.
    pub evidence_minutes: u32,
    /// How often Connect tries a promised callback before it is missed. Equal
    /// to `MaximumConnectionAttempts` of the shipped call flow; a test compares.
    pub callback_tries: u32,
    /// Between the last check of the rules and the ring lies at most this
    /// (seconds): the time limit of a start. A number must have been quiet for
    /// the gap and this, and a window must stay open for it.
    pub start_margin_seconds: u32,
    /// A check call holds its place among the concurrent calls for at most
    /// this long (seconds) when no event ever says that it ended.
    pub call_lease_seconds: u32,
    /// Dialing stops by itself when of the last calls, begun within so many
    /// minutes, too many were refused or failed: long enough for the retries
    /// of one bad minute not to be all that is looked at.
    pub breaker_minutes: u32,
    /// Of fewer calls than this a share says nothing.
    pub breaker_calls: u32,
    /// Too many are this share of them (per cent). On a usual day one call in
    /// twenty fails.
    pub breaker_percent: u32,
    /// Dialing stops by itself when nothing is heard of calls that began so
    /// long ago (minutes). A call is over within three, and of most the first
    /// news comes within seconds.
    pub silence_minutes: u32,
    /// Of so many calls at least nothing must be heard: news of single calls
    /// does get lost.
    pub silence_calls: u32,
    /// Dialing stops by itself when the clock is so far behind a time that it
    /// has shown before (seconds). Clocks that are kept right by small steps,
    /// and those of several machines, differ by less.
    pub clock_back_seconds: u32,
    /// Dialing stops by itself when so much time seems to pass (minutes)
    /// between two runs of a process that runs every minute.
    pub clock_forward_minutes: u32,
    /// For how long each class of data is kept.
    pub retention: Retention,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            success_interval_minutes: 24 * 60,
            gap_minutes: 5,
            max_attempts: 3,
            attempts_window_minutes: 24 * 60,
            window: Window::default(),
            holidays: BTreeSet::new(),
            timezone: "Europe/London".to_owned(),
            region: Region::default(),
            ring_seconds: 45,
            request_lifetime_minutes: 10,
            callback_deadline_minutes: 120,
            desk: None,
            callback_escalate_minutes: 60,
            ladder: default_ladder(),
            all_clear_minutes: 240,
            starts_per_second: 2,
            start_burst: 5,
            concurrent_calls: 10,
            calls_per_free_agent: 2,
            evidence_minutes: 40,
            callback_tries: 3,
            start_margin_seconds: 12,
            call_lease_seconds: 360,
            breaker_minutes: 15,
            breaker_calls: 20,
            breaker_percent: 50,
            silence_minutes: 10,
            silence_calls: 5,
            clock_back_seconds: 120,
            clock_forward_minutes: 30,
            retention: Retention::default(),
        }
    }
}

impl Policy {
    /// Every problem of these values at once, in words for whoever wrote them;
    /// empty when the policy can be used.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut in_range = |name: &str, value: u32, low: u32, high: u32| {
            if !(low..=high).contains(&value) {
                problems.push(format!("{name} is {value}; expected {low} to {high}"));
            }
        };
        in_range("success_interval_minutes", self.success_interval_minutes, 60, 7 * 24 * 60);
        in_range("gap_minutes", self.gap_minutes, 1, 24 * 60);
        in_range("max_attempts", self.max_attempts, 1, 20);
        in_range("attempts_window_minutes", self.attempts_window_minutes, 60, 7 * 24 * 60);
        in_range("ring_seconds", self.ring_seconds, 15, 60);
        in_range("request_lifetime_minutes", self.request_lifetime_minutes, 1, 60);
        in_range("callback_deadline_minutes", self.callback_deadline_minutes, 5, 24 * 60);
        in_range("callback_escalate_minutes", self.callback_escalate_minutes, 1, 24 * 60);
        in_range("all_clear_minutes", self.all_clear_minutes, 10, 7 * 24 * 60);
        in_range("starts_per_second", self.starts_per_second, 1, 1_000);
        in_range("start_burst", self.start_burst, 1, 1_000);
        in_range("concurrent_calls", self.concurrent_calls, 1, 100_000);
        in_range("calls_per_free_agent", self.calls_per_free_agent, 1, 20);
        in_range("evidence_minutes", self.evidence_minutes, 10, 24 * 60);
        in_range("callback_tries", self.callback_tries, 1, 10);
        in_range("start_margin_seconds", self.start_margin_seconds, 1, 60);
        in_range("call_lease_seconds", self.call_lease_seconds, 120, 3_600);
        in_range("breaker_minutes", self.breaker_minutes, 1, 24 * 60);
        in_range("breaker_calls", self.breaker_calls, 1, 100);
        in_range("breaker_percent", self.breaker_percent, 1, 100);
        // Twice as long is looked back, which must be less than the evidence
        // window: the sweep closes what it knows nothing of.
        in_range("silence_minutes", self.silence_minutes, 4, (self.evidence_minutes / 2).saturating_sub(1));
        in_range("silence_calls", self.silence_calls, 1, 20);
        in_range("clock_back_seconds", self.clock_back_seconds, 5, 24 * 3_600);
        in_range("clock_forward_minutes", self.clock_forward_minutes, 5, 7 * 24 * 60);
        if TimeZone::get(&self.timezone).is_err() {
            problems.push(format!(
                "timezone is {:?}; expected an IANA name such as Europe/London",
                self.timezone
            ));
        }
        problems.extend(self.window.problems());
        let of_desk = |problem: String| problem.replacen("window", "desk", 1);
        problems.extend(self.desk.iter().flat_map(Window::problems).map(of_desk));
        problems.extend(ladder::problems(&self.ladder));
        problems.extend(self.retention.problems());
        problems
    }

    /// The calling hours that hold for `resident`: their own window and zone
    /// where they have one, else the policy's.
    #[must_use]
    pub fn hours(&self, resident: &Resident) -> Hours<'_> {
        let window = resident.window.unwrap_or(self.window.daily);
        Hours { zone: self.zone(resident), days: self.days(), window, holidays: &self.holidays }
    }

    /// The zone in which `resident` lives. A name that the time zone database
    /// does not know falls back to UTC only if the policy's own is unknown
    /// too, which [`Policy::problems`] refuses at the start of a program.
    #[must_use]
    pub fn zone(&self, resident: &Resident) -> TimeZone {
        resident
            .timezone
            .as_deref()
            .and_then(|name| TimeZone::get(name).ok())
            .or_else(|| TimeZone::get(&self.timezone).ok())
            .unwrap_or(TimeZone::UTC)
    }

    /// The zone of the service itself.
    #[must_use]
    pub fn own_zone(&self) -> TimeZone {
        TimeZone::get(&self.timezone).unwrap_or(TimeZone::UTC)
    }

    /// The days of the week on which calls are made.
    #[must_use]
    pub fn days(&self) -> Weekdays {
        self.window.days
    }

    /// See [`Policy::success_interval_minutes`].
    #[must_use]
    pub fn success_interval(&self) -> SignedDuration {
        minutes(self.success_interval_minutes)
    }

    /// See [`Policy::gap_minutes`].
    #[must_use]
    pub fn gap(&self) -> SignedDuration {
        minutes(self.gap_minutes)
    }

    /// See [`Policy::attempts_window_minutes`].
    #[must_use]
    pub fn attempts_window(&self) -> SignedDuration {
        minutes(self.attempts_window_minutes)
    }

    /// See [`Policy::request_lifetime_minutes`].
    #[must_use]
    pub fn request_lifetime(&self) -> SignedDuration {
        minutes(self.request_lifetime_minutes)
    }

    /// See [`Policy::callback_deadline_minutes`].
    #[must_use]
    pub fn callback_deadline(&self) -> SignedDuration {
        minutes(self.callback_deadline_minutes)
    }

    /// By when a promise that is given at `at` must be kept: after so many minutes
    /// in which the desk is there. Were it never there, by the clock.
    #[must_use]
    pub fn callback_due(&self, at: Timestamp) -> Timestamp {
        let desk = self.desk.as_ref().unwrap_or(&self.window);
        let zone = self.own_zone();
        let hours = Hours { zone, days: desk.days, window: desk.daily, holidays: &self.holidays };
        let time = self.callback_deadline();
        hours.after_open(at, time).unwrap_or_else(|| add(at, time))
    }

    /// See [`Policy::callback_escalate_minutes`].
    #[must_use]
    pub fn callback_escalate(&self) -> SignedDuration {
        minutes(self.callback_escalate_minutes)
    }

    /// See [`Policy::all_clear_minutes`].
    #[must_use]
    pub fn all_clear(&self) -> SignedDuration {
        minutes(self.all_clear_minutes)
    }

    /// See [`Policy::evidence_minutes`].
    #[must_use]
    pub fn evidence_window(&self) -> SignedDuration {
        minutes(self.evidence_minutes)
    }

    /// See [`Policy::start_margin_seconds`].
    #[must_use]
    pub fn start_margin(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.start_margin_seconds))
    }

    /// See [`Policy::breaker_minutes`].
    #[must_use]
    pub fn breaker_window(&self) -> SignedDuration {
        minutes(self.breaker_minutes)
    }

    /// See [`Policy::silence_minutes`].
    #[must_use]
    pub fn silence(&self) -> SignedDuration {
        minutes(self.silence_minutes)
    }

    /// See [`Policy::call_lease_seconds`].
    #[must_use]
    pub fn call_lease(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.call_lease_seconds))
    }
}

fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_policy_can_be_used() {
        assert_eq!(Policy::default().problems(), Vec::<String>::new());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let policy = Policy {
            ring_seconds: 5,
            max_attempts: 0,
            timezone: "Europe/Londn".to_owned(),
            ..Policy::default()
        };
        let problems = policy.problems();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems.iter().any(|p| p == "ring_seconds is 5; expected 15 to 60"), "{problems:?}");
    }
}
