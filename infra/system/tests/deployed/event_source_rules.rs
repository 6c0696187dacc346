//! The driver of event sources against what Lambda documents.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rollcall_system::event_source::{FunctionError, Mapping, Record, drive};
use serde_json::{Value, json};

const SHIPPED: Mapping =
    Mapping { batch_size: 4, max_retries: 2, oldest: None, bisect: true, report_failures: true };

fn shard(number: usize, records: usize) -> (String, Vec<Record>) {
    let record = |n: usize| Record {
        sequence: format!("4959033827149025660855969253836157109592157598913658{number}{n:03}"),
        arrived_at: "2026-11-23T09:00:00Z".parse().unwrap(),
        data: format!("{number}/{n}").into_bytes(),
    };
    (format!("shardId-{number:012}"), (0..records).map(record).collect())
}

/// Sequence number and content of each record in an event.
fn contents(event: &Value) -> Vec<(String, String)> {
    let records = event["Records"].as_array().unwrap().iter();
    let content = |record: &Value| {
        let data = STANDARD.decode(record["kinesis"]["data"].as_str().unwrap()).unwrap();
        let sequence = record["kinesis"]["sequenceNumber"].as_str().unwrap().to_owned();
        (sequence, String::from_utf8(data).unwrap())
    };
    records.map(content).collect()
}

/// What the function was given, run by run, when it answers as `answer` says.
async fn runs(
    mapping: Mapping,
    shards: Vec<(String, Vec<Record>)>,
    answer: impl Fn(usize, &[(String, String)]) -> Result<Value, FunctionError>,
) -> (Vec<String>, Vec<Value>) {
    let mut runs = Vec::new();
    let discarded = drive(mapping, shards, async |event| {
        let contents = contents(&event);
        runs.push(contents.iter().map(|(_, content)| content.clone()).collect::<Vec<_>>().join(" "));
        answer(runs.len(), &contents)
    })
    .await;
    (runs, discarded)
}

/// A response that names these records of the batch.
fn failures(contents: &[(String, String)], bad: impl Fn(&str) -> bool) -> Value {
    let failed = contents.iter().filter(|(_, content)| bad(content));
    let items: Vec<Value> = failed.map(|(sequence, _)| json!({"itemIdentifier": sequence})).collect();
    json!({"batchItemFailures": items})
}

#[tokio::test]
async fn a_batch_goes_on_at_the_lowest_record_that_failed() {
    for bisect in [false, true] {
        let mapping = Mapping { bisect, ..SHIPPED };
        let (runs, discarded) = runs(mapping, vec![shard(0, 6)], |run, contents| {
            Ok(if run == 1 {
                let mut named = failures(contents, |content| content == "0/1" || content == "0/3");
                named["batchItemFailures"].as_array_mut().unwrap().reverse();
                named
            } else {
                json!({"batchItemFailures": []})
            })
        })
        .await;
        assert_eq!(runs, ["0/0 0/1 0/2 0/3", "0/1 0/2 0/3", "0/4 0/5"]);
        assert!(discarded.is_empty());
    }
}

#[tokio::test]
async fn responses_that_mean_success_and_those_that_mean_failure() {
    let done = [
        json!(null),
        json!({}),
        json!({"batchItemFailures": null}),
        json!({"batchItemFailures": []}),
        // Fails open: why the key's name is tested where it is written.
        json!({"failures": [{"itemIdentifier": "1"}]}),
    ];
    for response in done {
        let (runs, _) = runs(SHIPPED, vec![shard(0, 2)], |_, _| Ok(response.clone())).await;
        assert_eq!(runs, ["0/0 0/1"], "{response}");
    }
    let failed = [
        json!({"batchItemFailures": [{"itemIdentifier": ""}]}),
        json!({"batchItemFailures": [{"itemIdentifier": null}]}),
        json!({"batchItemFailures": [{"id": "1"}]}),
        json!({"batchItemFailures": [{"itemIdentifier": "of no record"}]}),
    ];
    for response in failed {
        let mapping = Mapping { bisect: false, ..SHIPPED };
        let (runs, discarded) = runs(mapping, vec![shard(0, 2)], |_, _| Ok(response.clone())).await;
        assert_eq!(runs, ["0/0 0/1"; 3], "{response}");
        assert_eq!(discarded.len(), 1);
    }
    let unheard = Mapping { report_failures: false, ..SHIPPED };
    let (runs, _) = runs(unheard, vec![shard(0, 2)], |_, contents| Ok(failures(contents, |_| true))).await;
    assert_eq!(runs, ["0/0 0/1"], "without ReportBatchItemFailures nobody reads the response");
}

