//! The state machine: what is due when, and who is told.

mod api;
mod call;
mod callback;
mod inputs;
mod metrics;
mod people;
mod run_flow;
mod stream;

pub use inputs::Input;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::connect::{DisconnectReason, StringMap};

use crate::agents::{ContactNumber, Desk, Period, Presence};
use crate::config::SimConfig;
use crate::contact::{Contact, Contacts, Leg, Who};
use crate::flow::Flow;
use crate::outside::{Emission, FunctionFailure, InvocationId, OutsideEvent, OutsideKind};
use crate::quota::Bucket;
use crate::residents::{hash, mix};
use crate::wire::Writer;

/// A simulated Amazon Connect.
///
/// Drive it so: whenever [`Self::next_at`] has come, call [`Self::advance`] and carry out what it returns; in between,
/// send requests. `advance` stops at an instant at which a function is called, so that the answer can be given before
/// time goes on: call it again until `next_at` lies in the future. Times may not go backwards; an earlier time counts as
/// the latest one seen. A request at a time that has not been advanced to does what is due before it first.
pub struct Simulator {
    config: SimConfig,
    flow: Arc<Flow>,
    writer: Writer,
    now: Timestamp,
    agenda: BinaryHeap<Entry>,
    entries: u64,
    outbox: Vec<Emission>,
    /// A function was called at this instant; `advance` goes no further before it has returned.
    called: bool,
    contacts: Contacts,
    ids: fastrand::Rng,
    tokens: BTreeMap<String, (ContactNumber, Timestamp)>,
    /// Which contact waits for which invocation.
    invocations: BTreeMap<InvocationId, ContactNumber>,
    next_invocation: u64,
    desk: Desk,
    /// Callbacks in the queue, in the order in which they are offered.
    waiting: BTreeSet<(Timestamp, ContactNumber)>,
    /// Callbacks whose delay is not over.
    delayed: u32,
    /// Calls that count against the quota.
    active: u32,
    peak_active: u32,
    buckets: Buckets,
    figures: Option<metrics::Figures>,
    listener: Option<inputs::Listener>,
    /// What `people_pace` is to be once everything that is due is done.
    next_pace: Option<u32>,
}

impl Simulator {
    /// A Connect that has been idle until `now`.
    pub fn new(config: SimConfig, now: Timestamp) -> Self {
        let mut ids = fastrand::Rng::with_seed(mix(config.seed ^ 0x1d5));
        let mut desk = Desk::default();
        for plan in &config.agents {
            let rng = fastrand::Rng::with_seed(hash(config.seed, &plan.username));
            desk.add(new_id(&mut ids), plan.username.clone(), rng);
        }
        let mut simulator = Self {
            flow: Arc::new(config.flow.clone()),
            writer: Writer::new(config.place.clone()),
            now,
            agenda: BinaryHeap::new(),
            entries: 0,
            outbox: Vec::new(),
            called: false,
            contacts: Contacts::default(),
            ids,
            tokens: BTreeMap::new(),
            invocations: BTreeMap::new(),
            next_invocation: 0,
            desk,
            waiting: BTreeSet::new(),
            delayed: 0,
            active: 0,
            peak_active: 0,
            buckets: Buckets {
                start: Bucket::new(config.rate_per_second, config.burst, now),
                metrics: Bucket::new(5.0, 8, now),
                describe: Bucket::new(10.0, 15, now),
                stop: Bucket::new(10.0, 15, now),
            },
            figures: None,
            listener: None,
            next_pace: None,
            config,
        };
        simulator.plan_agents();
        simulator
    }

    /// When something happens next; absent when nothing will ever happen by itself.
    pub fn next_at(&self) -> Option<Timestamp> {
        if self.outbox.is_empty() {
            self.agenda.peek().map(|entry| entry.at.max(self.now))
        } else {
            Some(self.now)
        }
    }

    /// Does what is due up to `now`, in the order of time, but not past an instant at which the flow called a function.
    pub fn advance(&mut self, now: Timestamp) -> Vec<Emission> {
        if !self.called {
            self.run_to(now, true);
        }
        self.called = false;
        if self.outbox.is_empty() {
            self.change_pace();
        }
        std::mem::take(&mut self.outbox)
    }

