//! Who stood where at the end of a day.

use super::Ledgers;
use crate::auth::Caller;
use crate::extract::{Json, Path, Query};
use crate::paging::{Page, Paging, seal};
use crate::problem::Problem;
use crate::residents::shown::State as Ended;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use rollcall_domain::day::{DayAccount, DayRecord};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::DayState;
use rollcall_ports::{Cursor, PartOf};
use rollcall_roster::{Delimiter, csv_line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The list, as cursors name it.
const LIST: &str = "ledger";

/// Who is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    state: Ended,
    cursor: Option<String>,
    size: Option<u32>,
}

/// Somebody, and where they stood at the end of a day.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct DayPerson {
    /// Who.
    id: Uuid,
    state: Ended,
    /// Whether they are on the register by now. Of anybody else no name is kept.
    registered: bool,
    /// Given name.
    first_name: String,
    /// Family name.
    last_name: String,
    /// The uploader's own key for them.
    reference: Option<String>,
}

/// Those who stood in one state at the end of a day.
#[utoipa::path(get, path = "/api/ledger/{date}/residents", operation_id = "ledger_residents", tag = "ledger", params(
    ("date" = Date, Path), ("state" = Ended, Query, description = "Where they stood."), Paging), responses(
    (status = 200, description = "The people.", body = Page<DayPerson>),
    (status = 404, description = "There is no account of that day.")))]
pub(crate) async fn residents(
    State(ledgers): State<Ledgers>,
    Path(day): Path<Date>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<DayPerson>>, Problem> {
    let paging = Paging { cursor: asked.cursor, size: asked.size };
    let size = usize::try_from(paging.size()?).unwrap_or(usize::MAX);
    let list = format!("{LIST} {day} {:?}", asked.state);
    let from = paging.cursor(&list)?.map_or(Ok((0, 0)), |cursor| place(&cursor))?;
    let closed = ledgers.closed(day).await?;
    let (found, next) = ledgers.some(&closed, asked.state, (from, size)).await?;
    let items = ledgers.named(&found).await?;
    let next_cursor = next.map(|(part, nth)| seal(&list, &Cursor(format!("{part} {nth}"))));
    Ok(Json(Page { items, next_cursor }))
}

/// Everybody and where they stood at the end of a day, as CSV: what the lists on the screen show, in the order of the
/// account. Text that a spreadsheet would take for a formula has an apostrophe in front.
#[utoipa::path(get, path = "/api/ledger/{date}/export", operation_id = "ledger_export", tag = "ledger", params(("date" = Date, Path)), responses(
    (status = 200, description = "The file.", body = String, content_type = "text/csv"),
    (status = 404, description = "There is no account of that day.")))]
pub(crate) async fn export(
    State(ledgers): State<Ledgers>,
    caller: Caller,
    Path(day): Path<Date>,
) -> Result<Response, Problem> {
    let closed = ledgers.closed(day).await?;
    ledgers.deeds.note(&caller, "resident.export", None, format!("the account of {day}")).await?;
    let mut text = String::from("\u{feff}");
    let columns = ["First name", "Last name", "At the end of the day", "Reference", "Id"];
    text.push_str(&csv_line(Delimiter::Comma, columns));
    let mut everybody = ledgers.everybody(&closed).await?;
    everybody.sort_by_key(|(_, state)| *state);
    for some in everybody.chunks(PART) {
        for (one, (_, state)) in ledgers.named(some).await?.iter().zip(some) {
            let id = one.id.to_string();
            let (first, last) = if one.registered {
                (one.first_name.as_str(), one.last_name.as_str())
            } else {
                ("", "No longer on the register")
            };
            let reference = one.reference.as_deref().unwrap_or_default();
            text.push_str(&csv_line(Delimiter::Comma, [first, last, words(*state), reference, &id]));
        }
    }
    let name = format!("attachment; filename=\"ledger-{day}.csv\"");
    let headers =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}

/// People of whom names are asked at a time.
const PART: usize = 500;

/// A part, and a person of it.
type Place = (u32, usize);

/// Some people, and where the rest starts.
type Part = (Vec<(ResidentId, DayState)>, Option<Place>);

fn place(cursor: &Cursor) -> Result<Place, Problem> {
    let read = || {
        let (part, nth) = cursor.0.split_once(' ')?;
        Option::zip(part.parse().ok(), nth.parse().ok())
    };
    read().ok_or_else(Problem::internal)
}

impl Ledgers {
    /// Everybody, in the order of the parts.
    async fn everybody(
        &self,
        (record, account): &(DayRecord, DayAccount),
    ) -> Result<Vec<(ResidentId, DayState)>, Problem> {
        let mut everybody = Vec::new();
        for part in 0..account.parts {
            everybody.extend(self.people_of(record, part).await?);
        }
        Ok(everybody)
    }

    async fn people_of(&self, record: &DayRecord, part: u32) -> Result<Vec<(ResidentId, DayState)>, Problem> {
        let of = PartOf { day: record.day, taking: record.taking, part };
        // A part that is missing was found to be when the account was checked.
        Ok(self.days.part(of).await?.map(|part| part.people).unwrap_or_default())
    }

    async fn some(
        &self,
        (record, account): &(DayRecord, DayAccount),
        state: Ended,
        ((mut part, mut nth), most): (Place, usize),
    ) -> Result<Part, Problem> {
        let mut found = Vec::new();
        while part < account.parts {
            let people = self.people_of(record, part).await?;
            for (index, one) in people.iter().enumerate().skip(nth) {
                if Ended::from(one.1) != state {
                    continue;
                }
                if found.len() == most {
                    return Ok((found, Some((part, index))));
                }
                found.push(*one);
            }
            (part, nth) = (part + 1, 0);
        }
        Ok((found, None))
    }

    async fn named(&self, people: &[(ResidentId, DayState)]) -> Result<Vec<DayPerson>, Problem> {
        let ids: Vec<ResidentId> = people.iter().map(|(id, _)| *id).collect();
        let known = self.residents.get_each(&ids).await?;
        let shown = people.iter().zip(known).map(|((id, state), known)| {
            let profile = known.map(|known| known.value.profile);
            DayPerson {
                id: *id.as_uuid(),
                state: (*state).into(),
                registered: profile.is_some(),
                first_name: profile.as_ref().map(|one| one.first_name.clone()).unwrap_or_default(),
                last_name: profile.as_ref().map(|one| one.last_name.clone()).unwrap_or_default(),
                reference: profile.and_then(|one| one.reference),
            }
        });
        Ok(shown.collect())
    }
}

/// In the words of the screen.
fn words(state: DayState) -> &'static str {
    match state {
        DayState::Well => "Well",
        DayState::CallbackOpen => "Wanted to talk",
        DayState::SpokenTo => "Spoken to",
        DayState::Trying => "Missed",
        DayState::Escalated => "Not reached",
        DayState::Paused => "Paused",
        DayState::Excluded => "Not called",
        DayState::NotDue => "Not due",
    }
}
