//! What Amazon Connect sends and takes, in Connect's own words.
//!
//! Two feeds arrive on the outcome stream: contact records ([`ContactRecord`], at least once, minutes late) and contact
//! events ([`ContactEvent`], best effort, unordered). [`decode_stream_record`] tells them apart. The call flow asks a
//! function through [`FlowInvocation`] and takes a [`FlowAnswer`]. [`api`] holds the bodies of the HTTP API.
//!
//! Everything here reads generously, because Connect adds fields without notice and its own examples disagree about
//! upper and lower case: unknown fields are skipped, missing and `null` mean the same, keys match whatever their case.
//! It writes exactly what Connect writes, because the simulated Connect uses the same types.
//!
//! Absent on purpose: recordings, voice ids, references, quality figures. Nobody here reads them. `Debug` of these types
//! shows neither a phone number nor the value of an attribute.

pub mod api;
mod codes;
mod event;
mod flow;
mod instant;
mod keys;
mod map;
mod record;
mod stream;

pub use codes::{Channel, ContactEventType, DisconnectReason, InitiationMethod};
pub use event::{AgentInfo, ContactDetail, ContactEvent, QueueInfo};
pub use flow::{FlowAnswer, FlowContactData, FlowDetails, FlowInvocation, FlowQueue};
pub use map::{SegmentAttributes, SegmentValue, StringMap};
pub use record::{AgentLeg, ContactRecord, Endpoint, QueueLeg, RoutingProfile};
pub use stream::{StreamRecord, Undecodable, decode_stream_record};

/// Names of the contact attributes and function parameters that Rollcall itself puts on a call. They are our contract
/// between dialer, call flow and outcomes; Connect only carries them.
pub mod names {
    /// Attribute set when the call is started: whose check this call is.
    pub const RESIDENT_ID: &str = "residentId";
    /// Attribute set when the call is started: the attempt that this call carries out.
    pub const ATTEMPT_ID: &str = "attemptId";
    /// Attribute set by the flow, and parameter of its function: [`WELL`], [`TALK`], [`OPTED_OUT`] or [`NONE`].
    pub const ANSWER: &str = "answer";
    /// Attribute set by the flow, and parameter of its function, when Connect would not queue the callback: [`FAILED`].
    pub const CALLBACK: &str = "callback";
    /// Key of the function's answer that tells the flow whether the key press was stored: [`RECORDED`] or anything else.
    pub const STATUS: &str = "status";

    /// The resident pressed the key for "I am well".
    pub const WELL: &str = "well";
    /// The resident pressed the key for "I want to talk to someone".
    pub const TALK: &str = "talk";
    /// The resident pressed the key for "do not call me any more", and confirmed it.
    pub const OPTED_OUT: &str = "opted_out";
    /// The call was answered and all askings passed without a valid key.
    pub const NONE: &str = "none";
    /// The callback could not be created in Connect, so people must see to it.
    pub const FAILED: &str = "failed";
    /// The function stored the answer; only then may the flow say so.
    pub const RECORDED: &str = "recorded";
}
