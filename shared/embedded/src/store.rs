use crate::db::Durability;
use crate::queue::Queue;
use crate::stream::Stream;
use crate::stub::{Stub, nothing};
use crate::uploads::UploadStore;
use jiff::Timestamp;
use rollcall_contracts::messages::Notice;
use rollcall_contracts::topology::Topology;
use rollcall_domain::batch::{Batch, Tally};
use rollcall_ports::{
    Attempts, Audit, Batches, Callbacks, Checks, Clock, DeadLetters, Fault, Notices, Pace, Residents,
};
use std::path::Path;
use std::sync::Arc;

/// The database of one machine, and every port on it. Cheap to clone; all
/// clones share one connection. Several stores, also of several processes, may
/// be open on one directory at once.
#[derive(Clone)]
pub struct Store {
    topology: Topology,
}

/// What may differ between stores.
#[derive(Clone, Debug)]
pub struct Options {
    /// The numbers of queues and streams.
    pub topology: Topology,
    /// The most that any commit is made to survive: `Durability::Process`
    /// drops the disk flushes of those that a promise follows, for benches.
    pub durability: Durability,
}

impl Default for Options {
    /// The shipped topology; promises survive the loss of power.
    fn default() -> Self {
        Self { topology: Topology::shipped().clone(), durability: Durability::Power }
    }
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or a file in it cannot be used.
    #[error("the data directory cannot be used: {0}")]
    Io(#[from] std::io::Error),
}

/// One queue as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueStatus {
    /// The queue or stream, by its name in `topology.toml`, or any other source of dead letters.
    pub name: String,
    /// Messages waiting or in a handler's hands.
    pub depth: u64,
    /// Messages of it that were set aside.
    pub dead_letters: u64,
}

/// A notice as it stands on the notice board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldNotice {
    /// Its place on the board; grows.
    pub position: u64,
    /// When it was told first.
    pub at: Timestamp,
    /// How often it was told.
    pub times: u32,
    /// The notice.
    pub notice: Notice,
}

/// What [`Store::tidy`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Messages past their queue's retention, set aside as dead letters.
    pub expired: u64,
    /// Stream records past their retention that had been taken in, dropped.
    pub trimmed: u64,
}

impl Store {
    /// Opens, or creates, the store in the directory `dir`.
    ///
    /// # Errors
    /// When the directory cannot be used, or what is in it is no database of
    /// Rollcall, is damaged, or is of a newer version.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_with(dir, clock, Options::default())
    }

    /// As [`Store::open`], with other options.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(dir: &Path, clock: Arc<dyn Clock>, options: Options) -> Result<Self, OpenError> {
        drop(clock);
        std::fs::create_dir_all(dir)?;
        Ok(Self { topology: options.topology })
    }

    /// A store in memory, for rehearsals and tests.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory(clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::in_memory_with(clock, Options::default())
    }

    /// As [`Store::in_memory`], with other options.
    ///
    /// # Errors
    /// As [`Store::in_memory`].
    pub fn in_memory_with(clock: Arc<dyn Clock>, options: Options) -> Result<Self, OpenError> {
        drop(clock);
        Ok(Self { topology: options.topology })
    }

    /// The register.
    #[must_use]
    pub fn residents(&self) -> Arc<dyn Residents> {
        Arc::new(Stub)
    }

    /// What is known of each dial.
    #[must_use]
    pub fn attempts(&self) -> Arc<dyn Attempts> {
        Arc::new(Stub)
    }

    /// The results of the days.
    #[must_use]
    pub fn checks(&self) -> Arc<dyn Checks> {
        Arc::new(Stub)
    }

    /// The promises.
    #[must_use]
    pub fn callbacks(&self) -> Arc<dyn Callbacks> {
        Arc::new(Stub)
    }

    /// What became of each upload.
    #[must_use]
    pub fn batches(&self) -> Arc<dyn Batches> {
        Arc::new(Stub)
    }

    /// The limiter over all dialers.
    #[must_use]
    pub fn pace(&self) -> Arc<dyn Pace> {
        Arc::new(Stub)
    }

    /// Where messages are set aside.
    #[must_use]
    pub fn dead_letters(&self) -> Arc<dyn DeadLetters> {
        Arc::new(Stub)
    }

    /// The audit log.
    #[must_use]
    pub fn audit(&self) -> Arc<dyn Audit> {
        Arc::new(Stub)
    }

    /// The notice board: notices are kept for whoever looks, see
    /// [`Store::notices_told`].
    #[must_use]
    pub fn notices(&self) -> Arc<dyn Notices> {
        Arc::new(Stub)
    }

    /// The queue of the object store's notifications: raw S3 JSON, see
    /// `rollcall_contracts::upload`.
    #[must_use]
    pub fn uploads_queue(&self) -> Queue {
        Queue::new("uploads", self.topology.queues.uploads)
    }

    /// The queue of byte ranges to be loaded.
    #[must_use]
    pub fn rows_queue(&self) -> Queue {
        Queue::new("rows", self.topology.queues.rows)
    }

    /// The queue of orders to dial.
    #[must_use]
    pub fn call_requests_queue(&self) -> Queue {
        Queue::new("call_requests", self.topology.queues.call_requests)
    }

    /// The stream of contact records and contact events.
    #[must_use]
    pub fn outcomes_stream(&self) -> Stream {
        Stream::new(self.topology.streams.outcomes.shards)
    }

    /// The store of uploaded files.
    #[must_use]
    pub fn uploads(&self) -> UploadStore {
        UploadStore {}
    }

    /// The latest `most` uploads, the newest first, each with its account.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn batches_recent(&self, _most: u32) -> Result<Vec<(Batch, Tally)>, Fault> {
        nothing()
    }

    /// How many residents are on the register.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn residents_count(&self) -> Result<u64, Fault> {
        nothing()
    }

    /// Every queue, the stream, and every other source of dead letters.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn queue_statuses(&self) -> Result<Vec<QueueStatus>, Fault> {
        nothing()
    }

    /// Up to `most` notices from position `after` on (not included; 0 for the
    /// start), the oldest first.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn notices_told(&self, _after: u64, _most: u32) -> Result<Vec<ToldNotice>, Fault> {
        nothing()
    }

    /// What is wrong with the database, in words; empty when nothing is. Reads
    /// all of it.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn integrity_check(&self) -> Result<Vec<String>, Fault> {
        nothing()
    }

    /// Ends what is past its time: messages past their retention become dead
    /// letters, stream records past theirs are dropped once they are taken in.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn tidy(&self, _now: Timestamp) -> Result<Tidied, Fault> {
        nothing()
    }
}
