//! What people do with a case: accept it, give it back, give the all-clear,
//! note something.

use super::{Accepted, Ended, Escalation, HowEnded};
use crate::ids::NoteId;
use crate::record::StaffNote;
use crate::resident::{Heard, Reached};
use crate::staff::{LONGEST_NOTE, MOST_NOTES};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How somebody of the staff knows that a resident is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllClear {
    /// They spoke to them.
    SpokenTo,
    /// They, or somebody they trust, saw them.
    SeenInPerson,
    /// They know where they are, such as in hospital.
    KnownSafe,
}

impl AllClear {
    /// How the case ends by it.
    #[must_use]
    pub fn ends(self) -> HowEnded {
        match self {
            Self::SpokenTo => HowEnded::SpokenTo,
            Self::SeenInPerson => HowEnded::SeenInPerson,
            Self::KnownSafe => HowEnded::KnownSafe,
        }
    }
}

/// Why a deed cannot be done now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody else sees to it.
    #[error("this escalation was accepted by {by} already, at {at}")]
    AcceptedByAnother {
        /// The account.
        by: String,
        /// Since when.
        at: Timestamp,
    },
    /// It is over.
    #[error("this escalation ended already, at {}: {}", .0.at, .0.how.word())]
    Ended(Ended),
    /// A note without words.
    #[error("the note is empty")]
    NoteEmpty,
    /// See [`LONGEST_NOTE`].
    #[error("the note is longer than {LONGEST_NOTE} characters")]
    NoteTooLong,
    /// See [`MOST_NOTES`].
    #[error("there are {MOST_NOTES} notes already, which is as many as a record holds")]
    TooManyNotes,
}

impl Refusal {
    /// A stable word.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AcceptedByAnother { .. } => "accepted_by_another",
            Self::Ended(_) => "escalation_ended",
            Self::NoteEmpty => "note_empty",
            Self::NoteTooLong => "note_too_long",
            Self::TooManyNotes => "too_many_notes",
        }
    }
}

impl Escalation {
    /// `by` sees to it from `at` on: nobody else is told. Returns whether that
    /// is new.
    ///
    /// # Errors
    /// When it is over, or somebody else sees to it.
    pub fn accept(&mut self, by: &str, at: Timestamp) -> Result<bool, Refusal> {
        self.check_open()?;
        self.check_accepted(by)?;
        if self.accepted.is_some() {
            return Ok(false);
        }
        if self.untold {
            // Its notice was not sent; nobody is told now. Were the acceptance
            // to lapse, the ladder would go on with this very rung.
            self.told.pop();
            self.untold = false;
        }
        let rung = self.told.last().map(|told| told.to);
        self.accepted = Some(Accepted { by: by.to_owned(), at, rung });
        (self.goes_on, self.alarmed_at) = (None, None);
        Ok(true)
    }

    /// `by` does not see to it after all, and the ladder goes on; `any` may give
    /// back what others accepted. Returns whether anybody had it.
    ///
    /// # Errors
    /// When it is over, or somebody else sees to it.
    pub fn release(&mut self, (by, at): (&str, Timestamp), any: bool) -> Result<bool, Refusal> {
        self.check_open()?;
        if !any {
            self.check_accepted(by)?;
        }
        let had = self.accepted.is_some();
        self.no_longer_accepted(at, false);
        Ok(had)
    }

    /// `by` says that the resident is safe, whoever had accepted the case. The
    /// register is to be told. Returns whether that is new.
    ///
    /// # Errors
    /// When it ended otherwise, or the note cannot be kept.
    pub fn all_clear(
        &mut self,
        (by, at): (&str, Timestamp),
        how: AllClear,
        note: Option<&str>,
    ) -> Result<bool, Refusal> {
        let how = how.ends();
        let is_repeat = |known: &Ended| known.by.as_deref() == Some(by) && known.how == how;
        if self.ended.as_ref().is_some_and(is_repeat) {
            return Ok(false);
        }
        self.check_open()?;
        if let Some(text) = note.filter(|text| !text.trim().is_empty()) {
            self.note((by, at), text)?;
        }
        self.ended = Some(Ended { at, by: Some(by.to_owned()), how });
        (self.untold, self.unsettled) = (false, true);
        Ok(true)
    }

    /// Keeps a note, also of a case that is over. Returns whether it is new.
    ///
    /// # Errors
    /// When it is empty, too long, or one too many.
    pub fn note(&mut self, (by, at): (&str, Timestamp), text: &str) -> Result<bool, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refusal::NoteEmpty);
        }
        if text.chars().count() > LONGEST_NOTE {
            return Err(Refusal::NoteTooLong);
        }
        // The same words by the same person right after: the answer was lost.
        if self.notes.last().is_some_and(|last| last.by == by && last.text == text) {
            return Ok(false);
        }
        let count = self.notes.len();
        if count >= MOST_NOTES {
            return Err(Refusal::TooManyNotes);
        }
        let id = NoteId::derive(&[&self.id.to_string(), &count.to_string(), &at.to_string(), by]);
        self.notes.push(StaffNote { id, at, by: by.to_owned(), text: text.to_owned() });
        Ok(true)
    }

    /// What the register learns of the resident by an all-clear. Only a person's
    /// word, with their name, makes one: it is in the audit log.
    #[must_use]
    pub fn reached(&self) -> Option<Reached> {
        let ended = self.ended.as_ref().filter(|ended| ended.by.is_some())?;
        let how = match ended.how {
            HowEnded::SpokenTo | HowEnded::SeenInPerson => Heard::SpokenTo,
            HowEnded::KnownSafe => Heard::KnownSafe,
            HowEnded::HeardOf
            | HowEnded::Deleted
            | HowEnded::SwitchedOff
            | HowEnded::Suppressed
            | HowEnded::NoConsent
            | HowEnded::CallbackCancelled => return None,
        };
        Some(Reached { at: ended.at, how })
    }

    fn check_open(&self) -> Result<(), Refusal> {
        self.ended.clone().map_or(Ok(()), |ended| Err(Refusal::Ended(ended)))
    }

    fn check_accepted(&self, by: &str) -> Result<(), Refusal> {
        match &self.accepted {
            Some(accepted) if accepted.by != by => {
                Err(Refusal::AcceptedByAnother { by: accepted.by.clone(), at: accepted.at })
            }
            Some(_) | None => Ok(()),
        }
    }
}
