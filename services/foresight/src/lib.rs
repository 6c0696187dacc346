//! What would come of a message: each queue's and the stream's own handler is
//! asked. The one-machine program asks the handlers that it runs; whoever asks
//! on AWS has them only for that, and may do nothing that they do.
//!
//! Absent on purpose: any decision; those are the handlers'.

#[cfg(feature = "aws")]
mod aws;

#[cfg(feature = "aws")]
pub use aws::on_aws;

use async_trait::async_trait;
use rollcall_dialer::Dialer;
use rollcall_ingest::Ingest;
use rollcall_loader::Loader;
use rollcall_outcomes::Outcomes;
use rollcall_ports::{Fault, Foreseen, Foresight, Prospect};
use std::sync::Arc;

/// The handlers of all messages.
#[derive(Clone, Copy)]
pub struct Handlers<'a> {
    /// Of files that arrived.
    pub ingest: &'a Ingest,
    /// Of rows.
    pub loader: &'a Loader,
    /// Of call requests.
    pub dialer: &'a Dialer,
    /// Of records of calls.
    pub outcomes: &'a Outcomes,
}

impl Handlers<'_> {
    /// What would come of this message if it came from `source` now.
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn foresee(&self, source: &str, body: &[u8]) -> Result<Foreseen, Fault> {
        if source == "outcomes" {
            return self.outcomes.foresee(body).await;
        }
        let Ok(text) = std::str::from_utf8(body) else {
            return Ok(Foreseen::malformed("not a message: expected text, found bytes"));
        };
        match source {
            "uploads" => self.ingest.foresee(text).await,
            "rows" => self.loader.foresee(text).await,
            "call_requests" => self.dialer.foresee(text).await,
            _ => {
                let text = "nobody knows: no handler listens to where it came from";
                Ok(Foreseen::new(Prospect::ParksAgain, "unknown_source", text))
            }
        }
    }
}

/// Handlers that nobody else has.
pub struct Asked {
    /// Of files that arrived.
    pub ingest: Ingest,
    /// Of rows.
    pub loader: Loader,
    /// Of call requests.
    pub dialer: Dialer,
    /// Of records of calls.
    pub outcomes: Outcomes,
}

#[async_trait]
impl Foresight for Asked {
    async fn foresee(&self, source: &str, body: &[u8]) -> Result<Foreseen, Fault> {
        let Self { ingest, loader, dialer, outcomes } = self;
        Handlers { ingest, loader, dialer, outcomes }.foresee(source, body).await
    }
}

impl Asked {
    /// To be asked by whoever has a port for it.
    #[must_use]
    pub fn shared(self) -> Arc<dyn Foresight> {
        Arc::new(self)
    }
}
