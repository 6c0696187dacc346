//! A dead letter as a message of SQS.

use super::{DeadLetterQueue, text};
use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use jiff::Timestamp;
use rollcall_ports::{Cursor, DeadLetter};
use serde::Deserialize;

const SOURCE: &str = "source";
const MESSAGE_ID: &str = "message_id";
const REASON: &str = "reason";
const HANDLER: &str = "handler";
const PARKED_AT: &str = "parked_at";
const RECEIVES: &str = "receives";
const ENCODING: &str = "encoding";

/// The SDK's own type; nothing here depends on its order.
#[expect(clippy::disallowed_types, reason = "the SDK takes no other map")]
type Attributes = std::collections::HashMap<String, MessageAttributeValue>;

/// A letter that was found.
pub(super) struct Found {
    /// The id of this message in the dead-letter queue.
    pub(super) id: String,
    /// When it was sent, in milliseconds since 1970: here, or, if SQS moved
    /// it, to its source.
    pub(super) sent: i64,
    pub(super) letter: DeadLetter,
}

/// Where a letter stands among all: by when it was parked, then by when it was
/// sent, then by source and message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    parked_at: Timestamp,
    sent: i64,
    source: String,
    message_id: String,
}

impl Place {
    pub(super) fn of(found: &Found) -> Self {
        Self {
            parked_at: found.letter.parked_at,
            sent: found.sent,
            source: found.letter.source.clone(),
            message_id: found.letter.message_id.clone(),
        }
    }

    pub(super) fn cursor(&self) -> Cursor {
        Cursor(format!("{} {} {} {}", self.parked_at, self.sent, self.source, self.message_id))
    }

    pub(super) fn read(cursor: &Cursor) -> Option<Self> {
        let mut parts = cursor.0.splitn(4, ' ');
        Some(Self {
            parked_at: parts.next()?.parse().ok()?,
            sent: parts.next()?.parse().ok()?,
            source: parts.next()?.to_owned(),
            message_id: parts.next()?.to_owned(),
        })
    }
}

/// Body, attributes, and the size of both as SQS counts it.
pub(super) fn write(letter: &DeadLetter) -> Option<(String, Attributes, usize)> {
    let (body, encoding) = text::write(&letter.body);
    let mut bytes = body.len();
    let mut attributes = Attributes::new();
    for (name, value) in [
        (SOURCE, letter.source.clone()),
        (MESSAGE_ID, letter.message_id.clone()),
        (REASON, letter.reason.clone()),
        (HANDLER, letter.handler.clone()),
        (PARKED_AT, letter.parked_at.to_string()),
        (RECEIVES, letter.receives.to_string()),
        (ENCODING, encoding.map(text::Encoding::as_str).unwrap_or_default().to_owned()),
    ] {
        // SQS takes no empty value.
        if value.is_empty() {
            continue;
        }
        let value = text::attribute(&value);
        bytes += name.len() + "String".len() + value.len();
        let value = MessageAttributeValue::builder().data_type("String").string_value(value).build().ok()?;
        attributes.insert(name.to_owned(), value);
    }
    Some((body, attributes, bytes))
}

/// The letter that a message of `queue` is.
pub(super) fn read(queue: &DeadLetterQueue, message: Message) -> Option<Found> {
    let id = message.message_id?;
    let sent = message
        .attributes
        .as_ref()
        .and_then(|attributes| attributes.get(&MessageSystemAttributeName::SentTimestamp)?.parse().ok())
        .unwrap_or(0);
    let sent_at = Timestamp::from_millisecond(sent).unwrap_or(Timestamp::UNIX_EPOCH);
    let body = message.body.unwrap_or_default();
    let attributes = message.message_attributes.unwrap_or_default();
    let value = |name: &str| attributes.get(name).and_then(|value| value.string_value());
    let letter = match (value(SOURCE), value(MESSAGE_ID)) {
        (Some(source), Some(message_id)) => DeadLetter {
            source: source.to_owned(),
            message_id: message_id.to_owned(),
            reason: value(REASON).unwrap_or_default().to_owned(),
            handler: value(HANDLER).unwrap_or_default().to_owned(),
            parked_at: value(PARKED_AT).and_then(|at| at.parse().ok()).unwrap_or(sent_at),
            receives: value(RECEIVES).and_then(|times| times.parse().ok()).unwrap_or(0),
            body: text::read(&body, value(ENCODING)),
            replay: None,
        },
        _ => not_parked_by_us(queue, &id, sent_at, body),
    };
    Some(Found { id, sent, letter })
}

