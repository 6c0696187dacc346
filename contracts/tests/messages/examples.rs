//! One example of each message and of each kind of notice, as a value.

use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_contracts::messages::{CallRequest, Notice, RowsChunk};
use rollcall_contracts::upload::{Form, UploadRef};
use rollcall_domain::breaker::TripCause;
use rollcall_domain::duty::Cause;
use rollcall_domain::escalation::ladder::Whom;
use rollcall_domain::ids::{AttemptId, BatchId, CallbackId, EscalationId, RequestId, ResidentId};
use serde_json::Value;

/// The header of the made-up upload; its last column is not one that Rollcall reads.
pub(crate) const HEADER: &str = "firstName;lastName;number;Blood group of Mabel\r\n";

/// One example, as it is committed.
pub(crate) struct Example {
    /// Its file under `examples/`.
    pub(crate) file: String,
    /// The file under `schemas/` that it obeys.
    pub(crate) schema: String,
    /// What is in the file.
    pub(crate) json: Value,
}

pub(crate) fn all() -> Vec<Example> {
    fn of<M: Message>(file: &str, message: &Envelope<M>) -> Example {
        assert!(file.starts_with(&format!("{}.v{}.", M::KIND, M::VERSION)), "{file}");
        Example {
            file: file.to_owned(),
            schema: format!("{}.v{}.schema.json", M::KIND, M::VERSION),
            json: serde_json::from_str(&message.encode().unwrap()).unwrap(),
        }
    }
    let mut all = vec![of("rows_chunk.v1.json", &rows_chunk()), of("call_request.v1.json", &call_request())];
    all.extend(notices().iter().map(|(file, notice)| of(file, notice)));
    all
}

pub(crate) fn rows_chunk() -> Envelope<RowsChunk> {
    let opening = rollcall_roster::open(HEADER.as_bytes(), true).unwrap();
    assert_eq!(opening.unread_columns, ["Blood group of Mabel"]);
    let body = RowsChunk {
        batch: BatchId::derive(&["example"]),
        upload: UploadRef {
            key: "uploads/0001.csv".to_owned(),
            // The form of a version id in the S3 user guide.
            form: Form::Version("L4kqtJlcpXroDTDmpUMLUo".to_owned()),
        },
        chunk: 1,
        start: opening.data_start,
        end: 262_192,
        first_line: opening.first_line,
        layout: opening.layout,
    };
    Envelope::new(body, "2026-11-23T09:00:00.25Z".parse().unwrap())
}

pub(crate) fn call_request() -> Envelope<CallRequest> {
    let resident = resident();
    let request = RequestId::of(resident, "2026-11-23T09:01:00Z".parse().unwrap());
    let body = CallRequest { request, resident, expires_at: "2026-11-23T09:11:00Z".parse().unwrap() };
    let mut message = Envelope::new(body, "2026-11-23T09:01:00Z".parse().unwrap());
    // The example of the W3C recommendation on trace context.
    message.trace = Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned());
    message
}

/// One of each variant. The `match` is there to fail to compile when one is added.
pub(crate) fn notices() -> Vec<(&'static str, Envelope<Notice>)> {
    let resident = resident();
    let callback = CallbackId::of(AttemptId::of(RequestId::derive(&["example"])));
    let check_due = "2026-11-23T09:00:00Z".parse().unwrap();
    let notices = [
        Notice::Escalated {
            escalation: EscalationId::of(resident, check_due, Cause::AttemptsSpent),
            resident,
            cause: Cause::AttemptsSpent,
            check_due,
            round: 1,
            nth: 2,
            rung: Whom::Keyholder(1).word().to_owned(),
            accept_by: "2026-11-23T13:04:56Z".parse().unwrap(),
        },
        Notice::CallbackOverdue { resident, callback },
        Notice::Concern { resident, callback },
        Notice::LedgerMismatch { counted: 199, register: 200 },
        Notice::DayDiffers { day: "2026-11-20".parse().unwrap(), differences: 2 },
        Notice::DialingStopped { change: 1, at: check_due, by: "joe".to_owned() },
        Notice::DialingTripped {
            change: 2,
            at: check_due,
            cause: "silence".to_owned(),
            why: TripCause::Silence { calls: 5, minutes: 10 }.to_string(),
        },
        Notice::DialingStarted { change: 3, at: check_due, by: "joe".to_owned() },
    ];
    let file = |notice: &Notice| match notice {
        Notice::Escalated { .. } => "notice.v2.escalated.json",
        Notice::CallbackOverdue { .. } => "notice.v2.callback_overdue.json",
        Notice::Concern { .. } => "notice.v2.concern.json",
        Notice::LedgerMismatch { .. } => "notice.v2.ledger_mismatch.json",
        Notice::DayDiffers { .. } => "notice.v2.day_differs.json",
        Notice::DialingStopped { .. } => "notice.v2.dialing_stopped.json",
        Notice::DialingTripped { .. } => "notice.v2.dialing_tripped.json",
        Notice::DialingStarted { .. } => "notice.v2.dialing_started.json",
    };
    let sent_at = "2026-11-23T12:34:56.789Z".parse().unwrap();
    notices.into_iter().map(|notice| (file(&notice), Envelope::new(notice, sent_at))).collect()
}

fn resident() -> ResidentId {
    ResidentId::derive(&["example"])
}
