//! What is rehearsed.

use jiff::Timestamp;
use rollcall_connect_sim::ResidentMix;
use rollcall_domain::policy::Policy;
use std::str::FromStr;

/// A list, a desk, some days, and the trouble.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The uploaded file.
    pub csv: Vec<u8>,
    /// Agents at the desk during calling hours.
    pub agents: u32,
    /// Days, from the local midnight before `start`.
    pub days: u32,
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How much goes wrong.
    pub faults: Faults,
    /// When the rehearsal begins.
    pub start: Timestamp,
    /// What residents do when they are called.
    pub answers: ResidentMix,
    /// The rules.
    pub policy: Policy,
    /// Whether duty officers see to some of those who are escalated. Where they do
    /// not, nobody accepts.
    pub officers: bool,
    /// Between these moments Connect says of every call that it knows no such
    /// instance, as if somebody had broken its setup.
    pub misconfigured: Option<(Timestamp, Timestamp)>,
}

/// How much goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Faults {
    /// Nothing but what Connect itself does on a calm day.
    #[default]
    None,
    /// Now and then a lost answer, a repeat, a restart.
    Mild,
    /// All the time.
    Harsh,
}

impl FromStr for Faults {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            "mild" => Ok(Self::Mild),
            "harsh" => Ok(Self::Harsh),
            other => Err(format!("{other} is no degree of faults; expected none, mild or harsh")),
        }
    }
}

/// Why a scenario cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// The file was refused as a whole.
    #[error("{reason}")]
    Refused {
        /// A stable word.
        code: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// The machinery itself failed; never a finding about the services.
    #[error("the rehearsal could not be set up: {0}")]
    Setup(String),
}
