//! What would come of a message: each queue's and the stream's own handler is
//! asked, as [`ROUTES`](crate::ROUTES) names them.

use crate::Services;
use async_trait::async_trait;
use rollcall_ports::{Fault, Foreseen, Foresight, Prospect};
use std::sync::Arc;

/// Asks the services of one process.
pub struct Handlers(pub Arc<Services>);

#[async_trait]
impl Foresight for Handlers {
    async fn foresee(&self, source: &str, body: &[u8]) -> Result<Foreseen, Fault> {
        if source == "outcomes" {
            return self.0.outcomes.foresee(body).await;
        }
        let Ok(text) = std::str::from_utf8(body) else {
            return Ok(Foreseen::malformed("not a message: expected text, found bytes"));
        };
        match source {
            "uploads" => self.0.ingest.foresee(text).await,
            "rows" => self.0.loader.foresee(text).await,
            "call_requests" => self.0.dialer.foresee(text).await,
            _ => {
                let text = "nobody knows: no handler listens to where it came from";
                Ok(Foreseen::new(Prospect::ParksAgain, "unknown_source", text))
            }
        }
    }
}
