//! What lies in a dead-letter queue of SQS, whoever put it there.

use super::{Attributes, DeadLetterQueue, replay, text};
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use jiff::Timestamp;
use rollcall_ports::{DeadLetter, Sequence};
use serde::Deserialize;

/// What a message of a dead-letter queue is.
#[derive(Debug)]
pub(crate) enum Found {
    /// A letter.
    Letter(DeadLetter),
    /// Records of a stream that Lambda gave up on, and left where they are.
    Records(Box<Records>),
}

/// Where records are that Lambda gave up on.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) shard: String,
    pub(crate) first: Sequence,
    pub(crate) last: Sequence,
    pub(crate) size: u32,
    /// Why.
    pub(crate) reason: String,
    /// What stands for them if the stream keeps them no longer.
    pub(crate) place: DeadLetter,
}

/// What a message of `queue` is; `None` without the id that every one has.
pub(crate) fn read(queue: &DeadLetterQueue, message: Message) -> Option<Found> {
    let id = message.message_id?;
    let system = message.attributes.unwrap_or_default();
    let sent = system.get(&MessageSystemAttributeName::SentTimestamp).and_then(|sent| sent.parse().ok());
    let sent_at = sent.and_then(|sent| Timestamp::from_millisecond(sent).ok());
    let letter = DeadLetter {
        source: queue.source.clone(),
        message_id: id,
        reason: String::new(),
        handler: "queue".to_owned(),
        // When it was moved here SQS does not say; when it was sent has to do.
        parked_at: sent_at.unwrap_or(Timestamp::UNIX_EPOCH),
        receives: 0,
        body: message.body.unwrap_or_default().into_bytes(),
        replay: None,
    };
    let attributes = message.message_attributes.unwrap_or_default();
    Some(told_by_attributes(&attributes, &letter).unwrap_or_else(|| told_by_body(queue, &attributes, letter)))
}

/// What the attributes say: of a message that a handler set aside here itself,
/// as those of former versions did, or that EventBridge could not deliver
/// (EventBridge User Guide, "Using dead-letter queues to process undelivered
/// events").
fn told_by_attributes(attributes: &Attributes, letter: &DeadLetter) -> Option<Found> {
    let value = |name: &str| attributes.get(name).and_then(|value| value.string_value());
    let letter = letter.clone();
    if let Some(code) = value("ERROR_CODE") {
        let condition = value("EXHAUSTED_RETRY_CONDITION").unwrap_or("not to be retried");
        let event: Event = serde_json::from_slice(&letter.body).unwrap_or_default();
        return Some(Found::Letter(DeadLetter {
            message_id: event.id.unwrap_or(letter.message_id),
            reason: format!("EventBridge could not put it on the stream: {code} ({condition})"),
            handler: "events".to_owned(),
            receives: value("RETRY_ATTEMPTS").and_then(|times| times.parse().ok()).unwrap_or(0),
            ..letter
        }));
    }
    let (source, message_id) = (value("source")?, value("message_id")?);
    Some(Found::Letter(DeadLetter {
        source: source.to_owned(),
        message_id: message_id.to_owned(),
        reason: value("reason").unwrap_or_default().to_owned(),
        handler: value("handler").unwrap_or_default().to_owned(),
        parked_at: value("parked_at").and_then(|at| at.parse().ok()).unwrap_or(letter.parked_at),
        receives: value("receives").and_then(|times| times.parse().ok()).unwrap_or(0),
        body: text::read(&String::from_utf8_lossy(&letter.body), value("encoding")),
        replay: None,
    }))
}

/// A message that SQS moved here, or that Lambda put here in place of records.
fn told_by_body(queue: &DeadLetterQueue, attributes: &Attributes, letter: DeadLetter) -> Found {
    let Ok(Discarded { context, batch }) = serde_json::from_slice(&letter.body) else {
        let times = queue.max_receives;
        let reason = format!("received {times} times without success");
        return Found::Letter(DeadLetter { reason, receives: times, replay: replay(attributes), ..letter });
    };
    let times = context.invokes;
    let reason = format!("handling it failed {times} times ({})", context.condition);
    let place = DeadLetter {
        message_id: format!("{}/{}", batch.shard, batch.start),
        reason: format!(
            "handling {} record(s) from this place on failed {times} times ({}), and the stream keeps them no longer",
            batch.size, context.condition
        ),
        receives: times,
        ..letter
    };
    Found::Records(Box::new(Records {
        first: Sequence::new(&batch.start),
        last: Sequence::new(&batch.end),
        shard: batch.shard,
        size: batch.size.max(1),
        reason,
        place,
    }))
}

