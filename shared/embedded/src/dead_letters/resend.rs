use crate::db::{Db, Durability};
use crate::queue;
use crate::stream::Stream;
use async_trait::async_trait;
use rollcall_ports::{Clock, Fault, Replay, Replays, Resent};
use std::sync::Arc;

/// Sends letters back where they came from.
pub(crate) struct Resending {
    pub(crate) db: Arc<Db>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) queues: Vec<&'static str>,
    pub(crate) stream: Stream,
}

#[async_trait]
impl Replays for Resending {
    async fn resend(&self, source: &str, body: &[u8], replay: Replay) -> Result<Resent, Fault> {
        if source == crate::stream::NAME {
            return self.stream.put_again(body, replay).map(|()| Resent::Done);
        }
        let Some(name) = self.queues.iter().find(|name| **name == source) else {
            return Ok(Resent::Never("no handler listens to where it came from"));
        };
        let Ok(text) = std::str::from_utf8(body) else {
            return Ok(Resent::Never("queues carry text, and this is none"));
        };
        let now = self.clock.now();
        self.db.write(name, Durability::Process, |session| {
            queue::enqueue_copy(&session.connection, name, text, (now, replay))
        })?;
        Ok(Resent::Done)
    }
}
