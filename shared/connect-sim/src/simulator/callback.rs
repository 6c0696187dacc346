//! Queued callbacks: waiting, being offered, being rung, being talked to, and tried again.

use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::connect::{ContactEventType, DisconnectReason};

use super::{Due, Simulator, Timer};
use crate::agents::{ContactNumber, Presence, Task};
use crate::config::Between;
use crate::contact::{Callback, Contact, Leg, Phase, Seat};
use crate::outside::OutsideKind;
use crate::residents::chance;

/// How long an offer rings at an agent's desk before it counts as missed.
const OFFER_RINGS: SignedDuration = SignedDuration::from_secs(20);
/// How long a callback rings at the resident's.
const CALLBACK_RINGS: SignedDuration = SignedDuration::from_secs(60);

impl Simulator {
    /// The flow creates a callback while its own call is still up.
    pub(super) fn request_callback(
        &mut self,
        parent: ContactNumber,
        initial_delay: SignedDuration,
        attempts: u32,
        retry_delay: SignedDuration,
    ) {
        let chosen = self.contacts.get(parent).and_then(|contact| match &contact.leg {
            Leg::Check(check) => check.callback_number.clone(),
            Leg::Callback(_) => None,
        });
        let callback = Callback::new(attempts, retry_delay);
        if let Some(number) = self.follow_up(parent, chosen, callback, initial_delay) {
            self.seen(OutsideKind::CallbackRequested, number, None, None);
        }
    }

    /// Adds a leg that follows `parent` and enters the queue after `delay`.
    fn follow_up(
        &mut self,
        parent: ContactNumber,
        endpoint: Option<String>,
        callback: Callback,
        delay: SignedDuration,
    ) -> Option<ContactNumber> {
        let before = self.contacts.get(parent)?;
        let who = before.who.clone();
        let endpoint = endpoint.unwrap_or_else(|| before.endpoint.clone());
        let (first, previous_id) = (before.first, before.id.clone());
        let initial_id = before.initial_id.clone().unwrap_or_else(|| before.id.clone());

        let mut contact = self.new_contact(who, &endpoint, Leg::Callback(Box::new(callback)));
        contact.first = first;
        contact.initial_id = Some(initial_id);
        contact.previous_id = Some(previous_id);
        let (number, id) = (contact.number, contact.id.clone());
        self.contacts.add(contact);
        if let Some(parent) = self.contacts.get_mut(parent) {
            parent.next_id = Some(id);
        }
        self.delayed += 1;
        self.announce(number, ContactEventType::Initiated);
        self.timer(number, delay, Timer::EnterQueue);
        let expires = self.now + delay + self.config.callback_life;
        self.later(expires, Due::Expire { contact: number });
        Some(number)
    }

    pub(super) fn enter_queue(&mut self, number: ContactNumber) {
        let now = self.now;
        let Some(callback) = self.callback_mut(number) else { return };
        callback.phase = Phase::Waiting;
        callback.enqueued = Some(now);
        self.delayed = self.delayed.saturating_sub(1);
        self.waiting.insert((now, number));
        self.announce(number, ContactEventType::Queued);
        self.offer_waiting();
    }

    /// Offers callbacks as long as there is one waiting, an agent free, and a line: from the offer on it counts as a
    /// concurrent call.
    pub(super) fn offer_waiting(&mut self) {
        while self.active < self.config.concurrent_calls
            && let Some(agent) = self.desk.longest_idle()
            && let Some((_, number)) = self.waiting.pop_first()
        {
            self.offer(number, agent);
        }
    }

    fn offer(&mut self, number: ContactNumber, agent: usize) {
        self.set_active(self.active + 1);
        self.desk.set_task(agent, Task::Offered(number), self.now);
        let rings = self.lived(self.desk.at(agent).person, OFFER_RINGS);
        let taker = self.desk.agent(agent);
        taker.declined = None;
        let person = taker.person;
        let misses = person || chance(&mut taker.rng, self.config.agent_habits.misses);
        let accepts_after = self.config.agent_habits.accepts_after.draw(&mut taker.rng);
        let (id, username) = (taker.id.clone(), taker.username.clone());
        let accept_by = self.now.checked_add(rings).unwrap_or(Timestamp::MAX);
        if let Some(callback) = self.callback_mut(number) {
            callback.phase = Phase::Offered;
            callback.offers += 1;
            callback.seat = Some(Seat { index: agent, id, username, person, accept_by });
        }
        if misses {
            self.timer(number, rings, Timer::Miss);
        } else {
            self.timer(number, accepts_after.min(rings), Timer::Accept);
        }
    }