/// An event of EventBridge.
#[derive(Default, Deserialize)]
struct Event {
    id: Option<String>,
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
    #[serde(rename = "endSequenceNumber")]
    end: String,
    #[serde(rename = "batchSize", default)]
    size: u32,
}

#[cfg(test)]
mod tests {
    use super::{Found, read};
    use crate::sqs::DeadLetterQueue;
    use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
    use rollcall_domain::ids::LetterId;
    use rollcall_ports::{DeadLetter, Replay};

    fn message(body: &str, attributes: &[(&str, &str)]) -> Message {
        let message = Message::builder().message_id("m-1").body(body);
        let message = message.attributes(MessageSystemAttributeName::SentTimestamp, "1795168800125");
        let message = attributes.iter().fold(message, |message, (name, value)| {
            let value = MessageAttributeValue::builder().data_type("String").string_value(*value);
            message.message_attributes(*name, value.build().unwrap())
        });
        message.build()
    }

    fn found(source: &str, max_receives: u32, message: Message) -> Found {
        let queue = DeadLetterQueue { source: source.to_owned(), url: "none".to_owned(), max_receives };
        read(&queue, message).unwrap()
    }

    fn letter(source: &str, message: Message) -> DeadLetter {
        match found(source, 5, message) {
            Found::Letter(letter) => letter,
            Found::Records(records) => panic!("expected a letter, found {records:?}"),
        }
    }

    #[test]
    fn what_sqs_moved_is_told_as_the_embedded_queue_tells_it() {
        let copy = Replay { letter: LetterId::of("rows", "9"), round: 2 };
        let letter = letter("rows", message("{\"cut", &[("replay", &copy.to_string())]));
        assert_eq!((letter.source.as_str(), letter.message_id.as_str()), ("rows", "m-1"));
        assert_eq!(letter.reason, "received 5 times without success");
        assert_eq!((letter.receives, letter.handler.as_str()), (5, "queue"));
        assert_eq!(letter.parked_at.to_string(), "2026-11-20T10:00:00.125Z");
        assert_eq!((letter.body.as_slice(), letter.replay), (b"{\"cut".as_slice(), Some(copy)));
    }

    #[test]
    fn what_lambda_gave_up_on_is_told_by_its_place() {
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
        let Found::Records(records) = found("outcomes", 0, message(body, &[])) else { panic!("a letter") };
        assert_eq!((records.shard.as_str(), records.size), ("shardId-000000000001", 2));
        assert!(records.first < records.last);
        assert_eq!(records.reason, "handling it failed 11 times (RetryAttemptsExhausted)");
        let place = "shardId-000000000001/49601189658422359378836298521827638475320189012309704722";
        assert_eq!((records.place.message_id.as_str(), records.place.receives), (place, 11));
    }

    #[test]
    fn what_eventbridge_could_not_deliver_is_the_event_itself() {
        let attributes = [
            ("RULE_ARN", "arn:aws:events:eu-west-2:111122223333:rule/contact-events"),
            ("ERROR_CODE", "NO_PERMISSIONS"),
            ("ERROR_MESSAGE", "User: arn:… is not authorized"),
            ("RETRY_ATTEMPTS", "0"),
        ];
        let letter =
            letter("outcomes", message(r#"{"version":"0","id":"e-7","source":"aws.connect"}"#, &attributes));
        assert_eq!((letter.source.as_str(), letter.message_id.as_str()), ("outcomes", "e-7"));
        assert_eq!(
            letter.reason,
            "EventBridge could not put it on the stream: NO_PERMISSIONS (not to be retried)"
        );
        assert_eq!(letter.handler, "events");
    }

    #[test]
    fn what_a_former_version_set_aside_itself_keeps_its_reason() {
        let attributes = [
            ("source", "rows"),
            ("message_id", "m-9"),
            ("reason", "not a message"),
            ("handler", "loader"),
            ("parked_at", "2026-11-23T09:00:00.5Z"),
            ("receives", "2"),
            ("encoding", "base64"),
        ];
        let letter = letter("uploads", message("AP8=", &attributes));
        assert_eq!((letter.source.as_str(), letter.message_id.as_str()), ("rows", "m-9"));
        assert_eq!((letter.body.as_slice(), letter.receives), ([0, 255].as_slice(), 2));
        assert_eq!((letter.reason.as_str(), letter.handler.as_str()), ("not a message", "loader"));
        assert_eq!(letter.parked_at.to_string(), "2026-11-23T09:00:00.5Z");
    }
}