#[tokio::test]
async fn an_error_splits_the_batch_until_the_bad_record_is_alone() {
    let poison = |_, contents: &[(String, String)]| {
        if contents.iter().any(|(_, content)| content == "0/2") {
            Err(FunctionError)
        } else {
            Ok(json!(null))
        }
    };
    let (runs, discarded) = runs(SHIPPED, vec![shard(0, 6)], poison).await;
    let alone = ["0/2"; 3];
    let expected = [&["0/0 0/1 0/2 0/3", "0/0 0/1", "0/2 0/3"], &alone[..], &["0/3", "0/4 0/5"]].concat();
    assert_eq!(runs, expected, "splitting costs no retry, and order is kept");
    let [letter] = discarded.as_slice() else { panic!("one record") };
    let batch = &letter["KinesisBatchInfo"];
    assert_eq!((&batch["batchSize"], &batch["shardId"]), (&json!(1), &json!("shardId-000000000000")));
    assert_eq!(batch["startSequenceNumber"], json!(shard(0, 3).1[2].sequence));
    assert!(!letter.to_string().contains("0/2"), "where it is, not what it is");
}

#[tokio::test]
async fn without_splitting_the_neighbours_are_lost_with_the_bad_record() {
    let mapping = Mapping { bisect: false, ..SHIPPED };
    let poison = |_, contents: &[(String, String)]| {
        if contents.iter().any(|(_, content)| content == "0/2") {
            Err(FunctionError)
        } else {
            Ok(json!(null))
        }
    };
    let (runs, discarded) = runs(mapping, vec![shard(0, 6)], poison).await;
    assert_eq!(runs, ["0/0 0/1 0/2 0/3", "0/0 0/1 0/2 0/3", "0/0 0/1 0/2 0/3", "0/4 0/5"]);
    assert_eq!(discarded[0]["KinesisBatchInfo"]["batchSize"], json!(4));
}

#[tokio::test]
async fn a_shard_that_fails_does_not_hold_another_up() {
    let poison = |_, contents: &[(String, String)]| Ok(failures(contents, |content| content == "0/0"));
    let (runs, discarded) = runs(SHIPPED, vec![shard(0, 1), shard(1, 8)], poison).await;
    assert_eq!(runs, ["0/0", "1/0 1/1 1/2 1/3", "0/0", "1/4 1/5 1/6 1/7", "0/0"]);
    assert_eq!(discarded.len(), 1);
    assert!(discarded[0]["responseContext"].get("functionError").is_none(), "it answered");
}

#[tokio::test]
async fn what_is_too_old_is_never_handed_over() {
    let mut old = shard(0, 5);
    for record in &mut old.1[..2] {
        record.arrived_at = "2026-11-15T09:00:00Z".parse().unwrap();
    }
    let oldest = Some("2026-11-16T09:00:00Z".parse().unwrap());
    let (runs, discarded) = runs(Mapping { oldest, ..SHIPPED }, vec![old], |_, _| Ok(json!(null))).await;
    assert_eq!(runs, ["0/2 0/3 0/4"]);
    let [letter] = discarded.as_slice() else { panic!("one batch") };
    assert_eq!(letter["requestContext"]["condition"], "RecordAgeExceeded");
    assert_eq!(letter["KinesisBatchInfo"]["batchSize"], 2);
}
