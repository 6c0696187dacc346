//! Taking in what is known of calls: the one way in which facts reach
//! callbacks, residents and attempts.
//!
//! The outcomes service learns from the stream and from the call flow, the
//! sweep from the service itself, the dialer from the answer to a start; all
//! of them write through [`Recorder`].
//!
//! Each write is conditional and forward-only, and the aggregate that says
//! whether work is left is written last: first the promise, then the resident,
//! then the place at the limiter, then the attempt. A crash between any two
//! leaves the attempt open, so that its evidence (again) or the sweep completes
//! what is missing.
//!
//! Of a resident who was deleted since, the attempt keeps what is known of the
//! call; nobody is made anew by news, and a promise to them is cancelled.

mod apply;
mod callbacks;
mod desk;
pub mod erasure;
pub mod escalation;
pub mod suppression;
pub mod switch;

use apply::{apply_attempt, apply_promise};
use jiff::Timestamp;
use rollcall_domain::attempt::{Attempt, Disposition, Facts, Key, Withdrawal};
use rollcall_domain::callback::{Callback, ROLLCALL, Try};
use rollcall_domain::duty::Schedule;
use rollcall_domain::escalation::HowEnded;
use rollcall_domain::ids::{AttemptId, CallbackId, ContactId, ResidentId};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{MarkState, Resident};
use rollcall_ports::{
    Attempts, Callbacks, CheckResult, Checks, Clock, Escalations, Fault, Pace, Residents, Saved, Signal,
    Signals, Stores, Suppressions, Versioned,
};
use std::sync::Arc;
use suppression::Suppressor;

/// What became of a piece of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Learned {
    /// It is taken in, now or before.
    Applied,
    /// Nobody knows this attempt.
    Unknown,
    /// Somebody else wrote at the same time: try again.
    Contended,
}

/// What became of telling a resident.
enum Told {
    /// It is on their record.
    Done,
    /// It is on their record, on which this promise was not before. Whoever
    /// did that writes the promise as well: only so is it noticed that somebody
    /// closed the promise in between, and took it off.
    PutBack,
    /// They are no longer on the register.
    Gone,
    /// Somebody else wrote at the same time.
    Contended,
}

/// Writes news of calls.
#[derive(Clone)]
pub struct Recorder {
    /// The dials.
    pub attempts: Arc<dyn Attempts>,
    /// The promises.
    pub callbacks: Arc<dyn Callbacks>,
    /// The cases of residents who were not reached.
    pub escalations: Arc<dyn Escalations>,
    /// The register.
    pub residents: Arc<dyn Residents>,
    /// The days' results.
    pub checks: Arc<dyn Checks>,
    /// The suppression list.
    pub suppressions: Arc<dyn Suppressions>,
    /// The limiter, whose places end with the calls.
    pub pace: Arc<dyn Pace>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Happenings.
    pub signals: Arc<dyn Signals>,
    /// The rules.
    pub policy: Arc<Policy>,
}

impl Recorder {
    /// Over these stores, by this time, these rules, and for whoever hears of it.
    #[must_use]
    pub fn over(
        stores: Stores,
        clock: Arc<dyn Clock>,
        signals: Arc<dyn Signals>,
        policy: Arc<Policy>,
    ) -> Self {
        let Stores { residents, attempts, callbacks, escalations, checks, pace, suppressions, .. } = stores;
        Self {
            attempts,
            callbacks,
            escalations,
            residents,
            checks,
            suppressions,
            pace,
            clock,
            signals,
            policy,
        }
    }

    /// Takes in news of the check call of `id`.
    ///
    /// # Errors
    /// When a store did not behave; the news must come again.
    pub async fn learn_call(&self, id: AttemptId, news: &Facts) -> Result<Learned, Fault> {
        match self.attempts.get(id).await? {
            Some(attempt) => self.learn_attempt(attempt, news).await,
            None => Ok(Learned::Unknown),
        }
    }

