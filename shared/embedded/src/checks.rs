use crate::db::{Db, DbError, Durability};
use async_trait::async_trait;
use jiff::civil::Date;
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{CheckResult, Checks, Fault};
use rusqlite::params;
use std::sync::Arc;

const PORT: &str = "checks";

/// The results of the days.
pub(crate) struct Days(pub(crate) Arc<Db>);

#[async_trait]
impl Checks for Days {
    async fn record(&self, resident: ResidentId, day: Date, result: CheckResult) -> Result<(), Fault> {
        self.0.statement(PORT, Durability::Process, |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO checks (resident, day, result) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET result = excluded.result WHERE excluded.result > result",
                )?
                .execute(params![resident.as_uuid().as_bytes(), day.to_string(), rank(result)])?;
            Ok(())
        })
    }

    async fn of(
        &self,
        resident: ResidentId,
        first: Date,
        last: Date,
    ) -> Result<Vec<(Date, CheckResult)>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT day, result FROM checks WHERE resident = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day",
            )?;
            let mut rows = statement.query(params![
                resident.as_uuid().as_bytes(),
                first.to_string(),
                last.to_string()
            ])?;
            let mut results = Vec::new();
            while let Some(row) = rows.next()? {
                let day: String = row.get(0)?;
                let day = day.parse().map_err(|_| DbError::Unreadable("day"))?;
                results.push((day, result(row.get(1)?)?));
            }
            Ok(results)
        })
    }
}

/// The place of a result among all, as stored: the greatest stands.
fn rank(result: CheckResult) -> i64 {
    match result {
        CheckResult::Escalated => 0,
        CheckResult::Well => 1,
        CheckResult::WantsToTalk => 2,
        CheckResult::SpokenTo => 3,
    }
}

fn result(rank: i64) -> Result<CheckResult, DbError> {
    match rank {
        0 => Ok(CheckResult::Escalated),
        1 => Ok(CheckResult::Well),
        2 => Ok(CheckResult::WantsToTalk),
        3 => Ok(CheckResult::SpokenTo),
        _ => Err(DbError::Unreadable("check result")),
    }
}
