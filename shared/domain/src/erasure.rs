//! Erasing a person: the one list of all that is kept of anybody, and how far
//! an erasure has come.
//!
//! Erasing is a duty that goes on until it is done. It is written down first
//! ([`Erasure`]), then each class of data is cleaned in the order of
//! [`Class::ALL`], and whoever was interrupted is followed by whoever looks
//! next: each step may be done any number of times.
//!
//! An export for the person ("subject access") is made over the same list, so
//! that what is told of somebody is what would be erased.

mod class;

pub use class::Class;

use crate::ids::ResidentId;
use crate::phone::PhoneNumber;
use crate::resident::Resident;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// How late whoever looks once more may come: nobody may be there for a while.
/// What was erased in vain twice does no harm.
const LATEST_LOOK: SignedDuration = SignedDuration::from_hours(24);

/// Why somebody is erased. One of a few words and no text: it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureReason {
    /// They asked for it, or somebody who may ask for them.
    Asked,
    /// They died.
    Died,
    /// They left the service and there is nothing to keep their data for.
    Left,
    /// They should never have been loaded.
    Mistake,
    /// Another reason.
    Other,
}

impl ErasureReason {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Asked, Self::Died, Self::Left, Self::Mistake, Self::Other];

    /// A stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Died => "died",
            Self::Left => "left",
            Self::Mistake => "mistake",
            Self::Other => "other",
        }
    }
}

/// By what rows of lists and messages are known to be theirs; kept with the
/// erasure only until those are clean.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// The number.
    pub number: PhoneNumber,
    /// The uploader's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Nobody else has the number: whatever holds it is about them.
    pub number_alone: bool,
}

impl Traces {
    /// Those of somebody on the register.
    #[must_use]
    pub fn of(resident: &Resident, number_alone: bool) -> Self {
        let profile = &resident.profile;
        Self {
            first_name: profile.first_name.clone(),
            last_name: profile.last_name.clone(),
            number: profile.number,
            reference: profile.reference.clone(),
            number_alone,
        }
    }

    /// Whether these cells of a row of which no resident can be made are about
    /// them: it holds their reference, or both their names, or their number
    /// where nobody else has it. Nothing but a chance to mend that row is lost
    /// where it was somebody else's after all.
    #[must_use]
    pub fn are_in_cells(&self, cells: &[String]) -> bool {
        let folded: Vec<String> = cells.iter().map(|cell| fold(cell)).collect();
        // Whole words only.
        let holds =
            |text: &String| folded.iter().any(|cell| format!(" {cell} ").contains(&format!(" {text} ")));
        let named = |name: &str| name.is_empty() || holds(&fold(name));
        self.reference.as_ref().is_some_and(|reference| holds(&fold(reference)))
            || (named(&self.first_name) && named(&self.last_name))
            || (self.number_alone && cells.iter().any(|cell| self.is_number(cell)))
    }

    /// Whether this text holds their reference, both their names or, where
    /// nobody else has it, their number, in any usual spelling.
    #[must_use]
    pub fn are_in_text(&self, text: &str) -> bool {
        self.are_in_cells(std::slice::from_ref(&text.to_owned()))
    }

    /// Whether this name of a file tells of them: any name of three letters or
    /// more, the reference, or the number.
    #[must_use]
    pub fn are_in_name(&self, file_name: &str) -> bool {
        let folded = fold(file_name);
        let names = [Some(&self.first_name), Some(&self.last_name), self.reference.as_ref()];
        names
            .into_iter()
            .flatten()
            .map(|name| fold(name))
            .any(|name| name.chars().count() > 2 && folded.contains(&name))
            || self.is_number(file_name)
    }

    /// Whether the digits of the text hold those of the number, with the code
    /// of the country or without.
    fn is_number(&self, text: &str) -> bool {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let e164 = self.number.e164();
        // The last nine digits are the same in every spelling.
        let tail = e164.get(e164.len().saturating_sub(9)..).unwrap_or(&e164);
        digits.contains(tail.trim_start_matches('+'))
    }
}

