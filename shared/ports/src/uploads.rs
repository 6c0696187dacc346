use crate::Fault;
use async_trait::async_trait;

/// What the store knows of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadInfo {
    /// Bytes.
    pub size: u64,
}

/// The store of uploaded files.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// MUST answer `None` for a key that does not exist.
    async fn info(&self, key: &str) -> Result<Option<UploadInfo>, Fault>;

    /// The bytes from `start` up to, not including, `end`. MUST answer fewer
    /// only at the end of the file, and `None` for a key that does not exist.
    async fn read(&self, key: &str, start: u64, end: u64) -> Result<Option<Vec<u8>>, Fault>;
}
