use crate::{Fault, Saved, Versioned};
use async_trait::async_trait;
use rollcall_domain::switch::Dialing;

/// The one switch over all dialing (`rollcall_domain::switch`).
#[async_trait]
pub trait Switch: Send + Sync {
    /// As it is now; version 0 when it was never written. MUST show every
    /// write that was answered before.
    async fn read(&self) -> Result<Versioned<Dialing>, Fault>;

    /// Writes it, if nobody did since the read. MUST be durable before it
    /// answers: whoever stopped dialing relies on it.
    async fn save(&self, dialing: &Versioned<Dialing>) -> Result<Saved, Fault>;
}
