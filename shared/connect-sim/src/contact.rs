//! Contacts: one call leg each.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::connect::{DisconnectReason, StringMap};

use crate::agents::ContactNumber;
use crate::outside::InvocationId;
use crate::residents::Manner;

/// One call leg, from its creation to its record. No `Debug` here: it holds a telephone number.
#[derive(Clone)]
pub(crate) struct Contact {
    pub(crate) number: ContactNumber,
    pub(crate) id: String,
    /// The first leg, which holds the attributes of all.
    pub(crate) first: ContactNumber,
    pub(crate) initial_id: Option<String>,
    pub(crate) previous_id: Option<String>,
    pub(crate) next_id: Option<String>,
    /// The resident's number.
    pub(crate) endpoint: String,
    pub(crate) who: Who,
    /// Of the first leg only.
    pub(crate) attributes: StringMap,
    pub(crate) initiated: Timestamp,
    pub(crate) connected: Option<Timestamp>,
    pub(crate) disconnected: Option<Timestamp>,
    pub(crate) reason: Option<DisconnectReason>,
    pub(crate) rng: fastrand::Rng,
    /// Goes up whenever the leg stops waiting for something; timers of earlier turns are void.
    pub(crate) turn: u32,
    pub(crate) leg: Leg,
}

/// Whose call it is, for the outside view.
#[derive(Clone, Debug, Default)]
pub(crate) struct Who {
    pub(crate) resident_id: Option<String>,
    pub(crate) attempt_id: Option<String>,
    pub(crate) client_token: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Leg {
    Check(Box<Check>),
    Callback(Box<Callback>),
}

/// A check call.
#[derive(Clone)]
pub(crate) struct Check {
    pub(crate) manner: Manner,
    /// Name given by the caller.
    pub(crate) name: Option<String>,
    /// The action the flow is at.
    pub(crate) action: usize,
    /// Passes made through each loop.
    pub(crate) passes: BTreeMap<usize, u32>,
    /// `$.External`: the last answer of a function.
    pub(crate) external: BTreeMap<String, String>,
    pub(crate) callback_number: Option<String>,
    pub(crate) queued: bool,
    pub(crate) call: Option<FunctionCall>,
}

/// A function the flow is waiting for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FunctionCall {
    pub(crate) id: InvocationId,
    pub(crate) first_at: Timestamp,
    pub(crate) failures: u32,
}

/// A queued callback: one attempt of it.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) phase: Phase,
    /// Dials left, this one included.
    pub(crate) attempts_left: u32,
    pub(crate) retry_delay: SignedDuration,
    pub(crate) enqueued: Option<Timestamp>,
    pub(crate) dequeued: Option<Timestamp>,
    /// Offers to agents.
    pub(crate) offers: u32,
    pub(crate) seat: Option<Seat>,
    pub(crate) joined: Option<Timestamp>,
    pub(crate) wrapped_up: Option<Timestamp>,
    /// A machine answered.
    pub(crate) machine: bool,
}

impl Callback {
    pub(crate) fn new(attempts_left: u32, retry_delay: SignedDuration) -> Self {
        Self {
            phase: Phase::Delayed,
            attempts_left,
            retry_delay,
            enqueued: None,
            dequeued: None,
            offers: 0,
            seat: None,
            joined: None,
            wrapped_up: None,
            machine: false,
        }
    }
}

/// The agent at whose desk a callback is.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) index: usize,
    pub(crate) id: String,
    pub(crate) username: String,
    /// A person works that desk.
    pub(crate) person: bool,
    /// Until when it is offered there.
    pub(crate) accept_by: Timestamp,
}

/// Where a callback stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Not yet in the queue.
    Delayed,
    /// In the queue.
    Waiting,
    /// Ringing at an agent's desk.
    Offered,
    /// Accepted: ringing at the resident's, or joined.
    Live,
    Over,
}

/// All contacts that are remembered.
#[derive(Default)]
pub(crate) struct Contacts {
    /// Number of the first one in `known`.
    forgotten: ContactNumber,
    known: VecDeque<Contact>,
    by_id: BTreeMap<String, ContactNumber>,
}

impl Contacts {
    pub(crate) fn next_number(&self) -> ContactNumber {
        self.forgotten + self.known.len() as ContactNumber
    }

    /// Adds a contact, whose number must be [`Self::next_number`].
    pub(crate) fn add(&mut self, contact: Contact) {
        self.by_id.insert(contact.id.clone(), contact.number);
        self.known.push_back(contact);
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Contact> {
        self.by_id.get(id).and_then(|number| self.get(*number))
    }

    pub(crate) fn get(&self, number: ContactNumber) -> Option<&Contact> {
        self.known.get(usize::try_from(number.checked_sub(self.forgotten)?).ok()?)
    }

    pub(crate) fn get_mut(&mut self, number: ContactNumber) -> Option<&mut Contact> {
        self.known.get_mut(usize::try_from(number.checked_sub(self.forgotten)?).ok()?)
    }

    /// Numbers of all contacts that have not ended.
    pub(crate) fn alive(&self) -> Vec<ContactNumber> {
        let alive = self.known.iter().filter(|contact| contact.disconnected.is_none());
        alive.map(|contact| contact.number).collect()
    }

    /// Forgets the oldest contacts as long as they ended before `before`; gives their client tokens back.
    pub(crate) fn forget(&mut self, before: Timestamp) -> Vec<(String, ContactNumber)> {
        let mut tokens = Vec::new();
        while let Some(oldest) = self.known.front()
            && oldest.disconnected.is_some_and(|at| at < before)
            && let Some(contact) = self.known.pop_front()
        {
            self.forgotten += 1;
            self.by_id.remove(&contact.id);
            if let (Some(token), Leg::Check(_)) = (contact.who.client_token, &contact.leg) {
                tokens.push((token, contact.number));
            }
        }
        tokens
    }
}
