//! Cases of residents who were not reached, and the register.
//!
//! A case is written first, marked as unsettled where the resident's record is
//! to follow; then the record; the mark is taken off last. Whoever is
//! interrupted leaves the mark, which the sweep looks for: any number of
//! repeats come to the same. News of a call end a case before they are on the
//! resident's record, and are known to be on record only after that.
//!
//! What people do with a case is a [`Deed`], for the API and whoever else acts
//! for a named person. Who does it writes the audit log first ([`entry`]): an
//! all-clear is a person's word.

use crate::{Recorder, Told};
use jiff::Timestamp;
use rollcall_domain::callback::Callback;
use rollcall_domain::duty::Cause;
use rollcall_domain::escalation::deeds::{AllClear, Refusal};
use rollcall_domain::escalation::{Escalation, HowEnded};
use rollcall_domain::ids::{CallbackId, EscalationId};
use rollcall_domain::resident::Resident;
use rollcall_ports::{AuditEntry, CheckResult, Fault, Saved, Signal, Versioned};

/// What somebody does with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed<'a> {
    /// They see to it.
    Accept,
    /// They give it back; `any`: also what somebody else accepted.
    Release {
        /// Whether it may be somebody else's.
        any: bool,
    },
    /// The resident is safe.
    AllClear {
        /// How they know.
        how: AllClear,
        /// What they want to note.
        note: Option<&'a str>,
    },
    /// Something is to be remembered.
    Note(&'a str),
}

impl Deed<'_> {
    /// A stable word, as the audit log has it.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::Accept => "escalation.accept",
            Self::Release { .. } => "escalation.release",
            Self::AllClear { .. } => "escalation.all_clear",
            Self::Note(_) => "escalation.note",
        }
    }

    /// Decides it, for the account `by`. Returns whether that is new.
    ///
    /// # Errors
    /// When it cannot be done.
    pub fn apply(&self, case: &mut Escalation, (by, at): (&str, Timestamp)) -> Result<bool, Refusal> {
        match *self {
            Self::Accept => case.accept(by, at),
            Self::Release { any } => case.release((by, at), any),
            Self::AllClear { how, note } => case.all_clear((by, at), how, note),
            Self::Note(text) => case.note((by, at), text),
        }
    }
}

/// What became of a deed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Worked {
    /// It is done, now or before; the case as it is.
    Done(Box<Versioned<Escalation>>),
    /// It cannot be done.
    Refused(Refusal),
    /// There is no such case.
    Unknown,
    /// Somebody else wrote at the same time: nothing was done, try again.
    Contended,
}

/// The entry of the audit log for a deed of `by` on a case: the same for a
/// repeat while the case is as it was read.
#[must_use]
pub fn entry(stored: &Versioned<Escalation>, deed: &Deed<'_>, (by, at): (&str, Timestamp)) -> AuditEntry {
    let Versioned { value: case, version } = stored;
    let detail = match deed {
        Deed::AllClear { how, .. } => format!("{} {}", case.id, how.ends().word()),
        Deed::Accept | Deed::Release { .. } | Deed::Note(_) => case.id.to_string(),
    };
    AuditEntry {
        key: format!("{}/{}/{version}/{by}", deed.action(), case.id),
        at,
        actor: by.to_owned(),
        action: deed.action().to_owned(),
        resident: Some(case.resident),
        detail,
    }
}

impl Recorder {
    /// Writes a case as decided, with when the sweep must look at it.
    ///
    /// # Errors
    /// When the store did not behave.
    pub async fn save_escalation(&self, case: &Versioned<Escalation>) -> Result<Saved, Fault> {
        self.escalations.save(case, case.value.review_at(&self.policy)).await
    }

    /// Raises the case of a duty to a resident that was not met, unless it
    /// stands. `None` if somebody else wrote meanwhile, or they were heard of
    /// since. Nobody is told by this, and the record of the resident is to
    /// follow: the case is unsettled.
    ///
    /// # Errors
    /// When the store did not behave.
    pub async fn raise(
        &self,
        resident: &Resident,
        (cause, check_due): (Cause, Timestamp),
        callback: Option<CallbackId>,
    ) -> Result<Option<Versioned<Escalation>>, Fault> {
        let now = self.clock.now();
        let new = Escalation::raise(resident.id, (cause, check_due), callback, now);
        if resident.reached.is_some_and(|news| new.on_record().is_cleared_by(news)) {
            return Ok(None);
        }
        let (mut stored, anew) = match self.escalations.get(new.id).await? {
            None => (Versioned::new(new), true),
            Some(mut stored) => {
                let anew = stored.value.raise_again(now);
                (stored, anew)
            }
        };
        // Also of one that stands: whoever raises it found a record without it.
        stored.value.unsettled = true;
        if anew {
            match self.save_escalation(&stored).await? {
                Saved::Done(version) => stored.version = version,
                Saved::Changed => return Ok(None),
            }
            self.signals.emit(&Signal::Escalated { resident: resident.id, cause });
        }
        Ok(Some(stored))
    }

