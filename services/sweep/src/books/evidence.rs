//! Where a resident stood at the end of a day that is over, from what stands in
//! the books by now.
//!
//! Whoever was not touched since stands where their record says. Of anybody else
//! the record is turned back to the end of the day: what came after is left out,
//! and what took its place then is found in their results, dials and promises.
//! What leaves no date behind (a suppression that was lifted, a number that was
//! corrected, a second switch on and off) is as it is now; this matters where a
//! day is closed late only.

use super::Books;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rollcall_domain::attempt::{Attempt, Key};
use rollcall_domain::callback::{Callback, CallbackState, Try};
use rollcall_domain::day::Bounds;
use rollcall_domain::duty::{Cause, Raised};
use rollcall_domain::ids::{CallbackId, ResidentId};
use rollcall_domain::ledger::{DayState, day_state};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Heard, Reached, Resident};
use rollcall_domain::retention::LOOK_BACK_DAYS;
use rollcall_ports::{CheckResult, Fault};

/// Dials read at a time.
const DIALS: u32 = 50;

/// What stands in the books of one resident, up to the end of a day.
#[derive(Default)]
pub(super) struct Evidence {
    /// By day, the earliest first.
    pub(super) results: Vec<(Date, CheckResult)>,
    /// Dials, where they say more than the results.
    pub(super) dials: Vec<Attempt>,
    /// Promises, as they were at the end of the day.
    pub(super) promises: Vec<Callback>,
}

/// Which resident, and which day of theirs.
#[derive(Clone, Copy)]
pub(super) struct Whose<'a> {
    pub(super) id: ResidentId,
    /// Their record, if they are on the register.
    pub(super) record: Option<&'a Resident>,
    pub(super) day: Date,
    pub(super) bounds: Bounds,
}

impl Books {
    /// The state of somebody on the register at the end of their day.
    pub(super) async fn state_of(&self, whose: Whose<'_>, record: &Resident) -> Result<DayState, Fault> {
        let end = whose.bounds.end;
        let evidence = if touched_since(record, end) { Some(self.evidence(whose).await?) } else { None };
        let then = as_of(record, evidence.as_ref(), whose, &self.policy);
        Ok(day_state(&then, &self.policy, whose.bounds.last()))
    }

    /// All that says where somebody stood.
    pub(super) async fn evidence(&self, whose: Whose<'_>) -> Result<Evidence, Fault> {
        let Whose { id, record, day, bounds } = whose;
        let first = day.saturating_sub(i64::from(LOOK_BACK_DAYS).days());
        let results = self.checks.of(id, first, day).await?;
        let talks =
            results.iter().any(|(_, one)| matches!(one, CheckResult::WantsToTalk | CheckResult::SpokenTo));
        let moved_on = record.is_none_or(|one| touched_since(one, bounds.end));
        let since = Bounds::of(first, &self.policy.own_zone()).start;
        let dials = if talks || moved_on { self.dials(id, (since, bounds.end)).await? } else { Vec::new() };
        let talk = |dial: &&Attempt| dial.facts.press.is_some_and(|press| press.key == Key::Talk);
        let mut ids: Vec<CallbackId> =
            dials.iter().filter(talk).map(|dial| CallbackId::of(dial.id)).collect();
        ids.extend(record.and_then(|one| one.callback).filter(|id| !ids.contains(id)));
        let mut promises = Vec::new();
        for id in ids {
            let stored = self.callbacks.get(id).await?;
            promises.extend(stored.and_then(|stored| promise_at(stored.value, bounds.end)));
        }
        Ok(Evidence { results, dials, promises })
    }

    /// The dials that began from `since` on and before `until`, the latest first.
    async fn dials(
        &self,
        id: ResidentId,
        (since, until): (Timestamp, Timestamp),
    ) -> Result<Vec<Attempt>, Fault> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let (dials, next) = self.attempts.of_resident(id, from.as_ref(), DIALS).await?;
            let past = dials.last().is_some_and(|dial| dial.begun_at < since);
            found.extend(dials.into_iter().filter(|dial| dial.begun_at >= since && dial.begun_at < until));
            from = next;
            if from.is_none() || past {
                return Ok(found);
            }
        }
    }
}

