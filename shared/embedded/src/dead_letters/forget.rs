//! Deleting letters about somebody who is erased.

use crate::db::DbError;
use crate::erasures::known_so_far;
use crate::values::from_json;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::letter::{Event, What};
use rollcall_ports::Known;
use rusqlite::Connection;

/// One letter after the other: what stands in it now, in every former content
/// of it, and in the words of those who worked on it.
pub(super) fn forget(connection: &Connection, resident: ResidentId) -> Result<u64, DbError> {
    let known = known_so_far(connection, resident)?;
    let mut gone = Vec::new();
    let mut statement = connection.prepare("SELECT seq, body, history FROM dead_letters")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let body: Vec<u8> = row.get(1)?;
        let history: Vec<Event> = from_json(row, 2, "letter")?;
        if known.is_in(&body) || history.iter().any(|event| is_about(&known, &event.what)) {
            gone.push(row.get::<_, i64>(0)?);
        }
    }
    let mut delete = connection.prepare("DELETE FROM dead_letters WHERE seq = ?1")?;
    for seq in &gone {
        delete.execute([seq])?;
    }
    Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
}

fn is_about(known: &Known, what: &What) -> bool {
    match what {
        What::Edited { former, reason, .. } => known.is_in(former.as_bytes()) || known.is_in_words(reason),
        What::Discarded { reason, .. } => known.is_in_words(reason),
        What::Parked { .. } | What::Replayed { .. } | What::Sent | What::Applied => false,
    }
}
