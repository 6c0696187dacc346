//! Batches from a shard of the stream.

use crate::support::{Obedient, Outside, around, clock, invocation, sample};
use rollcall_host::lambda::{Function, StreamFunction};
use rollcall_ports::{Checkpoints, Fault};
use serde_json::{Value, json};
use std::sync::Arc;

const RECORDS: &str = include_str!("samples/kinesis-ctr-batch.json");
const FAILURE: &str = include_str!("samples/response-kinesis-batch-partial-failure.json");

/// `{"do":"…"}` in Base64, for the words that are used.
fn coded(word: &str) -> &'static str {
    match word {
        "a" => "eyJkbyI6ImEifQ==",
        "fail" => "eyJkbyI6ImZhaWwifQ==",
        "poison" => "eyJkbyI6InBvaXNvbiJ9",
        "slow" => "eyJkbyI6InNsb3cifQ==",
        other => panic!("{other} has no code here"),
    }
}

/// A batch of records that hold these, by the sample's form.
fn batch(words: &[&str]) -> Value {
    let record = |(index, word): (usize, &&str)| {
        let mut record = sample(RECORDS)["Records"][0].clone();
        let sequence = format!("496574321098765432109876543210987654321098765432100000{:02}", index + 10);
        record["eventID"] = json!(format!("shardId-000000000000:{sequence}"));
        record["kinesis"]["sequenceNumber"] = json!(sequence);
        record["kinesis"]["data"] = json!(coded(word));
        record
    };
    json!({ "Records": words.iter().enumerate().map(record).collect::<Vec<_>>() })
}

async fn call(outside: Outside, event: Value) -> (Result<Value, Fault>, Vec<String>) {
    let (outside, clock) = (Arc::new(outside), clock());
    let function = StreamFunction {
        handler: Obedient { outside: Arc::clone(&outside), clock: Arc::clone(&clock) },
        checkpoints: Arc::clone(&outside) as Arc<dyn Checkpoints>,
        around: around(&outside, &clock),
    };
    let answer = function.call(event, &invocation()).await;
    (answer, outside.log())
}

#[tokio::test]
async fn every_record_of_the_samples_is_handled_and_settled() {
    for (text, count, settled) in [
        (RECORDS, 7, "settle shardId-000000000000 to …007, arrived 2026-11-20T10:14:10.3Z"),
        (
            include_str!("samples/kinesis-contact-events-out-of-order.json"),
            4,
            "settle shardId-000000000000 to …103, arrived 2026-11-20T10:00:10Z",
        ),
        (
            include_str!("samples/kinesis-one-ctr.json"),
            1,
            "settle shardId-000000000000 to …001, arrived 2026-11-20T10:01:47.412Z",
        ),
    ] {
        let (answer, log) = call(Outside::default(), sample(text)).await;
        assert_eq!(answer, Ok(json!({ "batchItemFailures": [] })));
        assert_eq!(log.len(), count + 1, "{log:?}");
        assert!(log[..count].iter().all(|line| line.starts_with("handle {") && line.ends_with("[5759]")));
        assert_eq!(log[count], settled);
    }
}

#[tokio::test]
async fn a_shard_stops_at_the_first_record_that_is_not_settled() {
    let (answer, log) = call(Outside::default(), batch(&["poison", "fail", "a"])).await;
    assert_eq!(answer, Ok(sample(FAILURE)));
    assert_eq!(
        log,
        [
            r#"handle {"do":"poison"} [5759]"#,
            "park shardId-000000000000:49657432109876543210987654321098765432109876543210000010 of 1 receives, \
             15 bytes: it says so",
            "parked of outcomes",
            r#"handle {"do":"fail"} [5759]"#,
            "retried of outcomes: no answer from store",
            "settle shardId-000000000000 to …010, arrived 2026-11-20T10:01:47.412Z",
        ]
    );
}

#[tokio::test]
async fn nothing_is_settled_when_the_first_must_come_again() {
    let (answer, log) = call(Outside::default(), batch(&["fail", "a"])).await;
    assert!(answer.unwrap()["batchItemFailures"][0]["itemIdentifier"].as_str().unwrap().ends_with("10"));
    assert_eq!(log.len(), 2, "{log:?}");
}

#[tokio::test]
async fn no_record_is_begun_in_the_second_half_of_the_time() {
    let (answer, log) = call(Outside::default(), batch(&["slow", "slow", "a"])).await;
    assert!(answer.unwrap()["batchItemFailures"][0]["itemIdentifier"].as_str().unwrap().ends_with("12"));
    assert_eq!(log[2], "retried of outcomes: no_time_left");
    assert!(log[3].starts_with("settle shardId-000000000000 to …011"), "{log:?}");
}

#[tokio::test]
async fn an_odd_record_is_parked_and_the_shard_goes_on() {
    let mut event = batch(&["a", "a", "a", "a"]);
    event["Records"][0]["kinesis"]["data"] = json!("not base64!");
    event["Records"][1] = json!({});
    event["Records"][2]["kinesis"]["approximateArrivalTimestamp"] = Value::Null;
    let (answer, log) = call(Outside::default(), event).await;
    assert_eq!(answer, Ok(json!({ "batchItemFailures": [] })));
    let parked: Vec<&String> = log.iter().filter(|line| line.starts_with("park ")).collect();
    assert_eq!(parked.len(), 3, "{log:?}");
    assert!(parked[1].starts_with("park 8476a536-e9f4-11e8-9739-2dfe598c3fcd/1 of"), "{log:?}");
    assert_eq!(log[6], r#"handle {"do":"a"} [5759]"#);
    assert!(log[7].starts_with("settle shardId-000000000000 to …013"), "{log:?}");
}

#[tokio::test]
async fn all_comes_again_when_the_checkpoint_could_not_be_kept() {
    let outside = Outside { settling_fails: true, ..Outside::default() };
    let (answer, log) = call(outside, batch(&["a", "a"])).await;
    assert!(answer.unwrap()["batchItemFailures"][0]["itemIdentifier"].as_str().unwrap().ends_with("10"));
    assert_eq!(log[2..], ["retried of outcomes: no answer from checkpoints"]);
}

#[tokio::test]
async fn a_record_without_a_place_that_cannot_be_parked_fails_the_batch() {
    let outside = Outside { parking_fails: true, ..Outside::default() };
    let (answer, _) = call(outside, json!({ "Records": [{}] })).await;
    assert!(matches!(answer, Err(Fault::Refused { .. })), "{answer:?}");
}
