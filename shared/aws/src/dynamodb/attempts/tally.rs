//! What the dials of past hours came to.
//!
//! An index holds the closed ones by the day (UTC) on which they began; its sort
//! key names the time and the disposition, so that keys alone are read.

use super::{PORT, RECENT, TALLY};
use crate::dynamodb::Dynamo;
use crate::dynamodb::item::{read_text, text};
use crate::dynamodb::schema::ATTEMPTS;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rollcall_domain::attempt::{Attempt, Disposition};
use rollcall_domain::breaker::Recent;
use rollcall_ports::{Fault, Tallied};
use std::collections::BTreeMap;

/// Where a closed dial is in the index.
pub(super) fn place(attempt: &Attempt) -> [AttributeValue; 2] {
    let begun = attempt.begun_at.to_zoned(TimeZone::UTC);
    // Words of ours always have such a form.
    let word = serde_json::to_value(attempt.disposition()).unwrap_or_default();
    let word = word.as_str().unwrap_or_default();
    [text(begun.date()), text(format!("{} {word}", of_day(begun.time())))]
}

/// A time of day, to the nanosecond and always as long: its order is that of
/// time.
fn of_day(time: Time) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{hour:02}:{minute:02}:{second:02}.{:09}", time.subsec_nanosecond())
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
            let Recent { begun_at, came_to } = read(day, read_text(PORT, entry, "came_to")?)?;
            let hour = begun_at.as_second().div_euclid(3600) * 3600;
            let hour = Timestamp::from_second(hour).unwrap_or(begun_at);
            *counts.entry((hour, came_to)).or_default() += 1;
        }
        from = answer.last_evaluated_key;
        if from.is_none() {
            return Ok(());
        }
    }
}

/// Those of the day that `until` is on and back to that of `from`, each day
/// from its end.
pub(super) async fn recent(
    dynamo: &Dynamo,
    (from, until): (Timestamp, Timestamp),
    most: u32,
) -> Result<Vec<Recent>, Fault> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (first, last) = (from.to_zoned(TimeZone::UTC), until.to_zoned(TimeZone::UTC));
    let (mut day, mut found) = (last.date(), Vec::new());
    while day >= first.date() && found.len() < most {
        let begins = if day == first.date() { of_day(first.time()) } else { of_day(Time::midnight()) };
        // A dial's own text goes on with a word, so that one which began at
        // this very moment is behind it.
        let ends = if day == last.date() { of_day(last.time()) } else { END_OF_DAY.to_owned() };
        let left = most - found.len();
        found.extend(of_part(dynamo, day, [begins, ends], left).await?);
        let Ok(before) = day.checked_sub(1.day()) else { break };
        day = before;
    }
    Ok(found)
}

/// After every time of day.
const END_OF_DAY: &str = "24";

/// Up to `most` dials of a part of a day, the latest first.
async fn of_part(
    dynamo: &Dynamo,
    day: Date,
    [begins, ends]: [String; 2],
    most: usize,
) -> Result<Vec<Recent>, Fault> {
    let [_, _, _, index] = ATTEMPTS.indexes else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    if begins > ends {
        return Ok(found);
    }
    let mut from = None;
    loop {
        let left = i32::try_from(most - found.len()).unwrap_or(i32::MAX);
        let answer = dynamo
            .query(&ATTEMPTS, Some(index))
            .key_condition_expression("#day = :day AND #came_to BETWEEN :begins AND :ends")
            .projection_expression("#came_to")
            .expression_attribute_names("#day", "day")
            .expression_attribute_names("#came_to", "came_to")
            .expression_attribute_values(":day", text(day))
            .expression_attribute_values(":begins", text(&begins))
            .expression_attribute_values(":ends", text(&ends))
            .scan_index_forward(false)
            .limit(left)
            .set_exclusive_start_key(from)
            .send()
            .await;
        let answer = dynamo.noted(RECENT, answer)?;
        for entry in answer.items() {
            found.push(read(day, read_text(PORT, entry, "came_to")?)?);
        }
        from = answer.last_evaluated_key;
        if from.is_none() || found.len() >= most {
            return Ok(found);
        }
    }
}

fn read(day: Date, came_to: &str) -> Result<Recent, Fault> {
    let unreadable =
        || Fault::Refused { port: PORT, reason: "a place in the index that is not ours".to_owned() };
    let (time, word) = came_to.split_once(' ').ok_or_else(unreadable)?;
    let time: Time = time.parse().map_err(|_| unreadable())?;
    let begun = day.to_datetime(time).to_zoned(TimeZone::UTC).map_err(|_| unreadable())?;
    let came_to = serde_json::from_value(word.into()).map_err(|_| unreadable())?;
    Ok(Recent { begun_at: begun.timestamp(), came_to })
}
