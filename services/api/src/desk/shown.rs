//! How promises are shown.

use jiff::Timestamp;
use rollcall_domain::callback::{Callback, Try};
use rollcall_domain::desk::{AgentDisposition, AgentResult, Taken};
use rollcall_domain::resident::Resident;
use rollcall_ports::Versioned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A promise that an agent rings somebody.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeskCallback)]
pub(crate) struct Owed {
    id: Uuid,
    /// For If-Match.
    version: u64,
    resident_id: Uuid,
    first_name: String,
    last_name: String,
    requested_at: Timestamp,
    /// By when an agent must have spoken to them.
    pub(super) deadline: Timestamp,
    /// The deadline has passed.
    overdue: bool,
    /// Somebody must still ring.
    owed: bool,
    answer: Answer,
    /// The calls of Connect, the first one first.
    tries: Vec<TryShown>,
    /// Connect has it in its queue, or offers it.
    queued: bool,
    /// Who rings them by themselves, if anybody.
    taken: Option<TakenShown>,
    /// To be kept before the others.
    pub(super) raised: bool,
    /// What an agent said last.
    last_result: Option<ResultShown>,
    /// Why nobody must ring any more, as a stable word, if it was cancelled.
    cancelled: Option<String>,
}

/// What somebody answered.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeskAnswer)]
pub(crate) enum Answer {
    /// They pressed 2.
    WantsToTalk,
}

/// A call of Connect.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeskTry)]
pub(crate) struct TryShown {
    contact_id: String,
    result: TryResult,
    /// When it ended unanswered, or the talk began.
    at: Option<Timestamp>,
}

/// How it went.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeskTryResult)]
pub(crate) enum TryResult {
    /// Waiting, being offered or going on; or it is not known yet.
    Waiting,
    /// The resident was not spoken to.
    Missed,
    /// An agent spoke to them.
    SpokenTo,
}

/// That an agent rings somebody by themselves.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeskTaken)]
pub(crate) struct TakenShown {
    /// The account.
    by: String,
    at: Timestamp,
}

/// What an agent said.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeskResult)]
pub(crate) struct ResultShown {
    disposition: Disposition,
    /// The account.
    by: String,
    at: Timestamp,
    /// Which call of Connect; null for one that was made by other means.
    contact_id: Option<String>,
}

/// What came of an agent's call. After the first three it is kept, after the
/// others still owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeskDisposition)]
pub(crate) enum Disposition {
    /// Spoke to them, and that was enough.
    Helped,
    /// Spoke to them, and passed them on to another service.
    Referred,
    /// Spoke to them, and is concerned: somebody must be told.
    Safeguarding,
    /// Nobody answered.
    NoAnswer,
    /// A machine took a message, or somebody who would pass it on.
    LeftMessage,
    /// Somebody else answered.
    WrongPerson,
}

impl Owed {
    /// As seen at `now`.
    pub(super) fn of(stored: &Versioned<Callback>, resident: &Resident, now: Timestamp) -> Self {
        let callback = &stored.value;
        let mut tries: Vec<TryShown> =
            callback.legs().into_iter().map(|(contact, leg)| shown(contact.as_str(), leg)).collect();
        tries.sort_by_key(|one| one.at.unwrap_or(Timestamp::MAX));
        Self {
            id: *callback.id.as_uuid(),
            version: stored.version,
            resident_id: *resident.id.as_uuid(),
            first_name: resident.first_name.clone(),
            last_name: resident.last_name.clone(),
            requested_at: callback.requested_at,
            deadline: callback.deadline,
            overdue: callback.deadline <= now,
            owed: callback.is_owed(),
            answer: Answer::WantsToTalk,
            tries,
            queued: callback.is_owed() && callback.is_queued(),
            taken: callback.taken.clone().map(|Taken { at, by }| TakenShown { by, at }),
            raised: callback.raised,
            last_result: callback.results.last().cloned().map(result),
            cancelled: callback.cancelled.as_ref().map(|cancelled| cancelled.why.clone()),
        }
    }
}

fn shown(contact: &str, leg: Try) -> TryShown {
    let (result, at) = match leg {
        Try::Waiting => (TryResult::Waiting, None),
        Try::Missed(at) => (TryResult::Missed, Some(at)),
        Try::SpokenTo(at) => (TryResult::SpokenTo, Some(at)),
    };
    TryShown { contact_id: contact.to_owned(), result, at }
}

fn result(AgentResult { at, by, disposition, contact }: AgentResult) -> ResultShown {
    let contact_id = contact.map(|contact| contact.as_str().to_owned());
    ResultShown { disposition: disposition.into(), by, at, contact_id }
}

impl From<AgentDisposition> for Disposition {
    fn from(disposition: AgentDisposition) -> Self {
        match disposition {
            AgentDisposition::Helped => Self::Helped,
            AgentDisposition::Referred => Self::Referred,
            AgentDisposition::Safeguarding => Self::Safeguarding,
            AgentDisposition::NoAnswer => Self::NoAnswer,
            AgentDisposition::LeftMessage => Self::LeftMessage,
            AgentDisposition::WrongPerson => Self::WrongPerson,
        }
    }
}

impl From<Disposition> for AgentDisposition {
    fn from(disposition: Disposition) -> Self {
        match disposition {
            Disposition::Helped => Self::Helped,
            Disposition::Referred => Self::Referred,
            Disposition::Safeguarding => Self::Safeguarding,
            Disposition::NoAnswer => Self::NoAnswer,
            Disposition::LeftMessage => Self::LeftMessage,
            Disposition::WrongPerson => Self::WrongPerson,
        }
    }
}
