//! The adapters against software that others wrote: the contract suite, and
//! what only several writers at once can show.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod clock;
mod files;
mod people;
mod connect;
mod connect_errors;
mod event_source;
mod event_source_rules;
mod kinesis;
mod kinesis_shards;
mod notices;
mod raw;
mod scripted;
mod sqs;
mod support;
mod units;
