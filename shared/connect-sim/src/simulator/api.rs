//! The requests that the simulated Connect takes, with everything it refuses.

use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::connect::api::{
    ApiError, DescribeContactResponse, StartOutboundRequest, StopContactRequest,
};
use rollcall_contracts::connect::{DisconnectReason, names};

use super::{Input, Simulator, outside};
use crate::config::{OverConcurrency, TokenAfterEnd};
use crate::contact::Who;
use crate::outside::{Emission, OutsideEvent, OutsideKind};
use crate::residents::Drawn;

/// How long a client token is good for.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24 * 7);

impl Simulator {
    /// `StartOutboundVoiceContact`: orders a call and gives its contact id. A known client token gives the contact it
    /// began, without another call.
    ///
    /// # Errors
    /// `TooManyRequestsException` above the rate, `LimitExceededException` above the concurrent calls, and the 4xx
    /// errors of requests that can never succeed. After an error there is no call.
    pub fn start_outbound(
        &mut self,
        now: Timestamp,
        request: &StartOutboundRequest,
    ) -> Result<String, ApiError> {
        self.run_to(now, false);
        let drawn = self.config.residents.by_number(self.config.seed, &request.destination_phone_number);
        self.start_drawn(request, drawn)
    }

    /// As [`Simulator::start_outbound`], at the moment that is reached.
    pub(super) fn start_drawn(
        &mut self,
        request: &StartOutboundRequest,
        drawn: Drawn,
    ) -> Result<String, ApiError> {
        self.note(|at| Input::Start { at, request: request.clone(), drawn });
        let old = self.now - self.config.remember;
        for (token, number) in self.contacts.forget(old) {
            if self.tokens.get(&token).is_some_and(|(known, _)| *known == number) {
                self.tokens.remove(&token);
            }
        }
        match self.admit(request) {
            Ok(Admitted::Known(id)) => Ok(id),
            Ok(Admitted::Dial { rings }) => {
                let number = self.dial(request, rings, drawn);
                if let Some(token) = &request.client_token {
                    self.tokens.insert(token.clone(), (number, self.now));
                }
                Ok(self.contacts.get(number).map(|contact| contact.id.clone()).unwrap_or_default())
            }
            Err(error) => {
                let kind =
                    if error.is_throttle() { OutsideKind::DialThrottled } else { OutsideKind::DialRefused };
                let attribute = |name: &str| request.attributes.get(name).map(str::to_owned);
                let who = Who {
                    resident_id: attribute(names::RESIDENT_ID),
                    attempt_id: attribute(names::ATTEMPT_ID),
                    client_token: request.client_token.clone(),
                };
                let event = outside(self.now, kind, who, None);
                let event = OutsideEvent { reason: Some(error.kind.to_owned()), ..event };
                self.outbox.push(Emission::Seen(event));
                Err(error)
            }
        }
    }

    /// `DescribeContact`: a contact as it stands now, alive or ended.
    ///
    /// # Errors
    /// `ResourceNotFoundException` for an unknown instance or contact, `ThrottlingException` above 10/s (burst 15).
    pub fn describe_contact(
        &mut self,
        now: Timestamp,
        instance_id: &str,
        contact_id: &str,
    ) -> Result<DescribeContactResponse, ApiError> {
        self.run_to(now, false);
        if !self.buckets.describe.take(self.now) {
            return Err(ApiError::THROTTLED);
        }
        let place = self.writer.place();
        let contact = self.contacts.find(contact_id).filter(|_| is(&place.instance_id, instance_id));
        let contact = contact.ok_or(ApiError::NOT_FOUND)?;
        Ok(DescribeContactResponse {
            contact: self.writer.described(contact, self.attributes(contact), self.now),
        })
    }

