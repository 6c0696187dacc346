//! How times, ids and counts are stored.

use crate::db::DbError;
use jiff::Timestamp;
use rollcall_ports::{Cursor, Fault, Replay};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// Nanoseconds since 1970; times outside the years 1678 to 2262 become the
/// first or last one.
pub(crate) fn nanos(at: Timestamp) -> i64 {
    let exact = at.as_nanosecond();
    i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX })
}

/// The time that [`nanos`] stored; the last one means the end of time.
pub(crate) fn time(nanos: i64) -> Timestamp {
    match nanos {
        i64::MIN => Timestamp::MIN,
        i64::MAX => Timestamp::MAX,
        // Every other value is within the range of a timestamp.
        exact => Timestamp::from_nanosecond(i128::from(exact)).unwrap_or(Timestamp::MAX),
    }
}

/// A count or position as SQLite stores it.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A stored count or position.
pub(crate) fn count(row: &Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0))
}

/// A stored count that is small by nature.
pub(crate) fn small(row: &Row<'_>, column: usize) -> Result<u32, rusqlite::Error> {
    Ok(u32::try_from(row.get::<_, i64>(column)?).unwrap_or(u32::MAX))
}

/// A stored time.
pub(crate) fn time_at(row: &Row<'_>, column: usize) -> Result<Timestamp, rusqlite::Error> {
    row.get(column).map(time)
}

/// A stored time, where there is one.
pub(crate) fn maybe_time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, rusqlite::Error> {
    Ok(row.get::<_, Option<i64>>(column)?.map(time))
}

/// A row's number as a place in a list.
pub(crate) fn cursor(row: &Row<'_>, column: usize) -> Result<Cursor, rusqlite::Error> {
    Ok(Cursor(count(row, column)?.to_string()))
}

/// The number of the row after which a list goes on; 0 for its start.
pub(crate) fn row_before(port: &'static str, after: Option<&Cursor>) -> Result<i64, Fault> {
    after.map_or(Ok(0), |cursor| {
        cursor.0.parse().map_err(|_| Fault::Refused { port, reason: "a cursor that is not ours".to_owned() })
    })
}

/// Which copy of a letter a stored message is; one that cannot be read is none,
/// and the message a message like any other.
pub(crate) fn replay(row: &Row<'_>, column: usize) -> Result<Option<Replay>, rusqlite::Error> {
    Ok(row.get::<_, Option<String>>(column)?.and_then(|text| text.parse().ok()))
}

/// A stored UUID.
pub(crate) fn uuid(row: &Row<'_>, column: usize) -> Result<Uuid, rusqlite::Error> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

/// A value as JSON text.
pub(crate) fn json<T: Serialize>(value: &T, what: &'static str) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|_| DbError::Unreadable(what))
}

/// A value from JSON text.
pub(crate) fn from_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
    what: &'static str,
) -> Result<T, DbError> {
    match row.get_ref(column)? {
        ValueRef::Text(text) => serde_json::from_slice(text).map_err(|_| DbError::Unreadable(what)),
        _ => Err(DbError::Unreadable(what)),
    }
}
