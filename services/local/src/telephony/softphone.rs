//! The phones of people at the desk of the simulated Connect.

use super::SimulatedConnect;
use async_trait::async_trait;
use rollcall_connect_sim::{CallStage, DeskCall, DeskPhone, DeskStatus, PersonAct};
use rollcall_domain::ids::ContactId;
use rollcall_ports::{CallState, Fault, Phone, PhoneAct, PhoneCall, PhoneStatus, Softphone};

#[async_trait]
impl Softphone for SimulatedConnect {
    async fn look(&self, agent: &str) -> Result<Phone, Fault> {
        // As of the last thing that happened: the driver sees to it that this is now.
        Ok(phone(self.lock().phone(agent)))
    }

    async fn act(&self, agent: &str, act: &PhoneAct) -> Result<bool, Fault> {
        let done = {
            let mut simulator = self.lock();
            simulator.act(self.clock.now(), agent, &person_act(act))
        };
        // The offer, the ringing or the record that follows is on the agenda now.
        self.bell.ring();
        Ok(done)
    }
}

fn phone(phone: DeskPhone) -> Phone {
    let status = match phone.status {
        DeskStatus::Offline => PhoneStatus::Offline,
        DeskStatus::Available => PhoneStatus::Available,
        DeskStatus::Away => PhoneStatus::Away,
        DeskStatus::Missed => PhoneStatus::Missed,
    };
    Phone { status, call: phone.call.map(call) }
}

fn call(call: DeskCall) -> PhoneCall {
    let DeskCall { contact_id, stage, since, accept_by, resident_id, attempt_id } = call;
    let state = match stage {
        CallStage::Incoming => CallState::Incoming,
        CallStage::Connecting => CallState::Connecting,
        CallStage::Connected => CallState::Connected,
        CallStage::WrapUp => CallState::WrapUp,
    };
    // A call that was ordered over the wire API may carry anything, or nothing.
    let resident = resident_id.and_then(|text| text.parse().ok());
    let attempt = attempt_id.and_then(|text| text.parse().ok());
    PhoneCall { contact: ContactId::new(contact_id), state, since, accept_by, resident, attempt }
}

fn person_act(act: &PhoneAct) -> PersonAct {
    let text = |contact: &ContactId| contact.as_str().to_owned();
    match act {
        PhoneAct::Available => PersonAct::Available,
        PhoneAct::Away => PersonAct::Away,
        PhoneAct::Offline => PersonAct::Offline,
        PhoneAct::Accept(contact) => PersonAct::Accept(text(contact)),
        PhoneAct::Decline(contact) => PersonAct::Decline(text(contact)),
        PhoneAct::HangUp(contact) => PersonAct::HangUp(text(contact)),
        PhoneAct::WrappedUp(contact) => PersonAct::WrappedUp(text(contact)),
    }
}
