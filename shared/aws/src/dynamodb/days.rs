//! The accounts of days, in the table of the results of days: what is on record
//! of every day under [`ALL`], and the parts of one account under its day.
//! Residents are UUIDs, so that none of them has these keys.

use super::Dynamo;
use super::consumed::Operation;
use super::item::{Item, from_json, item, json, number, read_number, read_text, text, unreadable};
use super::schema::CHECKS;
use super::write::{Write, Written};
use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;
use rollcall_domain::day::{DayPart, DayRecord};
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::DayState;
use rollcall_ports::{Fault, PartOf, Saved, Versioned};

const PORT: &str = "days";
const GET: Operation = Operation { port: PORT, name: "get" };
const SAVE: Operation = Operation { port: PORT, name: "save" };
const LIST: Operation = Operation { port: PORT, name: "list" };
const ADD_PART: Operation = Operation { port: PORT, name: "add_part" };
const PART: Operation = Operation { port: PORT, name: "part" };

/// The partition of what is on record of all days: one item a day.
const ALL: &str = "days";

/// The accounts of days.
#[derive(Clone, Debug)]
pub struct Days(Dynamo);

impl Days {
    /// The accounts in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }
}

impl Days {
    /// Everybody in one taking of the account of a day.
    pub(super) async fn people(
        &self,
        operation: Operation,
        day: Date,
        taking: u32,
    ) -> Result<Vec<(ResidentId, DayState)>, Fault> {
        let (mut people, mut from) = (Vec::new(), None);
        let (day, taking) = (text(partition(day)), text(format!("{taking:03} ")));
        loop {
            let answer = self
                .0
                .query(&CHECKS, None)
                .key_condition_expression("#resident = :day AND begins_with(#day, :taking)")
                .expression_attribute_names("#resident", "resident")
                .expression_attribute_names("#day", "day")
                .expression_attribute_values(":day", day.clone())
                .expression_attribute_values(":taking", taking.clone())
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.0.noted(operation, answer)?;
            for item in answer.items() {
                people.extend(read_part(item)?.people);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(people);
            }
        }
    }
}

#[async_trait]
impl rollcall_ports::Days for Days {
    async fn get(&self, day: Date) -> Result<Option<Versioned<DayRecord>>, Fault> {
        let found = self.0.get(GET, &CHECKS, key(ALL, day)).await?;
        found.as_ref().map(record).transpose()
    }

    /// A write whose answer is lost may be repeated by the SDK and then find
    /// itself: `Changed`, and whoever reads again sees their own change.
    async fn save(&self, record: &Versioned<DayRecord>) -> Result<Saved, Fault> {
        let version = record.version + 1;
        let mut next = key(ALL, record.value.day);
        next.extend(item([("version", number(version)), ("data", json(PORT, &record.value)?)]));
        self.0.ages_by_day(&mut next, Class::Accounts, record.value.day);
        let write = Write::put(CHECKS, next).only_if_version(record.version);
        Ok(match self.0.write(SAVE, write).await? {
            Written::Done => Saved::Done(version),
            Written::Refused(_) => Saved::Changed,
        })
    }

    async fn list(&self, before: Option<Date>, most: u32) -> Result<Vec<Versioned<DayRecord>>, Fault> {
        // After every date: each begins with a digit.
        let before = before.map_or_else(|| "~".to_owned(), |day| day.to_string());
        let (mut found, mut from) = (Vec::new(), None);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        while found.len() < most {
            let left = i32::try_from(most - found.len()).unwrap_or(i32::MAX);
            let answer = self
                .0
                .query(&CHECKS, None)
                .consistent_read(true)
                .key_condition_expression("#resident = :all AND #day < :before")
                .expression_attribute_names("#resident", "resident")
                .expression_attribute_names("#day", "day")
                .expression_attribute_values(":all", text(ALL))
                .expression_attribute_values(":before", text(&before))
                .scan_index_forward(false)
                .limit(left)
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.0.noted(LIST, answer)?;
            for item in answer.items() {
                found.push(record(item)?);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        Ok(found)
    }

    async fn add_part(&self, of: PartOf, part: &DayPart) -> Result<DayPart, Fault> {
        let mut new = place(of);
        new.extend(item([
            ("register", number(part.register)),
            ("later", number(part.later)),
            ("people", AttributeValue::B(Blob::new(part.bytes()))),
        ]));
        self.0.ages_by_day(&mut new, Class::Accounts, of.day);
        new.extend(part.next.as_ref().map(|next| ("next".to_owned(), text(next))));
        let write = Write::put(CHECKS, new).only_if("attribute_not_exists(#register)");
        match self.0.write(ADD_PART, write).await? {
            Written::Done => Ok(part.clone()),
            Written::Refused(Some(stands)) => read_part(&stands),
            Written::Refused(None) => Err(unreadable(PORT, "part of a day")),
        }
    }

    async fn part(&self, of: PartOf) -> Result<Option<DayPart>, Fault> {
        self.0.get(PART, &CHECKS, place(of)).await?.as_ref().map(read_part).transpose()
    }
}

fn key(partition: impl std::fmt::Display, sort: impl std::fmt::Display) -> Item {
    item([("resident", text(partition)), ("day", text(sort))])
}

/// Under which the parts of an account lie.
fn partition(day: Date) -> String {
    format!("day {day}")
}

fn place(of: PartOf) -> Item {
    key(partition(of.day), format_args!("{:03} {:08}", of.taking, of.part))
}

fn record(item: &Item) -> Result<Versioned<DayRecord>, Fault> {
    Ok(Versioned { value: from_json(PORT, item)?, version: read_number(PORT, item, "version")? })
}

fn read_part(item: &Item) -> Result<DayPart, Fault> {
    let people = match item.get("people") {
        Some(AttributeValue::B(bytes)) => DayPart::people_of(bytes.as_ref()),
        _ => None,
    };
    Ok(DayPart {
        register: read_number(PORT, item, "register")?,
        later: read_number(PORT, item, "later")?,
        next: item
            .contains_key("next")
            .then(|| read_text(PORT, item, "next"))
            .transpose()?
            .map(str::to_owned),
        people: people.ok_or_else(|| unreadable(PORT, "part of a day"))?,
    })
}
