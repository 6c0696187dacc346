//! Contact events, as EventBridge delivers them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::codes::{Channel, ContactEventType, InitiationMethod};
use super::instant;
use super::map::{StringMap, or_default};

/// One contact event in its EventBridge envelope (Admin Guide, contact-events).
///
/// Best effort, unordered, may repeat, and **without** user-defined attributes: the contact id is the only way back to
/// the attempt. Later than a key press it proves nothing, earlier it is welcome news that the phone was answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ContactEvent {
    /// Version of the envelope, `"0"`.
    pub version: Option<String>,
    /// Id of this delivery, equal on a repeat by EventBridge.
    pub id: Option<String>,
    /// [`ContactEvent::DETAIL_TYPE`].
    pub detail_type: Option<String>,
    /// [`ContactEvent::SOURCE`].
    pub source: Option<String>,
    /// The AWS account.
    pub account: Option<String>,
    /// When it happened, in whole seconds.
    #[serde(with = "instant::seconds", skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// The AWS Region.
    pub region: Option<String>,
    /// ARNs of the instance and of the contact.
    #[serde(deserialize_with = "or_default")]
    pub resources: Vec<String>,
    /// What happened to which contact.
    #[serde(deserialize_with = "or_default")]
    pub detail: ContactDetail,
}

impl ContactEvent {
    /// `source` of every contact event.
    pub const SOURCE: &'static str = "aws.connect";
    /// `detail-type` of every contact event.
    pub const DETAIL_TYPE: &'static str = "Amazon Connect Contact Event";
}

/// The state of a contact at the time of an event. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContactDetail {
    /// What is announced. An event without a type is kept as `Other("")`, which every reader must ignore anyway.
    pub event_type: ContactEventType,
    /// The contact. [`super::decode_stream_record`] lets no event without it through.
    #[serde(deserialize_with = "or_default")]
    pub contact_id: String,
    /// VOICE for telephone calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The Connect instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_arn: Option<String>,
    /// How the contact came about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiation_method: Option<InitiationMethod>,
    /// The queue, once the contact is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_info: Option<QueueInfo>,
    /// The agent, once one is joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_info: Option<AgentInfo>,
    /// When the far end answered, person or machine.
    #[serde(with = "instant::millis", skip_serializing_if = "Option::is_none")]
    pub connected_to_system_timestamp: Option<Timestamp>,
    /// When the contact ended.
    #[serde(with = "instant::millis", skip_serializing_if = "Option::is_none")]
    pub disconnect_timestamp: Option<Timestamp>,
    /// First leg of the chain; absent on the first leg itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_contact_id: Option<String>,
    /// The leg that created this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_contact_id: Option<String>,
    /// A contact whose attributes were copied at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related_contact_id: Option<String>,
    /// When the contact was created.
    #[serde(with = "instant::millis", skip_serializing_if = "Option::is_none")]
    pub initiation_timestamp: Option<Timestamp>,
    /// What the answering-machine detection found; campaign traffic only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answering_machine_detection_status: Option<String>,
    /// What changed, on CONTACT_DATA_UPDATED.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    pub updated_properties: Vec<String>,
    /// Tags, among them one with the caller id.
    #[serde(skip_serializing_if = "StringMap::is_empty")]
    pub tags: StringMap,
}

impl Default for ContactDetail {
    fn default() -> Self {
        Self {
            event_type: ContactEventType::Other(String::new()),
            contact_id: String::new(),
            channel: None,
            instance_arn: None,
            initiation_method: None,
            queue_info: None,
            agent_info: None,
            connected_to_system_timestamp: None,
            disconnect_timestamp: None,
            initial_contact_id: None,
            previous_contact_id: None,
            related_contact_id: None,
            initiation_timestamp: None,
            answering_machine_detection_status: None,
            updated_properties: Vec::new(),
            tags: StringMap::default(),
        }
    }
}

/// The queue of a contact, as events show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct QueueInfo {
    /// The queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_arn: Option<String>,
    /// `STANDARD` or `AGENT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_type: Option<String>,
    /// When the contact entered the queue.
    #[serde(with = "instant::millis", skip_serializing_if = "Option::is_none")]
    pub enqueue_timestamp: Option<Timestamp>,
}

/// The agent of a contact, as events show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AgentInfo {
    /// The agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_arn: Option<String>,
    /// When agent and resident were joined.
    #[serde(with = "instant::millis", skip_serializing_if = "Option::is_none")]
    pub connected_to_agent_timestamp: Option<Timestamp>,
    /// Length of the work after the call, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_contact_work_duration: Option<u32>,
    /// When the work after the call began.
    #[serde(with = "instant::millis", skip_serializing_if = "Option::is_none")]
    pub after_contact_work_start_timestamp: Option<Timestamp>,
    /// When it ended.
    #[serde(with = "instant::millis", skip_serializing_if = "Option::is_none")]
    pub after_contact_work_end_timestamp: Option<Timestamp>,
}
