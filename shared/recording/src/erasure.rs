//! Erasing a person from every store, however often whoever does it is killed.
//!
//! The log is written first, then the [`Erasure`]; from then on it is a duty
//! that the sweep carries to its end. The record goes at once: whoever is off
//! the register is not dialed, and an order or a `begin` under way meets
//! nobody. A promise is withdrawn from Connect before it is forgotten. Each
//! class is forgotten by itself and marked as clean after that; a crash between
//! the two forgets it again, which finds nothing.
//!
//! News of a call that rang at that moment meet no attempt and change nothing.
//! What somebody wrote who had read the person just before is found when the
//! erasure looks once more, after the last news can have come. Who is in a list
//! that is put into the store afterwards is somebody new: nothing is kept by
//! which they could be told.

mod anew;
mod asking;
mod export;
mod lists;
mod suppressions;

pub use anew::Anew;

use crate::Recorder;
use jiff::Timestamp;
use rollcall_domain::callback::{Callback, ROLLCALL};
use rollcall_domain::erasure::{Class, Erasure, Traces};
use rollcall_domain::escalation::HowEnded;
use rollcall_domain::ids::{CallbackId, ResidentId};
use rollcall_domain::resident::Resident;
use rollcall_ports::{
    Audit, Batches, Erasures, Fault, Forgotten, Holdings, Letters, Removed, Saved, Shelf, Telephony, Uploads,
    Versioned, Whose, call_ids,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often a write is tried again that lost against another.
const TRIES: usize = 6;
/// Calls read at a time.
const PAGE: u32 = 100;
/// Steps that one erasure takes before others have their turn: some more than
/// there are classes, for lists that bring somebody back.
const STEPS: usize = 64;

/// What is told of an erasure that another program goes on with.
const HANDED_OVER: &str = "the function that erases all else, which begins within a quarter of an hour";
/// What is told of an erasure of which nothing can be done for now.
pub const PASSES: &str =
    "messages and records of calls that nobody can delete, until they are gone by themselves";

/// Everything that an erasure touches.
#[derive(Clone)]
pub struct Eraser {
    /// The register, the calls, the promises, the cases.
    pub recorder: Recorder,
    /// Who is erased.
    pub erasures: Arc<dyn Erasures>,
    /// What was set aside.
    pub letters: Arc<dyn Letters>,
    /// The files of lists, as they are read.
    pub uploads: Arc<dyn Uploads>,
    /// The files of lists, as they are gone through.
    pub shelf: Arc<dyn Shelf>,
    /// How far each list is loaded.
    pub batches: Arc<dyn Batches>,
    /// Takes promises out of Connect's queue.
    pub telephony: Arc<dyn Telephony>,
    /// Who did what.
    pub audit: Arc<dyn Audit>,
    /// Takes people off the register at once, and leaves all else to another
    /// program, which has the rights for it.
    pub hands_over: bool,
}

/// How far an erasure has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The erasure.
    pub erasure: Erasure,
    /// What it waits for, where it does; the sweep goes on.
    pub waits: Option<&'static str>,
}

/// What one step came to.
enum Step {
    Clean,
    Waits(&'static str),
    /// It is gone by itself at this moment.
    Passes(Timestamp),
    /// A list that was there before brought them back.
    Back(Traces),
}

impl Eraser {
    /// Over these stores and whatever else holds data of people.
    #[must_use]
    pub fn over(recorder: Recorder, holdings: Holdings, hands_over: bool) -> Self {
        let Holdings { erasures, letters, uploads, shelf, batches, telephony, audit } = holdings;
        Self { recorder, erasures, letters, uploads, shelf, batches, telephony, audit, hands_over }
    }

    /// Goes on with the erasure of somebody; `None` if there is none.
    ///
    /// # Errors
    /// When a store did not behave; whoever looks next goes on.
    pub async fn go_on(&self, id: ResidentId) -> Result<Option<Progress>, Fault> {
        let Some(stored) = self.erasures.get(id).await? else { return Ok(None) };
        if stored.value.done_at.is_none() {
            return self.advance(stored).await.map(Some);
        }
        let due = stored.value.look_again_at.is_some_and(|at| at <= self.recorder.clock.now());
        let erasure = if due { self.look_again(stored).await? } else { stored.value };
        Ok(Some(Progress { erasure, waits: None }))
    }

    /// How far the erasure of somebody has come; does nothing about it.
    ///
    /// # Errors
    /// When the store did not behave.
    pub async fn look(&self, id: ResidentId) -> Result<Option<Erasure>, Fault> {
        Ok(self.erasures.get(id).await?.map(|found| found.value))
    }

