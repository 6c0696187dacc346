//! Who is erased, and forgetting them for good.
//!
//! Deleted rows leave their bytes in the pages of the database and in its log.
//! [`Class::Residue`] comes last and writes the whole database anew, which
//! leaves nothing but what is still there, and empties the log: that is surer
//! than SQLite's `secure_delete`, which leaves copies of rows that were moved
//! between pages before, and costs nothing while nobody is erased.

mod kept;
mod tables;

use crate::db::{Db, DbError, Durability};
use crate::residents::digits;
use crate::values::{count, from_json, int, json, nanos, time_at, uuid};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::batch::Batch;
use rollcall_domain::erasure::{Class, Erasure, Traces};
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{Cursor, Erasures, Fault, Forgotten, Known, Saved, Versioned, Whose};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::sync::Arc;

const PORT: &str = "erasures";

/// Who is erased.
pub(crate) struct Erasing(pub(crate) Arc<Db>);

#[async_trait]
impl Erasures for Erasing {
    async fn get(&self, resident: ResidentId) -> Result<Option<Versioned<Erasure>>, Fault> {
        self.0.read(PORT, |connection| get(connection, resident))
    }

    async fn save(&self, erasure: &Versioned<Erasure>) -> Result<Saved, Fault> {
        self.0.write(PORT, Durability::Power, |session| {
            let statement = if erasure.version == 0 {
                "INSERT INTO erasures (resident, version, review_at, data, over_since)
                 VALUES (?1, ?2 + 1, ?3, ?4, ?5) ON CONFLICT DO NOTHING"
            } else {
                "UPDATE erasures SET version = version + 1, review_at = ?3, data = ?4, over_since = ?5
                 WHERE resident = ?1 AND version = ?2"
            };
            let changed = session.connection.prepare_cached(statement)?.execute(params![
                erasure.value.resident.as_uuid().as_bytes(),
                int(erasure.version),
                erasure.value.review_at().map(nanos),
                json(&erasure.value, "erasure")?,
                erasure.value.over_since().map(nanos),
            ])?;
            Ok(if changed > 0 { Saved::Done(erasure.version + 1) } else { Saved::Changed })
        })
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT resident FROM erasures WHERE review_at <= ?1 ORDER BY review_at, rowid LIMIT ?2",
            )?;
            let rows = statement.query_map((nanos(now), most), |row: &Row<'_>| uuid(row, 0))?;
            rows.map(|id| Ok(ResidentId::from_uuid(id?))).collect()
        })
    }

    async fn page(&self, from: Option<&Cursor>, most: u32) -> Result<(Vec<Erasure>, Option<Cursor>), Fault> {
        let foreign = |_| Fault::Refused { port: PORT, reason: "a cursor that is not ours".to_owned() };
        let from = from.map(|cursor| cursor.0.parse::<ResidentId>().map_err(foreign)).transpose()?;
        let found: Vec<Erasure> = self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT data FROM erasures WHERE ?1 IS NULL OR resident > ?1 ORDER BY resident LIMIT ?2",
            )?;
            let after = from.as_ref().map(|id| id.as_uuid().as_bytes().as_slice());
            let rows = statement.query_and_then(params![after, most], |row| from_json(row, 0, "erasure"))?;
            rows.collect()
        })?;
        let is_full = found.len() as u64 == u64::from(most);
        let next = found.last().filter(|_| is_full).map(|last| Cursor(last.resident.to_string()));
        Ok((found, next))
    }

    async fn forget(&self, class: Class, whose: &Whose<'_>) -> Result<Forgotten, Fault> {
        if class == Class::Residue {
            let clean = self.0.write_anew(PORT)?;
            return Ok(if clean { Forgotten::Done(0) } else { Forgotten::Waits("others read the database") });
        }
        self.0.write(PORT, Durability::Power, |session| forget(&session.connection, class, whose))
    }

    async fn kept(&self, class: Class, whose: &Whose<'_>) -> Result<Vec<String>, Fault> {
        self.0.read(PORT, |connection| kept::of(connection, class, whose))
    }
}

fn get(connection: &Connection, resident: ResidentId) -> Result<Option<Versioned<Erasure>>, DbError> {
    let mut statement =
        connection.prepare_cached("SELECT version, data FROM erasures WHERE resident = ?1")?;
    let mut rows = statement.query([resident.as_uuid().as_bytes()])?;
    rows.next()?
        .map(|row| Ok(Versioned { version: count(row, 0)?, value: from_json(row, 1, "erasure")? }))
        .transpose()
}

