use super::{client, text};
use crate::Aws;
use crate::fault::fault;
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::{
    Message as SqsMessage, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
};
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_ports::{Depth, Fault, Inbox, Receipt, Received, Replay, Sender, trace};
use std::time::Duration;

/// One queue: both ends of it. Cheap to clone.
///
/// A standard queue: a message may come more than once, and in any order.
/// Visibility timeout, retention and the move to the dead letters are set on
/// the queue itself. Bodies are envelopes; a trace goes in the envelope. The one
/// message attribute says which copy of a dead letter a message is.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    name: &'static str,
    url: String,
    waiting: Waiting,
}

/// What a receive does when nothing is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Answers at once, after asking only some of SQS's servers: it may miss
    /// what is there.
    Short,
    /// Waits for up to so many seconds, at most 20, and asks all servers.
    Long(u32),
}

/// Entries of a batch request, and messages of a receive (SQS developer
/// guide, message quotas).
const BATCH: usize = 10;
/// Bytes of a batch request, all entries together. It was 256 KiB until August
/// 2025 and is 1 MiB now (SQS developer guide, message quotas); ten messages
/// of ours take under 10 kB, so nothing is gained by the larger figure. A
/// single message above it goes alone.
const REQUEST_BYTES: usize = 262_144;
/// How often an entry that was not taken is sent.
const TRIES: u32 = 3;
/// Before an entry is sent again, times the number of tries.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest visibility timeout, 12 hours (API reference,
/// ChangeMessageVisibility).
const LONGEST_SECONDS: i64 = 43_200;

impl Queue {
    /// The queue at `url`, called `name` in `topology.toml`.
    #[must_use]
    pub fn new(aws: &Aws, name: &'static str, url: &str, waiting: Waiting) -> Self {
        Self { client: client(aws), name, url: url.to_owned(), waiting }
    }

    /// Sends one request's worth; those not taken are sent again, then given
    /// back. Positions are those of the caller.
    async fn send_batch(&self, mut batch: Vec<(usize, String)>) -> Result<Vec<usize>, Fault> {
        let mut untaken = Vec::new();
        for tried in 1.. {
            let answer = match self.send_once(&batch).await {
                Ok(answer) => answer,
                // The rest of the batch was taken: a fault would say otherwise.
                Err(Fault::Throttled(_) | Fault::Refused { .. }) if tried > 1 => {
                    untaken.extend(batch.iter().map(|(position, _)| *position));
                    break;
                }
                Err(fault) => return Err(fault),
            };
            let mut again = Vec::new();
            for (position, body) in batch {
                match answer.iter().find(|failed| failed.position == position) {
                    None => {}
                    Some(failed) if failed.hopeless || tried == TRIES => untaken.push(position),
                    Some(_) => again.push((position, body)),
                }
            }
            batch = again;
            if batch.is_empty() {
                break;
            }
            tokio::time::sleep(PAUSE * tried).await;
        }
        Ok(untaken)
    }

    async fn send_once(&self, batch: &[(usize, String)]) -> Result<Vec<Failed>, Fault> {
        let mut entries = Vec::with_capacity(batch.len());
        for (position, body) in batch {
            let entry = SendMessageBatchRequestEntry::builder().id(position.to_string()).message_body(body);
            entries.push(entry.build().map_err(|_| unbuilt(self.name))?);
        }
        let request = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries));
        let answer = request.send().await.map_err(|error| fault(self.name, &error))?;
        // 200 with failures inside. An entry in neither list is taken as sent:
        // only a certain failure may be sent twice.
        let failed = answer.failed.into_iter().filter_map(|failed| {
            Some(Failed { position: failed.id.parse().ok()?, hopeless: failed.sender_fault })
        });
        Ok(failed.collect())
    }

    async fn receive_once(&self, most: usize, wait: u32) -> Result<Vec<Received>, Fault> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(int(most.min(BATCH)))
            .wait_time_seconds(i32::try_from(wait.min(20)).unwrap_or(20))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_attribute_names(Replay::ATTRIBUTE)
            .send()
            .await
            .map_err(|error| fault(self.name, &error))?;
        Ok(answer.messages.unwrap_or_default().into_iter().filter_map(received).collect())
    }
}

/// An entry that was certainly not taken.
struct Failed {
    position: usize,
    /// Sending it again will not help.
    hopeless: bool,
}

#[async_trait]
impl<M: Message> Sender<M> for Queue {
    async fn send(&self, messages: &[Envelope<M>]) -> Result<Vec<usize>, Fault> {
        let mut untaken = Vec::new();
        let mut bodies = Vec::with_capacity(messages.len());
        for (position, message) in messages.iter().enumerate() {
            match trace::carrying(message.clone()).encode().map(text::json) {
                Ok(body) if body.len() <= text::MESSAGE_BYTES => bodies.push((position, body)),
                _ => untaken.push(position),
            }
        }
        let mut taken_any = false;
        for batch in pack(bodies) {
            let positions: Vec<usize> = batch.iter().map(|(position, _)| *position).collect();
            match self.send_batch(batch).await {
                Ok(failed) => {
                    taken_any |= failed.len() < positions.len();
                    untaken.extend(failed);
                }
                // These were not sent, and the others were: a fault would say
                // that none was.
                Err(Fault::Throttled(_) | Fault::Refused { .. }) if taken_any => untaken.extend(positions),
                Err(fault) => return Err(fault),
            }
        }
        untaken.sort_unstable();
        Ok(untaken)
    }
}