    /// As far as it goes; what cannot be done now is left to the sweep.
    async fn progress(&self, begun: Versioned<Erasure>) -> Result<Progress, Fault> {
        let id = begun.value.resident;
        match self.advance(begun).await {
            Ok(progress) => Ok(progress),
            Err(fault) => match self.erasures.get(id).await? {
                Some(stored) => Ok(Progress { erasure: stored.value, waits: Some("a store did not answer") }),
                None => Err(fault),
            },
        }
    }

    async fn advance(&self, mut stored: Versioned<Erasure>) -> Result<Progress, Fault> {
        let mut passing = BTreeMap::new();
        for _ in 0..STEPS {
            // What the store keeps of deleted data comes after all that is deleted.
            let open = |class: &Class| {
                !passing.contains_key(class) && (passing.is_empty() || *class != Class::Residue)
            };
            let Some(class) = stored.value.left().find(open) else {
                return self.rest(stored, passing.into_values().min()).await;
            };
            if self.hands_over && class != Class::Register {
                let waits = if stored.value.rests_until.is_some() { PASSES } else { HANDED_OVER };
                return Ok(Progress { erasure: stored.value, waits: Some(waits) });
            }
            match self.clean(class, &mut stored.value).await? {
                Step::Waits(what) => return Ok(Progress { erasure: stored.value, waits: Some(what) }),
                Step::Passes(at) => {
                    passing.insert(class, at);
                    continue;
                }
                Step::Back(traces) => stored.value.again(traces),
                Step::Clean => {
                    stored.value.cleaned(class);
                    if stored.value.left().next().is_none() {
                        let now = self.recorder.clock.now();
                        stored.value.finish(now, self.recorder.policy.evidence_window());
                    }
                }
            }
            match self.erasures.save(&stored).await? {
                Saved::Done(version) => stored.version = version,
                // Somebody else is at it: what they did is not done again.
                Saved::Changed => match self.erasures.get(stored.value.resident).await? {
                    Some(again) => stored = again,
                    None => break,
                },
            }
        }
        Ok(Progress { erasure: stored.value, waits: None })
    }

    /// Nothing can be done until something is gone by itself; `None`: it is done.
    async fn rest(
        &self,
        mut stored: Versioned<Erasure>,
        until: Option<Timestamp>,
    ) -> Result<Progress, Fault> {
        if until.is_some() && stored.value.rests_until != until {
            stored.value.rests_until = until;
            let _whoever_looks_next_rests_as_well: Saved = self.erasures.save(&stored).await?;
        }
        Ok(Progress { erasure: stored.value, waits: until.map(|_| PASSES) })
    }

    async fn clean(&self, class: Class, erasure: &mut Erasure) -> Result<Step, Fault> {
        match class {
            Class::Register => self.take_off(erasure).await,
            Class::Callbacks => match self.withdraw(erasure.resident).await? {
                Some(waits) => Ok(Step::Waits(waits)),
                None => self.forget(class, erasure).await,
            },
            Class::Letters => {
                self.letters.forget(erasure.resident).await?;
                Ok(Step::Clean)
            }
            Class::Suppressions => self.leave_the_list(erasure).await,
            Class::Lists => match self.blank_rows(erasure).await? {
                Some(waits) => Ok(Step::Waits(waits)),
                None => self.is_back(erasure).await,
            },
            _ => self.forget(class, erasure).await,
        }
    }

    async fn forget(&self, class: Class, erasure: &Erasure) -> Result<Step, Fault> {
        let recorder = &self.recorder;
        let number = match erasure.traces.as_ref().map(|traces| traces.number) {
            Some(number) if recorder.residents.sharing(number, erasure.resident).await? == 0 => Some(number),
            _ => None,
        };
        let now = recorder.clock.now();
        let quiet_since = now.checked_sub(recorder.policy.gap()).unwrap_or(Timestamp::MIN);
        let whose = Whose { resident: erasure.resident, erasure, number, quiet_since };
        Ok(match self.erasures.forget(class, &whose).await? {
            Forgotten::Done(_) => Step::Clean,
            Forgotten::Waits(what) => Step::Waits(what),
            Forgotten::Passes(at) => Step::Passes(at),
        })
    }

    /// Off the register, as they are now: from here on nobody dials them.
    async fn take_off(&self, erasure: &mut Erasure) -> Result<Step, Fault> {
        let id = erasure.resident;
        self.remember_calls(erasure).await?;
        for _ in 0..TRIES {
            let Some(stored) = self.recorder.residents.get(id).await? else { return Ok(Step::Clean) };
            if !self.recorder.end_case(&stored.value, HowEnded::Deleted).await? {
                continue;
            }
            if self.recorder.residents.remove(&stored).await? == Removed::Done {
                return Ok(Step::Clean);
            }
        }
        Ok(Step::Waits("others keep changing the record"))
    }

