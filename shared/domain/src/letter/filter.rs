//! Which letters somebody wants.

use super::LetterState;
use crate::ids::ResidentId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What letters are grouped by: the reason without the numbers in it, which
/// differ from message to message.
#[must_use]
pub fn cause_of(reason: &str) -> String {
    let mut cause = String::with_capacity(reason.len());
    let mut in_number = false;
    for character in reason.chars() {
        if !character.is_ascii_digit() {
            cause.push(character);
        } else if !in_number {
            cause.push('#');
        }
        in_number = character.is_ascii_digit();
    }
    cause
}

/// Which letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Of this queue or stream.
    pub source: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// With this in their cause, in small or capital letters.
    pub cause: Option<String>,
    /// Whose message names this resident.
    pub resident: Option<ResidentId>,
    /// Set aside (the last time) at this moment or later.
    pub parked_from: Option<Timestamp>,
    /// Set aside (the last time) before this moment.
    pub parked_until: Option<Timestamp>,
    /// Which stand here.
    pub which: Which,
}

/// Which letters, by where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// That are not over.
    #[default]
    Waiting,
    /// That stand here.
    Only(LetterState),
    /// Any.
    All,
}

impl Which {
    /// Whether a letter that stands here is meant.
    #[must_use]
    pub fn has(self, state: LetterState) -> bool {
        match self {
            Self::Waiting => !state.is_ended(),
            Self::Only(only) => only == state,
            Self::All => true,
        }
    }
}
