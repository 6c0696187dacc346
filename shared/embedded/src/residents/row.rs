//! A resident as a row.

use crate::db::DbError;
use crate::values::{count, from_json, int, json, maybe_time, nanos, time_at, uuid};
use rollcall_domain::calendar::DailyWindow;
use rollcall_domain::duty::{Raised, Schedule};
use rollcall_domain::ids::{BatchId, CallbackId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::record::{Pause, StaffNote, Switched};
use rollcall_domain::resident::{Claim, Keyholder, Mark, Profile, Reached, Resident, Risk};
use rollcall_domain::suppression::{Suppressed, Suppression};
use rollcall_ports::Versioned;
use rusqlite::{CachedStatement, Connection, Row, ToSql};
use serde::{Deserialize, Serialize};

/// A query for the columns that [`read`] takes, then place and `next_due`; the
/// table goes by the name `r`.
macro_rules! select {
    ($from:literal) => {
        concat!(
            "SELECT r.id, r.number, r.version, r.first_name, r.last_name, r.reference, r.timezone, r.language,
                r.hours, r.notes, r.consent, r.batch, r.batch_line, r.registered_at, r.enabled, r.suppressed,
                r.number_bad_since, r.state, r.seq, r.next_due FROM ",
            $from
        )
    };
}
pub(super) use select;

const INSERT: &str = "INSERT INTO residents (seq, id, number, version, first_name, last_name, reference,
    timezone, language, hours, notes, consent, batch, batch_line, registered_at, enabled, suppressed,
    number_bad_since, state, next_due, review_at)
    VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";

/// The update of a row, with or without the indexed columns: naming one rewrites
/// its index even if the value stays, two pages somewhere in a large index for
/// nothing.
macro_rules! update {
    ($schedule:literal) => {
        concat!(
            "UPDATE residents SET number = ?3, version = version + 1, first_name = ?4, last_name = ?5,
                reference = ?6, timezone = ?7, language = ?8, hours = ?9, notes = ?10, consent = ?11,
                batch = ?12, batch_line = ?13, registered_at = ?14, enabled = ?15, suppressed = ?16,
                number_bad_since = ?17, state = ?18",
            $schedule,
            " WHERE seq = ?1 AND id = ?2"
        )
    };
}

/// What most residents have nothing of.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct State {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pauses: Vec<Pause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    switched: Option<Switched>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_changes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrections: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    staff_notes: Vec<StaffNote>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marks: Vec<Mark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<Reached>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<Claim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<Suppressed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<CallbackId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalation: Option<Raised>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keyholders: Vec<Keyholder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<Risk>,
}

/// The statement that [`insert`] takes, for many residents.
pub(super) fn inserting(connection: &Connection) -> Result<CachedStatement<'_>, DbError> {
    Ok(connection.prepare_cached(INSERT)?)
}

/// Stores a new resident at `seq`.
pub(super) fn insert(
    statement: &mut CachedStatement<'_>,
    seq: i64,
    resident: &Resident,
    schedule: Schedule,
) -> Result<(), DbError> {
    bind(statement, seq, resident)?;
    statement.raw_bind_parameter(19, schedule.next_due.map(nanos))?;
    statement.raw_bind_parameter(20, schedule.review_at.map(nanos))?;
    statement.raw_execute()?;
    Ok(())
}

/// Overwrites the resident at `seq`, whose schedule was `former`, and raises
/// the version.
pub(super) fn update(
    connection: &Connection,
    seq: i64,
    resident: &Resident,
    (former, schedule): (Schedule, Schedule),
) -> Result<(), DbError> {
    let due = (schedule.next_due != former.next_due).then(|| schedule.next_due.map(nanos));
    let review = (schedule.review_at != former.review_at).then(|| schedule.review_at.map(nanos));
    let mut statement = connection.prepare_cached(match (due, review) {
        (None, None) => update!(""),
        (Some(_), None) => update!(", next_due = ?19"),
        (None, Some(_)) => update!(", review_at = ?19"),
        (Some(_), Some(_)) => update!(", next_due = ?19, review_at = ?20"),
    })?;
    bind(&mut statement, seq, resident)?;
    for (index, value) in (19..).zip([due, review].into_iter().flatten()) {
        statement.raw_bind_parameter(index, value)?;
    }
    statement.raw_execute()?;
    Ok(())
}

