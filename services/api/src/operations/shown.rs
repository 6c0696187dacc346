//! Letters as they are shown.

use super::wanted::Standing;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rollcall_contracts::letters::{expected, label, schema};
use rollcall_domain::letter::{Content, Event, LetterState, What, cause_of};
use rollcall_ports::{LetterGroup, Versioned};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A message that was set aside, without its content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Letter {
    /// Its id.
    id: Uuid,
    /// The queue or stream it came from.
    source: String,
    /// The id of the message there.
    message_id: String,
    /// What kind of message it is, as far as anybody can tell.
    kind: String,
    /// Its version, where messages of the kind have one.
    kind_version: Option<u32>,
    /// The trace that it is part of.
    trace_id: Option<String>,
    /// The reason without the numbers in it: what letters are grouped by.
    cause: String,
    /// Why it was set aside the last time.
    reason: String,
    /// The handler that set it aside.
    handler: String,
    /// Where it stands.
    state: Standing,
    /// When it was set aside the first time.
    first_parked_at: Timestamp,
    /// When it was set aside the last time.
    parked_at: Timestamp,
    /// How often it had been received then.
    receives: u32,
    /// How often it was replayed.
    replays: u32,
    /// How often it was edited.
    edits: u32,
    /// How large it is.
    bytes: u64,
    /// Its version, for If-Match.
    version: u64,
}

impl From<&Versioned<rollcall_domain::letter::Letter>> for Letter {
    fn from(Versioned { value: letter, version }: &Versioned<rollcall_domain::letter::Letter>) -> Self {
        let label = label(letter.body.as_bytes());
        let edits = letter.history.iter().filter(|event| matches!(event.what, What::Edited { .. })).count();
        Self {
            id: *letter.id.as_uuid(),
            source: letter.source.clone(),
            message_id: letter.message_id.clone(),
            kind: letter.kind.clone(),
            kind_version: label.version,
            trace_id: label.trace,
            cause: cause_of(&letter.reason),
            reason: letter.reason.clone(),
            handler: letter.handler.clone(),
            state: letter.state.into(),
            first_parked_at: letter.first_parked_at,
            parked_at: letter.parked_at,
            receives: letter.receives,
            replays: letter.round,
            edits: u32::try_from(edits).unwrap_or(u32::MAX),
            bytes: letter.body.as_bytes().len() as u64,
            version: *version,
        }
    }
}

impl From<LetterState> for Standing {
    fn from(state: LetterState) -> Self {
        match state {
            LetterState::Open => Self::Open,
            LetterState::Replaying => Self::Replaying,
            LetterState::Applied => Self::Applied,
            LetterState::Discarded => Self::Discarded,
        }
    }
}

/// A message that was set aside, with what became of it, without its content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LetterDetail {
    #[serde(flatten)]
    letter: Letter,
    /// What a message of this queue looks like, as JSON Schema; null for
    /// messages that are not Rollcall's own.
    schema: Option<serde_json::Value>,
    /// Whether it can be edited now.
    editable: bool,
    /// Whether it can be replayed now.
    replayable: bool,
    /// Whether it can be discarded now.
    discardable: bool,
    /// What became of it, the oldest first.
    history: Vec<LetterEvent>,
}

impl From<&Versioned<rollcall_domain::letter::Letter>> for LetterDetail {
    fn from(stored: &Versioned<rollcall_domain::letter::Letter>) -> Self {
        let letter = &stored.value;
        let is_open = letter.state == LetterState::Open;
        Self {
            letter: stored.into(),
            schema: schema(expected(&letter.source).unwrap_or(&letter.kind)),
            editable: is_open,
            replayable: !letter.state.is_ended(),
            discardable: is_open,
            history: letter.history.iter().map(LetterEvent::from).collect(),
        }
    }
}

/// Something that became of a letter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LetterEvent {
    /// When.
    at: Timestamp,
    /// What: parked, edited, replayed, sent, applied or discarded.
    what: &'static str,
    /// Who, where it was a person.
    by: Option<String>,
    /// Why: of parked what the handler said, else what the person said.
    reason: Option<String>,
    /// The handler, of parked.
    handler: Option<String>,
    /// How often it had been received, of parked.
    receives: Option<u32>,
    /// The replay of many that it was part of.
    job_id: Option<Uuid>,
}

impl From<&Event> for LetterEvent {
    fn from(event: &Event) -> Self {
        let (at, what) = (event.at, event.what.word());
        let plain = Self { at, what, by: None, reason: None, handler: None, receives: None, job_id: None };
        match event.what.clone() {
            What::Parked { reason, handler, receives } => {
                Self { reason: Some(reason), handler: Some(handler), receives: Some(receives), ..plain }
            }
            What::Edited { by, reason, former: _ } => Self { by: Some(by), reason: Some(reason), ..plain },
            What::Discarded { by, reason, job } => {
                let job_id = job.map(|job| *job.as_uuid());
                Self { by: Some(by), reason: Some(reason), job_id, ..plain }
            }
            What::Replayed { by, job } => {
                Self { by: Some(by), job_id: job.map(|job| *job.as_uuid()), ..plain }
            }
            What::Sent | What::Applied => plain,
        }
    }
}

/// Letters of one cause.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LetterGroup)]
pub(crate) struct Group {
    /// The queue or stream they came from.
    source: String,
    /// Their cause: the reason without the numbers in it.
    cause: String,
    /// Their kind.
    kind: String,
    /// How many are not over.
    letters: u64,
    /// How many of these are being replayed.
    replaying: u64,
    /// When the first of them was set aside.
    oldest_at: Timestamp,
    /// When the last of them was.
    newest_at: Timestamp,
}

impl From<LetterGroup> for Group {
    fn from(group: LetterGroup) -> Self {
        let LetterGroup { source, cause, kind, letters, replaying, oldest_at, newest_at } = group;
        Self { source, cause, kind, letters, replaying, oldest_at, newest_at }
    }
}

/// What is in a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LetterContent)]
pub(crate) struct Shown {
    /// The message, if it is text.
    text: Option<String>,
    /// The message in base64, if it is not.
    base64: Option<String>,
}

impl From<&Content> for Shown {
    fn from(content: &Content) -> Self {
        let text = content.as_text().map(str::to_owned);
        let base64 = text.is_none().then(|| STANDARD.encode(content.as_bytes()));
        Self { text, base64 }
    }
}

/// What is in a letter, and what was before it was edited.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LetterRevealed)]
pub(crate) struct Revealed {
    /// What a replay sends.
    message: Shown,
    /// What it was before each edit, the oldest first: the first of them is as
    /// it was set aside.
    former: Vec<Former>,
}

/// What a letter was before an edit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LetterBefore)]
pub(crate) struct Former {
    /// When it was edited.
    edited_at: Timestamp,
    /// By whom.
    by: String,
    /// What it was.
    message: Shown,
}

impl From<&rollcall_domain::letter::Letter> for Revealed {
    fn from(letter: &rollcall_domain::letter::Letter) -> Self {
        let former = letter.history.iter().filter_map(|event| {
            let What::Edited { by, former, .. } = &event.what else { return None };
            Some(Former { edited_at: event.at, by: by.clone(), message: former.into() })
        });
        Self { message: (&letter.body).into(), former: former.collect() }
    }
}
