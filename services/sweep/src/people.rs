//! Residents who were not reached: somebody is told.

use crate::{Sweep, Trouble};
use jiff::Timestamp;
use rollcall_contracts::messages::Notice;
use rollcall_domain::duty::{Cause, Escalation, Schedule, check_due, review};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::resident::Resident;
use rollcall_ports::{CheckResult, Fault, Saved, Signal, Versioned};

impl Sweep {
    pub(crate) async fn review_people(&self, now: Timestamp) -> Result<(), Fault> {
        let mut trouble = Trouble::default();
        for id in self.residents.to_review(now, self.topology.bounds.sweep_items).await? {
            trouble.note(self.review_person(id, now).await)?;
        }
        trouble.end()
    }

    async fn review_person(&self, id: ResidentId, now: Timestamp) -> Result<(), Fault> {
        let Some(stored) = self.residents.get(id).await? else {
            return Ok(());
        };
        let mut resident = stored.value;
        let mut told = None;
        if let Some((at, cause)) = review(&resident, &self.policy)
            && at <= now
        {
            self.tell(&resident, cause, now).await?;
            let check_due = check_due(&resident, &self.policy).unwrap_or(at);
            resident.escalation = Some(Escalation { at: now, check_due, cause });
            told = Some(cause);
        }
        // Where the index lags behind, this write sets it right.
        let schedule = Schedule::of(&resident, &self.policy, now);
        let written = Versioned { value: resident, version: stored.version };
        if let (Saved::Done(_), Some(cause)) = (self.residents.save(&written, schedule).await?, told) {
            self.signals.emit(&Signal::Escalated { resident: id, cause });
        }
        Ok(())
    }

    async fn tell(&self, resident: &Resident, cause: Cause, now: Timestamp) -> Result<(), Fault> {
        let due = check_due(resident, &self.policy).unwrap_or(now);
        self.notices.tell(&Notice::Escalated { resident: resident.id, cause, check_due: due }).await?;
        let day = self.policy.hours(resident).date(due);
        self.checks.record(resident.id, day, CheckResult::Escalated).await
    }
}