    /// The ids of calls of which news may still come.
    async fn remember_calls(&self, erasure: &mut Erasure) -> Result<(), Fault> {
        let window = self.recorder.policy.evidence_window();
        let from = erasure.asked_at.checked_sub(window + window).unwrap_or(Timestamp::MIN);
        let (latest, _) = self.recorder.attempts.of_resident(erasure.resident, None, PAGE).await?;
        for attempt in latest.iter().filter(|attempt| !attempt.is_closed() || attempt.begun_at >= from) {
            let facts = &attempt.facts;
            let contacts: Vec<_> = facts.contact.iter().chain(&facts.next_contact).collect();
            erasure.calls.extend(call_ids(attempt.id, &contacts));
        }
        Ok(())
    }

    /// Cancels what is promised and takes it out of Connect's queue. Answers
    /// what it waits for: nobody is cut off who speaks to an agent.
    async fn withdraw(&self, id: ResidentId) -> Result<Option<&'static str>, Fault> {
        let mut from = None;
        loop {
            let (dials, next) = self.recorder.attempts.of_resident(id, from.as_ref(), PAGE).await?;
            for dial in dials {
                let promise = CallbackId::of(dial.id);
                let Some(stored) = self.recorder.callbacks.get(promise).await? else { continue };
                if !self.is_withdrawn(stored).await? {
                    return Ok(Some(
                        "a callback is still in the telephone service's queue, or with an agent",
                    ));
                }
            }
            from = next;
            if from.is_none() {
                return Ok(None);
            }
        }
    }

    async fn is_withdrawn(&self, stored: Versioned<Callback>) -> Result<bool, Fault> {
        let id = stored.value.id;
        if stored.value.is_owed() {
            let _read_again_either_way: Saved = self.recorder.cancel(id, ROLLCALL).await?;
        }
        let Some(stored) = self.recorder.callbacks.get(id).await? else { return Ok(true) };
        if stored.value.to_stop().next().is_none() && !stored.value.is_queued() {
            return Ok(!stored.value.is_owed());
        }
        // A program without a telephone service leaves it to one that has it.
        let settled = self.recorder.settle(self.telephony.as_ref(), stored).await.unwrap_or(None);
        Ok(settled
            .is_some_and(|settled| settled.value.to_stop().next().is_none() && !settled.value.is_queued()))
    }

    /// Whether a list that was there before has brought them back meanwhile.
    async fn is_back(&self, erasure: &Erasure) -> Result<Step, Fault> {
        let Some(found) = self.recorder.residents.get(erasure.resident).await? else {
            return Ok(Step::Clean);
        };
        let brought = self.batches.find(found.value.batch).await?;
        if brought.is_some_and(|batch| batch.seen_at > erasure.asked_at) {
            return Ok(Step::Clean);
        }
        Ok(Step::Back(self.traces(&found.value).await?))
    }

    async fn traces(&self, resident: &Resident) -> Result<Traces, Fault> {
        let sharing = self.recorder.residents.sharing(resident.number, resident.id).await?;
        Ok(Traces::of(resident, sharing == 0))
    }

    /// Once more what may have been written by whoever had read the person
    /// before: by their ids alone. Not if they are on the register again, as
    /// somebody new.
    async fn look_again(&self, mut stored: Versioned<Erasure>) -> Result<Erasure, Fault> {
        let id = stored.value.resident;
        if self.recorder.residents.get(id).await?.is_some() {
            if let Step::Back(traces) = self.is_back(&stored.value).await? {
                stored.value.again(traces);
                return match self.erasures.save(&stored).await? {
                    Saved::Done(version) => {
                        Ok(self.advance(Versioned { version, value: stored.value }).await?.erasure)
                    }
                    Saved::Changed => Ok(stored.value),
                };
            }
        } else {
            self.letters.forget(id).await?;
            for class in Class::erased() {
                match class {
                    Class::Register | Class::Letters | Class::Lists | Class::Residue => {}
                    Class::Suppressions => {
                        let _again_next_minute: Step = self.leave_the_list(&stored.value).await?;
                    }
                    _ => {
                        let _nothing_waits_by_id: Step = self.forget(class, &stored.value).await?;
                    }
                }
            }
        }
        // Before the leftovers are cleaned: what is kept here is one of them.
        let mut looked = stored.clone();
        looked.value.calls.clear();
        if let Saved::Done(version) = self.erasures.save(&looked).await? {
            looked.version = version;
        }
        if let Step::Waits(_) = self.forget(Class::Residue, &looked.value).await? {
            return Ok(looked.value);
        }
        looked.value.looked_again();
        let _whoever_else_wrote_did_the_same: Saved = self.erasures.save(&looked).await?;
        Ok(looked.value)
    }
}
