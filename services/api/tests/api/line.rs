//! A telephone line on which callbacks wait, and agents who have some of them.

use crate::support::World;
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_api::Api;
use rollcall_domain::attempt::{Attempt, End, EndReason, Facts, Key};
use rollcall_domain::callback::{Callback, Try};
use rollcall_domain::ids::{CallbackId, ContactId, ResidentId};
use rollcall_domain::pace::Staffing;
use rollcall_ports::{CallOrder, Clock, Described, Fault, Started, Telephony, Versioned};
use rollcall_recording::{Learned, Recorder};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How far a contact is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Leg {
    Waits,
    /// An agent has it, since then.
    AtDesk(Timestamp),
    /// An agent had it until then.
    Over(Timestamp),
    Stopped,
}

/// The line.
#[derive(Clone, Default)]
pub(crate) struct Line(Arc<Mutex<BTreeMap<ContactId, Leg>>>);

impl Line {
    pub(crate) fn set(&self, contact: &str, leg: Leg) {
        self.0.lock().unwrap().insert(ContactId::new(contact), leg);
    }

    pub(crate) fn legs(&self) -> Vec<Leg> {
        self.0.lock().unwrap().values().copied().collect()
    }

    /// The API with this line.
    pub(crate) fn world(&self) -> World {
        World::with(|api| self.put_into(api))
    }

    pub(crate) fn put_into(&self, api: &mut Api) {
        api.telephony = Arc::new(self.clone());
    }
}

#[async_trait]
impl Telephony for Line {
    async fn start(&self, _: &CallOrder) -> Result<Started, Fault> {
        Err(Fault::Throttled("Connect"))
    }
    async fn staffing(&self) -> Result<Staffing, Fault> {
        Ok(Staffing::default())
    }
    async fn describe(&self, contact: &ContactId) -> Result<Described, Fault> {
        let facts = Facts { contact: Some(contact.clone()), ..Facts::default() };
        let ended =
            |at| Facts { end: Some(End { version: None, reason: EndReason::Unsaid, at }), ..facts.clone() };
        Ok(match self.0.lock().unwrap().get(contact) {
            None => Described::Unknown,
            Some(Leg::Waits | Leg::Stopped) => Described::Known(facts),
            Some(Leg::AtDesk(since)) => Described::WithAgent(facts, *since),
            Some(Leg::Over(at)) => Described::WithAgent(ended(*at), *at),
        })
    }
    async fn stop(&self, contact: &ContactId) -> Result<(), Fault> {
        let mut legs = self.0.lock().unwrap();
        let leg = legs.get_mut(contact).unwrap();
        assert!(!matches!(leg, Leg::AtDesk(_)), "somebody is cut off");
        *leg = Leg::Stopped;
        Ok(())
    }
}

impl World {
    /// Somebody who pressed 2, whose callback waits as the contact `name`.
    pub(crate) async fn waiting(&self, n: u32, name: &str, line: &Line) -> (ResidentId, CallbackId) {
        let id = self.add(n, |_| {}).await;
        let dial = self.called(id, "talk", Key::Talk).await;
        line.set(name, Leg::Waits);
        self.record(&dial, name, Try::Waiting).await;
        (id, CallbackId::of(dial.value.id))
    }

    /// What Connect tells of a callback comes in.
    pub(crate) async fn record(&self, dial: &Versioned<Attempt>, name: &str, news: Try) {
        let (recorder, contact) = (self.recorder(), ContactId::new(name));
        let learned = recorder.learn_callback(&dial.value, contact, news, self.clock.now());
        assert_eq!(learned.await.unwrap(), Learned::Applied);
    }

    /// The same, of the promise `id`.
    pub(crate) async fn record_of(&self, id: CallbackId, name: &str, news: Try) {
        let attempt = self.promise(id).await.value.attempt;
        let dial = self.store.attempts().get(attempt).await.unwrap().unwrap();
        self.record(&dial, name, news).await;
    }

    pub(crate) fn recorder(&self) -> Recorder {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        crate::support::recorder(&self.store, &clock, &self.heard)
    }

    /// A promise as it is stored.
    pub(crate) async fn promise(&self, id: CallbackId) -> Versioned<Callback> {
        self.store.callbacks().get(id).await.unwrap().unwrap()
    }
}
