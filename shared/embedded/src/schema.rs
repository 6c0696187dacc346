//! The tables, and how a database of a former version gets to this one.

use rusqlite::{Connection, TransactionBehavior};

/// Marks a file as a database of Rollcall ("Roll" in ASCII).
pub(crate) const APPLICATION_ID: i32 = 0x526F_6C6C;

/// Each step takes a database from the version of its index to the next. A
/// step that was released is never edited.
pub(crate) const STEPS: &[&str] = &[include_str!("schema/1.sql")];

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