    /// The agent let it ring, or declined: back to its place in the queue, for someone else.
    pub(super) fn miss(&mut self, number: ContactNumber) {
        let Some(callback) = self.callback_mut(number) else { return };
        let (Some(seat), Some(enqueued)) = (callback.seat.take(), callback.enqueued) else { return };
        callback.phase = Phase::Waiting;
        self.waiting.insert((enqueued, number));
        self.set_active(self.active.saturating_sub(1));
        // A person who has signed out has nothing to clear.
        let gone = seat.person && self.desk.at(seat.index).presence == Presence::Offline;
        self.desk.set_task(seat.index, if gone { Task::Idle } else { Task::Missed }, self.now);
        if !seat.person {
            let clears = self.config.agent_habits.clears_missed_after;
            let after = clears.draw(&mut self.desk.agent(seat.index).rng);
            self.later(self.now + after, Due::Cleared { agent: seat.index });
        }
        self.offer_waiting();
    }

    /// The agent accepted: out of the queue, whisper, and the resident is rung.
    pub(super) fn accept(&mut self, number: ContactNumber) {
        let now = self.now;
        let shares = self.config.agent_habits.callbacks;
        let habits = self.config.resident_habits.clone();
        let Some(Contact { leg: Leg::Callback(callback), rng, .. }) = self.contacts.get_mut(number) else {
            return;
        };
        let Some((agent, person)) = callback.seat.as_ref().map(|seat| (seat.index, seat.person)) else {
            return;
        };
        callback.dequeued = Some(now);
        callback.phase = Phase::Live;
        let whisper = Between::millis(1_500, 3_000).draw(rng);
        let drawn = rng.f64();
        let unreached = |reason| Timer::Unreached(Some(reason));
        let (rings, timer) = if drawn < shares.no_answer {
            (CALLBACK_RINGS, unreached(DisconnectReason::TelecomOriginatorCancel))
        } else if drawn < shares.no_answer + shares.busy {
            (Between::seconds(2, 5).draw(rng), unreached(DisconnectReason::TelecomBusy))
        } else if drawn < shares.no_answer + shares.busy + shares.voicemail {
            callback.machine = true;
            (habits.machine_answers_after.draw(rng), Timer::Answer)
        } else {
            (habits.answers_after.draw(rng), Timer::Answer)
        };
        self.desk.set_task(agent, Task::OnContact(number), now);
        self.timer(number, self.lived(person, whisper + rings), timer);
    }

    /// The resident's end answered; agent and resident are joined after the whisper to the resident.
    pub(super) fn joining(&mut self, number: ContactNumber) {
        let whisper = self.draw(number, Between::millis(500, 2_500));
        let whisper = self.lived(self.is_with_person(number), whisper);
        self.timer(number, whisper, Timer::Join);
    }

    pub(super) fn join(&mut self, number: ContactNumber) {
        let now = self.now;
        let person = self.is_with_person(number);
        let habits = &self.config.agent_habits;
        let talk = if person { habits.talk_to_person } else { habits.talk };
        let Some(Contact { leg: Leg::Callback(callback), rng, .. }) = self.contacts.get_mut(number) else {
            return;
        };
        callback.joined = Some(now);
        let (lasts, reason) = match callback.machine {
            // Only the other end ends by itself what a person does not: a machine records for a while.
            true if person => (Between::seconds(60, 180).draw(rng), DisconnectReason::CustomerDisconnect),
            false if person => (talk.draw_short(rng), DisconnectReason::CustomerDisconnect),
            // The agent leaves a message.
            true => (Between::seconds(10, 40).draw(rng), DisconnectReason::AgentDisconnect),
            false if chance(rng, 0.6) => (talk.draw_short(rng), DisconnectReason::CustomerDisconnect),
            false => (talk.draw_short(rng), DisconnectReason::AgentDisconnect),
        };
        self.seen(OutsideKind::CallbackConnected, number, None, None);
        self.announce(number, ContactEventType::ConnectedToAgent);
        self.timer(number, self.lived(person, lasts), Timer::TalkOver(reason));
    }