impl Evidence {
    /// Whether anything at all is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.results.is_empty() && self.dials.is_empty() && self.promises.is_empty()
    }

    /// When and how they were last heard of before the end of the day.
    fn heard(&self, bounds_of: impl Fn(Date) -> Bounds, end: Timestamp) -> Option<Reached> {
        let of_dials = self.dials.iter().flat_map(|dial| {
            let press = dial.facts.press.map(|press| match press.key {
                Key::Well => Reached { at: press.at, how: Heard::Well },
                Key::Talk => Reached { at: press.at, how: Heard::WantsToTalk },
            });
            let opted_out = dial.facts.opted_out.map(|at| Reached { at, how: Heard::OptedOut });
            press.into_iter().chain(opted_out)
        });
        let talked = self.promises.iter().flat_map(|promise| promise.talks().collect::<Vec<_>>());
        let spoken = talked.map(|at| Reached { at, how: Heard::SpokenTo });
        let known: Vec<Reached> = of_dials.chain(spoken).collect();
        // An all-clear, or a dial that is no longer kept: the day is known, and
        // the last of it taken for the moment.
        let of_days = self.results.iter().filter_map(|(day, result)| {
            let how = match result {
                CheckResult::Escalated => return None,
                CheckResult::Well => Heard::Well,
                CheckResult::WantsToTalk => Heard::WantsToTalk,
                CheckResult::SpokenTo => Heard::SpokenTo,
            };
            let bounds = bounds_of(*day);
            let told = known.iter().any(|news| news.at >= bounds.start && news.at < bounds.end);
            (!told).then(|| Reached { at: bounds.last(), how })
        });
        let all = known.iter().copied().chain(of_days);
        all.filter(|news| news.at < end).max_by_key(|news| (news.at, news.how))
    }

    /// A promise that was still owed at the end of the day, and not missed for good.
    fn open_promise(&self, policy: &Policy) -> Option<CallbackId> {
        self.promises.iter().find(|one| one.state(policy) == CallbackState::Open).map(|one| one.id)
    }

    /// The day of the duty for which an escalation stood at the end of the day:
    /// nothing was heard of them since.
    pub(super) fn escalated(&self, day: Date, policy: &Policy) -> Option<Date> {
        let (last, result) = self.results.last().filter(|(of, _)| *of <= day)?;
        let missed = || self.promises.iter().any(|one| one.state(policy) == CallbackState::Missed);
        match result {
            CheckResult::Escalated => Some(*last),
            CheckResult::WantsToTalk => missed().then_some(*last),
            CheckResult::Well | CheckResult::SpokenTo => None,
        }
    }

    /// Where the books alone have somebody at the end of `day`, if they were
    /// heard of, were promised a talk, or escalated.
    pub(super) fn standing(&self, day: Date, policy: &Policy) -> Option<DayState> {
        if self.open_promise(policy).is_some() {
            return Some(DayState::CallbackOpen);
        }
        if self.escalated(day, policy).is_some() {
            return Some(DayState::Escalated);
        }
        match self.results.last().filter(|(of, _)| *of == day)?.1 {
            CheckResult::Well => Some(DayState::Well),
            CheckResult::WantsToTalk | CheckResult::SpokenTo => Some(DayState::SpokenTo),
            CheckResult::Escalated => Some(DayState::Escalated),
        }
    }
}

/// Whether anything about somebody may have changed since `end` that decides
/// where they stood.
fn touched_since(record: &Resident, end: Timestamp) -> bool {
    let heard = |news: Reached| news.at >= end || news.how == Heard::WantsToTalk;
    record.callback.is_some() || record.reached.is_some_and(heard) || excluded_since(record, end)
}

fn excluded_since(record: &Resident, end: Timestamp) -> bool {
    let suppressions = [&record.suppressed.person, &record.suppressed.number];
    record.switched.as_ref().is_some_and(|switched| switched.at >= end)
        || suppressions.into_iter().flatten().any(|one| one.at >= end)
}

/// The record as it was at the end of the day.
fn as_of(record: &Resident, evidence: Option<&Evidence>, whose: Whose<'_>, policy: &Policy) -> Resident {
    let (day, end) = (whose.day, whose.bounds.end);
    let mut then = record.clone();
    then.pauses.retain(|pause| pause.at.is_none_or(|at| at < end));
    if record.switched.as_ref().is_some_and(|switched| switched.at >= end) {
        then.enabled = !then.enabled;
    }
    let suppressed = &mut then.suppressed;
    for one in [&mut suppressed.person, &mut suppressed.number] {
        one.take_if(|one| one.at >= end);
    }
    then.number_bad_since.take_if(|since| *since >= end);
    then.escalation.take_if(|raised| raised.at >= end);
    let Some(evidence) = evidence else { return then };
    then.callback = evidence.open_promise(policy);
    let heard_since = record.reached.is_some_and(|news| news.at >= end);
    if heard_since {
        then.reached = evidence.heard(|day| Bounds::of_resident(day, record, policy), end);
    }
    let cleared = record.escalation.is_none() && (heard_since || excluded_since(record, end));
    if cleared && evidence.escalated(day, policy).is_some() {
        let at = whose.bounds.last();
        then.escalation = Some(Raised { at, check_due: whose.bounds.start, cause: Cause::AttemptsSpent });
    }
    then
}

/// A promise as it was at `end`; `None` before it was given.
fn promise_at(mut promise: Callback, end: Timestamp) -> Option<Callback> {
    for leg in promise.tries.values_mut() {
        if let Try::Missed(at) | Try::SpokenTo(at) = *leg
            && at >= end
        {
            *leg = Try::Waiting;
        }
    }
    promise.results.retain(|result| result.at < end);
    promise.cancelled.take_if(|cancelled| cancelled.at >= end);
    (promise.requested_at < end).then_some(promise)
}
