//! Requests about shards, as reader and horizon need them.

use super::PORT;
use crate::Aws;
use crate::fault::fault;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::{Shard, ShardIteratorType};
use jiff::Timestamp;
use rollcall_ports::{Entry, Fault, Replay, Sequence};
use std::collections::BTreeSet;

/// Answers in which records are looked for that are known to be there: each
/// goes through 10 MB, or fewer where nothing is.
const ANSWERS: u32 = 10;

/// A stream that is read.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    client: Client,
    stream: String,
}

/// One shard in the list of shards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) id: String,
    /// The shards that it was made from, as long as they are kept.
    pub(super) parents: Vec<String>,
}

/// Some records, and where to go on.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) entries: Vec<Entry>,
    /// `None` when the shard is closed and this was its end.
    pub(super) next: Option<String>,
    /// Nothing more was there when this was answered.
    pub(super) at_tip: bool,
}

/// What became of asking for records.
pub(super) enum Got {
    Page(Page),
    /// The iterator is older than five minutes; another does.
    Expired,
}

impl Source {
    pub(crate) fn new(aws: &Aws, stream: &str) -> Self {
        Self { client: Client::new(&aws.shared), stream: stream.to_owned() }
    }

    /// Every shard that still holds records, closed ones too, the oldest
    /// first.
    pub(super) async fn list(&self) -> Result<Vec<Listed>, Fault> {
        let mut shards: Vec<Shard> = Vec::new();
        let mut next = None;
        loop {
            // With a token, the stream must not be named again.
            let request = match next {
                None => self.client.list_shards().stream_name(&self.stream),
                Some(token) => self.client.list_shards().next_token(token),
            };
            let answer = request.send().await.map_err(|error| fault(PORT, &error))?;
            shards.extend(answer.shards.unwrap_or_default());
            next = answer.next_token;
            if next.is_none() {
                break;
            }
        }
        shards.sort_by(|a, b| a.shard_id.cmp(&b.shard_id));
        let kept: BTreeSet<String> = shards.iter().map(|shard| shard.shard_id.clone()).collect();
        let listed = shards.into_iter().map(|shard| Listed {
            id: shard.shard_id,
            // A parent that is not kept any more holds nothing.
            parents: [shard.parent_shard_id, shard.adjacent_parent_shard_id]
                .into_iter()
                .flatten()
                .filter(|parent| kept.contains(parent))
                .collect(),
        });
        Ok(listed.collect())
    }

    /// An iterator to the first record of `shard` after `after`; without that,
    /// to the oldest record that is kept. `None` when there is no such shard
    /// any more.
    pub(super) async fn iterator(
        &self,
        shard: &str,
        after: Option<&Sequence>,
    ) -> Result<Option<String>, Fault> {
        let request = self.client.get_shard_iterator().stream_name(&self.stream).shard_id(shard);
        let request = match after {
            None => request.shard_iterator_type(ShardIteratorType::TrimHorizon),
            Some(sequence) => request
                .shard_iterator_type(ShardIteratorType::AfterSequenceNumber)
                .starting_sequence_number(sequence.as_str()),
        };
        match request.send().await {
            Ok(answer) => answer.shard_iterator.map(Some).ok_or(Fault::Unanswered(PORT)),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {
                Ok(None)
            }
            Err(error) => Err(fault(PORT, &error)),
        }
    }

    /// The records of `shard` from `first` to `last`, `most` at most, as far as
    /// they are still kept.
    pub(crate) async fn between(
        &self,
        shard: &str,
        (first, last): (&Sequence, &Sequence),
        most: u32,
    ) -> Result<Vec<Entry>, Fault> {
        let request = self.client.get_shard_iterator().stream_name(&self.stream).shard_id(shard);
        let request = request.shard_iterator_type(ShardIteratorType::AtSequenceNumber);
        let mut iterator = match request.starting_sequence_number(first.as_str()).send().await {
            Ok(answer) => answer.shard_iterator,
            Err(error)
                if error.as_service_error().is_some_and(|e| {
                    e.is_resource_not_found_exception() || e.is_invalid_argument_exception()
                }) =>
            {
                None
            }
            Err(error) => return Err(fault(PORT, &error)),
        };
        let (mut found, wanted) = (Vec::new(), usize::try_from(most).unwrap_or(usize::MAX));
        for _ in 0..ANSWERS {
            let Some(current) = iterator else { break };
            let page = match self.records(&current, most).await? {
                Got::Page(page) => page,
                // It is not a second old.
                Got::Expired => return Err(Fault::Unanswered(PORT)),
            };
            let is_past = page.entries.last().is_some_and(|entry| entry.sequence >= *last);
            found.extend(page.entries.into_iter().filter(|entry| (first..=last).contains(&&entry.sequence)));
            if is_past || page.at_tip || found.len() >= wanted {
                break;
            }
            iterator = page.next;
        }
        found.truncate(wanted);
        Ok(found)
    }

    /// Up to `most` records.
    pub(super) async fn records(&self, iterator: &str, most: u32) -> Result<Got, Fault> {
        // At most 10 000 in one answer (API reference, GetRecords).
        let most = i32::try_from(most.clamp(1, 10_000)).unwrap_or(1);
        let answer = match self.client.get_records().shard_iterator(iterator).limit(most).send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(|e| e.is_expired_iterator_exception()) => {
                return Ok(Got::Expired);
            }
            Err(error) => return Err(fault(PORT, &error)),
        };
        let entry = |record: aws_sdk_kinesis::types::Record| Entry {
            sequence: Sequence::new(&record.sequence_number),
            // Always there; without it, the oldest that can be is the safe side.
            arrived_at: record
                .approximate_arrival_timestamp
                .and_then(|at| Timestamp::from_nanosecond(at.as_nanos()).ok())
                .unwrap_or(Timestamp::UNIX_EPOCH),
            replay: record.partition_key.as_deref().and_then(Replay::of_partition_key),
            data: record.data.into_inner(),
        };
        Ok(Got::Page(Page {
            entries: answer.records.into_iter().map(entry).collect(),
            at_tip: answer.millis_behind_latest == Some(0) || answer.next_shard_iterator.is_none(),
            next: answer.next_shard_iterator,
        }))
    }
}