    /// `StopContact`: ends a live call or withdraws a callback.
    ///
    /// # Errors
    /// `ContactNotFoundException` (410) when it has ended or never was, `ResourceNotFoundException` for an unknown
    /// instance, `ThrottlingException` above 10/s (burst 15).
    pub fn stop_contact(&mut self, now: Timestamp, request: &StopContactRequest) -> Result<(), ApiError> {
        self.run_to(now, false);
        self.note(|at| Input::Stop { at, request: request.clone() });
        if !self.buckets.stop.take(self.now) {
            return Err(ApiError::THROTTLED);
        }
        if !is(&self.writer.place().instance_id, &request.instance_id) {
            return Err(ApiError::NOT_FOUND);
        }
        let contact =
            self.contacts.find(&request.contact_id).filter(|contact| contact.disconnected.is_none());
        let number = contact.ok_or(ApiError::CONTACT_NOT_FOUND)?.number;
        self.end(number, Some(DisconnectReason::OtherReason));
        Ok(())
    }

    fn admit(&mut self, request: &StartOutboundRequest) -> Result<Admitted, ApiError> {
        if !self.buckets.start.take(self.now) {
            return Err(ApiError::TOO_MANY_REQUESTS);
        }
        validate(request)?;
        let place = self.writer.place();
        let queue_known = request.queue_id.as_ref().is_none_or(|queue| is(&place.queue_id, queue));
        if !(is(&place.instance_id, &request.instance_id)
            && is(&place.flow_id, &request.contact_flow_id)
            && queue_known)
        {
            return Err(ApiError::NOT_FOUND);
        }
        if let Some(source) = &request.source_phone_number
            && *source != place.source_number
        {
            return Err(ApiError::INVALID_PARAMETER);
        }
        if let Some(id) = self.known_token(request) {
            return Ok(Admitted::Known(id));
        }
        if !place.may_call(&request.destination_phone_number) {
            return Err(ApiError::DESTINATION_NOT_ALLOWED);
        }
        let rings = self.active < self.config.concurrent_calls;
        if !rings && self.config.over_concurrency == OverConcurrency::Refuse {
            return Err(ApiError::LIMIT_EXCEEDED);
        }
        Ok(Admitted::Dial { rings })
    }

    /// The contact that the request's token began, if it still counts.
    fn known_token(&self, request: &StartOutboundRequest) -> Option<String> {
        let (number, created) = self.tokens.get(request.client_token.as_ref()?)?;
        let contact = self.contacts.get(*number)?;
        let counts =
            contact.disconnected.is_none() || self.config.token_after_end == TokenAfterEnd::SameContact;
        (counts && self.now.duration_since(*created) < TOKEN_LIFE).then(|| contact.id.clone())
    }
}

enum Admitted {
    /// The token's contact; no call.
    Known(String),
    /// A new call, or one that comes to nothing for want of a line.
    Dial { rings: bool },
}

/// Whether a request means this id, by the id itself or as the last part of an ARN.
pub(super) fn is(id: &str, given: &str) -> bool {
    given.strip_suffix(id).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

/// Whether a text is `+` and 2 to 15 digits, the first of them not 0.
pub(super) fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// The limits of the service model.
fn validate(request: &StartOutboundRequest) -> Result<(), ApiError> {
    let key_fits = |key: &String| {
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    let length = |text: &Option<String>, most: usize| text.as_ref().is_none_or(|text| text.len() <= most);
    let shape = (1..=500).contains(&request.contact_flow_id.len())
        && (1..=100).contains(&request.instance_id.len())
        && length(&request.client_token, 500)
        && length(&request.name, 1024)
        && length(&request.description, 4096)
        && request.ring_timeout_in_seconds.is_none_or(|seconds| (15..=60).contains(&seconds))
        && request.attributes.bytes() <= 32_768
        && request.attributes.0.keys().all(key_fits)
        && (request.queue_id.is_some() || request.source_phone_number.is_some())
        // Campaign traffic needs a quota that a new instance does not have.
        && request.traffic_type.as_ref().is_none_or(|kind| kind == "GENERAL");
    if !shape {
        return Err(ApiError::INVALID_REQUEST);
    }
    if !is_e164(&request.destination_phone_number) {
        return Err(ApiError::INVALID_PARAMETER);
    }
    Ok(())
}
