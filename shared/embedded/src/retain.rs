//! Deleting what is past its time.
//!
//! What is due is found by an index, or at the beginning of a table that is in
//! the order of time, so that a look at night finds nothing at no cost. Deleted
//! rows leave their bytes until those are overwritten, as all do
//! ([`Class::Residue`]).

mod batches;

use crate::db::{Db, DbError, Durability};
use crate::uploads::UploadStore;
use crate::values::{count, nanos};
use async_trait::async_trait;
use rollcall_domain::erasure::Class;
use rollcall_domain::retention::Limit;
use rollcall_ports::{Expired, Fault, Retain};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::sync::Arc;

const PORT: &str = "retain";

/// Parts of the account of a day that are deleted at once: each is up to 9 kB.
const PARTS: u32 = 50;

/// Ends what is past its time.
pub(crate) struct Keeper {
    pub(crate) db: Arc<Db>,
    pub(crate) uploads: UploadStore,
}

/// Rows that are over: of which table, by what they are named, and which. `?1`
/// is the limit, `?2` how many.
struct Rows {
    table: &'static str,
    key: &'static str,
    over: &'static str,
}

impl Rows {
    const fn over_since(table: &'static str, over: &'static str) -> Self {
        Self { table, key: "rowid", over }
    }

    fn due(&self, connection: &Connection, limit: &Value, most: u32) -> Result<u64, DbError> {
        let Self { key, over, .. } = self;
        let query = format!("SELECT count(*) FROM (SELECT {key} FROM {over} LIMIT ?2)");
        Ok(connection.prepare_cached(&query)?.query_row((limit, most), |row| count(row, 0))?)
    }

    fn delete(&self, connection: &Connection, limit: &Value, most: u32) -> Result<usize, DbError> {
        let Self { table, key, over } = self;
        let query = format!("DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {over} LIMIT ?2)");
        Ok(connection.prepare_cached(&query)?.execute((limit, most))?)
    }
}

/// The rows of a class. A dial stays as long as the promise that was given in
/// it is owed: an erasure finds the one by the other.
fn rows(class: Class) -> &'static [Rows] {
    const ATTEMPTS: &[Rows] = &[
        Rows::over_since(
            "attempts",
            "attempts WHERE came_to IS NOT NULL AND begun_at < ?1
                 AND id NOT IN (SELECT unhex(data ->> '$.attempt', '-') FROM callbacks WHERE owed = 1)
             ORDER BY begun_at",
        ),
        Rows::over_since(
            "attempts",
            "attempts WHERE open = 0 AND came_to IS NULL AND begun_at < ?1
                 AND id NOT IN (SELECT unhex(data ->> '$.attempt', '-') FROM callbacks WHERE owed = 1)
             ORDER BY begun_at",
        ),
    ];
    const CALLBACKS: &[Rows] = &[Rows::over_since("callbacks", "callbacks WHERE over_since < ?1")];
    const ESCALATIONS: &[Rows] = &[Rows::over_since("escalations", "escalations WHERE over_since < ?1")];
    const LETTERS: &[Rows] = &[
        Rows::over_since("dead_letters", "dead_letters WHERE over_since < ?1"),
        Rows::over_since("letter_jobs", "letter_jobs WHERE over_since < ?1"),
    ];
    const ERASURES: &[Rows] = &[Rows::over_since("erasures", "erasures WHERE over_since < ?1")];
    const DAYS: &[Rows] =
        &[Rows { table: "checks", key: "resident, day", over: "checks WHERE day < ?1 ORDER BY day" }];
    const ACCOUNTS: &[Rows] = &[
        // First, so that nobody finds an account of which parts are missing.
        Rows { table: "days", key: "day", over: "days WHERE day < ?1 ORDER BY day" },
        Rows { table: "day_parts", key: "rowid", over: "day_parts WHERE day < ?1 ORDER BY day" },
    ];
    // In the order in which they were written: of the first, those that are old enough.
    const NOTICES: &[Rows] =
        &[Rows::over_since("notices", "(SELECT rowid, at FROM notices ORDER BY seq LIMIT ?2) WHERE at < ?1")];
    // By a look at each number, once a night: each dial would move it in an index.
    const NUMBERS: &[Rows] =
        &[Rows { table: "contact_points", key: "number", over: "contact_points WHERE last_rung_at < ?1" }];
    const AUDIT: &[Rows] =
        &[Rows::over_since("audit", "(SELECT rowid, at FROM audit ORDER BY seq LIMIT ?2) WHERE at < ?1")];
    match class {
        Class::Attempts => ATTEMPTS,
        Class::Callbacks => CALLBACKS,
        Class::Escalations => ESCALATIONS,
        Class::Letters => LETTERS,
        Class::Erasures => ERASURES,
        Class::Days => DAYS,
        Class::Accounts => ACCOUNTS,
        Class::Notices => NOTICES,
        Class::Numbers => NUMBERS,
        Class::Audit => AUDIT,
        // By ways of their own, or not at all.
        Class::Lists
        | Class::Batches
        | Class::Register
        | Class::Queues
        | Class::Stream
        | Class::Suppressions
        | Class::Residue => &[],
    }
}

/// The limit as the rows of a class have their time.
fn bound(class: Class, limit: &Limit) -> Value {
    match class {
        Class::Days | Class::Accounts => Value::Text(limit.day.to_string()),
        _ => Value::Integer(nanos(limit.at)),
    }
}

#[async_trait]
impl Retain for Keeper {
    async fn due(&self, class: Class, limit: &Limit, most: u32) -> Result<u64, Fault> {
        match class {
            Class::Lists => self.uploads.old(limit.at, most),
            Class::Batches => {
                self.db.read(PORT, |connection| Ok(batches::due(connection, limit.at, most)?.len() as u64))
            }
            _ => self.db.read(PORT, |connection| {
                let limit = bound(class, limit);
                let mut due = 0;
                for rows in rows(class) {
                    due += rows.due(connection, &limit, most)?;
                }
                Ok(due.min(most.into()))
            }),
        }
    }

    async fn expire(&self, class: Class, limit: &Limit, most: u32) -> Result<Expired, Fault> {
        if class == Class::Lists {
            return self.uploads.forget_old(limit.at, most);
        }
        self.db.write(PORT, Durability::Process, |session| {
            let connection = &session.connection;
            if class == Class::Batches {
                return batches::expire(connection, limit.at, most);
            }
            let (mut expired, bound) = (Expired::default(), bound(class, limit));
            for rows in rows(class) {
                let most = if rows.table == "day_parts" { most.min(PARTS) } else { most };
                let gone = rows.delete(connection, &bound, most)?;
                expired.gone += gone as u64;
                expired.more |= gone >= usize::try_from(most).unwrap_or(usize::MAX);
            }
            Ok(expired)
        })
    }
}
