use super::{Letters, Queue, QueueUrls, Queues, Waiting};
use crate::Aws;
use async_trait::async_trait;
use rollcall_contracts::topology::Topology;
use rollcall_ports::{Depth, Fault, QueueStatus};

/// How full every queue is, and how much was set aside.
///
/// SQS counts roughly, repeats included. How much of a stream is not taken in
/// yet cannot be asked of Kinesis: its age is a metric of CloudWatch, and an
/// alarm of the template.
#[derive(Clone, Debug)]
pub struct Statuses {
    queues: Vec<(&'static str, Queue)>,
    letters: Letters,
}

impl Statuses {
    /// Of these queues.
    #[must_use]
    pub fn new(aws: &Aws, urls: &Queues, topology: &Topology) -> Self {
        let of =
            |name: &'static str, urls: &QueueUrls| (name, Queue::new(aws, name, &urls.queue, Waiting::Short));
        let queues = vec![
            of("call_requests", &urls.call_requests),
            of("rows", &urls.rows),
            of("uploads", &urls.uploads),
        ];
        Self { queues, letters: urls.letters(aws, topology) }
    }
}

#[async_trait]
impl rollcall_ports::Queues for Statuses {
    async fn statuses(&self) -> Result<Vec<QueueStatus>, Fault> {
        let mut found = Vec::new();
        for (source, dead_letters) in self.letters.roughly_by_source().await? {
            let queue = self.queues.iter().find(|(name, _)| *name == source);
            let waiting = match queue {
                Some((_, queue)) => Some(u64::from(queue.depth().await?)),
                None => None,
            };
            found.push(QueueStatus { name: source.to_owned(), waiting, dead_letters });
        }
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }
}
