//! What services may ask of the outside: one small trait a file, used as
//! `Arc<dyn Port>`, domain types in and out.
//!
//! Expected answers are values; [`Fault`] is only for an outside that did not
//! behave. What each adapter must answer stands in the trait's doc and is
//! proven by `suite` (feature `suite`), which every adapter passes.
//!
//! Absent on purpose: nothing here knows SQL, HTTP or an SDK, and no port
//! retries. A handler whose port failed ends, and its message comes again.

mod accounts;
mod arrivals;
mod attempts;
mod audit;
mod batches;
mod callbacks;
mod checks;
mod clock;
mod days;
mod dead_letters;
mod deposits;
mod erasures;
mod escalations;
mod fault;
mod foresight;
mod letters;
mod notices;
mod pace;
mod queue;
mod queues;
mod residents;
mod retain;
mod search;
mod signals;
mod softphone;
mod stores;
mod stream;
#[cfg(feature = "suite")]
pub mod suite;
mod suppressions;
mod switch;
mod telephony;
pub mod trace;
mod uploads;

pub use accounts::{Account, Accounts};
pub use arrivals::{Arrival, Arrivals};
pub use attempts::{Attempts, Began, Begin, Tallied};
pub use audit::{Audit, AuditEntry};
pub use batches::Batches;
pub use callbacks::Callbacks;
pub use checks::{CheckResult, Checks};
pub use clock::Clock;
pub use days::{Days, PartOf};
pub use dead_letters::{DeadLetter, DeadLetters};
pub use deposits::{Broken, Deposits, Intake, Offer, Pieces, Released, Slot, Staged, Taken};
pub use erasures::{Erasures, Forgotten, Known, Place, Shelf, Whose, call_ids};
pub use escalations::{Escalations, OpenCases};
pub use fault::Fault;
pub use foresight::{Foreseen, Foresight, Prospect};
pub use letters::{Jobs, LetterGroup, Letters, NotAReplay, Replay, Replays, Resent};
pub use notices::Notices;
pub use pace::Pace;
pub use queue::{Depth, Inbox, Receipt, Received, Sender};
pub use queues::{QueueStatus, Queues};
pub use residents::{Page, Removed, Residents, Upserted};
pub use retain::{Expired, Retain};
pub use search::{Listed, Order, Question, Rank, Ranking, Search};
pub use signals::{Signal, Signals};
pub use softphone::{CallState, Phone, PhoneAct, PhoneCall, PhoneStatus, Softphone};
pub use stores::{Holdings, Stores};
pub use stream::{Checkpoints, Entry, EvidenceHorizon, Sequence, Settled, StreamReader, StreamWriter};
pub use suppressions::Suppressions;
pub use switch::Switch;
pub use telephony::{CallOrder, Described, Rejection, Started, Telephony, start_refused};
pub use uploads::{UploadInfo, Uploads};

/// A stored value with the version by which it is written back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// The version that was read; 0 for a value that is not stored yet.
    pub version: u64,
}

impl<T> Versioned<T> {
    /// A value that is not stored yet.
    pub const fn new(value: T) -> Self {
        Self { value, version: 0 }
    }
}

/// A place in a list, in the adapter's own terms: whoever has one can only go
/// on from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// What became of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Saved {
    /// Written; this is its version now.
    Done(u64),
    /// Somebody else wrote in between; nothing was changed.
    Changed,
}
