use crate::Fault;
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::attempt::Facts;
use rollcall_domain::ids::{AttemptId, ContactId, ResidentId};
use rollcall_domain::pace::Staffing;
use rollcall_domain::phone::PhoneNumber;

/// A call to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOrder {
    /// The attempt: the client token, and an attribute of the contact.
    pub attempt: AttemptId,
    /// The resident: an attribute of the contact, by which a screen pops.
    pub resident: ResidentId,
    /// The number to ring.
    pub number: PhoneNumber,
    /// Language tag for the flow.
    pub language: Option<String>,
    /// How long to ring, in seconds.
    pub ring_seconds: u32,
}

/// The service took the request and decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Started {
    /// The call is being made; its result comes through the stream.
    Accepted(ContactId),
    /// This call was certainly not made.
    Rejected(Rejection),
}

/// Why a call was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The number is not valid for the service.
    NumberInvalid,
    /// The service may not ring this country or prefix.
    NumberNotAllowed,
    /// Something else about this one request; the service's own error name.
    Other(String),
    /// The instance, flow or queue is unknown, or outbound calls are off:
    /// every call will be rejected. The service's own error name.
    Misconfigured(String),
}

/// What the service says of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Described {
    /// This is known; `complete` is set only when the contact has ended.
    Known(Facts),
    /// As [`Described::Known`]; and an agent accepted the contact, then.
    WithAgent(Facts, Timestamp),
    /// It knows no such contact.
    Unknown,
}

/// Amazon Connect, or the simulated one.
#[async_trait]
pub trait Telephony: Send + Sync {
    /// Makes a call. MUST NOT repeat the request by itself: each request
    /// spends quota. `Throttled` MUST mean that no call was made; `Unanswered`
    /// that nobody knows.
    async fn start(&self, order: &CallOrder) -> Result<Started, Fault>;

    /// The agents of the callback queue. Figures that are missing MUST come
    /// back as zero.
    async fn staffing(&self) -> Result<Staffing, Fault>;

    /// What the service knows of a contact.
    async fn describe(&self, contact: &ContactId) -> Result<Described, Fault>;

    /// Ends a contact, or takes a queued callback out of its queue. A contact
    /// that has ended already MUST be accepted.
    async fn stop(&self, contact: &ContactId) -> Result<(), Fault>;
}

/// What an error of StartOutboundVoiceContact means, by the name that the
/// service gives it (API reference, StartOutboundVoiceContact and common
/// errors). One table for every adapter. A name that is not known here leaves
/// open whether the call was made.
///
/// # Errors
/// For every error but those that decide about this one call.
pub fn start_refused(code: &str) -> Result<Started, Fault> {
    const PORT: &str = "Connect";
    match code {
        "InvalidParameterException" => Ok(Started::Rejected(Rejection::NumberInvalid)),
        "DestinationNotAllowedException" => Ok(Started::Rejected(Rejection::NumberNotAllowed)),
        "InvalidRequestException" => Ok(Started::Rejected(Rejection::Other(code.to_owned()))),
        "ResourceNotFoundException" | "OutboundContactNotPermittedException" => {
            Ok(Started::Rejected(Rejection::Misconfigured(code.to_owned())))
        }
        "LimitExceededException"
        | "TooManyRequestsException"
        | "ThrottlingException"
        | "Throttling"
        | "RequestLimitExceeded"
        | "SlowDown" => Err(Fault::Throttled(PORT)),
        "AccessDeniedException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "ExpiredTokenException"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "OptInRequired"
        | "NotAuthorized" => Err(Fault::Refused { port: PORT, reason: code.to_owned() }),
        _ => Err(Fault::Unanswered(PORT)),
    }
}
