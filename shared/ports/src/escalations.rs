use crate::{Cursor, Fault, Saved, Versioned};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::escalation::Escalation;
use rollcall_domain::ids::EscalationId;

/// A part of the list of open cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCases {
    /// Some of them.
    pub cases: Vec<Versioned<Escalation>>,
    /// Where the rest starts; `None` at the end.
    pub next: Option<Cursor>,
}

/// The cases of residents who were not reached.
#[async_trait]
pub trait Escalations: Send + Sync {
    /// One case.
    async fn get(&self, id: EscalationId) -> Result<Option<Versioned<Escalation>>, Fault>;

    /// Writes a case (version 0: for the first time), if nobody did since the
    /// read. `review_at` is when the sweep must look at it.
    async fn save(
        &self,
        escalation: &Versioned<Escalation>,
        review_at: Option<Timestamp>,
    ) -> Result<Saved, Fault>;

    /// Up to `most` whose `review_at` is at or before `now`, the oldest first.
    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<EscalationId>, Fault>;

    /// Up to `most` that are open, after `from` (`None`: the start), in no order
    /// that means anything. What an index tells late may be missing, but none
    /// that ended MUST be among them; fewer than `most`, even none, may be
    /// answered before the end.
    async fn list_open(&self, from: Option<&Cursor>, most: u32) -> Result<OpenCases, Fault>;

    /// How many are open. May be slightly out of date.
    async fn count_open(&self) -> Result<u64, Fault>;
}
