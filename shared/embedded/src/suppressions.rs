use crate::db::{Db, DbError, Durability};
use crate::residents::digits;
use crate::values::{count, from_json, int, json};
use async_trait::async_trait;
use rollcall_domain::ids::SuppressionId;
use rollcall_domain::suppression::{Entry, Subject};
use rollcall_ports::{Cursor, Fault, Saved, Suppressions, Versioned};
use rusqlite::{Connection, Row, ToSql, params};
use std::sync::Arc;

const PORT: &str = "suppressions";

/// The suppression list.
pub(crate) struct List(pub(crate) Arc<Db>);

#[async_trait]
impl Suppressions for List {
    /// Power: whoever opted out is told so next.
    async fn put(&self, entry: &Versioned<Entry>) -> Result<Saved, Fault> {
        self.0.write(PORT, Durability::Power, |session| put(&session.connection, entry))
    }

    async fn remove(&self, entry: &Versioned<Entry>) -> Result<Saved, Fault> {
        self.0.write(PORT, Durability::Power, |session| {
            let gone = session
                .connection
                .prepare_cached("DELETE FROM suppressions WHERE id = ?1 AND version = ?2")?
                .execute((key(&entry.value), int(entry.version)))?;
            Ok(if gone > 0 { Saved::Done(entry.version) } else { Saved::Changed })
        })
    }

    async fn of(&self, subjects: &[Subject]) -> Result<Vec<Option<Versioned<Entry>>>, Fault> {
        self.0.snapshot(PORT, |session| {
            let connection = &session.connection;
            // Most lists are empty, and an upload asks for thousands.
            let any: bool = connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM suppressions)")?
                .query_row([], |row| row.get(0))?;
            let asked = subjects.iter();
            asked.map(|subject| if any { of(connection, *subject) } else { Ok(None) }).collect()
        })
    }

    async fn find(&self, id: SuppressionId) -> Result<Option<Versioned<Entry>>, Fault> {
        self.0.read(PORT, |connection| {
            one(connection, "SELECT version, data FROM suppressions WHERE id = ?1", id.as_uuid().as_bytes())
        })
    }

    async fn list(&self, from: Option<&Cursor>, most: u32) -> Result<(Vec<Entry>, Option<Cursor>), Fault> {
        let foreign = |_| Fault::Refused { port: PORT, reason: "a cursor that is not ours".to_owned() };
        let from = from.map(|cursor| cursor.0.parse::<SuppressionId>().map_err(foreign)).transpose()?;
        self.0.read(PORT, |connection| page(connection, from, most))
    }

    async fn unsettled(&self, most: u32) -> Result<Vec<Versioned<Entry>>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT version, data FROM suppressions WHERE settled = 0 ORDER BY id LIMIT ?1",
            )?;
            let mut rows = statement.query([most])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(versioned(row)?);
            }
            Ok(found)
        })
    }
}

/// Whether an entry for this number stands, inside the transaction that asks.
pub(crate) fn stands(connection: &Connection, number: i64) -> Result<bool, DbError> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM suppressions WHERE number = ?1 AND stands = 1)")?
        .query_row([number], |row| row.get(0))?)
}

fn put(connection: &Connection, entry: &Versioned<Entry>) -> Result<Saved, DbError> {
    let value = &entry.value;
    let stands = value.standing().is_some();
    let data = json(value, "suppression")?;
    let changed = if entry.version == 0 {
        let (number, resident) = match value.subject {
            Subject::Number(number) => (Some(digits(number)), None),
            Subject::Resident(id) => (None, Some(*id.as_uuid().as_bytes())),
        };
        connection
            .prepare_cached(
                "INSERT INTO suppressions (id, number, resident, version, stands, settled, data)
                 VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![key(value), number, resident, stands, value.settled, data])?
    } else {
        connection
            .prepare_cached(
                "UPDATE suppressions SET version = version + 1, stands = ?3, settled = ?4, data = ?5
                 WHERE id = ?1 AND version = ?2",
            )?
            .execute(params![key(value), int(entry.version), stands, value.settled, data])?
    };
    Ok(if changed > 0 { Saved::Done(entry.version + 1) } else { Saved::Changed })
}

fn of(connection: &Connection, subject: Subject) -> Result<Option<Versioned<Entry>>, DbError> {
    match subject {
        Subject::Number(number) => {
            one(connection, "SELECT version, data FROM suppressions WHERE number = ?1", &digits(number))
        }
        Subject::Resident(id) => {
            let key = id.as_uuid().as_bytes();
            one(connection, "SELECT version, data FROM suppressions WHERE resident = ?1", key)
        }
    }
}

fn page(
    connection: &Connection,
    from: Option<SuppressionId>,
    most: u32,
) -> Result<(Vec<Entry>, Option<Cursor>), DbError> {
    let before = from.map_or([u8::MAX; 16], |id| *id.as_uuid().as_bytes());
    let mut statement = connection.prepare_cached(
        "SELECT version, data FROM suppressions WHERE stands = 1 AND id < ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    let mut rows = statement.query((before, most))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(versioned(row)?.value);
    }
    let full = found.len() >= usize::try_from(most).unwrap_or(usize::MAX);
    let last = found.last().filter(|_| full).map(|last| Cursor(last.suppression.id.to_string()));
    Ok((found, last))
}

fn one(connection: &Connection, query: &str, key: &dyn ToSql) -> Result<Option<Versioned<Entry>>, DbError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query([key])?;
    rows.next()?.map(versioned).transpose()
}

fn versioned(row: &Row<'_>) -> Result<Versioned<Entry>, DbError> {
    Ok(Versioned { version: count(row, 0)?, value: from_json(row, 1, "suppression")? })
}

fn key(entry: &Entry) -> &[u8; 16] {
    entry.suppression.id.as_uuid().as_bytes()
}
