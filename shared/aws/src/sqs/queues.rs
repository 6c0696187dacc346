use super::{Queue, Waiting, client};
use crate::Aws;
use crate::fault::fault;
use rollcall_contracts::topology::{QueueSpec, Topology};
use rollcall_ports::Fault;

/// Every queue of a deployment, by URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queues {
    /// The object store's notifications.
    pub uploads: QueueUrls,
    /// Byte ranges to be loaded.
    pub rows: QueueUrls,
    /// Orders to dial.
    pub call_requests: QueueUrls,
    /// Where Lambda notes records of the outcome stream that it gave up on: the
    /// event source's on-failure destination.
    pub outcomes_dead_letters: String,
    /// Where EventBridge leaves contact events that it could not put on the
    /// stream.
    pub contact_events_dead_letters: String,
}

/// A queue and its dead letters, by URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueUrls {
    /// The queue.
    pub queue: String,
    /// Its dead-letter queue.
    pub dead_letters: String,
}

/// A dead-letter queue, and what its letters come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterQueue {
    /// The queue or stream, by its name in `topology.toml`.
    pub source: String,
    /// The URL of the dead-letter queue.
    pub url: String,
    /// Receives after which SQS moves a message of that queue here; 0 for a
    /// stream. SQS does not say it of a letter itself.
    pub max_receives: u32,
}

/// The end of the name of every dead-letter queue.
const DEAD_LETTERS: &str = "dead-letters";

impl Queues {
    /// Looks up the queues that are called `{prefix}` and then `uploads`,
    /// `rows`, `call-requests`, each also with `-dead-letters` behind it,
    /// `outcomes-dead-letters` and `contact-events-dead-letters`.
    ///
    /// # Errors
    /// [`Fault::Refused`] when one of them does not exist or may not be used.
    pub async fn named(aws: &Aws, prefix: &str) -> Result<Self, Fault> {
        let client = client(aws);
        let url = async |name: String| {
            let found = client.get_queue_url().queue_name(format!("{prefix}{name}")).send().await;
            let found = found.map_err(|error| fault("queues", &error))?;
            found.queue_url.ok_or(Fault::Unanswered("queues"))
        };
        let both = async |name: &str| {
            let dead_letters = url(format!("{name}-{DEAD_LETTERS}")).await?;
            Ok::<_, Fault>(QueueUrls { queue: url(name.to_owned()).await?, dead_letters })
        };
        Ok(Self {
            uploads: both("uploads").await?,
            rows: both("rows").await?,
            call_requests: both("call-requests").await?,
            outcomes_dead_letters: url(format!("outcomes-{DEAD_LETTERS}")).await?,
            contact_events_dead_letters: url(format!("contact-events-{DEAD_LETTERS}")).await?,
        })
    }

    /// The queue of the object store's notifications.
    #[must_use]
    pub fn uploads(&self, aws: &Aws, waiting: Waiting) -> Queue {
        Queue::new(aws, "uploads", &self.uploads.queue, waiting)
    }

    /// The queue of byte ranges to be loaded.
    #[must_use]
    pub fn rows(&self, aws: &Aws, waiting: Waiting) -> Queue {
        Queue::new(aws, "rows", &self.rows.queue, waiting)
    }

    /// The queue of orders to dial.
    #[must_use]
    pub fn call_requests(&self, aws: &Aws, waiting: Waiting) -> Queue {
        Queue::new(aws, "call_requests", &self.call_requests.queue, waiting)
    }

    /// All dead-letter queues, with the receive counts of `topology`.
    #[must_use]
    pub fn dead_letters(&self, topology: &Topology) -> Vec<DeadLetterQueue> {
        let of = |source: &str, url: &str, spec: Option<QueueSpec>| DeadLetterQueue {
            source: source.to_owned(),
            url: url.to_owned(),
            max_receives: spec.map_or(0, |spec| spec.max_receives),
        };
        let queues = &topology.queues;
        vec![
            of("uploads", &self.uploads.dead_letters, Some(queues.uploads)),
            of("rows", &self.rows.dead_letters, Some(queues.rows)),
            of("call_requests", &self.call_requests.dead_letters, Some(queues.call_requests)),
            of("outcomes", &self.outcomes_dead_letters, None),
            of("outcomes", &self.contact_events_dead_letters, None),
        ]
    }
}
