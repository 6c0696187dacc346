use crate::Fault;
use async_trait::async_trait;
use rollcall_domain::erasure::Class;
use rollcall_domain::retention::Limit;

/// What one slice of deleting came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Expired {
    /// So many things are gone.
    pub gone: u64,
    /// Something may be left.
    pub more: bool,
}

/// Deletes what is past its time, where the store does not do so by itself.
///
/// What ages, and since when, says [`rollcall_domain::retention`]: what is open
/// MUST stay, however old it is. Classes that do not age have nothing due.
#[async_trait]
pub trait Retain: Send + Sync {
    /// How many things of `class` were over before `limit`, `most` at most.
    async fn due(&self, class: Class, limit: &Limit, most: u32) -> Result<u64, Fault>;

    /// Deletes for good up to `most` of them: some at least while any is due. MUST
    /// come to the same however often it is done, and hold others up for no longer than
    /// so many things take.
    async fn expire(&self, class: Class, limit: &Limit, most: u32) -> Result<Expired, Fault>;
}
