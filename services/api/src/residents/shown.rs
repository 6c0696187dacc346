//! How residents are shown.

use crate::suppressions::Mark;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::callback::{Callback, CallbackState, Try};
use rollcall_domain::duty::Cause;
use rollcall_domain::ledger::{DayState, day_state};
use rollcall_domain::policy::Policy;
use rollcall_domain::record::{Pause, StaffNote};
use rollcall_domain::resident::Resident;
use rollcall_domain::rules::pause_at;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where somebody stands on a day, or stood at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Pressed 1 today.
    Well,
    /// Pressed 2; the promise is open.
    CallbackOpen,
    /// An agent spoke to them today.
    SpokenTo,
    /// A check is due and they are being tried. Of a day that is over: missed, neither reached nor escalated.
    Trying,
    /// Not reached, and somebody has been told.
    Escalated,
    /// A pause holds.
    Paused,
    /// Not called at all: switched off, suppressed, no consent, bad number.
    Excluded,
    /// No check is due yet.
    NotDue,
}

impl From<DayState> for State {
    fn from(state: DayState) -> Self {
        match state {
            DayState::Well => Self::Well,
            DayState::CallbackOpen => Self::CallbackOpen,
            DayState::SpokenTo => Self::SpokenTo,
            DayState::Trying => Self::Trying,
            DayState::Escalated => Self::Escalated,
            DayState::Paused => Self::Paused,
            DayState::Excluded => Self::Excluded,
            DayState::NotDue => Self::NotDue,
        }
    }
}

impl From<State> for DayState {
    fn from(state: State) -> Self {
        match state {
            State::Well => Self::Well,
            State::CallbackOpen => Self::CallbackOpen,
            State::SpokenTo => Self::SpokenTo,
            State::Trying => Self::Trying,
            State::Escalated => Self::Escalated,
            State::Paused => Self::Paused,
            State::Excluded => Self::Excluded,
            State::NotDue => Self::NotDue,
        }
    }
}

/// Somebody in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResidentSummary)]
pub(crate) struct Summary {
    pub(super) id: Uuid,
    pub(super) first_name: String,
    pub(super) last_name: String,
    /// In E.164.
    pub(super) number: String,
    /// The uploader's own key.
    pub(super) reference: Option<String>,
    /// The zone they live in (IANA name).
    pub(super) timezone: String,
    /// Whether they are called at all.
    pub(super) enabled: bool,
    /// On the suppression list, in person or by their number.
    pub(super) suppressed: bool,
    /// Where they stand today.
    pub(super) state: State,
    /// When the planner looks at them next.
    pub(super) next_due_at: Option<Timestamp>,
    /// Dials within the rolling window of the rules, usually 24 hours.
    pub(super) attempts_24h: u32,
    /// When they were last heard of.
    pub(super) last_reached_at: Option<Timestamp>,
    /// The end of the pause that holds now.
    pub(super) paused_until: Option<Timestamp>,
    /// The network said that the number does not exist.
    pub(super) number_bad: bool,
    /// The upload that brought them.
    pub(super) batch_id: Uuid,
    pub(super) registered_at: Timestamp,
    /// The ETag of the resident, without its quotation marks.
    pub(super) version: u64,
}

impl Summary {
    pub(super) fn of(
        resident: &Resident,
        version: u64,
        next_due_at: Option<Timestamp>,
        (policy, now): (&Policy, Timestamp),
    ) -> Self {
        let recent = |at: Timestamp| now.duration_since(at) < policy.attempts_window();
        let attempts = resident.counted_marks().filter(|mark| recent(mark.at)).count();
        let profile = &resident.profile;
        Self {
            id: *resident.id.as_uuid(),
            first_name: profile.first_name.clone(),
            last_name: profile.last_name.clone(),
            number: profile.number.e164(),
            reference: profile.reference.clone(),
            timezone: profile.timezone.clone().unwrap_or_else(|| policy.timezone.clone()),
            enabled: resident.enabled,
            suppressed: resident.suppressed.holds(),
            state: day_state(resident, policy, now).into(),
            next_due_at,
            attempts_24h: u32::try_from(attempts).unwrap_or(u32::MAX),
            last_reached_at: resident.reached.map(|reached| reached.at),
            paused_until: pause_at(resident, now),
            number_bad: resident.number_bad_since.is_some(),
            batch_id: *resident.batch.as_uuid(),
            registered_at: resident.registered_at,
            version,
        }
    }
}

