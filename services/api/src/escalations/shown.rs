//! How escalations are shown.

use crate::residents::shown::{EscalationCause, Note, note};
use jiff::Timestamp;
use rollcall_domain::escalation::ladder::Whom;
use rollcall_domain::escalation::{Ended, Escalation, Former, HowEnded, Step, ToldRung};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Heard, Resident, Risk};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// That somebody was not reached, and what is done about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Escalation)]
pub(crate) struct Case {
    id: Uuid,
    resident_id: Uuid,
    /// Who; null of somebody who is no longer on the register.
    person: Option<Person>,
    cause: EscalationCause,
    raised_at: Timestamp,
    /// When the duty arose that was not met.
    check_due: Timestamp,
    /// How often it was raised: one that turned out not to be over is raised
    /// once more.
    round: u32,
    /// The promise that was not kept, where it is about one.
    callback_id: Option<Uuid>,
    /// Who was told in this round, the first one first.
    told: Vec<Told>,
    /// Who is told next, if nobody accepts; null where nobody is left, or none
    /// is to be told.
    next: Option<Next>,
    /// Who sees to it, if anybody.
    accepted: Option<AcceptedShown>,
    /// Who had accepted it and sees to it no longer, the first one first.
    former: Vec<FormerShown>,
    /// The oldest first.
    notes: Vec<Note>,
    /// That it is over.
    ended: Option<EndedShown>,
}

/// Somebody who was not reached.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EscalatedPerson)]
pub(crate) struct Person {
    first_name: String,
    last_name: String,
    /// Their own, with the country code.
    number: String,
    risk: Option<RiskShown>,
    /// What the upload said for whoever speaks to them.
    notes: Option<String>,
    /// When they were last heard of, and how.
    heard_at: Option<Timestamp>,
    heard: Option<HeardShown>,
    /// Calls that count within the policy's window.
    attempts: u32,
    /// Who has a key, in the order in which they are told.
    keyholders: Vec<KeyholderShown>,
}

/// How much is at stake, in the uploader's judgement.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Risk)]
pub(crate) enum RiskShown {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

/// How somebody was heard of.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HeardHow)]
pub(crate) enum HeardShown {
    /// They pressed 1.
    Well,
    /// They pressed 2.
    WantsToTalk,
    /// Somebody of the staff spoke to them or saw them.
    SpokenTo,
    /// Somebody of the staff knows that they are safe.
    KnownSafe,
    /// They pressed the key by which one opts out.
    OptedOut,
}

/// Somebody who has a key to a resident's home, or can look in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Keyholder)]
pub(crate) struct KeyholderShown {
    /// May be empty.
    name: String,
    /// With the country code. People ring it; Rollcall never does.
    number: String,
}

/// Who is told.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RungTo)]
pub(crate) enum To {
    /// The duty officer.
    DutyOfficer,
    /// One of the keyholders.
    Keyholder,
    /// Whoever goes and looks.
    WelfareVisit,
}

/// That somebody was told.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RungTold)]
pub(crate) struct Told {
    to: To,
    /// Which of the keyholders, from 1.
    keyholder: Option<u8>,
    told_at: Timestamp,
    /// By when somebody must accept before the next are told.
    accept_by: Timestamp,
}

/// Who is told next.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RungNext)]
pub(crate) struct Next {
    to: To,
    /// Which of the keyholders, from 1.
    keyholder: Option<u8>,
    at: Timestamp,
}

/// Who sees to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EscalationAccepted)]
pub(crate) struct AcceptedShown {
    /// The account.
    by: String,
    at: Timestamp,
    /// Without an all-clear by then the next are told.
    all_clear_by: Timestamp,
}

/// Who had accepted it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EscalationFormer)]
pub(crate) struct FormerShown {
    /// The account.
    by: String,
    accepted_at: Timestamp,
    until: Timestamp,
    /// The time for an all-clear ran out; otherwise it was given back.
    lapsed: bool,
}

/// That it is over.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EscalationEnded)]
pub(crate) struct EndedShown {
    at: Timestamp,
    /// The account that gave the all-clear; null where it ended by itself.
    by: Option<String>,
    how: EndedHow,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EscalationEndedHow)]
pub(crate) enum EndedHow {
    /// All-clear: somebody spoke to them.
    SpokenTo,
    /// All-clear: somebody saw them.
    SeenInPerson,
    /// All-clear: it is known that they are safe.
    KnownSafe,
    /// They pressed a key, or an agent spoke to them.
    HeardOf,
    /// They are no longer on the register.
    Deleted,
    /// They were switched off.
    SwitchedOff,
    /// They are on a suppression list.
    Suppressed,
    /// They do not agree to be called.
    NoConsent,
    /// The promise is no longer owed.
    CallbackCancelled,
}

