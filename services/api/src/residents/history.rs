//! What became of the calls to one person, and of their days.
#![expect(unused_qualifications, reason = "in what utoipa makes of parameters of two kinds")]

use super::Register;
use super::shown::seconds;
use crate::auth::Caller;
use crate::extract::{Json, Path, Query};
use crate::paging::{Page, Paging, seal};
use crate::problem::{FieldError, Problem};
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_domain::attempt::{Attempt, Disposition, Key};
use rollcall_domain::resident::Resident;
use rollcall_ports::CheckResult;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// One dial.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Dial {
    id: Uuid,
    begun_at: Timestamp,
    disposition: Outcome,
    /// The key that was pressed.
    pressed: Option<Pressed>,
    ended_at: Option<Timestamp>,
    /// How long the phone rang, where it was answered.
    ring_seconds: Option<u32>,
    /// The contact in Connect.
    contact_id: Option<String>,
}

/// What became of a dial.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Not known yet.
    Open,
    /// They pressed 1.
    Well,
    /// They pressed 2.
    Talk,
    /// Answered, but no key was pressed.
    Unconfirmed,
    /// A machine answered.
    Machine,
    Busy,
    NoAnswer,
    /// The network did not carry the call.
    Network,
    /// The number does not exist.
    BadNumber,
    /// Was no call: throttled, refused or without evidence.
    NotPlaced,
}

/// A key.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Pressed {
    /// 1.
    Well,
    /// 2.
    Talk,
}

/// The dials to somebody, the latest first.
#[utoipa::path(get, path = "/api/residents/{id}/attempts", tag = "residents",
    params(Paging, ("id" = Uuid, Path)), responses(
    (status = 200, description = "A page of the dials.", body = Page<Dial>)))]
pub(crate) async fn attempts(
    State(register): State<Register>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Dial>>, Problem> {
    let list = format!("dials to {id}");
    let (from, size) = (paging.cursor(&list)?, paging.size()?);
    let resident = register.resident(id).await?.value.id;
    register.deeds.viewed(&caller, resident).await?;
    let (found, next) = register.attempts.of_resident(resident, from.as_ref(), size).await?;
    let next_cursor = next.map(|cursor| seal(&list, &cursor));
    Ok(Json(Page { items: found.iter().map(dial).collect(), next_cursor }))
}

fn dial(attempt: &Attempt) -> Dial {
    let facts = &attempt.facts;
    Dial {
        id: *attempt.id.as_uuid(),
        begun_at: attempt.begun_at,
        disposition: match attempt.disposition() {
            Disposition::Open => Outcome::Open,
            Disposition::Well => Outcome::Well,
            Disposition::Talk => Outcome::Talk,
            Disposition::Unconfirmed => Outcome::Unconfirmed,
            Disposition::Machine => Outcome::Machine,
            Disposition::Busy => Outcome::Busy,
            Disposition::NoAnswer => Outcome::NoAnswer,
            Disposition::Network => Outcome::Network,
            Disposition::BadNumber => Outcome::BadNumber,
            Disposition::NotPlaced => Outcome::NotPlaced,
        },
        pressed: facts.press.map(|press| match press.key {
            Key::Well => Pressed::Well,
            Key::Talk => Pressed::Talk,
        }),
        ended_at: facts.end.map(|end| end.at),
        ring_seconds: facts.answered_at.map(|answered| seconds(attempt.dialed_at(), answered)),
        contact_id: facts.contact.as_ref().map(|contact| contact.as_str().to_owned()),
    }
}

/// Days that may be looked back on: as long as results are kept everywhere.
const MOST_DAYS: u32 = 366;
const USUAL_DAYS: u32 = 30;

/// How many days.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Days {
    /// Up to today.
    #[param(minimum = 1, maximum = 366, default = 30)]
    days: Option<u32>,
}

/// One day of somebody, in their own zone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResidentDay)]
pub(crate) struct Day {
    #[schema(value_type = String, format = Date)]
    date: Date,
    result: DayResult,
}

/// How a day ended.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DayResult {
    /// Pressed 1.
    Well,
    /// Pressed 2.
    WantsToTalk,
    /// An agent spoke to them.
    SpokenTo,
    /// Not reached; somebody was told.
    Escalated,
    /// Nothing else is known, and a pause held.
    Paused,
    /// Nothing is known.
    None,
}

/// How the last days of somebody ended, the oldest first.
#[utoipa::path(get, path = "/api/residents/{id}/days", tag = "residents",
    params(Days, ("id" = Uuid, Path)), responses(
    (status = 200, description = "One entry a day.", body = [Day]),
    (status = 422, description = "Values that are not possible.")))]
pub(crate) async fn days(
    State(register): State<Register>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(Days { days }): Query<Days>,
) -> Result<Json<Vec<Day>>, Problem> {
    let days = days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        let expected = format!("1 to {MOST_DAYS}");
        return Err(Problem::invalid(vec![FieldError::new("days", days.to_string(), expected)]));
    }
    let resident = register.resident(id).await?.value;
    register.deeds.viewed(&caller, resident.id).await?;
    let last = register.policy.hours(&resident).date(register.clock.now());
    let back = jiff::Span::new().days(i64::from(days) - 1);
    // Past the first day of the calendar there is nothing.
    let first = last.checked_sub(back).unwrap_or(Date::MIN);
    let mut known: BTreeMap<Date, CheckResult> =
        register.checks.of(resident.id, first, last).await?.into_iter().collect();
    register.take_back_talks(&resident, &mut known).await?;
    let zone = register.policy.zone(&resident);
    let day = |date: Date| {
        let result = known.get(&date).copied();
        Day { date, result: result.map_or_else(|| without_result(&resident, date, &zone), shown) }
    };
    Ok(Json(first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last).map(day).collect()))
}

fn shown(result: CheckResult) -> DayResult {
    match result {
        CheckResult::Escalated => DayResult::Escalated,
        CheckResult::Well => DayResult::Well,
        CheckResult::WantsToTalk => DayResult::WantsToTalk,
        CheckResult::SpokenTo => DayResult::SpokenTo,
    }
}

/// A day on which nothing was heard: whether a pause held on a part of it.
fn without_result(resident: &Resident, date: Date, zone: &jiff::tz::TimeZone) -> DayResult {
    let start = |date: Date| date.to_zoned(zone.clone()).map(|at| at.timestamp()).ok();
    let (Some(from), Some(until)) = (start(date), date.tomorrow().ok().and_then(start)) else {
        return DayResult::None;
    };
    let paused = resident.pauses.iter().any(|pause| pause.from < until && from < pause.until);
    if paused { DayResult::Paused } else { DayResult::None }
}
