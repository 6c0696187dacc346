use crate::db::{Db, DbError, Durability, Session};
use crate::residents::{digits, place, write_back};
use crate::suppressions;
use crate::values::{count, cursor, from_json, int, json, nanos, row_before, time_at, uuid};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::attempt::{Attempt, Key};
use rollcall_domain::breaker::Recent;
use rollcall_domain::ids::{AttemptId, ContactId, ResidentId};
use rollcall_ports::{Attempts, Began, Begin, Cursor, Fault, Saved, Tallied, Versioned};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use std::sync::Arc;

const PORT: &str = "attempts";

/// What is known of each dial.
pub(crate) struct Dials(pub(crate) Arc<Db>);

#[async_trait]
impl Attempts for Dials {
    async fn begin(&self, order: &Begin) -> Result<Began, Fault> {
        // A phone rings next: this must be known whatever happens then.
        self.0.write(PORT, Durability::Power, |session| begin(session, order))
    }

    async fn get(&self, id: AttemptId) -> Result<Option<Versioned<Attempt>>, Fault> {
        self.0.read(PORT, |connection| {
            let query = "SELECT version, data FROM attempts WHERE id = ?1";
            one(connection, query, id.as_uuid().as_bytes())
        })
    }

    async fn by_contact(&self, contact: &ContactId) -> Result<Option<Versioned<Attempt>>, Fault> {
        self.0.read(PORT, |connection| {
            let query = "SELECT version, data FROM attempts WHERE contact = ?1 ORDER BY begun_at LIMIT 1";
            one(connection, query, &contact.as_str())
        })
    }

    async fn save(&self, attempt: &Versioned<Attempt>) -> Result<Saved, Fault> {
        // A person who pressed a key is told so next. All other news can be
        // had again: the stream's checkpoint is in the same log, behind it.
        let pressed = pressed(&attempt.value);
        let news =
            pressed != 0 && self.0.read(PORT, |connection| stored_press(connection, attempt))? != pressed;
        let durability = if news { Durability::Power } else { Durability::Process };
        self.0.statement(PORT, durability, |connection| {
            let changed = update(connection, attempt)?;
            Ok(if changed { Saved::Done(attempt.version + 1) } else { Saved::Changed })
        })
    }

    async fn open(&self, began_before: Timestamp, most: u32) -> Result<Vec<AttemptId>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM attempts WHERE open = 1 AND begun_at < ?1 ORDER BY begun_at, rowid LIMIT ?2",
            )?;
            let rows = statement.query_map((nanos(began_before), most), |row: &Row<'_>| uuid(row, 0))?;
            rows.map(|id| Ok(AttemptId::from_uuid(id?))).collect()
        })
    }

    async fn of_resident(
        &self,
        resident: ResidentId,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<(Vec<Attempt>, Option<Cursor>), Fault> {
        let before = if from.is_some() { row_before(PORT, from)? } else { i64::MAX };
        self.0.read(PORT, |connection| of_resident(connection, resident, before, most))
    }

    async fn tally(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Tallied>, Fault> {
        self.0.read(PORT, |connection| tally(connection, from, until))
    }

    async fn recent(&self, from: Timestamp, until: Timestamp, most: u32) -> Result<Vec<Recent>, Fault> {
        self.0.read(PORT, |connection| recent(connection, (from, until), most))
    }
}

/// By row from the last one: dials to one person are stored as they are begun.
fn of_resident(
    connection: &Connection,
    resident: ResidentId,
    before: i64,
    most: u32,
) -> Result<(Vec<Attempt>, Option<Cursor>), DbError> {
    let mut statement = connection.prepare_cached(
        "SELECT data, rowid FROM attempts WHERE resident = ?1 AND rowid < ?2 ORDER BY rowid DESC LIMIT ?3",
    )?;
    // One more than is asked for: it tells that there is a rest.
    let mut rows =
        statement.query(params![resident.as_uuid().as_bytes(), before, i64::from(most).saturating_add(1)])?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut found, mut last) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        if found.len() >= most {
            return Ok((found, last));
        }
        found.push(from_json(row, 0, "attempt")?);
        last = Some(cursor(row, 1)?);
    }
    Ok((found, None))
}

fn recent(
    connection: &Connection,
    (from, until): (Timestamp, Timestamp),
    most: u32,
) -> Result<Vec<Recent>, DbError> {
    let mut statement = connection.prepare_cached(
        "SELECT begun_at, came_to FROM attempts
         WHERE came_to IS NOT NULL AND begun_at >= ?1 AND begun_at < ?2 ORDER BY begun_at DESC LIMIT ?3",
    )?;
    let mut rows = statement.query((nanos(from), nanos(until), most))?;
    let mut recent = Vec::new();
    while let Some(row) = rows.next()? {
        recent.push(Recent { begun_at: time_at(row, 0)?, came_to: from_json(row, 1, "disposition")? });
    }
    Ok(recent)
}

