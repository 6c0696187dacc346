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
