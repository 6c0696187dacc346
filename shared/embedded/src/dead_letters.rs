//! Where messages are set aside, and what becomes of them there.

mod forget;
mod jobs;
mod resend;
mod row;

pub(crate) use jobs::Replayings;
pub(crate) use resend::Resending;
pub(crate) use row::name_old_ones;

use crate::db::{Db, DbError, Durability};
use crate::values::{count, cursor, nanos, row_before, time_at};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_contracts::letters::label;
use rollcall_domain::ids::{LetterId, ResidentId};
use rollcall_domain::letter::{Filter, Letter, LetterState, Parking, Which};
use rollcall_ports::{Cursor, DeadLetter, DeadLetters, Fault, LetterGroup, Replay, Saved, Versioned};
use row::{COLUMNS, insert, letter, rank, update};
use rusqlite::{Connection, ToSql};
use std::sync::Arc;

const PORT: &str = "dead_letters";

/// Where messages are set aside.
pub(crate) struct Letters(pub(crate) Arc<Db>);

#[async_trait]
impl DeadLetters for Letters {
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault> {
        self.0.write(PORT, Durability::Power, |session| store(&session.connection, letter))
    }

    async fn applied(&self, replay: Replay, at: Timestamp) -> Result<(), Fault> {
        // With the loss of power the copy comes again, and is settled again.
        self.0.write(PORT, Durability::Process, |session| {
            let Some(mut found) = get(&session.connection, replay.letter)? else { return Ok(()) };
            if found.value.apply(replay.round, at) {
                // Nobody else writes within this transaction.
                let _saved = update(&session.connection, &found)?;
            }
            Ok(())
        })
    }

    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault> {
        let found = self.0.read(PORT, |connection| find(connection, &Filter::default(), after, most))?;
        Ok(found.into_iter().map(|(place, found)| (place, parked(found.value))).collect())
    }

    async fn count(&self) -> Result<u64, Fault> {
        self.0.read(PORT, |connection| {
            Ok(connection
                .prepare_cached("SELECT count(*) FROM dead_letters WHERE state < 2")?
                .query_row([], |row| count(row, 0))?)
        })
    }
}

#[async_trait]
impl rollcall_ports::Letters for Letters {
    async fn get(&self, id: LetterId) -> Result<Option<Versioned<Letter>>, Fault> {
        self.0.read(PORT, |connection| get(connection, id))
    }

    async fn save(&self, letter: &Versioned<Letter>) -> Result<Saved, Fault> {
        self.0.write(PORT, Durability::Power, |session| update(&session.connection, letter))
    }

