use crate::Fault;
use async_trait::async_trait;

/// One queue or stream as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueStatus {
    /// Its name in `topology.toml`, or that of any other source of dead letters.
    pub name: String,
    /// Messages waiting or in a handler's hands; of a stream, records that are
    /// not taken in yet. `None` where nobody can tell.
    pub waiting: Option<u64>,
    /// Messages of it that were set aside.
    pub dead_letters: u64,
}

/// How full the queues are.
#[async_trait]
pub trait Queues: Send + Sync {
    /// Every queue and stream, by name. Numbers may be some seconds old.
    async fn statuses(&self) -> Result<Vec<QueueStatus>, Fault>;
}
