//! Promises past their deadline, unknown to Connect, or missed for good.

use crate::{Sweep, Trouble};
use jiff::Timestamp;
use rollcall_contracts::messages::Notice;
use rollcall_domain::callback::{Callback, CallbackState, Cancelled, Try};
use rollcall_domain::duty::{Cause, Raised, Schedule};
use rollcall_domain::ids::CallbackId;
use rollcall_ports::{Fault, Saved, Signal};

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
                if !callback.overdue_told {
                    self.tell_overdue(callback).await?;
                    callback.overdue_told = true;
                }
                if callback.escalate_at(&self.policy).is_some_and(|at| at <= now) {
                    let due = (Cause::CallbackOverdue, callback.deadline);
                    if !self.escalate(callback, due, now).await? {
                        return Ok(());
                    }
                    callback.escalated = true;
                }
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
        // Later news than the request itself clears it: they are still owed a talk.
        let due = (Cause::CallbackMissed, last_missed(callback).unwrap_or(now));
        if !self.escalate(callback, due, now).await? {
            return Ok(false);
        }
        let Some(mut stored) = self.residents.get(callback.resident).await? else {
            return Ok(true);
        };
        if stored.value.callback != Some(callback.id) {
            return Ok(true);
        }
        stored.value.callback = None;
        let schedule = Schedule::of(&stored.value, &self.policy, now);
        Ok(self.residents.save(&stored, schedule).await? != Saved::Changed)
    }

    /// A case about a promise is raised, unless one stands about its resident
    /// already or they were heard of since. Answers whether that is on record.
    async fn escalate(
        &self,
        callback: &Callback,
        (cause, check_due): (Cause, Timestamp),
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let Some(stored) = self.residents.get(callback.resident).await? else {
            return Ok(true);
        };
        let raised = Raised { at: now, check_due, cause };
        if stored.value.escalation.is_some()
            || stored.value.reached.is_some_and(|news| raised.is_cleared_by(news))
        {
            return Ok(true);
        }
        let case = self.recorder.raise(&stored.value, (cause, check_due), Some(callback.id)).await?;
        let Some(case) = case else { return Ok(false) };
        self.climb(case, now).await?;
        let after = self.residents.get(callback.resident).await?;
        Ok(after.is_none_or(|after| after.value.escalation.is_some()))
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
