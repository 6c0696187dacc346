//! How far a stream has been read.

use super::Dynamo;
use super::consumed::Operation;
use super::item::{moment, number, read_moment, read_text, text};
use super::read::key;
use super::schema::CONTROL;
use super::write::Write;
use async_trait::async_trait;
use rollcall_ports::{Checkpoints, Fault, Sequence, Settled};

const PORT: &str = "progress";
const SETTLE: Operation = Operation { port: PORT, name: "settle" };
const OF: Operation = Operation { port: PORT, name: "of" };

/// Up to where each shard of a stream has been applied or parked. Only moves
/// forward, whatever the order in which readers report.
#[derive(Clone, Debug)]
pub struct Progress(Dynamo);

impl Progress {
    /// The progress in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }
}

#[async_trait]
impl Checkpoints for Progress {
    async fn of(&self, shard: &str) -> Result<Option<Settled>, Fault> {
        let Some(item) = self.0.get(OF, &CONTROL, key(&CONTROL, name(shard))).await? else {
            return Ok(None);
        };
        Ok(Some(Settled {
            sequence: Sequence::new(read_text(PORT, &item, "sequence")?),
            arrived_at: read_moment(PORT, &item, "arrived_at")?,
        }))
    }

    /// Sequence numbers are decimal numbers of up to 128 digits (Kinesis API
    /// reference, `SequenceNumber`), more than a number in DynamoDB holds, so
    /// they are compared by their length and then as text, without the zeros
    /// in front of them; they are kept as they came.
    async fn settle(&self, shard: &str, settled: &Settled) -> Result<(), Fault> {
        let sequence = settled.sequence.as_str();
        if sequence.is_empty() || !sequence.bytes().all(|byte| byte.is_ascii_digit()) {
            let reason = "a sequence number that is no decimal number".to_owned();
            return Err(Fault::Refused { port: PORT, reason });
        }
        let significant = sequence.trim_start_matches('0');
        let set = "SET #digits = :digits, #significant = :significant, #sequence = :sequence, \
                   #arrived_at = :arrived_at";
        let update = Write::update(CONTROL, key(&CONTROL, name(shard)), set)
            .only_if(
                "attribute_not_exists(#digits) OR #digits < :digits \
                 OR (#digits = :digits AND #significant < :significant)",
            )
            .with(":digits", number(i128::try_from(significant.len()).unwrap_or(i128::MAX)))
            .with(":significant", text(significant))
            .with(":sequence", text(sequence))
            .with(":arrived_at", moment(settled.arrived_at));
        // Refused, a later one is settled already.
        self.0.write(SETTLE, update).await.map(drop)
    }
}

fn name(shard: &str) -> aws_sdk_dynamodb::types::AttributeValue {
    text(format_args!("shard#{shard}"))
}
