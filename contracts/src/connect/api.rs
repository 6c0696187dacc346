//! Bodies of the Amazon Connect HTTP API (protocol rest-json) for the four operations Rollcall uses.
//!
//! The simulated Connect serves these; the adapter for the real one uses the SDK's own types and shares nothing with
//! this file but the documentation.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::codes::{Channel, DisconnectReason, InitiationMethod};
use super::instant;
use super::map::{StringMap, or_default};
use super::record::Endpoint;

/// `PUT /contact/outbound-voice`: order one call. `Debug` of the type is safe only because it is not derived.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StartOutboundRequest {
    /// Number to dial, E.164.
    #[serde(deserialize_with = "or_default")]
    pub destination_phone_number: String,
    /// The flow that runs once the call is answered.
    #[serde(deserialize_with = "or_default")]
    pub contact_flow_id: String,
    /// The Connect instance.
    #[serde(deserialize_with = "or_default")]
    pub instance_id: String,
    /// Idempotency key, at most 500 characters, good for seven days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_token: Option<String>,
    /// Caller id; this or `queue_id` must be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_phone_number: Option<String>,
    /// Queue whose outbound number is the caller id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_id: Option<String>,
    /// User-defined contact attributes, 32 768 bytes in all.
    #[serde(skip_serializing_if = "StringMap::is_empty")]
    pub attributes: StringMap,
    /// `GENERAL` or `CAMPAIGN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic_type: Option<String>,
    /// How long to ring, 15 to 60 seconds; 60 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring_timeout_in_seconds: Option<u32>,
    /// Name shown to an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description shown to an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl std::fmt::Debug for StartOutboundRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("StartOutboundRequest")
            .field("client_token", &self.client_token)
            .field("attributes", &self.attributes)
            .field("ring_timeout_in_seconds", &self.ring_timeout_in_seconds)
            .finish_non_exhaustive()
    }
}

/// The call was accepted; nothing is known yet about ringing or answering.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StartOutboundResponse {
    /// The contact that was started, now or by an earlier request with the same client token.
    pub contact_id: String,
}

/// `POST /metrics/current/{InstanceId}`: live figures of queues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct CurrentMetricsRequest {
    /// Which queues and channels.
    pub filters: MetricFilters,
    /// `QUEUE`, `CHANNEL`; without a grouping some figures change their unit.
    #[serde(deserialize_with = "or_default")]
    pub groupings: Vec<String>,
    /// The figures wanted.
    #[serde(deserialize_with = "or_default")]
    pub current_metrics: Vec<Metric>,
}

/// What a metrics request is limited to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct MetricFilters {
    /// One to a hundred queue ids or ARNs.
    #[serde(deserialize_with = "or_default")]
    pub queues: Vec<String>,
    /// `VOICE` and so on.
    #[serde(deserialize_with = "or_default")]
    pub channels: Vec<String>,
}

/// A figure's name and unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Metric {
    /// `AGENTS_AVAILABLE` and so on.
    pub name: String,
    /// `COUNT`, or `SECONDS` for ages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Answer to a metrics request. No results means: no data for the filter, for instance nobody has logged in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct CurrentMetricsResponse {
    /// One entry per group.
    #[serde(deserialize_with = "or_default")]
    pub metric_results: Vec<MetricResult>,
    /// When the figures were read; they may be older than the answer.
    #[serde(with = "instant::epoch")]
    pub data_snapshot_time: Option<Timestamp>,
    /// Number of groups in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approximate_total_count: Option<u32>,
}

impl CurrentMetricsResponse {
    /// The figure called `name` summed over all groups; absent when no group has a value.
    pub fn value(&self, name: &str) -> Option<f64> {
        let figures = self.metric_results.iter().flat_map(|result| &result.collections);
        figures
            .filter(|figure| figure.metric.name == name)
            .filter_map(|figure| figure.value)
            .reduce(|a, b| a + b)
    }
}

/// The figures of one group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct MetricResult {
    /// The group; absent without a grouping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<Dimensions>,
    /// The figures.
    #[serde(deserialize_with = "or_default")]
    pub collections: Vec<MetricValue>,
}

/// What a group of figures is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Dimensions {
    /// The queue, when grouped by queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueReference>,
    /// The channel, when grouped by channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

/// A queue by id and ARN.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct QueueReference {
    /// Id of the queue.
    pub id: String,
    /// ARN of the queue.
    pub arn: String,
}

/// One figure. A missing value means that it could not be calculated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct MetricValue {
    /// Which figure.
    pub metric: Metric,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// Answer to `GET /contacts/{InstanceId}/{ContactId}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DescribeContactResponse {
    /// The contact as it stands now.
    pub contact: DescribedContact,
}