    async fn find(
        &self,
        filter: &Filter,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<Vec<(Cursor, Versioned<Letter>)>, Fault> {
        self.0.read(PORT, |connection| find(connection, filter, after, most))
    }

    async fn tally(&self, filter: &Filter) -> Result<u64, Fault> {
        self.0.read(PORT, |connection| {
            let query = format!("SELECT count(*) FROM dead_letters WHERE {MATCHES}");
            let mut statement = connection.prepare_cached(&query)?;
            Ok(statement.query_row(Bound::of(filter, 0).all().as_slice(), |row| count(row, 0))?)
        })
    }

    async fn groups(&self, most: u32) -> Result<Vec<LetterGroup>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT source, cause, kind, count(*), sum(state = 1), min(parked_at), max(parked_at)
                 FROM dead_letters WHERE state < 2 GROUP BY source, cause, kind
                 ORDER BY count(*) DESC, min(parked_at), source, cause, kind LIMIT ?1",
            )?;
            let rows = statement.query_map([most], |row| {
                Ok(LetterGroup {
                    source: row.get(0)?,
                    cause: row.get(1)?,
                    kind: row.get(2)?,
                    letters: count(row, 3)?,
                    replaying: count(row, 4)?,
                    oldest_at: time_at(row, 5)?,
                    newest_at: time_at(row, 6)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    async fn forget(&self, resident: ResidentId) -> Result<u64, Fault> {
        self.0.write(PORT, Durability::Power, |session| forget::forget(&session.connection, resident))
    }
}

/// Sets a message aside: as a letter, unless it is one already, or as what came
/// back of the letter that it is a copy of.
pub(crate) fn store(connection: &Connection, parked: &DeadLetter) -> Result<(), DbError> {
    let DeadLetter { source, message_id, reason, handler, parked_at, receives, body, replay } = parked;
    let how = Parking { reason, handler, at: *parked_at, receives: *receives };
    if let Some(replay) = replay
        && let Some(mut known) = get(connection, replay.letter)?
    {
        if known.value.park_again(replay.round, how) {
            let _saved = update(connection, &known)?;
        }
        return Ok(());
    }
    let message = (label(body).kind.to_owned(), body.clone());
    insert(connection, &Letter::parked(source, message_id, message, how))
}

/// As it was set aside.
fn parked(letter: Letter) -> DeadLetter {
    DeadLetter {
        body: letter.body.as_bytes().to_vec(),
        source: letter.source,
        message_id: letter.message_id,
        reason: letter.reason,
        handler: letter.handler,
        parked_at: letter.parked_at,
        receives: letter.receives,
        replay: None,
    }
}

pub(crate) fn get(connection: &Connection, id: LetterId) -> Result<Option<Versioned<Letter>>, DbError> {
    let query = format!("SELECT {COLUMNS} FROM dead_letters WHERE id = ?1");
    let mut statement = connection.prepare_cached(&query)?;
    let mut rows = statement.query([id.as_uuid().as_bytes()])?;
    rows.next()?.map(letter).transpose()
}

/// What a filter asks of a row; ?1 is the place after which it goes on.
const MATCHES: &str = "seq > ?1
    AND (?2 IS NULL OR source = ?2)
    AND (?3 IS NULL OR kind = ?3)
    AND (?4 IS NULL OR instr(lower(cause), lower(?4)) > 0)
    AND (?5 IS NULL OR parked_at >= ?5)
    AND (?6 IS NULL OR parked_at < ?6)
    AND (1 << state) & ?7 <> 0
    AND (?8 IS NULL OR instr(lower(CAST(body AS TEXT)), ?8) > 0)";

/// The parameters of [`MATCHES`].
struct Bound([Box<dyn ToSql>; 8]);

impl Bound {
    fn of(filter: &Filter, after: i64) -> Self {
        Self([
            Box::new(after),
            Box::new(filter.source.clone()),
            Box::new(filter.kind.clone()),
            Box::new(filter.cause.clone()),
            Box::new(filter.parked_from.map(nanos)),
            Box::new(filter.parked_until.map(nanos)),
            Box::new(mask(filter.which)),
            Box::new(filter.resident.map(|id| id.to_string())),
        ])
    }

    fn all(&self) -> [&dyn ToSql; 8] {
        self.0.each_ref().map(AsRef::as_ref)
    }
}

/// One bit for each state that is meant.
fn mask(which: Which) -> i64 {
    let all = [LetterState::Open, LetterState::Replaying, LetterState::Applied, LetterState::Discarded];
    all.into_iter().filter(|state| which.has(*state)).map(|state| 1 << rank(state)).sum()
}

fn find(
    connection: &Connection,
    filter: &Filter,
    after: Option<&Cursor>,
    most: u32,
) -> Result<Vec<(Cursor, Versioned<Letter>)>, DbError> {
    let after = row_before(PORT, after).map_err(|_| DbError::Unreadable("cursor"))?;
    let query = format!("SELECT {COLUMNS}, seq FROM dead_letters WHERE {MATCHES} ORDER BY seq LIMIT ?9");
    let mut statement = connection.prepare_cached(&query)?;
    let bound = Bound::of(filter, after);
    let [a, b, c, d, e, f, g, h] = bound.all();
    let mut rows = statement.query([a, b, c, d, e, f, g, h, &most])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((cursor(row, row::NEXT)?, letter(row)?));
    }
    Ok(found)
}
