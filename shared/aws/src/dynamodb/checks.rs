//! The results of the days.

use super::Dynamo;
use super::consumed::Operation;
use super::item::{item, number as n, read_number, read_text, text, unreadable};
use super::schema::CHECKS;
use super::write::Write;
use async_trait::async_trait;
use jiff::civil::Date;
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{CheckResult, Fault};

const PORT: &str = "checks";
const RECORD: Operation = Operation { port: PORT, name: "record" };
const OF: Operation = Operation { port: PORT, name: "of" };

/// The results of the days.
#[derive(Clone, Debug)]
pub struct Checks(Dynamo);

impl Checks {
    /// The results in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }
}

#[async_trait]
impl rollcall_ports::Checks for Checks {
    async fn record(&self, resident: ResidentId, day: Date, result: CheckResult) -> Result<(), Fault> {
        let key = item([("resident", text(resident)), ("day", text(day))]);
        let expires = self.0.retention.expires_of_day(Class::Days, day).unwrap_or(i64::MAX);
        let update = Write::update(CHECKS, key, "SET #result = :result, #expires = :expires")
            .only_if("attribute_not_exists(#result) OR #result < :result")
            .with(":result", n(rank(result)))
            .with(":expires", n(expires));
        // Refused, greater news of the day is stored already.
        self.0.write(RECORD, update).await.map(drop)
    }

    async fn of(
        &self,
        resident: ResidentId,
        first: Date,
        last: Date,
    ) -> Result<Vec<(Date, CheckResult)>, Fault> {
        let mut results = Vec::new();
        // DynamoDB refuses a range whose end is before its start.
        if last < first {
            return Ok(results);
        }
        let mut from = None;
        loop {
            let answer = self
                .0
                .query(&CHECKS, None)
                .consistent_read(true)
                .key_condition_expression("#resident = :resident AND #day BETWEEN :first AND :last")
                .expression_attribute_names("#resident", "resident")
                .expression_attribute_names("#day", "day")
                .expression_attribute_values(":resident", text(resident))
                .expression_attribute_values(":first", text(first))
                .expression_attribute_values(":last", text(last))
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.0.noted(OF, answer)?;
            for item in answer.items() {
                let day = read_text(PORT, item, "day")?.parse().map_err(|_| unreadable(PORT, "day"))?;
                results.push((day, result(read_number(PORT, item, "result")?)?));
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(results);
            }
        }
    }
}

/// The place of a result among all, as stored: the greatest stands.
fn rank(result: CheckResult) -> u64 {
    match result {
        CheckResult::Escalated => 0,
        CheckResult::Well => 1,
        CheckResult::WantsToTalk => 2,
        CheckResult::SpokenTo => 3,
    }
}

fn result(rank: u64) -> Result<CheckResult, Fault> {
    match rank {
        0 => Ok(CheckResult::Escalated),
        1 => Ok(CheckResult::Well),
        2 => Ok(CheckResult::WantsToTalk),
        3 => Ok(CheckResult::SpokenTo),
        _ => Err(unreadable(PORT, "check result")),
    }
}
