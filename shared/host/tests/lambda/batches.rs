//! Batches from a queue.

use crate::support::{Obedient, Outside, around, clock, invocation, sample};
use rollcall_host::lambda::{Function, QueueFunction};
use rollcall_ports::Fault;
use rollcall_ports::Inbox;
use serde_json::{Value, json};
use std::sync::Arc;

const CARRYING: &str = include_str!("samples/sqs-carrying-s3-event.json");
const FAILURE: &str = include_str!("samples/response-sqs-batch-partial-failure.json");

/// A batch of messages whose bodies are these, by the sample's form.
fn batch(bodies: &[&str]) -> Value {
    let record = |(index, body): (usize, &&str)| {
        let mut record = sample(CARRYING)["Records"][0].clone();
        record["messageId"] = json!(format!("059f36b4-87a3-44ab-83d2-{:012}", index + 1));
        record["receiptHandle"] = json!(format!("receipt {}", index + 1));
        record["body"] = json!(json!({ "do": body }).to_string());
        record
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

async fn call(outside: Outside, event: Value) -> (Result<Value, Fault>, Vec<String>) {
    let (outside, clock) = (Arc::new(outside), clock());
    let function = QueueFunction {
        handler: Obedient { outside: Arc::clone(&outside), clock: Arc::clone(&clock) },
        inbox: Arc::clone(&outside) as Arc<dyn Inbox>,
        around: around(&outside, &clock),
    };
    let answer = function.call(event, &invocation()).await;
    (answer, outside.log())
}

#[tokio::test]
async fn all_is_well() {
    let (answer, log) = call(Outside::default(), sample(CARRYING)).await;
    assert_eq!(answer, Ok(json!({ "batchItemFailures": [] })));
    assert_eq!(log, [r#"handle {"Records":[{"eventVersi [5759]"#]);
}

#[tokio::test]
async fn only_what_is_not_settled_comes_again() {
    let (answer, log) = call(Outside::default(), batch(&["a", "poison", "fail", "b"])).await;
    assert_eq!(answer, Ok(sample(FAILURE)));
    assert_eq!(
        log,
        [
            r#"handle {"do":"a"} [5759]"#,
            r#"handle {"do":"poison"} [5759]"#,
            "park 059f36b4-87a3-44ab-83d2-000000000002 of 1 receives, 15 bytes: it says so",
            "parked of letters",
            r#"handle {"do":"fail"} [5759]"#,
            "retried of letters: no answer from store",
            r#"handle {"do":"b"} [5759]"#,
        ]
    );
}

#[tokio::test]
async fn a_message_may_say_when_it_comes_again() {
    let (answer, log) = call(Outside::default(), batch(&["later"])).await;
    assert_eq!(answer.unwrap()["batchItemFailures"].as_array().unwrap().len(), 1);
    assert_eq!(log[1..], ["retried of letters: later", "receipt 1 comes again after 5 s"]);
}

#[tokio::test]
async fn no_message_is_begun_in_the_second_half_of_the_time() {
    let (answer, log) = call(Outside::default(), batch(&["slow", "slow", "a", "b"])).await;
    let left = answer.unwrap();
    let ids: Vec<&str> = left["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| left["itemIdentifier"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["059f36b4-87a3-44ab-83d2-000000000003", "059f36b4-87a3-44ab-83d2-000000000004"]);
    assert_eq!(log[2..], ["retried of letters: no_time_left", "retried of letters: no_time_left"]);
}

#[tokio::test]
async fn what_hangs_is_left_in_time_for_an_answer() {
    let (answer, log) = call(Outside::default(), batch(&["a", "hang", "b"])).await;
    assert_eq!(answer.unwrap()["batchItemFailures"].as_array().unwrap().len(), 2);
    assert_eq!(
        log[1..],
        [
            r#"handle {"do":"hang"} [5759]"#,
            "retried of letters: cut_off_by_the_time_limit",
            "retried of letters: no_time_left"
        ]
    );
}

#[tokio::test]
async fn an_odd_record_is_parked_and_its_neighbours_are_handled() {
    let mut event = batch(&["a", "b", "c"]);
    event["Records"][0]["body"] = Value::Null;
    event["Records"][1] = json!(17);
    let (answer, log) = call(Outside::default(), event).await;
    assert_eq!(answer, Ok(json!({ "batchItemFailures": [] })));
    assert!(log[0].starts_with("park 059f36b4-87a3-44ab-83d2-000000000001 of 1 receives, "), "{log:?}");
    assert!(
        log[2].starts_with("park 8476a536-e9f4-11e8-9739-2dfe598c3fcd/1 of 1 receives, 2 bytes: "),
        "{log:?}"
    );
    assert_eq!(log[4..], [r#"handle {"do":"c"} [5759]"#]);
}

#[tokio::test]
async fn an_odd_record_that_cannot_be_parked_comes_again() {
    let mut event = batch(&["a"]);
    event["Records"][0]["body"] = Value::Null;
    let outside = || Outside { parking_fails: true, ..Outside::default() };
    let (answer, log) = call(outside(), event).await;
    assert_eq!(answer.unwrap()["batchItemFailures"].as_array().unwrap().len(), 1);
    assert_eq!(log, ["retried of letters: no answer from dead letters"]);
    // Without an id it can only come again with the whole batch.
    let (answer, _) = call(outside(), json!({ "Records": [{}] })).await;
    assert!(matches!(answer, Err(Fault::Refused { .. })), "{answer:?}");
}

#[tokio::test]
async fn an_event_of_another_kind_is_refused() {
    for event in [sample(include_str!("samples/eventbridge-schedule-tick.json")), json!([]), Value::Null] {
        let (answer, log) = call(Outside::default(), event).await;
        assert!(matches!(answer, Err(Fault::Refused { .. })), "{answer:?}");
        assert_eq!(log, [""; 0]);
    }
}

#[tokio::test]
async fn the_sender_says_what_a_message_is_part_of() {
    let other = |digit: &str| format!("00-{}-53995c3f42cd8ad8-01", digit.repeat(32));
    let mut event = batch(&["a", "a", "a"]);
    event["Records"][0]["messageAttributes"] =
        json!({ "traceparent": { "stringValue": other("1"), "dataType": "String" } });
    event["Records"][1]["body"] = json!(json!({ "trace": other("2") }).to_string());
    event["Records"][2]["attributes"]["AWSTraceHeader"] =
        json!(format!("Root=1-33333333-{};Parent=53995c3f42cd8ad8;Sampled=0", "3".repeat(24)));
    let (_, log) = call(Outside::default(), event).await;
    let traces: Vec<&str> = log.iter().filter_map(|line| line.rsplit_once('[')).map(|(_, it)| it).collect();
    assert_eq!(traces, ["1111]", "2222]", "3333]"]);
}