/// All that is known of somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Resident)]
pub(crate) struct Detail {
    #[serde(flatten)]
    pub(super) summary: Summary,
    /// Language tag for the call.
    pub(super) language: Option<String>,
    /// Their own hours, instead of the usual ones.
    pub(super) window: Option<Window>,
    /// What the upload says for the agent.
    pub(super) notes: Option<String>,
    /// Whether they agreed to be called; null where nobody asked.
    pub(super) consent: Option<bool>,
    /// The line of the upload that brought them.
    pub(super) batch_line: u64,
    pub(super) pauses: Vec<PauseShown>,
    /// What the staff noted, oldest first.
    pub(super) staff_notes: Vec<Note>,
    /// What of the suppression list concerns them; empty where nothing does.
    pub(super) suppressions: Vec<Mark>,
    /// Why they are switched off, if they are.
    pub(super) disabled_reason: Option<String>,
    pub(super) callback: Option<Promise>,
    pub(super) escalation: Option<Escalation>,
}

/// Hours of a day, in local time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DailyWindow)]
pub(crate) struct Window {
    /// First minute, such as 09:00:00.
    start: String,
    /// First minute after it.
    end: String,
}

/// A stop with dates.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pause)]
pub(crate) struct PauseShown {
    id: Uuid,
    from: Timestamp,
    until: Timestamp,
    reason: Option<String>,
    by: Option<String>,
    at: Option<Timestamp>,
}

/// What somebody of the staff noted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaffNote)]
pub(crate) struct Note {
    id: Uuid,
    at: Timestamp,
    by: String,
    text: String,
}

/// The promise that is open to somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResidentCallback)]
pub(crate) struct Promise {
    id: Uuid,
    requested_at: Timestamp,
    /// By when an agent must have spoken to them.
    deadline: Timestamp,
    /// How often an agent rang and nobody answered.
    missed: u32,
    /// Every try was made.
    all_missed: bool,
}

/// That somebody was told that they were not reached.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResidentEscalation)]
pub(crate) struct Escalation {
    /// Its place on the worklist.
    id: Uuid,
    at: Timestamp,
    /// When the duty arose that was not met.
    check_due: Timestamp,
    cause: EscalationCause,
}

/// Why somebody was told.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EscalationCause {
    /// All attempts were used and no key was pressed.
    AttemptsSpent,
    /// The calling window closed before they were reached.
    DayClosed,
    /// The number does not exist.
    BadNumber,
    /// An agent rang as promised, several times, and nobody answered.
    CallbackMissed,
    /// Nobody rang as promised, long past the deadline.
    CallbackOverdue,
}

impl From<Cause> for EscalationCause {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::AttemptsSpent => Self::AttemptsSpent,
            Cause::DayClosed => Self::DayClosed,
            Cause::BadNumber => Self::BadNumber,
            Cause::CallbackMissed => Self::CallbackMissed,
            Cause::CallbackOverdue => Self::CallbackOverdue,
        }
    }
}

impl Detail {
    pub(super) fn of(
        summary: Summary,
        resident: Resident,
        callback: Option<&Callback>,
        policy: &Policy,
    ) -> Self {
        let Resident { profile, enabled, switched, .. } = &resident;
        let disabled_reason = switched.as_ref().filter(|_| !*enabled).map(|switched| switched.reason.clone());
        Self {
            summary,
            language: profile.language.clone(),
            window: profile
                .window
                .map(|window| Window { start: window.start.to_string(), end: window.end.to_string() }),
            notes: profile.notes.clone(),
            consent: profile.consent,
            batch_line: resident.batch_line,
            suppressions: Mark::all(&resident),
            disabled_reason,
            callback: callback.map(|callback| promise(callback, policy)),
            escalation: resident.escalation.as_ref().map(|told| Escalation {
                id: *told.case(resident.id).as_uuid(),
                at: told.at,
                check_due: told.check_due,
                cause: told.cause.into(),
            }),
            pauses: resident.pauses.into_iter().map(pause).collect(),
            staff_notes: resident.staff_notes.into_iter().map(note).collect(),
        }
    }
}

fn promise(callback: &Callback, policy: &Policy) -> Promise {
    let missed = callback.legs().into_values().filter(|leg| matches!(leg, Try::Missed(_))).count();
    Promise {
        id: *callback.id.as_uuid(),
        requested_at: callback.requested_at,
        deadline: callback.deadline,
        missed: u32::try_from(missed).unwrap_or(u32::MAX),
        all_missed: callback.state(policy) == CallbackState::Missed,
    }
}

fn pause(Pause { id, from, until, reason, by, at }: Pause) -> PauseShown {
    PauseShown { id: *id.as_uuid(), from, until, reason, by, at }
}

pub(crate) fn note(StaffNote { id, at, by, text }: StaffNote) -> Note {
    Note { id: *id.as_uuid(), at, by, text }
}

/// Whole seconds between two moments, never less than none.
pub(super) fn seconds(from: Timestamp, until: Timestamp) -> u32 {
    let lasted = until.duration_since(from).max(SignedDuration::ZERO);
    u32::try_from(lasted.as_secs()).unwrap_or(u32::MAX)
}
