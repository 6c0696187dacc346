//! The agent's own phone, where it is worked through this service.

use super::Desk;
use crate::auth::Caller;
use crate::extract::Json;
use crate::problem::{FieldError, Problem};
use axum::extract::State;
use jiff::Timestamp;
use rollcall_domain::ids::{CallbackId, ContactId};
use rollcall_ports::{CallState, Phone, PhoneAct, PhoneCall, PhoneStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

/// An agent's phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeskPhone)]
pub(crate) struct PhoneShown {
    status: StatusShown,
    /// The call at the desk.
    call: Option<CallShown>,
}

/// Whether callbacks are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeskPhoneStatus)]
pub(crate) enum StatusShown {
    /// Not signed in at the telephone service.
    Offline,
    /// Offered the next callback.
    Available,
    /// Signed in, and not offered any.
    Away,
    /// Let an offer pass, and is offered none before becoming available again.
    Missed,
}

/// A call at an agent's desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeskCall)]
pub(crate) struct CallShown {
    contact_id: String,
    state: CallStateShown,
    /// Since when.
    since: Timestamp,
    /// By when an offer must be accepted.
    accept_by: Option<Timestamp>,
    /// Who is called.
    resident_id: Option<Uuid>,
    /// Which promise is kept by it.
    callback_id: Option<Uuid>,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeskCallState)]
pub(crate) enum CallStateShown {
    /// Rings at the desk.
    Incoming,
    /// Accepted; rings at the resident's.
    Connecting,
    /// Agent and resident are joined.
    Connected,
    /// Over; the work after it is not.
    WrapUp,
}

impl PhoneShown {
    pub(crate) fn of(Phone { status, call }: Phone) -> Self {
        let status = match status {
            PhoneStatus::Offline => StatusShown::Offline,
            PhoneStatus::Available => StatusShown::Available,
            PhoneStatus::Away => StatusShown::Away,
            PhoneStatus::Missed => StatusShown::Missed,
        };
        Self { status, call: call.map(call_shown) }
    }
}

fn call_shown(PhoneCall { contact, state, since, accept_by, resident, attempt }: PhoneCall) -> CallShown {
    CallShown {
        contact_id: contact.as_str().to_owned(),
        state: match state {
            CallState::Incoming => CallStateShown::Incoming,
            CallState::Connecting => CallStateShown::Connecting,
            CallState::Connected => CallStateShown::Connected,
            CallState::WrapUp => CallStateShown::WrapUp,
        },
        since,
        accept_by,
        resident_id: resident.map(|id| *id.as_uuid()),
        callback_id: attempt.map(|id| *CallbackId::of(id).as_uuid()),
    }
}

/// Whether the caller is offered callbacks.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskNewStatus)]
pub(crate) struct NewStatus {
    status: Wanted,
}

/// What an agent can be.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeskWantedStatus)]
pub(crate) enum Wanted {
    /// Offered the next callback; also after an offer passed.
    Available,
    /// Signed in, and not offered any.
    Away,
    /// Signed out.
    Offline,
}

/// Which call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskWhichCall)]
pub(crate) struct WhichCall {
    #[schema(min_length = 1, max_length = 256)]
    contact_id: String,
}

/// What each deed at the phone may answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the document only: handlers answer with the types that are named here")]
pub(crate) enum Answered {
    /// The phone as it is now.
    #[response(status = 200)]
    Done(PhoneShown),
    /// The telephone is not worked through this service.
    #[response(status = 404, content_type = "application/problem+json")]
    Elsewhere(Problem),
    /// Not now.
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(Problem),
    /// Values that are not possible.
    #[response(status = 422, content_type = "application/problem+json")]
    Impossible(Problem),
}

/// Goes to the telephone, or away from it.
#[utoipa::path(put, path = "/api/desk/phone/status", tag = "desk", request_body = NewStatus,
    operation_id = "phone_status",
    responses(Answered))]