/// A contact as `DescribeContact` shows it; kept for 24 months. Times are numbers on the wire.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DescribedContact {
    /// ARN of the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Id of the contact.
    pub id: String,
    /// First leg of the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_contact_id: Option<String>,
    /// The leg that created this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_contact_id: Option<String>,
    /// How the contact came about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiation_method: Option<InitiationMethod>,
    /// Name given when the call was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// VOICE for telephone calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The queue, once the contact is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_info: Option<DescribedQueue>,
    /// The agent, once one is joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_info: Option<DescribedAgent>,
    /// When the contact was created.
    #[serde(with = "instant::epoch", skip_serializing_if = "Option::is_none")]
    pub initiation_timestamp: Option<Timestamp>,
    /// When the far end answered; absent means not (yet) answered.
    #[serde(with = "instant::epoch", skip_serializing_if = "Option::is_none")]
    pub connected_to_system_timestamp: Option<Timestamp>,
    /// When the contact ended; absent while it is alive.
    #[serde(with = "instant::epoch", skip_serializing_if = "Option::is_none")]
    pub disconnect_timestamp: Option<Timestamp>,
    /// When anything about the contact last changed.
    #[serde(with = "instant::epoch", skip_serializing_if = "Option::is_none")]
    pub last_update_timestamp: Option<Timestamp>,
    /// Why the contact ended; may be absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect_reason: Option<DisconnectReason>,
    /// User-defined attributes at this moment.
    #[serde(skip_serializing_if = "StringMap::is_empty")]
    pub attributes: StringMap,
    /// The resident's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_endpoint: Option<Endpoint>,
    /// The caller id; absent on callback legs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_endpoint: Option<Endpoint>,
    /// Tags, among them one with the caller id.
    #[serde(skip_serializing_if = "StringMap::is_empty")]
    pub tags: StringMap,
}

/// The queue of a described contact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DescribedQueue {
    /// Id of the queue.
    pub id: String,
    /// When the contact entered it.
    #[serde(with = "instant::epoch", skip_serializing_if = "Option::is_none")]
    pub enqueue_timestamp: Option<Timestamp>,
}

/// The agent of a described contact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DescribedAgent {
    /// Id of the agent.
    pub id: String,
    /// When agent and resident were joined.
    #[serde(with = "instant::epoch", skip_serializing_if = "Option::is_none")]
    pub connected_to_agent_timestamp: Option<Timestamp>,
}

/// `POST /contact/stop`: end a live contact or withdraw a queued callback. The answer is an empty object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StopContactRequest {
    /// The contact to end.
    #[serde(deserialize_with = "or_default")]
    pub contact_id: String,
    /// The Connect instance.
    #[serde(deserialize_with = "or_default")]
    pub instance_id: String,
}

/// An error of the API: HTTP status, type (header `x-amzn-errortype`) and text (`Message` in the body).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} ({status}): {message}")]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// Name of the exception, such as `LimitExceededException`.
    pub kind: &'static str,
    /// The service's text; no part of it comes from the request.
    pub message: &'static str,
}

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $kind:literal, $message:literal;)*) => {
        impl ApiError {
            $($(#[$doc])* pub const $name: Self = Self { status: $status, kind: $kind, message: $message };)*
        }
    };
}

errors! {
    /// The request as a whole is not valid. Do not retry.
    INVALID_REQUEST = 400, "InvalidRequestException", "The request is not valid.";
    /// A parameter is not valid, such as a number that is not E.164. Do not retry.
    INVALID_PARAMETER = 400, "InvalidParameterException", "One or more of the specified parameters are not valid.";
    /// Instance, flow, queue or contact is unknown.
    NOT_FOUND = 404, "ResourceNotFoundException", "The specified resource was not found.";
    /// Calls to this country or prefix are not allowed.
    DESTINATION_NOT_ALLOWED = 403, "DestinationNotAllowedException",
        "Outbound calls to the destination number are not allowed.";
    /// Outbound calls are not permitted.
    NOT_PERMITTED = 403, "OutboundContactNotPermittedException", "The contact is not permitted.";
    /// A quota such as concurrent calls is used up. Retry later.
    LIMIT_EXCEEDED = 429, "LimitExceededException", "The allowed limit for the resource has been exceeded.";
    /// Over the request rate of `StartOutboundVoiceContact`; not part of its model, yet seen in practice.
    TOO_MANY_REQUESTS = 429, "TooManyRequestsException", "Too Many Requests";
    /// Over the request rate of the other operations.
    THROTTLED = 429, "ThrottlingException", "Rate exceeded";
    /// The contact to stop has ended already, or never was.
    CONTACT_NOT_FOUND = 410, "ContactNotFoundException", "The contact with the specified ID does not exist.";
    /// A fault of the service. Whether the call was started is unknown.
    INTERNAL = 500, "InternalServiceException", "Request processing failed.";
}

impl ApiError {
    /// Whether the service asks to come back later; then it has certainly not started a call.
    pub fn is_throttle(&self) -> bool {
        self.status == 429
    }
}
