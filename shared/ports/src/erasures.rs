use crate::{Cursor, Fault, Saved, Versioned};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_contracts::letters::{UNREADABLE, label};
use rollcall_contracts::upload::UploadRef;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::erasure::{Class, Erasure, Traces};
use rollcall_domain::ids::{AttemptId, ContactId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use std::collections::BTreeSet;
use std::fmt;

/// Whose data is to be forgotten, and by what it is known.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    /// The person.
    pub resident: ResidentId,
    /// The erasure, with what is kept of the person until it is done.
    pub erasure: &'a Erasure,
    /// Their number is known, and nobody on the register has it.
    pub number: Option<PhoneNumber>,
    /// Only what rang at this moment or before may be forgotten of a number:
    /// a telephone is not rung again within the gap, whoever has it.
    pub quiet_since: Timestamp,
}

/// What became of forgetting one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Forgotten {
    /// Nothing of it is left here; so many things were.
    Done(u64),
    /// Something must end first: ask again.
    Waits(&'static str),
    /// Nobody can delete it: it is gone by itself at this moment, and the other
    /// classes are cleaned meanwhile.
    Passes(Timestamp),
}

/// Who is being erased, and the forgetting of all that no other port of its own
/// forgets.
#[async_trait]
pub trait Erasures: Send + Sync {
    /// The erasure of somebody, going on or done.
    async fn get(&self, resident: ResidentId) -> Result<Option<Versioned<Erasure>>, Fault>;

    /// Writes an erasure (version 0: for the first time), if nobody did since
    /// the read. MUST be durable before it answers: what is kept in it is
    /// deleted elsewhere next.
    async fn save(&self, erasure: &Versioned<Erasure>) -> Result<Saved, Fault>;

    /// Up to `most` of those whose [`Erasure::review_at`] is at or before `now`,
    /// the oldest first.
    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault>;

    /// Up to `most` of all erasures after `from` (`None`: the start), going on
    /// or done, in any order, and where the rest starts; `None` at the end. MUST
    /// meet whatever is there during a whole walk, as it is now.
    async fn page(&self, from: Option<&Cursor>, most: u32) -> Result<(Vec<Erasure>, Option<Cursor>), Fault>;

    /// Deletes for good what is kept of somebody in one class. MUST change
    /// nothing of anybody else, and MUST come to the same however often it is
    /// done. Answers that nothing was there for the classes that other ports
    /// forget: the register, suppressions, letters, lists, and what stays.
    async fn forget(&self, class: Class, whose: &Whose<'_>) -> Result<Forgotten, Fault>;

    /// What [`Erasures::forget`] and [`Letters::forget`](crate::Letters::forget) would delete, each thing as JSON, or
    /// as the text that it is: for an export.
    async fn kept(&self, class: Class, whose: &Whose<'_>) -> Result<Vec<String>, Fault>;
}

/// A part of a file that is to be blanked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// First byte.
    pub start: u64,
    /// First byte behind it.
    pub end: u64,
    /// What is written there, over and over: 1 or 2 bytes, of which the length of the
    /// place is a multiple, but for a byte that is cut off at the end of a file.
    pub fill: &'static [u8],
}

impl Place {
    /// Blanks what it has in common with these bytes, the first of which is at
    /// `start` in the file: however a file is cut, it comes to the same.
    pub fn blank(&self, bytes: &mut [u8], start: u64) {
        let index =
            |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX).min(bytes.len());
        let (from, until) = (index(self.start), index(self.end));
        // By its distance from the first byte of the place.
        let before = usize::try_from(start.saturating_sub(self.start)).unwrap_or(0);
        let fill = self.fill.iter().cycle().skip(before % self.fill.len().max(1));
        for (byte, blank) in bytes.get_mut(from..until).unwrap_or_default().iter_mut().zip(fill) {
            *byte = *blank;
        }
    }
}

/// Files of uploads, loaded or not, as an erasure goes through them.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Up to `most` files after `from` (`None`: the start), and where the rest
    /// starts; `None` at the end. Whatever is there during a whole walk is met.
    async fn files(
        &self,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<(Vec<UploadRef>, Option<Cursor>), Fault>;

    /// Blanks these places, which are in order, and deletes what stood
    /// there for good: all of it or nothing. The file keeps its size, its lines
    /// and its form, so that whatever names a part of it goes on to. MUST keep
    /// no more of the file in memory than a piece. Of a file that is gone
    /// nothing is left to be done.
    async fn blank(&self, upload: &UploadRef, places: &[Place]) -> Result<(), Fault>;
}

/// The ids by which things about one call are known.
#[must_use]
pub fn call_ids(attempt: AttemptId, contacts: &[&ContactId]) -> Vec<String> {
    let contacts = contacts.iter().map(|contact| contact.as_str().to_owned());
    std::iter::once(attempt.to_string()).chain(contacts).collect()
}

/// By what a message is known to be about somebody.
#[derive(Clone)]
pub struct Known {
    /// The id of the person and those of their calls, in small letters.
    ids: BTreeSet<String>,
    traces: Option<Traces>,
}

impl Known {
    /// By the id of the person, and by what an erasure tells.
    #[must_use]
    pub fn of(resident: ResidentId, erasure: Option<&Erasure>) -> Self {
        let mut known =
            Self { ids: BTreeSet::new(), traces: erasure.and_then(|erasure| erasure.traces.clone()) };
        let calls = erasure.into_iter().flat_map(|erasure| erasure.calls.iter().cloned());
        known.add(std::iter::once(resident.to_string()).chain(calls));
        known
    }

    /// And by the ids of this call to them.
    pub fn add_call(&mut self, attempt: &Attempt) {
        let facts = &attempt.facts;
        let contacts: Vec<_> = facts.contact.iter().chain(&facts.next_contact).collect();
        let ids = call_ids(attempt.id, &contacts);
        self.add(ids.into_iter().chain([attempt.request.to_string()]));
    }

    fn add(&mut self, ids: impl Iterator<Item = String>) {
        self.ids.extend(ids.map(|id| id.to_ascii_lowercase()));
    }

    /// Whether this message is about them: it holds an id of theirs, or, if
    /// it cannot be read as any message, tells of them in words.
    #[must_use]
    pub fn is_in(&self, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body);
        let small = text.to_ascii_lowercase();
        if self.ids.iter().any(|id| small.contains(id.as_str())) {
            return true;
        }
        // What can be read says by its ids whom it is about.
        let unread = label(body).kind == UNREADABLE;
        self.traces.as_ref().is_some_and(|traces| {
            let e164 = traces.number.e164();
            (traces.number_alone && text.contains(&e164)) || (unread && traces.are_in_text(&text))
        })
    }

    /// Whether what somebody wrote tells of them.
    #[must_use]
    pub fn is_in_words(&self, text: &str) -> bool {
        self.traces.as_ref().is_some_and(|traces| traces.are_in_text(text))
    }
}

impl fmt::Debug for Known {
    /// Without the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").finish_non_exhaustive()
    }
}
