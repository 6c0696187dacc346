//! Running the call flow, action by action.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use rollcall_contracts::connect::{ContactEventType, DisconnectReason, StringMap};

use super::api::is_e164;
use super::{Due, Simulator, Timer};
use crate::agents::ContactNumber;
use crate::config::Between;
use crate::contact::{Check, Contact, FunctionCall, Leg};
use crate::flow::{Flow, Step, Text};
use crate::outside::{Emission, FunctionFailure, Invocation, InvocationId, OutsideKind};
use crate::residents::chance;

/// All tries of one function block end after this time (Admin Guide, connect-lambda-functions).
const ALL_TRIES: SignedDuration = SignedDuration::from_secs(8);
/// From a failed try to the next.
const BEFORE_RETRY: SignedDuration = SignedDuration::from_millis(200);
/// Retries after the first try.
const RETRIES: u32 = 3;
/// Bytes of all attributes of a contact.
const MOST_ATTRIBUTES: usize = 32_768;
/// Bytes of a function's answer, keys and values.
const MOST_ANSWER: usize = 32_768;
/// Actions in a row without speech, key or function; a flow that spins is ended.
const MOST_SILENT_ACTIONS: u32 = 1_000;

impl Simulator {
    /// Runs until something takes time, or the call is over.
    pub(super) fn run_flow(&mut self, number: ContactNumber) {
        let flow = Arc::clone(&self.flow);
        for _ in 0..MOST_SILENT_ACTIONS {
            let Some(check) = self.check(number) else { return };
            match self.perform(number, &flow, check.action) {
                Next::Action(action) => self.set_action(number, action),
                Next::Wait => return,
            }
        }
        self.end(number, Some(DisconnectReason::OtherReason));
    }

    pub(super) fn go_to(&mut self, number: ContactNumber, action: usize) {
        self.set_action(number, action);
        self.run_flow(number);
    }

    /// A key is pressed at an asking.
    pub(super) fn press(&mut self, number: ContactNumber, key: char, next: usize) {
        self.seen(OutsideKind::KeyPressed, number, Some(key), None);
        let now = self.now;
        let [well, talk, _] = self.config.resident_habits.keys;
        if let Some(contact) = self.contacts.get_mut(number)
            && let Leg::Check(check) = &contact.leg
            && check.manner.leaves_early
            && (key == well || key == talk)
        {
            let after = Between::millis(100, 6_000).draw(&mut contact.rng);
            self.later(now + after, Due::HangUp { contact: number });
        }
        self.go_to(number, next);
    }

    fn perform(&mut self, number: ContactNumber, flow: &Flow, action: usize) -> Next {
        match &flow.actions()[action].step {
            Step::Pass { next } => Next::Action(*next),
            Step::Say { lasts, next } => {
                self.timer(number, *lasts, Timer::Go(*next));
                Next::Wait
            }
            Step::Ask { lasts, wait, keys, silence, other_key, .. } => {
                match self.reaction(number, *lasts, *wait) {
                    Some((after, key)) => {
                        let offered = keys.iter().find(|(offered, _)| *offered == key);
                        let next = offered.map_or(*other_key, |(_, next)| *next);
                        self.timer(number, after, Timer::Press { key, next });
                    }
                    None => self.timer(number, *lasts + *wait, Timer::Go(*silence)),
                }
                Next::Wait
            }
            Step::SetAttributes { values, next, error } => {
                Next::Action(if self.set_attributes(number, values) { *next } else { *error })
            }
            Step::Invoke { .. } => {
                self.forget_call(number);
                self.call_function(number);
                Next::Wait
            }
            Step::Compare { value, cases, otherwise } => {
                let value = self.resolve(number, value).unwrap_or_default();
                let case = cases.iter().find(|case| case.operator.holds(&value, &case.operand));
                Next::Action(case.map_or(*otherwise, |case| case.next))
            }
            Step::Loop { count, again, done } => {
                let Some(check) = self.check_mut(number) else { return Next::Wait };
                let passes = check.passes.entry(action).or_default();
                if *passes < *count {
                    *passes += 1;
                    return Next::Action(*again);
                }
                *passes = 0;
                Next::Action(*done)
            }
            Step::HangUp => {
                // The reason of a call ended by the flow is sometimes left out.
                let told = self.contacts.get_mut(number).is_some_and(|contact| chance(&mut contact.rng, 0.9));
                self.end(number, told.then_some(DisconnectReason::ContactFlowDisconnect));
                Next::Wait
            }
            step => Next::Action(self.arrange_callback(number, step)),
        }
    }

