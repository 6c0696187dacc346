use super::{DeadLetterQueue, Queue, QueueUrls, Queues, Waiting, client};
use crate::Aws;
use crate::fault::fault;
use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use rollcall_contracts::topology::Topology;
use rollcall_ports::{Depth, Fault, Letters, QueueStatus};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How full every queue is, and how much was set aside.
///
/// SQS counts roughly, repeats included. How much of a stream is not taken in
/// yet cannot be asked of Kinesis: its age is a metric of CloudWatch, and an
/// alarm of the template. Dead letters are those in the store, and what SQS
/// moved aside and nobody has collected yet.
#[derive(Clone)]
pub struct Statuses {
    client: Client,
    queues: Vec<(&'static str, Queue)>,
    dead_letters: Vec<DeadLetterQueue>,
    letters: Arc<dyn Letters>,
}

/// Groups of letters that are added up: causes are a few.
const GROUPS: u32 = 100_000;

impl Statuses {
    /// Of these queues.
    #[must_use]
    pub fn new(aws: &Aws, urls: &Queues, letters: Arc<dyn Letters>) -> Self {
        let of =
            |name: &'static str, urls: &QueueUrls| (name, Queue::new(aws, name, &urls.queue, Waiting::Short));
        let queues = vec![
            of("call_requests", &urls.call_requests),
            of("rows", &urls.rows),
            of("uploads", &urls.uploads),
        ];
        let dead_letters = urls.dead_letters(Topology::shipped());
        Self { client: client(aws), queues, dead_letters, letters }
    }

    /// What SQS thinks that nobody has collected yet.
    async fn uncollected(&self, url: &str) -> Result<u64, Fault> {
        let figures = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let request = self.client.get_queue_attributes().queue_url(url);
        let request = request.set_attribute_names(Some(figures.to_vec()));
        let answer = request.send().await.map_err(|error| fault("queues", &error))?;
        let attributes = answer.attributes.unwrap_or_default();
        let figure = |name| attributes.get(name).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        Ok(figures.iter().map(figure).sum())
    }
}

#[async_trait]
impl rollcall_ports::Queues for Statuses {
    async fn statuses(&self) -> Result<Vec<QueueStatus>, Fault> {
        let mut letters: BTreeMap<&str, u64> = BTreeMap::new();
        for queue in &self.dead_letters {
            *letters.entry(&queue.source).or_default() += self.uncollected(&queue.url).await?;
        }
        let groups = self.letters.groups(GROUPS).await?;
        for group in &groups {
            *letters.entry(&group.source).or_default() += group.letters;
        }
        let mut found = Vec::new();
        for (source, dead_letters) in letters {
            let waiting = match self.queues.iter().find(|(name, _)| *name == source) {
                Some((_, queue)) => Some(u64::from(queue.depth().await?)),
                None => None,
            };
            found.push(QueueStatus { name: source.to_owned(), waiting, dead_letters });
        }
        Ok(found)
    }
}

impl std::fmt::Debug for Statuses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statuses").field("queues", &self.queues).finish_non_exhaustive()
    }
}
