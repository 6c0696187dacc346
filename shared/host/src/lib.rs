//! Running handlers anywhere.
//!
//! A service is a [`Handler`] (one message), a [`StreamHandler`] (one record),
//! a [`Periodic`] (no input at all) or a [`FlowHandler`] (a call flow asks). This crate does what is the same for
//! all of them: decode each body on its own, park what can never succeed with
//! its reason, leave the rest to redelivery, respect the deadline. On one
//! machine and in a rehearsal [`queue::turn`] and [`stream::turn`] poll; on
//! AWS Lambda polls, and `lambda` (a feature) delivers what it brings.
//!
//! Absent on purpose: no retry loop. A handler that fails ends; the queue or
//! the stream brings its message again.

pub mod clock;
#[cfg(feature = "lambda")]
pub mod lambda;
pub mod metrics;
pub mod queue;
pub mod settings;
pub mod signals;
pub mod stream;

use async_trait::async_trait;
use jiff::SignedDuration;
use rollcall_contracts::connect::{FlowAnswer, FlowInvocation};
use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_ports::Fault;

/// What a handler says of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Applied, or nothing to do: delete it.
    Done,
    /// Not now: hand it out again.
    Retry {
        /// When; `None` leaves it to the queue.
        after: Option<SignedDuration>,
        /// Why, as a stable word.
        reason: &'static str,
    },
    /// Can never succeed as it is: set it aside for people. The reason names
    /// what was found and expected, without content.
    Poison(String),
}

/// A service that is given one message at a time.
#[async_trait]
pub trait Handler: Send + Sync {
    /// What it takes.
    type Input: Send;

    /// The service's name, for signals and dead letters.
    fn name(&self) -> &'static str;

    /// Reads a body.
    ///
    /// # Errors
    /// The reason why this can never be read, without content.
    fn decode(&self, body: &str) -> Result<Self::Input, String>;

    /// Handles one message. Must be safe to repeat after any interruption.
    async fn handle(&self, input: Self::Input) -> Result<Verdict, Fault>;
}

/// A service that is given the records of a stream, one at a time, in order.
#[async_trait]
pub trait StreamHandler: Send + Sync {
    /// The service's name, for signals and dead letters.
    fn name(&self) -> &'static str;

    /// Handles one record. Must be safe to repeat and to reorder.
    async fn handle(&self, data: &[u8]) -> Result<Verdict, Fault>;
}

/// A service that runs by the clock. It has no input, so that routine and
/// recovery are the same code.
#[async_trait]
pub trait Periodic: Send + Sync {
    /// The service's name.
    fn name(&self) -> &'static str;

    /// One run. Must be safe to repeat, to interrupt and to overlap.
    async fn run(&self) -> Result<(), Fault>;
}

/// A service that answers a call flow while the resident waits.
#[async_trait]
pub trait FlowHandler: Send + Sync {
    /// Answers one invocation. Must be safe to repeat: Connect does.
    async fn answer(&self, invocation: &FlowInvocation) -> Result<FlowAnswer, Fault>;
}

/// [`Handler::decode`] for a message of ours.
///
/// # Errors
/// The reason why this is no such message.
pub fn decode_message<M: Message>(body: &str) -> Result<M, String> {
    Envelope::<M>::decode(body).map(|envelope| envelope.body).map_err(|error| error.to_string())
}
