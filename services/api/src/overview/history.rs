//! What has been: the calls of today by the hour, and of the days before by the
//! day.
//!
//! Calls are counted when nothing more has to be waited for, a few minutes after
//! their end. Hours are those of UTC: where a zone is off by half an hour, half
//! an hour around midnight counts for the day before.

use super::Board;
use crate::extract::{Json, Query};
use crate::problem::{FieldError, Problem};
use axum::extract::State;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rollcall_domain::attempt::Disposition;
use rollcall_ports::Tallied;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// How far it goes back at most.
const MOST_DAYS: u8 = 31;

/// How far to look back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Back {
    days: Option<u8>,
}

/// What has been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct History {
    /// Every hour of today, in the zone of the service, that has begun.
    calls_per_hour: Vec<HourOfCalls>,
    /// The earliest first; the last is today.
    outcomes_by_day: Vec<DayOfCalls>,
}

/// The calls that began in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CallsOfHour)]
pub(crate) struct HourOfCalls {
    /// Its first moment.
    hour: Timestamp,
    /// Calls.
    started: u64,
    /// Of these, how many ended with a key press.
    reached: u64,
}

/// How the calls ended that began on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CallsOfDay)]
pub(crate) struct DayOfCalls {
    /// The day, in the zone of the service.
    date: Date,
    /// They pressed 1.
    well: u64,
    /// They pressed 2.
    talk: u64,
    /// Nobody answered.
    no_answer: u64,
    /// The line was busy.
    busy: u64,
    /// Answered by somebody or a machine, and no key was pressed.
    unconfirmed: u64,
    /// The number does not exist.
    bad_number: u64,
    /// The network did not carry the call.
    network: u64,
}

/// What has been: today by the hour, and some days by the day.
#[utoipa::path(get, path = "/api/overview/history", tag = "overview",
    params(("days" = Option<u8>, Query, description = "Days, today included; 14 if absent.", minimum = 1, maximum = 31)),
    responses(
    (status = 200, description = "What has been, as of at most a minute ago.", body = History),
    (status = 422, description = "A number of days that is not possible.")))]
pub(crate) async fn history(
    State(board): State<Arc<Board>>,
    Query(back): Query<Back>,
) -> Result<Json<History>, Problem> {
    let days = back.days.unwrap_or(14);
    if !(1..=MOST_DAYS).contains(&days) {
        let found = days.to_string();
        return Err(Problem::invalid(vec![FieldError::new("days", found, "a number from 1 to 31")]));
    }
    Ok(Json(board.past(days).await?.as_ref().clone()))
}

impl History {
    /// From when until when calls are asked for.
    pub(super) fn span(zone: &TimeZone, now: Timestamp, days: u8) -> (Timestamp, Timestamp) {
        let today = zone.to_datetime(now).date();
        (start(zone, back(today, days.saturating_sub(1))), start(zone, today.saturating_add(1.day())))
    }

    pub(super) fn of(tallied: &[Tallied], zone: &TimeZone, now: Timestamp, days: u8) -> Self {
        let today = zone.to_datetime(now).date();
        let dates = (0..days).rev().map(|before| back(today, before));
        let (mut hour, mut calls_per_hour) = (start(zone, today), Vec::new());
        while hour <= now {
            calls_per_hour.push(HourOfCalls { hour, started: 0, reached: 0 });
            hour = hour.checked_add(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX);
        }
        let mut history = Self { calls_per_hour, outcomes_by_day: dates.map(DayOfCalls::on).collect() };
        for one in tallied {
            history.count(*one, zone.to_datetime(one.hour).date());
        }
        history
    }

    fn count(&mut self, Tallied { hour, disposition, dials }: Tallied, date: Date) {
        if matches!(disposition, Disposition::NotPlaced | Disposition::Open) {
            return;
        }
        let within = |one: &&mut HourOfCalls| {
            hour.duration_since(one.hour) < SignedDuration::from_hours(1) && hour >= one.hour
        };
        if let Some(of_hour) = self.calls_per_hour.iter_mut().find(within) {
            of_hour.started += dials;
            if matches!(disposition, Disposition::Well | Disposition::Talk) {
                of_hour.reached += dials;
            }
        }
        if let Some(of_day) = self.outcomes_by_day.iter_mut().find(|one| one.date == date)
            && let Some(count) = of_day.of(disposition)
        {
            *count += dials;
        }
    }
}

impl DayOfCalls {
    fn on(date: Date) -> Self {
        Self { date, well: 0, talk: 0, no_answer: 0, busy: 0, unconfirmed: 0, bad_number: 0, network: 0 }
    }

    fn of(&mut self, disposition: Disposition) -> Option<&mut u64> {
        Some(match disposition {
            Disposition::Well => &mut self.well,
            Disposition::Talk => &mut self.talk,
            Disposition::NoAnswer => &mut self.no_answer,
            Disposition::Busy => &mut self.busy,
            Disposition::Unconfirmed | Disposition::Machine => &mut self.unconfirmed,
            Disposition::BadNumber => &mut self.bad_number,
            Disposition::Network => &mut self.network,
            Disposition::Open | Disposition::NotPlaced => return None,
        })
    }
}

fn back(date: Date, days: u8) -> Date {
    date.saturating_sub(i32::from(days).days())
}

/// The first moment of a day.
fn start(zone: &TimeZone, date: Date) -> Timestamp {
    date.to_zoned(zone.clone()).map_or(Timestamp::MAX, |start| start.timestamp())
}

#[cfg(test)]
mod tests {
    use super::History;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use rollcall_domain::attempt::Disposition::{self, Busy, Machine, NotPlaced, Talk, Unconfirmed, Well};
    use rollcall_ports::Tallied;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn tallied(hour: &str, disposition: Disposition, dials: u64) -> Tallied {
        Tallied { hour: at(hour), disposition, dials }
    }

    /// The night in which clocks go back: Sunday 25 October 2026 has 25 hours in London.
    #[test]
    fn days_are_those_of_the_zone() {
        let london = TimeZone::get("Europe/London").unwrap();
        let now = at("2026-10-25T23:30:00Z");
        let (from, until) = History::span(&london, now, 2);
        assert_eq!((from, until), (at("2026-10-23T23:00:00Z"), at("2026-10-26T00:00:00Z")));
        let found = [
            tallied("2026-10-23T23:00:00Z", Well, 1),
            tallied("2026-10-24T22:00:00Z", Busy, 2),
            tallied("2026-10-24T23:00:00Z", Talk, 4),
            tallied("2026-10-24T23:00:00Z", NotPlaced, 100),
            tallied("2026-10-25T23:00:00Z", Machine, 8),
            tallied("2026-10-25T23:00:00Z", Unconfirmed, 16),
        ];
        let history = History::of(&found, &london, now, 2);
        assert_eq!(history.calls_per_hour.len(), 25);
        let hours = &history.calls_per_hour;
        assert_eq!((hours[0].hour, hours[0].started, hours[0].reached), (at("2026-10-24T23:00:00Z"), 4, 4));
        assert_eq!((hours[24].started, hours[24].reached), (24, 0));
        assert_eq!(hours.iter().map(|hour| hour.started).sum::<u64>(), 28, "of today only");
        let days = &history.outcomes_by_day;
        assert_eq!(
            days.iter().map(|day| day.date.to_string()).collect::<Vec<_>>(),
            ["2026-10-24", "2026-10-25"]
        );
        assert_eq!((days[0].well, days[0].busy, days[0].talk), (1, 2, 0));
        assert_eq!((days[1].talk, days[1].unconfirmed, days[1].well), (4, 24, 0));
    }
}
