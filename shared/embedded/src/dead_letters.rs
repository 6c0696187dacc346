use crate::db::{Db, DbError, Durability};
use crate::values::{count, cursor, nanos, row_before, small, time_at};
use async_trait::async_trait;
use rollcall_ports::{Cursor, DeadLetter, DeadLetters, Fault};
use rusqlite::{Connection, params};
use std::sync::Arc;

const PORT: &str = "dead_letters";

/// Where messages are set aside.
pub(crate) struct Letters(pub(crate) Arc<Db>);

#[async_trait]
impl DeadLetters for Letters {
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault> {
        self.0.write(PORT, Durability::Power, |session| store(&session.connection, letter))
    }

    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault> {
        let after = row_before(PORT, after)?;
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT seq, source, message_id, reason, handler, parked_at, receives, body
                 FROM dead_letters WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )?;
            let rows = statement.query_map((after, most), |row| {
                let letter = DeadLetter {
                    source: row.get(1)?,
                    message_id: row.get(2)?,
                    reason: row.get(3)?,
                    handler: row.get(4)?,
                    parked_at: time_at(row, 5)?,
                    receives: small(row, 6)?,
                    body: row.get(7)?,
                };
                Ok((cursor(row, 0)?, letter))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    async fn count(&self) -> Result<u64, Fault> {
        self.0.read(PORT, |connection| {
            Ok(connection
                .prepare_cached("SELECT count(*) FROM dead_letters")?
                .query_row([], |row| count(row, 0))?)
        })
    }
}

/// Sets a letter aside, unless it is there already.
pub(crate) fn store(connection: &Connection, letter: &DeadLetter) -> Result<(), DbError> {
    connection
        .prepare_cached(
            "INSERT INTO dead_letters (source, message_id, reason, handler, parked_at, receives, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            letter.source,
            letter.message_id,
            letter.reason,
            letter.handler,
            nanos(letter.parked_at),
            letter.receives,
            letter.body,
        ])?;
    Ok(())
}