    /// The three actions that lead to a callback; gives where to go.
    fn arrange_callback(&mut self, number: ContactNumber, step: &Step) -> usize {
        match step {
            Step::SetCallbackNumber { number: text, next, invalid, not_dialable } => {
                let callback = self.resolve(number, text).filter(|callback| is_e164(callback));
                let Some(callback) = callback else { return *invalid };
                if !self.writer.place().may_call(&callback) {
                    return *not_dialable;
                }
                if let Some(check) = self.check_mut(number) {
                    check.callback_number = Some(callback);
                }
                *next
            }
            Step::SetQueue { queue, next, error } => {
                let known = self.resolve(number, queue).is_some_and(|queue| self.is_queue(&queue));
                if let Some(check) = self.check_mut(number) {
                    check.queued = known;
                }
                if known { *next } else { *error }
            }
            Step::CreateCallback { queue, initial_delay, attempts, retry_delay, next, error } => {
                let queued = match queue {
                    Some(queue) => self.resolve(number, queue).is_some_and(|queue| self.is_queue(&queue)),
                    None => self.check(number).is_some_and(|check| check.queued),
                };
                let in_queue = self.delayed as usize + self.waiting.len();
                let room = self.config.queue_capacity.is_none_or(|capacity| in_queue < capacity as usize);
                if !(queued && room) {
                    return *error;
                }
                self.request_callback(number, *initial_delay, *attempts, *retry_delay);
                *next
            }
            // `perform` handles every other step, so this branch leads nowhere new.
            _ => self.check(number).map_or(0, |check| check.action),
        }
    }

    /// Calls the function of the present action: the first time, or once more.
    pub(super) fn call_function(&mut self, number: ContactNumber) {
        let flow = Arc::clone(&self.flow);
        let Some(check) = self.check(number) else { return };
        let Step::Invoke { limit, parameters, .. } = &flow.actions()[check.action].step else { return };
        let (first_at, failures) = check.call.map_or((self.now, 0), |call| (call.first_at, call.failures));
        let deadline = (self.now + *limit).min(first_at + ALL_TRIES);
        let value = |text: &Text| self.resolve(number, text).unwrap_or_default();
        let parameters: StringMap =
            parameters.iter().map(|(name, text)| (name.clone(), value(text))).collect();
        let Some(contact) = self.contacts.get(number) else { return };
        let payload = self.writer.invocation(contact, self.attributes(contact), parameters);

        self.next_invocation += 1;
        let id = InvocationId(self.next_invocation);
        if let Some(check) = self.check_mut(number) {
            check.call = Some(FunctionCall { id, first_at, failures });
        }
        self.invocations.insert(id, number);
        self.timer(number, deadline.duration_since(self.now), Timer::FunctionLate);
        let invocation = Invocation { id, at: self.now, deadline, payload };
        self.outbox.push(Emission::InvokeFunction(Box::new(invocation)));
        self.called = true;
    }

    /// The try the flow is waiting for has come to an end; those it has given up on are no longer in `invocations`.
    pub(super) fn answer_function(
        &mut self,
        number: ContactNumber,
        answer: Result<BTreeMap<String, String>, FunctionFailure>,
    ) {
        let flow = Arc::clone(&self.flow);
        let Some(check) = self.check_mut(number) else { return };
        let Step::Invoke { next, .. } = &flow.actions()[check.action].step else { return };
        let fits = |answer: &BTreeMap<String, String>| {
            answer.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() <= MOST_ANSWER
        };
        let answer = answer.ok().filter(fits);
        let answered = answer.is_some();
        check.external = answer.unwrap_or_default();
        if let Some(contact) = self.contacts.get_mut(number) {
            contact.turn += 1;
        }
        if answered {
            self.forget_call(number);
            self.go_to(number, *next);
        } else {
            self.function_failed(number);
        }
    }

