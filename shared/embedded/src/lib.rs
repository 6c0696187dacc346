//! Every port on SQLite, for one machine: a real file for `rollcall serve` and
//! `rollcall import` (also both at once on one data directory), and in memory
//! for rehearsals, with the same queries.
//!
//! Start at [`Store`]: it opens the database and hands out every port.
//!
//! Absent on purpose: a pool of connections (SQLite has one writer anyway, and
//! one connection behind a mutex keeps a rehearsal deterministic), any retry
//! (a handler whose port failed ends, and its message comes again), and any
//! clock but the port.

mod db;
mod queue;
mod store;
mod stream;
mod stub;
mod uploads;

pub use db::Durability;
pub use queue::Queue;
pub use store::{OpenError, Options, QueueStatus, Store, Tidied, ToldNotice};
pub use stream::Stream;
pub use uploads::{PutError, UploadStore};
