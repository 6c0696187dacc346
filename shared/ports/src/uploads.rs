use crate::Fault;
use async_trait::async_trait;
use rollcall_contracts::upload::UploadRef;

/// What the store knows of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadInfo {
    /// Bytes.
    pub size: u64,
}

/// The store of uploaded files. A file is asked for in one form; one that was
/// put under the key later is another file. Of one that is erased
/// ([`Shelf::blank`](crate::Shelf::blank)) only single rows are other bytes: blank ones.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// MUST answer `None` for a key that does not exist, and for a form that
    /// the store does not have (any more).
    async fn info(&self, upload: &UploadRef) -> Result<Option<UploadInfo>, Fault>;

    /// The bytes from `start` up to, not including, `end`. MUST answer fewer
    /// only at the end of the file, `None` as [`Uploads::info`] does, and never
    /// a byte of another form.
    async fn read(&self, upload: &UploadRef, start: u64, end: u64) -> Result<Option<Vec<u8>>, Fault>;
}
