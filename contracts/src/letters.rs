//! What a message that was set aside is: its kind as far as anybody can tell,
//! whether its handler could read it, and what it should look like. One place
//! for every queue and the stream, so that what is offered for editing is held
//! against the very reader that will meet it.

use crate::connect::{StreamRecord, decode_stream_record};
use crate::envelope::{Envelope, Message};
use crate::messages::{CallRequest, Notice, RowsChunk};
use crate::upload::arrived;
use serde::Deserialize;
use serde_json::Value;

/// The kind of what nobody can tell the kind of.
pub const UNREADABLE: &str = "unreadable";
/// The notification of an object store.
pub const UPLOAD_NOTIFICATION: &str = "upload_notification";
/// Amazon Connect's record of a contact.
pub const CONTACT_RECORD: &str = "contact_record";
/// Amazon Connect's event of a contact.
pub const CONTACT_EVENT: &str = "contact_event";

/// What can be told of a message, whether or not its handler can read it. Holds
/// nothing of its content: a kind that is not known is not repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its kind.
    pub kind: &'static str,
    /// Its version, where messages of the kind have one.
    pub version: Option<u32>,
    /// The id of the trace that it is part of: 32 hexadecimal digits.
    pub trace: Option<String>,
}

/// The label of a message.
#[must_use]
pub fn label(body: &[u8]) -> Label {
    let marks: Marks = serde_json::from_slice(body).unwrap_or_default();
    let version =
        marks.version.as_ref().and_then(Value::as_u64).and_then(|version| u32::try_from(version).ok());
    let trace = marks.trace.as_ref().and_then(Value::as_str).and_then(trace_id);
    let of_ours = marks.kind.as_ref().and_then(Value::as_str).and_then(|kind| {
        [RowsChunk::KIND, CallRequest::KIND, Notice::KIND].into_iter().find(|known| *known == kind)
    });
    if let Some(kind) = of_ours {
        return Label { kind, version, trace };
    }
    let kind = if marks.records.is_some() || marks.event.is_some() {
        UPLOAD_NOTIFICATION
    } else if marks.record_version.is_some() || marks.contact_id.is_some() {
        CONTACT_RECORD
    } else if marks.detail_type.is_some() {
        CONTACT_EVENT
    } else {
        UNREADABLE
    };
    Label { kind, version: None, trace: None }
}

/// The keys by which the kinds are known.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Marks {
    kind: Option<Value>,
    version: Option<Value>,
    trace: Option<Value>,
    #[serde(rename = "Records")]
    records: Option<serde::de::IgnoredAny>,
    #[serde(rename = "Event")]
    event: Option<serde::de::IgnoredAny>,
    #[serde(rename = "AWSContactTraceRecordFormatVersion")]
    record_version: Option<serde::de::IgnoredAny>,
    #[serde(rename = "ContactId")]
    contact_id: Option<serde::de::IgnoredAny>,
    #[serde(rename = "detail-type")]
    detail_type: Option<serde::de::IgnoredAny>,
}

fn trace_id(traceparent: &str) -> Option<String> {
    let id = traceparent.split('-').nth(1)?;
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| id.to_owned())
}

/// Whether the handler that listens to `source` can read this message.
///
/// # Errors
/// Why it cannot, without any content of the message; also for a source that
/// no handler listens to.
pub fn readable(source: &str, body: &[u8]) -> Result<(), String> {
    if source == "outcomes" {
        return match decode_stream_record(body) {
            Ok(StreamRecord::Contact(_) | StreamRecord::Event(_) | StreamRecord::Foreign) => Ok(()),
            Err(undecodable) => Err(undecodable.to_string()),
        };
    }
    let text =
        std::str::from_utf8(body).map_err(|_| "not a message: expected text, found bytes".to_owned())?;
    match source {
        "uploads" => arrived(text).map(drop).map_err(|error| error.to_string()),
        "rows" => message::<RowsChunk>(text),
        "call_requests" => message::<CallRequest>(text),
        _ => Err("no handler listens to this queue".to_owned()),
    }
}

fn message<M: Message>(text: &str) -> Result<(), String> {
    Envelope::<M>::decode(text).map(drop).map_err(|error| error.to_string())
}

/// What messages of this kind look like, as JSON Schema; `None` for the kinds
/// of others, and for what has no kind.
#[must_use]
pub fn schema(kind: &str) -> Option<Value> {
    let text = match kind {
        RowsChunk::KIND => include_str!("../schemas/rows_chunk.v1.schema.json"),
        CallRequest::KIND => include_str!("../schemas/call_request.v1.schema.json"),
        Notice::KIND => include_str!("../schemas/notice.v2.schema.json"),
        _ => return None,
    };
    // A test holds that each of them is JSON.
    serde_json::from_str(text).ok()
}

/// The kind of message that the handler of this queue takes, where that is one
/// of ours.
#[must_use]
pub fn expected(source: &str) -> Option<&'static str> {
    match source {
        "rows" => Some(RowsChunk::KIND),
        "call_requests" => Some(CallRequest::KIND),
        _ => None,
    }
}
