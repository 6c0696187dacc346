//! Every port on SQLite, for one machine: a real file for `rollcall serve` and
//! `rollcall import` (also both at once on one data directory), and in memory
//! for rehearsals, with the same queries.
//!
//! Start at [`Store`]: it opens the database and hands out every port. A port
//! that has answered has committed; [`Durability`] says what that survives.
//!
//! Absent on purpose: a pool of connections (SQLite has one writer anyway, and
//! one connection behind a mutex keeps a rehearsal deterministic), any retry
//! (a handler whose port failed ends, and its message comes again), and any
//! clock but the port.

mod accounts;
mod attempts;
mod audit;
mod backup;
mod batches;
mod callbacks;
mod checks;
mod days;
mod db;
mod dead_letters;
mod erasures;
mod escalations;
mod keys;
mod notices;
mod open;
mod options;
mod pace;
mod places;
mod queue;
mod residents;
mod retain;
mod schema;
mod statuses;
mod store;
mod stores;
mod stream;
mod suppressions;
mod switch;
mod uploads;
mod values;

pub use backup::{BackedUp, BackupError, erasures_in};
pub use db::Durability;
pub use notices::ToldNotice;
pub use open::OpenError;
pub use options::{Options, Tidied};
pub use queue::Queue;
pub use store::Store;
pub use stream::Stream;
pub use uploads::{PutError, UploadStore};