fn forget(connection: &Connection, class: Class, whose: &Whose<'_>) -> Result<Forgotten, DbError> {
    let id = whose.resident;
    let bytes = id.as_uuid().as_bytes();
    let text = id.to_string();
    let gone = match class {
        // No index: nothing else asks for these by resident.
        Class::Callbacks => {
            connection.execute("DELETE FROM callbacks WHERE data ->> '$.resident' = ?1", [text])?
        }
        Class::Escalations => {
            connection.execute("DELETE FROM escalations WHERE data ->> '$.resident' = ?1", [text])?
        }
        Class::Notices => {
            connection.execute("DELETE FROM notices WHERE data ->> '$.resident' = ?1", [text])?
        }
        Class::Queues => connection.execute("DELETE FROM messages WHERE instr(body, ?1) > 0", [text])?,
        Class::Days => connection.execute("DELETE FROM checks WHERE resident = ?1", [bytes])?,
        Class::Attempts => connection.execute("DELETE FROM attempts WHERE resident = ?1", [bytes])?,
        Class::Stream => {
            let known = known_so_far(connection, id)?;
            delete_where(connection, ("stream", "data"), &known)?
        }
        Class::Numbers => return numbers(connection, whose),
        Class::Batches => file_names(connection, whose.erasure.traces.as_ref())?,
        // By their own ports, by `Db::write_anew`, or not at all.
        Class::Register
        | Class::Letters
        | Class::Suppressions
        | Class::Lists
        | Class::Residue
        | Class::Accounts
        | Class::Audit
        | Class::Erasures => 0,
    };
    Ok(Forgotten::Done(u64::try_from(gone).unwrap_or(u64::MAX)))
}

/// When the number rang last. The gap holds for a telephone, whoever has it.
fn numbers(connection: &Connection, whose: &Whose<'_>) -> Result<Forgotten, DbError> {
    let Some(number) = whose.number.map(digits) else { return Ok(Forgotten::Done(0)) };
    let rung = connection
        .query_row("SELECT last_rung_at FROM contact_points WHERE number = ?1", [number], |row| {
            time_at(row, 0)
        })
        .optional()?;
    match rung {
        None => Ok(Forgotten::Done(0)),
        Some(at) if at > whose.quiet_since => Ok(Forgotten::Waits("their telephone rang minutes ago")),
        Some(_) => {
            connection.execute("DELETE FROM contact_points WHERE number = ?1", [number])?;
            Ok(Forgotten::Done(1))
        }
    }
}

/// What uploaders called files, where that tells of the person.
fn file_names(connection: &Connection, traces: Option<&Traces>) -> Result<usize, DbError> {
    let Some(traces) = traces else { return Ok(0) };
    let mut gone = 0;
    let mut statement = connection.prepare("SELECT seq, data FROM batches")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut batch: Batch = from_json(row, 1, "batch")?;
        if batch.file_name.as_ref().is_some_and(|name| traces.are_in_name(name)) {
            batch.file_name = None;
            let seq: i64 = row.get(0)?;
            gone += connection.execute(
                "UPDATE batches SET data = ?2 WHERE seq = ?1",
                params![seq, json(&batch, "batch")?],
            )?;
        }
    }
    let mut statement = connection.prepare("SELECT id, file_name FROM staged")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, name): ([u8; 16], String) = (row.get(0)?, row.get(1)?);
        if traces.are_in_name(&name) {
            gone += connection.execute("UPDATE staged SET file_name = 'list' WHERE id = ?1", [id])?;
        }
    }
    Ok(gone)
}

/// By what messages are known to be about somebody: with the ids of the calls that
/// are stored.
pub(crate) fn known(
    connection: &Connection,
    resident: ResidentId,
    erasure: Option<&Erasure>,
) -> Result<Known, DbError> {
    let mut known = Known::of(resident, erasure);
    let mut statement = connection.prepare_cached("SELECT data FROM attempts WHERE resident = ?1")?;
    let mut rows = statement.query([resident.as_uuid().as_bytes()])?;
    while let Some(row) = rows.next()? {
        known.add_call(&from_json(row, 0, "attempt")?);
    }
    Ok(known)
}

/// The same with the erasure that is stored, if there is one.
pub(crate) fn known_so_far(connection: &Connection, resident: ResidentId) -> Result<Known, DbError> {
    let erasure = get(connection, resident)?.map(|found| found.value);
    known(connection, resident, erasure.as_ref())
}

/// Deletes what is about somebody, one row in memory at a time.
fn delete_where(
    connection: &Connection,
    (table, column): (&str, &str),
    known: &Known,
) -> Result<usize, DbError> {
    let mut gone = Vec::new();
    let mut statement = connection.prepare(&format!("SELECT seq, {column} FROM {table}"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if known.is_in(row.get_ref(1)?.as_bytes().map_err(|_| DbError::Unreadable("message"))?) {
            gone.push(row.get::<_, i64>(0)?);
        }
    }
    let mut delete = connection.prepare(&format!("DELETE FROM {table} WHERE seq = ?1"))?;
    for seq in &gone {
        delete.execute([seq])?;
    }
    Ok(gone.len())
}
