//! The outcome stream on Kinesis: the contract suite, and what a shard of it
//! answers.

use crate::clock::LAGGING;
use crate::support::{ministack, sdk, unique};
use async_trait::async_trait;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::StreamStatus;
use jiff::Timestamp;
use rollcall_aws::kinesis::{Horizon, Reader, Writer};
use rollcall_ports::suite::{self, stream::StreamUnderTest};
use rollcall_ports::{Checkpoints, EvidenceHorizon, Fault, Settled, StreamReader, StreamWriter};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Checkpoints in memory, as the suite wants them.
#[derive(Default)]
pub(crate) struct Kept(Mutex<BTreeMap<String, Settled>>);

#[async_trait]
impl Checkpoints for Kept {
    async fn of(&self, shard: &str) -> Result<Option<Settled>, Fault> {
        Ok(self.0.lock().unwrap().get(shard).cloned())
    }

    async fn settle(&self, shard: &str, settled: &Settled) -> Result<(), Fault> {
        let mut kept = self.0.lock().unwrap();
        if kept.get(shard).is_none_or(|known| known.sequence < settled.sequence) {
            kept.insert(shard.to_owned(), settled.clone());
        }
        Ok(())
    }
}

/// A stream that is ready.
async fn make(shards: i32) -> String {
    let client = Client::new(&sdk().await);
    let name = unique("outcomes");
    client.create_stream().stream_name(&name).shard_count(shards).send().await.unwrap();
    ready(&client, &name).await;
    name
}

async fn ready(client: &Client, name: &str) {
    for _ in 0..100 {
        let summary = client.describe_stream_summary().stream_name(name).send().await.unwrap();
        if summary.stream_description_summary.unwrap().stream_status == StreamStatus::Active {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the stream does not become active");
}

/// Everything that waits: shard, and number of the record.
async fn waiting(reader: &Reader) -> Vec<(u32, u8)> {
    let mut all = Vec::new();
    for shard in 0..reader.shards() {
        let entries = reader.read(shard, 100).await.unwrap();
        all.extend(entries.iter().filter_map(|entry| Some((shard, *entry.data.first()?))));
    }
    all
}

#[tokio::test]
async fn the_stream_keeps_its_promises() {
    let name = make(3).await;
    let aws = ministack().await;
    let kept: Arc<dyn Checkpoints> = Arc::new(Kept::default());
    suite::stream::settling(&Kept::default()).await;
    let writer = Writer::new(&aws, &name);
    let reader = Reader::open(&aws, &name, Arc::clone(&kept)).await.unwrap();
    assert_eq!(reader.shards(), 3);
    let horizon = Horizon::new(&aws, &name, kept);
    let under_test = StreamUnderTest { writer: &writer, reader: &reader, horizon: Some(&horizon) };
    suite::stream::all(&LAGGING, under_test).await;
}

#[tokio::test]
async fn another_reader_goes_on_where_the_first_has_settled() {
    let name = make(1).await;
    let aws = ministack().await;
    let writer = Writer::new(&aws, &name);
    let put = async |n: u8| writer.put("key", &[n]).await.unwrap();
    // Before anybody reads: the first start is at the oldest record.
    for n in 0..3 {
        put(n).await;
    }
    let kept: Arc<dyn Checkpoints> = Arc::new(Kept::default());
    let reader = Reader::open(&aws, &name, Arc::clone(&kept)).await.unwrap();
    let entries = reader.read(0, 10).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.data.clone()).collect::<Vec<_>>(), [[0], [1], [2]]);
    reader.checkpoint(0, &entries[1].sequence).await.unwrap();
    let settled = kept.of("shardId-000000000000").await.unwrap().unwrap();
    let second = &entries[1];
    assert_eq!(settled, Settled { sequence: second.sequence.clone(), arrived_at: second.arrived_at });
    drop(reader);

    put(3).await;
    let reader = Reader::open(&aws, &name, kept).await.unwrap();
    assert_eq!(waiting(&reader).await, [(0, 2), (0, 3)]);
    assert_eq!(reader.read(0, 1).await.unwrap(), entries[2..]);
    assert_eq!(reader.read(7, 1).await.unwrap(), [], "no such shard yet");
    reader.checkpoint(7, &entries[1].sequence).await.unwrap();
}

#[tokio::test]
async fn a_stream_of_which_nothing_is_settled_counts_from_its_oldest_record() {
    let name = make(2).await;
    let aws = ministack().await;
    let now: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    let horizon = Horizon::new(&aws, &name, Arc::new(Kept::default()));
    assert_eq!(horizon.horizon(now).await.unwrap(), now, "nothing was ever put");
    Writer::new(&aws, &name).put("key", &[1]).await.unwrap();
    let held = horizon.horizon(now).await.unwrap();
    assert!(held < "2099-01-01T00:00:00Z".parse().unwrap());
    let missing = Horizon::new(&aws, "nobody-made-this", Arc::new(Kept::default()));
    assert!(matches!(missing.horizon(now).await, Err(Fault::Refused { .. })));
    let missing = Reader::open(&aws, "nobody-made-this", Arc::new(Kept::default())).await;
    assert!(matches!(missing, Err(Fault::Refused { .. })));
}

#[tokio::test]
async fn a_key_that_kinesis_does_not_take_still_has_one_shard() {
    let name = make(4).await;
    let aws = ministack().await;
    let writer = Writer::new(&aws, &name);
    let long = "k".repeat(300);
    for n in 0..4 {
        writer.put(&long, &[n]).await.unwrap();
        writer.put("", &[10 + n]).await.unwrap();
    }
    let reader = Reader::open(&aws, &name, Arc::new(Kept::default())).await.unwrap();
    let waiting = waiting(&reader).await;
    for of_key in [0..4, 10..14_u8] {
        let shards: std::collections::BTreeSet<u32> =
            waiting.iter().filter(|(_, n)| of_key.contains(n)).map(|(shard, _)| *shard).collect();
        assert_eq!(shards.len(), 1);
    }
}
