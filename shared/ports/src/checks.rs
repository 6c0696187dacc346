use crate::Fault;
use async_trait::async_trait;
use jiff::civil::Date;
use rollcall_domain::ids::ResidentId;
use serde::{Deserialize, Serialize};

/// How the check of a resident's day ended; the order is that of news, later
/// news of the same day outranks earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// Not reached; somebody was told.
    Escalated,
    /// Pressed 1.
    Well,
    /// Pressed 2.
    WantsToTalk,
    /// Somebody gave the all-clear after an escalation, or an agent spoke to
    /// them, as far as was known then: if an agent says later
    /// that it was a voicemail, the promise takes it back and this stays. Whoever
    /// shows it asks the promise (`Callback::talks`).
    SpokenTo,
}

/// One result for each resident and local day.
#[async_trait]
pub trait Checks: Send + Sync {
    /// Records a result. MUST keep the greatest of all that were recorded for
    /// the day, in whatever order they come.
    async fn record(&self, resident: ResidentId, day: Date, result: CheckResult) -> Result<(), Fault>;

    /// The results of a resident from `first` to `last`, both included.
    async fn of(
        &self,
        resident: ResidentId,
        first: Date,
        last: Date,
    ) -> Result<Vec<(Date, CheckResult)>, Fault>;
}
