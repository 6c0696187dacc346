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
        self.connection
            .prepare_cached("DELETE FROM numbers WHERE number = ?1 AND residents <= 0")?
            .execute([old])?;
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
mod tests {
    use super::{Bounds, Keys, OpenKeys};
    use crate::open;
    use proptest::prelude::{Strategy, any, prop_oneof};
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    use rusqlite::{Connection, params};
    use std::cell::Cell;
    use std::collections::BTreeMap;

    /// What a process may do to the register.
    #[derive(Clone, Debug)]
    enum Step {
        /// So many new residents, from a small set of ids and numbers.
        Add(Vec<(u16, u8)>),
        /// The transaction comes to nothing.
        AddAndFail(Vec<(u16, u8)>),
        /// A resident gets another number.
        Renumber(u16, u8),
    }

    /// Ids of which several share their first half.
    fn id(n: u16) -> [u8; 16] {
        let mut id = [0; 16];
        let [high, low] = n.to_be_bytes();
        (id[0], id[15]) = (high.wrapping_mul(7), low);
        id[1] = low % 64;
        id
    }

    fn insert(connection: &Connection, keys: &mut OpenKeys<'_>, n: u16, number: i64) {
        connection
            .execute(
                "INSERT INTO residents (seq, id, number, version, first_name, last_name, batch, batch_line,
                 registered_at, enabled, suppressed) VALUES (?1, ?2, ?3, 1, '', '', x'', 0, 0, 1, 0)",
                params![keys.next(), id(n), number],
            )
            .unwrap();
        keys.push(id(n), number);
    }

    /// Two processes take turns; every step must leave both with the same
    /// view, which is that of a plain map.
    #[test]
    fn two_processes_always_see_what_is_stored() {
        let people = |most| proptest::collection::vec((0..400_u16, any::<u8>()), 0..most);
        let step = prop_oneof![
            people(5).prop_map(Step::Add),
            people(30).prop_map(Step::Add),
            people(300).prop_map(Step::Add),
            people(30).prop_map(Step::AddAndFail),
            (0..400_u16, any::<u8>()).prop_map(|(n, number)| Step::Renumber(n, number)),
        ];
        let steps = proptest::collection::vec((any::<bool>(), step), 1..25);
        let config = Config { cases: 20, failure_persistence: None, ..Config::default() };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let kept_some = Cell::new(false);
        TestRunner::new_with_rng(config, rng)
            .run(&steps, |steps| {
                kept_some.set(check(&steps) || kept_some.get());
                Ok(())
            })
            .unwrap();
        assert!(kept_some.get(), "no run ever kept anybody outside the tables");
    }

    fn check(steps: &[(bool, Step)]) -> bool {
        let dir = tempfile::tempdir().unwrap();
        let bounds = Bounds { most: 100, part: 5, few: 3 };
        let mut processes = [0, 1].map(|_| (open::file(dir.path()).unwrap(), Keys { tail: None, bounds }));
        let mut expected: BTreeMap<u16, i64> = BTreeMap::new();
        let mut kept_some = false;
        for (which, step) in steps {
            let (connection, keys) = &mut processes[usize::from(*which)];
            connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            match step {
                Step::Add(people) => {
                    add(connection, keys, people, &mut expected);
                    connection.execute_batch("COMMIT").unwrap();
                }
                Step::AddAndFail(people) => {
                    add(connection, keys, people, &mut expected.clone());
                    connection.execute_batch("ROLLBACK").unwrap();
                    keys.forget();
                }
                Step::Renumber(n, number) => {
                    if let Some(old) = expected.insert(*n, i64::from(*number)) {
                        let sql = "UPDATE residents SET number = ?1 WHERE id = ?2";
                        connection.execute(sql, params![number, id(*n)]).unwrap();
                        keys.open(connection).unwrap().renumber(old, i64::from(*number)).unwrap();
                    } else {
                        expected.remove(n);
                    }
                    connection.execute_batch("COMMIT").unwrap();
                }
            }
            for (connection, keys) in &mut processes {
                kept_some |= compare(connection, keys, &expected);
            }
        }
        kept_some
    }

    fn add(
        connection: &Connection,
        keys: &mut Keys,
        people: &[(u16, u8)],
        expected: &mut BTreeMap<u16, i64>,
    ) {
        let mut keys = keys.open(connection).unwrap();
        let mut created = 0;
        for (n, number) in people {
            assert_eq!(keys.find(&id(*n)).unwrap().is_some(), expected.contains_key(n));
            if !expected.contains_key(n) {
                insert(connection, &mut keys, *n, i64::from(*number));
                expected.insert(*n, i64::from(*number));
                created += 1;
            }
        }
        keys.settle(created).unwrap();
    }

    fn compare(connection: &Connection, keys: &mut Keys, expected: &BTreeMap<u16, i64>) -> bool {
        connection.execute_batch("BEGIN").unwrap();
        let mut keys = keys.open(connection).unwrap();
        for n in 0..400 {
            let found = keys.find(&id(n)).unwrap();
            assert_eq!(found.is_some(), expected.contains_key(&n));
            if let Some(seq) = found {
                let sql = "SELECT id FROM residents WHERE seq = ?1";
                let stored: [u8; 16] = connection.query_row(sql, [seq], |row| row.get(0)).unwrap();
                assert_eq!(stored, id(n));
            }
        }
        for number in 0..=255 {
            let having = expected.values().filter(|its| **its == number).count();
            assert_eq!(keys.sharing(number, &id(500)).unwrap(), having as u64);
        }
        for (n, number) in expected.iter().take(20) {
            let others = expected.values().filter(|its| *its == number).count() - 1;
            assert_eq!(keys.sharing(*number, &id(*n)).unwrap(), others as u64);
        }
        let kept = !keys.tail.ids.is_empty();
        connection.execute_batch("COMMIT").unwrap();
        kept
    }

    #[test]
    fn few_are_entered_at_once_and_many_in_part() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::schema::migrate(&mut connection, crate::schema::STEPS).unwrap();
        let mut keys = Keys::default();
        let mut add = |numbers: std::ops::Range<u16>| {
            let mut keys = keys.open(&connection).unwrap();
            for n in numbers.clone() {
                insert(&connection, &mut keys, n, 1);
            }
            keys.settle(numbers.len()).unwrap();
            keys.tail.ids.len()
        };
        assert_eq!(add(0..10_000), 0, "all are new");
        assert_eq!(add(10_000..10_100), 100, "a hundredth of all can wait");
        assert_eq!(add(11_000..11_299), 399);
        assert_eq!(add(12_000..12_101), 0, "a twentieth of all is worth it");
        assert_eq!(add(13_000..13_100), 100);
        assert_eq!(add(14_000..14_001), 0, "one alone, and whoever waited");
    }
}
