//! A batch of messages that Lambda received from a queue (Lambda Developer
//! Guide, "Using Lambda with Amazon SQS").

use super::batch::{Left, Odd, Window, answer, park, records};
use super::{Function, Invocation};
use crate::Handler;
use crate::queue::{Settlement, Surroundings, deliver};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_ports::trace::{self, Trace};
use rollcall_ports::{Fault, Inbox, Receipt, Received, Replay, Signal};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A handler of messages as a Lambda function. Each message is delivered by
/// itself; those that are not settled are named in the answer, so that only
/// they come again. The event source must report batch item failures.
pub struct QueueFunction<H> {
    /// What handles a message.
    pub handler: H,
    /// The queue: to say when a message is to come again.
    pub inbox: Arc<dyn Inbox>,
    /// What a delivery needs.
    pub around: Surroundings,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    receipt_handle: String,
    body: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attribute {
    string_value: Option<String>,
}

#[async_trait]
impl<H: Handler> Function for QueueFunction<H> {
    async fn call(&self, event: Value, invocation: &Invocation) -> Result<Value, Fault> {
        let records = records(event)?;
        let window = Window::of(invocation, self.around.clock.now());
        let mut left = Vec::new();
        for (index, record) in records.into_iter().enumerate() {
            let id = record.get("messageId").and_then(Value::as_str).map(str::to_owned);
            let settled = if window.is_open(self.around.clock.now()) {
                self.take(record, index, (invocation, &window)).await
            } else {
                self.retried("no_time_left".to_owned());
                false
            };
            if !settled {
                // Without its id Lambda could only bring the whole batch again.
                left.push(Left(id.ok_or_else(|| super::refused("a message without an id cannot be left"))?));
            }
        }
        Ok(answer(&left))
    }
}

impl<H: Handler> QueueFunction<H> {
    /// Whether the message is settled: applied or parked.
    async fn take(&self, record: Value, index: usize, (of, window): (&Invocation, &Window)) -> bool {
        let source = self.inbox.name();
        let record = match Record::deserialize(&record) {
            Ok(record) => record,
            Err(_) => {
                let odd = Odd { record: &record, id: record.get("messageId"), index, invocation: of };
                return park((source, self.handler.name()), &odd, &self.around).await;
            }
        };
        let trace = record.trace().or_else(|| of.trace.clone());
        let message = record.received(self.around.clock.now());
        let work = deliver(&self.handler, source, &message, &self.around);
        let clock = self.around.clock.as_ref();
        match window.within(clock, trace::within(trace, work)).await {
            Some(Settlement::Delete) => true,
            Some(Settlement::Leave) => false,
            Some(Settlement::RetryAfter(after)) => {
                if let Err(fault) = self.inbox.retry_after(&message.receipt, after).await {
                    // It comes again when the queue's own time is over.
                    self.retried(fault.to_string());
                }
                false
            }
            None => {
                self.retried("cut_off_by_the_time_limit".to_owned());
                false
            }
        }
    }

    fn retried(&self, reason: String) {
        self.around.signals.emit(&Signal::Retried { source: self.inbox.name().to_owned(), reason });
    }
}

impl Record {
    /// What the sender was doing: in the message's attributes, in X-Ray's
    /// header, or in the envelope of the body.
    fn trace(&self) -> Option<Trace> {
        #[derive(Deserialize)]
        struct Envelope {
            trace: Option<String>,
        }
        let attribute = self.message_attributes.get("traceparent").and_then(|it| it.string_value.as_deref());
        attribute
            .and_then(Trace::from_traceparent)
            .or_else(|| {
                let envelope: Envelope = serde_json::from_str(&self.body).ok()?;
                Trace::from_traceparent(&envelope.trace?)
            })
            .or_else(|| Trace::from_xray(self.attributes.get("AWSTraceHeader")?))
    }

    fn received(self, now: Timestamp) -> Received {
        let number = |name: &str| self.attributes.get(name).and_then(|text| text.parse::<i64>().ok());
        let receives = number("ApproximateReceiveCount").and_then(|count| u32::try_from(count).ok());
        let sent_at = number("SentTimestamp").and_then(|at| Timestamp::from_millisecond(at).ok());
        let mark = self.message_attributes.get(Replay::ATTRIBUTE).and_then(|it| it.string_value.as_deref());
        Received {
            replay: mark.and_then(|mark| mark.parse().ok()),
            receives: receives.unwrap_or(1),
            sent_at: sent_at.unwrap_or(now),
            receipt: Receipt(self.receipt_handle),
            id: self.message_id,
            body: self.body,
        }
    }
}
