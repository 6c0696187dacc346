//! What people do at the desk.

use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::connect::{DisconnectReason, names};

use super::{Input, Simulator, new_id};
use crate::agents::{ContactNumber, Presence, Task};
use crate::contact::Contact;
use crate::people::{CallStage, DeskCall, DeskPhone, DeskStatus, PersonAct};
use crate::residents::{hash, mix};

impl Simulator {
    /// A person does something at the phone. Who is not known yet is seated with the first status but offline. Answers
    /// whether it could be done: what is done already could, and what is not possible now could not; neither changes
    /// anything. It takes effect no later than a call of a function that [`Self::advance`] has not given out yet, so that
    /// the function is not late because somebody presses buttons.
    pub fn act(&mut self, now: Timestamp, agent: &str, act: &PersonAct) -> bool {
        self.run_to(now, true);
        match self.consider(agent, act) {
            Verdict::Done => true,
            Verdict::Impossible => false,
            Verdict::Status(presence) => {
                self.note(|at| Input::Agent { at, agent: agent.to_owned(), act: act.clone() });
                self.choose(agent, presence);
                true
            }
            Verdict::Call(number) => {
                self.note(|at| Input::Agent { at, agent: agent.to_owned(), act: act.clone() });
                self.work(number, act);
                true
            }
        }
    }

    /// The phone of a person, as of the latest moment that this Connect has seen: looking lets no time pass. Of one who
    /// is not known: offline.
    pub fn phone(&self, agent: &str) -> DeskPhone {
        let Some(person) = self.desk.person(agent).map(|index| self.desk.at(index)) else {
            return DeskPhone::UNUSED;
        };
        let status = match (person.task, person.presence) {
            (Task::Missed, _) => DeskStatus::Missed,
            (_, Presence::Offline) => DeskStatus::Offline,
            (_, Presence::Available) => DeskStatus::Available,
            (_, Presence::Break) => DeskStatus::Away,
        };
        let call = self.call_at_desk(person.task, person.task_since);
        DeskPhone { status, call }
    }

    /// Durations that people live through last so many times longer from now on, at least once; those that have begun
    /// stay as they are. It takes effect when [`Self::advance`] has nothing left to do: of a Connect that was brought
    /// back by [`Self::repeat`], what happened after its last input has happened already, at the former pace. Being an
    /// input, it is no part of how a Connect begins, and one that goes on in another process may do so at another speed.
    pub fn set_people_pace(&mut self, pace: u32) {
        self.next_pace = Some(pace.max(1));
    }

    /// What was set takes effect now.
    pub(super) fn change_pace(&mut self) {
        if let Some(pace) = self.next_pace.take()
            && pace != self.config.people_pace
        {
            self.note(|at| Input::PeoplePace { at, pace });
            self.config.people_pace = pace;
        }
    }

    fn call_at_desk(&self, task: Task, since: Timestamp) -> Option<DeskCall> {
        let (Task::Offered(number) | Task::OnContact(number) | Task::WrapUp(number)) = task else {
            return None;
        };
        let contact = self.contacts.get(number)?;
        let callback = contact.callback()?;
        let (stage, since) = match (task, callback.joined) {
            (Task::Offered(_), _) => (CallStage::Incoming, since),
            (Task::WrapUp(_), _) => (CallStage::WrapUp, since),
            (_, Some(joined)) => (CallStage::Connected, joined),
            (_, None) => (CallStage::Connecting, since),
        };
        let seat = callback.seat.as_ref().filter(|_| stage == CallStage::Incoming);
        let attribute = |name: &str| self.attributes(contact).get(name).map(str::to_owned);
        Some(DeskCall {
            contact_id: contact.id.clone(),
            stage,
            since,
            accept_by: seat.map(|seat| seat.accept_by),
            resident_id: attribute(names::RESIDENT_ID),
            attempt_id: attribute(names::ATTEMPT_ID),
        })
    }

    fn consider(&self, agent: &str, act: &PersonAct) -> Verdict {
        let index = self.desk.person(agent);
        match act {
            PersonAct::Available => self.consider_status(index, Presence::Available),
            PersonAct::Away => self.consider_status(index, Presence::Break),
            PersonAct::Offline => self.consider_status(index, Presence::Offline),
            PersonAct::Accept(id)
            | PersonAct::Decline(id)
            | PersonAct::HangUp(id)
            | PersonAct::WrappedUp(id) => match (index, self.contacts.find(id)) {
                (Some(index), Some(contact)) => self.consider_call(index, contact, act),
                _ => Verdict::Impossible,
            },
        }
    }

