use crate::{Cursor, Fault};
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
            .finish_non_exhaustive()
    }
}

/// Where messages are set aside.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Sets a message aside. MUST be durable before it answers: the message is
    /// deleted from its queue next. Parking the same message again MUST NOT
    /// make a second letter.
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault>;

    /// Up to `most` letters, the oldest first, after the place `after`
    /// (`None`: from the start), each with its place. None at all only at the
    /// end.
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault>;

    /// How many there are.
    async fn count(&self) -> Result<u64, Fault>;
}
