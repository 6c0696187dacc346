//! The country whose national way of writing numbers is assumed.

use phonenumber::country::Id;
use serde::de::{self, Deserialize, Deserializer};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The country that a number without a country code belongs to, by its two letters (ISO 3166-1). Great
/// Britain unless said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(Id);

impl Region {
    /// The United Kingdom, the default.
    pub const GB: Self = Self(Id::GB);

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    pub(super) fn id(self) -> Id {
        self.0
    }

    /// Guernsey, Jersey and the Isle of Man share the United Kingdom's numbering plan.
    pub(super) fn is_plus_44(self) -> bool {
        matches!(self.0, Id::GB | Id::GG | Id::JE | Id::IM)
    }
}

/// The two letters name no country that has phone numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a known country: two capital letters such as GB are expected")]
pub struct UnknownRegion;

impl Default for Region {
    fn default() -> Self {
        Self::GB
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let id: Id = text.parse().map_err(|_| UnknownRegion)?;
        // The list of names is longer than the list of numbering plans; without a plan nothing could be
        // parsed.
        phonenumber::metadata::DATABASE.by_id(id.as_ref()).map(|_| Self(id)).ok_or(UnknownRegion)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({})", self.as_str())
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
