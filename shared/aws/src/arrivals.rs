//! What SQS, Lambda and EventBridge set aside by themselves in a dead-letter
//! queue.

use crate::Aws;
use crate::fault::fault;
use crate::kinesis::Source;
use crate::sqs::letter::{Found, Records, read};
use crate::sqs::{DeadLetterQueue, client};
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use rollcall_ports::{Arrival, DeadLetter, Fault, Receipt};

const PORT: &str = "dead_letters";
/// For how long what was received is hidden: collecting ten takes less than a
/// second, and whoever is killed leaves them to the next.
const HIDDEN_SECONDS: i32 = 60;
/// How long a receive waits for SQS to ask all of its servers; with less it
/// misses messages.
const WAIT_SECONDS: i32 = 1;
/// Messages of one receive at most (API reference, ReceiveMessage).
const BATCH: u32 = 10;

/// A dead-letter queue, to be collected from.
///
/// A message that SQS moved here, because it was received too often, or that
/// EventBridge could not deliver, is one letter. In place of records of a stream
/// Lambda notes where they are: each of them is read there again and is a letter
/// of its own; what the stream keeps no longer is told by its place.
#[derive(Clone, Debug)]
pub struct Arrivals {
    client: Client,
    queue: DeadLetterQueue,
    stream: Source,
}

impl Arrivals {
    /// What arrives in `queue`; records are read from `stream`, by its name.
    #[must_use]
    pub fn new(aws: &Aws, queue: DeadLetterQueue, stream: &str) -> Self {
        Self { client: client(aws), queue, stream: Source::new(aws, stream) }
    }

    async fn arrival(&self, message: Message) -> Option<Arrival> {
        // Without one of these it could not be told from others; it comes again.
        let receipt = Receipt(message.receipt_handle.clone()?);
        let letters = match read(&self.queue, message)? {
            Found::Letter(letter) => Ok(vec![letter]),
            Found::Records(records) => self.records(*records).await,
        };
        Some(Arrival { receipt, letters })
    }

    async fn records(&self, records: Records) -> Result<Vec<DeadLetter>, Fault> {
        let Records { shard, first, last, size, reason, place } = records;
        let found = self.stream.between(&shard, (&first, &last), size).await?;
        if found.is_empty() {
            return Ok(vec![place]);
        }
        let letter = |entry: rollcall_ports::Entry| DeadLetter {
            // As Lambda names it to the function.
            message_id: format!("{shard}:{}", entry.sequence),
            reason: reason.clone(),
            body: entry.data,
            replay: entry.replay,
            ..place.clone()
        };
        Ok(found.into_iter().map(letter).collect())
    }
}

#[async_trait]
impl rollcall_ports::Arrivals for Arrivals {
    async fn receive(&self, most: u32) -> Result<Vec<Arrival>, Fault> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.queue.url)
            .max_number_of_messages(i32::try_from(most.clamp(1, BATCH)).unwrap_or(1))
            .visibility_timeout(HIDDEN_SECONDS)
            .wait_time_seconds(WAIT_SECONDS)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_attribute_names("All")
            .send()
            .await
            .map_err(|error| fault(PORT, &error))?;
        let mut arrivals = Vec::new();
        for message in answer.messages.unwrap_or_default() {
            arrivals.extend(self.arrival(message).await);
        }
        Ok(arrivals)
    }

    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault> {
        let request = self.client.delete_message().queue_url(&self.queue.url).receipt_handle(&receipt.0);
        crate::sqs::settled(PORT, request.send().await)
    }
}
