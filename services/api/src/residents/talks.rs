//! Days on which an agent spoke to somebody, as far as is known by now.
//!
//! The result of a day only ever grows, so that news may come in any order; but
//! an agent may say of a talk that it was a voicemail. The promise knows: what
//! it says is a join of the record and of words, in any order the same.

use super::Register;
use crate::problem::Problem;
use jiff::civil::Date;
use rollcall_domain::attempt::{Attempt, Key};
use rollcall_domain::ids::CallbackId;
use rollcall_domain::resident::{Heard, Resident};
use rollcall_ports::CheckResult;
use std::collections::{BTreeMap, BTreeSet};

/// Dials that are read at once.
const PAGE: u32 = 100;
/// Days before the first, on which a promise that is kept on it was given at
/// the earliest; of older ones the result stays as it was recorded.
const OPEN_DAYS: i64 = 31;

impl Register {
    /// Puts, in place of talks that were none, what else those days were.
    pub(super) async fn take_back_talks(
        &self,
        resident: &Resident,
        results: &mut BTreeMap<Date, CheckResult>,
    ) -> Result<(), Problem> {
        let spoken =
            |(day, result): (&Date, &CheckResult)| (*result == CheckResult::SpokenTo).then_some(*day);
        let doubtful: BTreeSet<Date> = results.iter().filter_map(spoken).collect();
        let Some(first) = doubtful.first() else { return Ok(()) };
        let hours = self.policy.hours(resident);
        let dials =
            self.dials_since(resident, first.saturating_sub(jiff::Span::new().days(OPEN_DAYS))).await?;
        let (mut talks, mut moments) = (BTreeSet::new(), BTreeSet::new());
        for dial in dials.iter().filter(|dial| pressed(dial, Key::Talk)) {
            if let Some(callback) = self.callbacks.get(CallbackId::of(dial.id)).await? {
                talks.extend(callback.value.talks().map(|at| hours.date(at)));
                moments.extend(callback.value.talks_ever_known());
            }
        }
        let ever_known: BTreeSet<Date> = moments.iter().map(|at| hours.date(*at)).collect();
        for day in doubtful {
            // An all-clear, of which no promise knows, stands whatever becomes of a talk.
            let cleared = resident.reached.is_some_and(|news| {
                let said = matches!(news.how, Heard::SpokenTo | Heard::KnownSafe);
                said && hours.date(news.at) == day && !moments.contains(&news.at)
            });
            if cleared || talks.contains(&day) || !ever_known.contains(&day) {
                continue;
            }
            let heard = |key: Key| {
                let on_it =
                    |dial: &Attempt| dial.facts.press.is_some_and(|press| hours.date(press.at) == day);
                dials.iter().any(|dial| pressed(dial, key) && on_it(dial))
            };
            let told = resident.escalation.as_ref().is_some_and(|told| hours.date(told.at) == day);
            let result = [
                heard(Key::Talk).then_some(CheckResult::WantsToTalk),
                heard(Key::Well).then_some(CheckResult::Well),
                told.then_some(CheckResult::Escalated),
            ];
            match result.into_iter().flatten().next() {
                Some(result) => results.insert(day, result),
                None => results.remove(&day),
            };
        }
        Ok(())
    }

    /// The dials to somebody from a day on.
    async fn dials_since(&self, resident: &Resident, first: Date) -> Result<Vec<Attempt>, Problem> {
        let hours = self.policy.hours(resident);
        let (mut dials, mut from) = (Vec::new(), None);
        loop {
            let (found, next) = self.attempts.of_resident(resident.id, from.as_ref(), PAGE).await?;
            let enough = found.last().is_none_or(|oldest| hours.date(oldest.begun_at) < first);
            dials.extend(found);
            from = next;
            if enough || from.is_none() {
                return Ok(dials);
            }
        }
    }
}

fn pressed(dial: &Attempt, key: Key) -> bool {
    dial.facts.press.is_some_and(|press| press.key == key)
}
