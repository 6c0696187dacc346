//! Searching the register, by looking at it.
//!
//! There is no index by name, on purpose: it would cost every import, and a
//! register of a town is looked through in the time in which a page is drawn.
//! A million residents, in a build for development: a page of the register is
//! there at once, a name or a number that nobody has takes half a second, a
//! page by name or next call under a second, a page by when people were last
//! heard of or of those in one state of the day two to three.
//!
//! It is looked at in slices, so that nobody who writes waits for longer than
//! one of them, and no row is made a resident before its plain columns fit.

use super::row;
use crate::db::{Db, DbError};
use crate::values::{maybe_time, row_before, time_at};
use rollcall_domain::ids::{BatchId, ResidentId};
use rollcall_ports::{Cursor, Fault, Listed, Order, Question, Rank, Ranking, Search};
use rusqlite::{Connection, Row};

const PORT: &str = "residents";

/// Rows that are looked at while everybody else waits: a few milliseconds.
const SLICE: u32 = 2_000;
/// Rows that one request looks at, if it walks the register in its own order.
const WALK: u32 = 250_000;

/// A query for the columns that [`row::read`] takes, and `next_due` behind them.
const UP: &str = row::select!("residents r WHERE r.seq > ?1 ORDER BY r.seq LIMIT ?2");
const DOWN: &str = row::select!("residents r WHERE r.seq < ?1 ORDER BY r.seq DESC LIMIT ?2");

/// Where a walk goes on behind.
#[derive(Clone, Copy)]
struct Walk {
    at: i64,
    down: bool,
}

/// What a slice came to.
struct Slice {
    /// The last row that was looked at; `None` when there are no more.
    last: Option<i64>,
    looked_at: u32,
}

/// Answers `question`. The order of arrival is that of the register.
pub(super) async fn search(
    db: &Db,
    question: &Question<'_>,
    from: Option<&Cursor>,
    most: u32,
) -> Result<Search, Fault> {
    match question.order {
        Order::Register | Order::Registered => walk(db, question, from, most).await,
        Order::Name | Order::NextDue | Order::LastReached => rank(db, question, from, most).await,
    }
}

async fn walk(db: &Db, question: &Question<'_>, from: Option<&Cursor>, most: u32) -> Result<Search, Fault> {
    let down = question.descending && question.order == Order::Registered;
    let way = if down { "down " } else { "up " };
    let mut walk = Walk { at: if down { i64::MAX } else { 0 }, down };
    if let Some(cursor) = from {
        let Some(place) = cursor.0.strip_prefix(way) else { return Ok(Search::ForeignCursor) };
        match row_before(PORT, Some(&Cursor(place.to_owned()))) {
            Ok(at) => walk.at = at,
            Err(_) => return Ok(Search::ForeignCursor),
        }
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut found, mut looked_at) = (Vec::new(), 0);
    loop {
        let slice = db.read(PORT, |connection| {
            look(connection, walk, |row| {
                if let Some(listed) = admitted(row, question)? {
                    found.push(listed);
                }
                Ok(found.len() < most)
            })
        })?;
        looked_at += slice.looked_at;
        let Some(last) = slice.last else { return Ok(Search::Found(found, None)) };
        walk.at = last;
        if found.len() >= most || looked_at >= WALK {
            return Ok(Search::Found(found, Some(Cursor(format!("{way}{last}")))));
        }
        // On a runtime of one thread, the others have waited as well.
        tokio::task::yield_now().await;
    }
}

async fn rank(db: &Db, question: &Question<'_>, from: Option<&Cursor>, most: u32) -> Result<Search, Fault> {
    let Some(mut ranking) = Ranking::new(question, from, most) else { return Ok(Search::ForeignCursor) };
    let mut walk = Walk { at: 0, down: false };
    loop {
        let slice = db.read(PORT, |connection| {
            look(connection, walk, |row| {
                if may_stand(row, question.order, &ranking)?
                    && let Some(listed) = admitted(row, question)?
                {
                    ranking.offer(listed);
                }
                Ok(true)
            })
        })?;
        let Some(last) = slice.last else { return Ok(ranking.end()) };
        walk.at = last;
        tokio::task::yield_now().await;
    }
}

/// Looks at the rows of a slice until `go_on` says that it is enough.
fn look(
    connection: &Connection,
    walk: Walk,
    mut go_on: impl FnMut(&Row<'_>) -> Result<bool, DbError>,
) -> Result<Slice, DbError> {
    let mut statement = connection.prepare_cached(if walk.down { DOWN } else { UP })?;
    let mut rows = statement.query((walk.at, SLICE))?;
    let mut slice = Slice { last: None, looked_at: 0 };
    while let Some(row) = rows.next()? {
        slice.last = Some(row.get(18)?);
        slice.looked_at += 1;
        if !go_on(row)? {
            return Ok(slice);
        }
    }
    if slice.looked_at < SLICE {
        slice.last = None;
    }
    Ok(slice)
}

/// The resident in a row, if the question is of them. What can be seen from a
/// column is looked at before anything is copied.
fn admitted(row: &Row<'_>, question: &Question<'_>) -> Result<Option<Listed>, DbError> {
    let filter = question.filter;
    if filter.batch.is_some_and(|batch| !is_batch(row, batch))
        || filter.enabled.is_some_and(|enabled| row.get(14) != Ok(enabled))
    {
        return Ok(None);
    }
    if let Some(words) = &filter.text {
        let text = |column| row.get_ref(column).ok().and_then(|value| value.as_str().ok());
        let number: i64 = row.get(1)?;
        let number = format!("+{number}");
        let (first, last) = (text(3).unwrap_or_default(), text(4).unwrap_or_default());
        if !words.meet(first, last, text(5), &number) {
            return Ok(None);
        }
    }
    let resident = row::read(row)?;
    if !question.admits(&resident.value) {
        return Ok(None);
    }
    Ok(Some(Listed { resident, next_due: maybe_time(row, 19)? }))
}

fn is_batch(row: &Row<'_>, batch: BatchId) -> bool {
    row.get_ref(11).is_ok_and(|value| value.as_blob() == Ok(batch.as_uuid().as_bytes()))
}

/// Whether somebody at their place may be answered, as far as columns tell.
fn may_stand(row: &Row<'_>, order: Order, ranking: &Ranking) -> Result<bool, DbError> {
    let rank = match order {
        Order::Name => {
            let text = |column| row.get_ref(column).ok().and_then(|value| value.as_str().ok());
            Rank::name(text(3).unwrap_or_default(), text(4).unwrap_or_default())
        }
        Order::NextDue => Rank::time(maybe_time(row, 19)?, true),
        Order::Register | Order::Registered => Rank::time(Some(time_at(row, 13)?), true),
        // In the part of the row that is read as a whole.
        Order::LastReached => return Ok(true),
    };
    Ok(ranking.wants(&rank, ResidentId::from_uuid(crate::values::uuid(row, 0)?)))
}