fn tally(connection: &Connection, from: Timestamp, until: Timestamp) -> Result<Vec<Tallied>, DbError> {
    let mut statement = connection.prepare_cached(
        "SELECT begun_at / 3600000000000 AS hour, came_to, count(*) FROM attempts
         WHERE came_to IS NOT NULL AND begun_at >= ?1 AND begun_at < ?2 GROUP BY hour, came_to",
    )?;
    let mut rows = statement.query([nanos(hour_from(from)), nanos(hour_from(until))])?;
    let mut tallied = Vec::new();
    while let Some(row) = rows.next()? {
        let hour = Timestamp::from_second(row.get::<_, i64>(0)? * 3600).unwrap_or(Timestamp::MAX);
        tallied.push(Tallied { hour, disposition: from_json(row, 1, "disposition")?, dials: count(row, 2)? });
    }
    tallied.sort_unstable();
    Ok(tallied)
}

/// The first full hour from `at` on.
fn hour_from(at: Timestamp) -> Timestamp {
    let into = at.as_second().rem_euclid(3600);
    let rest = if into == 0 && at.subsec_nanosecond() == 0 { 0 } else { 3600 - into };
    Timestamp::from_second(at.as_second() + rest).unwrap_or(Timestamp::MAX)
}

/// What a dial came to, as stored, once nothing more has to be waited for.
fn came_to(attempt: &Attempt) -> Result<Option<String>, DbError> {
    attempt.is_closed().then(|| json(&attempt.disposition(), "disposition")).transpose()
}

fn begin(session: &mut Session, order: &Begin) -> Result<Began, DbError> {
    let attempt = &order.attempt;
    let id = attempt.value.id.as_uuid().as_bytes();
    let stored = session
        .connection
        .prepare_cached("SELECT version FROM attempts WHERE id = ?1")?
        .query_row([id], |row| count(row, 0))
        .optional()?;
    if stored.unwrap_or(0) != attempt.version {
        return Ok(Began::Changed);
    }
    let Some(place) = place(session, &order.resident)? else { return Ok(Began::Changed) };
    let number = digits(order.number);
    if suppressions::stands(&session.connection, number)? {
        return Ok(Began::Suppressed);
    }
    let rung = session
        .connection
        .prepare_cached("SELECT last_rung_at FROM contact_points WHERE number = ?1 AND attempt <> ?2")?
        .query_row(params![number, id], |row| time_at(row, 0))
        .optional()?;
    if let Some(at) = rung.filter(|at| *at > order.quiet_since) {
        return Ok(Began::NumberBusy(at));
    }
    write_back(session, place, &order.resident, order.schedule)?;
    let connection = &session.connection;
    if attempt.version == 0 {
        insert(connection, &attempt.value)?;
    } else {
        update(connection, attempt)?;
    }
    connection
        .prepare_cached(
            "INSERT INTO contact_points (number, last_rung_at, attempt) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET last_rung_at = max(last_rung_at, excluded.last_rung_at),
                attempt = excluded.attempt",
        )?
        .execute(params![number, nanos(order.now), id])?;
    Ok(Began::Granted)
}

fn insert(connection: &Connection, attempt: &Attempt) -> Result<(), DbError> {
    connection
        .prepare_cached(
            "INSERT INTO attempts (id, version, begun_at, open, pressed, contact, data, resident, came_to)
             VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            attempt.id.as_uuid().as_bytes(),
            nanos(attempt.begun_at),
            !attempt.is_closed(),
            pressed(attempt),
            attempt.facts.contact.as_ref().map(ContactId::as_str),
            json(attempt, "attempt")?,
            attempt.resident.as_uuid().as_bytes(),
            came_to(attempt)?,
        ])?;
    Ok(())
}

/// Whether the attempt was still as it was read.
fn update(connection: &Connection, attempt: &Versioned<Attempt>) -> Result<bool, DbError> {
    let value = &attempt.value;
    let changed = connection
        .prepare_cached(
            "UPDATE attempts SET version = version + 1, begun_at = ?3, open = ?4, pressed = ?5, contact = ?6,
             data = ?7, came_to = ?8 WHERE id = ?1 AND version = ?2",
        )?
        .execute(params![
            value.id.as_uuid().as_bytes(),
            int(attempt.version),
            nanos(value.begun_at),
            !value.is_closed(),
            pressed(value),
            value.facts.contact.as_ref().map(ContactId::as_str),
            json(value, "attempt")?,
            came_to(value)?,
        ])?;
    Ok(changed > 0)
}

fn one(connection: &Connection, query: &str, key: &dyn ToSql) -> Result<Option<Versioned<Attempt>>, DbError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query([key])?;
    rows.next()?
        .map(|row| Ok(Versioned { version: count(row, 0)?, value: from_json(row, 1, "attempt")? }))
        .transpose()
}

/// Which keys an attempt holds, as stored.
fn pressed(attempt: &Attempt) -> i64 {
    let key = match attempt.facts.press.map(|press| press.key) {
        None => 0,
        Some(Key::Well) => 1,
        Some(Key::Talk) => 2,
    };
    key + if attempt.facts.opted_out.is_some() { 4 } else { 0 }
}

fn stored_press(connection: &Connection, attempt: &Versioned<Attempt>) -> Result<i64, DbError> {
    let pressed = connection
        .prepare_cached("SELECT pressed FROM attempts WHERE id = ?1")?
        .query_row([attempt.value.id.as_uuid().as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(pressed.unwrap_or(0))
}
