use crate::db::{Db, DbError, Durability};
use crate::values::{maybe_time, nanos, time};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::ids::AttemptId;
use rollcall_domain::pace::{Grant, Limits, PaceState};
use rollcall_ports::{Fault, Pace};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

const PORT: &str = "pace";

/// The limiter over all dialers of this database.
pub(crate) struct Limiter(pub(crate) Arc<Db>);

#[async_trait]
impl Pace for Limiter {
    async fn reserve(&self, attempt: AttemptId, now: Timestamp, limits: Limits) -> Result<Grant, Fault> {
        self.change(|state| state.reserve(attempt, now, &limits))
    }

    async fn release(&self, attempt: AttemptId) -> Result<(), Fault> {
        self.change(|state| {
            state.release(attempt);
        })
    }

    async fn back_off(&self, until: Timestamp, limits: Limits) -> Result<(), Fault> {
        self.change(|state| state.back_off(until, &limits))
    }

    async fn in_flight(&self, now: Timestamp) -> Result<u32, Fault> {
        self.0.read(PORT, |connection| Ok(load(connection)?.in_flight(now)))
    }
}

impl Limiter {
    /// Process, not power: after a power cut nobody dials for longer than any
    /// reservation lasts, and calls that still hold a place are seen by the
    /// service's own limit.
    fn change<T>(&self, change: impl FnOnce(&mut PaceState) -> T) -> Result<T, Fault> {
        self.0.write(PORT, Durability::Process, |session| {
            let mut state = load(&session.connection)?;
            let before = (state.next, bytes(&state.leases));
            let answer = change(&mut state);
            let after = (state.next, bytes(&state.leases));
            if after != before {
                session
                    .connection
                    .prepare_cached(
                        "INSERT INTO pace (id, next_start, leases) VALUES (1, ?1, ?2)
                         ON CONFLICT DO UPDATE SET next_start = excluded.next_start, leases = excluded.leases",
                    )?
                    .execute((after.0.map(nanos), after.1))?;
            }
            Ok(answer)
        })
    }
}

fn load(connection: &Connection) -> Result<PaceState, DbError> {
    let mut statement = connection.prepare_cached("SELECT next_start, leases FROM pace WHERE id = 1")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(PaceState::default()) };
    let stored = row.get_ref(1)?.as_blob().map_err(|_| DbError::Unreadable("pace"))?;
    let leases = leases(stored).ok_or(DbError::Unreadable("pace"))?;
    Ok(PaceState { next: maybe_time(row, 0)?, leases })
}

/// The leases as they are stored. Two hundred of them are read and written for
/// each call: as JSON that was an eighth of all that a rehearsal does.
fn bytes(leases: &BTreeMap<AttemptId, Timestamp>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(leases.len() * LEASE);
    for (attempt, until) in leases {
        bytes.extend_from_slice(attempt.as_uuid().as_bytes());
        bytes.extend_from_slice(&nanos(*until).to_be_bytes());
    }
    bytes
}

/// What [`bytes`] wrote.
fn leases(bytes: &[u8]) -> Option<BTreeMap<AttemptId, Timestamp>> {
    let (each, rest) = bytes.as_chunks::<LEASE>();
    if !rest.is_empty() {
        return None;
    }
    each.iter()
        .map(|lease| {
            let (attempt, until) = lease.split_first_chunk::<16>()?;
            let until = i64::from_be_bytes(until.try_into().ok()?);
            Some((AttemptId::from_uuid(Uuid::from_bytes(*attempt)), time(until)))
        })
        .collect()
}

/// The bytes of one lease.
const LEASE: usize = 24;

#[cfg(test)]
mod tests {
    use super::{LEASE, bytes, leases};
    use jiff::Timestamp;
    use rollcall_domain::ids::AttemptId;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    #[test]
    fn leases_are_read_as_they_were_written_or_not_at_all() {
        let until = |text: &str| text.parse::<Timestamp>().unwrap();
        let all = BTreeMap::from([
            (AttemptId::from_uuid(Uuid::from_u128(1)), until("2026-11-23T10:00:00.000000001Z")),
            (AttemptId::from_uuid(Uuid::from_u128(u128::MAX)), Timestamp::MAX),
        ]);
        let stored = bytes(&all);
        assert_eq!(stored.len(), 2 * LEASE);
        assert_eq!(leases(&stored), Some(all));
        assert_eq!(leases(&[]), Some(BTreeMap::new()));
        assert_eq!(leases(&stored[1..]), None, "part of a lease is no lease");
    }
}
