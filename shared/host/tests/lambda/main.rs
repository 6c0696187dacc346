//! Handlers as Lambda functions: what becomes of each record of an event, and
//! what Lambda is answered. Events are samples of each kind.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod batches;
mod flow;
mod lines;
mod shards;
mod support;
mod timers;
