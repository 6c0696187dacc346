use crate::db::{Db, DbError, Durability};
use crate::dead_letters;
use crate::values::{nanos, replay, small, time_at};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_contracts::topology::QueueSpec;
use rollcall_ports::{Clock, DeadLetter, Depth, Fault, Inbox, Receipt, Received, Replay, Sender};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;

/// One queue: both ends of it. Cheap to clone. Carries any [`Message`] through
/// [`Sender`], and any other text through [`Queue::send_raw`]. Hands out
/// whatever has been visible for the longest.
#[derive(Clone)]
pub struct Queue {
    db: Arc<Db>,
    clock: Arc<dyn Clock>,
    name: &'static str,
    spec: QueueSpec,
}

impl Queue {
    pub(crate) fn new(db: Arc<Db>, clock: Arc<dyn Clock>, name: &'static str, spec: QueueSpec) -> Self {
        Self { db, clock, name, spec }
    }

    /// The numbers of this queue.
    #[must_use]
    pub fn spec(&self) -> QueueSpec {
        self.spec
    }

    /// Sends a text as it is, to be handed out after `delay`.
    ///
    /// # Errors
    /// As [`Sender::send`]; the text was not taken then.
    pub fn send_raw(&self, body: &str, delay: SignedDuration) -> Result<(), Fault> {
        let now = self.clock.now();
        self.db.write(self.name, Durability::Process, |session| {
            enqueue(&session.connection, self.name, body, (now, later(now, delay)))
        })
    }

    /// Sets aside what is past the queue's retention: handled or parked, but
    /// never gone. Returns how many messages that were.
    pub(crate) fn expire(&self, connection: &Connection, now: Timestamp) -> Result<u64, DbError> {
        let kept = SignedDuration::from_secs(i64::from(self.spec.retention_seconds));
        let before = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let mut statement = connection
            .prepare_cached("SELECT seq FROM messages WHERE queue = ?1 AND sent_at < ?2 ORDER BY seq")?;
        let rows = statement.query_map(params![self.name, nanos(before)], |row| row.get(0))?;
        let expired: Vec<i64> = rows.collect::<Result<_, _>>()?;
        for seq in &expired {
            let reason = format!("not handled within {} s", self.spec.retention_seconds);
            self.park(connection, *seq, reason, now)?;
        }
        Ok(u64::try_from(expired.len()).unwrap_or(u64::MAX))
    }

    fn claim(&self, connection: &Connection, most: u32, now: Timestamp) -> Result<Vec<Received>, DbError> {
        let hidden = SignedDuration::from_secs(i64::from(self.spec.visibility_timeout_seconds));
        let until = later(now, hidden);
        let mut received = Vec::new();
        loop {
            let wanted = usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(received.len());
            let visible = self.visible(connection, now, wanted)?;
            if visible.is_empty() {
                return Ok(received);
            }
            for (seq, receives) in visible {
                if receives >= self.spec.max_receives {
                    let reason = format!("received {receives} times without success");
                    self.park(connection, seq, reason, now)?;
                } else {
                    received.push(hand_out(connection, seq, until)?);
                }
            }
        }
    }