    /// The function answered the flow, or failed. An answer that is late, given twice, or for a call that has ended in
    /// the meantime, is not heard.
    pub fn function_answered(
        &mut self,
        now: Timestamp,
        id: InvocationId,
        answer: Result<BTreeMap<String, String>, FunctionFailure>,
    ) {
        self.run_to(now, false);
        self.note(|at| Input::Answered { at, id, answer: answer.clone() });
        if let Some(contact) = self.invocations.remove(&id) {
            self.answer_function(contact, answer);
        }
    }

    /// Ends every call and every waiting callback, for the end of a run; what is left to report follows as usual.
    pub fn hang_up_all(&mut self, now: Timestamp) -> Vec<Emission> {
        self.run_to(now, false);
        for contact in self.contacts.alive() {
            self.end(contact, Some(DisconnectReason::OtherReason));
        }
        self.called = false;
        std::mem::take(&mut self.outbox)
    }

    /// The most calls there ever were at the same time.
    pub fn peak_concurrent_calls(&self) -> u32 {
        self.peak_active
    }

    /// Calls that count against the quota at this moment.
    pub fn concurrent_calls(&self) -> u32 {
        self.active
    }

    fn plan_agents(&mut self) {
        for (agent, plan) in self.config.agents.clone().into_iter().enumerate() {
            for shift in plan.shifts {
                self.later(shift.from, Due::Presence { agent, presence: Presence::Available });
                self.later(shift.until, Due::Presence { agent, presence: Presence::Offline });
                let within = |pause: &&Period| shift.from <= pause.from && pause.from < shift.until;
                for pause in plan.breaks.iter().filter(within) {
                    self.later(pause.from, Due::Presence { agent, presence: Presence::Break });
                    if pause.until < shift.until {
                        self.later(pause.until, Due::Presence { agent, presence: Presence::Available });
                    }
                }
            }
        }
    }

    fn later(&mut self, at: Timestamp, due: Due) {
        self.entries += 1;
        self.agenda.push(Entry { at: at.max(self.now), number: self.entries, due });
    }

    /// A timer of the contact's present turn.
    fn timer(&mut self, contact: ContactNumber, after: SignedDuration, timer: Timer) {
        if let Some(turn) = self.contacts.get(contact).map(|contact| contact.turn) {
            self.later(self.now + after, Due::Timer { contact, turn, timer });
        }
    }

    fn run_to(&mut self, now: Timestamp, stop_at_calls: bool) {
        while let Some(entry) = self.agenda.peek()
            && entry.at <= now
            && !(stop_at_calls && self.called && entry.at > self.now)
            && let Some(entry) = self.agenda.pop()
        {
            self.now = entry.at.max(self.now);
            self.happen(entry.due);
        }
        if !(stop_at_calls && self.called) {
            self.now = now.max(self.now);
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Arrive { partition_key, data } => {
                self.outbox.push(Emission::StreamRecord { at: self.now, partition_key, data });
            }
            Due::Presence { agent, presence } => {
                self.desk.set_presence(agent, presence, self.now);
                self.offer_waiting();
            }
            Due::Cleared { agent } => self.free_agent(agent),
            Due::HangUp { contact } => self.end(contact, Some(DisconnectReason::CustomerDisconnect)),
            Due::Expire { contact } => self.expire(contact),
            Due::Timer { contact, turn, timer } => {
                let Some(known) = self.contacts.get_mut(contact) else { return };
                if known.turn == turn {
                    known.turn += 1;
                    self.ring_timer(contact, timer);
                }
            }
        }
    }

    fn ring_timer(&mut self, contact: ContactNumber, timer: Timer) {
        match timer {
            Timer::Unreached(reason) => self.end(contact, reason),
            Timer::Answer => self.answer(contact),
            Timer::Go(action) => self.go_to(contact, action),
            Timer::Press { key, next } => self.press(contact, key, next),
            Timer::FunctionLate => self.function_failed(contact),
            Timer::FunctionAgain => self.call_function(contact),
            Timer::EnterQueue => self.enter_queue(contact),
            Timer::Accept => self.accept(contact),
            Timer::Miss => self.miss(contact),
            Timer::Join => self.join(contact),
            Timer::TalkOver(reason) => self.end(contact, Some(reason)),
            Timer::WrapUpOver => self.wrapped_up(contact),
        }
    }

