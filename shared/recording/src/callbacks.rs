//! News of the calls by which promises are kept.

use crate::apply::apply_promise;
use crate::{Learned, Recorder, Told};
use jiff::Timestamp;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::callback::{Callback, CallbackState, Cancelled, Try};
use rollcall_domain::ids::{AttemptId, CallbackId, ContactId};
use rollcall_ports::{CheckResult, Fault, Saved, Signal, Versioned};

impl Recorder {
    /// Takes in news of one try to keep the promise given during `id`.
    ///
    /// # Errors
    /// When a store did not behave; the news must come again.
    pub async fn learn_callback(
        &self,
        attempt: &Attempt,
        contact: ContactId,
        news: Try,
        promised_at: Timestamp,
    ) -> Result<Learned, Fault> {
        let stored = self.callbacks.get(CallbackId::of(attempt.id)).await?;
        let is_new = stored.is_none();
        let stored =
            stored.unwrap_or_else(|| Versioned::new(Callback::promise(attempt, promised_at, &self.policy)));
        let was = stored.value.state(&self.policy);
        let mut callback = stored.value.clone();
        let changed = callback.learn(contact, news);
        let mut changed = changed || is_new;
        match self.tell_resident_of(&callback).await? {
            Told::Contended => return Ok(Learned::Contended),
            Told::Gone => {
                changed |= callback.cancel_owed(Cancelled::since_deleted(self.clock.now()), &self.policy);
            }
            Told::PutBack => changed = true,
            Told::Done => {}
        }
        if changed {
            let written = Versioned { value: callback.clone(), version: stored.version };
            if self.save_callback(&written).await? == Saved::Changed {
                return Ok(Learned::Contended);
            }
        }
        let (id, resident) = (callback.id, callback.resident);
        if is_new {
            self.signals.emit(&Signal::CallbackPromised { callback: id, resident });
        }
        match callback.state(&self.policy) {
            CallbackState::SpokenTo(_) if !matches!(was, CallbackState::SpokenTo(_)) => {
                self.signals.emit(&Signal::CallbackKept { callback: id, resident });
            }
            CallbackState::Missed if was == CallbackState::Open => {
                self.signals.emit(&Signal::CallbackMissed { callback: id, resident });
            }
            CallbackState::SpokenTo(_)
            | CallbackState::Missed
            | CallbackState::Open
            | CallbackState::Cancelled(_) => {}
        }
        Ok(Learned::Applied)
    }

    /// Connect could not queue the callback: people must keep the promise.
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn callback_unqueued(&self, attempt: AttemptId) -> Result<Learned, Fault> {
        let Some(mut callback) = self.callbacks.get(CallbackId::of(attempt)).await? else {
            return Ok(Learned::Unknown);
        };
        if callback.value.unqueued {
            return Ok(Learned::Applied);
        }
        callback.value.unqueued = true;
        Ok(match self.save_callback(&callback).await? {
            Saved::Done(_) => Learned::Applied,
            Saved::Changed => Learned::Contended,
        })
    }

    /// Ends the promise `id` to somebody who is no longer on the register, in
    /// the name of the account or service `by`.
    ///
    /// # Errors
    /// When a store did not behave; the sweep ends it at its deadline.
    pub async fn cancel(&self, id: CallbackId, by: &str) -> Result<Saved, Fault> {
        let Some(mut stored) = self.callbacks.get(id).await? else {
            return Ok(Saved::Done(0));
        };
        let news = Cancelled { by: by.to_owned(), ..Cancelled::since_deleted(self.clock.now()) };
        if !stored.value.cancel_owed(news, &self.policy) {
            return Ok(Saved::Done(stored.version));
        }
        self.save_callback(&stored).await
    }

    pub(crate) async fn tell_resident_of(&self, callback: &Callback) -> Result<Told, Fault> {
        let Some(stored) = self.residents.get(callback.resident).await? else {
            return Ok(Told::Gone);
        };
        let mut resident = stored.value.clone();
        apply_promise(&mut resident, callback, &self.policy);
        if let Some(reached) = callback.reached(&self.policy)
            && resident != stored.value
        {
            self.record_check(&resident, reached.at, CheckResult::SpokenTo).await?;
        }
        let put_back = stored.value.callback.is_none() && resident.callback.is_some();
        Ok(match self.save_resident(&stored, resident).await? {
            Told::Done if put_back => Told::PutBack,
            told => told,
        })
    }
}
