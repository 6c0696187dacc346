//! Undoing an upload: whom it brought may be taken off the register as if they
//! had never been on it, as long as nobody was called.

use crate::attempt::Attempt;
use crate::resident::{MarkState, Resident};

/// What happened to somebody since an upload brought them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Nothing that anybody would miss: they may be taken off.
    Nothing,
    /// Dials were begun, and all that the record says is that the latest were
    /// not placed: [`was_called`] tells, from each of them.
    Dials,
    /// They were called, or were heard of.
    Called,
    /// The staff changed something: a pause, a note, a correction, a switch.
    Changed,
}

/// What happened to `resident` since they were loaded. An order to dial that is
/// under way is nothing: whoever is off the register is not dialed by it.
#[must_use]
pub fn since_loaded(resident: &Resident) -> Since {
    let called = resident.marks.iter().any(|mark| mark.state != MarkState::NotPlaced)
        || resident.reached.is_some()
        || resident.callback.is_some()
        || resident.number_bad_since.is_some();
    let changed = !resident.enabled
        || resident.switched.is_some()
        || resident.suppressed.person.is_some()
        || resident.corrections > 0
        || resident.number_changes > 0
        || !resident.pauses.is_empty()
        || !resident.staff_notes.is_empty();
    match (called, changed, resident.marks.is_empty()) {
        (true, _, _) => Since::Called,
        (false, true, _) => Since::Changed,
        (false, false, false) => Since::Dials,
        (false, false, true) => Since::Nothing,
    }
}

/// Whether a dial was, or may have been, a call.
#[must_use]
pub fn was_called(attempt: &Attempt) -> bool {
    attempt.is_proven() || attempt.withdrawn.is_none()
}

#[cfg(test)]
mod tests {
    use super::{Since, since_loaded};
    use crate::identity::resident_id;
    use crate::ids::{AttemptId, BatchId, RequestId};
    use crate::phone::PhoneNumber;
    use crate::policy::Policy;
    use crate::resident::{Claim, Heard, MarkState, Profile, Reached, Resident};
    use crate::staff::{Change, Correction, apply};
    use jiff::Timestamp;

    const NOW: &str = "2026-11-23T09:00:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn loaded() -> Resident {
        let number = PhoneNumber::from_e164("+447700900101").unwrap();
        let profile = Profile {
            reference: None,
            first_name: "Ada".to_owned(),
            last_name: "Example".to_owned(),
            number,
            timezone: None,
            language: None,
            window: None,
            notes: None,
            consent: None,
            keyholders: Vec::new(),
            risk: None,
        };
        let id = resident_id(None, number, "Ada", "Example");
        Resident::new(id, profile, (BatchId::derive(&["one"]), 2), now())
    }

    #[test]
    fn a_call_and_all_that_is_heard_of_one_stand_against_it() {
        let attempt = AttemptId::derive(&["one"]);
        for state in [MarkState::Open, MarkState::Settled, MarkState::NotPlaced] {
            let mut one = loaded();
            one.begin(attempt, now(), &Policy::default());
            one.learn_mark(attempt, now(), state);
            let expected = if state == MarkState::NotPlaced { Since::Dials } else { Since::Called };
            assert_eq!(since_loaded(&one), expected, "{state:?}");
        }
        let mut heard = loaded();
        heard.learn_reached(Reached { at: now(), how: Heard::Well });
        assert_eq!(since_loaded(&heard), Since::Called);
        let mut bad = loaded();
        bad.learn_bad_number(0, now());
        assert_eq!(since_loaded(&bad), Since::Called);
    }

    #[test]
    fn every_change_by_the_staff_is_kept() {
        let reason = || "on holiday".to_owned();
        let correction = Correction { notes: Some(Some("rings late".to_owned())), ..Correction::default() };
        for change in [
            Change::Switch { enabled: false, reason: reason() },
            Change::Pause { from: now(), until: "2026-12-01T00:00:00Z".parse().unwrap(), reason: reason() },
            Change::Note("a friend answers".to_owned()),
            Change::Correct(correction),
        ] {
            let changed = apply(&loaded(), &change, ("clerk", now()), &Policy::default()).unwrap().unwrap();
            assert_eq!(since_loaded(&changed.resident), Since::Changed);
        }
    }

    #[test]
    fn an_order_under_way_is_nothing() {
        let mut one = loaded();
        assert_eq!(since_loaded(&one), Since::Nothing);
        one.claim = Some(Claim { request: RequestId::derive(&["one"]), until: now() });
        assert_eq!(since_loaded(&one), Since::Nothing);
    }
}
