use super::{DeadLetterQueue, client, text};
use crate::Aws;
use crate::fault::fault;
use crate::sqs::letter::{self, Found, Place};
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
};
use futures_util::future::try_join_all;
use rollcall_ports::{Cursor, DeadLetter, DeadLetters, Fault};
use std::collections::BTreeMap;

const PORT: &str = "dead_letters";

/// The dead letters of all queues, in the dead-letter queues of SQS.
///
/// A letter is parked in the dead-letter queue of its source, with everything
/// that is not its body as message attributes. A message that SQS itself moved
/// there, because it was received too often, or that Lambda put there in place
/// of stream records, has none of these and is told as far as it can be.
///
/// A list looks at every letter: it receives all of them and makes them visible
/// again, so it is for people, not for any path that matters; two lists at once
/// hide letters from each other for `HIDDEN_SECONDS` at most.
///
/// A body that with its attributes is larger than the 1 MiB that SQS takes is
/// refused: its message then stays where it is, and SQS moves it as it is when
/// it was received too often; a record of a stream stays there for the stream's
/// retention, and its place becomes the letter. A body that is no text of SQS
/// is written in base64, so 785 kB of it are the most.
#[derive(Clone, Debug)]
pub struct Letters {
    client: Client,
    queues: Vec<DeadLetterQueue>,
}

/// For how long a look hides a letter from others, if it cannot put it back.
const HIDDEN_SECONDS: i32 = 15;
/// How long a look waits for SQS to ask all of its servers; with less it
/// misses letters.
const WAIT_SECONDS: i32 = 1;
/// Letters of one queue that are looked at; whoever has more needs to know
/// that, not to read them all. SQS lets 120 000 be in hand at once.
const MOST: usize = 10_000;

impl Letters {
    /// The letters of these queues and streams.
    #[must_use]
    pub fn new(aws: &Aws, queues: Vec<DeadLetterQueue>) -> Self {
        Self { client: client(aws), queues }
    }

    /// All letters, one for each message of a source: the first that was
    /// parked.
    async fn all(&self) -> Result<BTreeMap<Place, DeadLetter>, Fault> {
        let looks = self.queues.iter().map(|queue| self.look(queue));
        let mut first: BTreeMap<(String, String), Found> = BTreeMap::new();
        for found in try_join_all(looks).await?.into_iter().flatten() {
            let key = (found.letter.source.clone(), found.letter.message_id.clone());
            match first.get(&key) {
                Some(known) if known.sent <= found.sent => {}
                _ => {
                    first.insert(key, found);
                }
            }
        }
        Ok(first.into_values().map(|found| (Place::of(&found), found.letter)).collect())
    }

    /// Everything in one dead-letter queue, left as it was.
    async fn look(&self, queue: &DeadLetterQueue) -> Result<Vec<Found>, Fault> {
        let mut seen = BTreeMap::new();
        let mut receipts = Vec::new();
        let looked = loop {
            match self.receive(queue).await {
                Ok(messages) if messages.is_empty() => break Ok(()),
                Ok(messages) => {
                    for message in messages {
                        receipts.extend(message.receipt_handle.clone());
                        if let Some(found) = letter::read(queue, message) {
                            seen.insert(found.id.clone(), found);
                        }
                    }
                }
                Err(fault) => break Err(fault),
            }
            if receipts.len() >= MOST {
                break Ok(());
            }
        };
        self.put_back(queue, &receipts).await;
        looked.map(|()| seen.into_values().collect())
    }

    async fn receive(&self, queue: &DeadLetterQueue) -> Result<Vec<Message>, Fault> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&queue.url)
            .max_number_of_messages(10)
            .visibility_timeout(HIDDEN_SECONDS)
            .wait_time_seconds(WAIT_SECONDS)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_attribute_names("All")
            .send()
            .await
            .map_err(|error| fault(PORT, &error))?;
        Ok(answer.messages.unwrap_or_default())
    }

    /// Those that cannot be put back come back by themselves.
    async fn put_back(&self, queue: &DeadLetterQueue, receipts: &[String]) {
        for some in receipts.chunks(10) {
            let entries = some.iter().enumerate().filter_map(|(number, receipt)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(number.to_string());
                entry.receipt_handle(receipt).visibility_timeout(0).build().ok()
            });
            let request = self.client.change_message_visibility_batch().queue_url(&queue.url);
            drop(request.set_entries(Some(entries.collect())).send().await);
        }
    }

    /// What SQS thinks lies in the queue of each source, repeats included.
    pub(super) async fn roughly_by_source(&self) -> Result<Vec<(&str, u64)>, Fault> {
        let figures = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let mut found = Vec::new();
        for queue in &self.queues {
            let request = self.client.get_queue_attributes().queue_url(&queue.url);
            let request = request.set_attribute_names(Some(figures.to_vec()));
            let answer = request.send().await.map_err(|error| fault(PORT, &error))?;
            let attributes = answer.attributes.unwrap_or_default();
            let figure = |name| attributes.get(name).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
            found.push((queue.source.as_str(), figures.iter().map(figure).sum()));
        }
        Ok(found)
    }
}

#[async_trait]
impl DeadLetters for Letters {
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault> {
        let Some(queue) = self.queues.iter().find(|queue| queue.source == letter.source) else {
            return Err(refused("a source without a dead-letter queue"));
        };
        let (body, attributes, bytes) = letter::write(letter).ok_or_else(|| refused("attributes"))?;
        if bytes > text::MESSAGE_BYTES {
            return Err(refused("larger than the 1 MiB that SQS takes"));
        }
        let request = self.client.send_message().queue_url(&queue.url).message_body(body);
        request.set_message_attributes(Some(attributes)).send().await.map_err(|error| fault(PORT, &error))?;
        Ok(())
    }

    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault> {
        let after = match after {
            None => None,
            Some(cursor) => Some(Place::read(cursor).ok_or_else(|| refused("a cursor that is not ours"))?),
        };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let all = self.all().await?.into_iter();
        let rest = all.filter(|(place, _)| after.as_ref().is_none_or(|after| place > after));
        Ok(rest.take(most).map(|(place, letter)| (place.cursor(), letter)).collect())
    }

    /// Exact up to `MOST`; above, as SQS has it.
    async fn count(&self) -> Result<u64, Fault> {
        let roughly = self.roughly_by_source().await?.into_iter().map(|(_, letters)| letters).sum::<u64>();
        if usize::try_from(roughly).is_ok_and(|roughly| roughly < MOST) {
            let all = self.all().await?;
            return Ok(u64::try_from(all.len()).unwrap_or(u64::MAX));
        }
        Ok(roughly)
    }
}

fn refused(reason: &str) -> Fault {
    Fault::Refused { port: PORT, reason: reason.to_owned() }
}