pub(crate) async fn status(
    State(desk): State<Desk>,
    caller: Caller,
    Json(NewStatus { status }): Json<NewStatus>,
) -> Result<Json<PhoneShown>, Problem> {
    let (act, action) = match status {
        Wanted::Available => (PhoneAct::Available, "phone.available"),
        Wanted::Away => (PhoneAct::Away, "phone.away"),
        Wanted::Offline => (PhoneAct::Offline, "phone.offline"),
    };
    desk.act(&caller, act, action).await
}

/// Takes the call that is offered.
#[utoipa::path(post, path = "/api/desk/phone/accept", tag = "desk", request_body = WhichCall,
    operation_id = "phone_accept",
    responses(Answered))]
pub(crate) async fn accept(
    State(desk): State<Desk>,
    caller: Caller,
    Json(which): Json<WhichCall>,
) -> Result<Json<PhoneShown>, Problem> {
    desk.act(&caller, PhoneAct::Accept(which.contact()?), "phone.accept").await
}

/// Lets somebody else have the call that is offered.
#[utoipa::path(post, path = "/api/desk/phone/decline", tag = "desk", request_body = WhichCall,
    operation_id = "phone_decline",
    responses(Answered))]
pub(crate) async fn decline(
    State(desk): State<Desk>,
    caller: Caller,
    Json(which): Json<WhichCall>,
) -> Result<Json<PhoneShown>, Problem> {
    desk.act(&caller, PhoneAct::Decline(which.contact()?), "phone.decline").await
}

/// Ends the conversation, or the ringing.
#[utoipa::path(post, path = "/api/desk/phone/hang-up", tag = "desk", request_body = WhichCall,
    operation_id = "phone_hang_up",
    responses(Answered))]
pub(crate) async fn hang_up(
    State(desk): State<Desk>,
    caller: Caller,
    Json(which): Json<WhichCall>,
) -> Result<Json<PhoneShown>, Problem> {
    desk.act(&caller, PhoneAct::HangUp(which.contact()?), "phone.hang_up").await
}

/// The work after the call is done.
#[utoipa::path(post, path = "/api/desk/phone/wrapped-up", tag = "desk", request_body = WhichCall,
    operation_id = "phone_wrapped_up",
    responses(Answered))]
pub(crate) async fn wrapped_up(
    State(desk): State<Desk>,
    caller: Caller,
    Json(which): Json<WhichCall>,
) -> Result<Json<PhoneShown>, Problem> {
    desk.act(&caller, PhoneAct::WrappedUp(which.contact()?), "phone.wrapped_up").await
}

impl WhichCall {
    fn contact(self) -> Result<ContactId, Problem> {
        if (1..=256).contains(&self.contact_id.len()) {
            return Ok(ContactId::new(self.contact_id));
        }
        Err(Problem::invalid(vec![FieldError::new("contact_id", "", "the id of a contact")]))
    }
}

impl Desk {
    async fn act(
        &self,
        caller: &Caller,
        act: PhoneAct,
        action: &'static str,
    ) -> Result<Json<PhoneShown>, Problem> {
        let Some(softphone) = &self.softphone else {
            return Err(Problem::not_found("The telephone is not worked through this service."));
        };
        // With whom, for the log: only of the call that is at the desk.
        let call = softphone.look(&caller.name).await?.call;
        let resident =
            call.filter(|call| contact_of(&act) == Some(&call.contact)).and_then(|call| call.resident);
        self.deeds.note(caller, action, resident, "").await?;
        if !softphone.act(&caller.name, &act).await? {
            return Err(Problem::conflict("This cannot be done at the telephone as it is now."));
        }
        Ok(Json(PhoneShown::of(softphone.look(&caller.name).await?)))
    }
}

fn contact_of(act: &PhoneAct) -> Option<&ContactId> {
    match act {
        PhoneAct::Accept(contact)
        | PhoneAct::Decline(contact)
        | PhoneAct::HangUp(contact)
        | PhoneAct::WrappedUp(contact) => Some(contact),
        PhoneAct::Available | PhoneAct::Away | PhoneAct::Offline => None,
    }
}