/// Capitals, spaces and signs do not tell names apart.
fn fold(text: &str) -> String {
    let words = text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

impl fmt::Debug for Traces {
    /// Without the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").finish_non_exhaustive()
    }
}

/// That somebody is erased, and how far that has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Whom.
    pub resident: ResidentId,
    /// The account that asked for it.
    pub by: String,
    /// When.
    pub asked_at: Timestamp,
    /// Why.
    pub reason: ErasureReason,
    /// What is clean.
    pub done: BTreeSet<Class>,
    /// By what they are known; gone once the lists are clean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traces: Option<Traces>,
    /// Ids of calls that may still be under way, in Connect and here: news of
    /// them may come for a while.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub calls: BTreeSet<String>,
    /// When everything was clean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// All that is left is what nobody can delete, and some of it is gone by
    /// itself at this moment; nothing is to be done before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<Timestamp>,
    /// When it is looked once more for what was under way at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_again_at: Option<Timestamp>,
    /// It was begun anew because the stores were restored to this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored_to: Option<Timestamp>,
}

impl Erasure {
    /// One that nothing is done of.
    #[must_use]
    pub fn asked(
        resident: ResidentId,
        (by, asked_at): (&str, Timestamp),
        reason: ErasureReason,
        traces: Option<Traces>,
    ) -> Self {
        Self {
            resident,
            by: by.to_owned(),
            asked_at,
            reason,
            done: BTreeSet::new(),
            traces,
            calls: BTreeSet::new(),
            done_at: None,
            rests_until: None,
            look_again_at: None,
            restored_to: None,
        }
    }

    /// What is still to be cleaned, in order; nothing when all is clean.
    pub fn left(&self) -> impl Iterator<Item = Class> {
        let open = self.done_at.is_none();
        Class::erased().filter(move |class| open && !self.done.contains(class))
    }

    /// A class is clean. Once the lists are, nothing but the id is kept of the
    /// person: before the last class, which cleans away what was kept here, and
    /// while messages that nobody can delete are gone by themselves.
    pub fn cleaned(&mut self, class: Class) {
        self.done.insert(class);
        let wordless = [Class::Residue, Class::Queues, Class::Stream];
        if Class::erased().all(|class| wordless.contains(&class) || self.done.contains(&class)) {
            self.traces = None;
        }
    }

    /// Everything is clean; until `look_again_at` news may come of what was
    /// under way.
    pub fn finish(&mut self, now: Timestamp, news_for: SignedDuration) {
        self.done_at = Some(now);
        self.rests_until = None;
        self.look_again_at = now.checked_add(news_for).ok();
    }

    /// They are back, by a list that was there before: all over again.
    pub fn again(&mut self, traces: Traces) {
        self.done.clear();
        self.traces = Some(traces);
        (self.done_at, self.look_again_at, self.rests_until) = (None, None, None);
    }

    /// It was looked once more.
    pub fn looked_again(&mut self) {
        self.look_again_at = None;
        self.calls.clear();
    }

    /// Whether stores that were restored to this moment may hold what was erased
    /// since: unless all was clean by then, and looked at once more, which takes
    /// up to `news_for`.
    #[must_use]
    pub fn may_be_undone(&self, restored_to: Timestamp, news_for: SignedDuration) -> bool {
        let surely = self.done_at.and_then(|at| at.checked_add(news_for + LATEST_LOOK).ok());
        surely.is_none_or(|at| at >= restored_to)
    }

    /// How many classes are clean, of how many.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let all = Class::erased().count();
        (if self.done_at.is_some() { all } else { self.done.len() }, all)
    }

    /// When somebody must see to it: at once, when something is gone by itself, or
    /// when it is to be looked again; `None` when nothing is left.
    #[must_use]
    pub fn review_at(&self) -> Option<Timestamp> {
        if self.done_at.is_some() { self.look_again_at } else { self.rests_until.or(Some(self.asked_at)) }
    }
}
