use crate::Fault;
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::ids::{AttemptId, ContactId, ResidentId};

/// Whether an agent is offered callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneStatus {
    /// Not signed in at the telephone service.
    Offline,
    /// Offered the next callback.
    Available,
    /// Signed in, and not offered any.
    Away,
    /// Let an offer pass, and is offered none before that is cleared.
    Missed,
}

/// How far a call at an agent's desk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    /// Rings at the desk.
    Incoming,
    /// Accepted; rings at the resident's.
    Connecting,
    /// Agent and resident are joined.
    Connected,
    /// Over; the agent is not offered another before the work is done.
    WrapUp,
}

/// A call at an agent's desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneCall {
    /// Which contact.
    pub contact: ContactId,
    /// How far it is.
    pub state: CallState,
    /// Since when it is.
    pub since: Timestamp,
    /// By when an offer must be accepted; `None` otherwise.
    pub accept_by: Option<Timestamp>,
    /// Who is called, as the attributes of the contact say.
    pub resident: Option<ResidentId>,
    /// The dial during which the callback was promised, as they say.
    pub attempt: Option<AttemptId>,
}

/// An agent's phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Whether callbacks are offered.
    pub status: PhoneStatus,
    /// The call at the desk, if any.
    pub call: Option<PhoneCall>,
}

/// What an agent does at the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneAct {
    /// Signs in, comes back, or clears an offer that passed: the next callback
    /// is theirs.
    Available,
    /// Is not offered callbacks for a while.
    Away,
    /// Signs out. A call at the desk is finished first.
    Offline,
    /// Takes the call that is offered.
    Accept(ContactId),
    /// Lets somebody else have it.
    Decline(ContactId),
    /// Ends the conversation, or the ringing.
    HangUp(ContactId),
    /// The work after the call is done.
    WrappedUp(ContactId),
}

/// Agents' phones that are worked through us: those of the simulated Connect.
/// Amazon Connect's own are worked in the browser, by its control panel.
#[async_trait]
pub trait Softphone: Send + Sync {
    /// The phone of `agent`, an account; one that was never used is offline.
    async fn look(&self, agent: &str) -> Result<Phone, Fault>;

    /// Does something at it. Answers whether it could be done then: a call that
    /// is gone, or no longer in that state, cannot be accepted, and asking again
    /// for what was done already MUST answer that it could.
    async fn act(&self, agent: &str, act: &PhoneAct) -> Result<bool, Fault>;
}
