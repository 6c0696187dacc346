//! Telling apart what lies on the outcome stream.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::event::ContactEvent;
use super::keys;
use super::record::ContactRecord;

/// Reads one record of the outcome stream.
///
/// # Errors
/// [`Undecodable`] for bytes that can never be read. Such a record belongs in the dead letters; it must neither be
/// retried nor hold up its neighbours.
pub fn decode_stream_record(bytes: &[u8]) -> Result<StreamRecord, Undecodable> {
    match std::str::from_utf8(bytes) {
        Ok(_) if bytes.trim_ascii().is_empty() => return Err(Undecodable::Empty),
        Err(error) if error.error_len().is_some() => return Err(Undecodable::Binary),
        // A character cut in the middle at the very end: the text itself was fine.
        Err(_) => return Err(Undecodable::CutOff),
        Ok(_) => {}
    }
    match bytes.trim_ascii().first() {
        Some(b'{') => {}
        // Control characters begin no text that a program meant to be read.
        Some(byte) if byte.is_ascii_control() => return Err(Undecodable::Binary),
        _ => return Err(Undecodable::NotAnObject),
    }
    let marks: Marks = keys::from_slice(bytes).map_err(|error| unreadable(&error, "a JSON object"))?;
    match marks.kind()? {
        Kind::Contact => {
            let record: ContactRecord =
                keys::from_slice(bytes).map_err(|error| unreadable(&error, "a contact record"))?;
            if record.contact_id.is_empty() {
                return Err(Undecodable::NoContactId);
            }
            Ok(StreamRecord::Contact(Box::new(record)))
        }
        Kind::Event => {
            let event: ContactEvent =
                keys::from_slice(bytes).map_err(|error| unreadable(&error, "a contact event"))?;
            if event.detail.contact_id.is_empty() {
                return Err(Undecodable::NoContactId);
            }
            Ok(StreamRecord::Event(Box::new(event)))
        }
        Kind::Foreign => Ok(StreamRecord::Foreign),
    }
}

/// One readable record of the outcome stream.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamRecord {
    /// The record of a finished contact leg.
    Contact(Box<ContactRecord>),
    /// A happening on a contact.
    Event(Box<ContactEvent>),
    /// Well-formed, known to come from Connect or EventBridge, and none of our business: an agent event, an event of
    /// another service. To be ignored and counted.
    Foreign,
}

/// Why bytes from the stream cannot be read. Says nothing of what was in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// No bytes, or blanks only.
    #[error("the record is empty")]
    Empty,
    /// Begins well and stops in the middle.
    #[error("the record is cut off")]
    CutOff,
    /// Not UTF-8, or control characters: compressed or encrypted, perhaps.
    #[error("the record is binary, not JSON text")]
    Binary,
    /// Text, but not JSON, or more than one JSON value.
    #[error("the record is not valid JSON")]
    NotJson,
    /// Text that is no JSON object.
    #[error("the record is not a JSON object")]
    NotAnObject,
    /// A JSON object with the marks of neither a contact record nor a contact event.
    #[error("the record is neither a contact record nor a contact event")]
    NeitherKind,
    /// The right kind, but it names no contact.
    #[error("the record has no contact id")]
    NoContactId,
    /// The right kind, but a field has a value of the wrong type, such as a time that is none.
    #[error("{kind} has a field of the wrong type, before column {column}")]
    WrongType {
        /// What it was taken for.
        kind: &'static str,
        /// Where reading stopped; bytes from the start of the line, which for Connect is the start of the record.
        column: usize,
    },
}

enum Kind {
    Contact,
    Event,
    Foreign,
}

/// The keys by which the kinds are known.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Marks {
    #[serde(rename = "AWSContactTraceRecordFormatVersion")]
    record_version: Option<IgnoredAny>,
    #[serde(rename = "ContactId")]
    contact_id: Option<IgnoredAny>,
    #[serde(rename = "InitiationMethod")]
    initiation_method: Option<IgnoredAny>,
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    source: Option<String>,
    #[serde(rename = "AgentARN")]
    agent_arn: Option<IgnoredAny>,
    #[serde(rename = "EventType")]
    agent_event_type: Option<IgnoredAny>,
}

impl Marks {
    fn kind(&self) -> Result<Kind, Undecodable> {
        if let (Some(detail_type), Some(source)) = (&self.detail_type, &self.source) {
            let ours = source == ContactEvent::SOURCE && detail_type == ContactEvent::DETAIL_TYPE;
            return Ok(if ours { Kind::Event } else { Kind::Foreign });
        }
        if self.record_version.is_some() || (self.contact_id.is_some() && self.initiation_method.is_some()) {
            return Ok(Kind::Contact);
        }
        if self.agent_arn.is_some() && self.agent_event_type.is_some() {
            return Ok(Kind::Foreign);
        }
        Err(Undecodable::NeitherKind)
    }
}

/// The reason behind a parse error, without its text, which quotes the input.
fn unreadable(error: &serde_json::Error, kind: &'static str) -> Undecodable {
    match error.classify() {
        Category::Eof => Undecodable::CutOff,
        Category::Data => Undecodable::WrongType { kind, column: error.column() },
        Category::Syntax | Category::Io => Undecodable::NotJson,
    }
}
