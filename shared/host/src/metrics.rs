//! What is counted: the one place that says which figures a signal is, for
//! every form in which figures leave a program.

use rollcall_domain::attempt::Disposition;
use rollcall_domain::ledger::Ledger;
use rollcall_ports::Signal;

/// One figure of a happening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name; never that of a signal's field, beside which it stands.
    pub name: &'static str,
    /// What it counts in.
    pub unit: Unit,
    /// Whether figures add up or replace each other.
    pub kind: Kind,
    /// The figure.
    pub value: u64,
}

/// What a figure counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Pieces.
    Count,
    /// Seconds.
    Seconds,
    /// Thousandths of a second.
    Milliseconds,
}

/// How figures of one name come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They add up.
    Counter,
    /// The last one holds.
    Gauge,
}

/// How much a happening matters to a person who reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It belongs to a good day.
    Info,
    /// Something did not go as it should, and is taken care of.
    Warn,
    /// Somebody must look.
    Error,
}

impl Severity {
    /// The word in a log line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// How much this signal matters.
#[must_use]
pub fn severity(signal: &Signal) -> Severity {
    match signal {
        Signal::Parked { .. }
        | Signal::DoubleDial { .. }
        | Signal::CallbackOverdue { .. }
        | Signal::EscalationUnaccepted { .. }
        | Signal::DialingTripped { .. }
        | Signal::DayDiffers { .. } => Severity::Error,
        Signal::LedgerTaken { ledger } | Signal::DayClosed { ledger, .. } if !ledger.balanced => {
            Severity::Error
        }
        Signal::Retried { .. }
        | Signal::RequestFailed { .. }
        | Signal::CallInDoubt { .. }
        | Signal::CallThrottled { .. }
        | Signal::CallRefused { .. }
        | Signal::UploadRefused { .. }
        | Signal::CallbackMissed { .. }
        | Signal::DialingStopped { .. }
        | Signal::EscalationReturned { .. }
        | Signal::RungTold { .. }
        | Signal::Escalated { .. } => Severity::Warn,
        _ => Severity::Info,
    }
}

/// The figures of this signal.
#[must_use]
pub fn metrics(signal: &Signal) -> Vec<Metric> {
    let one = |name| vec![count(name, 1)];
    match signal {
        Signal::UploadRead { rows, .. } => vec![count("uploads_read", 1), count("rows_read", *rows)],
        Signal::UploadRefused { .. } => one("uploads_refused"),
        Signal::ChunkLoaded { loaded, already_known, rejected, .. } => vec![
            count("rows_loaded", *loaded),
            count("rows_known", *already_known),
            count("rows_rejected", *rejected),
        ],
        Signal::Planned { due, ordered, postponed, budget, stopped } => vec![
            gauge("residents_due", (*due).into()),
            count("calls_ordered", (*ordered).into()),
            count("calls_postponed", (*postponed).into()),
            gauge("call_budget", (*budget).into()),
            gauge("dialing_stopped", (*stopped).into()),
        ],
        Signal::DialingStopped { .. } => one("dialing_stops"),
        Signal::DialingTripped { .. } => one("dialing_trips"),
        Signal::DialingStarted { .. } => one("dialing_starts"),
        Signal::RequestDeclined { .. } => one("requests_declined"),
        Signal::RequestWaits { .. } => one("requests_waiting"),
        Signal::CallStarted { .. } => one("calls_started"),
        Signal::CallRefused { .. } => one("calls_refused"),
        Signal::CallThrottled { .. } => one("calls_throttled"),
        Signal::CallInDoubt { .. } => one("calls_in_doubt"),
        Signal::KeyPressed { .. } => one("keys_pressed"),
        Signal::OptedOut { .. } => one("opted_out"),
        Signal::CallSettled { disposition, .. } => one(settled(*disposition)),
        Signal::CallbackPromised { .. } => one("callbacks_promised"),
        Signal::CallbackKept { .. } => one("callbacks_kept"),
        Signal::CallbackMissed { .. } => one("callbacks_missed"),
        Signal::CallbackOverdue { .. } => one("callbacks_overdue"),
        Signal::Escalated { .. } => one("residents_escalated"),
        Signal::RungTold { .. } => one("rungs_told"),
        Signal::EscalationAccepted { .. } => one("escalations_accepted"),
        Signal::EscalationReturned { .. } => one("escalations_returned"),
        Signal::EscalationUnaccepted { .. } => one("escalations_unaccepted"),
        Signal::EscalationEnded { .. } => one("escalations_ended"),
        Signal::RecordIgnored { .. } => one("records_ignored"),
        Signal::DoubleDial { .. } => one("double_dials"),
        Signal::Parked { .. } => one("messages_parked"),
        Signal::LettersWait { source, letters, oldest_seconds } => waiting(source, *letters, *oldest_seconds),
        Signal::Retried { .. } => one("messages_retried"),
        Signal::RequestFailed { .. } => one("requests_failed"),
        Signal::LedgerTaken { ledger } => account(ledger),
        Signal::DayClosed { ledger, .. } => {
            vec![count("days_closed", 1), count("days_unbalanced", (!ledger.balanced).into())]
        }
        Signal::DayDiffers { .. } => one("days_differing"),
        Signal::Expired { class, gone } => expired(class, *gone),
    }
}

const fn count(name: &'static str, value: u64) -> Metric {
    Metric { name, unit: Unit::Count, kind: Kind::Counter, value }
}

const fn gauge(name: &'static str, value: u64) -> Metric {
    Metric { name, unit: Unit::Count, kind: Kind::Gauge, value }
}

/// By class: the names of figures are fixed, so each class has its own.
fn expired(class: &str, gone: u64) -> Vec<Metric> {
    let name = match class {
        "lists" => "expired_lists",
        "batches" => "expired_batches",
        "attempts" => "expired_attempts",
        "days" => "expired_days",
        "callbacks" => "expired_callbacks",
        "escalations" => "expired_escalations",
        "notices" => "expired_notices",
        "accounts" => "expired_accounts",
        "letters" => "expired_letters",
        "audit" => "expired_audit",
        "erasures" => "expired_erasures",
        _ => "expired_others",
    };
    vec![count(name, gone)]
}

/// By source: a person who is woken wants to know which.
fn waiting(source: &str, letters: u64, oldest_seconds: u64) -> Vec<Metric> {
    let (number, age) = match source {
        "uploads" => ("letters_waiting_uploads", "letters_oldest_seconds_uploads"),
        "rows" => ("letters_waiting_rows", "letters_oldest_seconds_rows"),
        "call_requests" => ("letters_waiting_call_requests", "letters_oldest_seconds_call_requests"),
        "outcomes" => ("letters_waiting_outcomes", "letters_oldest_seconds_outcomes"),
        _ => ("letters_waiting_elsewhere", "letters_oldest_seconds_elsewhere"),
    };
    let age = Metric { name: age, unit: Unit::Seconds, kind: Kind::Gauge, value: oldest_seconds };
    vec![gauge(number, letters), age]
}

const fn settled(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Open => "calls_settled_open",
        Disposition::Well => "calls_settled_well",
        Disposition::Talk => "calls_settled_talk",
        Disposition::OptedOut => "calls_settled_opted_out",
        Disposition::Unconfirmed => "calls_settled_unconfirmed",
        Disposition::Machine => "calls_settled_machine",
        Disposition::Busy => "calls_settled_busy",
        Disposition::NoAnswer => "calls_settled_no_answer",
        Disposition::Network => "calls_settled_network",
        Disposition::BadNumber => "calls_settled_bad_number",
        Disposition::NotPlaced => "calls_settled_not_placed",
    }
}

fn account(ledger: &Ledger) -> Vec<Metric> {
    let missing = ledger.counted().abs_diff(ledger.total);
    vec![
        gauge("ledger_well", ledger.well),
        gauge("ledger_callback_open", ledger.callback_open),
        gauge("ledger_spoken_to", ledger.spoken_to),
        gauge("ledger_trying", ledger.trying),
        gauge("ledger_escalated", ledger.escalated),
        gauge("ledger_paused", ledger.paused),
        gauge("ledger_excluded", ledger.excluded),
        gauge("ledger_not_due", ledger.not_due),
        gauge("ledger_total", ledger.total),
        // An account that is off in itself is off by one at least.
        gauge("ledger_unaccounted", if ledger.balanced { 0 } else { missing.max(1) }),
    ]
}
