//! Accounts of uploads: their notes go first, slice by slice; counts and record
//! together, since an account without its counts would be one that is loading.

use crate::batches::tally;
use crate::db::DbError;
use crate::values::from_json;
use jiff::Timestamp;
use rollcall_domain::batch::Batch;
use rollcall_domain::ids::BatchId;
use rollcall_ports::Expired;
use rusqlite::{Connection, params};

/// Those that are over, of the first `most`, in the order in which they came.
pub(super) fn due(connection: &Connection, limit: Timestamp, most: u32) -> Result<Vec<BatchId>, DbError> {
    let mut statement = connection.prepare_cached("SELECT data FROM batches ORDER BY seq LIMIT ?1")?;
    let mut rows = statement.query([most])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let batch: Batch = from_json(row, 0, "batch")?;
        // They are seen in about this order: whoever came a day later is not over.
        if batch.seen_at >= limit {
            break;
        }
        let tally = tally(connection, batch.id)?;
        found.extend(batch.over_since(&tally).map(|_| batch.id));
    }
    Ok(found)
}

/// Deletes up to `most` notes, and the accounts that have none left.
pub(super) fn expire(connection: &Connection, limit: Timestamp, most: u32) -> Result<Expired, DbError> {
    let mut expired = Expired::default();
    let mut left = most;
    for id in due(connection, limit, most)? {
        let id = id.as_uuid().as_bytes();
        let notes = connection
            .prepare_cached(
                "DELETE FROM notes WHERE (batch, kind, position) IN
                 (SELECT batch, kind, position FROM notes WHERE batch = ?1 LIMIT ?2)",
            )?
            .execute(params![id, left])?;
        left = left.saturating_sub(u32::try_from(notes).unwrap_or(u32::MAX));
        if left == 0 {
            return Ok(Expired { more: true, ..expired });
        }
        connection.prepare_cached("DELETE FROM chunks WHERE batch = ?1")?.execute([id])?;
        connection.prepare_cached("DELETE FROM batches WHERE id = ?1")?.execute([id])?;
        expired.gone += 1;
        left -= 1;
    }
    Ok(Expired { more: left == 0, ..expired })
}
