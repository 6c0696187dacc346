use crate::{Fault, Replay};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::envelope::{Envelope, Message};

/// One end of a queue of one kind of message.
#[async_trait]
pub trait Sender<M: Message>: Send + Sync {
    /// Sends up to any number of messages. MUST answer the positions of those
    /// that were certainly not taken (SQS SendMessageBatch answers 200 with
    /// failures inside); every other was taken at least once.
    async fn send(&self, messages: &[Envelope<M>]) -> Result<Vec<usize>, Fault>;
}

/// Roughly how much waits in a queue.
#[async_trait]
pub trait Depth: Send + Sync {
    /// Messages waiting or in a handler's hands. May be some seconds old.
    async fn depth(&self) -> Result<u32, Fault>;
}

/// What it takes to settle one received message. A later receive of the same
/// message makes it void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt(pub String);

/// A message in a handler's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What it takes to settle it.
    pub receipt: Receipt,
    /// The same in every receive of the same message.
    pub id: String,
    /// The text.
    pub body: String,
    /// How often it was received, this time included.
    pub receives: u32,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The copy of a dead letter that it is, where it is one.
    pub replay: Option<Replay>,
}

/// The other end of a queue, where we poll ourselves (on AWS Lambda does).
#[async_trait]
pub trait Inbox: Send + Sync {
    /// The queue's name in `topology.toml`.
    fn name(&self) -> &'static str;

    /// Up to `most` messages, each hidden from other receivers for the queue's
    /// visibility timeout. MUST hand out a message at least once until it is
    /// deleted; MUST move it to the dead letters instead of handing it out
    /// more than `max_receives` times. Order is not promised.
    async fn receive(&self, most: u32) -> Result<Vec<Received>, Fault>;

    /// Done with it. A void receipt MUST be accepted without effect.
    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault>;

    /// Hand it out again after `after`. A void receipt MUST be accepted
    /// without effect.
    async fn retry_after(&self, receipt: &Receipt, after: SignedDuration) -> Result<(), Fault>;

    /// When the next message becomes visible, if any is stored: for loops that
    /// would rather sleep than poll. `None` also where nobody can tell (SQS).
    async fn next_visible(&self) -> Result<Option<Timestamp>, Fault>;
}
