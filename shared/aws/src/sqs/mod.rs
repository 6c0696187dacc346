//! Queues and their dead letters on Amazon SQS.

mod letter;
mod letters;
mod queue;
mod queues;
mod statuses;
mod text;

pub use letters::Letters;
pub use queue::{Queue, Waiting};
pub use queues::{DeadLetterQueue, QueueUrls, Queues};
pub use statuses::Statuses;

/// A client for any number of queues.
pub(crate) fn client(aws: &crate::Aws) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&aws.shared)
}