    /// Does something with a case for the account `by`. The log comes first: see
    /// [`entry`].
    ///
    /// # Errors
    /// When a store did not behave; a repeat does no harm.
    pub async fn work(&self, id: EscalationId, by: &str, deed: Deed<'_>) -> Result<Worked, Fault> {
        let Some(mut stored) = self.escalations.get(id).await? else { return Ok(Worked::Unknown) };
        match deed.apply(&mut stored.value, (by, self.clock.now())) {
            Err(refusal) => return Ok(Worked::Refused(refusal)),
            Ok(false) => {}
            Ok(true) => match self.save_escalation(&stored).await? {
                Saved::Changed => return Ok(Worked::Contended),
                Saved::Done(version) => {
                    stored.version = version;
                    self.announce_deed(&stored.value, deed);
                }
            },
        }
        if stored.value.ended.is_some() && stored.value.unsettled && self.settle_escalation(&stored).await? {
            stored.value.unsettled = false;
            if let Saved::Done(version) = self.save_escalation(&stored).await? {
                stored.version = version;
            }
            // If somebody wrote in between, the sweep takes the mark off.
        }
        Ok(Worked::Done(Box::new(stored)))
    }

    fn announce_deed(&self, case: &Escalation, deed: Deed<'_>) {
        let (escalation, resident) = (case.id, case.resident);
        match (deed, &case.ended) {
            (Deed::Accept, _) => self.signals.emit(&Signal::EscalationAccepted { escalation, resident }),
            (Deed::Release { .. }, _) => {
                self.signals.emit(&Signal::EscalationReturned { escalation, resident, lapsed: false });
            }
            (Deed::AllClear { .. }, Some(ended)) => {
                let how = ended.how.word();
                self.signals.emit(&Signal::EscalationEnded { escalation, resident, how });
            }
            (Deed::AllClear { .. } | Deed::Note(_), _) => {}
        }
    }

    /// Brings the resident's record in line with a case as it is stored. Answers
    /// whether it is: not if somebody else wrote meanwhile.
    ///
    /// # Errors
    /// When a store did not behave; the sweep goes on.
    pub async fn settle_escalation(&self, stored: &Versioned<Escalation>) -> Result<bool, Fault> {
        let case = &stored.value;
        let Some(known) = self.residents.get(case.resident).await? else { return Ok(true) };
        let mut resident = known.value.clone();
        let mut result = None;
        if case.is_open() {
            if resident.escalation.is_none() {
                // Of a promise the day is that on which it was not kept.
                let day = if case.cause.is_about_a_promise() { case.raised_at } else { case.check_due };
                result = Some((day, CheckResult::Escalated));
                resident.escalation = Some(case.on_record());
            }
        } else {
            if let Some(news) = case.reached()
                && resident.learn_reached(news)
            {
                result = Some((news.at, CheckResult::SpokenTo));
            }
            // News are on record already: whoever had them wrote both.
            if case.ended.as_ref().is_some_and(|ended| ended.how != HowEnded::HeardOf)
                && resident.escalation.as_ref().is_some_and(|raised| raised.case(resident.id) == case.id)
            {
                resident.escalation = None;
            }
        }
        if let Some((at, result)) = result {
            self.record_check(&resident, at, result).await?;
        }
        Ok(matches!(self.write_resident(&known, resident).await?, Told::Done))
    }

    /// Has the sweep look at the case about a promise that is no longer owed at
    /// once, also where somebody accepted it: they would go on with what nobody
    /// waits for. Answers whether that is stored.
    ///
    /// # Errors
    /// When a store did not behave; a repeat does no harm.
    pub(crate) async fn hasten_case_about(&self, callback: &Callback) -> Result<bool, Fault> {
        let Some(known) = self.residents.get(callback.resident).await? else { return Ok(true) };
        let raised = known.value.escalation.as_ref().filter(|raised| raised.cause.is_about_a_promise());
        let Some(raised) = raised else { return Ok(true) };
        let Some(mut stored) = self.escalations.get(raised.case(callback.resident)).await? else {
            return Ok(true);
        };
        let case = &mut stored.value;
        if case.callback != Some(callback.id) || !case.is_open() || case.unsettled {
            return Ok(true);
        }
        case.unsettled = true;
        Ok(self.save_escalation(&stored).await? != Saved::Changed)
    }

    /// Ends the case that stands on the record of `resident`, `how` being known
    /// by whoever writes that record, or has deleted it. Answers whether that is
    /// stored.
    ///
    /// # Errors
    /// When the store did not behave; the sweep ends it when it looks next.
    pub async fn end_case(&self, resident: &Resident, how: HowEnded) -> Result<bool, Fault> {
        let Some(raised) = &resident.escalation else { return Ok(true) };
        let Some(mut stored) = self.escalations.get(raised.case(resident.id)).await? else {
            return Ok(true);
        };
        if !stored.value.end(how, self.clock.now()) {
            return Ok(true);
        }
        stored.value.unsettled = false;
        let saved = self.save_escalation(&stored).await?;
        if saved == Saved::Changed {
            return Ok(false);
        }
        let (escalation, resident, how) = (stored.value.id, resident.id, how.word());
        self.signals.emit(&Signal::EscalationEnded { escalation, resident, how });
        Ok(true)
    }
}
