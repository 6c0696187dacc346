//! What [`Notices`] promises.

use super::{at, ok};
use crate::Notices;
use rollcall_contracts::messages::Notice;
use rollcall_domain::breaker::TripCause;
use rollcall_domain::duty::Cause;
use rollcall_domain::ids::{CallbackId, EscalationId, ResidentId};

/// Runs the whole part: every kind of notice is taken, also a second time.
/// What is delivered is seen by the adapter's own tests.
pub async fn all(notices: &dyn Notices) {
    for notice in every_kind() {
        ok(notices.tell(&notice).await);
        ok(notices.tell(&notice).await);
    }
}

/// One notice of each kind.
#[must_use]
pub fn every_kind() -> Vec<Notice> {
    let resident = ResidentId::derive(&["notices"]);
    vec![
        Notice::Escalated {
            escalation: EscalationId::of(resident, at("2026-11-23T09:00:00Z"), Cause::DayClosed),
            resident,
            cause: Cause::DayClosed,
            check_due: at("2026-11-23T09:00:00Z"),
            round: 1,
            nth: 1,
            rung: "duty_officer".to_owned(),
            accept_by: at("2026-11-23T17:30:00Z"),
        },
        Notice::CallbackOverdue { resident, callback: CallbackId::derive(&["notices"]) },
        Notice::Concern { resident, callback: CallbackId::derive(&["notices"]) },
        Notice::LedgerMismatch { counted: 199, register: 200 },
        Notice::DialingStopped { change: 1, at: at("2026-11-23T09:00:00Z"), by: "joe".to_owned() },
        Notice::DialingTripped {
            change: 2,
            at: at("2026-11-23T09:01:00Z"),
            cause: "silence".to_owned(),
            why: TripCause::Silence { calls: 5, minutes: 10 }.to_string(),
        },
        Notice::DialingStarted { change: 3, at: at("2026-11-23T09:02:00Z"), by: "joe".to_owned() },
    ]
}
