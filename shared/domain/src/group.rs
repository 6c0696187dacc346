//! The three kinds of people who use the service.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a person may do is decided by the groups they are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Group {
    /// Bring lists of residents and look after the people on them.
    Uploaders,
    /// Call back those who asked for it.
    Agents,
    /// Keep the service running.
    Operators,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Uploaders, Self::Agents, Self::Operators];

    /// The name, as tokens carry it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uploaders => "Uploaders",
            Self::Agents => "Agents",
            Self::Operators => "Operators",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Not the name of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected uploaders, agents or operators")]
pub struct NoGroup;

impl FromStr for Group {
    type Err = NoGroup;

    /// Upper and lower case are the same.
    fn from_str(text: &str) -> Result<Self, NoGroup> {
        Self::ALL.into_iter().find(|group| group.name().eq_ignore_ascii_case(text)).ok_or(NoGroup)
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, NoGroup};

    #[test]
    fn names_are_read_in_any_case_and_nothing_else_is() {
        for group in Group::ALL {
            assert_eq!(group.name().parse(), Ok(group));
            assert_eq!(group.name().to_lowercase().parse(), Ok(group));
        }
        for other in ["", "uploader", "Operators ", "admin"] {
            assert_eq!(other.parse::<Group>(), Err(NoGroup), "{other}");
        }
    }
}
