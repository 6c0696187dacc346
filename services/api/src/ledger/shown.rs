//! The account of a day as it is shown.

use crate::overview::DayLedger;
use crate::residents::shown::State;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_domain::day::{DayAccount, DayCheck, DayRecord, Difference};
use rollcall_domain::policy::Policy;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The account of a day.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = DayAccount)]
pub(crate) struct DayShown {
    /// Which day.
    date: Date,
    /// The zone of the service (IANA name).
    timezone: String,
    status: DayStatus,
    /// When Rollcall was first running on that day; null where it is not known to have.
    first_run: Option<Timestamp>,
    /// When it last was.
    last_run: Option<Timestamp>,
    /// Null where there is no account. Its `at` is when it was written. Of a day that is over, `trying` counts
    /// those who were missed: neither reached nor escalated.
    ledger: Option<DayLedger>,
    /// What came of holding the account against the books; null before.
    check: Option<Checked>,
}

/// Whether there is an account of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DayStatus {
    /// It is today.
    Live,
    /// It is over, and its account is not written yet.
    Open,
    /// Its account is written.
    Closed,
    /// Nothing ran on that day.
    NothingRan,
    /// Days were not recorded yet.
    BeforeTheFirst,
    /// It is longer ago than accounts of days are kept.
    NoLongerKept,
}

/// An account that was held against the books.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Checked {
    /// When.
    at: Timestamp,
    /// Whether nothing differs.
    agrees: bool,
    /// Residents who stand elsewhere by the books.
    differences: u64,
    /// Residents of whom nothing is kept any more that could be compared.
    forgotten: u64,
    /// The first of them, 100 at most.
    first: Vec<Differs>,
}

/// A resident who stands elsewhere by the books.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Differs {
    /// Who.
    resident_id: Uuid,
    /// Where the account has them.
    written: State,
    /// Where the books have them; null where nothing of that day stands there.
    found: Option<State>,
}

impl DayShown {
    pub(super) fn of(date: Date, stored: Option<DayRecord>, policy: &Policy) -> Self {
        let timezone = policy.timezone.clone();
        let empty = Self {
            date,
            timezone,
            status: DayStatus::NothingRan,
            first_run: None,
            last_run: None,
            ledger: None,
            check: None,
        };
        let Some(record) = stored else { return empty };
        let ledger = record.account.map(|account| DayLedger::of(account.ledger, account.taken_at));
        let check = record.account.zip(record.check.as_ref());
        Self {
            status: if ledger.is_some() { DayStatus::Closed } else { DayStatus::Open },
            first_run: Some(record.first_run),
            last_run: Some(record.last_run),
            ledger,
            check: check.and_then(|(account, check)| Checked::of(&account, check)),
            ..empty
        }
    }

    pub(super) fn live(self, ledger: DayLedger) -> Self {
        Self { status: DayStatus::Live, ledger: Some(ledger), ..self }
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.status == DayStatus::NothingRan
    }

    pub(super) fn no_longer_kept(self) -> Self {
        Self { status: DayStatus::NoLongerKept, ..self }
    }

    /// `first`: no earlier day is on record.
    pub(super) fn before_the_first(self, first: bool) -> Self {
        let status = if first { DayStatus::BeforeTheFirst } else { self.status };
        Self { status, ..self }
    }
}

impl Checked {
    fn of(account: &DayAccount, check: &DayCheck) -> Option<Self> {
        Some(Self {
            at: check.at?,
            agrees: check.agrees(account),
            differences: check.differences,
            forgotten: check.forgotten,
            first: check.first.iter().map(Differs::from).collect(),
        })
    }
}

impl From<&Difference> for Differs {
    fn from(one: &Difference) -> Self {
        let found = one.found.map(State::from);
        Self { resident_id: *one.resident.as_uuid(), written: one.written.into(), found }
    }
}
