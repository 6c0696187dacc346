use crate::db::{Db, DbError};
use crate::stream;
use crate::values::count;
use async_trait::async_trait;
use rollcall_ports::{Fault, QueueStatus, Queues};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How full the queues are.
pub(crate) struct Statuses(pub(crate) Arc<Db>);

#[async_trait]
impl Queues for Statuses {
    async fn statuses(&self) -> Result<Vec<QueueStatus>, Fault> {
        of(&self.0)
    }
}

/// Every queue and the stream, and every other source of dead letters.
pub(crate) fn of(db: &Db) -> Result<Vec<QueueStatus>, Fault> {
    db.snapshot("queues", |session| statuses(&session.connection))
}

fn statuses(connection: &Connection) -> Result<Vec<QueueStatus>, DbError> {
    let mut found: BTreeMap<String, (u64, u64)> = ["uploads", "rows", "call_requests", stream::NAME]
        .into_iter()
        .map(|name| (name.to_owned(), (0, 0)))
        .collect();
    found.entry(stream::NAME.to_owned()).or_default().0 = stream::waiting(connection)?;
    let mut statement = connection.prepare_cached("SELECT queue, count(*) FROM messages GROUP BY queue")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.entry(row.get(0)?).or_default().0 = count(row, 1)?;
    }
    let mut statement = connection
        .prepare_cached("SELECT source, count(*) FROM dead_letters WHERE state < 2 GROUP BY source")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.entry(row.get(0)?).or_default().1 = count(row, 1)?;
    }
    Ok(found
        .into_iter()
        .map(|(name, (waiting, dead_letters))| QueueStatus { name, waiting: Some(waiting), dead_letters })
        .collect())
}