    /// A try failed or was too slow: once more if there is time, else the error branch.
    pub(super) fn function_failed(&mut self, number: ContactNumber) {
        let flow = Arc::clone(&self.flow);
        let now = self.now;
        let Some(check) = self.check_mut(number) else { return };
        let (Some(call), Step::Invoke { error, .. }) = (&mut check.call, &flow.actions()[check.action].step)
        else {
            return;
        };
        call.failures += 1;
        let again = call.failures <= RETRIES && now + BEFORE_RETRY < call.first_at + ALL_TRIES;
        let id = call.id;
        self.invocations.remove(&id);
        if again {
            self.timer(number, BEFORE_RETRY, Timer::FunctionAgain);
        } else {
            self.forget_call(number);
            self.go_to(number, *error);
        }
    }

    /// Sets attributes of the whole chain, all or none; false when they are too large.
    fn set_attributes(&mut self, number: ContactNumber, values: &[(String, Text)]) -> bool {
        let Some(contact) = self.contacts.get(number) else { return false };
        let first = contact.first;
        let mut attributes = self.attributes(contact).clone();
        for (name, text) in values {
            attributes.insert(name.clone(), self.resolve(number, text).unwrap_or_default());
        }
        if attributes.bytes() > MOST_ATTRIBUTES {
            return false;
        }
        if let Some(first) = self.contacts.get_mut(first) {
            first.attributes = attributes;
        }
        self.announce(number, ContactEventType::ContactDataUpdated);
        true
    }

    fn resolve(&self, number: ContactNumber, text: &Text) -> Option<String> {
        let path = match text {
            Text::Fixed(text) => return Some(text.clone()),
            Text::Reference(path) => path,
        };
        let contact = self.contacts.get(number)?;
        if let Some(name) = path.strip_prefix("Attributes.") {
            return self.attributes(contact).get(name).map(str::to_owned);
        }
        if let Some(name) = path.strip_prefix("External.") {
            return self.check(number)?.external.get(name).cloned();
        }
        match path.as_str() {
            "CustomerEndpoint.Address" => Some(contact.endpoint.clone()),
            "SystemEndpoint.Address" => Some(self.writer.place().source_number.clone()),
            "ContactId" => Some(contact.id.clone()),
            "InitialContactId" => Some(contact.initial_id.as_ref().unwrap_or(&contact.id).clone()),
            _ => None,
        }
    }

    fn is_queue(&self, queue: &str) -> bool {
        queue == self.writer.queue_arn() || queue == self.writer.place().queue_id
    }

    fn set_action(&mut self, number: ContactNumber, action: usize) {
        if let Some(check) = self.check_mut(number) {
            check.action = action;
        }
    }

    fn forget_call(&mut self, number: ContactNumber) {
        if let Some(check) = self.check_mut(number) {
            check.call = None;
        }
    }

    /// What the resident does at an asking.
    fn reaction(
        &mut self,
        number: ContactNumber,
        lasts: SignedDuration,
        wait: SignedDuration,
    ) -> Option<(SignedDuration, char)> {
        let Contact { leg: Leg::Check(check), rng, .. } = self.contacts.get_mut(number)? else { return None };
        check.manner.reacts(lasts, wait, &self.config.resident_habits, rng)
    }

    fn check_mut(&mut self, number: ContactNumber) -> Option<&mut Check> {
        match self.contacts.get_mut(number).filter(|contact| contact.disconnected.is_none())?.leg {
            Leg::Check(ref mut check) => Some(check),
            Leg::Callback(_) => None,
        }
    }

    /// The check call of a live contact.
    fn check(&self, number: ContactNumber) -> Option<&Check> {
        match self.contacts.get(number).filter(|contact| contact.disconnected.is_none())?.leg {
            Leg::Check(ref check) => Some(check),
            Leg::Callback(_) => None,
        }
    }
}

enum Next {
    Action(usize),
    Wait,
}
