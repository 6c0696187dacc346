//! Shards that are split and merged, and answers that no emulator gives.

use crate::kinesis::Kept;
use crate::scripted::{Reply, Request, Scripted};
use jiff::Timestamp;
use rollcall_aws::kinesis::{Horizon, Reader};
use rollcall_ports::{Checkpoints, EvidenceHorizon, Fault, Sequence, Settled, StreamReader};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A stream whose shards are split and merged; the emulator throws a parent
/// away with all it holds.
#[derive(Default)]
struct Stream(Vec<Shard>);

struct Shard {
    parents: Vec<usize>,
    closed: bool,
    records: Vec<u8>,
}

fn id(number: usize) -> String {
    format!("shardId-{number:012}")
}

impl Stream {
    fn add(&mut self, parents: &[usize], records: &[u8]) {
        for parent in parents {
            self.0[*parent].closed = true;
        }
        self.0.push(Shard { parents: parents.to_vec(), closed: false, records: records.to_vec() });
    }

    /// Answers as Kinesis does. An iterator is `shard:record`, the sequence of
    /// a record what it holds.
    fn answer(&self, request: &Request) -> Reply {
        let asked: Value = serde_json::from_str(&request.body).unwrap();
        match request.target.rsplit('.').next().unwrap() {
            "ListShards" => {
                let listed = self.0.iter().enumerate().map(|(number, shard)| {
                    let parents: Vec<String> = shard.parents.iter().map(|parent| id(*parent)).collect();
                    json!({"ShardId": id(number), "ParentShardId": parents.first(),
                        "AdjacentParentShardId": parents.get(1),
                        "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "1"},
                        "SequenceNumberRange": {"StartingSequenceNumber": "1"}})
                });
                Reply::ok(&json!({"Shards": listed.collect::<Vec<_>>()}).to_string())
            }
            "GetShardIterator" => {
                let number = (0..self.0.len()).find(|number| asked["ShardId"] == id(*number)).unwrap();
                let after =
                    asked["StartingSequenceNumber"].as_str().map(|digits| digits.parse::<u8>().unwrap());
                let records = &self.0[number].records;
                let from = after.map_or(0, |after| records.iter().position(|n| *n == after).unwrap() + 1);
                iterator(&format!("{number}:{from}"))
            }
            _ => {
                let (number, from) = asked["ShardIterator"].as_str().unwrap().split_once(':').unwrap();
                let (number, from): (usize, usize) = (number.parse().unwrap(), from.parse().unwrap());
                let shard = &self.0[number];
                let most = usize::try_from(asked["Limit"].as_u64().unwrap()).unwrap();
                let some: Vec<u8> = shard.records.iter().skip(from).take(most).copied().collect();
                let ended = shard.closed && from + some.len() == shard.records.len();
                let next = (!ended).then(|| format!("{number}:{}", from + some.len()));
                let behind = u64::from(from + some.len() < shard.records.len()) * 1000;
                let digits: Vec<(String, f64)> =
                    some.iter().map(|n| (n.to_string(), 1_795_420_800.0 + f64::from(*n))).collect();
                let entries: Vec<(&str, f64)> =
                    digits.iter().map(|(text, at)| (text.as_str(), *at)).collect();
                records(next.as_deref(), behind, &entries)
            }
        }
    }
}

/// The sequences that wait, over all shards.
async fn sequences(reader: &Reader) -> Vec<String> {
    let mut all = Vec::new();
    for shard in 0..reader.shards() {
        let entries = reader.read(shard, 100).await.unwrap();
        all.extend(entries.into_iter().map(|entry| entry.sequence.to_string()));
    }
    all
}

#[tokio::test]
async fn what_shards_became_is_read_after_them() {
    let stream = Arc::new(Mutex::new(Stream::default()));
    stream.lock().unwrap().add(&[], &[1, 2]);
    let of_server = Arc::clone(&stream);
    let service = Scripted::by(move |request| of_server.lock().unwrap().answer(request)).await;
    let (aws, kept) = (service.aws().await, Arc::new(Kept::default()));
    let open = async || Reader::open(&aws, "outcomes", kept.clone()).await.unwrap();
    let horizon = Horizon::new(&aws, "outcomes", kept.clone());
    let now: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    let first = open().await;
    assert_eq!(sequences(&first).await, ["1", "2"]);

    // Split.
    stream.lock().unwrap().add(&[0], &[3, 4]);
    stream.lock().unwrap().add(&[0], &[5]);
    assert_eq!(first.shards(), 1);
    assert_eq!(sequences(&first).await, ["1", "2"]);
    assert_eq!(first.shards(), 3, "what came of it was found at its end");
    first.checkpoint(0, &Sequence::from(1)).await.unwrap();
    assert_eq!(sequences(&first).await, ["2"], "read to its end is not settled to its end");
    assert_eq!(horizon.horizon(now).await.unwrap().to_string(), "2026-11-23T08:00:02Z");
    first.checkpoint(0, &Sequence::from(2)).await.unwrap();
    assert_eq!(sequences(&first).await, ["3", "4", "5"]);

    // Another reader knows only the checkpoints, and merged shards only what
    // they came from.
    stream.lock().unwrap().add(&[1, 2], &[6]);
    let second = open().await;
    assert_eq!(sequences(&second).await, ["3", "4", "5"], "the first is at its end at once");
    second.checkpoint(1, &Sequence::from(4)).await.unwrap();
    assert_eq!(sequences(&second).await, ["5"], "both parents first");
    second.checkpoint(2, &Sequence::from(5)).await.unwrap();
    assert_eq!(sequences(&second).await, ["6"]);
    second.checkpoint(3, &Sequence::from(6)).await.unwrap();
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
