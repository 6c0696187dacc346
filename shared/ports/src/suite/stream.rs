//! What [`StreamWriter`], [`StreamReader`], [`EvidenceHorizon`] and
//! [`Checkpoints`] promise.

use super::{Case, at, ok};
use crate::{Checkpoints, Entry, EvidenceHorizon, Sequence, Settled, StreamReader, StreamWriter};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// Both ends of one stream, with nothing on it.
#[derive(Clone, Copy)]
pub struct StreamUnderTest<'a> {
    /// One end.
    pub writer: &'a dyn StreamWriter,
    /// The other end.
    pub reader: &'a dyn StreamReader,
    /// How far it was taken in, where the adapter can tell.
    pub horizon: Option<&'a dyn EvidenceHorizon>,
}

/// Runs the whole part.
pub async fn all(case: &Case<'_>, stream: StreamUnderTest<'_>) {
    records_of_a_key_stay_in_order(case, stream).await;
    checkpoints(case, stream).await;
    the_horizon(case, stream).await;
}

const KEYS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "contact 1", "contact 2", "", "\u{1f600}"];

/// Every record is read, byte by byte, and those of one key in the order in
/// which they were put; a copy may follow.
pub async fn records_of_a_key_stay_in_order(case: &Case<'_>, stream: StreamUnderTest<'_>) {
    let mut expected = BTreeSet::new();
    for round in 0..3_u8 {
        for key in KEYS {
            // Not text: a record may hold anything.
            let data = [key.as_bytes(), &[0, 0xFF, round]].concat();
            ok(stream.writer.put(key, &data).await);
            expected.insert(data);
        }
    }
    case.settles("every record is there", expected, async || {
        waiting(stream).await.into_iter().map(|(_, entry)| entry.data).collect()
    })
    .await;
    let mut rounds: BTreeMap<Vec<u8>, (u32, u8)> = BTreeMap::new();
    let mut sequences: BTreeMap<u32, Sequence> = BTreeMap::new();
    for (shard, entry) in waiting(stream).await {
        let last = sequences.entry(shard).or_insert_with(|| Sequence::from(0));
        assert!(*last < entry.sequence, "sequences grow, from above 0");
        *last = entry.sequence;
        let Some((round, key)) = entry.data.split_last() else { panic!("no record is empty") };
        let (its_shard, its_round) = rounds.entry(key.to_vec()).or_insert((shard, *round));
        assert_eq!(*its_shard, shard, "one key, one shard");
        assert!(*its_round <= *round, "records of a key in order");
        *its_round = *round;
    }
    take_in_all(case, stream).await;
}

/// What is not checkpointed is read again; checkpoints do not move back.
pub async fn checkpoints(case: &Case<'_>, stream: StreamUnderTest<'_>) {
    for n in 0..6_u8 {
        ok(stream.writer.put("checkpoints", &[n]).await);
    }
    case.settles("all wait", (0..6).collect::<BTreeSet<u8>>(), async || numbers(stream).await).await;
    let Some((shard, _)) = waiting(stream).await.first().cloned() else { panic!("six records wait") };
    let entries = ok(stream.reader.read(shard, 100).await);
    assert_eq!(ok(stream.reader.read(shard, 100).await), entries, "reading takes nothing away");
    let some = ok(stream.reader.read(shard, 2).await);
    assert_eq!(some.len(), 2, "no more than asked for");
    assert_eq!(entries.get(..2), Some(some.as_slice()), "from the front");
    let (Some(second), Some(fourth)) = (entries.get(1), entries.get(3)) else { panic!("six records wait") };
    ok(stream.reader.checkpoint(shard, &fourth.sequence).await);
    let rest: Vec<Entry> = entries.iter().skip(4).cloned().collect();
    assert_eq!(ok(stream.reader.read(shard, 100).await), rest);
    ok(stream.reader.checkpoint(shard, &second.sequence).await);
    ok(stream.reader.checkpoint(shard, &Sequence::from(0)).await);
    assert_eq!(ok(stream.reader.read(shard, 100).await), rest, "not moved back");
    take_in_all(case, stream).await;
}

