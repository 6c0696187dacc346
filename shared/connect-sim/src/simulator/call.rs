//! Check calls: from the accepted start to the hang-up.

use jiff::SignedDuration;
use rollcall_contracts::connect::api::StartOutboundRequest;
use rollcall_contracts::connect::{ContactEventType, DisconnectReason, names};

use super::{Due, Simulator, Timer};
use crate::agents::ContactNumber;
use crate::config::Between;
use crate::contact::{Check, Leg, Phase, Who};
use crate::outside::OutsideKind;
use crate::residents::{Drawn, Manner, ResidentKind, chance};

/// How long a call rings when the request does not say.
const DEFAULT_RING: u32 = 60;

impl Simulator {
    /// Begins to dial. The checks are done. `rings` is false for a call that is accepted and comes to nothing.
    pub(super) fn dial(
        &mut self,
        request: &StartOutboundRequest,
        rings: bool,
        drawn: Drawn,
    ) -> ContactNumber {
        let attribute = |name: &str| request.attributes.get(name).map(str::to_owned);
        let who = Who {
            resident_id: attribute(names::RESIDENT_ID),
            attempt_id: attribute(names::ATTEMPT_ID),
            client_token: request.client_token.clone(),
        };
        let mut rng = self.ids.fork();
        let kind = self.config.residents.draw(drawn, &mut rng);
        let manner = Manner::draw(kind, &self.config.resident_habits, &mut rng);
        let check = Check {
            manner,
            name: request.name.clone(),
            action: self.flow.start(),
            passes: Default::default(),
            external: Default::default(),
            callback_number: None,
            queued: false,
            call: None,
        };
        let mut contact =
            self.new_contact(who, &request.destination_phone_number, Leg::Check(Box::new(check)));
        contact.attributes = request.attributes.clone();
        let ring =
            SignedDuration::from_secs(i64::from(request.ring_timeout_in_seconds.unwrap_or(DEFAULT_RING)));
        let (after, timer) = self.fate(kind, ring, &mut contact.rng);
        let number = contact.number;
        self.contacts.add(contact);
        self.seen(OutsideKind::DialAccepted, number, None, None);
        self.announce(number, ContactEventType::Initiated);
        if rings {
            self.set_active(self.active + 1);
            self.timer(number, after, timer);
        } else {
            // It never takes a line, so it does not count towards the peak; its end gives the line back all the same.
            self.active += 1;
            self.end(number, Some(DisconnectReason::OtherReason));
        }
        number
    }

    /// How ringing ends, and after how long.
    fn fate(
        &self,
        kind: ResidentKind,
        ring: SignedDuration,
        rng: &mut fastrand::Rng,
    ) -> (SignedDuration, Timer) {
        let habits = &self.config.resident_habits;
        match kind {
            ResidentKind::Busy => {
                (Between::seconds(2, 5).draw(rng), Timer::Unreached(Some(DisconnectReason::TelecomBusy)))
            }
            ResidentKind::BadNumber => (
                Between::seconds(1, 3).draw(rng),
                Timer::Unreached(Some(DisconnectReason::TelecomNumberInvalid)),
            ),
            ResidentKind::Network => {
                // Admin Guide: problems on about 2 % of calls, suspected blocking on about 1 %.
                let blocking = chance(rng, 0.33);
                let reason = if blocking {
                    DisconnectReason::TelecomPotentialBlocking
                } else {
                    DisconnectReason::TelecomProblem
                };
                (Between::seconds(1, 8).draw(rng), Timer::Unreached(Some(reason)))
            }
            ResidentKind::NoAnswer => unanswered(ring, rng),
            ResidentKind::Well
            | ResidentKind::Talk
            | ResidentKind::OptOut
            | ResidentKind::Silent
            | ResidentKind::HangUp => {
                let after = habits.answers_after.draw(rng);
                if after < ring { (after, Timer::Answer) } else { unanswered(ring, rng) }
            }
            ResidentKind::Voicemail => {
                let after = habits.machine_answers_after.draw(rng);
                if after < ring { (after, Timer::Answer) } else { unanswered(ring, rng) }
            }
        }
    }

    /// The far end of a leg answers, person or machine.
    pub(super) fn answer(&mut self, number: ContactNumber) {
        let now = self.now;
        let Some(contact) = self.contacts.get_mut(number) else { return };
        contact.connected = Some(now);
        let kind = match &mut contact.leg {
            Leg::Check(check) => Some(check.manner.kind),
            Leg::Callback(callback) => {
                callback.phase = Phase::Live;
                None
            }
        };
        let leaves = match kind {
            Some(ResidentKind::HangUp) => Some(Between::seconds(1, 9).draw(&mut contact.rng)),
            // A machine records for a while and then hangs up itself.
            Some(ResidentKind::Voicemail) => Some(Between::seconds(30, 120).draw(&mut contact.rng)),
            _ => None,
        };
        self.announce(number, ContactEventType::ConnectedToSystem);
        match kind {
            Some(_) => {
                self.seen(OutsideKind::Answered, number, None, None);
                if let Some(after) = leaves {
                    self.later(now + after, Due::HangUp { contact: number });
                }
                self.run_flow(number);
            }
            None => self.joining(number),
        }
    }

    /// A check call is over: tell everyone, and let a waiting callback have the line.
    pub(super) fn call_ended(&mut self, number: ContactNumber) {
        self.set_active(self.active.saturating_sub(1));
        self.tell_end(number, OutsideKind::Ended);
        self.announce(number, ContactEventType::Completed);
        self.record(number);
        self.offer_waiting();
    }

    pub(super) fn tell_end(&mut self, number: ContactNumber, kind: OutsideKind) {
        let reason = self.contacts.get(number).and_then(|contact| contact.reason.as_ref());
        let reason = reason.map(|reason| reason.as_str().to_owned());
        self.seen(kind, number, None, reason);
        self.announce(number, ContactEventType::Disconnected);
    }
}

/// Rings until the ring time is over, or until the network gives up earlier. Which code a shortened ring gives is not
/// documented, nor that there always is one, so all of them occur.
fn unanswered(ring: SignedDuration, rng: &mut fastrand::Rng) -> (SignedDuration, Timer) {
    match rng.u32(0..100) {
        0..55 => (ring, Timer::Unreached(Some(DisconnectReason::TelecomOriginatorCancel))),
        55..75 => (ring, Timer::Unreached(Some(DisconnectReason::TelecomTimeout))),
        75..90 => {
            let declined = Between::seconds(4, 15).draw(rng).min(ring);
            (declined, Timer::Unreached(Some(DisconnectReason::TelecomUnanswered)))
        }
        _ => (ring, Timer::Unreached(None)),
    }
}
