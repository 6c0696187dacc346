//! People at the desk, as they and their phones are seen from outside.
//!
//! A person works the phone by hand: nothing is accepted, ended or wrapped up by a timer. What a control panel of
//! Amazon Connect shows and does is modelled (amazon-connect-streams: agent and contact states), not its API.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a person does at the phone. The texts are contact ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonAct {
    /// Is to be offered callbacks. Clears an offer that was missed or declined, as the other two statuses do.
    Available,
    /// Is signed in and not to be offered any; a call at the desk is finished first.
    Away,
    /// Signs out; a call at the desk is finished first.
    Offline,
    /// Takes the offer.
    Accept(String),
    /// Lets somebody else have the offer, and is offered none before clearing that.
    Decline(String),
    /// Ends the conversation, or the ringing at the resident's.
    HangUp(String),
    /// Is done with the contact; only then is there a record of it.
    WrappedUp(String),
}

/// Whether a person is offered callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskStatus {
    /// Not signed in.
    Offline,
    /// Is offered the next one.
    Available,
    /// Signed in, and not offered any.
    Away,
    /// Missed or declined an offer, and is offered none before that is cleared.
    Missed,
}

/// A person's phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskPhone {
    /// Chosen by the person. With a call at the desk: what holds when it is wrapped up.
    pub status: DeskStatus,
    /// The call at the desk.
    pub call: Option<DeskCall>,
}

impl DeskPhone {
    /// Of somebody who never did anything at it.
    pub(crate) const UNUSED: Self = Self { status: DeskStatus::Offline, call: None };
}

/// How far a call at the desk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallStage {
    /// Rings at the desk.
    Incoming,
    /// Accepted: the person hears the whisper, and the resident is rung.
    Connecting,
    /// Person and resident, or a machine, are joined.
    Connected,
    /// Over, and not wrapped up.
    WrapUp,
}

/// A call at a person's desk. `Debug` leaves out whose it is.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskCall {
    /// The leg.
    pub contact_id: String,
    /// How far it is.
    pub stage: CallStage,
    /// Since when it is.
    pub since: Timestamp,
    /// When the offer will be missed; with [`CallStage::Incoming`] only.
    pub accept_by: Option<Timestamp>,
    /// Attribute `residentId` of the contact, which is that of its first leg.
    pub resident_id: Option<String>,
    /// Attribute `attemptId`, likewise.
    pub attempt_id: Option<String>,
}

impl fmt::Debug for DeskCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("DeskCall");
        shown.field("contact_id", &self.contact_id).field("stage", &self.stage).field("since", &self.since);
        shown.field("accept_by", &self.accept_by).finish_non_exhaustive()
    }
}
