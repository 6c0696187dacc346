use crate::{Fault, Replay};
use async_trait::async_trait;
use jiff::Timestamp;
use std::cmp::Ordering;

/// Puts records on the outcome stream (on AWS, Connect and EventBridge do).
#[async_trait]
pub trait StreamWriter: Send + Sync {
    /// Appends a record to the shard of `partition_key`. May append it twice.
    async fn put(&self, partition_key: &str, data: &[u8]) -> Result<(), Fault>;
}

/// A record's place in its shard: a whole number of any length (Kinesis counts
/// with up to 128 digits), compared as numbers are and kept as it was written,
/// because the stream may want to hear it so again.
#[derive(Clone, Debug)]
pub struct Sequence(String);

impl Sequence {
    /// The place that these decimal digits name.
    #[must_use]
    pub fn new(digits: &str) -> Self {
        Self(digits.to_owned())
    }

    /// Its digits, as they were given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<u64> for Sequence {
    fn from(number: u64) -> Self {
        Self(number.to_string())
    }
}

impl Ord for Sequence {
    fn cmp(&self, other: &Self) -> Ordering {
        // Without leading zeros, the longer number is the greater one.
        let [a, b] = [self, other].map(|one| one.0.trim_start_matches('0'));
        (a.len(), a).cmp(&(b.len(), b))
    }
}

impl PartialOrd for Sequence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sequence {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Sequence {}

impl std::fmt::Display for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One record of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the shard; grows.
    pub sequence: Sequence,
    /// When it arrived.
    pub arrived_at: Timestamp,
    /// The bytes.
    pub data: Vec<u8>,
    /// The copy of a dead letter that it is, where it is one.
    pub replay: Option<Replay>,
}

/// Reads the outcome stream where we poll ourselves (on AWS Lambda does).
#[async_trait]
pub trait StreamReader: Send + Sync {
    /// How many shards there are, numbered from 0. May grow while they are
    /// read (Kinesis splits and merges them), never shrink: a shard keeps its
    /// number for as long as this reader lives.
    fn shards(&self) -> u32;

    /// Up to `most` records of `shard` after its checkpoint, in order. MUST
    /// answer none of a shard that came from others until those are settled to
    /// their ends.
    async fn read(&self, shard: u32, most: u32) -> Result<Vec<Entry>, Fault>;

    /// Everything of `shard` up to and including `sequence`, which was read
    /// from it, is done. MUST NOT move back.
    async fn checkpoint(&self, shard: u32, sequence: &Sequence) -> Result<(), Fault>;
}

/// How far a shard is settled: every record up to this one is applied or parked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The last settled record.
    pub sequence: Sequence,
    /// When that one arrived.
    pub arrived_at: Timestamp,
}

/// Where it is kept how far each shard of a stream of others is settled. On
/// one machine our own reader writes it; on AWS Lambda reads the stream, and
/// the handler of its records writes it for the sweep to see.
#[async_trait]
pub trait Checkpoints: Send + Sync {
    /// How far `shard`, by the name that the stream gives it, is settled;
    /// `None` when nothing of it is known.
    async fn of(&self, shard: &str) -> Result<Option<Settled>, Fault>;

    /// Keeps that `shard` is settled so far. MUST NOT move back: a lower
    /// sequence MUST be accepted without effect.
    async fn settle(&self, shard: &str, settled: &Settled) -> Result<(), Fault>;
}

/// How far the evidence of calls has been taken in.
#[async_trait]
pub trait EvidenceHorizon: Send + Sync {
    /// Every record that arrived before this moment has been applied or
    /// parked. While records wait, the arrival of the oldest of them; `now`
    /// when none does. The sweep asks, so that a backlog is never taken for
    /// the absence of evidence.
    async fn horizon(&self, now: Timestamp) -> Result<Timestamp, Fault>;
}

#[cfg(test)]
mod tests {
    use super::Sequence;

    #[test]
    fn places_are_ordered_as_numbers() {
        let kinesis = "49590338271490256608559692538361571095921575989136588898";
        let ordered = ["0", "9", "10", "18446744073709551615", "18446744073709551616", kinesis];
        let places: Vec<Sequence> = ordered.iter().map(|digits| Sequence::new(digits)).collect();
        assert!(places.is_sorted_by(|a, b| a < b));
        assert_eq!(Sequence::new("0010"), Sequence::from(10));
        assert_eq!(Sequence::new("0010").as_str(), "0010");
    }
}
