//! Changing what the staff may change.
//!
//! Each change is for the version that was read, answered after the write, and
//! refused with what is wrong or, if somebody else wrote meanwhile, with 412.
//! A repeat of a change that was made changes nothing.

use super::Register;
use super::shown::Detail;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::{FieldError, Problem};
use crate::version::{IfMatch, Tagged, done};
use axum::extract::State;
use jiff::Timestamp;
use rollcall_domain::ids::PauseId;
use rollcall_domain::phone::Region;
use rollcall_domain::resident::Resident;
use rollcall_domain::staff::{Change, Changed, Correction, Refusal, apply};
use rollcall_ports::{Saved, Versioned};
use rollcall_roster::typed::{self, Unreadable};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use uuid::Uuid;

/// New values; what is absent stays as it is. They are read by the rules of the
/// columns of an upload.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ResidentCorrection)]
pub(crate) struct Corrected {
    #[schema(max_length = 100)]
    first_name: Option<String>,
    #[schema(max_length = 100)]
    last_name: Option<String>,
    /// As people write it; a new one ends the belief that the number is bad.
    number: Option<String>,
    /// IANA name; null or empty for the usual zone.
    #[serde(default, deserialize_with = "given")]
    timezone: Option<Option<String>>,
    /// Language tag; null or empty for the usual language.
    #[serde(default, deserialize_with = "given")]
    language: Option<Option<String>>,
    /// For the agent; null or empty for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(max_length = 2000)]
    notes: Option<Option<String>>,
}

/// Tells a null from an absent field.
fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}

impl Corrected {
    fn read(self, region: Region) -> Result<Correction, Problem> {
        let mut errors = Vec::new();
        let optional = |typed: Option<Option<String>>| typed.map(Option::unwrap_or_default);
        let correction = Correction {
            first_name: read("first_name", self.first_name, typed::name, &mut errors),
            last_name: read("last_name", self.last_name, typed::name, &mut errors),
            number: read("number", self.number, |text| typed::number(text, region), &mut errors),
            timezone: read("timezone", optional(self.timezone), typed::timezone, &mut errors),
            language: read("language", optional(self.language), typed::language, &mut errors),
            notes: read("notes", optional(self.notes), typed::notes, &mut errors),
        };
        if errors.is_empty() { Ok(correction) } else { Err(Problem::invalid(errors)) }
    }
}

/// Reads a field, if it was given; notes what is wrong with it, without its
/// value.
fn read<T>(
    field: &str,
    typed: Option<String>,
    by: impl Fn(&str) -> Result<T, Unreadable>,
    errors: &mut Vec<FieldError>,
) -> Option<T> {
    match by(&typed?) {
        Ok(value) => Some(value),
        Err(Unreadable { code: _, reason }) => {
            errors.push(FieldError::new(field, "", reason));
            None
        }
    }
}

/// Corrects what the upload said of somebody.
#[utoipa::path(patch, path = "/api/residents/{id}", tag = "residents", request_body = Corrected,
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The resident as changed.", body = Detail,
        headers(("etag" = String, description = "The version now."))),
    (status = 422, description = "Values that are not possible.")))]
pub(crate) async fn correct(
    State(register): State<Register>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(body): Json<Corrected>,
) -> Result<Tagged<Json<Detail>>, Problem> {
    let correction = body.read(register.policy.region)?;
    register.change(&caller, (id, version), &Change::Correct(correction)).await
}

/// Whether somebody is called, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enabled {
    enabled: bool,
    #[schema(min_length = 1, max_length = 300, pattern = r"\S")]
    reason: String,
}

/// Switches somebody on or off.
#[utoipa::path(put, path = "/api/residents/{id}/enabled", tag = "residents", request_body = Enabled,
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The resident as changed.", body = Detail,
        headers(("etag" = String, description = "The version now."))),
    (status = 422, description = "Values that are not possible.")))]
pub(crate) async fn enabled(
    State(register): State<Register>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(Enabled { enabled, reason }): Json<Enabled>,
) -> Result<Tagged<Json<Detail>>, Problem> {
    register.change(&caller, (id, version), &Change::Switch { enabled, reason }).await
}

/// A stop with dates.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPause {
    /// First moment of the pause.
    from: Timestamp,
    /// First moment after it.
    until: Timestamp,
    #[schema(min_length = 1, max_length = 300, pattern = r"\S")]
    reason: String,
}

