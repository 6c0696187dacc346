//! How far a stream has been read.

use super::Dynamo;
use super::consumed::Operation;
use super::item::{moment, number, read_moment, read_text, text};
use super::read::key;
use super::schema::CONTROL;
use super::write::Write;
use jiff::Timestamp;
use rollcall_ports::Fault;

const PORT: &str = "progress";
const SETTLE: Operation = Operation { port: PORT, name: "settle" };
const OF: Operation = Operation { port: PORT, name: "of" };

/// Up to where each shard of a stream has been applied or parked. Only moves
/// forward, whatever the order in which readers report.
#[derive(Clone, Debug)]
pub struct Progress(Dynamo);

/// The last record of a shard that is settled, as are all before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Its sequence number, a decimal number without leading zeros.
    pub sequence: String,
    /// When it arrived in the stream.
    pub arrived_at: Timestamp,
}

impl Progress {
    /// The progress in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }

    /// Every record of the shard up to and including `sequence`, which arrived
    /// at `arrived_at`, is settled. Without effect when a later one is already.
    ///
    /// Sequence numbers are decimal numbers of up to 128 digits (Kinesis API
    /// reference, `SequenceNumber`), more than a number in DynamoDB holds, so
    /// they are compared by their length and then as text.
    ///
    /// # Errors
    /// [`Fault::Refused`] also for a sequence that is no decimal number.
    pub async fn settle(&self, shard: &str, sequence: &str, arrived_at: Timestamp) -> Result<(), Fault> {
        if sequence.is_empty() || !sequence.bytes().all(|byte| byte.is_ascii_digit()) {
            let reason = "a sequence number that is no decimal number".to_owned();
            return Err(Fault::Refused { port: PORT, reason });
        }
        let digits = sequence.trim_start_matches('0');
        let set = "SET #digits = :digits, #sequence = :sequence, #arrived_at = :arrived_at";
        let update = Write::update(CONTROL, key(&CONTROL, name(shard)), set)
            .only_if(
                "attribute_not_exists(#sequence) OR #digits < :digits \
                 OR (#digits = :digits AND #sequence < :sequence)",
            )
            .with(":digits", number(i128::try_from(digits.len()).unwrap_or(i128::MAX)))
            .with(":sequence", text(digits))
            .with(":arrived_at", moment(arrived_at));
        // Refused, a later one is settled already.
        self.0.write(SETTLE, update).await.map(drop)
    }

    /// The last settled record of a shard; `None` when nothing of it was
    /// settled ever.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn of(&self, shard: &str) -> Result<Option<Settled>, Fault> {
        let Some(item) = self.0.get(OF, &CONTROL, key(&CONTROL, name(shard))).await? else {
            return Ok(None);
        };
        Ok(Some(Settled {
            sequence: read_text(PORT, &item, "sequence")?.to_owned(),
            arrived_at: read_moment(PORT, &item, "arrived_at")?,
        }))
    }
}

fn name(shard: &str) -> aws_sdk_dynamodb::types::AttributeValue {
    text(format_args!("shard#{shard}"))
}
