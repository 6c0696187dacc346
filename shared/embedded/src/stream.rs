use crate::stub::nothing;
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_ports::{Entry, EvidenceHorizon, Fault, StreamReader, StreamWriter};

/// The outcome stream: both ends of it, and how far it has been taken in.
/// Cheap to clone.
#[derive(Clone)]
pub struct Stream {
    shards: u32,
}

impl Stream {
    pub(crate) fn new(shards: u32) -> Self {
        Self { shards }
    }
}

#[async_trait]
impl StreamWriter for Stream {
    async fn put(&self, _partition_key: &str, _data: &[u8]) -> Result<(), Fault> {
        nothing()
    }
}

#[async_trait]
impl StreamReader for Stream {
    fn shards(&self) -> u32 {
        self.shards
    }
    async fn read(&self, _shard: u32, _most: u32) -> Result<Vec<Entry>, Fault> {
        nothing()
    }
    async fn checkpoint(&self, _shard: u32, _sequence: u64) -> Result<(), Fault> {
        nothing()
    }
}

#[async_trait]
impl EvidenceHorizon for Stream {
    async fn horizon(&self, _now: Timestamp) -> Result<Timestamp, Fault> {
        nothing()
    }
}
