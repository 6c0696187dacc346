//! What people of the staff may change of a resident, as pure functions.
//!
//! A change is applied to the resident as they were read and written back on
//! the condition that nobody wrote in between, so it meets calls under way like
//! every other write does: an order to dial, an open attempt and an open
//! promise stay as they are. The dialer asks the rules again at the moment of
//! dialing, so that whoever is switched off, paused or given another number is
//! not called by an order that was given before; a call that rings already goes
//! on and its evidence counts; a promise is owed even to somebody who was
//! switched off since.
//!
//! Nothing of what was learned of a person by calling them (marks, when they
//! were reached, the escalation) can be changed here: no change of the staff
//! brings a call nearer than the rules about former calls allow. The id never
//! changes either, although it was derived from name and number.

use crate::duty::Schedule;
use crate::ids::PauseId;
use crate::phone::PhoneNumber;
use crate::policy::Policy;
use crate::record::{Pause, StaffNote, Switched};
use crate::resident::Resident;
use jiff::{SignedDuration, Timestamp};
use std::fmt;

/// Characters of a reason at most.
pub const LONGEST_REASON: usize = 300;
/// Characters of a note at most.
pub const LONGEST_NOTE: usize = 1_000;
/// Notes on one resident at most: their record is read for each call, and
/// DynamoDB takes 400 kB of it.
pub const MOST_NOTES: usize = 60;
/// Pauses of one resident at most, those over included.
pub const MOST_PAUSES: usize = 60;
/// For how long a pause that is over is still shown.
const PAUSES_KEPT: SignedDuration = SignedDuration::from_hours(24 * 40);

/// What somebody wants to change.
#[derive(Clone, PartialEq)]
pub enum Change {
    /// What the upload said is wrong, or no longer right.
    Correct(Correction),
    /// They are to be called, or not to be called, from now on.
    Switch {
        /// Whether they are to be called.
        enabled: bool,
        /// Why.
        reason: String,
    },
    /// They are not to be called between two moments.
    Pause {
        /// First moment of the pause.
        from: Timestamp,
        /// First moment after it.
        until: Timestamp,
        /// Why.
        reason: String,
    },
    /// A pause is not needed, or no longer.
    EndPause(PauseId),
    /// Something is to be remembered.
    Note(String),
}

impl fmt::Debug for Change {
    /// What kind of change: its values tell of a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Correct(_) => "Correct",
            Self::Switch { .. } => "Switch",
            Self::Pause { .. } => "Pause",
            Self::EndPause(_) => "EndPause",
            Self::Note(_) => "Note",
        })
    }
}

/// New values of what the upload said; `None` leaves a field as it is. The
/// values have been read by the rules of an upload's columns.
#[derive(Clone, Default, PartialEq)]
pub struct Correction {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The number that is rung. A new one ends the belief that the number is
    /// bad.
    pub number: Option<PhoneNumber>,
    /// Zone, or none.
    pub timezone: Option<Option<String>>,
    /// Language, or none.
    pub language: Option<Option<String>>,
    /// Notes for the agent, or none.
    pub notes: Option<Option<String>>,
}

/// A resident as changed, and what is told of it.
#[derive(Clone, PartialEq)]
pub struct Changed {
    /// The resident.
    pub resident: Resident,
    /// When they are due and to be reviewed now.
    pub schedule: Schedule,
    /// What was done.
    pub deed: Deed,
}

/// What the audit log keeps of a change: never a value of a field, never a
/// reason or a note, which may tell of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// What was done, as a stable word.
    pub action: &'static str,
    /// Which fields.
    pub detail: String,
}

/// Why a change is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A resident needs a name.
    #[error("there is neither a first nor a last name: at least one is expected")]
    NameMissing,
    /// Whoever reads the record later must know why.
    #[error("the reason is missing")]
    ReasonMissing,
    /// See [`LONGEST_REASON`].
    #[error("the reason is longer than {LONGEST_REASON} characters")]
    ReasonTooLong,
    /// A pause that ends before it starts.
    #[error("the pause ends before it starts")]
    PauseBackwards,
    /// A pause that is over already.
    #[error("the pause is over already")]
    PauseOver,
    /// See [`MOST_PAUSES`].
    #[error("there are {MOST_PAUSES} pauses already: one has to be taken off first")]
    TooManyPauses,
    /// There is no such pause.
    #[error("there is no such pause")]
    PauseUnknown,
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
    pub fn code(self) -> &'static str {
        match self {
            Self::NameMissing => "name_missing",
            Self::ReasonMissing => "reason_missing",
            Self::ReasonTooLong => "reason_too_long",
            Self::PauseBackwards => "pause_backwards",
            Self::PauseOver => "pause_over",
            Self::TooManyPauses => "too_many_pauses",
            Self::PauseUnknown => "pause_unknown",
            Self::NoteEmpty => "note_empty",
            Self::NoteTooLong => "note_too_long",
            Self::TooManyNotes => "too_many_notes",
        }
    }
}

/// Makes `change` of `resident` for the account `by` at `now`. `None` when
/// everything is so already, as after a repeat.
///
/// # Errors
///
/// Why the change cannot be made; nothing is changed then.
pub fn apply(
    resident: &Resident,
    change: &Change,
    (by, now): (&str, Timestamp),
    policy: &Policy,
) -> Result<Option<Changed>, Refusal> {
    let mut after = resident.clone();
    let deed = match change {
        Change::Correct(correction) => correct(&mut after, correction)?,
        Change::Switch { enabled, reason } => {
            let reason = checked_reason(reason)?;
            if after.enabled != *enabled {
                after.enabled = *enabled;
                after.switched = Some(Switched { at: now, by: by.to_owned(), reason });
            }
            deed(if *enabled { "resident.enable" } else { "resident.disable" }, "enabled")
        }
        Change::Pause { from, until, reason } => {
            let reason = checked_reason(reason)?;
            pause(&mut after, (*from, *until, reason), (by, now))?
        }
        Change::EndPause(id) => end_pause(&mut after, *id, now)?,
        Change::Note(text) => note(&mut after, text, (by, now))?,
    };
    if after == *resident {
        return Ok(None);
    }
    let schedule = Schedule::of(&after, policy, now);
    Ok(Some(Changed { resident: after, schedule, deed }))
}

