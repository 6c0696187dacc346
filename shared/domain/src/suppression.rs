//! Who is never to be called: the list, by number and by resident, and what of
//! it stands on a resident's record.
//!
//! The list is the truth. An entry for a number is asked again in the very
//! write that records the intention to dial it; the marks on the records of
//! those who have the number are derived from the list, so that the planner
//! passes them over and the ledger accounts for them.

use crate::ids::{AttemptId, ResidentId, SuppressionId};
use crate::phone::PhoneNumber;
use crate::staff::{Refusal, checked_reason};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Who is meant by an entry of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Whoever has this number, now or later.
    Number(PhoneNumber),
    /// This person, whatever their number is.
    Resident(ResidentId),
}

/// What led to a suppression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// They asked for it by the keys of a check call.
    OptedOut,
    /// Somebody of the staff did it for one person or number.
    Staff,
    /// It came from a list of numbers that must not be called.
    List,
}

impl Ground {
    /// A stable word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OptedOut => "opted_out",
            Self::Staff => "staff",
            Self::List => "list",
        }
    }
}

/// Why an entry is lifted. One of a few words and no text: this is all that the
/// audit log keeps when the entry is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiftReason {
    /// They asked to be called again.
    Asked,
    /// They should never have been on the list.
    Mistake,
    /// The number belongs to somebody else now.
    Reassigned,
    /// Another reason.
    Other,
}

impl LiftReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Asked, Self::Mistake, Self::Reassigned, Self::Other];

    /// A stable word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Mistake => "mistake",
            Self::Reassigned => "reassigned",
            Self::Other => "other",
        }
    }
}

/// Who suppressed somebody, when and why.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// Which entry of the list.
    pub id: SuppressionId,
    /// When.
    pub at: Timestamp,
    /// The account that did, or [`BY_KEY`].
    pub by: String,
    /// What led to it.
    pub ground: Ground,
    /// Why, in the words of whoever did; nobody is asked on the telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Who suppressed those who opted out on the telephone.
pub const BY_KEY: &str = "key 9";

impl Suppression {
    /// What is known of one that was stored as a mere yes.
    #[must_use]
    pub fn untold() -> Self {
        Self {
            id: SuppressionId::at(Timestamp::UNIX_EPOCH, &[]),
            at: Timestamp::UNIX_EPOCH,
            by: "unknown".to_owned(),
            ground: Ground::Staff,
            reason: None,
        }
    }
}

impl fmt::Debug for Suppression {
    /// Without the reason: it may tell of a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, at, ground, .. } = self;
        f.debug_struct("Suppression")
            .field("id", id)
            .field("at", at)
            .field("ground", ground)
            .finish_non_exhaustive()
    }
}

/// An entry of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who is meant.
    pub subject: Subject,
    /// Who put them on the list, when and why.
    #[serde(flatten)]
    pub suppression: Suppression,
    /// Since when it no longer holds, once somebody lifted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted_at: Option<Timestamp>,
    /// Whether the records of all whom it concerns say so too.
    #[serde(default)]
    pub settled: bool,
}

impl Entry {
    /// Puts `subject` on the list, in the name of the account `by` at `now`.
    ///
    /// # Errors
    ///
    /// When no reason is given, or far too much of one.
    pub fn new(
        subject: Subject,
        (ground, reason): (Ground, &str),
        (by, now): (&str, Timestamp),
    ) -> Result<Self, Refusal> {
        let reason = Some(checked_reason(reason)?);
        let id = SuppressionId::at(now, &[&subject.key(), by]);
        let suppression = Suppression { id, at: now, by: by.to_owned(), ground, reason };
        Ok(Self { subject, suppression, lifted_at: None, settled: false })
    }

    /// What somebody asked for by the keys of the call of `attempt`, at `at`.
    #[must_use]
    pub fn opted_out(subject: Subject, attempt: AttemptId, at: Timestamp) -> Self {
        let id = SuppressionId::at(at, &[&subject.key(), &attempt.to_string()]);
        let (by, ground) = (BY_KEY.to_owned(), Ground::OptedOut);
        let suppression = Suppression { id, at, by, ground, reason: None };
        Self { subject, suppression, lifted_at: None, settled: false }
    }

    /// What the records of those whom it concerns are to say: nothing once it
    /// was lifted.
    #[must_use]
    pub fn standing(&self) -> Option<&Suppression> {
        self.lifted_at.is_none().then_some(&self.suppression)
    }

    /// The entry as lifted at `now`; those whom it concerns are to be told.
    #[must_use]
    pub fn lift(&self, now: Timestamp) -> Self {
        Self { lifted_at: Some(self.lifted_at.unwrap_or(now)), settled: false, ..self.clone() }
    }
}

impl Subject {
    /// The text by which an id is derived.
    fn key(&self) -> String {
        match self {
            Self::Number(number) => number.e164(),
            Self::Resident(id) => id.to_string(),
        }
    }
}

/// What stands on a resident's record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppressed {
    /// That this person is not to be called, whatever their number.
    pub person: Option<Suppression>,
    /// That nobody with their present number is to be called.
    pub number: Option<Suppression>,
}

/// [`Suppressed`] as it may be stored: a mere yes or no before anybody was
/// asked who and why, and still a mere no where nothing stands.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Flag(bool),
    Told {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<Suppression>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<Suppression>,
    },
}

impl Suppressed {
    /// What the list says of somebody: the entry of the person and that of
    /// their number, where there are any.
    #[must_use]
    pub fn by(person: Option<&Entry>, number: Option<&Entry>) -> Self {
        let standing = |entry: Option<&Entry>| entry.and_then(Entry::standing).cloned();
        Self { person: standing(person), number: standing(number) }
    }

    /// Whether anything stands.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.person.is_some() || self.number.is_some()
    }
}

impl From<Suppression> for Suppressed {
    /// Of the person.
    fn from(suppression: Suppression) -> Self {
        Self { person: Some(suppression), number: None }
    }
}

impl Serialize for Suppressed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = if self.holds() {
            Stored::Told { person: self.person.clone(), number: self.number.clone() }
        } else {
            Stored::Flag(false)
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Suppressed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Stored::deserialize(deserializer)? {
            Stored::Flag(false) => Self::default(),
            Stored::Flag(true) => Suppression::untold().into(),
            Stored::Told { person, number } => Self { person, number },
        })
    }
}
