//! Lambda's way with a Kinesis event source, since the emulator has another:
//! partial batch responses, splitting, bounded retries, the on-failure
//! destination (Lambda developer guide, services-kinesis-batchfailurereporting,
//! kinesis-on-failure-destination, and CreateEventSourceMapping).
//!
//! Where the guide is silent, the harder case for the function is taken: the
//! two halves of a split batch keep the retries that were used, and a response
//! that names a record which was not in the batch fails the whole batch.
//! Records that are too old leave the front of their shard by themselves, as one
//! batch.
//!
//! Absent on purpose: tumbling windows, several batches of a shard at once.
//! Nothing here uses them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;

/// The settings of an event source mapping.
#[derive(Clone, Copy, Debug)]
pub struct Mapping {
    /// `BatchSize`.
    pub batch_size: usize,
    /// `MaximumRetryAttempts`.
    pub max_retries: u32,
    /// What arrived before is too old (`MaximumRecordAgeInSeconds`); the
    /// template sets none, so that only the stream forgets.
    pub oldest: Option<Timestamp>,
    /// `BisectBatchOnFunctionError`.
    pub bisect: bool,
    /// `ReportBatchItemFailures`.
    pub report_failures: bool,
}

/// A record of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in the shard.
    pub sequence: String,
    /// When the stream took it.
    pub arrived_at: Timestamp,
    /// The record itself.
    pub data: Vec<u8>,
}

/// The function failed: an error, a timeout, a crash.
#[derive(Debug)]
pub struct FunctionError;

const REGION: &str = "eu-west-2";
const STREAM: &str = "arn:aws:kinesis:eu-west-2:111122223333:stream/outcomes";
const FUNCTION: &str = "arn:aws:lambda:eu-west-2:111122223333:function:outcomes";

const EXHAUSTED: &str = "RetryAttemptsExhausted";
const TOO_OLD: &str = "RecordAgeExceeded";

struct Shard {
    id: String,
    batches: VecDeque<Batch>,
}

struct Batch {
    records: Vec<Record>,
    retries: u32,
}

/// Gives each shard's records to the function, in order, until none is left;
/// shards take turns. Returns what went to the on-failure destination.
pub async fn drive(
    mapping: Mapping,
    shards: Vec<(String, Vec<Record>)>,
    mut function: impl AsyncFnMut(Value) -> Result<Value, FunctionError>,
) -> Vec<Value> {
    let mut discarded = Vec::new();
    let batches = |records: Vec<Record>| {
        records.chunks(mapping.batch_size).map(|some| Batch { records: some.to_vec(), retries: 0 }).collect()
    };
    let mut shards: Vec<Shard> = shards
        .into_iter()
        .map(|(id, mut records)| {
            let young = |record: &Record| mapping.oldest.is_none_or(|oldest| record.arrived_at >= oldest);
            let rest = records.split_off(records.iter().position(young).unwrap_or(records.len()));
            if !records.is_empty() {
                let old = Batch { records, retries: 0 };
                discarded.extend(discard(&id, &old, (TOO_OLD, false)));
            }
            Shard { id, batches: batches(rest) }
        })
        .collect();
    while shards.iter().any(|shard| !shard.batches.is_empty()) {
        for shard in &mut shards {
            let Some(batch) = shard.batches.pop_front() else { continue };
            let answer = function(event(&shard.id, &batch.records)).await;
            let failed = match &answer {
                Err(FunctionError) => Some(0),
                Ok(_) if !mapping.report_failures => None,
                Ok(response) => lowest_failed(response, &batch.records),
            };
            let Some(failed) = failed else { continue };
            let next = after_failure(mapping, batch, failed);
            match next {
                Next::Again(batches) => {
                    for batch in batches.into_iter().rev() {
                        shard.batches.push_front(batch);
                    }
                }
                Next::Discard(batch) => {
                    discarded.extend(discard(&shard.id, &batch, (EXHAUSTED, answer.is_err())));
                }
            }
        }
    }
    discarded
}

enum Next {
    Again(Vec<Batch>),
    Discard(Batch),
}

/// The records before `failed` are done. What is left is split if it may be,
/// which costs no retry; else it is tried again as often as may be.
fn after_failure(mapping: Mapping, batch: Batch, failed: usize) -> Next {
    let Batch { mut records, retries } = batch;
    let mut rest = records.split_off(failed);
    if mapping.bisect && failed > 0 {
        return Next::Again(vec![Batch { records: rest, retries }]);
    }
    if mapping.bisect && rest.len() > 1 {
        let second = rest.split_off(rest.len() / 2);
        return Next::Again([rest, second].into_iter().map(|records| Batch { records, retries }).collect());
    }
    let batch = Batch { records: rest, retries: retries + 1 };
    if batch.retries > mapping.max_retries { Next::Discard(batch) } else { Next::Again(vec![batch]) }
}

/// The first record that must come again; `None` when all are done.
fn lowest_failed(response: &Value, records: &[Record]) -> Option<usize> {
    let failures = response.get("batchItemFailures")?.as_array()?;
    let places = failures.iter().map(|failure| {
        let identifier = failure.get("itemIdentifier").and_then(Value::as_str);
        // Null, empty, under another name, or of no record: all of it failed.
        records.iter().position(|record| Some(record.sequence.as_str()) == identifier).unwrap_or(0)
    });
    places.min()
}

/// What the function is given.
fn event(shard: &str, records: &[Record]) -> Value {
    let record = |record: &Record| {
        json!({
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "key",
                "sequenceNumber": record.sequence,
                "data": STANDARD.encode(&record.data),
                "approximateArrivalTimestamp": record.arrived_at.as_duration().as_secs_f64(),
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": format!("{shard}:{}", record.sequence),
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": "arn:aws:iam::111122223333:role/outcomes",
            "awsRegion": REGION,
            "eventSourceARN": STREAM,
        })
    };
    json!({"Records": records.iter().map(record).collect::<Vec<_>>()})
}

/// What the destination is sent: where the records are, not the records.
fn discard(shard: &str, batch: &Batch, (condition, error): (&str, bool)) -> Option<Value> {
    let (first, last) = (batch.records.first()?, batch.records.last()?);
    let mut response = json!({"statusCode": 200, "executedVersion": "$LATEST"});
    if error {
        response["functionError"] = json!("Unhandled");
    }
    Some(json!({
        "requestContext": {
            "requestId": "c9b8fa9f-5a7f-4d1c-af9c-0c604cde93a5",
            "functionArn": FUNCTION,
            "condition": condition,
            "approximateInvokeCount": batch.retries,
        },
        "responseContext": response,
        "version": "1.0",
        "timestamp": last.arrived_at.to_string(),
        "KinesisBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": first.sequence,
            "endSequenceNumber": last.sequence,
            "approximateArrivalOfFirstRecord": first.arrived_at.to_string(),
            "approximateArrivalOfLastRecord": last.arrived_at.to_string(),
            "batchSize": batch.records.len(),
            "streamArn": STREAM,
        },
    }))
}
