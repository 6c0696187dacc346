//! For how long each class of data is kept, and when a thing of it begins to age.
//!
//! What is open never ages: a promise that is owed, a case, a letter that waits,
//! a call of which news may still come, a list that is being loaded. Nor does
//! what somebody must end: the register, the suppression list.

use crate::attempt::Attempt;
use crate::batch::{Batch, BatchStage, Tally};
use crate::callback::Callback;
use crate::erasure::{Class, Erasure};
use crate::escalation::Escalation;
use crate::letter::Letter;
use crate::policy::Policy;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// So many days before a day its evidence is looked for: a promise or an
/// escalation that is older stands on the record itself.
pub const LOOK_BACK_DAYS: u32 = 31;

/// A list is kept at least as long as the orders to load it may lie in a queue
/// (14 days, the most that SQS allows), and a day more.
const LISTS_LEAST: u32 = 15;
/// The portal shows the last 31 days, of which today is one, and days that are
/// not closed yet are looked for among as many.
const ACCOUNTS_LEAST: u32 = 32;
/// Longer than anything is asked for by law; a slip of the keyboard is longer.
const MOST: u32 = 36_500;

/// For how many days each class is kept once a thing of it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Retention {
    /// Files of lists, from when they were put there. On AWS the lifecycle of the bucket
    /// deletes them: its 30 days stand in the template, and a test compares.
    pub lists_days: u32,
    /// The account of each upload, from when it was first seen.
    pub batches_days: u32,
    /// Calls, the results of days, promises, cases and notices. One number, since
    /// each is evidence of the other. And when a number rang last.
    pub calls_days: u32,
    /// Accounts of days. Shorter than the calls by what is looked back, so that
    /// any account that is there can be held against its evidence.
    pub accounts_days: u32,
    /// Dead letters that were applied or discarded.
    pub letters_days: u32,
    /// The audit log, and that somebody was erased.
    pub audit_days: u32,
}

impl Default for Retention {
    /// 13 months for what is told of people by name or id, a year for accounts of days, six years for the log.
    fn default() -> Self {
        Self {
            lists_days: 30,
            batches_days: 396,
            calls_days: 396,
            accounts_days: 365,
            letters_days: 396,
            audit_days: 2_192,
        }
    }
}

/// Whatever was over before this day began is past its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The first day that is kept.
    pub day: Date,
    /// Its first moment.
    pub at: Timestamp,
}

impl Limit {
    /// The day `day` in `zone`.
    #[must_use]
    pub fn of(day: Date, zone: &TimeZone) -> Self {
        let at = day.to_zoned(zone.clone()).map_or(Timestamp::MIN, |start| start.timestamp());
        Self { day, at }
    }
}

impl Retention {
    /// For how many days a class is kept after a thing of it is over; `None`
    /// where it does not age by itself, or others see to it: messages and records are dropped
    /// by the queue and the stream.
    #[must_use]
    pub fn days(&self, class: Class) -> Option<u32> {
        match class {
            Class::Lists => Some(self.lists_days),
            Class::Batches => Some(self.batches_days),
            Class::Callbacks
            | Class::Escalations
            | Class::Notices
            | Class::Days
            | Class::Attempts
            | Class::Numbers => Some(self.calls_days),
            Class::Accounts => Some(self.accounts_days),
            Class::Letters => Some(self.letters_days),
            Class::Audit | Class::Erasures => Some(self.audit_days),
            Class::Register | Class::Queues | Class::Stream | Class::Suppressions | Class::Residue => None,
        }
    }

    /// What is past its time on the day `today` of the service. It is a whole number of days that
    /// counts, so that all of a night's work goes by one limit.
    #[must_use]
    pub fn limit(&self, class: Class, today: Date, zone: &TimeZone) -> Option<Limit> {
        let days = self.days(class)?;
        let day = today.checked_sub(i64::from(days).days()).unwrap_or(Date::MIN);
        Some(Limit::of(day, zone))
    }

    /// The classes that age, in the order in which they are cleaned: accounts of
    /// days before their evidence.
    pub fn aging() -> impl Iterator<Item = Class> {
        let ages = |class: &Class| *class != Class::Accounts && Self::default().days(*class).is_some();
        std::iter::once(Class::Accounts).chain(Class::ALL.into_iter().filter(ages))
    }

    /// The second since 1970 after which a thing of a class may be deleted that
    /// was over at `over`; for stores that delete by themselves.
    #[must_use]
    pub fn expires(&self, class: Class, over: Timestamp) -> Option<i64> {
        let days = i64::from(self.days(class)?);
        Some(over.as_second().saturating_add(days.saturating_mul(24 * 3_600)))
    }

