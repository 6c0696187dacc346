use crate::{Cursor, Fault, Saved, Versioned};
use async_trait::async_trait;
use rollcall_domain::ids::SuppressionId;
use rollcall_domain::suppression::{Entry, Subject};

/// The suppression list: one entry a number or person at most.
#[async_trait]
pub trait Suppressions: Send + Sync {
    /// Writes an entry, if nobody wrote that of its subject since the read;
    /// version 0: if there is none. MUST be durable, and from then on
    /// [`Attempts::begin`] of that number MUST answer that it is suppressed, for
    /// as long as the entry stands.
    ///
    /// [`Attempts::begin`]: crate::Attempts::begin
    async fn put(&self, entry: &Versioned<Entry>) -> Result<Saved, Fault>;

    /// Forgets an entry, if nobody wrote it since the read. `Done` tells the
    /// version that is no more.
    async fn remove(&self, entry: &Versioned<Entry>) -> Result<Saved, Fault>;

    /// What the list says of each, lifted entries included, in the order of the
    /// question. MUST see every write that was answered before.
    async fn of(&self, subjects: &[Subject]) -> Result<Vec<Option<Versioned<Entry>>>, Fault>;

    /// One entry by its id. May be slightly out of date.
    async fn find(&self, id: SuppressionId) -> Result<Option<Versioned<Entry>>, Fault>;

    /// Up to `most` entries that stand after the place `from` (`None`: the
    /// start), and where the rest starts; `None` at the end. Those that are not
    /// settled may come first, else the latest first. Whatever stands during a
    /// whole walk is met, and may be met twice if it is settled meanwhile. May
    /// be slightly out of date.
    async fn list(&self, from: Option<&Cursor>, most: u32) -> Result<(Vec<Entry>, Option<Cursor>), Fault>;

    /// Up to `most` entries that are not settled. May be slightly out of date.
    async fn unsettled(&self, most: u32) -> Result<Vec<Versioned<Entry>>, Fault>;
}
