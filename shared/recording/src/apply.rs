//! What attempts and promises say of their residents: pure and forward-only.

use rollcall_domain::attempt::{Attempt, Disposition, Key};
use rollcall_domain::callback::{Callback, CallbackState};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Heard, MarkState, Reached, Resident};

/// What an attempt says of its resident. Pure and forward-only.
pub(crate) fn apply_attempt(resident: &mut Resident, attempt: &Attempt) {
    if attempt.facts.complete.is_some() {
        resident.learn_mark(attempt.id, attempt.dialed_at(), MarkState::Settled);
        if attempt.disposition() == Disposition::BadNumber {
            let since = attempt.facts.end.map_or(attempt.begun_at, |end| end.at);
            resident.learn_bad_number(attempt.number_changes, since);
        }
    }
    if let Some(press) = attempt.facts.press {
        let how = match press.key {
            Key::Well => Heard::Well,
            Key::Talk => Heard::WantsToTalk,
        };
        resident.learn_reached(Reached { at: press.at, how });
    }
    if let Some(at) = attempt.facts.opted_out {
        resident.learn_reached(Reached { at, how: Heard::OptedOut });
    }
    let facts = &attempt.facts;
    if facts.complete.is_some() || facts.press.is_some() || facts.opted_out.is_some() {
        resident.end_claim(attempt.request);
    }
}

/// What a promise says of its resident.
pub(crate) fn apply_promise(resident: &mut Resident, callback: &Callback, policy: &Policy) {
    match callback.state(policy) {
        CallbackState::Open => {
            resident.callback.get_or_insert(callback.id);
        }
        // The sweep tells somebody first, and then takes the promise off.
        CallbackState::Missed => {}
        CallbackState::Cancelled(_) | CallbackState::SpokenTo(_) => {
            if resident.callback == Some(callback.id) {
                resident.callback = None;
            }
        }
    }
    // What was taken for a talk was none: they were last heard of when they
    // asked for one.
    if resident.reached.is_some_and(|known| known.how == Heard::SpokenTo && callback.was_no_talk(known.at)) {
        resident.reached = Some(Reached { at: callback.requested_at, how: Heard::WantsToTalk });
    }
    if let Some(reached) = callback.reached(policy) {
        resident.learn_reached(reached);
    }
}
