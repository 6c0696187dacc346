mod row;
mod search;

pub(crate) use row::digits;

use crate::db::{Db, DbError, Durability, Session};
use crate::keys::half;
use crate::values::{count, cursor, int, maybe_time, nanos, row_before, uuid};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_ports::{Cursor, Fault, Page, Question, Removed, Residents, Saved, Search, Upserted, Versioned};
use rusqlite::{Connection, OptionalExtension};
use std::sync::Arc;

const PORT: &str = "residents";

/// The register.
pub(crate) struct Register(pub(crate) Arc<Db>);

#[async_trait]
impl Residents for Register {
    async fn add(&self, residents: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, Fault> {
        self.0.write(PORT, Durability::Process, |session| add(session, residents))
    }

    async fn get(&self, id: ResidentId) -> Result<Option<Versioned<Resident>>, Fault> {
        let key = id.as_uuid().as_bytes();
        let found = self.0.look(PORT, |session| {
            if let Some(seq) = session.places.find(key)
                && let Some(found) = one(session, BY_SEQ, seq)?
                && found.value.id == id
            {
                return Ok(Some(found));
            }
            one(session, BY_HALF, half(key))
        })?;
        if let Some(found) = found
            && found.value.id == id
        {
            return Ok(Some(found));
        }
        self.0.snapshot(PORT, |session| {
            let place = session.keys.open(&session.connection)?.find(key)?;
            place.map_or(Ok(None), |seq| one(session, BY_SEQ, seq))
        })
    }

    async fn save(&self, resident: &Versioned<Resident>, schedule: Schedule) -> Result<Saved, Fault> {
        self.0.write(PORT, Durability::Process, |session| match place(session, resident)? {
            Some(place) => {
                write_back(session, place, resident, schedule)?;
                Ok(Saved::Done(resident.version + 1))
            }
            None => Ok(Saved::Changed),
        })
    }

    async fn remove(&self, resident: &Versioned<Resident>) -> Result<Removed, Fault> {
        self.0.write(PORT, Durability::Power, |session| remove(session, resident))
    }

    async fn search(
        &self,
        question: &Question<'_>,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<Search, Fault> {
        search::search(&self.0, question, from, most).await
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        let query = "SELECT id, seq FROM residents WHERE next_due <= ?1 ORDER BY next_due, seq LIMIT ?2";
        self.0.look(PORT, |session| ids(session, query, now, most))
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        let query = "SELECT id, seq FROM residents WHERE review_at <= ?1 ORDER BY review_at, seq LIMIT ?2";
        self.0.look(PORT, |session| ids(session, query, now, most))
    }

    /// Looks at one row after the other, for want of an index that every upload
    /// would have to keep; only where somebody has the number.
    async fn with_number(&self, number: PhoneNumber) -> Result<Vec<ResidentId>, Fault> {
        self.0.snapshot(PORT, |session| {
            let number = digits(number);
            let nobody = [0; 16];
            let most = session.keys.open(&session.connection)?.sharing(number, &nobody)?;
            if most == 0 {
                return Ok(Vec::new());
            }
            let mut statement =
                session.connection.prepare_cached("SELECT id FROM residents WHERE number = ?1 LIMIT ?2")?;
            let rows = statement.query_map((number, int(most)), |row| uuid(row, 0))?;
            rows.map(|id| Ok(ResidentId::from_uuid(id?))).collect()
        })
    }

    async fn sharing(&self, number: PhoneNumber, besides: ResidentId) -> Result<u64, Fault> {
        self.0.snapshot(PORT, |session| {
            let mut keys = session.keys.open(&session.connection)?;
            keys.sharing(digits(number), besides.as_uuid().as_bytes())
        })
    }

    async fn sharing_each(&self, asked: &[(PhoneNumber, ResidentId)]) -> Result<Vec<u64>, Fault> {
        self.0.snapshot(PORT, |session| {
            let mut keys = session.keys.open(&session.connection)?;
            let answer = |(number, besides): &(PhoneNumber, ResidentId)| {
                keys.sharing(digits(*number), besides.as_uuid().as_bytes())
            };
            asked.iter().map(answer).collect()
        })
    }

    async fn page(&self, from: Option<&Cursor>, most: u32) -> Result<Page, Fault> {
        let from = row_before(PORT, from)?;
        self.0.read(PORT, |connection| page(connection, from, most))
    }

    async fn count(&self) -> Result<u64, Fault> {
        self.0.read(PORT, registered)
    }
}

/// The counter of residents; no resident is looked at.
pub(crate) fn registered(connection: &Connection) -> Result<u64, DbError> {
    Ok(connection
        .prepare_cached("SELECT value FROM counters WHERE name = 'residents'")?
        .query_row([], |row| count(row, 0))?)
}

/// Where a resident is, and by what they were found.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    seq: i64,
    number: i64,
    schedule: Schedule,
}

/// The place of a resident who is still as they were read.
pub(crate) fn place(session: &mut Session, resident: &Versioned<Resident>) -> Result<Option<Place>, DbError> {
    let key = resident.value.id.as_uuid().as_bytes();
    if let Some(seq) = session.places.find(key)
        && let Some(place) = unchanged(session, seq, resident)?
    {
        return Ok(Some(place));
    }
    let place = session.keys.open(&session.connection)?.find(key)?;
    place.map_or(Ok(None), |seq| unchanged(session, seq, resident))
}