/// A message that SQS moved here, or that Lambda put here in place of stream
/// records. Neither says when; when it was sent has to do.
fn not_parked_by_us(queue: &DeadLetterQueue, id: &str, sent_at: Timestamp, body: String) -> DeadLetter {
    let (message_id, reason, receives) = match serde_json::from_str::<Discarded>(&body) {
        Ok(Discarded { context, batch }) => {
            let times = context.invokes;
            let reason = format!(
                "handling {} record(s) from this place on failed {times} times ({}); the records are still \
                 in the stream",
                batch.size, context.condition
            );
            (format!("{}/{}", batch.shard, batch.start), reason, times)
        }
        Err(_) => {
            let times = queue.max_receives;
            (id.to_owned(), format!("received {times} times without success"), times)
        }
    };
    DeadLetter {
        source: queue.source.clone(),
        message_id,
        reason,
        handler: "queue".to_owned(),
        parked_at: sent_at,
        receives,
        body: body.into_bytes(),
        replay: None,
    }
}

/// What Lambda sends to the on-failure destination of a Kinesis event source:
/// the place of the records, not the records (Lambda developer guide,
/// kinesis-on-failure-destination).
#[derive(Deserialize)]
struct Discarded {
    #[serde(rename = "requestContext")]
    context: Context,
    #[serde(rename = "KinesisBatchInfo")]
    batch: Batch,
}

#[derive(Deserialize)]
struct Context {
    condition: String,
    #[serde(rename = "approximateInvokeCount", default)]
    invokes: u32,
}

#[derive(Deserialize)]
struct Batch {
    #[serde(rename = "shardId")]
    shard: String,
    #[serde(rename = "startSequenceNumber")]
    start: String,
    #[serde(rename = "batchSize", default)]
    size: u32,
}

#[cfg(test)]
mod tests {
    use super::{Place, read};
    use crate::sqs::DeadLetterQueue;
    use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
    use rollcall_ports::Cursor;

    fn queue(source: &str, max_receives: u32) -> DeadLetterQueue {
        DeadLetterQueue { source: source.to_owned(), url: "none".to_owned(), max_receives }
    }

    fn message(body: &str) -> Message {
        let message = Message::builder().message_id("m-1").body(body);
        message.attributes(MessageSystemAttributeName::SentTimestamp, "1795168800125").build()
    }

    #[test]
    fn what_sqs_moved_is_told_as_the_embedded_queue_tells_it() {
        let letter = read(&queue("rows", 5), message("{\"cut")).unwrap().letter;
        assert_eq!((letter.source.as_str(), letter.message_id.as_str()), ("rows", "m-1"));
        assert_eq!(letter.reason, "received 5 times without success");
        assert_eq!((letter.receives, letter.handler.as_str()), (5, "queue"));
        assert_eq!(letter.parked_at.to_string(), "2026-11-20T10:00:00.125Z");
        assert_eq!(letter.body, b"{\"cut");
    }

    #[test]
    fn what_lambda_discarded_is_told_by_its_place() {
        let body = r#"{"requestContext":{"requestId":"c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
            "functionArn":"arn:aws:lambda:eu-west-2:111122223333:function:outcomes",
            "condition":"RetryAttemptsExhausted","approximateInvokeCount":11},
            "responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},
            "version":"1.0","timestamp":"2026-11-23T00:38:06.021Z",
            "KinesisBatchInfo":{"shardId":"shardId-000000000001",
            "startSequenceNumber":"49601189658422359378836298521827638475320189012309704722",
            "endSequenceNumber":"49601189658422359378836298522902373528957594348623495186",
            "approximateArrivalOfFirstRecord":"2026-11-23T00:38:04.835Z",
            "approximateArrivalOfLastRecord":"2026-11-23T00:38:05.580Z","batchSize":2,
            "streamArn":"arn:aws:kinesis:eu-west-2:111122223333:stream/outcomes"}}"#;
        let letter = read(&queue("outcomes", 0), message(body)).unwrap().letter;
        let place = "shardId-000000000001/49601189658422359378836298521827638475320189012309704722";
        assert_eq!(letter.message_id, place);
        assert_eq!(letter.receives, 11);
        assert!(letter.reason.contains("2 record(s)") && letter.reason.contains("RetryAttemptsExhausted"));
    }

    #[test]
    fn a_place_is_read_from_its_cursor_and_nothing_else_is() {
        let found = read(&queue("rows", 5), message("x")).unwrap();
        let place = Place::of(&found);
        assert_eq!(Place::read(&place.cursor()), Some(place));
        assert_eq!(Place::read(&Cursor("17".to_owned())), None);
    }
}
