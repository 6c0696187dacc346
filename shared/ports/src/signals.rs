use jiff::civil::Date;
use rollcall_domain::attempt::Disposition;
use rollcall_domain::breaker::TripCause;
use rollcall_domain::duty::Cause;
use rollcall_domain::ids::{AttemptId, BatchId, CallbackId, ContactId, EscalationId, RequestId, ResidentId};
use rollcall_domain::ledger::Ledger;
use serde::Serialize;

#[expect(missing_docs, reason = "the fields are the ids and counts their names say")]
/// Everything that happens, once: log lines, metrics and the properties of a
/// rehearsal are all made of these. Ids and counts only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "signal")]
pub enum Signal {
    /// Ingest cut an upload into chunks.
    UploadRead { batch: BatchId, chunks: u32, rows: u64 },
    /// An upload was refused as a whole.
    UploadRefused { batch: BatchId, code: String },
    /// The loader did a chunk.
    ChunkLoaded { batch: BatchId, chunk: u32, loaded: u64, already_known: u64, rejected: u64 },
    /// A planner tick; `stopped` when the switch says that nobody is called.
    Planned { due: u32, ordered: u32, postponed: u32, budget: u32, stopped: bool },
    /// A person stopped all dialing.
    DialingStopped { change: u64, by: String },
    /// Dialing stopped by itself, for this reason.
    DialingTripped { change: u64, trip: TripCause },
    /// A person started dialing again.
    DialingStarted { change: u64, by: String },
    /// A call request was not carried out, for this reason.
    RequestDeclined { request: RequestId, resident: ResidentId, code: &'static str },
    /// A call request waits for its turn.
    RequestWaits { request: RequestId, code: &'static str },
    /// The service took a call.
    CallStarted { attempt: AttemptId, resident: ResidentId, contact: ContactId },
    /// The service refused a call.
    CallRefused { attempt: AttemptId, resident: ResidentId, code: String },
    /// The service was too busy for a call.
    CallThrottled { attempt: AttemptId },
    /// No answer came to a start: the sweep will settle it.
    CallInDoubt { attempt: AttemptId },
    /// A key was pressed.
    KeyPressed { attempt: AttemptId, resident: ResidentId, talk: bool },
    /// A resident asked, by the keys, not to be called any more; it is on record.
    OptedOut { attempt: AttemptId, resident: ResidentId },
    /// A call is over and its result known.
    CallSettled { attempt: AttemptId, resident: ResidentId, disposition: Disposition },
    /// A callback was promised.
    CallbackPromised { callback: CallbackId, resident: ResidentId },
    /// A callback was kept.
    CallbackKept { callback: CallbackId, resident: ResidentId },
    /// A callback was tried as often as it is and nobody answered.
    CallbackMissed { callback: CallbackId, resident: ResidentId },
    /// A callback is past its deadline.
    CallbackOverdue { callback: CallbackId, resident: ResidentId },
    /// Somebody is to be told about a resident who was not reached.
    Escalated { resident: ResidentId, cause: Cause },
    /// One rung of the ladder was told; `rung` is who.
    RungTold { escalation: EscalationId, resident: ResidentId, rung: &'static str },
    /// Somebody sees to an escalation.
    EscalationAccepted { escalation: EscalationId, resident: ResidentId },
    /// Whoever saw to it gave it back, or gave no all-clear in time (`lapsed`).
    EscalationReturned { escalation: EscalationId, resident: ResidentId, lapsed: bool },
    /// Everybody on the ladder was told, and nobody accepts.
    EscalationUnaccepted { escalation: EscalationId, resident: ResidentId },
    /// An escalation is over; `how` says by what.
    EscalationEnded { escalation: EscalationId, resident: ResidentId, how: &'static str },
    /// A stream record that is not ours, or of a contact we do not know.
    RecordIgnored { code: &'static str },
    /// Two calls for one attempt: an invariant fell.
    DoubleDial { attempt: AttemptId },
    /// A message was set aside.
    Parked { source: String, reason: String },
    /// How many letters of a queue or stream are not over, and for how long
    /// the oldest of them has waited.
    LettersWait { source: String, letters: u64, oldest_seconds: u64 },
    /// A message will come again.
    Retried { source: String, reason: String },
    /// A request to the API was not answered for a reason of ours. `endpoint`
    /// is its method and path as the OpenAPI document has it, without ids.
    RequestFailed { endpoint: String, reason: String },
    /// The account of the day.
    LedgerTaken { ledger: Ledger },
    /// A day is over, and its account is written.
    DayClosed { day: Date, ledger: Ledger },
    /// The account of a day that is over is not what the books say.
    DayDiffers { day: Date, differences: u64 },
    /// Things of a class of data were past their time and are deleted.
    Expired { class: &'static str, gone: u64 },
}

/// Where signals go.
pub trait Signals: Send + Sync {
    /// Something happened. Never fails and never waits.
    fn emit(&self, signal: &Signal);
}
