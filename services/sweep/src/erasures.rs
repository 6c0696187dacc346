//! Erasures that were cut off, or wait for something: they go on.

use crate::{Sweep, Trouble};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_contracts::topology::Topology;
use rollcall_host::Periodic;
use rollcall_ports::{Clock, Fault};
use rollcall_recording::erasure::{Eraser, Progress};
use std::sync::Arc;

/// Goes on with erasures, where a program of its own does: it has rights that
/// nobody else has, and reads every list, which may take minutes.
pub struct Erasures {
    /// Erases.
    pub eraser: Eraser,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Bounds.
    pub topology: &'static Topology,
}

#[async_trait]
impl Periodic for Erasures {
    fn name(&self) -> &'static str {
        "erasures"
    }

    async fn run(&self) -> Result<(), Fault> {
        go_on(&self.eraser, self.clock.now(), self.topology.bounds.sweep_items).await
    }
}

impl Sweep {
    pub(crate) async fn go_on_erasing(&self, now: Timestamp) -> Result<(), Fault> {
        let Some(eraser) = &self.eraser else { return Ok(()) };
        go_on(eraser, now, self.topology.bounds.sweep_items).await
    }
}

async fn go_on(eraser: &Eraser, now: Timestamp, most: u32) -> Result<(), Fault> {
    let mut trouble = Trouble::default();
    for id in eraser.erasures.to_review(now, most).await? {
        let gone_on = eraser.go_on(id).await;
        trouble.note(gone_on.map(|_what_waits_goes_on_next_time: Option<Progress>| ()))?;
    }
    trouble.end()
}
