//! What comes out of the simulator.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use rollcall_contracts::connect::FlowInvocation;
use serde::{Deserialize, Serialize, Serializer};

/// Something the simulated Connect does to the world. `Debug` leaves the bytes of records out.
#[derive(Clone, PartialEq)]
pub enum Emission {
    /// A contact event or contact record arrives on the outcome stream.
    StreamRecord {
        /// When.
        at: Timestamp,
        /// Events carry their contact id here; records do not, so that nobody relies on their order.
        partition_key: String,
        /// The bytes, as the real Connect would write them.
        data: Vec<u8>,
    },
    /// The flow calls its function and waits for [`crate::Simulator::function_answered`].
    InvokeFunction(Box<Invocation>),
    /// What an observer of the telephone network sees.
    Seen(OutsideEvent),
}

impl fmt::Debug for Emission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StreamRecord { at, data, .. } => {
                write!(formatter, "StreamRecord({at}, {} bytes)", data.len())
            }
            Self::InvokeFunction(invocation) => {
                formatter.debug_tuple("InvokeFunction").field(invocation).finish()
            }
            Self::Seen(event) => formatter.debug_tuple("Seen").field(event).finish(),
        }
    }
}

/// A function called by the flow. A retry is an invocation of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Invocation {
    /// To be given back with the answer.
    pub id: InvocationId,
    /// When the flow calls.
    pub at: Timestamp,
    /// An answer after this is not heard.
    pub deadline: Timestamp,
    /// What the function is given.
    pub payload: FlowInvocation,
}

/// Number of an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InvocationId(pub(crate) u64);

/// The function gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionFailure {
    /// It failed, or its answer was no flat map of strings.
    Failed,
    /// There was no capacity to run it.
    Throttled,
}

/// One line of the outside view: what the simulated Connect itself saw, whatever the services under test believe.
///
/// `contact_id`, `client_token`, `resident_id` and `attempt_id` are `null` when there is none, as on a refused dial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideEvent {
    /// When, with milliseconds.
    #[serde(serialize_with = "millis")]
    pub at: Timestamp,
    /// What.
    pub kind: OutsideKind,
    /// Whose call, from its attributes.
    pub resident_id: Option<String>,
    /// Which attempt, from its attributes.
    pub attempt_id: Option<String>,
    /// The leg; for callback kinds the callback's own.
    pub contact_id: Option<String>,
    /// Client token of the call that began it all.
    pub client_token: Option<String>,
    /// The key, with `key_pressed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<char>,
    /// Name of the error on a refused or throttled dial, the disconnect reason on an end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What an observer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutsideKind {
    /// A start was accepted and the number is dialled. A repeat that gives a known contact id is not seen.
    DialAccepted,
    /// A start was refused for good: not valid, unknown, not allowed.
    DialRefused,
    /// A start was refused for now: request rate or concurrent calls.
    DialThrottled,
    /// Person or machine answered a check call.
    Answered,
    /// A key was pressed, right or wrong.
    KeyPressed,
    /// A check call is over. Exactly once for every accepted dial.
    Ended,
    /// The flow created a callback.
    CallbackRequested,
    /// Agent and resident, or his machine, were joined.
    CallbackConnected,
    /// A callback leg is over, joined or not. Exactly once for every callback contact.
    CallbackEnded,
}

static MILLIS: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

fn millis<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&MILLIS.timestamp_to_string(at))
}

#[cfg(test)]
mod tests {
    use super::Emission;

    #[test]
    fn debug_does_not_show_a_record() {
        let data = b"+447700900101".to_vec();
        let at = "2026-11-23T08:00:00Z".parse().unwrap();
        let shown = format!("{:?}", Emission::StreamRecord { at, partition_key: "key".to_owned(), data });
        assert_eq!(shown, "StreamRecord(2026-11-23T08:00:00Z, 13 bytes)");
    }
}