/// Has somebody left alone between two moments.
#[utoipa::path(post, path = "/api/residents/{id}/pauses", tag = "residents", request_body = NewPause,
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The resident as changed.", body = Detail,
        headers(("etag" = String, description = "The version now."))),
    (status = 422, description = "Values that are not possible.")))]
pub(crate) async fn pause(
    State(register): State<Register>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(NewPause { from, until, reason }): Json<NewPause>,
) -> Result<Tagged<Json<Detail>>, Problem> {
    register.change(&caller, (id, version), &Change::Pause { from, until, reason }).await
}

/// Ends a pause that holds, or takes off one that has not begun.
#[utoipa::path(delete, path = "/api/residents/{id}/pauses/{pause_id}", tag = "residents",
    params(("id" = Uuid, Path), ("pause_id" = Uuid, Path),
        ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The resident as changed.", body = Detail,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "The pause is over.")))]
pub(crate) async fn end_pause(
    State(register): State<Register>,
    caller: Caller,
    Path((id, pause)): Path<(Uuid, Uuid)>,
    version: IfMatch,
) -> Result<Tagged<Json<Detail>>, Problem> {
    register.change(&caller, (id, version), &Change::EndPause(PauseId::from_uuid(pause))).await
}

/// Something to be remembered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNote {
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    text: String,
}

/// How often a note is tried if somebody else writes at the same moment.
const TRIES: u32 = 5;

/// Notes something about somebody, whatever else is changed meanwhile.
#[utoipa::path(post, path = "/api/residents/{id}/notes", tag = "residents", request_body = NewNote,
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "The resident as changed.", body = Detail,
        headers(("etag" = String, description = "The version now."))),
    (status = 422, description = "Values that are not possible.")))]
pub(crate) async fn note(
    State(register): State<Register>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(NewNote { text }): Json<NewNote>,
) -> Result<Tagged<Json<Detail>>, Problem> {
    let written = register.add_note(&caller, id, text).await?;
    register.detail(written).await
}

impl Register {
    /// Adds a note, whatever else is changed meanwhile.
    pub(crate) async fn add_note(
        &self,
        caller: &Caller,
        id: Uuid,
        text: String,
    ) -> Result<Versioned<Resident>, Problem> {
        let change = Change::Note(text);
        for _ in 0..TRIES {
            let stored = self.resident(id).await?;
            if let Some(written) = self.write_change(caller, stored, &change).await? {
                return Ok(written);
            }
        }
        Err(Problem::changed())
    }

    /// Makes a change of the version that was read.
    async fn change(
        &self,
        caller: &Caller,
        (id, version): (Uuid, IfMatch),
        change: &Change,
    ) -> Result<Tagged<Json<Detail>>, Problem> {
        let stored = self.resident(id).await?;
        version.check(stored.version)?;
        let written = self.write_change(caller, stored, change).await?;
        self.detail(written.ok_or_else(Problem::changed)?).await
    }

    /// The resident after the change; `None` if somebody else wrote first.
    async fn write_change(
        &self,
        caller: &Caller,
        stored: Versioned<Resident>,
        change: &Change,
    ) -> Result<Option<Versioned<Resident>>, Problem> {
        let by = (caller.name.as_str(), self.clock.now());
        let changed = apply(&stored.value, change, by, &self.policy).map_err(refused)?;
        let Some(Changed { resident, schedule, deed }) = changed else { return Ok(Some(stored)) };
        let at = (stored.value.id, stored.version);
        self.changing(caller, at, deed.clone()).await?;
        let written = Versioned { value: resident, version: stored.version };
        match self.residents.save(&written, schedule).await? {
            Saved::Changed => {
                self.unchanged(caller, at, &deed).await?;
                Ok(None)
            }
            saved @ Saved::Done(_) => Ok(Some(Versioned { value: written.value, version: done(saved)? })),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    let field = match refusal {
        Refusal::NameMissing => "last_name",
        Refusal::ReasonMissing | Refusal::ReasonTooLong => "reason",
        Refusal::PauseBackwards => "until",
        Refusal::NoteEmpty | Refusal::NoteTooLong => "text",
        Refusal::PauseOver => return Problem::conflict("The pause is over already."),
        Refusal::TooManyPauses | Refusal::TooManyNotes => return Problem::conflict(refusal.to_string()),
        Refusal::PauseUnknown => return Problem::not_found("There is no such pause."),
    };
    Problem::invalid(vec![FieldError::new(field, "", refusal.to_string())])
}
