//! Builders: a resident written as a line of text, times written as literals.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its data must stop")]

pub(crate) mod arbitrary;

use rollcall_domain::calendar::DailyWindow;
use rollcall_domain::duty::{Cause, Raised};
use rollcall_domain::ids::{AttemptId, BatchId, CallbackId, RequestId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::policy::Policy;
use rollcall_domain::record::Pause;
use rollcall_domain::resident::{Claim, Heard, Mark, MarkState, Profile, Reached, Resident};
use rollcall_domain::suppression::Suppression;

use jiff::Timestamp;

/// A moment: RFC 3339, or `23 09:00[:00[.000]]` for that time UTC in November 2026.
#[track_caller]
pub(crate) fn at(text: &str) -> Timestamp {
    let text = text.trim();
    if text.contains('T') {
        return text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }
    let (day, time) = text.split_once(' ').unwrap_or_else(|| panic!("{text:?} is not `day time`"));
    let seconds = if time.len() == 5 { ":00" } else { "" };
    let full = format!("2026-11-{day}T{time}{seconds}Z");
    full.parse().unwrap_or_else(|error| panic!("{full:?}: {error}"))
}

/// The dial called `name`.
pub(crate) fn attempt(name: &str) -> AttemptId {
    AttemptId::derive(&[name])
}

/// The order called `name`.
pub(crate) fn request(name: &str) -> RequestId {
    RequestId::derive(&[name])
}

/// The default policy: London, Monday to Friday, 09:00 to 17:00.
pub(crate) fn policy() -> Policy {
    Policy::default()
}

/// A resident registered on Monday 2026-11-23 at 08:00 of whom nothing else is known.
pub(crate) fn newcomer() -> Resident {
    let profile = Profile {
        reference: None,
        first_name: "Ada".to_owned(),
        last_name: "Example".to_owned(),
        number: PhoneNumber::from_e164("+447700900101").unwrap(),
        timezone: None,
        language: None,
        window: None,
        notes: None,
        consent: None,
        keyholders: Vec::new(),
        risk: None,
    };
    let batch = (BatchId::derive(&["upload"]), 2);
    Resident::new(ResidentId::derive(&["ada"]), profile, batch, at("23 08:00"))
}

/// The resident that `text` describes: facts separated by `;`, each a word and
/// its times, such as `settled 23 09:00; pause 24 09:00 to 25 09:00`.
#[track_caller]
pub(crate) fn resident(text: &str) -> Resident {
    let mut one = newcomer();
    for fact in text.split(';').map(str::trim).filter(|fact| !fact.is_empty()) {
        add_fact(&mut one, fact);
    }
    one
}

#[track_caller]
fn add_fact(one: &mut Resident, fact: &str) {
    let (word, rest) = fact.split_once(' ').unwrap_or((fact, ""));
    match word {
        "registered" => one.registered_at = at(rest),
        "disabled" => one.enabled = false,
        "suppressed" => one.suppressed = Suppression::untold().into(),
        "number-suppressed" => one.suppressed.number = Some(Suppression::untold()),
        "refused" => one.profile.consent = Some(false),
        "consented" => one.profile.consent = Some(true),
        "bad-number" => one.number_bad_since = Some(at(rest)),
        "pause" => {
            let (from, until) = rest.split_once(" to ").unwrap();
            one.pauses.push(Pause::between(at(from), at(until)));
        }
        "open" => add_mark(one, MarkState::Open, rest),
        "settled" => add_mark(one, MarkState::Settled, rest),
        "not-placed" => add_mark(one, MarkState::NotPlaced, rest),
        "well" => one.reached = Some(Reached { at: at(rest), how: Heard::Well }),
        "talk" => one.reached = Some(Reached { at: at(rest), how: Heard::WantsToTalk }),
        "spoken" => one.reached = Some(Reached { at: at(rest), how: Heard::SpokenTo }),
        "opted-out" => one.reached = Some(Reached { at: at(rest), how: Heard::OptedOut }),
        "claim" => {
            let (name, until) = rest.split_once(' ').unwrap();
            one.claim = Some(Claim { request: request(name), until: at(until) });
        }
        "promise" => one.callback = Some(CallbackId::of(attempt(rest))),
        "escalated" => {
            let check_due = at(rest);
            one.escalation = Some(Raised { at: check_due, check_due, cause: Cause::DayClosed });
        }
        "zone" => one.profile.timezone = Some(rest.to_owned()),
        "hours" => {
            let (start, end) = rest.split_once('-').unwrap();
            one.profile.window =
                Some(DailyWindow { start: start.parse().unwrap(), end: end.parse().unwrap() });
        }
        _ => panic!("no fact is called {word:?}"),
    }
}

fn add_mark(one: &mut Resident, state: MarkState, when: &str) {
    let name = format!("dial {}", one.marks.len() + 1);
    one.marks.push(Mark { attempt: attempt(&name), at: at(when), state });
}
