use crate::{Fault, Saved, Versioned};
use async_trait::async_trait;
use jiff::civil::Date;
use rollcall_domain::day::{DayPart, DayRecord};

/// One part of the account of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartOf {
    /// Which day.
    pub day: Date,
    /// Which taking of its account.
    pub taking: u32,
    /// Which part, from 0.
    pub part: u32,
}

/// What is on record of each day.
#[async_trait]
pub trait Days: Send + Sync {
    /// One day.
    async fn get(&self, day: Date) -> Result<Option<Versioned<DayRecord>>, Fault>;

    /// Writes a day (version 0: for the first time), if nobody did since the
    /// read. MUST be durable before it answers.
    async fn save(&self, record: &Versioned<DayRecord>) -> Result<Saved, Fault>;

    /// Up to `most` days before `before` (`None`: all), the latest first.
    async fn list(&self, before: Option<Date>, most: u32) -> Result<Vec<Versioned<DayRecord>>, Fault>;

    /// Stores a part, unless one is stored already: then that one stays. Answers
    /// the one that stands, so that all who take the same account at once come
    /// to the same.
    async fn add_part(&self, of: PartOf, part: &DayPart) -> Result<DayPart, Fault>;

    /// One part.
    async fn part(&self, of: PartOf) -> Result<Option<DayPart>, Fault>;
}
