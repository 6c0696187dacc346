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
    /// A resident is taken off.
    Remove(u16),
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
        (0..400_u16).prop_map(Step::Remove),
        (0..400_u16).prop_map(Step::Remove),
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
            Step::Remove(n) => {
                if let Some(number) = expected.remove(n) {
                    remove(connection, keys, *n, number);
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

fn remove(connection: &Connection, keys: &mut Keys, n: u16, number: i64) {
    let mut keys = keys.open(connection).unwrap();
    let seq = keys.find(&id(n)).unwrap().unwrap();
    keys.remove(&id(n), seq, number).unwrap();
    connection.execute("DELETE FROM residents WHERE seq = ?1", [seq]).unwrap();
}

fn add(connection: &Connection, keys: &mut Keys, people: &[(u16, u8)], expected: &mut BTreeMap<u16, i64>) {
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
fn whoever_had_to_stand_in_full_is_found_after_the_other_left() {
    let mut connection = Connection::open_in_memory().unwrap();
    crate::schema::migrate(&mut connection, crate::schema::STEPS).unwrap();
    let mut keys = Keys::default();
    // Three ids with one first half.
    let three = [0_u16, 64, 128];
    let mut open = keys.open(&connection).unwrap();
    for n in three {
        insert(&connection, &mut open, n, 1);
    }
    open.settle(3).unwrap();
    drop(open);
    for (left, n) in three.into_iter().enumerate() {
        remove(&connection, &mut keys, n, 1);
        let mut open = keys.open(&connection).unwrap();
        for (place, other) in three.into_iter().enumerate() {
            assert_eq!(open.find(&id(other)).unwrap().is_some(), place > left, "{other} after {n}");
        }
        assert_eq!(open.sharing(1, &id(999)).unwrap(), 2 - left as u64);
    }
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
