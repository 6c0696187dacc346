use crate::{Cursor, Fault};
use async_trait::async_trait;
use rollcall_domain::batch::{Batch, ChunkReport, LineNote, Tally};
use rollcall_domain::ids::BatchId;

/// What became of each upload, line by line.
#[async_trait]
pub trait Batches: Send + Sync {
    /// Records a batch or moves it forward (reading → loading or refused,
    /// loading → undoing → undone). MUST NOT move it back, by
    /// [`BatchStage::rank`](rollcall_domain::batch::BatchStage::rank).
    async fn put(&self, batch: &Batch) -> Result<(), Fault>;

    /// One batch with its account so far.
    async fn get(&self, id: BatchId) -> Result<Option<(Batch, Tally)>, Fault>;

    /// One batch without its account: for who must know how far it is, for each
    /// chunk.
    async fn find(&self, id: BatchId) -> Result<Option<Batch>, Fault>;

    /// Up to `most` batches before the place `before` (`None`: from the end),
    /// the newest first, each with its place. May be slightly out of date. None
    /// at all only at the start.
    async fn list(&self, before: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, (Batch, Tally))>, Fault>;

    /// Records what became of a chunk. A repeat for the same chunk MUST
    /// replace the former report, never add to it.
    async fn chunk_done(&self, id: BatchId, chunk: u32, report: &ChunkReport) -> Result<(), Fault>;

    /// Up to `most` rejections after line `after`, by line.
    async fn rejections(&self, id: BatchId, after: u64, most: u32) -> Result<Vec<LineNote>, Fault>;

    /// Up to `most` warnings after position `after` (from 0), by line, each
    /// with its position.
    async fn warnings(&self, id: BatchId, after: u64, most: u32) -> Result<Vec<(u64, LineNote)>, Fault>;
}
