//! Carrying out what was decided about a promise.
//!
//! A deed at the desk is written with the promise first, marked as unsettled;
//! then Connect's queue and the resident's record follow, and the mark is taken
//! off last. Whoever is interrupted leaves the mark, which the sweep looks for:
//! any number of repeats come to the same.

use crate::{Recorder, Told};
use rollcall_domain::callback::{Callback, CallbackState, Cancelled, Try};
use rollcall_domain::ids::ContactId;
use rollcall_ports::{Described, Fault, Saved, Telephony, Versioned};

impl Recorder {
    /// Writes a promise as decided, with when the sweep must look at it.
    ///
    /// # Errors
    /// When the store did not behave.
    pub async fn save_callback(&self, callback: &Versioned<Callback>) -> Result<Saved, Fault> {
        let open = callback.value.state(&self.policy) == CallbackState::Open;
        self.callbacks.save(callback, callback.value.review_at(&self.policy), open).await
    }

    /// Brings Connect's queue and the resident's record in line with a promise
    /// as it is stored. `None` if somebody else wrote meanwhile.
    ///
    /// # Errors
    /// When a store or Connect did not behave; the sweep goes on.
    pub async fn settle(
        &self,
        telephony: &dyn Telephony,
        stored: Versioned<Callback>,
    ) -> Result<Option<Versioned<Callback>>, Fault> {
        let mut settled = stored;
        let to_stop: Vec<ContactId> = settled.value.to_stop().cloned().collect();
        for contact in to_stop {
            if let Some(news) = self.withdraw_leg(telephony, &contact).await? {
                settled.value.learn(contact, news);
            }
        }
        match self.tell_resident_of(&settled.value).await? {
            Told::Contended => return Ok(None),
            Told::Gone => {
                settled.value.cancel_owed(Cancelled::since_deleted(self.clock.now()), &self.policy);
            }
            Told::Done | Told::PutBack => {}
        }
        let is_cancelled = matches!(settled.value.state(&self.policy), CallbackState::Cancelled(_));
        if is_cancelled && !self.hasten_case_about(&settled.value).await? {
            return Ok(None);
        }
        // An agent speaks on a leg that was to be withdrawn: it is looked at
        // again until that is over.
        let waits = settled.value.to_stop().next().is_some();
        settled.value.unsettled = waits;
        Ok(match self.save_callback(&settled).await? {
            Saved::Done(version) => Some(Versioned { version, ..settled }),
            Saved::Changed => None,
        })
    }

    /// Takes a leg out of Connect's queue, unless an agent has it: nobody is cut
    /// off. Answers what is known of it by that, if it is over.
    async fn withdraw_leg(
        &self,
        telephony: &dyn Telephony,
        contact: &ContactId,
    ) -> Result<Option<Try>, Fault> {
        let now = self.clock.now();
        Ok(match telephony.describe(contact).await? {
            Described::WithAgent(facts, since) => match (facts.end, facts.answered_at) {
                (None, _) => None,
                (Some(_), Some(_)) => Some(Try::SpokenTo(since)),
                (Some(end), None) => Some(Try::Missed(end.at)),
            },
            Described::Known(facts) => match facts.end {
                Some(end) => Some(Try::Missed(end.at)),
                None => {
                    telephony.stop(contact).await?;
                    Some(Try::Missed(now))
                }
            },
            Described::Unknown => Some(Try::Missed(now)),
        })
    }
}
