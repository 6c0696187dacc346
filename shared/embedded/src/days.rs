use crate::db::{Db, DbError, Durability};
use crate::values::{count, from_json, int, json};
use async_trait::async_trait;
use jiff::civil::Date;
use rollcall_domain::day::{DayPart, DayRecord};
use rollcall_ports::{Days, Fault, PartOf, Saved, Versioned};
use rusqlite::{Connection, Row, params};
use std::sync::Arc;

const PORT: &str = "days";

/// The accounts of the days.
pub(crate) struct Closings(pub(crate) Arc<Db>);

#[async_trait]
impl Days for Closings {
    async fn get(&self, day: Date) -> Result<Option<Versioned<DayRecord>>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached("SELECT version, data FROM days WHERE day = ?1")?;
            let mut rows = statement.query([day.to_string()])?;
            rows.next()?.map(record).transpose()
        })
    }

    async fn save(&self, record: &Versioned<DayRecord>) -> Result<Saved, Fault> {
        self.0.write(PORT, Durability::Power, |session| {
            let version = record.version + 1;
            let statement = if record.version == 0 {
                "INSERT INTO days (day, version, data) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"
            } else {
                "UPDATE days SET version = ?2, data = ?3 WHERE day = ?1 AND version = ?2 - 1"
            };
            let changed = session.connection.prepare_cached(statement)?.execute(params![
                record.value.day.to_string(),
                int(version),
                json(&record.value, "day")?
            ])?;
            Ok(if changed > 0 { Saved::Done(version) } else { Saved::Changed })
        })
    }

    async fn list(&self, before: Option<Date>, most: u32) -> Result<Vec<Versioned<DayRecord>>, Fault> {
        let before = before.map_or_else(|| "~".to_owned(), |day| day.to_string());
        self.0.read(PORT, |connection| {
            let mut statement = connection
                .prepare_cached("SELECT version, data FROM days WHERE day < ?1 ORDER BY day DESC LIMIT ?2")?;
            let mut rows = statement.query(params![before, most])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(record(row)?);
            }
            Ok(found)
        })
    }

    async fn add_part(&self, of: PartOf, part: &DayPart) -> Result<DayPart, Fault> {
        self.0.write(PORT, Durability::Process, |session| {
            session
                .connection
                .prepare_cached(
                    "INSERT INTO day_parts (day, taking, part, register, later, next, people)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                )?
                .execute(params![
                    of.day.to_string(),
                    of.taking,
                    of.part,
                    int(part.register),
                    int(part.later),
                    part.next,
                    part.bytes()
                ])?;
            find(&session.connection, of)?.ok_or(DbError::Unreadable("part of a day"))
        })
    }

    async fn part(&self, of: PartOf) -> Result<Option<DayPart>, Fault> {
        self.0.read(PORT, |connection| find(connection, of))
    }
}

fn record(row: &Row<'_>) -> Result<Versioned<DayRecord>, DbError> {
    Ok(Versioned { version: count(row, 0)?, value: from_json(row, 1, "day")? })
}

fn find(connection: &Connection, of: PartOf) -> Result<Option<DayPart>, DbError> {
    let mut statement = connection.prepare_cached(
        "SELECT register, later, next, people FROM day_parts WHERE day = ?1 AND taking = ?2 AND part = ?3",
    )?;
    let mut rows = statement.query(params![of.day.to_string(), of.taking, of.part])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let people: Vec<u8> = row.get(3)?;
    let people = DayPart::people_of(&people).ok_or(DbError::Unreadable("part of a day"))?;
    Ok(Some(DayPart { register: count(row, 0)?, later: count(row, 1)?, next: row.get(2)?, people }))
}
