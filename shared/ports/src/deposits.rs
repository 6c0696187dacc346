use crate::Fault;
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_contracts::upload::UploadRef;
use rollcall_domain::ids::UploadId;
use std::collections::BTreeMap;
use std::fmt;

/// A place for one file, as somebody asks for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which upload it will be.
    pub id: UploadId,
    /// What the uploader calls the file. May hold the name of a person.
    pub file_name: String,
    /// The account that asks.
    pub by: String,
    /// The most bytes that are taken.
    pub most: u64,
    /// Until when the file may be put there.
    pub until: Timestamp,
}

/// Where the file is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// To whoever asked, who hands it on to [`Intake`].
    Here,
    /// To this address, as a form of these fields and then the file (`file`).
    /// Whoever has them may put a file there.
    Elsewhere {
        /// The address.
        url: String,
        /// The fields.
        fields: BTreeMap<String, String>,
    },
}

/// A file that was put and not loaded yet, or lately.
#[derive(Clone, PartialEq, Eq)]
pub struct Staged {
    /// By which [`Uploads`](crate::Uploads) reads it.
    pub upload: UploadRef,
    /// Bytes.
    pub size: u64,
    /// What the uploader calls it. May hold the name of a person.
    pub file_name: String,
    /// The account that asked for the place.
    pub by: String,
}

/// What became of having a file loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Released {
    /// Ingest is told of it, by now or before.
    Done,
    /// There is no such file (any more).
    Missing,
}

/// Files that people bring, from the offer of a place until they are loaded.
/// Staged files are nothing to ingest, and are gone a day after their place was
/// offered.
#[async_trait]
pub trait Deposits: Send + Sync {
    /// Offers a place. A repeat with the same offer is the same place.
    async fn offer(&self, offer: &Offer) -> Result<Slot, Fault>;

    /// The file that was put there; `None` before, and when it is gone. MUST
    /// NOT be larger than was offered.
    async fn staged(&self, id: UploadId) -> Result<Option<Staged>, Fault>;

    /// Puts the staged file where ingest is told of it, under
    /// [`loaded_key`](rollcall_contracts::upload::loaded_key). A repeat MUST
    /// NOT put another file there. The staged file stays readable.
    async fn release(&self, id: UploadId) -> Result<Released, Fault>;
}

/// The sender went away, or sent something that is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// A file on its way in.
#[async_trait]
pub trait Pieces: Send {
    /// The next bytes; `None` at the end of the file.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Broken>;
}

/// What became of taking in a file. Nothing of it is visible but after
/// [`Taken::Done`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Taken {
    /// It is there, with so many bytes, and survives the loss of power. A
    /// former one is gone.
    Done(u64),
    /// It is larger than was offered.
    TooLarge,
    /// There is no such place, or its time is over.
    NotOffered,
    /// It was loaded already.
    Released,
    /// Not all of it came.
    Broken,
}

/// Takes files in where [`Slot::Here`] was answered.
#[async_trait]
pub trait Intake: Send + Sync {
    /// Takes in the file for a place. MUST keep no more of it in memory than a
    /// piece, and MUST end at the first piece that is too much.
    async fn take(&self, id: UploadId, pieces: &mut dyn Pieces) -> Result<Taken, Fault>;
}

impl fmt::Debug for Offer {
    /// Without what people wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for Staged {
    /// Without what people wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { upload, size, .. } = self;
        f.debug_struct("Staged").field("upload", upload).field("size", size).finish_non_exhaustive()
    }
}
