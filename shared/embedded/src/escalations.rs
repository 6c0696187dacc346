use crate::db::{Db, DbError, Durability};
use crate::values::{count, cursor, from_json, int, json, nanos, row_before, uuid};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::escalation::Escalation;
use rollcall_domain::ids::EscalationId;
use rollcall_ports::{Cursor, Escalations, Fault, OpenCases, Saved, Versioned};
use rusqlite::{Connection, Row, params};
use std::sync::Arc;

const PORT: &str = "escalations";

/// The cases.
pub(crate) struct Cases(pub(crate) Arc<Db>);

#[async_trait]
impl Escalations for Cases {
    async fn get(&self, id: EscalationId) -> Result<Option<Versioned<Escalation>>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement =
                connection.prepare_cached("SELECT version, data FROM escalations WHERE id = ?1")?;
            let mut rows = statement.query([id.as_uuid().as_bytes()])?;
            rows.next()?.map(case).transpose()
        })
    }

    async fn save(
        &self,
        escalation: &Versioned<Escalation>,
        review_at: Option<Timestamp>,
    ) -> Result<Saved, Fault> {
        // Somebody acts on it at once, and nobody says it again.
        self.0.write(PORT, Durability::Power, |session| {
            let changed = store(&session.connection, escalation, review_at)?;
            Ok(if changed { Saved::Done(escalation.version + 1) } else { Saved::Changed })
        })
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<EscalationId>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM escalations WHERE review_at <= ?1 ORDER BY review_at, rowid LIMIT ?2",
            )?;
            let rows = statement.query_map((nanos(now), most), |row: &Row<'_>| uuid(row, 0))?;
            rows.map(|id| Ok(EscalationId::from_uuid(id?))).collect()
        })
    }

    async fn list_open(&self, from: Option<&Cursor>, most: u32) -> Result<OpenCases, Fault> {
        let after = row_before(PORT, from)?;
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT version, data, rowid FROM escalations WHERE open = 1 AND rowid > ?1
                 ORDER BY rowid LIMIT ?2",
            )?;
            let mut rows = statement.query((after, most))?;
            let (mut cases, mut last) = (Vec::new(), None);
            while let Some(row) = rows.next()? {
                cases.push(case(row)?);
                last = Some(cursor(row, 2)?);
            }
            let full = u32::try_from(cases.len()).is_ok_and(|found| found == most);
            Ok(OpenCases { cases, next: last.filter(|_| full) })
        })
    }

    async fn count_open(&self) -> Result<u64, Fault> {
        self.0.read(PORT, |connection| {
            Ok(connection
                .prepare_cached("SELECT count(*) FROM escalations WHERE open = 1")?
                .query_row([], |row| count(row, 0))?)
        })
    }
}

fn case(row: &Row<'_>) -> Result<Versioned<Escalation>, DbError> {
    Ok(Versioned { version: count(row, 0)?, value: from_json(row, 1, "escalation")? })
}

/// Whether the case was still as it was read.
fn store(
    connection: &Connection,
    escalation: &Versioned<Escalation>,
    review_at: Option<Timestamp>,
) -> Result<bool, DbError> {
    let statement = if escalation.version == 0 {
        "INSERT INTO escalations (id, version, open, review_at, data, over_since)
         VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING"
    } else {
        "UPDATE escalations SET version = version + 1, open = ?3, review_at = ?4, data = ?5, over_since = ?6
         WHERE id = ?1 AND version = ?2"
    };
    let changed = connection.prepare_cached(statement)?.execute(params![
        escalation.value.id.as_uuid().as_bytes(),
        int(escalation.version),
        escalation.value.is_open(),
        review_at.map(nanos),
        json(&escalation.value, "escalation")?,
        escalation.value.over_since().map(nanos),
    ])?;
    Ok(changed > 0)
}
