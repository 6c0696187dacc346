use crate::{Fault, Saved, Versioned};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::callback::Callback;
use rollcall_domain::ids::CallbackId;

/// The promises.
#[async_trait]
pub trait Callbacks: Send + Sync {
    /// One promise.
    async fn get(&self, id: CallbackId) -> Result<Option<Versioned<Callback>>, Fault>;

    /// Writes a promise (version 0: for the first time), if nobody did since
    /// the read. `review_at` is when the sweep must look at it; `open` whether
    /// it waits to be kept: owed, and not every try missed.
    async fn save(
        &self,
        callback: &Versioned<Callback>,
        review_at: Option<Timestamp>,
        open: bool,
    ) -> Result<Saved, Fault>;

    /// Up to `most` whose `review_at` is at or before `now`, the oldest first.
    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<CallbackId>, Fault>;

    /// Up to `most` that somebody must still ring, those of which every try was
    /// missed included; in no order that means anything. What an index tells
    /// late may be missing, but none that is no longer owed MUST be among them.
    async fn list_owed(&self, most: u32) -> Result<Vec<Versioned<Callback>>, Fault>;

    /// How many were saved as `open`.
    async fn count_open(&self) -> Result<u64, Fault>;
}
