use crate::db::{Db, DbError, Durability};
use crate::values::{from_json, json};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::ids::AttemptId;
use rollcall_domain::pace::{Grant, Limits, PaceState};
use rollcall_ports::{Fault, Pace};
use rusqlite::Connection;
use std::sync::Arc;

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
            let before = load(&session.connection)?;
            let mut after = before.clone();
            let answer = change(&mut after);
            if after != before {
                session
                    .connection
                    .prepare_cached(
                        "INSERT INTO pace (id, state) VALUES (1, ?1)
                         ON CONFLICT DO UPDATE SET state = excluded.state",
                    )?
                    .execute([json(&after, "pace")?])?;
            }
            Ok(answer)
        })
    }
}

fn load(connection: &Connection) -> Result<PaceState, DbError> {
    let mut statement = connection.prepare_cached("SELECT state FROM pace WHERE id = 1")?;
    let mut rows = statement.query([])?;
    rows.next()?.map_or_else(|| Ok(PaceState::default()), |row| from_json(row, 0, "pace"))
}
