//! How entries of the suppression list look.

use jiff::Timestamp;
use rollcall_domain::resident::Resident;
use rollcall_domain::suppression::{Entry, Ground as Led, Subject, Suppression};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What led to a suppression.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SuppressionGround)]
pub(crate) enum Ground {
    /// They asked for it by the keys of a check call.
    OptedOut,
    /// Somebody of the staff did it.
    Staff,
    /// It came from a list of numbers that must not be called.
    List,
}

impl From<Led> for Ground {
    fn from(ground: Led) -> Self {
        match ground {
            Led::OptedOut => Self::OptedOut,
            Led::Staff => Self::Staff,
            Led::List => Self::List,
        }
    }
}

/// An entry of the list. Of a number, two digits are shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suppression)]
pub(crate) struct Suppressed {
    id: Uuid,
    /// The last two digits of the number, where a number is on the list.
    number_ends: Option<String>,
    /// The resident, where a person is on the list.
    resident_id: Option<Uuid>,
    at: Timestamp,
    /// The account that did it, or `key 9` for who did it on the telephone.
    by: String,
    ground: Ground,
    /// Why, in the words of whoever did it.
    reason: Option<String>,
}

impl Suppressed {
    pub(super) fn of(entry: &Entry) -> Self {
        let Suppression { id, at, by, ground, reason } = entry.suppression.clone();
        let (number_ends, resident_id) = match entry.subject {
            Subject::Number(number) => {
                let text = number.e164();
                // E.164 is ASCII, and has more than two digits.
                (text.get(text.len().saturating_sub(2)..).map(str::to_owned), None)
            }
            Subject::Resident(id) => (None, Some(*id.as_uuid())),
        };
        Self { id: *id.as_uuid(), number_ends, resident_id, at, by, ground: ground.into(), reason }
    }
}

/// What of the list stands on a resident's record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResidentSuppression)]
pub(crate) struct Mark {
    /// The entry of the list.
    id: Uuid,
    /// Whether it is of the person or of their number.
    of: MarkOf,
    at: Timestamp,
    /// The account that did it, or `key 9` for who did it on the telephone.
    by: String,
    ground: Ground,
    /// Why, in the words of whoever did it.
    reason: Option<String>,
}

/// What an entry is of.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SuppressionOf)]
pub(crate) enum MarkOf {
    /// The person.
    Person,
    /// Their number, whoever has it.
    Number,
}

impl Mark {
    /// What stands on somebody's record: that of the person first.
    pub(crate) fn all(resident: &Resident) -> Vec<Self> {
        let marks =
            [(MarkOf::Person, &resident.suppressed.person), (MarkOf::Number, &resident.suppressed.number)];
        let mark = |(of, mark): (MarkOf, &Option<Suppression>)| {
            let Suppression { id, at, by, ground, reason } = mark.clone()?;
            Some(Self { id: *id.as_uuid(), of, at, by, ground: ground.into(), reason })
        };
        marks.into_iter().filter_map(mark).collect()
    }
}