    fn visible(
        &self,
        connection: &Connection,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<(i64, u32)>, DbError> {
        let mut statement = connection.prepare_cached(
            "SELECT seq, receives FROM messages WHERE queue = ?1 AND visible_at <= ?2
             ORDER BY visible_at, seq LIMIT ?3",
        )?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = statement
            .query_map(params![self.name, nanos(now), most], |row| Ok((row.get(0)?, small(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn park(&self, connection: &Connection, seq: i64, reason: String, now: Timestamp) -> Result<(), DbError> {
        let letter = connection
            .prepare_cached("DELETE FROM messages WHERE seq = ?1 RETURNING receives, body, replay")?
            .query_row([seq], |row| {
                Ok(DeadLetter {
                    source: self.name.to_owned(),
                    message_id: seq.to_string(),
                    reason,
                    handler: "queue".to_owned(),
                    parked_at: now,
                    receives: small(row, 0)?,
                    body: row.get::<_, String>(1)?.into_bytes(),
                    replay: replay(row, 2)?,
                })
            })?;
        dead_letters::store(connection, &letter)
    }
}

#[async_trait]
impl<M: Message> Sender<M> for Queue {
    async fn send(&self, messages: &[Envelope<M>]) -> Result<Vec<usize>, Fault> {
        let mut untaken = Vec::new();
        let mut bodies = Vec::with_capacity(messages.len());
        for (position, message) in messages.iter().enumerate() {
            match message.encode() {
                Ok(body) => bodies.push(body),
                Err(_) => untaken.push(position),
            }
        }
        let now = self.clock.now();
        self.db.write(self.name, Durability::Process, |session| {
            for body in &bodies {
                enqueue(&session.connection, self.name, body, (now, now))?;
            }
            Ok(untaken)
        })
    }
}

#[async_trait]
impl Depth for Queue {
    async fn depth(&self) -> Result<u32, Fault> {
        self.db.read(self.name, |connection| {
            Ok(connection
                .prepare_cached("SELECT count(*) FROM messages WHERE queue = ?1")?
                .query_row([self.name], |row| small(row, 0))?)
        })
    }
}

#[async_trait]
impl Inbox for Queue {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn receive(&self, most: u32) -> Result<Vec<Received>, Fault> {
        let now = self.clock.now();
        // Without this, every poll of an empty queue would wait for the writer.
        if self.db.read(self.name, |connection| self.visible(connection, now, 1))?.is_empty() {
            return Ok(Vec::new());
        }
        self.db.write(self.name, Durability::Process, |session| self.claim(&session.connection, most, now))
    }

    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault> {
        let Some((seq, receives)) = read_receipt(receipt) else { return Ok(()) };
        self.db.statement(self.name, Durability::Process, |connection| {
            connection
                .prepare_cached("DELETE FROM messages WHERE seq = ?1 AND receives = ?2 AND queue = ?3")?
                .execute(params![seq, receives, self.name])?;
            Ok(())
        })
    }

    async fn retry_after(&self, receipt: &Receipt, after: SignedDuration) -> Result<(), Fault> {
        let Some((seq, receives)) = read_receipt(receipt) else { return Ok(()) };
        let at = later(self.clock.now(), after);
        self.db.statement(self.name, Durability::Process, |connection| {
            connection
                .prepare_cached(
                    "UPDATE messages SET visible_at = ?4 WHERE seq = ?1 AND receives = ?2 AND queue = ?3",
                )?
                .execute(params![seq, receives, self.name, nanos(at)])?;
            Ok(())
        })
    }

    async fn next_visible(&self) -> Result<Option<Timestamp>, Fault> {
        self.db.read(self.name, |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT visible_at FROM messages WHERE queue = ?1 ORDER BY visible_at LIMIT 1",
                )?
                .query_row([self.name], |row| time_at(row, 0))
                .optional()?)
        })
    }
}

/// Puts a text on a queue; `times` are when it is sent and when it is visible.
pub(crate) fn enqueue(
    connection: &Connection,
    queue: &str,
    body: &str,
    times: (Timestamp, Timestamp),
) -> Result<(), DbError> {
    connection
        .prepare_cached(
            "INSERT INTO messages (queue, sent_at, visible_at, receives, body) VALUES (?1, ?2, ?3, 0, ?4)",
        )?
        .execute(params![queue, nanos(times.0), nanos(times.1), body])?;
    Ok(())
}

/// Puts a copy of a letter on a queue, as sent and visible at this time.
pub(crate) fn enqueue_copy(
    connection: &Connection,
    queue: &str,
    body: &str,
    (now, replay): (Timestamp, Replay),
) -> Result<(), DbError> {
    connection
        .prepare_cached(
            "INSERT INTO messages (queue, sent_at, visible_at, receives, body, replay)
             VALUES (?1, ?2, ?2, 0, ?3, ?4)",
        )?
        .execute(params![queue, nanos(now), body, replay.to_string()])?;
    Ok(())
}

fn hand_out(connection: &Connection, seq: i64, until: Timestamp) -> Result<Received, DbError> {
    Ok(connection
        .prepare_cached(
            "UPDATE messages SET receives = receives + 1, visible_at = ?2 WHERE seq = ?1
             RETURNING receives, body, sent_at, replay",
        )?
        .query_row(params![seq, nanos(until)], |row| {
            let receives = small(row, 0)?;
            Ok(Received {
                receipt: Receipt(format!("{seq}-{receives}")),
                id: seq.to_string(),
                body: row.get(1)?,
                receives,
                sent_at: time_at(row, 2)?,
                replay: replay(row, 3)?,
            })
        })?)
}

/// Message and receive; every receive makes those before it void. `None` for
/// what is no receipt of ours.
fn read_receipt(receipt: &Receipt) -> Option<(i64, u32)> {
    let (seq, receives) = receipt.0.split_once('-')?;
    Some((seq.parse().ok()?, receives.parse().ok()?))
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
