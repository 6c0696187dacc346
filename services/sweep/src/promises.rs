//! Promises past their deadline, unknown to Connect, or missed for good.

use crate::{Sweep, Trouble};
use jiff::Timestamp;
use rollcall_contracts::messages::Notice;
use rollcall_domain::callback::{Callback, CallbackState, Cancelled, Try};
use rollcall_domain::duty::{Cause, Escalation, Schedule};
use rollcall_domain::ids::CallbackId;
use rollcall_ports::{CheckResult, Fault, Saved, Signal, Versioned};

impl Sweep {
    pub(crate) async fn review_promises(&self, now: Timestamp) -> Result<(), Fault> {
        let mut trouble = Trouble::default();
        for id in self.callbacks.to_review(now, self.topology.bounds.sweep_items).await? {
            trouble.note(self.review_promise(id, now).await)?;
        }
        trouble.end()
    }

    async fn review_promise(&self, id: CallbackId, now: Timestamp) -> Result<(), Fault> {
        let Some(mut stored) = self.callbacks.get(id).await? else {
            return Ok(());
        };
        if stored.value.unsettled {
            // Whoever decided something at the desk was interrupted.
            match self.recorder.settle(self.telephony.as_ref(), stored).await? {
                Some(settled) => stored = settled,
                // If somebody wrote in between, the next minute looks again.
                None => return Ok(()),
            }
        }
        let callback = &mut stored.value;
        if callback.is_owed() && self.residents.get(callback.resident).await?.is_none() {
            // Deleted, and whoever did so was interrupted.
            callback.cancel_owed(Cancelled::since_deleted(now), &self.policy);
        }
        if callback.is_concern_untold() {
            let (callback_id, resident) = (callback.id, callback.resident);
            self.notices.tell(&Notice::Concern { resident, callback: callback_id }).await?;
            callback.concern_told = true;
        }
        match callback.state(&self.policy) {
            CallbackState::Open if callback.review_at(&self.policy).is_some_and(|at| at <= now) => {
                self.tell_overdue(callback).await?;
                callback.overdue_told = true;
            }
            CallbackState::Missed if !callback.missed_told => {
                if !self.hand_over(callback, now).await? {
                    return Ok(());
                }
                callback.missed_told = true;
            }
            // The index lags behind; the write below sets it right.
            CallbackState::Open
            | CallbackState::Missed
            | CallbackState::SpokenTo(_)
            | CallbackState::Cancelled(_) => {}
        }
        // If somebody wrote in between, the next minute looks again.
        let _saved: Saved = self.recorder.save_callback(&stored).await?;
        Ok(())
    }

    async fn tell_overdue(&self, callback: &Callback) -> Result<(), Fault> {
        let (callback, resident) = (callback.id, callback.resident);
        self.notices.tell(&Notice::CallbackOverdue { resident, callback }).await?;
        self.signals.emit(&Signal::CallbackOverdue { callback, resident });
        Ok(())
    }

    /// Every try was missed: the resident is escalated and no longer waits.
    /// Answers whether that is recorded.
    async fn hand_over(&self, callback: &Callback, now: Timestamp) -> Result<bool, Fault> {
        let Some(stored) = self.residents.get(callback.resident).await? else {
            return Ok(true);
        };
        let mut resident = stored.value;
        if resident.callback == Some(callback.id) {
            resident.callback = None;
        }
        let cause = Cause::CallbackMissed;
        // Later news than the request itself clears it: they are still owed a talk.
        let check_due = last_missed(callback).unwrap_or(now);
        self.notices.tell(&Notice::Escalated { resident: resident.id, cause, check_due }).await?;
        let day = self.policy.hours(&resident).date(now);
        self.checks.record(resident.id, day, CheckResult::Escalated).await?;
        resident.escalation.get_or_insert(Escalation { at: now, check_due, cause });
        let id = resident.id;
        let schedule = Schedule::of(&resident, &self.policy, now);
        let written = Versioned { value: resident, version: stored.version };
        if self.residents.save(&written, schedule).await? == Saved::Changed {
            return Ok(false);
        }
        self.signals.emit(&Signal::Escalated { resident: id, cause });
        Ok(true)
    }
}

fn last_missed(callback: &Callback) -> Option<Timestamp> {
    callback
        .legs()
        .into_values()
        .filter_map(|leg| match leg {
            Try::Missed(at) => Some(at),
            Try::Waiting | Try::SpokenTo(_) => None,
        })
        .max()
}
