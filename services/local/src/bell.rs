//! A bell that wakes a loop when something was put where it polls.

use async_trait::async_trait;
use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_ports::{Fault, Sender, StreamWriter};
use std::sync::Arc;
use tokio::sync::Notify;

/// Rung by senders, heard by one loop. A ring while nobody listens is kept.
#[derive(Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Wakes the loop.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Returns at the next ring.
    pub async fn heard(&self) {
        self.0.notified().await;
    }
}

/// A sender, or writer of a stream, that rings after each send.
#[derive(Clone)]
pub struct Ringing<S> {
    /// What really sends.
    pub inner: S,
    /// What is rung.
    pub bell: Bell,
}

#[async_trait]
impl<M: Message, S: Sender<M>> Sender<M> for Ringing<S> {
    async fn send(&self, messages: &[Envelope<M>]) -> Result<Vec<usize>, Fault> {
        let answer = self.inner.send(messages).await;
        self.bell.ring();
        answer
    }
}

#[async_trait]
impl<S: StreamWriter> StreamWriter for Ringing<S> {
    async fn put(&self, partition_key: &str, data: &[u8]) -> Result<(), Fault> {
        let answer = self.inner.put(partition_key, data).await;
        self.bell.ring();
        answer
    }
}