    /// The same for what is about a day, which is over when the next one begins; by UTC.
    #[must_use]
    pub fn expires_of_day(&self, class: Class, day: Date) -> Option<i64> {
        let next = day.saturating_add(1.day());
        self.expires(class, Limit::of(next, &TimeZone::UTC).at)
    }

    /// How long a class is kept, in words ("13 months"); `None` where it does not age.
    #[must_use]
    pub fn words(&self, class: Class) -> Option<String> {
        self.days(class).map(words)
    }

    /// Every problem of these values, in words for whoever wrote them.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let Self { lists_days, batches_days, calls_days, accounts_days, letters_days, audit_days } = *self;
        let calls_least = accounts_days.saturating_add(LOOK_BACK_DAYS);
        let bounds = [
            ("lists_days", lists_days, LISTS_LEAST, MOST, "what waits to be loaded must find its list"),
            ("accounts_days", accounts_days, ACCOUNTS_LEAST, MOST, "the last days are shown, and closed"),
            (
                "calls_days",
                calls_days,
                calls_least,
                MOST,
                "calls are the evidence of accounts_days, and of 31 days more",
            ),
            (
                "batches_days",
                batches_days,
                lists_days,
                calls_days,
                "an undo asks the calls, so the account of a list goes after the list and before them",
            ),
            ("letters_days", letters_days, 1, MOST, "letters are looked back on"),
            ("audit_days", audit_days, calls_days, MOST, "the log tells of the calls"),
        ];
        let wrong = bounds.into_iter().filter(|(_, value, low, high, _)| value < low || value > high);
        wrong
            .map(|(name, value, low, high, why)| {
                format!("retention.{name} is {value}; expected {low} to {high}: {why}")
            })
            .collect()
    }
}

impl Policy {
    /// Whether accounts of days are not kept for so long, seen from `today`.
    #[must_use]
    pub fn keeps_no_account_of(&self, day: Date, today: Date) -> bool {
        let limit = self.retention.limit(Class::Accounts, today, &self.own_zone());
        limit.is_some_and(|limit| day < limit.day)
    }
}

/// A number of days as people say it: whole months and years by their average length.
fn words(days: u32) -> String {
    // A month is 487/16 days.
    let months = days.saturating_mul(16).saturating_add(243) / 487;
    let whole = months >= 2 && (months.saturating_mul(487) + 8) / 16 == days;
    match (whole, months / 12, months % 12) {
        (true, 1, 0) => "a year".to_owned(),
        (true, years, 0) => format!("{years} years"),
        (true, ..) => format!("{months} months"),
        (false, ..) => format!("{days} days"),
    }
}

impl Attempt {
    /// Since when it ages: its beginning, once nothing more has to be waited for.
    #[must_use]
    pub fn over_since(&self) -> Option<Timestamp> {
        self.is_closed().then_some(self.begun_at)
    }
}

impl Callback {
    /// Since when it ages: the last that is known of it, once it is neither owed
    /// nor anything about it is still to be carried out.
    #[must_use]
    pub fn over_since(&self) -> Option<Timestamp> {
        let over = !self.is_owed()
            && !self.unsettled
            && !self.is_queued()
            && self.to_stop().next().is_none()
            && !self.is_concern_untold();
        let cancelled = self.cancelled.iter().map(|cancelled| cancelled.at);
        let said = self.results.iter().map(|result| result.at);
        let latest = self.talks_ever_known().chain(cancelled).chain(said).max();
        over.then(|| latest.map_or(self.requested_at, |latest| latest.max(self.requested_at)))
    }
}

impl Escalation {
    /// Since when it ages: its end, once that is carried out.
    #[must_use]
    pub fn over_since(&self) -> Option<Timestamp> {
        self.ended.as_ref().filter(|_| !self.untold && !self.unsettled).map(|ended| ended.at)
    }
}

impl Letter {
    /// Since when it ages: the last that happened to it, once it was applied or
    /// discarded.
    #[must_use]
    pub fn over_since(&self) -> Option<Timestamp> {
        let last = self.history.last().map_or(self.parked_at, |event| event.at);
        self.state.is_ended().then(|| last.max(self.parked_at))
    }
}

impl Erasure {
    /// Since when it ages: its end, once it was looked at again.
    #[must_use]
    pub fn over_since(&self) -> Option<Timestamp> {
        self.done_at.filter(|_| self.look_again_at.is_none())
    }
}

impl Batch {
    /// Since when it ages: when it was first seen, once each of its lines is
    /// accounted for and nobody is undoing it.
    #[must_use]
    pub fn over_since(&self, tally: &Tally) -> Option<Timestamp> {
        let undoing = matches!(self.stage, BatchStage::Undoing { .. });
        (self.is_finished(tally) && !undoing).then_some(self.seen_at)
    }
}