    /// Takes in news of the check call whose contact this is.
    ///
    /// # Errors
    /// When a store did not behave; the news must come again.
    pub async fn learn_contact(&self, contact: &ContactId, news: &Facts) -> Result<Learned, Fault> {
        match self.attempts.by_contact(contact).await? {
            Some(attempt) => self.learn_attempt(attempt, news).await,
            None => Ok(Learned::Unknown),
        }
    }

    async fn learn_attempt(&self, stored: Versioned<Attempt>, news: &Facts) -> Result<Learned, Fault> {
        let before = &stored.value;
        let mut attempt = before.clone();
        let changed = attempt.facts.merge(news);
        if let (Some(known), Some(new)) = (&before.facts.contact, &news.contact)
            && known != new
        {
            self.signals.emit(&Signal::DoubleDial { attempt: attempt.id });
        }
        if let Some(at) = attempt.facts.opted_out
            && before.facts.opted_out.is_none()
            && self.suppressor().opt_out(&attempt, at).await? == Learned::Contended
        {
            return Ok(Learned::Contended);
        }
        let promise = match self.promise(&attempt, news).await? {
            Ok(promise) => promise,
            Err(contended) => return Ok(contended),
        };
        match (self.tell_resident(&attempt, promise.as_ref()).await?, promise) {
            (Told::Contended, _) => return Ok(Learned::Contended),
            (Told::Gone, Some(promise)) => {
                if self.cancel(promise.id, ROLLCALL).await? == Saved::Changed {
                    return Ok(Learned::Contended);
                }
            }
            (Told::Done | Told::PutBack | Told::Gone, _) => {}
        }
        if changed {
            if attempt.facts.end.is_some() && before.facts.end.is_none() {
                // Before the attempt says so: once it does, the place is free,
                // and later news of the same call need not ask the limiter.
                self.pace.release(attempt.id).await?;
            }
            let written = Versioned { value: attempt.clone(), version: stored.version };
            if self.attempts.save(&written).await? == Saved::Changed {
                return Ok(Learned::Contended);
            }
            self.announce(before, &attempt);
        }
        Ok(Learned::Applied)
    }

    /// What carries the suppression list over to records.
    #[must_use]
    pub fn suppressor(&self) -> Suppressor {
        Suppressor {
            suppressions: Arc::clone(&self.suppressions),
            residents: Arc::clone(&self.residents),
            clock: Arc::clone(&self.clock),
            policy: Arc::clone(&self.policy),
        }
    }

    /// Makes sure that a press of 2 is a stored promise.
    async fn promise(
        &self,
        attempt: &Attempt,
        news: &Facts,
    ) -> Result<Result<Option<Callback>, Learned>, Fault> {
        let Some(press) = attempt.facts.press.filter(|press| press.key == Key::Talk) else {
            return Ok(Ok(None));
        };
        let pressed_at = news.press.map_or(press.at, |press| press.at);
        let stored = self.callbacks.get(CallbackId::of(attempt.id)).await?;
        let is_new = stored.is_none();
        let mut callback =
            stored.unwrap_or_else(|| Versioned::new(Callback::promise(attempt, pressed_at, &self.policy)));
        let earlier = callback.value.learn_requested(pressed_at, &self.policy);
        let mut queued = false;
        if let Some(contact) = &attempt.facts.next_contact {
            queued = callback.value.learn(contact.clone(), Try::Waiting);
        }
        // The call is over and Connect knows of no callback, such as when the
        // resident hung up right after the key: only people can keep it.
        let unqueued = attempt.facts.complete.is_some() && callback.value.tries.is_empty();
        let news_for_people = unqueued && !callback.value.unqueued;
        callback.value.unqueued |= unqueued;
        if (is_new || earlier || queued || news_for_people)
            && self.save_callback(&callback).await? == Saved::Changed
        {
            return Ok(Err(Learned::Contended));
        }
        if is_new {
            let resident = attempt.resident;
            self.signals.emit(&Signal::CallbackPromised { callback: callback.value.id, resident });
        }
        Ok(Ok(Some(callback.value)))
    }

