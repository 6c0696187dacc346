use crate::stub::nothing;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_contracts::topology::QueueSpec;
use rollcall_ports::{Depth, Fault, Inbox, Receipt, Received, Sender};

/// One queue: both ends of it. Cheap to clone. Carries any [`Message`] through
/// [`Sender`], and any other text through [`Queue::send_raw`].
#[derive(Clone)]
pub struct Queue {
    name: &'static str,
    spec: QueueSpec,
}

impl Queue {
    pub(crate) fn new(name: &'static str, spec: QueueSpec) -> Self {
        Self { name, spec }
    }

    /// The numbers of this queue.
    #[must_use]
    pub fn spec(&self) -> QueueSpec {
        self.spec
    }

    /// Sends a text as it is, visible after `delay`.
    ///
    /// # Errors
    /// As [`Sender::send`].
    pub fn send_raw(&self, _body: &str, _delay: SignedDuration) -> Result<(), Fault> {
        nothing()
    }
}

#[async_trait]
impl<M: Message> Sender<M> for Queue {
    async fn send(&self, _messages: &[Envelope<M>]) -> Result<Vec<usize>, Fault> {
        nothing()
    }
}

#[async_trait]
impl Depth for Queue {
    async fn depth(&self) -> Result<u32, Fault> {
        nothing()
    }
}

#[async_trait]
impl Inbox for Queue {
    fn name(&self) -> &'static str {
        self.name
    }
    async fn receive(&self, _most: u32) -> Result<Vec<Received>, Fault> {
        nothing()
    }
    async fn delete(&self, _receipt: &Receipt) -> Result<(), Fault> {
        nothing()
    }
    async fn retry_after(&self, _receipt: &Receipt, _after: SignedDuration) -> Result<(), Fault> {
        nothing()
    }
    async fn next_visible(&self) -> Result<Option<Timestamp>, Fault> {
        nothing()
    }
}
