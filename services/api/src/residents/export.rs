//! A search as a file for a spreadsheet.

use super::Register;
use super::search::{Asked, Query};
use super::shown::{State as Day, Summary};
use crate::auth::Caller;
use crate::extract::Json;
use crate::problem::{FieldError, Problem};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rollcall_ports::{Cursor, Fault};
use rollcall_roster::{Delimiter, csv_line};

/// People of one part of the file, all of which are in memory at once.
const PART: u32 = 5_000;

/// Everybody whom a search finds, as CSV: what the list on the screen shows, in
/// the same order; what one column has of two things there is two here. Text that a spreadsheet would take for a formula
/// has an apostrophe in front. `cursor` and `size` are not looked at.
#[utoipa::path(post, path = "/api/residents/export", tag = "residents", request_body = Query, responses(
    (status = 200, description = "The file.", body = String, content_type = "text/csv"),
    (status = 422, description = "Values that are not possible, or too many people to be put into this order.")))]
pub(crate) async fn export(
    State(register): State<Register>,
    caller: Caller,
    Json(query): Json<Query>,
) -> Result<Response, Problem> {
    let zone = query.timezone.clone().unwrap_or_else(|| register.policy.timezone.clone());
    let Ok(zone) = TimeZone::get(&zone) else {
        let expected = "an IANA name such as Europe/London";
        return Err(Problem::invalid(vec![FieldError::new("timezone", "", expected)]));
    };
    let asked = query.asked()?;
    register.exported(&caller, "a list of residents").await?;
    // Before the answer begins: from then on nothing can be refused.
    let (listed, next) = register.look(&asked, None, PART).await?;
    let mut text = String::from("\u{feff}");
    let columns = columns(&zone);
    text.push_str(&csv_line(Delimiter::Comma, columns.iter().map(String::as_str)));
    for one in &listed {
        row(&mut text, &register.summary(one), &zone);
    }
    let rest = Rest { register, asked, zone, next };
    let rest = stream::try_unfold(rest, Rest::part);
    let first = stream::once(async move { Ok::<_, Interrupted>(text) });
    let body = Body::from_stream(stream::StreamExt::chain(first, rest));
    let name = "attachment; filename=\"residents.csv\"";
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, name)], body)
        .into_response())
}

/// The store failed in the middle of a file: whoever reads it sees that it is
/// cut off.
#[derive(Debug, thiserror::Error)]
#[error("the file was interrupted")]
struct Interrupted;

impl From<Fault> for Interrupted {
    fn from(_: Fault) -> Self {
        Self
    }
}

/// What is still to be written.
struct Rest {
    register: Register,
    asked: Asked,
    zone: TimeZone,
    next: Option<Cursor>,
}

impl Rest {
    async fn part(self) -> Result<Option<(String, Self)>, Interrupted> {
        let Some(from) = &self.next else { return Ok(None) };
        let answer = self.register.look(&self.asked, Some(from), PART).await;
        let (listed, next) = answer.map_err(|_| Interrupted)?;
        let mut text = String::new();
        for one in &listed {
            row(&mut text, &self.register.summary(one), &self.zone);
        }
        Ok(Some((text, Self { next, ..self })))
    }
}

fn columns(zone: &TimeZone) -> Vec<String> {
    let zone = zone.iana_name().unwrap_or("UTC");
    let at = |what: &str| format!("{what} ({zone})");
    vec![
        "First name".to_owned(),
        "Last name".to_owned(),
        "Today".to_owned(),
        at("Paused until"),
        "Number".to_owned(),
        "Number does not exist".to_owned(),
        "Reference".to_owned(),
        at("Next call"),
        "Calls in 24 hours".to_owned(),
        at("Last heard of"),
        at("Registered"),
    ]
}

fn row(text: &mut String, one: &Summary, zone: &TimeZone) {
    let time = |at: Option<Timestamp>| {
        at.map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
    };
    let attempts = one.attempts_24h.to_string();
    let times = [one.next_due_at, one.last_reached_at, one.paused_until, Some(one.registered_at)].map(time);
    let [next_due, last_reached, paused, registered] = &times;
    text.push_str(&csv_line(
        Delimiter::Comma,
        [
            one.first_name.as_str(),
            &one.last_name,
            state(one.state),
            paused,
            &one.number,
            if one.number_bad { "yes" } else { "" },
            one.reference.as_deref().unwrap_or_default(),
            next_due,
            &attempts,
            last_reached,
            registered,
        ],
    ));
}

/// In the words of the list on the screen.
fn state(state: Day) -> &'static str {
    match state {
        Day::Well => "Well",
        Day::CallbackOpen => "Wants to talk",
        Day::SpokenTo => "Spoken to",
        Day::Trying => "Being called",
        Day::Escalated => "Not reached",
        Day::Paused => "Paused",
        Day::Excluded => "Not called",
        Day::NotDue => "Not due",
    }
}
