//! Shards that are split and merged, and answers that no emulator gives.

use crate::kinesis::{Kept, make, ready, waiting};
use crate::scripted::{Reply, Scripted};
use crate::support::ministack;
use jiff::Timestamp;
use rollcall_aws::kinesis::{Horizon, Reader, Writer};
use rollcall_ports::{Checkpoints, EvidenceHorizon, Fault, Sequence, Settled, StreamReader, StreamWriter};
use serde_json::{Value, json};
use std::sync::Arc;

/// Settles everything that waits now.
async fn settle(reader: &Reader) {
    for shard in 0..reader.shards() {
        if let Some(last) = reader.read(shard, 100).await.unwrap().last() {
            reader.checkpoint(shard, &last.sequence).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_a_shard_became_is_read_after_it() {
    let (client, name) = make(1).await;
    let aws = ministack().await;
    let (writer, kept) = (Writer::new(&aws, &name), Arc::new(Kept::default()));
    let reader = Reader::open(&aws, &name, kept.clone()).await.unwrap();
    writer.put("key", &[1]).await.unwrap();
    writer.put("key", &[2]).await.unwrap();
    let middle = "170141183460469231731687303715884105728";
    let split = client.split_shard().stream_name(&name).shard_to_split("shardId-000000000000");
    split.new_starting_hash_key(middle).send().await.unwrap();
    ready(&client, &name).await;
    for n in 3..9 {
        writer.put(&format!("key {n}"), &[n]).await.unwrap();
    }
    let numbers = |waiting: Vec<(u32, u8)>| {
        let mut numbers: Vec<u8> = waiting.into_iter().map(|(_, n)| n).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(numbers(waiting(&reader).await), [1, 2], "the parent first");
    assert_eq!(reader.shards(), 3, "what came of it was found at its end");
    let entries = reader.read(0, 10).await.unwrap();
    reader.checkpoint(0, &entries[0].sequence).await.unwrap();
    assert_eq!(numbers(waiting(&reader).await), [2], "read to its end is not settled to its end");
    let horizon = Horizon::new(&aws, &name, kept.clone());
    let now: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(horizon.horizon(now).await.unwrap(), entries[1].arrived_at);
    reader.checkpoint(0, &entries[1].sequence).await.unwrap();
    assert_eq!(numbers(waiting(&reader).await), [3, 4, 5, 6, 7, 8]);

    // Another reader knows only the checkpoints.
    let reader = Reader::open(&aws, &name, kept.clone()).await.unwrap();
    assert_eq!(numbers(waiting(&reader).await), [3, 4, 5, 6, 7, 8], "the parent is at its end at once");
    let merge = client.merge_shards().stream_name(&name).shard_to_merge("shardId-000000000001");
    merge.adjacent_shard_to_merge("shardId-000000000002").send().await.unwrap();
    ready(&client, &name).await;
    writer.put("key", &[9]).await.unwrap();
    assert!(!numbers(waiting(&reader).await).contains(&9), "both parents first");
    settle(&reader).await;
    assert_eq!(numbers(waiting(&reader).await), [9]);
    settle(&reader).await;
    assert_eq!(horizon.horizon(now).await.unwrap(), now, "closed shards hold nothing back");
}

fn records(next: Option<&str>, behind: u64, entries: &[(&str, f64)]) -> Reply {
    let records: Vec<Value> = entries
        .iter()
        .map(|(sequence, arrived)| {
            json!({"SequenceNumber": sequence, "ApproximateArrivalTimestamp": arrived, "Data": "AQ==",
                "PartitionKey": "key"})
        })
        .collect();
    Reply::ok(
        &json!({"Records": records, "NextShardIterator": next, "MillisBehindLatest": behind}).to_string(),
    )
}

fn shards(ids: &[&str]) -> Reply {
    let shards: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({"ShardId": id, "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "1"},
                "SequenceNumberRange": {"StartingSequenceNumber": "1"}})
        })
        .collect();
    Reply::ok(&json!({"Shards": shards}).to_string())
}

fn iterator(name: &str) -> Reply {
    Reply::ok(&json!({"ShardIterator": name}).to_string())
}

fn error(kind: &str) -> Reply {
    Reply::error(400, kind, &json!({"__type": kind, "message": "no"}).to_string())
}

async fn reader(service: &Scripted) -> Reader {
    Reader::open(&service.aws().await, "outcomes", Arc::new(Kept::default())).await.unwrap()
}

#[tokio::test]
async fn an_iterator_that_expired_is_asked_for_again_after_what_is_held() {
    let service = Scripted::start(vec![
        shards(&["shardId-000000000000"]),
        iterator("one"),
        records(
            Some("two"),
            0,
            &[("49590338271490256608559692538361571095921575989136588898", 1_795_168_800.25)],
        ),
        error("ExpiredIteratorException"),
        iterator("three"),
        records(
            Some("four"),
            0,
            &[("49590338271490256608559692538361571095921575989136588899", 1_795_168_801.0)],
        ),
    ])
    .await;
    let reader = reader(&service).await;
    assert_eq!(reader.read(0, 10).await.unwrap().len(), 1);
    let entries = reader.read(0, 10).await.unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].arrived_at.to_string(), "2026-11-20T10:00:00.25Z");
    let asked: Value = serde_json::from_str(&service.requests()[4].body).unwrap();
    assert_eq!(asked["ShardIteratorType"], "AFTER_SEQUENCE_NUMBER");
    assert_eq!(asked["StartingSequenceNumber"], "49590338271490256608559692538361571095921575989136588898");
    assert_eq!(reader.read(0, 2).await.unwrap(), entries);
    assert_eq!(service.requests().len(), 6, "what is held needs no request");
}