fn unchanged(session: &Session, seq: i64, resident: &Versioned<Resident>) -> Result<Option<Place>, DbError> {
    let id = resident.value.id.as_uuid().as_bytes();
    Ok(session
        .connection
        .prepare_cached(
            "SELECT number, next_due, review_at FROM residents WHERE seq = ?1 AND version = ?2 AND id = ?3",
        )?
        .query_row((seq, int(resident.version), id), |row| {
            let schedule = Schedule { next_due: maybe_time(row, 1)?, review_at: maybe_time(row, 2)? };
            Ok(Place { seq, number: row.get(0)?, schedule })
        })
        .optional()?)
}

/// Writes a resident to their place and raises their version.
pub(crate) fn write_back(
    session: &mut Session,
    place: Place,
    resident: &Versioned<Resident>,
    schedule: Schedule,
) -> Result<(), DbError> {
    row::update(&session.connection, place.seq, &resident.value, (place.schedule, schedule))?;
    let number = digits(resident.value.number);
    if number != place.number {
        session.keys.open(&session.connection)?.renumber(place.number, number)?;
    }
    Ok(())
}

fn remove(session: &mut Session, resident: &Versioned<Resident>) -> Result<Removed, DbError> {
    let Some(place) = place(session, resident)? else { return Ok(Removed::Changed) };
    let key = resident.value.id.as_uuid().as_bytes();
    // While they stand there: who is not entered yet is read from the rows.
    session.keys.open(&session.connection)?.remove(key, place.seq, place.number)?;
    session.connection.prepare_cached("DELETE FROM residents WHERE seq = ?1")?.execute([place.seq])?;
    session
        .connection
        .prepare_cached("UPDATE counters SET value = value - 1 WHERE name = 'residents'")?
        .execute([])?;
    Ok(Removed::Done)
}

fn add(session: &mut Session, residents: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, DbError> {
    let connection = &session.connection;
    let mut keys = session.keys.open(connection)?;
    // In the order of the ids: neighbours lie on one page.
    let mut order: Vec<([u8; 16], usize)> = residents
        .iter()
        .enumerate()
        .map(|(place, (resident, _))| (*resident.id.as_uuid().as_bytes(), place))
        .collect();
    order.sort_unstable();
    let mut entered = vec![None; residents.len()];
    for (id, place) in order {
        if let Some(slot) = entered.get_mut(place) {
            *slot = keys.find_entered(&id)?;
        }
    }
    let mut insert = row::inserting(connection)?;
    let mut answers = Vec::with_capacity(residents.len());
    let mut created = 0;
    for ((resident, schedule), entered) in residents.iter().zip(entered) {
        let id = *resident.id.as_uuid().as_bytes();
        if let Some(seq) = entered.or_else(|| keys.find_kept(&id)) {
            answers.push(known(connection, seq, resident)?);
            continue;
        }
        row::insert(&mut insert, keys.next(), resident, *schedule)?;
        keys.push(id, digits(resident.number));
        created += 1;
        answers.push(Upserted::Created);
    }
    if created > 0 {
        connection
            .prepare_cached("UPDATE counters SET value = value + ?1 WHERE name = 'residents'")?
            .execute([i64::try_from(created).unwrap_or(i64::MAX)])?;
    }
    keys.settle(created)?;
    Ok(answers)
}

fn known(connection: &Connection, seq: i64, offered: &Resident) -> Result<Upserted, DbError> {
    let stored = read(connection, BY_SEQ, seq)?.ok_or(DbError::Unreadable("place of a resident"))?.1.value;
    let same = stored.profile == offered.profile;
    Ok(Upserted::Known { batch: stored.batch, line: stored.batch_line, same })
}

const BY_HALF: &str = row::select!("resident_ids i JOIN residents r ON r.seq = i.seq WHERE i.half = ?1");
const BY_SEQ: &str = row::select!("residents r WHERE r.seq = ?1");
const PAGE: &str = row::select!("residents r WHERE r.seq > ?1 ORDER BY r.seq LIMIT ?2");

/// Reads one resident and remembers where they are.
fn one(session: &mut Session, query: &str, key: i64) -> Result<Option<Versioned<Resident>>, DbError> {
    let Some((seq, found)) = read(&session.connection, query, key)? else { return Ok(None) };
    session.places.remember(*found.value.id.as_uuid().as_bytes(), seq);
    Ok(Some(found))
}

fn read(
    connection: &Connection,
    query: &str,
    key: i64,
) -> Result<Option<(i64, Versioned<Resident>)>, DbError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query([key])?;
    rows.next()?.map(|row| Ok((row.get(18)?, row::read(row)?))).transpose()
}

fn ids(session: &mut Session, query: &str, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, DbError> {
    let mut statement = session.connection.prepare_cached(query)?;
    let mut rows = statement.query((nanos(now), most))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id = uuid(row, 0)?;
        session.places.remember(*id.as_bytes(), row.get(1)?);
        found.push(ResidentId::from_uuid(id));
    }
    Ok(found)
}

fn page(connection: &Connection, from: i64, most: u32) -> Result<Page, DbError> {
    let mut statement = connection.prepare_cached(PAGE)?;
    let mut rows = statement.query((from, most))?;
    let mut residents = Vec::new();
    let mut next = None;
    while let Some(row) = rows.next()? {
        residents.push(row::read(row)?);
        next = Some(cursor(row, 18)?);
    }
    let full = residents.len() >= usize::try_from(most).unwrap_or(usize::MAX);
    Ok(Page { residents, next: next.filter(|_| full) })
}
