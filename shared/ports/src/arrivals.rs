use crate::{DeadLetter, Fault, Receipt};
use async_trait::async_trait;

/// What a queue or a service set aside by itself, before it is a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// What to delete it by.
    pub receipt: Receipt,
    /// The letters that it is: several, where a service gave up on several
    /// messages at once; or why nobody can tell at this moment.
    pub letters: Result<Vec<DeadLetter>, Fault>,
}

/// A place in which machinery sets messages aside, to be collected from.
#[async_trait]
pub trait Arrivals: Send + Sync {
    /// Up to `most` of what arrived and nobody else has in hand. What was
    /// received and not deleted MUST be received again later. None at all only
    /// when nothing is there, as far as can be told.
    async fn receive(&self, most: u32) -> Result<Vec<Arrival>, Fault>;

    /// Deletes what was received. MUST accept a receipt that is no longer good.
    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault>;
}