    fn consider_status(&self, index: Option<usize>, wanted: Presence) -> Verdict {
        let (presence, task) = index.map_or((Presence::Offline, Task::Idle), |index| {
            let person = self.desk.at(index);
            (person.presence, person.task)
        });
        if presence == wanted && task != Task::Missed { Verdict::Done } else { Verdict::Status(wanted) }
    }

    /// Something about a call. It is theirs if it was offered to them last.
    fn consider_call(&self, index: usize, contact: &Contact, act: &PersonAct) -> Verdict {
        let person = self.desk.at(index);
        let number = contact.number;
        let Some(callback) = contact.callback() else { return Verdict::Impossible };
        let theirs = callback.seat.as_ref().is_some_and(|seat| seat.index == index);
        let accepted = theirs && callback.dequeued.is_some();
        let (possible, done) = match act {
            PersonAct::Accept(_) => (person.task == Task::Offered(number), accepted),
            PersonAct::Decline(_) => (person.task == Task::Offered(number), person.declined == Some(number)),
            // Whoever ended it: it is over, as they want it.
            PersonAct::HangUp(_) => {
                (person.task == Task::OnContact(number), accepted && contact.disconnected.is_some())
            }
            PersonAct::WrappedUp(_) => {
                (person.task == Task::WrapUp(number), theirs && callback.wrapped_up.is_some())
            }
            PersonAct::Available | PersonAct::Away | PersonAct::Offline => (false, false),
        };
        match (possible, done) {
            (true, _) => Verdict::Call(number),
            (false, true) => Verdict::Done,
            (false, false) => Verdict::Impossible,
        }
    }

    fn choose(&mut self, agent: &str, presence: Presence) {
        let index = self.desk.person(agent).unwrap_or_else(|| self.seat(agent));
        self.desk.set_presence(index, presence, self.now);
        if self.desk.at(index).task == Task::Missed {
            self.desk.set_task(index, Task::Idle, self.now);
        }
        self.offer_waiting();
    }

    /// Seats a person. Nothing is drawn from what others are drawn from: nobody else's day changes by it.
    fn seat(&mut self, name: &str) -> usize {
        let mut rng = fastrand::Rng::with_seed(mix(hash(self.config.seed, name)));
        self.desk.seat(new_id(&mut rng), name, rng)
    }

    fn work(&mut self, number: ContactNumber, act: &PersonAct) {
        // Whatever the contact was waiting for, an end by itself included, does not come any more.
        if let Some(contact) = self.contacts.get_mut(number) {
            contact.turn += 1;
        }
        match act {
            PersonAct::Accept(_) => self.accept(number),
            PersonAct::Decline(_) => self.decline(number),
            PersonAct::HangUp(_) => self.end(number, Some(DisconnectReason::AgentDisconnect)),
            PersonAct::WrappedUp(_) => self.wrapped_up(number),
            PersonAct::Available | PersonAct::Away | PersonAct::Offline => {}
        }
    }

    fn decline(&mut self, number: ContactNumber) {
        let index = self.contacts.get(number).and_then(Contact::callback).and_then(|it| it.seat.as_ref());
        if let Some(index) = index.map(|seat| seat.index) {
            self.desk.agent(index).declined = Some(number);
        }
        self.miss(number);
    }

    /// Whether a callback is at the desk of a person.
    pub(super) fn is_with_person(&self, number: ContactNumber) -> bool {
        let callback = self.contacts.get(number).and_then(Contact::callback);
        callback.and_then(|callback| callback.seat.as_ref()).is_some_and(|seat| seat.person)
    }

    /// How long something lasts that has that length in life, for a person or a simulated agent.
    pub(super) fn lived(&self, person: bool, length: SignedDuration) -> SignedDuration {
        let pace = i32::try_from(self.config.people_pace.max(1)).unwrap_or(i32::MAX);
        if person { length.saturating_mul(pace) } else { length }
    }
}

/// What is to be said of something that a person wants to do.
enum Verdict {
    /// It is as they want it.
    Done,
    /// Not now.
    Impossible,
    /// They take this status.
    Status(Presence),
    /// It concerns this call.
    Call(ContactNumber),
}
