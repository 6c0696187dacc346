//! Erasures that were cut off, or wait for something: they go on.

use crate::{Sweep, Trouble};
use jiff::Timestamp;
use rollcall_ports::Fault;
use rollcall_recording::erasure::Progress;

impl Sweep {
    pub(crate) async fn go_on_erasing(&self, now: Timestamp) -> Result<(), Fault> {
        let Some(eraser) = &self.eraser else { return Ok(()) };
        let mut trouble = Trouble::default();
        for id in eraser.erasures.to_review(now, self.topology.bounds.sweep_items).await? {
            let gone_on = eraser.go_on(id).await;
            trouble.note(gone_on.map(|_what_waits_goes_on_next_minute: Option<Progress>| ()))?;
        }
        trouble.end()
    }
}
