//! The adapters against software that others wrote: the contract suite, and
//! what only several writers at once can show.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod books;
mod clock;
mod connect;
mod connect_errors;
mod dialers;
mod doctor;
mod erasing;
mod faults;
mod files;
mod kinesis;
mod kinesis_shards;
mod letters;
mod notices;
mod people;
mod proxy;
mod retention;
mod scripted;
mod shelf;
mod sqs;
mod support;
mod units;
