use crate::Fault;
use async_trait::async_trait;
use jiff::Timestamp;

/// Puts records on the outcome stream (on AWS, Connect and EventBridge do).
#[async_trait]
pub trait StreamWriter: Send + Sync {
    /// Appends a record to the shard of `partition_key`. May append it twice.
    async fn put(&self, partition_key: &str, data: &[u8]) -> Result<(), Fault>;
}

/// One record of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the shard; grows.
    pub sequence: u64,
    /// When it arrived.
    pub arrived_at: Timestamp,
    /// The bytes.
    pub data: Vec<u8>,
}

/// Reads the outcome stream where we poll ourselves (on AWS Lambda does).
#[async_trait]
pub trait StreamReader: Send + Sync {
    /// How many shards there are, numbered from 0.
    fn shards(&self) -> u32;

    /// Up to `most` records of `shard` after its checkpoint, in order.
    async fn read(&self, shard: u32, most: u32) -> Result<Vec<Entry>, Fault>;

    /// Everything of `shard` up to and including `sequence` is done. MUST NOT
    /// move back.
    async fn checkpoint(&self, shard: u32, sequence: u64) -> Result<(), Fault>;
}

/// How far the evidence of calls has been taken in.
#[async_trait]
pub trait EvidenceHorizon: Send + Sync {
    /// Every record that arrived before this moment has been applied or
    /// parked. While records wait, the arrival of the oldest of them; `now`
    /// when none does. The sweep asks, so that a backlog is never taken for
    /// the absence of evidence.
    async fn horizon(&self, now: Timestamp) -> Result<Timestamp, Fault>;
}
