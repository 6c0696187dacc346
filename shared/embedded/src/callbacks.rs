use crate::db::{Db, DbError, Durability};
use crate::values::{count, from_json, int, json, nanos, uuid};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::callback::Callback;
use rollcall_domain::ids::CallbackId;
use rollcall_ports::{Callbacks, Fault, Saved, Versioned};
use rusqlite::{Connection, Row, params};
use std::sync::Arc;

const PORT: &str = "callbacks";

/// The promises.
pub(crate) struct Promises(pub(crate) Arc<Db>);

#[async_trait]
impl Callbacks for Promises {
    async fn get(&self, id: CallbackId) -> Result<Option<Versioned<Callback>>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement =
                connection.prepare_cached("SELECT version, data FROM callbacks WHERE id = ?1")?;
            let mut rows = statement.query([id.as_uuid().as_bytes()])?;
            rows.next()?
                .map(|row| Ok(Versioned { version: count(row, 0)?, value: from_json(row, 1, "callback")? }))
                .transpose()
        })
    }

    async fn save(
        &self,
        callback: &Versioned<Callback>,
        review_at: Option<Timestamp>,
        open: bool,
    ) -> Result<Saved, Fault> {
        // The person is told of the promise next; what is learned of it later
        // can be had again.
        let durability = if callback.version == 0 { Durability::Power } else { Durability::Process };
        self.0.write(PORT, durability, |session| {
            let changed = store(&session.connection, callback, review_at, open)?;
            Ok(if changed { Saved::Done(callback.version + 1) } else { Saved::Changed })
        })
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<CallbackId>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM callbacks WHERE review_at <= ?1 ORDER BY review_at, rowid LIMIT ?2",
            )?;
            let rows = statement.query_map((nanos(now), most), |row: &Row<'_>| uuid(row, 0))?;
            rows.map(|id| Ok(CallbackId::from_uuid(id?))).collect()
        })
    }

    async fn list_owed(&self, most: u32) -> Result<Vec<Versioned<Callback>>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT version, data FROM callbacks WHERE owed = 1 ORDER BY rowid LIMIT ?1",
            )?;
            let mut rows = statement.query([most])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(Versioned { version: count(row, 0)?, value: from_json(row, 1, "callback")? });
            }
            Ok(found)
        })
    }

    async fn count_open(&self) -> Result<u64, Fault> {
        self.0.read(PORT, |connection| {
            Ok(connection
                .prepare_cached("SELECT count(*) FROM callbacks WHERE open = 1")?
                .query_row([], |row| count(row, 0))?)
        })
    }
}

/// Whether the promise was still as it was read.
fn store(
    connection: &Connection,
    callback: &Versioned<Callback>,
    review_at: Option<Timestamp>,
    open: bool,
) -> Result<bool, DbError> {
    let statement = if callback.version == 0 {
        "INSERT INTO callbacks (id, version, open, review_at, data, owed, over_since)
         VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE callbacks SET version = version + 1, open = ?3, review_at = ?4, data = ?5, owed = ?6,
             over_since = ?7
         WHERE id = ?1 AND version = ?2"
    };
    let changed = connection.prepare_cached(statement)?.execute(params![
        callback.value.id.as_uuid().as_bytes(),
        int(callback.version),
        open,
        review_at.map(nanos),
        json(&callback.value, "callback")?,
        callback.value.is_owed(),
        callback.value.over_since().map(nanos),
    ])?;
    Ok(changed > 0)
}
