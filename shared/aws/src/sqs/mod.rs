//! Queues on Amazon SQS, and what lies in their dead-letter queues.

#[cfg(feature = "kinesis")]
pub(crate) mod letter;
mod queue;
mod queues;
mod statuses;
mod text;

pub use queue::{Queue, Waiting};
pub use queues::{DeadLetterQueue, QueueUrls, Queues};
pub use statuses::Statuses;

#[cfg(feature = "kinesis")]
pub(crate) use queue::settled;
use rollcall_ports::Replay;

/// The attributes of a message. Nothing here depends on their order.
#[expect(clippy::disallowed_types, reason = "the SDK takes and gives no other map")]
pub(crate) type Attributes = std::collections::HashMap<String, aws_sdk_sqs::types::MessageAttributeValue>;

/// A client for any number of queues.
pub(crate) fn client(aws: &crate::Aws) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&aws.shared)
}

/// Which copy of a dead letter a message is, if it is one.
fn replay(attributes: &Attributes) -> Option<Replay> {
    attributes.get(Replay::ATTRIBUTE)?.string_value()?.parse().ok()
}

/// Whether SQS takes this text as the body of a message.
#[cfg(feature = "kinesis")]
pub(crate) fn takes(body: &str) -> bool {
    !body.is_empty() && body.len() <= text::MESSAGE_BYTES && text::is_taken(body)
}