    /// A callback leg is over: talked to, rung in vain, withdrawn, or expired.
    pub(super) fn callback_ended(&mut self, number: ContactNumber) {
        let Some(callback) = self.callback_mut(number) else { return };
        let phase = std::mem::replace(&mut callback.phase, Phase::Over);
        let (enqueued, joined) = (callback.enqueued, callback.joined.is_some());
        let seat = callback.seat.as_ref().map(|seat| (seat.index, seat.person));
        match phase {
            Phase::Delayed => self.delayed = self.delayed.saturating_sub(1),
            Phase::Waiting => {
                self.waiting.remove(&(enqueued.unwrap_or_default(), number));
            }
            Phase::Offered | Phase::Live => self.set_active(self.active.saturating_sub(1)),
            Phase::Over => {}
        }
        self.try_again(number);
        self.tell_end(number, OutsideKind::CallbackEnded);
        match (phase, seat) {
            // Until the person says that it is done.
            (Phase::Live, Some((agent, true))) => {
                self.desk.set_task(agent, Task::WrapUp(number), self.now);
            }
            (Phase::Live, Some((agent, false))) => {
                self.desk.set_task(agent, Task::WrapUp(number), self.now);
                let work = if joined { self.config.agent_habits.wrap_up } else { Between::seconds(2, 10) };
                let lasts = self.draw(number, work);
                self.timer(number, lasts, Timer::WrapUpOver);
            }
            (Phase::Offered, Some((agent, _))) => {
                self.complete(number);
                self.free_agent(agent);
            }
            _ => self.complete(number),
        }
        self.offer_waiting();
    }

    /// Only a dial that rang unanswered is repeated; busy is not, and a machine counts as reached.
    fn try_again(&mut self, number: ContactNumber) {
        let Some(contact) = self.contacts.get(number) else { return };
        let unanswered =
            contact.connected.is_none() && contact.reason == Some(DisconnectReason::TelecomOriginatorCancel);
        let Some(callback) = contact.callback().filter(|callback| unanswered && callback.attempts_left > 1)
        else {
            return;
        };
        let delay = callback.retry_delay;
        let next = Callback::new(callback.attempts_left - 1, delay);
        self.follow_up(number, None, next, delay);
    }

    /// The agent is done with the contact; only now is there a record.
    pub(super) fn wrapped_up(&mut self, number: ContactNumber) {
        let now = self.now;
        let Some(callback) = self.callback_mut(number) else { return };
        callback.wrapped_up = Some(now);
        let agent = callback.seat.as_ref().map(|seat| seat.index);
        self.complete(number);
        if let Some(agent) = agent {
            self.free_agent(agent);
        }
    }

    fn complete(&mut self, number: ContactNumber) {
        self.announce(number, ContactEventType::Completed);
        self.record(number);
    }

    pub(super) fn free_agent(&mut self, agent: usize) {
        self.desk.set_task(agent, Task::Idle, self.now);
        self.offer_waiting();
    }

    /// Nobody took it for days: Connect drops it.
    pub(super) fn expire(&mut self, number: ContactNumber) {
        let phase = self.contacts.get(number).and_then(Contact::callback).map(|callback| callback.phase);
        if phase == Some(Phase::Waiting) {
            self.end(number, None);
        }
    }

    fn draw(&mut self, number: ContactNumber, length: Between) -> SignedDuration {
        self.contacts.get_mut(number).map_or(SignedDuration::ZERO, |contact| length.draw(&mut contact.rng))
    }

    pub(super) fn callback_mut(&mut self, number: ContactNumber) -> Option<&mut Callback> {
        match self.contacts.get_mut(number)?.leg {
            Leg::Callback(ref mut callback) => Some(callback),
            Leg::Check(_) => None,
        }
    }
}
