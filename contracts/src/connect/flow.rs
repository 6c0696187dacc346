//! What passes between the call flow and the function it calls.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::codes::{Channel, InitiationMethod};
use super::map::{SegmentAttributes, StringMap, or_default};
use super::record::Endpoint;

/// The payload of a function called by a flow (Admin Guide, connect-lambda-functions).
///
/// Connect repeats a failed or throttled call up to three times within eight seconds: what the function does must bear
/// repeating. Endpoints and queue may be `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct FlowInvocation {
    /// `ContactFlowEvent`.
    pub name: Option<String>,
    /// The contact and the parameters of the block.
    #[serde(deserialize_with = "or_default")]
    pub details: FlowDetails,
}

impl FlowInvocation {
    /// Value of `name` in every invocation.
    pub const NAME: &'static str = "ContactFlowEvent";
}

/// The two halves of an invocation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct FlowDetails {
    /// The contact on whose call the flow runs.
    #[serde(deserialize_with = "or_default")]
    pub contact_data: FlowContactData,
    /// What the block sends along (`LambdaInvocationAttributes`).
    pub parameters: StringMap,
}

/// A contact as a function sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct FlowContactData {
    /// User-defined attributes at this moment.
    pub attributes: StringMap,
    /// The AWS Region.
    pub aws_region: Option<String>,
    /// VOICE for telephone calls.
    pub channel: Option<Channel>,
    /// The leg on which the flow runs; empty only if Connect left it out.
    #[serde(deserialize_with = "or_default")]
    pub contact_id: String,
    /// The resident's number.
    pub customer_endpoint: Option<Endpoint>,
    /// First leg of the chain. Unlike in the contact record it equals the contact id on the first leg.
    pub initial_contact_id: Option<String>,
    /// How the contact came about.
    pub initiation_method: Option<InitiationMethod>,
    /// The Connect instance.
    #[serde(rename = "InstanceARN")]
    pub instance_arn: Option<String>,
    /// Language of the flow, such as `en-GB`.
    pub language_code: Option<String>,
    /// Name given when the call was started.
    pub name: Option<String>,
    /// The leg before; equals the contact id on the first leg.
    pub previous_contact_id: Option<String>,
    /// The queue, once one is set.
    pub queue: Option<FlowQueue>,
    /// A contact whose attributes were copied at the start.
    pub related_contact_id: Option<String>,
    /// Connect's own attributes of this leg.
    #[serde(deserialize_with = "or_default")]
    pub segment_attributes: SegmentAttributes,
    /// The caller id.
    pub system_endpoint: Option<Endpoint>,
    /// Tags, among them one with the caller id.
    pub tags: StringMap,
}

/// The queue set on a contact, as a function sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct FlowQueue {
    /// The queue.
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    /// Its display name.
    pub name: Option<String>,
    /// The number the queue shows when it calls out.
    pub outbound_caller_id: Option<Endpoint>,
}

/// A function's answer to the flow: a flat map of strings, at most 32 KB as JSON. A number, `null` or nested value would
/// make the block fail, so the type cannot hold one. The flow reads an entry as `$.External.<key>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlowAnswer(pub BTreeMap<String, String>);