    /// Ends a leg, whatever it is doing. Does nothing when it has ended already.
    fn end(&mut self, number: ContactNumber, reason: Option<DisconnectReason>) {
        let Some(contact) = self.contacts.get_mut(number).filter(|contact| contact.disconnected.is_none())
        else {
            return;
        };
        contact.turn += 1;
        contact.disconnected = Some(self.now);
        contact.reason = reason;
        match &mut contact.leg {
            Leg::Check(check) => {
                if let Some(call) = check.call.take() {
                    self.invocations.remove(&call.id);
                }
                self.call_ended(number);
            }
            Leg::Callback(_) => self.callback_ended(number),
        }
    }

    fn set_active(&mut self, active: u32) {
        self.active = active;
        self.peak_active = self.peak_active.max(active);
    }

    fn new_contact(&mut self, who: Who, endpoint: &str, leg: Leg) -> Contact {
        let number = self.contacts.next_number();
        Contact {
            number,
            id: new_id(&mut self.ids),
            first: number,
            initial_id: None,
            previous_id: None,
            next_id: None,
            endpoint: endpoint.to_owned(),
            who,
            attributes: StringMap::default(),
            initiated: self.now,
            connected: None,
            disconnected: None,
            reason: None,
            rng: fastrand::Rng::with_seed(mix(self.config.seed.wrapping_add(mix(number + 1)))),
            turn: 0,
            leg,
        }
    }

    fn seen(&mut self, kind: OutsideKind, contact: ContactNumber, key: Option<char>, reason: Option<String>) {
        let Some(contact) = self.contacts.get(contact) else { return };
        let event = outside(self.now, kind, contact.who.clone(), Some(contact.id.clone()));
        self.outbox.push(Emission::Seen(OutsideEvent { key, reason, ..event }));
    }
}

impl fmt::Debug for Simulator {
    /// The contacts hold telephone numbers and stay out.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (now, active) = (&self.now, &self.active);
        formatter.debug_struct("Simulator").field("now", now).field("active", active).finish_non_exhaustive()
    }
}

/// Buckets of the operations; each has its own.
#[derive(Debug)]
struct Buckets {
    start: Bucket,
    metrics: Bucket,
    describe: Bucket,
    stop: Bucket,
}

/// Something on the agenda. Greatest first in the heap, so earlier entries are greater; of one time, in order of entry.
#[derive(Debug)]
struct Entry {
    at: Timestamp,
    number: u64,
    due: Due,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Entry {}

#[derive(Debug)]
enum Due {
    /// Bytes reach the stream.
    Arrive { partition_key: String, data: Vec<u8> },
    /// The plan of an agent changes.
    Presence { agent: usize, presence: Presence },
    /// An agent clears a missed offer.
    Cleared { agent: usize },
    /// The resident hangs up, whatever the flow is doing.
    HangUp { contact: ContactNumber },
    /// A callback has waited too long.
    Expire { contact: ContactNumber },
    /// What the contact was waiting for in that turn.
    Timer { contact: ContactNumber, turn: u32, timer: Timer },
}

#[derive(Debug)]
enum Timer {
    /// Ringing is over without an answer.
    Unreached(Option<DisconnectReason>),
    /// The far end answers.
    Answer,
    /// Speech or asking is over; on to that action.
    Go(usize),
    /// A key is pressed at an asking; on to that action.
    Press {
        key: char,
        next: usize,
    },
    FunctionLate,
    FunctionAgain,
    EnterQueue,
    Accept,
    Miss,
    Join,
    TalkOver(DisconnectReason),
    WrapUpOver,
}

fn outside(at: Timestamp, kind: OutsideKind, who: Who, contact_id: Option<String>) -> OutsideEvent {
    let Who { resident_id, attempt_id, client_token } = who;
    OutsideEvent { at, kind, resident_id, attempt_id, contact_id, client_token, key: None, reason: None }
}

fn new_id(rng: &mut fastrand::Rng) -> String {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string()
}
