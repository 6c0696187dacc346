use crate::Fault;
use async_trait::async_trait;
use rollcall_contracts::messages::Notice;

/// Tells people.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Delivers a notice at least once. A repeat of the same notice (same
    /// `Notice::key`) MAY be delivered again.
    async fn tell(&self, notice: &Notice) -> Result<(), Fault>;
}
