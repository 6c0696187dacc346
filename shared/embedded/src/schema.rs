//! The tables, and how a database of a former version gets to this one.

use rusqlite::{Connection, TransactionBehavior};

/// Marks a file as a database of Rollcall ("Roll" in ASCII).
pub(crate) const APPLICATION_ID: i32 = 0x526F_6C6C;

/// Each step takes a database from the version of its index to the next. A
/// step that was released is never edited.
pub(crate) const STEPS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
    include_str!("schema/11.sql"),
    include_str!("schema/12.sql"),
    include_str!("schema/13.sql"),
    include_str!("schema/14.sql"),
];

/// Why a database was not brought to this version.
#[derive(Debug)]
pub(crate) enum NotMigrated {
    /// Not a database of ours.
    Foreign,
    /// Of a version that this program does not know.
    TooNew {
        found: usize,
        known: usize,
    },
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for NotMigrated {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Brings a database to the version after the last of `steps`, all in one
/// transaction.
pub(crate) fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), NotMigrated> {
    if version(connection)? == steps.len() {
        return Ok(());
    }
    // Again inside the transaction: another process may have been faster.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&transaction)?;
    let Some(missing) = steps.get(from..) else {
        return Err(NotMigrated::TooNew { found: from, known: steps.len() });
    };
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    let version = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()?;
    Ok(())
}

/// The version of a database of ours, 0 for an empty one.
fn version(connection: &Connection) -> Result<usize, NotMigrated> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, tables) {
        (APPLICATION_ID, _) => usize::try_from(version).map_err(|_| NotMigrated::Foreign),
        (0, 0) if version == 0 => Ok(0),
        _ => Err(NotMigrated::Foreign),
    }
}

#[cfg(test)]
mod tests {
    use super::{NotMigrated, STEPS, migrate};
    use rollcall_contracts::messages::Notice;
    use rusqlite::Connection;

    const ONE: &str = "CREATE TABLE a (x); INSERT INTO a VALUES (1);";
    const TWO: &str = "ALTER TABLE a ADD COLUMN y DEFAULT 2;";
    const BROKEN: &str = "CREATE TABLE b (x); SELECT no_such_function();";

    fn version(connection: &Connection) -> i64 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn every_version_gets_to_the_newest_and_keeps_its_data() {
        let shipped = u32::try_from(STEPS.len()).unwrap();
        for from in 0..=shipped {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate(&mut connection, STEPS.get(..from as usize).unwrap()).unwrap();
            if from > 0 {
                connection.execute_batch("UPDATE counters SET value = 7 WHERE name = 'residents'").unwrap();
            }
            migrate(&mut connection, STEPS).unwrap();
            migrate(&mut connection, STEPS).unwrap();
            assert_eq!(version(&connection), i64::from(shipped));
            let query = "SELECT value FROM counters WHERE name = 'residents'";
            let kept: i64 = connection.query_row(query, [], |row| row.get(0)).unwrap();
            assert_eq!(kept, if from > 0 { 7 } else { 0 });
        }
    }

    #[test]
    fn dials_that_were_stored_before_are_found_by_their_resident() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &STEPS[..3]).unwrap();
        connection
            .execute_batch(
                r#"INSERT INTO attempts (id, version, begun_at, open, pressed, data) VALUES
                   (x'01', 1, 0, 0, 0, '{"resident":"0ec3a12d-3dc4-5920-8b3f-e085181cad24"}')"#,
            )
            .unwrap();
        migrate(&mut connection, STEPS).unwrap();
        let query = "SELECT id FROM attempts WHERE resident = x'0ec3a12d3dc459208b3fe085181cad24'";
        let found: Vec<u8> = connection.query_row(query, [], |row| row.get(0)).unwrap();
        assert_eq!(found, [1]);
    }

    #[test]
    fn notices_from_before_the_ladder_are_read_as_of_its_first_rung() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &STEPS[..9]).unwrap();
        connection
            .execute_batch(
                r#"INSERT INTO notices (key, at, times, data) VALUES
                   ('one', 0, 1, '{"notice":"escalated","resident":"0ec3a12d-3dc4-5920-8b3f-e085181cad24",
                    "cause":"day_closed","check_due":"2026-11-23T09:00:00Z"}'),
                   ('two', 0, 1, '{"notice":"ledger_mismatch","counted":1,"register":2}')"#,
            )
            .unwrap();
        migrate(&mut connection, STEPS).unwrap();
        let told = crate::notices::told(&connection, 0, 9).unwrap();
        assert!(
            matches!(&told[0].notice, Notice::Escalated { round: 1, nth: 1, rung, .. } if rung == "duty_officer")
        );
        assert_eq!(told[1].notice, Notice::LedgerMismatch { counted: 1, register: 2 });
    }

    #[test]
    fn steps_are_taken_once_and_in_order() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &[ONE]).unwrap();
        migrate(&mut connection, &[ONE, TWO]).unwrap();
        migrate(&mut connection, &[ONE, TWO]).unwrap();
        let row: (i64, i64) =
            connection.query_row("SELECT x, y FROM a", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!((version(&connection), row), (2, (1, 2)));
        let error = migrate(&mut connection, &[ONE]).unwrap_err();
        assert!(matches!(error, NotMigrated::TooNew { found: 2, known: 1 }), "{error:?}");
    }

    #[test]
    fn a_step_that_fails_leaves_the_former_version() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &[ONE]).unwrap();
        let error = migrate(&mut connection, &[ONE, TWO, BROKEN]).unwrap_err();
        assert!(matches!(error, NotMigrated::Sqlite(_)), "{error:?}");
        assert_eq!(version(&connection), 1);
        migrate(&mut connection, &[ONE, TWO]).unwrap();
    }
}