fn deed(action: &'static str, detail: impl Into<String>) -> Deed {
    Deed { action, detail: detail.into() }
}

fn correct(resident: &mut Resident, new: &Correction) -> Result<Deed, Refusal> {
    let mut fields = Vec::new();
    let profile = &mut resident.profile;
    set(&mut profile.first_name, &new.first_name, "first_name", &mut fields);
    set(&mut profile.last_name, &new.last_name, "last_name", &mut fields);
    set(&mut profile.timezone, &new.timezone, "timezone", &mut fields);
    set(&mut profile.language, &new.language, "language", &mut fields);
    set(&mut profile.notes, &new.notes, "notes", &mut fields);
    if profile.first_name.is_empty() && profile.last_name.is_empty() {
        return Err(Refusal::NameMissing);
    }
    if set(&mut profile.number, &new.number, "number", &mut fields) {
        resident.number_changes = resident.number_changes.saturating_add(1);
        resident.number_bad_since = None;
        // Of the former number. Whoever saves this asks the list about the new one.
        resident.suppressed.number = None;
    }
    if !fields.is_empty() {
        resident.corrections = resident.corrections.saturating_add(1);
    }
    Ok(deed("resident.correct", fields.join(" ")))
}

/// Sets a field that has a new value; answers whether it changed.
fn set<T: Clone + PartialEq>(
    field: &mut T,
    new: &Option<T>,
    name: &'static str,
    changed: &mut Vec<&'static str>,
) -> bool {
    let Some(new) = new.as_ref().filter(|new| **new != *field) else { return false };
    field.clone_from(new);
    changed.push(name);
    true
}

fn pause(
    resident: &mut Resident,
    (from, until, reason): (Timestamp, Timestamp, String),
    (by, now): (&str, Timestamp),
) -> Result<Deed, Refusal> {
    if until <= from {
        return Err(Refusal::PauseBackwards);
    }
    if until <= now {
        return Err(Refusal::PauseOver);
    }
    let done = deed("resident.pause", format!("from {from} until {until}"));
    let reason = Some(reason);
    // The same pause once more is a repeat whose answer was lost.
    if resident.pauses.iter().any(|one| (one.from, one.until, &one.reason) == (from, until, &reason)) {
        return Ok(done);
    }
    resident.pauses.retain(|one| now.duration_since(one.until) < PAUSES_KEPT);
    if resident.pauses.len() >= MOST_PAUSES {
        return Err(Refusal::TooManyPauses);
    }
    let parts = [&from.to_string(), &until.to_string(), &now.to_string(), by];
    let id = PauseId::derive(&[&resident.id.to_string(), parts[0], parts[1], parts[2], parts[3]]);
    resident.pauses.push(Pause { id, from, until, reason, by: Some(by.to_owned()), at: Some(now) });
    Ok(done)
}

/// A pause that holds ends now, since it is a part of the past by now; one
/// that has not begun is taken off.
fn end_pause(resident: &mut Resident, id: PauseId, now: Timestamp) -> Result<Deed, Refusal> {
    let found = resident.pauses.iter_mut().find(|one| one.id == id).ok_or(Refusal::PauseUnknown)?;
    if found.until <= now {
        return Err(Refusal::PauseOver);
    }
    let begun = found.from < now;
    if begun {
        found.until = now;
    } else {
        resident.pauses.retain(|one| one.id != id);
    }
    Ok(deed("resident.end_pause", if begun { "ended" } else { "taken off" }))
}

fn note(resident: &mut Resident, text: &str, (by, now): (&str, Timestamp)) -> Result<Deed, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::NoteEmpty);
    }
    if text.chars().count() > LONGEST_NOTE {
        return Err(Refusal::NoteTooLong);
    }
    let done = deed("resident.note", "staff_notes");
    // The same words by the same person right after: the answer was lost.
    if resident.staff_notes.last().is_some_and(|last| last.by == by && last.text == text) {
        return Ok(done);
    }
    let count = resident.staff_notes.len();
    if count >= MOST_NOTES {
        return Err(Refusal::TooManyNotes);
    }
    resident.staff_notes.push(StaffNote::new(resident.id, count, by, now, text.to_owned()));
    Ok(done)
}

pub(crate) fn checked_reason(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(Refusal::ReasonTooLong);
    }
    Ok(reason.to_owned())
}

/// Why somebody is taken off the register. One of a few words and no text:
/// this is all that the audit log keeps, and it outlives the person's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// They asked to be taken off.
    Asked,
    /// They live elsewhere now.
    Moved,
    /// They died.
    Died,
    /// They are on the register twice.
    Duplicate,
    /// They should never have been loaded.
    Mistake,
    /// Another reason.
    Other,
}

impl Leaving {
    /// What the audit log keeps of it.
    #[must_use]
    pub fn deed(self) -> Deed {
        deed(
            "resident.delete",
            match self {
                Self::Asked => "asked",
                Self::Moved => "moved",
                Self::Died => "died",
                Self::Duplicate => "duplicate",
                Self::Mistake => "mistake",
                Self::Other => "other",
            },
        )
    }
}
