use async_trait::async_trait;
use rollcall_embedded::Store;
use rollcall_host::Periodic;
use rollcall_ports::{Clock, Fault};
use std::sync::Arc;

/// Ends what is past its time in the store, which on AWS the services do.
pub(super) struct Tidy {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
}

#[async_trait]
impl Periodic for Tidy {
    fn name(&self) -> &'static str {
        "tidy"
    }

    async fn run(&self) -> Result<(), Fault> {
        self.store.tidy(self.clock.now()).map(drop)
    }
}
