//! A batch of records that Lambda read from a shard (Lambda Developer Guide,
//! "Using Lambda with Kinesis").

use super::batch::{Left, Odd, Window, answer, park, records};
use super::{Function, Invocation, refused};
use crate::StreamHandler;
use crate::queue::Surroundings;
use crate::stream::{SOURCE, deliver};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp, Unit};
use rollcall_ports::{Checkpoints, Fault, Replay, Sequence, Settled, Signal, trace};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// A handler of records as a Lambda function. Records are delivered in order
/// up to the first that cannot be settled: that one is named in the answer, and
/// the shard goes on from it. The event source must report batch item failures
/// and read a shard one batch at a time.
pub struct StreamFunction<H> {
    /// What handles a record.
    pub handler: H,
    /// Where it is kept how far a shard is settled, for the sweep.
    pub checkpoints: Arc<dyn Checkpoints>,
    /// What a delivery needs.
    pub around: Surroundings,
}

#[derive(Deserialize)]
struct Record {
    /// `<shard>:<sequence number>`.
    #[serde(rename = "eventID")]
    event_id: String,
    kinesis: Kinesis,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kinesis {
    sequence_number: String,
    #[serde(default)]
    partition_key: String,
    data: String,
    /// Seconds since 1970.
    approximate_arrival_timestamp: f64,
}

/// How far the batch is settled.
struct Reached {
    shard: String,
    settled: Settled,
}

#[async_trait]
impl<H: StreamHandler> Function for StreamFunction<H> {
    async fn call(&self, event: Value, invocation: &Invocation) -> Result<Value, Fault> {
        let records = records(event)?;
        let window = Window::of(invocation, self.around.clock.now());
        let mut reached = None;
        let mut stopped = None;
        for (index, record) in records.iter().enumerate() {
            let settled = if window.is_open(self.around.clock.now()) {
                self.take(record, index, (invocation, &window)).await
            } else {
                self.retried("no_time_left".to_owned());
                false
            };
            if !settled {
                stopped = Some(record);
                break;
            }
            reached = reached_by(record).or(reached);
        }
        if let Some(Reached { shard, settled }) = reached
            && let Err(fault) = self.checkpoints.settle(&shard, &settled).await
        {
            // The sweep would wait for what is settled: all of it comes again,
            // and finds its work done.
            self.retried(fault.to_string());
            stopped = records.first();
        }
        match stopped {
            None => Ok(answer(&[])),
            Some(record) => match sequence_of(record) {
                Some(sequence) => Ok(answer(&[Left(sequence.to_owned())])),
                None => Err(refused("a record without a sequence number cannot be left")),
            },
        }
    }
}

impl<H: StreamHandler> StreamFunction<H> {
    /// Whether the record is settled: applied or parked.
    async fn take(&self, record: &Value, index: usize, (of, window): (&Invocation, &Window)) -> bool {
        let read = Record::deserialize(record).ok();
        let data = read.as_ref().and_then(|record| STANDARD.decode(&record.kinesis.data).ok());
        let (Some(read), Some(data)) = (read, data) else {
            let odd = Odd { record, id: record.get("eventID"), index, invocation: of };
            return park((SOURCE, self.handler.name()), &odd, &self.around).await;
        };
        let replay = Replay::of_partition_key(&read.kinesis.partition_key);
        let work = deliver(&self.handler, &read.event_id, (&data, replay), &self.around);
        let work = trace::within(of.trace.clone(), work);
        window.within(self.around.clock.as_ref(), work).await.unwrap_or_else(|| {
            self.retried("cut_off_by_the_time_limit".to_owned());
            false
        })
    }

    fn retried(&self, reason: String) {
        self.around.signals.emit(&Signal::Retried { source: SOURCE.to_owned(), reason });
    }
}

fn sequence_of(record: &Value) -> Option<&str> {
    record.get("kinesis")?.get("sequenceNumber")?.as_str()
}

/// How far a shard is settled with this record. An odd one settles nothing by
/// itself; the next one settles it too.
fn reached_by(record: &Value) -> Option<Reached> {
    let record = Record::deserialize(record).ok()?;
    let (shard, _) = record.event_id.split_once(':')?;
    let since = SignedDuration::try_from_secs_f64(record.kinesis.approximate_arrival_timestamp).ok()?;
    Some(Reached {
        shard: shard.to_owned(),
        settled: Settled {
            sequence: Sequence::new(&record.kinesis.sequence_number),
            // A fraction of seconds is not exact; Kinesis counts milliseconds.
            arrived_at: Timestamp::from_duration(since).ok()?.round(Unit::Millisecond).ok()?,
        },
    })
}