impl Case {
    /// As seen at `now`.
    pub(super) fn of(
        case: &Escalation,
        resident: Option<&Resident>,
        policy: &Policy,
        now: Timestamp,
    ) -> Self {
        let all_clear = policy.all_clear();
        Self {
            id: *case.id.as_uuid(),
            resident_id: *case.resident.as_uuid(),
            person: resident.map(|resident| person(resident, policy, now)),
            cause: case.cause.into(),
            raised_at: case.raised_at,
            check_due: case.check_due,
            round: case.round,
            callback_id: case.callback.map(|id| *id.as_uuid()),
            told: case.told.iter().map(told).collect(),
            next: next(case, resident, policy),
            accepted: case.accepted.as_ref().map(|accepted| AcceptedShown {
                by: accepted.by.clone(),
                at: accepted.at,
                all_clear_by: accepted.at.saturating_add(all_clear).unwrap_or(Timestamp::MAX),
            }),
            former: case.former.iter().cloned().map(former).collect(),
            notes: case.notes.iter().cloned().map(note).collect(),
            ended: case.ended.clone().map(ended),
        }
    }
}

fn person(resident: &Resident, policy: &Policy, now: Timestamp) -> Person {
    let since = policy.attempts_window();
    let attempts = resident.counted_marks().filter(|mark| now.duration_since(mark.at) < since).count();
    let keyholder = |one: &rollcall_domain::resident::Keyholder| KeyholderShown {
        name: one.name.clone(),
        number: one.number.e164(),
    };
    Person {
        first_name: resident.first_name.clone(),
        last_name: resident.last_name.clone(),
        number: resident.number.e164(),
        risk: resident.risk.map(|risk| match risk {
            Risk::Low => RiskShown::Low,
            Risk::Medium => RiskShown::Medium,
            Risk::High => RiskShown::High,
        }),
        notes: resident.notes.clone(),
        heard_at: resident.reached.map(|news| news.at),
        heard: resident.reached.map(|news| match news.how {
            Heard::Well => HeardShown::Well,
            Heard::WantsToTalk => HeardShown::WantsToTalk,
            Heard::SpokenTo => HeardShown::SpokenTo,
            Heard::KnownSafe => HeardShown::KnownSafe,
            Heard::OptedOut => HeardShown::OptedOut,
        }),
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        keyholders: resident.keyholders.iter().map(keyholder).collect(),
    }
}

/// Who is told next, if time alone decides.
fn next(case: &Escalation, resident: Option<&Resident>, policy: &Policy) -> Option<Next> {
    match case.due(policy, resident)? {
        (at, Step::Tell(whom, _)) => {
            let (to, keyholder) = whom_shown(whom);
            Some(Next { to, keyholder, at })
        }
        (_, Step::SendNotice | Step::Lapse | Step::Alarm) => None,
    }
}

fn told(rung: &ToldRung) -> Told {
    let (to, keyholder) = whom_shown(rung.to);
    Told { to, keyholder, told_at: rung.told_at, accept_by: rung.accept_by }
}

fn whom_shown(whom: Whom) -> (To, Option<u8>) {
    match whom {
        Whom::DutyOfficer => (To::DutyOfficer, None),
        Whom::Keyholder(nth) => (To::Keyholder, Some(nth)),
        Whom::WelfareVisit => (To::WelfareVisit, None),
    }
}

fn former(Former { by, accepted_at, until, lapsed }: Former) -> FormerShown {
    FormerShown { by, accepted_at, until, lapsed }
}

fn ended(Ended { at, by, how }: Ended) -> EndedShown {
    let how = match how {
        HowEnded::SpokenTo => EndedHow::SpokenTo,
        HowEnded::SeenInPerson => EndedHow::SeenInPerson,
        HowEnded::KnownSafe => EndedHow::KnownSafe,
        HowEnded::HeardOf => EndedHow::HeardOf,
        HowEnded::Deleted => EndedHow::Deleted,
        HowEnded::SwitchedOff => EndedHow::SwitchedOff,
        HowEnded::Suppressed => EndedHow::Suppressed,
        HowEnded::NoConsent => EndedHow::NoConsent,
        HowEnded::CallbackCancelled => EndedHow::CallbackCancelled,
    };
    EndedShown { at, by, how }
}
