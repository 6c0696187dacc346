use crate::Fault;
use async_trait::async_trait;
use rollcall_domain::batch::{Batch, ChunkReport, LineNote, Tally};
use rollcall_domain::ids::BatchId;

/// What became of each upload, line by line.
#[async_trait]
pub trait Batches: Send + Sync {
    /// Records a batch or moves it forward (reading → loading or refused).
    /// MUST NOT move it back.
    async fn put(&self, batch: &Batch) -> Result<(), Fault>;

    /// One batch with its account so far.
    async fn get(&self, id: BatchId) -> Result<Option<(Batch, Tally)>, Fault>;

    /// Records what became of a chunk. A repeat for the same chunk MUST
    /// replace the former report, never add to it.
    async fn chunk_done(&self, id: BatchId, chunk: u32, report: &ChunkReport) -> Result<(), Fault>;

    /// Up to `most` rejections after line `after`, by line.
    async fn rejections(&self, id: BatchId, after: u64, most: u32) -> Result<Vec<LineNote>, Fault>;

    /// Up to `most` warnings after position `after` (from 0), by line, each
    /// with its position.
    async fn warnings(&self, id: BatchId, after: u64, most: u32) -> Result<Vec<(u64, LineNote)>, Fault>;
}
