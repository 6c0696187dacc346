//! The adapters against software that others wrote: the contract suite, and
//! what only several writers at once can show.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod books;
mod clock;
mod dialers;
mod files;
mod people;
mod support;
mod units;