    /// Moves the resident forward to what the attempt says.
    async fn tell_resident(&self, attempt: &Attempt, promise: Option<&Callback>) -> Result<Told, Fault> {
        let Some(stored) = self.residents.get(attempt.resident).await? else {
            return Ok(Told::Gone);
        };
        let mut resident = stored.value.clone();
        apply_attempt(&mut resident, attempt);
        if let Some(promise) = promise {
            apply_promise(&mut resident, promise, &self.policy);
        }
        if let Some(press) = attempt.facts.press {
            let result = match press.key {
                Key::Well => CheckResult::Well,
                Key::Talk => CheckResult::WantsToTalk,
            };
            if resident != stored.value {
                self.record_check(&resident, press.at, result).await?;
            }
        }
        self.save_resident(&stored, resident).await
    }

    /// The dial of `attempt` was, as far as is known, no call. `number_bad`
    /// when the service said that the number cannot be rung.
    ///
    /// # Errors
    /// When a store did not behave; the sweep settles the attempt later.
    pub async fn withdraw(
        &self,
        attempt: &Versioned<Attempt>,
        why: Withdrawal,
        number_bad: bool,
    ) -> Result<Learned, Fault> {
        let now = self.clock.now();
        if let Some(stored) = self.residents.get(attempt.value.resident).await? {
            let mut resident = stored.value.clone();
            resident.learn_mark(attempt.value.id, attempt.value.begun_at, MarkState::NotPlaced);
            if why == Withdrawal::NoEvidence {
                resident.end_claim(attempt.value.request);
            }
            if number_bad {
                resident.learn_bad_number(attempt.value.number_changes, now);
            }
            if let Told::Contended = self.save_resident(&stored, resident).await? {
                return Ok(Learned::Contended);
            }
        }
        let mut withdrawn = attempt.clone();
        withdrawn.value.withdrawn = Some(why);
        if self.attempts.save(&withdrawn).await? == Saved::Changed {
            return Ok(Learned::Contended);
        }
        // After it is on record: an attempt in doubt holds its resident for far
        // longer than a place that is not given back holds itself.
        self.pace.release(attempt.value.id).await?;
        Ok(Learned::Applied)
    }

    /// Writes a resident if they changed, and before that, that a case is over
    /// which the news clear.
    async fn save_resident(&self, stored: &Versioned<Resident>, resident: Resident) -> Result<Told, Fault> {
        if stored.value.escalation.is_some()
            && resident.escalation.is_none()
            && !self.end_case(&stored.value, HowEnded::HeardOf).await?
        {
            return Ok(Told::Contended);
        }
        self.write_resident(stored, resident).await
    }

    async fn write_resident(&self, stored: &Versioned<Resident>, resident: Resident) -> Result<Told, Fault> {
        if resident == stored.value {
            return Ok(Told::Done);
        }
        let schedule = Schedule::of(&resident, &self.policy, self.clock.now());
        let written = Versioned { value: resident, version: stored.version };
        Ok(match self.residents.save(&written, schedule).await? {
            Saved::Done(_) => Told::Done,
            Saved::Changed => Told::Contended,
        })
    }

    async fn record_check(
        &self,
        resident: &Resident,
        at: Timestamp,
        result: CheckResult,
    ) -> Result<(), Fault> {
        let day = self.policy.hours(resident).date(at);
        self.checks.record(resident.id, day, result).await
    }

    fn announce(&self, before: &Attempt, after: &Attempt) {
        let (attempt, resident): (AttemptId, ResidentId) = (after.id, after.resident);
        if before.facts.press.map(|press| press.key) != after.facts.press.map(|press| press.key) {
            let talk = after.disposition() == Disposition::Talk;
            self.signals.emit(&Signal::KeyPressed { attempt, resident, talk });
        }
        if after.facts.opted_out.is_some() && before.facts.opted_out.is_none() {
            self.signals.emit(&Signal::OptedOut { attempt, resident });
        }
        if after.facts.complete.is_some() && before.facts.complete.is_none() {
            let disposition = after.disposition();
            self.signals.emit(&Signal::CallSettled { attempt, resident, disposition });
        }
    }
}
