//! One real dial, and what is known of it.
//!
//! Knowledge comes from four sources (the answer of the service, the key-press
//! function, contact events, contact records), in any order and more than once.
//! [`Facts`] is therefore a join: each field only moves forward under a total
//! order, so that merging commutes, associates and repeats without effect. The
//! disposition is a function of the facts, never a field of its own.

use crate::ids::{AttemptId, ContactId, RequestId, ResidentId};
use crate::resident::is_zero;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One dial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Which dial; also the client token that Connect was given.
    pub id: AttemptId,
    /// Whom it rings.
    pub resident: ResidentId,
    /// The order that it carries out.
    pub request: RequestId,
    /// When it was recorded, just before the service was asked.
    pub begun_at: Timestamp,
    /// How often their number had been corrected by then: which number rang.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub number_changes: u32,
    /// Why it is believed that no call was made, if it is.
    pub withdrawn: Option<Withdrawal>,
    /// What is known.
    pub facts: Facts,
}

/// Why an attempt that began was, as far as is known, no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// The service was too busy and said so.
    Throttled,
    /// The service refused this call.
    Refused,
    /// No answer came, and no evidence either within the evidence window.
    NoEvidence,
}

/// Everything known of one contact leg.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// The contact in Connect.
    pub contact: Option<ContactId>,
    /// A moment by which the service had taken the call: the true time of the
    /// dial, which can be seconds after the intention was recorded.
    pub dialed_by: Option<Timestamp>,
    /// When the far end answered: a person or a machine.
    pub answered_at: Option<Timestamp>,
    /// The key that was pressed.
    pub press: Option<Press>,
    /// A moment by which they had asked, by the keys, not to be called any
    /// more. Beside the key: neither takes the place of the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opted_out: Option<Timestamp>,
    /// How the call ended.
    pub end: Option<End>,
    /// `LastUpdateTimestamp` of the newest contact record (or the moment of a
    /// description by the service) that was taken in. From then on nothing
    /// that could still come decides anything new.
    pub complete: Option<Timestamp>,
    /// The callback contact that this call created (`NextContactId`).
    pub next_contact: Option<ContactId>,
}

/// A key press. The higher key is the greater; of equal keys the later moment,
/// because each source names a moment by which the key had been pressed, and a
/// person must not be rung too early a day later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Press {
    /// Which answer.
    pub key: Key,
    /// A moment by which it had been pressed.
    pub at: Timestamp,
}

/// The answers a person can give. Talk outranks well: whoever asked for help
/// once gets it, even if they also pressed the other key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// 1: well.
    Well,
    /// 2: please talk to me.
    Talk,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct End {
    /// Version of the knowledge: `None` from a contact event, which says no
    /// reason, else the `LastUpdateTimestamp` of the contact record.
    pub version: Option<Timestamp>,
    /// Detail.
    pub reason: EndReason,
    /// When.
    pub at: Timestamp,
}

/// Why a call ended, as far as it decides anything (Administrator Guide,
/// contact records data model, `DisconnectReason` and
/// `AnsweringMachineDetectionStatus`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Not said, or of no consequence.
    Unsaid,
    /// The line was busy.
    Busy,
    /// The network did not carry the call; not the person's doing.
    Network,
    /// The number does not exist.
    NumberInvalid,
    /// Machine detection heard a machine (campaign traffic only).
    Machine,
}

/// What became of a dial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Not known yet.
    Open,
    /// They pressed 1.
    Well,
    /// They pressed 2.
    Talk,
    /// They asked, by the keys, not to be called any more.
    OptedOut,
    /// Answered, but no key was pressed: voicemail, a hang-up, confusion.
    Unconfirmed,
    /// Machine detection heard a machine.
    Machine,
    /// The line was busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// The network did not carry the call.
    Network,
    /// The number does not exist.
    BadNumber,
    /// Was no call: throttled, refused or without evidence.
    NotPlaced,
}

impl Attempt {
    /// A dial about to be made, to the number that the resident came with.
    #[must_use]
    pub fn begin(resident: ResidentId, request: RequestId, now: Timestamp) -> Self {
        Self {
            id: AttemptId::of(request),
            resident,
            request,
            begun_at: now,
            number_changes: 0,
            withdrawn: None,
            facts: Facts::default(),
        }
    }

    /// The dial goes to a number that was corrected so often.
    #[must_use]
    pub fn with_number(self, number_changes: u32) -> Self {
        Self { number_changes, ..self }
    }

    /// Whether there is proof that the service took the call.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.facts != Facts::default()
    }

    /// Whether nothing more has to be waited for.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.facts.complete.is_some() || (self.withdrawn.is_some() && !self.is_proven())
    }

    /// When the phone was dialed, at the latest: rules about the past count
    /// from here.
    #[must_use]
    pub fn dialed_at(&self) -> Timestamp {
        self.facts.dialed_by.map_or(self.begun_at, |dialed| dialed.max(self.begun_at))
    }

    /// What became of it. A key outranks everything; proof of a call outranks
    /// the belief that there was none.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        let facts = &self.facts;
        match (facts.press.map(|press| press.key), self.withdrawn) {
            (Some(Key::Talk), _) => return Disposition::Talk,
            (_, _) if facts.opted_out.is_some() => return Disposition::OptedOut,
            (Some(Key::Well), _) => return Disposition::Well,
            (None, Some(_)) if !self.is_proven() => return Disposition::NotPlaced,
            (None, _) => {}
        }
        if facts.complete.is_none() {
            return Disposition::Open;
        }
        let reason = facts.end.map_or(EndReason::Unsaid, |end| end.reason);
        match (facts.answered_at.is_some(), reason) {
            (true, EndReason::Machine) => Disposition::Machine,
            (true, _) => Disposition::Unconfirmed,
            (false, EndReason::Busy) => Disposition::Busy,
            (false, EndReason::Network) => Disposition::Network,
            (false, EndReason::NumberInvalid) => Disposition::BadNumber,
            (false, EndReason::Unsaid | EndReason::Machine) => Disposition::NoAnswer,
        }
    }
}

impl Facts {
    /// Takes in what another source knows; returns whether anything was new.
    pub fn merge(&mut self, news: &Self) -> bool {
        let before = self.clone();
        self.contact = lesser(self.contact.take(), news.contact.clone());
        self.next_contact = lesser(self.next_contact.take(), news.next_contact.clone());
        self.dialed_by = self.dialed_by.max(news.dialed_by);
        self.answered_at = lesser(self.answered_at, news.answered_at);
        self.press = self.press.max(news.press);
        self.opted_out = self.opted_out.max(news.opted_out);
        self.end = self.end.max(news.end);
        self.complete = self.complete.max(news.complete);
        *self != before
    }
}

/// The lesser of two known values, or the one that is known.
fn lesser<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
