//! The ladder: who is told, one after another, and how long each may take to
//! accept.

use crate::policy::Policy;
use crate::resident::Resident;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Rungs of a ladder at most.
pub const MOST_RUNGS: usize = 10;

/// One rung as configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Who is told.
    pub to: RungTo,
    /// How long they may take to accept (minutes) before the next is told.
    pub accept_minutes: u32,
}

/// Who is told at a rung as configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RungTo {
    /// The duty officer.
    DutyOfficer,
    /// The resident's keyholders, one after another, each with the whole time;
    /// nobody for a resident without any.
    Keyholders,
    /// Whoever goes and looks.
    WelfareVisit,
}

/// Who is told at one rung of one resident's ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// The duty officer.
    DutyOfficer,
    /// Which of the resident's keyholders, from 1.
    Keyholder(u8),
    /// Whoever goes and looks.
    WelfareVisit,
}

impl Whom {
    /// A stable word, without the number of the keyholder: subscribers choose
    /// by it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DutyOfficer => "duty_officer",
            Self::Keyholder(_) => "keyholder",
            Self::WelfareVisit => "welfare_visit",
        }
    }
}

/// The ladder where nobody configured one.
#[must_use]
pub(crate) fn default_ladder() -> Vec<Rung> {
    let rung = |to, accept_minutes| Rung { to, accept_minutes };
    vec![rung(RungTo::DutyOfficer, 30), rung(RungTo::Keyholders, 30), rung(RungTo::WelfareVisit, 60)]
}

/// What makes a ladder unusable, in words; empty when nothing does.
#[must_use]
pub(crate) fn problems(ladder: &[Rung]) -> Vec<String> {
    let mut problems = Vec::new();
    if ladder.is_empty() || ladder.len() > MOST_RUNGS {
        problems.push(format!("ladder has {} rungs; expected 1 to {MOST_RUNGS}", ladder.len()));
    }
    for (index, rung) in ladder.iter().enumerate() {
        if !(1..=24 * 60).contains(&rung.accept_minutes) {
            let (nth, found) = (index + 1, rung.accept_minutes);
            problems.push(format!("ladder: accept_minutes of rung {nth} is {found}; expected 1 to 1440"));
        }
    }
    let visits = ladder.iter().filter(|rung| rung.to == RungTo::WelfareVisit).count();
    let ends_so = ladder.last().is_none_or(|rung| rung.to == RungTo::WelfareVisit);
    if !ends_so || visits > 1 {
        problems.push("ladder: expected welfare_visit as the last rung, and only there".to_owned());
    }
    problems
}

/// The ladder of `resident`: the configured one with a rung for each of their
/// keyholders, and how long each may take to accept. Of somebody who is not on
/// the register any more, that without keyholders.
#[must_use]
pub fn rungs(policy: &Policy, resident: Option<&Resident>) -> Vec<(Whom, SignedDuration)> {
    let keyholders = resident.map_or(0, |resident| resident.keyholders.len());
    let keyholders = u8::try_from(keyholders).unwrap_or(u8::MAX);
    let mut rungs = Vec::new();
    for rung in &policy.ladder {
        let time = SignedDuration::from_mins(i64::from(rung.accept_minutes));
        match rung.to {
            RungTo::DutyOfficer => rungs.push((Whom::DutyOfficer, time)),
            RungTo::Keyholders => rungs.extend((1..=keyholders).map(|nth| (Whom::Keyholder(nth), time))),
            RungTo::WelfareVisit => rungs.push((Whom::WelfareVisit, time)),
        }
    }
    rungs
}
