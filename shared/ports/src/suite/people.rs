//! Made-up people, for the suite and for the tests of adapters.

use super::at;
use jiff::Timestamp;
use jiff::civil::time;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::calendar::DailyWindow;
use rollcall_domain::duty::{Cause, Raised, Schedule};
use rollcall_domain::ids::{AttemptId, BatchId, CallbackId, NoteId, RequestId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::record::{Pause, StaffNote, Switched};
use rollcall_domain::resident::{Claim, Heard, Keyholder, Mark, MarkState, Profile, Reached, Resident, Risk};
use rollcall_domain::suppression::{Suppressed, Suppression};

/// The upload that brings everybody.
pub(super) fn batch() -> BatchId {
    BatchId::derive(&["suite"])
}

/// One of the thousand mobile numbers that belong to nobody (Ofcom, numbers
/// for use in drama).
pub(super) fn number(n: u32) -> PhoneNumber {
    assert!(n < 1000, "there are a thousand made-up numbers");
    match PhoneNumber::from_e164(&format!("+447700900{n:03}")) {
        Ok(number) => number,
        Err(problem) => panic!("a made-up number is refused: {problem}"),
    }
}

/// A person new to the register, different for each `part` and `n`. Past the
/// thousand numbers that belong to nobody they share them.
#[must_use]
pub fn resident(part: &str, n: u32) -> Resident {
    let profile = Profile {
        reference: None,
        first_name: format!("Ada {n}"),
        last_name: "Example".to_owned(),
        number: number(n % 1000),
        timezone: None,
        language: None,
        window: None,
        notes: None,
        consent: None,
        keyholders: Vec::new(),
        risk: None,
    };
    let id = ResidentId::derive(&[part, &n.to_string()]);
    Resident::new(id, profile, (batch(), u64::from(n) + 2), at("2026-11-20T12:00:00Z"))
}

/// A person of whom everything is known that can be, in texts and times that
/// are easily damaged.
pub(super) fn much_known(part: &str, n: u32) -> Resident {
    let mut resident = resident(part, n);
    resident.profile = Profile {
        reference: Some("H-1; DROP TABLE \"people\" --".to_owned()),
        first_name: "=HYPERLINK(\"x\") 'Zo\u{eb}' \u{1f600}".to_owned(),
        last_name: "O\u{2019}Example<b>&amp;\\n\u{301}".to_owned(),
        number: number(n),
        timezone: Some("Pacific/Chatham".to_owned()),
        language: Some("cy-GB".to_owned()),
        window: Some(DailyWindow { start: time(0, 0, 0, 0), end: time(23, 59, 59, 999_999_999) }),
        notes: Some("line 1\r\nline 2\t\u{200f}".repeat(300)),
        consent: Some(false),
        keyholders: vec![
            Keyholder { name: "=cmd|'/C calc'!A0 \u{1f511}".to_owned(), number: number(n) },
            Keyholder { name: "'); DROP TABLE residents --".to_owned(), number: number(999 - n) },
        ],
        risk: Some(Risk::High),
    };
    resident.batch_line = 1_048_576;
    resident.registered_at = at("2026-11-20T12:00:00.123456789Z");
    resident.enabled = false;
    resident.suppressed = Suppressed {
        person: Some(Suppression { reason: Some("\"asked\" us 📞".to_owned()), ..Suppression::untold() }),
        number: Some(Suppression::untold()),
    };
    resident.number_bad_since = Some(at("2026-11-21T12:00:00.000000001Z"));
    let pause = |from, until| Pause::between(at(from), at(until));
    resident.pauses = vec![
        pause("2026-12-24T00:00:00Z", "2026-12-27T00:00:00Z"),
        Pause {
            reason: Some("'); in hospital \u{1f3e5}".to_owned()),
            by: Some("clerk@example".to_owned()),
            at: Some(at("2026-11-20T13:00:00.5Z")),
            ..pause("2027-01-01T00:00:00Z", "9999-12-30T00:00:00Z")
        },
    ];
    resident.switched = Some(Switched {
        at: at("2026-11-21T09:00:00Z"),
        by: "clerk@example".to_owned(),
        reason: "moved \"away\"\n".to_owned(),
    });
    resident.number_changes = 3;
    resident.corrections = 4;
    resident.staff_notes = (0..3)
        .map(|n| StaffNote {
            id: NoteId::derive(&[part, &n.to_string()]),
            at: at("2026-11-21T09:00:00.000000001Z"),
            by: "agent".to_owned(),
            text: "hard of hearing, \u{202e}ring twice \u{1f600}".to_owned(),
        })
        .collect();
    resident.marks = [MarkState::Settled, MarkState::NotPlaced, MarkState::Open]
        .into_iter()
        .zip(["a", "b", "c"])
        .map(|(state, name)| Mark {
            attempt: AttemptId::derive(&[part, name]),
            at: at("2026-11-23T09:00:00.5Z"),
            state,
        })
        .collect();
    resident.reached = Some(Reached { at: at("2026-11-22T10:00:00.25Z"), how: Heard::WantsToTalk });
    let request = RequestId::derive(&[part, "request"]);
    resident.claim = Some(Claim { request, until: at("2026-11-23T09:10:00Z") });
    resident.callback = Some(CallbackId::derive(&[part, "callback"]));
    resident.escalation = Some(Raised {
        at: at("2026-11-23T17:00:00Z"),
        check_due: at("2026-11-23T09:00:00Z"),
        cause: Cause::DayClosed,
    });
    resident
}

/// A dial to a person, different for each `name`.
pub(super) fn attempt(to: &Resident, name: &str, begun_at: Timestamp) -> Attempt {
    Attempt::begin(to.id, RequestId::derive(&[&to.id.to_string(), name]), begun_at)
}

/// Due then, and not to be reviewed.
pub(super) fn due(text: &str) -> Schedule {
    Schedule { next_due: Some(at(text)), review_at: None }
}

/// To be reviewed then, and not due.
pub(super) fn review(text: &str) -> Schedule {
    Schedule { next_due: None, review_at: Some(at(text)) }
}
