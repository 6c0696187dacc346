//! Finding residents: what is looked for, and in which order they stand.
//!
//! The state of the day is worked out from the resident when somebody asks,
//! never stored: it changes with the time alone.

use crate::identity::normalise_name;
use crate::ids::BatchId;
use crate::ledger::{DayState, day_state};
use crate::policy::Policy;
use crate::resident::Resident;
use crate::rules::pause_at;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Whom somebody looks for; what is `None` or empty is not asked.
#[derive(Clone, Default, PartialEq)]
pub struct Filter {
    /// Words that stand in the name, or a part of the reference or number.
    pub text: Option<Words>,
    /// One of these states of the day.
    pub states: BTreeSet<DayState>,
    /// Switched on, or off.
    pub enabled: Option<bool>,
    /// In a pause at this moment, or not.
    pub paused: Option<bool>,
    /// The number does not exist, or is not known not to.
    pub bad_number: Option<bool>,
    /// An escalation stands: somebody was told that they were not reached.
    pub unreached: Option<bool>,
    /// Brought by this upload.
    pub batch: Option<BatchId>,
}

/// Fewest digits by which a number is looked for: fewer are in most numbers.
const FEWEST_DIGITS: usize = 3;

/// What was typed into the one field of a search.
#[derive(Clone, PartialEq)]
pub struct Words {
    /// Each must be in the name, in the form in which names are compared.
    words: Vec<String>,
    /// The whole, in lower case, for references.
    whole: String,
    /// The digits, where nothing but a number was typed: without the zeros
    /// before it, which E.164 does not have.
    digits: Option<String>,
}

impl Words {
    /// Reads what was typed; `None` when it says nothing.
    #[must_use]
    pub fn read(typed: &str) -> Option<Self> {
        let normal = normalise_name(typed);
        if normal.is_empty() {
            return None;
        }
        let is_number = typed.chars().all(|sign| sign.is_ascii_digit() || " +-().".contains(sign));
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0').to_owned();
        let digits = (is_number && digits.len() >= FEWEST_DIGITS).then_some(digits);
        let words = normal.split(' ').map(str::to_owned).collect();
        Some(Self { words, whole: normal, digits })
    }

    /// Whether somebody of these particulars is meant: every word begins a
    /// word of the name, or the whole is a part of the reference, or the
    /// digits are a part of the number.
    #[must_use]
    pub fn meet(&self, first_name: &str, last_name: &str, reference: Option<&str>, number: &str) -> bool {
        self.digits.as_ref().is_some_and(|digits| number.contains(digits.as_str()))
            || reference.is_some_and(|reference| normalise_name(reference).contains(&self.whole))
            || self.names(first_name, last_name)
    }

    fn names(&self, first_name: &str, last_name: &str) -> bool {
        let begins = |name: &str, word: &str| begins_a_word(name, word);
        if first_name.is_ascii() && last_name.is_ascii() {
            // Most names, and a register may have a million: nothing is copied.
            return self.words.iter().all(|word| begins(first_name, word) || begins(last_name, word));
        }
        let (first, last) = (normalise_name(first_name), normalise_name(last_name));
        self.words.iter().all(|word| begins(&first, word) || begins(&last, word))
    }
}

/// Whether a word of `text` begins with `word`, which is in lower case; of
/// `text`, ASCII letters are taken as such.
fn begins_a_word(text: &str, word: &str) -> bool {
    text.split([' ', '-', '\'', '\u{2019}', '.']).chain([text]).any(|part| {
        part.as_bytes().get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
    })
}

impl Filter {
    /// Whether `resident` is looked for, as seen at `now`.
    #[must_use]
    pub fn admits(&self, resident: &Resident, policy: &Policy, now: Timestamp) -> bool {
        let is = |asked: Option<bool>, found: bool| asked.is_none_or(|asked| asked == found);
        is(self.enabled, resident.enabled)
            && is(self.bad_number, resident.number_bad_since.is_some())
            && is(self.unreached, resident.escalation.is_some())
            && self.batch.is_none_or(|batch| batch == resident.batch)
            && is(self.paused, pause_at(resident, now).is_some())
            && self.text.as_ref().is_none_or(|words| words.meet_resident(resident))
            && (self.states.is_empty() || self.states.contains(&day_state(resident, policy, now)))
    }
}

impl Words {
    fn meet_resident(&self, resident: &Resident) -> bool {
        let number = resident.number.e164();
        self.meet(&resident.first_name, &resident.last_name, resident.reference.as_deref(), &number)
    }
}
