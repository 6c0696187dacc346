//! What the dials of past hours came to.
//!
//! An index holds the closed ones by the day (UTC) on which they began; its sort
//! key names the hour and the disposition, so that keys alone are counted.

use super::{PORT, TALLY};
use crate::dynamodb::Dynamo;
use crate::dynamodb::item::{read_text, text};
use crate::dynamodb::schema::ATTEMPTS;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rollcall_domain::attempt::{Attempt, Disposition};
use rollcall_ports::{Fault, Tallied};
use std::collections::BTreeMap;

/// Where a closed dial is in the index.
pub(super) fn place(attempt: &Attempt) -> [AttributeValue; 2] {
    let begun = attempt.begun_at.to_zoned(TimeZone::UTC);
    // Words of ours always have such a form.
    let word = serde_json::to_value(attempt.disposition()).unwrap_or_default();
    let word = word.as_str().unwrap_or_default();
    [text(begun.date()), text(format!("{:02} {word}", begun.hour()))]
}

pub(super) async fn tally(dynamo: &Dynamo, from: Timestamp, until: Timestamp) -> Result<Vec<Tallied>, Fault> {
    let mut counts = BTreeMap::new();
    // The last moment that counts may be on the day before.
    let Ok(last) = until.checked_sub(SignedDuration::from_nanos(1)) else { return Ok(Vec::new()) };
    let (mut day, last) = (from.to_zoned(TimeZone::UTC).date(), last.to_zoned(TimeZone::UTC).date());
    while day <= last {
        count(dynamo, day, &mut counts).await?;
        let Ok(next) = day.checked_add(1.day()) else { break };
        day = next;
    }
    let tallied = counts.into_iter().map(|((hour, disposition), dials)| Tallied { hour, disposition, dials });
    Ok(tallied.filter(|one| one.hour >= from && one.hour < until).collect())
}

/// Counts the dials of one day.
async fn count(
    dynamo: &Dynamo,
    day: Date,
    counts: &mut BTreeMap<(Timestamp, Disposition), u64>,
) -> Result<(), Fault> {
    let [_, _, _, index] = ATTEMPTS.indexes else { return Ok(()) };
    let mut from = None;
    loop {
        let answer = dynamo
            .query(&ATTEMPTS, Some(index))
            .key_condition_expression("#day = :day")
            .projection_expression("#came_to")
            .expression_attribute_names("#day", "day")
            .expression_attribute_names("#came_to", "came_to")
            .expression_attribute_values(":day", text(day))
            .set_exclusive_start_key(from)
            .send()
            .await;
        let answer = dynamo.noted(TALLY, answer)?;
        for entry in answer.items() {
            *counts.entry(read(day, read_text(PORT, entry, "came_to")?)?).or_default() += 1;
        }
        from = answer.last_evaluated_key;
        if from.is_none() {
            return Ok(());
        }
    }
}

fn read(day: Date, came_to: &str) -> Result<(Timestamp, Disposition), Fault> {
    let unreadable =
        || Fault::Refused { port: PORT, reason: "a place in the index that is not ours".to_owned() };
    let (hour, word) = came_to.split_once(' ').ok_or_else(unreadable)?;
    let hour: i8 = hour.parse().map_err(|_| unreadable())?;
    let hour = day.to_datetime(jiff::civil::Time::new(hour, 0, 0, 0).map_err(|_| unreadable())?);
    let hour = hour.to_zoned(TimeZone::UTC).map_err(|_| unreadable())?.timestamp();
    let word = serde_json::from_value(word.into()).map_err(|_| unreadable())?;
    Ok((hour, word))
}
