use crate::db::DbError;
use crate::values::count;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// Which residents there are, by id and by number.
///
/// Ids have no order that an upload follows, so a plain index would rewrite
/// most of its pages for every chunk of a large upload: three quarters of the
/// time of an import. New residents are therefore entered into the tables
/// `resident_ids` and `numbers` many at a time and in order. Until then they
/// are kept here. What is kept is only a reading of the rows of `residents`
/// after the counter `indexed`, so nothing is lost with the process; and it is
/// brought up to date by each [`Keys::open`], so that other processes may
/// write at the same time.
pub(crate) struct Keys {
    tail: Option<Tail>,
    bounds: Bounds,
}

/// How many residents are kept.
#[derive(Clone, Copy)]
struct Bounds {
    /// Never more than this: they take memory, and time to read anew.
    most: usize,
    /// They are entered once they are at least this part of those entered
    /// before, so that a page of the tables is rewritten for many at once.
    part: usize,
    /// Fewer new residents than this at a time are no large upload; they, and
    /// whoever is kept, are entered at once.
    few: usize,
}

impl Default for Keys {
    fn default() -> Self {
        Self { tail: None, bounds: Bounds { most: 65_536, part: 20, few: 100 } }
    }
}

/// The residents that are not in the tables yet.
#[derive(Default)]
struct Tail {
    /// Those up to here are in the tables.
    indexed: i64,
    /// Those up to here are in the tables or in this tail.
    seen: i64,
    /// Place and number of each.
    ids: BTreeMap<[u8; 16], (i64, i64)>,
    /// How many of them have each number.
    numbers: BTreeMap<i64, i64>,
}

/// [`Keys`] as they are at the moment of a transaction.
pub(crate) struct OpenKeys<'a> {
    connection: &'a Connection,
    tail: &'a mut Tail,
    bounds: Bounds,
    by_half: CachedStatement<'a>,
}

impl Keys {
    /// The keys at this moment. Expects to be inside a transaction.
    pub(crate) fn open<'a>(&'a mut self, connection: &'a Connection) -> Result<OpenKeys<'a>, DbError> {
        let tail = self.tail.get_or_insert_default();
        tail.catch_up(connection)?;
        let by_half = connection.prepare_cached("SELECT seq FROM resident_ids WHERE half = ?1")?;
        Ok(OpenKeys { connection, tail, bounds: self.bounds, by_half })
    }

    /// Forgets what was read, as after a transaction that came to nothing.
    pub(crate) fn forget(&mut self) {
        self.tail = None;
    }
}

