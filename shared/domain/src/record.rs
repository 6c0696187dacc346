//! What the staff leave on a resident's record: pauses, notes, and who
//! switched them on or off.

use crate::ids::{NoteId, PauseId, ResidentId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A stop with dates, such as a holiday or a stay in hospital. Of those that
/// were stored before anybody was asked for a reason, only the dates are known.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredPause")]
pub struct Pause {
    /// Which pause.
    pub id: PauseId,
    /// First moment of the pause.
    pub from: Timestamp,
    /// First moment after it.
    pub until: Timestamp,
    /// Why, in the words of whoever made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The account that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// A pause as it may be stored.
#[derive(Deserialize)]
struct StoredPause {
    id: Option<PauseId>,
    from: Timestamp,
    until: Timestamp,
    reason: Option<String>,
    by: Option<String>,
    at: Option<Timestamp>,
}

impl From<StoredPause> for Pause {
    fn from(stored: StoredPause) -> Self {
        let StoredPause { id, from, until, reason, by, at } = stored;
        Self { id: id.unwrap_or_else(|| Self::between(from, until).id), from, until, reason, by, at }
    }
}

impl Pause {
    /// A pause of which only the dates are known.
    #[must_use]
    pub fn between(from: Timestamp, until: Timestamp) -> Self {
        let id = PauseId::derive(&[&from.to_string(), &until.to_string()]);
        Self { id, from, until, reason: None, by: None, at: None }
    }
}

impl fmt::Debug for Pause {
    /// Without the reason: it may tell of a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, from, until, .. } = self;
        f.debug_struct("Pause")
            .field("id", id)
            .field("from", from)
            .field("until", until)
            .finish_non_exhaustive()
    }
}

/// What somebody of the staff noted about a resident. Never changed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffNote {
    /// Which note.
    pub id: NoteId,
    /// When.
    pub at: Timestamp,
    /// The account that noted it.
    pub by: String,
    /// What, as plain text.
    pub text: String,
}

impl StaffNote {
    /// The `nth` note (from 0) about `resident`.
    pub(crate) fn new(resident: ResidentId, nth: usize, by: &str, at: Timestamp, text: String) -> Self {
        let id = NoteId::derive(&[&resident.to_string(), &nth.to_string(), &at.to_string(), by]);
        Self { id, at, by: by.to_owned(), text }
    }
}

impl fmt::Debug for StaffNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaffNote").field("id", &self.id).field("at", &self.at).finish_non_exhaustive()
    }
}

/// That somebody switched a resident on or off.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switched {
    /// When.
    pub at: Timestamp,
    /// The account that did.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
}

impl fmt::Debug for Switched {
    /// Without the reason: it may tell of a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Switched").field("at", &self.at).finish_non_exhaustive()
    }
}