#[tokio::test]
async fn empty_answers_of_a_shard_that_is_behind_are_passed_over_within_bounds() {
    let behind = || records(Some("next"), 60_000, &[]);
    let service = Scripted::start(vec![
        shards(&["shardId-000000000000"]),
        iterator("one"),
        behind(),
        behind(),
        records(Some("next"), 0, &[("7", 1_795_168_800.0)]),
    ])
    .await;
    assert_eq!(reader(&service).await.read(0, 10).await.unwrap().len(), 1);
    let service = Scripted::start(vec![shards(&["shardId-000000000000"]), iterator("one"), behind()]).await;
    assert_eq!(reader(&service).await.read(0, 10).await.unwrap(), []);
    assert_eq!(service.requests().len(), 2 + 5);
}

#[tokio::test]
async fn throttling_is_told_as_such() {
    let service = Scripted::start(vec![
        shards(&["shardId-000000000000"]),
        iterator("one"),
        error("ProvisionedThroughputExceededException"),
    ])
    .await;
    assert_eq!(reader(&service).await.read(0, 10).await, Err(Fault::Throttled("outcomes")));
}

#[tokio::test]
async fn a_horizon_that_finds_nothing_in_a_shard_that_is_behind_stays_where_it_was() {
    let behind = || records(Some("next"), 60_000, &[]);
    let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let settled =
        Settled { sequence: Sequence::new("7"), arrived_at: "2026-11-23T08:00:00Z".parse().unwrap() };
    let cases = [
        (vec![behind()], settled.arrived_at, 5),
        (vec![behind(), records(Some("next"), 0, &[])], now, 2),
        // Closed, and read to its end.
        (vec![records(None, 0, &[])], now, 1),
        (
            vec![behind(), records(Some("next"), 10, &[("8", 1_795_420_000.0)])],
            "2026-11-23T07:46:40Z".parse().unwrap(),
            2,
        ),
    ];
    for (answers, expected, requests) in cases {
        let mut script = vec![shards(&["shardId-000000000000"]), iterator("one")];
        script.extend(answers);
        let service = Scripted::start(script).await;
        let kept = Kept::default();
        kept.settle("shardId-000000000000", &settled).await.unwrap();
        let horizon = Horizon::new(&service.aws().await, "outcomes", Arc::new(kept));
        assert_eq!(horizon.horizon(now).await.unwrap(), expected);
        assert_eq!(service.requests().len(), 2 + requests);
        let asked: Value = serde_json::from_str(&service.requests()[1].body).unwrap();
        assert_eq!(asked["StartingSequenceNumber"], "7");
    }
}