impl OpenKeys<'_> {
    /// The place of a resident.
    pub(crate) fn find(&mut self, id: &[u8; 16]) -> Result<Option<i64>, DbError> {
        match self.find_kept(id) {
            Some(seq) => Ok(Some(seq)),
            None => self.find_entered(id),
        }
    }

    /// The place of a resident who is not in the tables yet.
    pub(crate) fn find_kept(&self, id: &[u8; 16]) -> Option<i64> {
        self.tail.ids.get(id).map(|(seq, _)| *seq)
    }

    /// The place of a resident who is in the tables.
    pub(crate) fn find_entered(&mut self, id: &[u8; 16]) -> Result<Option<i64>, DbError> {
        let found: Option<i64> = self.by_half.query_row([half(id)], |row| row.get(0)).optional()?;
        let Some(seq) = found else { return Ok(None) };
        let whole: [u8; 16] = self
            .connection
            .prepare_cached("SELECT id FROM residents WHERE seq = ?1")?
            .query_row([seq], |row| row.get(0))?;
        if whole == *id {
            return Ok(Some(seq));
        }
        Ok(self
            .connection
            .prepare_cached("SELECT seq FROM resident_ids_spill WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?)
    }

    /// How many residents besides this one have a number.
    pub(crate) fn sharing(&mut self, number: i64, besides: &[u8; 16]) -> Result<u64, DbError> {
        let entered = self
            .connection
            .prepare_cached("SELECT residents FROM numbers WHERE number = ?1")?
            .query_row([number], |row| count(row, 0))
            .optional()?
            .unwrap_or(0);
        let kept = self.tail.numbers.get(&number).copied().unwrap_or(0);
        let all = entered + u64::try_from(kept).unwrap_or(0);
        let own = all > 0 && self.number_of(besides)? == Some(number);
        Ok(all.saturating_sub(u64::from(own)))
    }

    fn number_of(&mut self, id: &[u8; 16]) -> Result<Option<i64>, DbError> {
        if let Some((_, number)) = self.tail.ids.get(id) {
            return Ok(Some(*number));
        }
        let Some(seq) = self.find_entered(id)? else { return Ok(None) };
        Ok(self
            .connection
            .prepare_cached("SELECT number FROM residents WHERE seq = ?1")?
            .query_row([seq], |row| row.get(0))
            .optional()?)
    }

    /// The place that the next new resident gets.
    pub(crate) fn next(&self) -> i64 {
        self.tail.seen + 1
    }

    /// A resident was stored at [`OpenKeys::next`].
    pub(crate) fn push(&mut self, id: [u8; 16], number: i64) {
        self.tail.push(id, number, self.next());
    }

    /// Enters what is kept into the tables if it is time, `created` residents
    /// having been stored by this transaction.
    pub(crate) fn settle(&mut self, created: usize) -> Result<(), DbError> {
        let kept = self.tail.ids.len();
        let entered = usize::try_from(self.tail.indexed).unwrap_or(0);
        let Bounds { most, part, few } = self.bounds;
        if created > 0 && (created < few || kept >= most || kept * part >= entered) {
            self.enter()?;
        }
        Ok(())
    }

    /// The number of a resident changes.
    pub(crate) fn renumber(&mut self, old: i64, new: i64) -> Result<(), DbError> {
        // Others may keep a reading of the old number; entering all of them
        // makes it void.
        self.enter()?;
        let mut add = self.connection.prepare_cached(ADD_NUMBER)?;
        add.execute([old, -1])?;
        add.execute([new, 1])?;
        self.connection.prepare_cached(DROP_NUMBER)?.execute([old])?;
        Ok(())
    }

    /// A resident, who is at `seq` and has this number, is taken off.
    pub(crate) fn remove(&mut self, id: &[u8; 16], seq: i64, number: i64) -> Result<(), DbError> {
        // As for a new number: whoever keeps a reading of this resident must
        // read anew. It also leaves the place to nobody else, since a reading
        // goes on behind the last place that was entered.
        self.enter()?;
        let gone = self
            .connection
            .prepare_cached("DELETE FROM resident_ids WHERE half = ?1 AND seq = ?2")?
            .execute([half(id), seq])?;
        if gone == 0 {
            self.connection.prepare_cached("DELETE FROM resident_ids_spill WHERE id = ?1")?.execute([id])?;
        } else {
            self.take_from_spill(id)?;
        }
        let mut add = self.connection.prepare_cached(ADD_NUMBER)?;
        add.execute([number, -1])?;
        self.connection.prepare_cached(DROP_NUMBER)?.execute([number])?;
        Ok(())
    }

    /// The first half of `id` is free: whoever had to stand in full since it was
    /// taken is found only if somebody stands there.
    fn take_from_spill(&mut self, id: &[u8; 16]) -> Result<(), DbError> {
        let (mut first, mut last) = (*id, *id);
        first[8..].fill(0);
        last[8..].fill(u8::MAX);
        let waiting: Option<([u8; 16], i64)> = self
            .connection
            .prepare_cached("SELECT id, seq FROM resident_ids_spill WHERE id BETWEEN ?1 AND ?2 LIMIT 1")?
            .query_row([first, last], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((id, seq)) = waiting {
            self.connection.prepare_cached("DELETE FROM resident_ids_spill WHERE id = ?1")?.execute([id])?;
            self.connection
                .prepare_cached("INSERT INTO resident_ids (half, seq) VALUES (?1, ?2)")?
                .execute([half(&id), seq])?;
        }
        Ok(())
    }

    fn enter(&mut self) -> Result<(), DbError> {
        // Row by row: one statement for all would keep a second copy of every
        // page it changes in memory.
        let mut enter = self
            .connection
            .prepare_cached("INSERT INTO resident_ids (half, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
        for (id, (seq, _)) in &self.tail.ids {
            if enter.execute([half(id), *seq])? == 0 {
                self.connection
                    .prepare_cached("INSERT INTO resident_ids_spill (id, seq) VALUES (?1, ?2)")?
                    .execute(params![id, seq])?;
            }
        }
        let mut add = self.connection.prepare_cached(ADD_NUMBER)?;
        for (number, residents) in &self.tail.numbers {
            add.execute([*number, *residents])?;
        }
        let seen = self.tail.seen;
        self.connection
            .prepare_cached("UPDATE counters SET value = ?1 WHERE name = 'indexed'")?
            .execute([seen])?;
        *self.tail = Tail { indexed: seen, seen, ..Tail::default() };
        Ok(())
    }
}

const ADD_NUMBER: &str = "INSERT INTO numbers (number, residents) VALUES (?1, ?2)
    ON CONFLICT DO UPDATE SET residents = residents + excluded.residents";

const DROP_NUMBER: &str = "DELETE FROM numbers WHERE number = ?1 AND residents <= 0";

impl Tail {
    fn push(&mut self, id: [u8; 16], number: i64, seq: i64) {
        self.ids.insert(id, (seq, number));
        *self.numbers.entry(number).or_insert(0) += 1;
        self.seen = seq;
    }

    fn catch_up(&mut self, connection: &Connection) -> Result<(), DbError> {
        let (indexed, last): (i64, i64) = connection
            .prepare_cached(
                "SELECT value, (SELECT coalesce(max(seq), 0) FROM residents) FROM counters
                 WHERE name = 'indexed'",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if self.indexed != indexed {
            *self = Self { indexed, seen: indexed, ..Self::default() };
        }
        if self.seen < last {
            let mut rows = connection
                .prepare_cached("SELECT id, number, seq FROM residents WHERE seq > ?1 ORDER BY seq")?;
            let mut rows = rows.query([self.seen])?;
            while let Some(row) = rows.next()? {
                self.push(row.get(0)?, row.get(1)?, row.get(2)?);
            }
        }
        Ok(())
    }
}

/// The first half of an id: an integer key is found twice as fast as a blob.
/// Two ids with one first half are possible, and can even be made.
pub(crate) fn half(id: &[u8; 16]) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *id;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests;
