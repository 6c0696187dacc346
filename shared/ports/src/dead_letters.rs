use crate::{Cursor, Fault, Replay};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A message that was set aside, with all that is needed to understand it and
/// to replay it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The queue or stream it came from.
    pub source: String,
    /// The id of the message there; parking it again changes nothing.
    pub message_id: String,
    /// Why, without any content of the message.
    pub reason: String,
    /// The handler that set it aside.
    pub handler: String,
    /// When.
    pub parked_at: Timestamp,
    /// How often it had been received.
    pub receives: u32,
    /// The message itself, byte by byte.
    pub body: Vec<u8>,
    /// The copy of a former letter that it was, where it was one.
    pub replay: Option<Replay>,
}

impl std::fmt::Debug for DeadLetter {
    /// Without the body, which may hold anything.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeadLetter")
            .field("source", &self.source)
            .field("message_id", &self.message_id)
            .field("reason", &self.reason)
            .field("parked_at", &self.parked_at)
            .field("receives", &self.receives)
            .field("replay", &self.replay)
            .finish_non_exhaustive()
    }
}

/// Where messages are set aside.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Sets a message aside. MUST be durable before it answers: the message is
    /// deleted from its queue next. Parking the same message again MUST NOT
    /// make a second letter, nor open one that is over. Parking a copy of a
    /// letter that was replayed MUST open that letter again, by
    /// [`Letter::park_again`](rollcall_domain::letter::Letter::park_again); a
    /// copy of a letter that nobody knows becomes one of its own.
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault>;

    /// A handler has settled a copy of a letter, by
    /// [`Letter::apply`](rollcall_domain::letter::Letter::apply). MUST be
    /// accepted without effect for a letter that nobody knows. Where no history
    /// is kept, there is nothing to do.
    async fn applied(&self, replay: Replay, at: Timestamp) -> Result<(), Fault> {
        let _no_history = (replay, at);
        Ok(())
    }

    /// Up to `most` letters that are not over, in the order in which they were
    /// first set aside, after the place `after` (`None`: from the start), each
    /// with its place. None at all only at the end.
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault>;

    /// How many there are that are not over.
    async fn count(&self) -> Result<u64, Fault>;
}
