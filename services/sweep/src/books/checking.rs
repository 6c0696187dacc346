//! The account of a day that is over, held against what stands in the books:
//! attempts, promises, results of days, and the register.
//!
//! Whoever was heard of, promised a talk or escalated must be found as such, and
//! of the others none of it. Why somebody was left alone (a pause, the
//! suppression list) is not kept by the day: that stands in the account only.

use super::evidence::{Evidence, Whose};
use super::{Books, DAYS};
use futures_util::future::join_all;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_contracts::messages::Notice;
use rollcall_domain::day::{Bounds, DayAccount, DayCheck, DayPart, DayRecord, Difference};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::DayState;
use rollcall_domain::resident::Resident;
use rollcall_ports::{Fault, PartOf, Saved, Signal, Versioned};

/// Of how many the books are asked at once.
const AT_ONCE: usize = 16;

/// What came of looking at one resident.
enum Found {
    Agrees,
    Forgotten,
    Differs(Difference),
}

impl Books {
    /// Holds the account of a day against the books, from the start. A mismatch
    /// is told of. `None` where there is no account.
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn reproduce(&self, record: &DayRecord) -> Result<Option<DayCheck>, Fault> {
        let Some(account) = record.account else { return Ok(None) };
        let mut check = DayCheck::default();
        while self.check_next(record, &account, &mut check).await? {}
        check.at = Some(self.clock.now());
        self.tell_differences(record.day, &account, &check).await?;
        Ok(Some(check))
    }

    /// Goes on with the check of the earliest day that is still to be checked.
    pub(super) async fn check_days(&self, until: Timestamp) -> Result<(), Fault> {
        let days = self.days.list(None, DAYS).await?;
        let now = self.clock.now();
        let Some(mut stored) = days.into_iter().rev().find(|day| day.value.is_to_check(now)) else {
            return Ok(());
        };
        let Some(account) = stored.value.account else { return Ok(()) };
        loop {
            let mut check = stored.value.check.take().unwrap_or_default();
            if !self.check_next(&stored.value, &account, &mut check).await? {
                check.at = Some(self.clock.now());
                self.tell_differences(stored.value.day, &account, &check).await?;
            }
            let (over, late) = (check.at.is_some(), self.clock.now() > until);
            stored.value.check = Some(check);
            stored.version = match self.days.save(&stored).await? {
                Saved::Done(version) if !over && !late => version,
                Saved::Done(_) | Saved::Changed => return Ok(()),
            };
        }
    }

    /// Checks the next part; false when there is none.
    async fn check_next(
        &self,
        record: &DayRecord,
        account: &DayAccount,
        check: &mut DayCheck,
    ) -> Result<bool, Fault> {
        if check.parts >= account.parts {
            return Ok(false);
        }
        let of = PartOf { day: record.day, taking: record.taking, part: check.parts };
        // One that is missing leaves its people out, and the counts say so.
        if let Some(part) = self.days.part(of).await? {
            self.check_part(record.day, &part, check).await?;
        }
        check.parts += 1;
        Ok(true)
    }

    async fn check_part(&self, day: Date, part: &DayPart, check: &mut DayCheck) -> Result<(), Fault> {
        let ids: Vec<ResidentId> = part.people.iter().map(|(id, _)| *id).collect();
        let records = self.residents.get_each(&ids).await?;
        let people: Vec<_> = part.people.iter().zip(&records).collect();
        for some in people.chunks(AT_ONCE) {
            let asked = some.iter().map(|((id, written), record)| {
                self.check_person(day, (*id, *written), record.as_ref().map(|one| &one.value))
            });
            for answer in join_all(asked).await {
                match answer? {
                    Found::Agrees => {}
                    Found::Forgotten => check.forgotten += 1,
                    Found::Differs(difference) => check.differs(difference),
                }
            }
        }
        for (_, written) in &part.people {
            check.ledger.count(*written);
        }
        Ok(())
    }

    async fn check_person(
        &self,
        day: Date,
        (id, written): (ResidentId, DayState),
        record: Option<&Resident>,
    ) -> Result<Found, Fault> {
        let zone = record.map_or_else(|| self.policy.own_zone(), |record| self.policy.zone(record));
        let bounds = Bounds::of(day, &zone);
        let evidence = self.evidence(Whose { id, record, day, bounds }).await?;
        if record.is_none() && evidence.is_empty() {
            return Ok(Found::Forgotten);
        }
        let mut found = evidence.standing(day, &self.policy);
        if found.is_none() && written == DayState::Escalated && stood_before(record, bounds) {
            found = Some(DayState::Escalated);
        }
        if found.is_none() && written == DayState::Escalated {
            // It may have stood for longer than is looked back.
            let before = self.checks.of(id, Date::MIN, day).await?;
            let long = Evidence { results: before, ..Evidence::default() };
            found = long.escalated(day, &self.policy).map(|_| DayState::Escalated);
        }
        let of_day = evidence.escalated(day, &self.policy).is_some_and(|of| of == day);
        Ok(if agrees(written, found, of_day) {
            Found::Agrees
        } else {
            Found::Differs(Difference { resident: id, written, found })
        })
    }

    async fn tell_differences(&self, day: Date, account: &DayAccount, check: &DayCheck) -> Result<(), Fault> {
        if check.agrees(account) {
            return Ok(());
        }
        // People who are missing from the parts are differences too.
        let missing = check.ledger.counted().abs_diff(account.ledger.total);
        let differences = (check.differences + missing).max(1);
        self.notices.tell(&Notice::DayDiffers { day, differences }).await?;
        self.signals.emit(&Signal::DayDiffers { day, differences });
        Ok(())
    }

    /// What is on record of a day.
    ///
    /// # Errors
    /// When the store did not behave.
    pub async fn day(&self, day: Date) -> Result<Option<DayRecord>, Fault> {
        Ok(self.days.get(day).await?.map(|Versioned { value, .. }| value))
    }
}

/// An escalation that stands by now stood then already.
fn stood_before(record: Option<&Resident>, bounds: Bounds) -> bool {
    record.and_then(|record| record.escalation.as_ref()).is_some_and(|raised| raised.at < bounds.end)
}

/// Whether what is written can be, given what the books say; `of_day`: they say
/// that somebody was escalated for the duty of this very day.
fn agrees(written: DayState, found: Option<DayState>, of_day: bool) -> bool {
    match (written, found) {
        (DayState::CallbackOpen | DayState::Well | DayState::SpokenTo | DayState::Escalated, found) => {
            found == Some(written)
        }
        // Whatever was heard before: they are not called any more. But a promise is owed.
        (DayState::Excluded, found) => found != Some(DayState::CallbackOpen),
        // Escalated only after the day was over.
        (DayState::Trying, found) => found.is_none_or(|found| found == DayState::Escalated),
        // An escalation of an earlier day can end without anything that is kept by the day.
        (DayState::Paused | DayState::NotDue, None) => true,
        (DayState::Paused | DayState::NotDue, found) => found == Some(DayState::Escalated) && !of_day,
    }
}