/// The parameters that all statements share.
fn bind(statement: &mut CachedStatement<'_>, seq: i64, resident: &Resident) -> Result<(), DbError> {
    let profile = &resident.profile;
    let hours = profile.window.map(|window| json(&window, "window")).transpose()?;
    let state = state(resident)?;
    let values: [&dyn ToSql; 18] = [
        &seq,
        resident.id.as_uuid().as_bytes(),
        &digits(profile.number),
        &profile.first_name,
        &profile.last_name,
        &profile.reference,
        &profile.timezone,
        &profile.language,
        &hours,
        &profile.notes,
        &profile.consent,
        resident.batch.as_uuid().as_bytes(),
        &int(resident.batch_line),
        &nanos(resident.registered_at),
        &resident.enabled,
        &resident.suppressed.holds(),
        &resident.number_bad_since.map(nanos),
        &state,
    ];
    for (index, value) in (1..).zip(values) {
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

fn state(resident: &Resident) -> Result<Option<String>, DbError> {
    let state = State {
        pauses: resident.pauses.clone(),
        switched: resident.switched.clone(),
        number_changes: (resident.number_changes > 0).then_some(resident.number_changes),
        corrections: (resident.corrections > 0).then_some(resident.corrections),
        staff_notes: resident.staff_notes.clone(),
        marks: resident.marks.clone(),
        reached: resident.reached,
        claim: resident.claim,
        suppression: resident.suppressed.holds().then(|| resident.suppressed.clone()),
        callback: resident.callback,
        escalation: resident.escalation.clone(),
        keyholders: resident.keyholders.clone(),
        risk: resident.risk,
    };
    if state == State::default() {
        return Ok(None);
    }
    json(&state, "resident").map(Some)
}

/// Reads the columns of [`select`].
pub(super) fn read(row: &Row<'_>) -> Result<Versioned<Resident>, DbError> {
    let state = match row.get_ref(17)? {
        rusqlite::types::ValueRef::Null => State::default(),
        _ => from_json(row, 17, "resident")?,
    };
    let resident = Resident {
        id: ResidentId::from_uuid(uuid(row, 0)?),
        profile: Profile { keyholders: state.keyholders, risk: state.risk, ..profile(row)? },
        batch: BatchId::from_uuid(uuid(row, 11)?),
        batch_line: count(row, 12)?,
        registered_at: time_at(row, 13)?,
        enabled: row.get(14)?,
        switched: state.switched,
        suppressed: suppressed(row, state.suppression)?,
        number_bad_since: maybe_time(row, 16)?,
        number_changes: state.number_changes.unwrap_or(0),
        corrections: state.corrections.unwrap_or(0),
        pauses: state.pauses,
        staff_notes: state.staff_notes,
        marks: state.marks,
        reached: state.reached,
        claim: state.claim,
        callback: state.callback,
        escalation: state.escalation,
    };
    Ok(Versioned { value: resident, version: count(row, 2)? })
}

/// What stands; of those who were stored before anybody was asked who and why,
/// only that something does.
fn suppressed(row: &Row<'_>, told: Option<Suppressed>) -> Result<Suppressed, DbError> {
    let holds: bool = row.get(15)?;
    Ok(match (holds, told) {
        (false, _) => Suppressed::default(),
        (true, Some(told)) => told,
        (true, None) => Suppression::untold().into(),
    })
}

fn profile(row: &Row<'_>) -> Result<Profile, DbError> {
    let window: Option<DailyWindow> = match row.get_ref(8)? {
        rusqlite::types::ValueRef::Null => None,
        _ => Some(from_json(row, 8, "window")?),
    };
    let number: i64 = row.get(1)?;
    Ok(Profile {
        reference: row.get(5)?,
        first_name: row.get(3)?,
        last_name: row.get(4)?,
        number: PhoneNumber::from_e164(&format!("+{number}"))
            .map_err(|_| DbError::Unreadable("phone number"))?,
        timezone: row.get(6)?,
        language: row.get(7)?,
        window,
        notes: row.get(9)?,
        consent: row.get(10)?,
        // In the state, since few have them.
        keyholders: Vec::new(),
        risk: None,
    })
}

/// A phone number as one integer.
pub(crate) fn digits(number: PhoneNumber) -> i64 {
    // A plus sign and at most 15 digits, so this cannot fail.
    number.e164().trim_start_matches('+').parse().unwrap_or(0)
}
