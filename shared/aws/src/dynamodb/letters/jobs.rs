//! Replays and discards of many letters. They lie in the table of the letters,
//! in lists of their own.

use super::place::order;
use super::{PORT, key};
use crate::dynamodb::Dynamo;
use crate::dynamodb::consumed::Operation;
use crate::dynamodb::item::{Item, number, read_uuid, read_versioned, text, versioned};
use crate::dynamodb::schema::LETTERS;
use crate::dynamodb::write::{Write, Written};
use async_trait::async_trait;
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::JobId;
use rollcall_domain::letter::job::{Job, JobState};
use rollcall_ports::{Fault, Saved, Versioned};
use std::collections::BTreeMap;
use uuid::Uuid;

const GET: Operation = Operation { port: PORT, name: "get_job" };
const SAVE: Operation = Operation { port: PORT, name: "save_job" };
const RECENT: Operation = Operation { port: PORT, name: "recent_jobs" };
const RUNNING: Operation = Operation { port: PORT, name: "running_jobs" };

/// The part of an item that is a job.
const JOB: &str = "job";
/// The list of jobs that are running.
const AT_WORK: u8 = 2;
/// The list of jobs that are over.
const OVER: u8 = 3;

/// Replays and discards of many letters.
#[derive(Clone, Debug)]
pub struct Jobs(Dynamo);

impl Jobs {
    /// The jobs in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }

    /// Up to `most` jobs of a list by the moment at which they began.
    async fn list(
        &self,
        operation: Operation,
        list: u8,
        (oldest_first, most): (bool, u32),
    ) -> Result<Vec<Versioned<Job>>, Fault> {
        let answer = self
            .0
            .query(&LETTERS, LETTERS.indexes.first())
            .key_condition_expression("#listed = :listed")
            .expression_attribute_names("#listed", "listed")
            .expression_attribute_values(":listed", number(list))
            .scan_index_forward(oldest_first)
            .limit(i32::try_from(most.max(1)).unwrap_or(i32::MAX))
            .send()
            .await;
        let answer = self.0.noted(operation, answer)?;
        let ids: Result<Vec<Uuid>, Fault> =
            answer.items().iter().map(|entry| read_uuid(PORT, entry, "id")).collect();
        let ids = ids?;
        let keys = ids.iter().map(|id| key(id, JOB)).collect();
        let items: Vec<Item> = self.0.get_each(operation, (&LETTERS, true), keys).await?;
        let mut jobs = BTreeMap::new();
        for item in &items {
            jobs.insert(read_uuid(PORT, item, "id")?, read_versioned::<Job>(PORT, item)?);
        }
        Ok(ids.iter().filter_map(|id| jobs.remove(id)).collect())
    }
}

#[async_trait]
impl rollcall_ports::Jobs for Jobs {
    async fn get(&self, id: JobId) -> Result<Option<Versioned<Job>>, Fault> {
        let item = self.0.get(GET, &LETTERS, key(id.as_uuid(), JOB)).await?;
        item.map(|item| read_versioned(PORT, &item)).transpose()
    }

    async fn save(&self, job: &Versioned<Job>) -> Result<Saved, Fault> {
        let Versioned { value, version } = job;
        let id = value.id.as_uuid();
        let mut new = versioned(PORT, id, value, version + 1)?;
        let list = if value.state == JobState::Running { AT_WORK } else { OVER };
        new.insert("part".to_owned(), text(JOB));
        new.insert("listed".to_owned(), number(list));
        new.insert("place".to_owned(), text(order(value.started_at, id)));
        self.0.ages(&mut new, Class::Letters, value.ended_at);
        let put = Write::put(LETTERS, new).only_if_version(*version);
        Ok(match self.0.write(SAVE, put).await? {
            Written::Done => Saved::Done(version + 1),
            Written::Refused(_) => Saved::Changed,
        })
    }

    async fn recent(&self, most: u32) -> Result<Vec<Versioned<Job>>, Fault> {
        let mut jobs = self.list(RECENT, AT_WORK, (false, most)).await?;
        jobs.extend(self.list(RECENT, OVER, (false, most)).await?);
        let place = |job: &Versioned<Job>| order(job.value.started_at, job.value.id.as_uuid());
        jobs.sort_by_key(|job| std::cmp::Reverse(place(job)));
        // One may have ended between the two answers.
        jobs.dedup_by_key(|job| job.value.id);
        jobs.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(jobs)
    }

    async fn running(&self, most: u32) -> Result<Vec<Versioned<Job>>, Fault> {
        let mut jobs = self.list(RUNNING, AT_WORK, (true, most)).await?;
        // The index lags behind.
        jobs.retain(|job| job.value.state == JobState::Running);
        Ok(jobs)
    }
}
