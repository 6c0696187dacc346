use super::PORT;
use crate::db::{Db, DbError, Durability};
use crate::values::{count, from_json, int, json, nanos};
use async_trait::async_trait;
use rollcall_domain::ids::JobId;
use rollcall_domain::letter::job::{Job, JobState};
use rollcall_ports::{Fault, Jobs, Saved, Versioned};
use rusqlite::{Row, params};
use std::sync::Arc;

/// Replays of many letters.
pub(crate) struct Replayings(pub(crate) Arc<Db>);

#[async_trait]
impl Jobs for Replayings {
    async fn get(&self, id: JobId) -> Result<Option<Versioned<Job>>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement =
                connection.prepare_cached("SELECT data, version FROM letter_jobs WHERE id = ?1")?;
            let mut rows = statement.query([id.as_uuid().as_bytes()])?;
            rows.next()?.map(job).transpose()
        })
    }

    async fn save(&self, job: &Versioned<Job>) -> Result<Saved, Fault> {
        let Versioned { value, version } = job;
        self.0.write(PORT, Durability::Process, |session| {
            let query = if *version == 0 {
                "INSERT INTO letter_jobs (id, version, running, data, over_since)
                 VALUES (?1, ?2 + 1, ?3, ?4, ?5) ON CONFLICT DO NOTHING"
            } else {
                "UPDATE letter_jobs SET version = version + 1, running = ?3, data = ?4, over_since = ?5
                 WHERE id = ?1 AND version = ?2"
            };
            let changed = session.connection.prepare_cached(query)?.execute(params![
                value.id.as_uuid().as_bytes(),
                int(*version),
                value.state == JobState::Running,
                json(value, "job")?,
                value.ended_at.map(nanos),
            ])?;
            Ok(if changed == 1 { Saved::Done(version + 1) } else { Saved::Changed })
        })
    }

    async fn recent(&self, most: u32) -> Result<Vec<Versioned<Job>>, Fault> {
        self.some("ORDER BY seq DESC LIMIT ?1", most)
    }

    async fn running(&self, most: u32) -> Result<Vec<Versioned<Job>>, Fault> {
        self.some("WHERE running = 1 ORDER BY seq LIMIT ?1", most)
    }
}

impl Replayings {
    fn some(&self, which: &str, most: u32) -> Result<Vec<Versioned<Job>>, Fault> {
        self.0.read(PORT, |connection| {
            let query = format!("SELECT data, version FROM letter_jobs {which}");
            let mut statement = connection.prepare_cached(&query)?;
            let mut rows = statement.query([most])?;
            let mut jobs = Vec::new();
            while let Some(row) = rows.next()? {
                jobs.push(job(row)?);
            }
            Ok(jobs)
        })
    }
}

fn job(row: &Row<'_>) -> Result<Versioned<Job>, DbError> {
    Ok(Versioned { value: from_json(row, 0, "job")?, version: count(row, 1)? })
}
