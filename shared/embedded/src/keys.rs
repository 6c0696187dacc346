use crate::db::DbError;
use crate::values::count;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// Which residents there are, by id and by number.
///
/// Ids have no order that an upload follows, so a plain index would rewrite
/// most of its pages for every chunk of a large upload: three quarters of the
/// time of an import. New residents are therefore entered into the tables
/// `resident_ids` and `numbers` many at a time and in order. Until then they
/// are kept here; what is kept is only a reading of the rows of `residents`
/// after the counter `indexed`, so nothing is lost with the process, and it is
/// brought up to date at the start of each use, so that other processes may
/// write at the same time.
///
/// Every method expects to be called inside a transaction.
#[derive(Default)]
pub(crate) struct Keys {
    tail: Option<Tail>,
}

/// More than so many are never kept: they take memory, and time to read anew.
const MOST_KEPT: usize = 65_536;
/// They are entered once they are at least this part of those entered before,
/// so that a page of the tables is rewritten for many of them at once.
const PART_KEPT: usize = 20;
/// Fewer new residents than this at a time are no large upload.
const FEW: usize = 100;

/// The residents that are not in the tables yet.
#[derive(Default)]
struct Tail {
    /// Those up to here are in the tables.
    indexed: i64,
    /// Those up to here are in the tables or in this tail.
    seen: i64,
    ids: BTreeMap<[u8; 16], i64>,
    numbers: BTreeMap<i64, i64>,
}

impl Keys {
    /// The place of a resident.
    pub(crate) fn find(&mut self, connection: &Connection, id: &[u8; 16]) -> Result<Option<i64>, DbError> {
        if let Some(seq) = in_tables(connection, id)? {
            return Ok(Some(seq));
        }
        Ok(self.up_to_date(connection)?.ids.get(id).copied())
    }

    /// How many residents have a number.
    pub(crate) fn having(&mut self, connection: &Connection, number: i64) -> Result<u64, DbError> {
        let entered = connection
            .prepare_cached("SELECT residents FROM numbers WHERE number = ?1")?
            .query_row([number], |row| count(row, 0))
            .optional()?;
        let kept = self.up_to_date(connection)?.numbers.get(&number).copied().unwrap_or(0);
        Ok(entered.unwrap_or(0) + u64::try_from(kept).unwrap_or(0))
    }

    /// The place that the next new resident gets.
    pub(crate) fn next(&mut self, connection: &Connection) -> Result<i64, DbError> {
        Ok(self.up_to_date(connection)?.seen + 1)
    }

    /// The place of a resident who is not in the tables yet. To be asked after
    /// [`Keys::next`] in the same transaction.
    pub(crate) fn find_kept(&self, id: &[u8; 16]) -> Option<i64> {
        self.tail.as_ref().and_then(|tail| tail.ids.get(id).copied())
    }

    /// A resident was stored at the place that [`Keys::next`] gave.
    pub(crate) fn push(&mut self, id: [u8; 16], number: i64, seq: i64) {
        if let Some(tail) = &mut self.tail {
            tail.push(id, number, seq);
        }
    }

    /// Enters what is kept into the tables if it is time, `created` residents
    /// having been stored by this transaction.
    pub(crate) fn settle(&mut self, connection: &Connection, created: usize) -> Result<(), DbError> {
        let tail = self.up_to_date(connection)?;
        let kept = tail.ids.len();
        let entered = usize::try_from(tail.indexed).unwrap_or(0);
        if created > 0 && (created < FEW || kept >= MOST_KEPT || kept * PART_KEPT >= entered) {
            self.enter(connection)?;
        }
        Ok(())
    }

    /// The number of a resident changes.
    pub(crate) fn renumber(&mut self, connection: &Connection, old: i64, new: i64) -> Result<(), DbError> {
        // Others may keep a reading of the old number; entering all of them
        // makes it void.
        self.enter(connection)?;
        let mut add = connection.prepare_cached(ADD_NUMBER)?;
        add.execute([old, -1])?;
        add.execute([new, 1])?;
        connection
            .prepare_cached("DELETE FROM numbers WHERE number = ?1 AND residents <= 0")?
            .execute([old])?;
        Ok(())
    }

    /// Forgets what was read, as after a transaction that came to nothing.
    pub(crate) fn forget(&mut self) {
        self.tail = None;
    }

    fn enter(&mut self, connection: &Connection) -> Result<(), DbError> {
        let tail = std::mem::take(self.up_to_date(connection)?);
        // Row by row: one statement for all would keep a second copy of every
        // page it changes in memory.
        let mut enter = connection
            .prepare_cached("INSERT INTO resident_ids (half, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
        for (id, seq) in &tail.ids {
            if enter.execute([half(id), *seq])? == 0 {
                connection
                    .prepare_cached("INSERT INTO resident_ids_spill (id, seq) VALUES (?1, ?2)")?
                    .execute(params![id, seq])?;
            }
        }
        let mut add = connection.prepare_cached(ADD_NUMBER)?;
        for (number, residents) in &tail.numbers {
            add.execute([*number, *residents])?;
        }
        connection
            .prepare_cached("UPDATE counters SET value = ?1 WHERE name = 'indexed'")?
            .execute([tail.seen])?;
        self.tail = Some(Tail { indexed: tail.seen, seen: tail.seen, ..Tail::default() });
        Ok(())
    }

    fn up_to_date(&mut self, connection: &Connection) -> Result<&mut Tail, DbError> {
        let (indexed, last): (i64, i64) = connection
            .prepare_cached(
                "SELECT value, (SELECT coalesce(max(seq), 0) FROM residents) FROM counters WHERE name = 'indexed'",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let tail = self.tail.get_or_insert_default();
        if tail.indexed != indexed || tail.seen > last {
            *tail = Tail { indexed, seen: indexed, ..Tail::default() };
        }
        if tail.seen < last {
            let mut rows = connection
                .prepare_cached("SELECT id, number, seq FROM residents WHERE seq > ?1 ORDER BY seq")?;
            let mut rows = rows.query([tail.seen])?;
            while let Some(row) = rows.next()? {
                tail.push(row.get(0)?, row.get(1)?, row.get(2)?);
            }
        }
        Ok(tail)
    }
}

const ADD_NUMBER: &str = "INSERT INTO numbers (number, residents) VALUES (?1, ?2)
    ON CONFLICT DO UPDATE SET residents = residents + excluded.residents";

impl Tail {
    fn push(&mut self, id: [u8; 16], number: i64, seq: i64) {
        self.ids.insert(id, seq);
        *self.numbers.entry(number).or_insert(0) += 1;
        self.seen = seq;
    }
}

/// The place of a resident who is in the tables.
pub(crate) fn in_tables(connection: &Connection, id: &[u8; 16]) -> Result<Option<i64>, DbError> {
    let found: Option<i64> = connection
        .prepare_cached("SELECT seq FROM resident_ids WHERE half = ?1")?
        .query_row([half(id)], |row| row.get(0))
        .optional()?;
    let Some(seq) = found else { return Ok(None) };
    let whole: [u8; 16] = connection
        .prepare_cached("SELECT id FROM residents WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))?;
    if whole == *id {
        return Ok(Some(seq));
    }
    Ok(connection
        .prepare_cached("SELECT seq FROM resident_ids_spill WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

/// The first half of an id: an integer key is found twice as fast as a blob.
/// Two ids with one first half are possible, and can even be made.
pub(crate) fn half(id: &[u8; 16]) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *id;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}
