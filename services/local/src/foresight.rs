//! What would come of a message, by the handlers of one process.

use crate::Services;
use async_trait::async_trait;
use rollcall_ports::{Fault, Foreseen, Foresight};
use std::sync::Arc;

/// Asks the services of one process.
pub struct Handlers(pub Arc<Services>);

#[async_trait]
impl Foresight for Handlers {
    async fn foresee(&self, source: &str, body: &[u8]) -> Result<Foreseen, Fault> {
        let Services { ingest, loader, dialer, outcomes, .. } = self.0.as_ref();
        rollcall_foresight::Handlers { ingest, loader, dialer, outcomes }.foresee(source, body).await
    }
}
