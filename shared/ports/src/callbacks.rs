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
    /// it is still owed.
    async fn save(
        &self,
        callback: &Versioned<Callback>,
        review_at: Option<Timestamp>,
        open: bool,
    ) -> Result<Saved, Fault>;

    /// Up to `most` whose `review_at` is at or before `now`, the oldest first.
    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<CallbackId>, Fault>;

    /// How many are owed.
    async fn count_open(&self) -> Result<u64, Fault>;
}
