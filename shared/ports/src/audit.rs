use crate::{Cursor, Fault};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::ids::ResidentId;
use serde::{Deserialize, Serialize};

/// Who did what, when. Ids only: the log outlives the people in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The same for a repeat of the same deed, so that it is recorded once.
    pub key: String,
    /// When.
    pub at: Timestamp,
    /// An account, or the service that acted by itself.
    pub actor: String,
    /// What was done, as a stable word.
    pub action: String,
    /// To whom, where it was somebody.
    pub resident: Option<ResidentId>,
    /// More, without personal data.
    pub detail: String,
}

/// The audit log.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Appends an entry; a second one with the same key MUST NOT be added.
    async fn record(&self, entry: &AuditEntry) -> Result<(), Fault>;

    /// Up to `most` entries after the place `after` (`None`: from the start),
    /// oldest first, each with its place. None at all only at the end.
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault>;

    /// Up to `most` entries before the place `before` (`None`: from the end),
    /// newest first, each with its place. None at all only at the start.
    async fn recent(&self, before: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault>;
}
