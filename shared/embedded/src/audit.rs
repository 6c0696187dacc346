use crate::db::{Db, Durability};
use crate::values::{cursor, nanos, row_before, time_at};
use async_trait::async_trait;
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{Audit, AuditEntry, Cursor, Fault};
use rusqlite::{Row, params};
use std::sync::Arc;
use uuid::Uuid;

const PORT: &str = "audit";

/// The audit log.
pub(crate) struct Log(pub(crate) Arc<Db>);

#[async_trait]
impl Audit for Log {
    async fn record(&self, entry: &AuditEntry) -> Result<(), Fault> {
        self.0.statement(PORT, Durability::Process, |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO audit (key, at, actor, action, resident, detail)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                )?
                .execute(params![
                    entry.key,
                    nanos(entry.at),
                    entry.actor,
                    entry.action,
                    entry.resident.as_ref().map(|id| id.as_uuid().as_bytes()),
                    entry.detail,
                ])?;
            Ok(())
        })
    }

    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        self.entries("WHERE seq > ?1 ORDER BY seq LIMIT ?2", row_before(PORT, after)?, most)
    }

    async fn recent(&self, before: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        let before = before.map_or(Ok(i64::MAX), |_| row_before(PORT, before))?;
        self.entries("WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2", before, most)
    }
}

impl Log {
    fn entries(&self, which: &str, place: i64, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        self.0.read(PORT, |connection| {
            let query = format!("SELECT seq, key, at, actor, action, resident, detail FROM audit {which}");
            let mut statement = connection.prepare_cached(&query)?;
            let rows = statement.query_map((place, most), entry)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn entry(row: &Row<'_>) -> Result<(Cursor, AuditEntry), rusqlite::Error> {
    let resident: Option<[u8; 16]> = row.get(5)?;
    let entry = AuditEntry {
        key: row.get(1)?,
        at: time_at(row, 2)?,
        actor: row.get(3)?,
        action: row.get(4)?,
        resident: resident.map(|bytes| ResidentId::from_uuid(Uuid::from_bytes(bytes))),
        detail: row.get(6)?,
    };
    Ok((cursor(row, 0)?, entry))
}
