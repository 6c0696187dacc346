use super::PORT;
use super::shards::{Got, Source};
use crate::Aws;
use async_trait::async_trait;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use rollcall_ports::{Checkpoints, EvidenceHorizon, Fault, Sequence};
use std::sync::Arc;

/// How far the records of a stream have been taken in, by asking each shard
/// for the first record that is not settled: two requests a shard.
///
/// Whoever takes the records in must have begun at the oldest that were kept
/// (`TRIM_HORIZON`), and settles every record, also those that are parked; a
/// shard of which nothing is settled counts from its oldest record on.
#[derive(Clone)]
pub struct Horizon {
    source: Source,
    checkpoints: Arc<dyn Checkpoints>,
}

/// Empty answers in a row before a shard that is behind is left for the next
/// time. A shard takes five reads a second, and its reader needs its own.
const EMPTY_ANSWERS: u32 = 5;

impl Horizon {
    /// Asks `stream`, by its name, for what comes after the checkpoints.
    #[must_use]
    pub fn new(aws: &Aws, stream: &str, checkpoints: Arc<dyn Checkpoints>) -> Self {
        Self { source: Source::new(aws, stream), checkpoints }
    }

    /// When the oldest record of `shard` that is not settled arrived; `None`
    /// when there is none.
    async fn waits(&self, shard: &str) -> Result<Option<Timestamp>, Fault> {
        let settled = self.checkpoints.of(shard).await?;
        let after: Option<&Sequence> = settled.as_ref().map(|settled| &settled.sequence);
        let mut iterator = self.source.iterator(shard, after).await?;
        for _ in 0..EMPTY_ANSWERS {
            // A shard that is gone, or closed and read to its end.
            let Some(current) = iterator else { return Ok(None) };
            let page = match self.source.records(&current, 1).await? {
                Got::Page(page) => page,
                // It is not a second old.
                Got::Expired => return Err(Fault::Unanswered(PORT)),
            };
            if let Some(first) = page.entries.first() {
                return Ok(Some(first.arrived_at));
            }
            if page.at_tip {
                return Ok(None);
            }
            iterator = page.next;
        }
        // Behind, and nothing found yet: whatever comes arrived after the last
        // that is settled.
        Ok(Some(settled.map_or(Timestamp::UNIX_EPOCH, |settled| settled.arrived_at)))
    }
}

impl std::fmt::Debug for Horizon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Horizon").field("source", &self.source).finish_non_exhaustive()
    }
}

#[async_trait]
impl EvidenceHorizon for Horizon {
    async fn horizon(&self, now: Timestamp) -> Result<Timestamp, Fault> {
        let shards = self.source.list().await?;
        let waits = try_join_all(shards.iter().map(|shard| self.waits(&shard.id))).await?;
        Ok(waits.into_iter().flatten().fold(now, Timestamp::min))
    }
}
