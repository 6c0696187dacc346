//! A day that is over: its account, written once, and what it was read from.
//!
//! The account holds ids and no names: whoever is taken off the register is
//! counted on, and nobody can tell any more who they were.

use crate::ids::ResidentId;
use crate::ledger::{DayState, Ledger};
use crate::policy::Policy;
use crate::resident::Resident;
use crate::rules::add;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Differences of one day that are named; all are counted.
pub const MOST_DIFFERENCES: usize = 100;

/// What is on record of one day, in the zone of the service. A day without a
/// record is one on which nothing ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRecord {
    /// Which day.
    pub day: Date,
    /// When the books were first looked at on it.
    pub first_run: Timestamp,
    /// When they were last.
    pub last_run: Timestamp,
    /// Which taking of the account counts: it is taken again from the start when
    /// the register changed meanwhile.
    pub taking: u32,
    /// The account, once the day is closed. Never changed after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<DayAccount>,
    /// What came of holding it against the books a day later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<DayCheck>,
}

/// The account of a day that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayAccount {
    /// When it was written.
    pub taken_at: Timestamp,
    /// Of how many parts it consists ([`DayPart`]).
    pub parts: u32,
    /// Residents by state, as of the end of the day.
    pub ledger: Ledger,
}

/// One part of an account: a page of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayPart {
    /// Residents on the register when the page was read.
    pub register: u64,
    /// Of the page, residents who came after the end of the day.
    pub later: u64,
    /// Where each of the others stood at the end of their day.
    pub people: Vec<(ResidentId, DayState)>,
    /// Where the next part begins; `None` in the last.
    pub next: Option<String>,
}

/// An account that is held against what stands in the books.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCheck {
    /// When all of it was, `None` while that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Parts that were.
    pub parts: u32,
    /// Residents by those parts.
    pub ledger: Ledger,
    /// Residents of whom nothing is kept any more that could be compared.
    pub forgotten: u64,
    /// How many differences there are.
    pub differences: u64,
    /// The first of them, [`MOST_DIFFERENCES`] at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<Difference>,
}

/// What is written of one resident, and what the books say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Of whom.
    pub resident: ResidentId,
    /// Where the account has them.
    pub written: DayState,
    /// Where the books have them; `None`: nothing of that day stands there.
    pub found: Option<DayState>,
}

/// The day of one resident, by their own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Its first moment.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}

impl Bounds {
    /// The day `day` in `zone`.
    #[must_use]
    pub fn of(day: Date, zone: &TimeZone) -> Self {
        let start = |date: Date| date.to_zoned(zone.clone()).map_or(Timestamp::MAX, |at| at.timestamp());
        Self { start: start(day), end: start(day.saturating_add(1.day())) }
    }

    /// The day as `resident` has it.
    #[must_use]
    pub fn of_resident(day: Date, resident: &Resident, policy: &Policy) -> Self {
        Self::of(day, &policy.zone(resident))
    }

    /// Its last moment.
    #[must_use]
    pub fn last(&self) -> Timestamp {
        add(self.end, -SignedDuration::from_nanos(1))
    }

    /// From when on the evidence of its last call has had its time.
    #[must_use]
    pub fn known_at(&self, policy: &Policy) -> Timestamp {
        add(self.end, policy.evidence_window())
    }
}

impl DayRecord {
    /// A day on which the books are looked at for the first time.
    #[must_use]
    pub fn begin(day: Date, now: Timestamp) -> Self {
        Self { day, first_run: now, last_run: now, taking: 0, account: None, check: None }
    }

    /// Whether its account is still to be taken at `now`, as far as the zone of
    /// the service tells.
    #[must_use]
    pub fn is_to_close(&self, policy: &Policy, now: Timestamp) -> bool {
        let zone = policy.own_zone();
        self.account.is_none() && Bounds::of(self.day, &zone).known_at(policy) <= now
    }

    /// Whether its account is still to be held against the books at `now`: a day
    /// after it was written, when late news have come.
    #[must_use]
    pub fn is_to_check(&self, now: Timestamp) -> bool {
        let Some(account) = self.account else { return false };
        let checked = self.check.as_ref().is_some_and(|check| check.at.is_some());
        !checked && add(account.taken_at, SignedDuration::from_hours(20)) <= now
    }
}

impl DayCheck {
    /// Takes in a difference.
    pub fn differs(&mut self, difference: Difference) {
        self.differences += 1;
        if self.first.len() < MOST_DIFFERENCES {
            self.first.push(difference);
        }
    }

    /// Whether all that could be compared is the same, `account` being what is written.
    #[must_use]
    pub fn agrees(&self, account: &DayAccount) -> bool {
        self.differences == 0 && self.adds_up(account)
    }

    /// Whether the residents of the parts add up to the counts of the account.
    #[must_use]
    pub fn adds_up(&self, account: &DayAccount) -> bool {
        account.ledger.balanced
            && DayState::ALL.iter().all(|state| self.ledger.of(*state) == account.ledger.of(*state))
    }
}

impl DayPart {
    /// The people as bytes: for each a byte for the state and 16 for the id.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.people.len() * 17);
        for (id, state) in &self.people {
            bytes.push(DayState::ALL.iter().position(|one| one == state).map_or(u8::MAX, truncated));
            bytes.extend_from_slice(id.as_uuid().as_bytes());
        }
        bytes
    }

    /// The people that [`DayPart::bytes`] wrote; `None` for anything else.
    #[must_use]
    pub fn people_of(bytes: &[u8]) -> Option<Vec<(ResidentId, DayState)>> {
        let (each, rest) = bytes.as_chunks::<17>();
        let read = |[state, id @ ..]: &[u8; 17]| {
            let state = DayState::ALL.get(usize::from(*state))?;
            Some((ResidentId::from_uuid(Uuid::from_bytes(*id)), *state))
        };
        rest.is_empty().then(|| each.iter().map(read).collect())?
    }
}

/// There are eight states.
fn truncated(position: usize) -> u8 {
    u8::try_from(position).unwrap_or(u8::MAX)
}

/// The day in the zone of the service.
#[must_use]
pub fn today(policy: &Policy, now: Timestamp) -> Date {
    policy.own_zone().to_datetime(now).date()
}