/// Evidence that waits is never passed over.
pub async fn the_horizon(case: &Case<'_>, stream: StreamUnderTest<'_>) {
    let Some(horizon) = stream.horizon else { return };
    let second = SignedDuration::from_secs(1);
    case.pass(second).await;
    let quiet = case.clock.now();
    case.settles("nothing waits", quiet, async || ok(horizon.horizon(quiet).await)).await;
    for n in 0..3_u8 {
        // Two in one shard, the third perhaps in another.
        ok(stream.writer.put(if n < 2 { "horizon" } else { "another" }, &[n]).await);
        case.pass(second).await;
    }
    case.settles("three wait", (0..3).collect::<BTreeSet<u8>>(), async || numbers(stream).await).await;
    let mut arrivals: Vec<(u8, Entry, u32)> = waiting(stream)
        .await
        .into_iter()
        .filter_map(|(shard, entry)| Some((*entry.data.first()?, entry, shard)))
        .collect();
    arrivals.sort_by_key(|(n, ..)| *n);
    let now = case.clock.now();
    let oldest = ok(horizon.horizon(now).await);
    let first = arrivals.iter().map(|(_, entry, _)| entry.arrived_at).min();
    assert_eq!(Some(oldest), first, "the oldest that waits");
    assert!(oldest >= quiet && oldest < now);
    assert_eq!(ok(horizon.horizon(quiet - second).await), quiet - second, "never after what is asked");
    for (_, entry, shard) in &arrivals {
        assert!(ok(horizon.horizon(now).await) <= entry.arrived_at, "it waits for this one");
        ok(stream.reader.checkpoint(*shard, &entry.sequence).await);
    }
    take_in_all(case, stream).await;
    let now = case.clock.now();
    case.settles("all is taken in", now, async || ok(horizon.horizon(now).await)).await;
}

/// What is kept of a shard only moves forward, however long its numbers are.
pub async fn settling(checkpoints: &dyn Checkpoints) {
    let settled = |digits: &str, minute: &str| Settled {
        sequence: Sequence::new(digits),
        arrived_at: at(&format!("2026-11-23T09:{minute}:00.125Z")),
    };
    let first = settled("49590338271490256608559692538361571095921575989136588898", "00");
    let longer = settled("149590338271490256608559692538361571095921575989136588898", "01");
    let later = settled("149590338271490256608559692538361571095921575989136588899", "02");
    assert_eq!(ok(checkpoints.of("shard 1").await), None);
    let short = settled("0000000000000000000000000000000000000000000000000000000000000000000007", "03");
    for (one, kept) in [
        (&short, &short),
        (&first, &first),
        (&longer, &longer),
        (&first, &longer),
        (&short, &longer),
        (&later, &later),
    ] {
        ok(checkpoints.settle("shard 1", one).await);
        assert_eq!(ok(checkpoints.of("shard 1").await).as_ref(), Some(kept));
    }
    assert_eq!(ok(checkpoints.of("shard 2").await), None, "each shard for itself");
}

/// Everything that waits, shard by shard.
async fn waiting(stream: StreamUnderTest<'_>) -> Vec<(u32, Entry)> {
    let mut all = Vec::new();
    assert!(stream.reader.shards() > 0);
    for shard in 0..stream.reader.shards() {
        all.extend(ok(stream.reader.read(shard, 1000).await).into_iter().map(|entry| (shard, entry)));
    }
    all
}

async fn numbers(stream: StreamUnderTest<'_>) -> BTreeSet<u8> {
    waiting(stream).await.into_iter().filter_map(|(_, entry)| entry.data.first().copied()).collect()
}

async fn take_in_all(case: &Case<'_>, stream: StreamUnderTest<'_>) {
    for (shard, entry) in waiting(stream).await {
        ok(stream.reader.checkpoint(shard, &entry.sequence).await);
    }
    case.settles("nothing waits", true, async || waiting(stream).await.is_empty()).await;
}
