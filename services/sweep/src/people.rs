//! Residents who were not reached: a case is raised.

use crate::{Sweep, Trouble};
use jiff::Timestamp;
use rollcall_domain::duty::{Schedule, check_due, review, void_since};
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{Fault, Saved, Versioned};

impl Sweep {
    pub(crate) async fn review_people(&self, now: Timestamp) -> Result<(), Fault> {
        let mut trouble = Trouble::default();
        for id in self.residents.to_review(now, self.topology.bounds.sweep_items).await? {
            trouble.note(self.review_person(id, now).await)?;
        }
        trouble.end()
    }

    async fn review_person(&self, id: ResidentId, now: Timestamp) -> Result<(), Fault> {
        let Some(mut stored) = self.residents.get(id).await? else {
            return Ok(());
        };
        let resident = &mut stored.value;
        if let Some(raised) = resident.escalation.as_ref().filter(|_| void_since(resident).is_some()) {
            // Switched off since: the case ends.
            if let Some(case) = self.recorder.escalations.get(raised.case(id)).await?
                && case.value.is_open()
            {
                return self.climb(case, now).await;
            }
            resident.escalation = None;
        } else if let Some((at, cause)) = review(resident, &self.policy)
            && at <= now
        {
            let check_due = check_due(resident, &self.policy).unwrap_or(at);
            return match self.recorder.raise(resident, (cause, check_due), None).await? {
                Some(case) => self.climb(case, now).await,
                // If somebody wrote in between, the next minute looks again.
                None => Ok(()),
            };
        }
        // Where the index lags behind, this write sets it right.
        let schedule = Schedule::of(&stored.value, &self.policy, now);
        let written = Versioned { value: stored.value, version: stored.version };
        let _saved: Saved = self.residents.save(&written, schedule).await?;
        Ok(())
    }
}