#[async_trait]
impl Depth for Queue {
    async fn depth(&self) -> Result<u32, Fault> {
        let figures = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        let request = request.set_attribute_names(Some(figures.to_vec()));
        let answer = request.send().await.map_err(|error| fault(self.name, &error))?;
        let attributes = answer.attributes.unwrap_or_default();
        let figure = |name| attributes.get(name).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        Ok(figures.iter().map(figure).fold(0, u32::saturating_add))
    }
}

#[async_trait]
impl Inbox for Queue {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn receive(&self, most: u32) -> Result<Vec<Received>, Fault> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut received: Vec<Received> = Vec::new();
        let mut wait = match self.waiting {
            Waiting::Short => 0,
            Waiting::Long(seconds) => seconds,
        };
        while received.len() < most {
            match self.receive_once(most - received.len(), wait).await {
                Ok(more) if more.is_empty() => break,
                Ok(more) => received.extend(more),
                // Those in hand are hidden from everyone else.
                Err(_) if !received.is_empty() => break,
                Err(fault) => return Err(fault),
            }
            wait = 0;
        }
        Ok(received)
    }

    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault> {
        let request = self.client.delete_message().queue_url(&self.url).receipt_handle(&receipt.0);
        settled(self.name, request.send().await)
    }

    async fn retry_after(&self, receipt: &Receipt, after: SignedDuration) -> Result<(), Fault> {
        // Rounded up: never before its time.
        let seconds = after.as_secs() + i64::from(after.subsec_nanos() > 0);
        let seconds = i32::try_from(seconds.clamp(0, LONGEST_SECONDS)).unwrap_or(0);
        let request = self.client.change_message_visibility().queue_url(&self.url);
        let request = request.receipt_handle(&receipt.0).visibility_timeout(seconds);
        settled(self.name, request.send().await)
    }

    async fn next_visible(&self) -> Result<Option<Timestamp>, Fault> {
        // SQS does not tell.
        Ok(None)
    }
}

/// What became of settling a message: a receipt that is void, or a message
/// that is gone, is as good as done.
pub(crate) fn settled<T, E: ProvideErrorMetadata>(
    name: &'static str,
    answer: Result<T, SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>>,
) -> Result<(), Fault> {
    const VOID: [&str; 6] = [
        "ReceiptHandleIsInvalid",
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
        "InvalidIdFormat",
        // The documented answers for a handle that has expired, and for a
        // message whose twelve hours are over.
        "InvalidParameterValue",
        "InvalidParameterValueException",
    ];
    match answer {
        Ok(_) => Ok(()),
        Err(SdkError::ServiceError(error)) if error.err().code().is_some_and(|code| VOID.contains(&code)) => {
            Ok(())
        }
        Err(error) => Err(fault(name, &error)),
    }
}

/// Requests of at most ten bodies and [`REQUEST_BYTES`], in order.
fn pack(bodies: Vec<(usize, String)>) -> Vec<Vec<(usize, String)>> {
    let mut batches: Vec<Vec<(usize, String)>> = Vec::new();
    let mut bytes = 0;
    for body in bodies {
        let length = body.1.len();
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH && bytes + length <= REQUEST_BYTES => {
                bytes += length;
                batch.push(body);
            }
            _ => {
                bytes = length;
                batches.push(vec![body]);
            }
        }
    }
    batches
}

fn received(message: SqsMessage) -> Option<Received> {
    let attributes = message.attributes.unwrap_or_default();
    let number = |name| attributes.get(&name).and_then(|text| text.parse::<i64>().ok());
    let receives = number(MessageSystemAttributeName::ApproximateReceiveCount).unwrap_or(1);
    let sent = number(MessageSystemAttributeName::SentTimestamp).unwrap_or(0);
    Some(Received {
        // Without one of these it could not be settled; it comes again.
        receipt: Receipt(message.receipt_handle?),
        id: message.message_id?,
        body: message.body.unwrap_or_default(),
        receives: u32::try_from(receives).unwrap_or(1),
        sent_at: Timestamp::from_millisecond(sent).unwrap_or(Timestamp::UNIX_EPOCH),
        replay: message.message_attributes.as_ref().and_then(super::replay),
    })
}

fn unbuilt(port: &'static str) -> Fault {
    Fault::Refused { port, reason: "the request could not be built".to_owned() }
}

fn int(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{BATCH, REQUEST_BYTES, pack};

    #[test]
    fn requests_are_full_but_never_too_large() {
        let body = |length: usize| "x".repeat(length);
        let sizes = |lengths: &[usize]| {
            let bodies = lengths.iter().map(|length| body(*length)).enumerate().collect();
            let batches = pack(bodies);
            let order: Vec<usize> = batches.iter().flatten().map(|(position, _)| *position).collect();
            assert_eq!(order, (0..lengths.len()).collect::<Vec<_>>());
            batches.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(&[]), Vec::<usize>::new());
        assert_eq!(sizes(&[300; 25]), [BATCH, BATCH, 5]);
        assert_eq!(sizes(&[REQUEST_BYTES / 2; 5]), [2, 2, 1]);
        assert_eq!(sizes(&[1, REQUEST_BYTES, 1, REQUEST_BYTES + 1, 1]), [1, 1, 1, 1, 1]);
    }
}
