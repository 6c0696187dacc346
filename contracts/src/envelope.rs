//! The wrapping of every message that we put on a queue: its kind and version,
//! so that a reader refuses what it does not know instead of guessing.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A message of ours.
pub trait Message: Serialize + DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {
    /// The name of this kind of message on the wire.
    const KIND: &'static str;
    /// Raised when a reader of the former version could misread the new one.
    const VERSION: u32;
}

/// A message with what every message has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope<M> {
    /// [`Message::KIND`].
    pub kind: String,
    /// [`Message::VERSION`].
    pub version: u32,
    /// When it was sent.
    #[schemars(with = "String")]
    pub sent_at: Timestamp,
    /// W3C `traceparent` of the work that sent it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The message itself.
    pub body: M,
}

/// Why a text is no message of the kind that was expected. Never quotes the
/// text: a parked message may hold anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or cut off.
    #[error("not a message: expected a JSON envelope, found broken JSON at line {line}, column {column}")]
    NotJson {
        /// Line of the first fault.
        line: usize,
        /// Column of the first fault.
        column: usize,
    },
    /// JSON, but without the fields of an envelope.
    #[error("not a message: expected an envelope with kind, version, sent_at and body")]
    NotAnEnvelope,
    /// Another kind.
    #[error("expected a message of kind {expected}, found another kind")]
    WrongKind {
        /// What this reader takes.
        expected: &'static str,
    },
    /// Another version.
    #[error("expected version {expected} of {kind}, found version {found}")]
    WrongVersion {
        /// The kind.
        kind: &'static str,
        /// What this reader takes.
        expected: u32,
        /// What was found.
        found: u32,
    },
    /// The body is not of the expected form.
    #[error("the body of this {kind} is not of the expected form (line {line}, column {column} of the body)")]
    WrongBody {
        /// The kind.
        kind: &'static str,
        /// Line of the first fault.
        line: usize,
        /// Column of the first fault.
        column: usize,
    },
}

#[derive(Deserialize)]
struct RawEnvelope<'a> {
    kind: String,
    version: u32,
    sent_at: Timestamp,
    #[serde(default)]
    trace: Option<String>,
    #[serde(borrow)]
    body: &'a serde_json::value::RawValue,
}

impl<M: Message> Envelope<M> {
    /// Wraps `body` as sent at `sent_at`.
    #[must_use]
    pub fn new(body: M, sent_at: Timestamp) -> Self {
        Self { kind: M::KIND.to_owned(), version: M::VERSION, sent_at, trace: None, body }
    }

    /// The text that goes on the queue.
    ///
    /// # Errors
    /// When the body cannot be written as JSON, which none of ours can cause.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a text from a queue.
    ///
    /// # Errors
    /// When it is not an envelope of this very kind and version.
    pub fn decode(text: &str) -> Result<Self, DecodeError> {
        let raw: RawEnvelope<'_> = serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                DecodeError::NotAnEnvelope
            } else {
                DecodeError::NotJson { line: error.line(), column: error.column() }
            }
        })?;
        if raw.kind != M::KIND {
            return Err(DecodeError::WrongKind { expected: M::KIND });
        }
        if raw.version != M::VERSION {
            return Err(DecodeError::WrongVersion {
                kind: M::KIND,
                expected: M::VERSION,
                found: raw.version,
            });
        }
        let body = serde_json::from_str(raw.body.get()).map_err(|error| DecodeError::WrongBody {
            kind: M::KIND,
            line: error.line(),
            column: error.column(),
        })?;
        Ok(Self { kind: raw.kind, version: raw.version, sent_at: raw.sent_at, trace: raw.trace, body })
    }
}
