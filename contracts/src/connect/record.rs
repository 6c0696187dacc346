//! Contact records, also called contact trace records (CTR).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::codes::{Channel, DisconnectReason, InitiationMethod};
use super::instant;
use super::map::{SegmentAttributes, StringMap, or_default};

/// The record of one contact leg, as it lies on the stream (Admin Guide, ctr-data-model).
///
/// Delivered at least once, commonly about a minute after the leg is complete, for a leg with an agent after his
/// after-contact work. Sent again when it changes: the copy with the greatest `last_update_timestamp` counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ContactRecord {
    /// The AWS account.
    #[serde(rename = "AWSAccountId")]
    pub aws_account_id: Option<String>,
    /// `2017-03-10` for years; also the mark by which a contact record is known.
    #[serde(rename = "AWSContactTraceRecordFormatVersion")]
    pub format_version: Option<String>,
    /// The agent who was joined to the call; absent when none was.
    pub agent: Option<AgentLeg>,
    /// How often the contact was offered to agents.
    pub agent_connection_attempts: Option<u32>,
    /// What the answering-machine detection found; campaign traffic only, so normally absent here.
    pub answering_machine_detection_status: Option<String>,
    /// User-defined attributes, shared by all legs with the same initial contact.
    pub attributes: StringMap,
    /// VOICE for telephone calls.
    pub channel: Option<Channel>,
    /// When the far end answered, person or machine. Absent means: never answered.
    #[serde(with = "instant::seconds")]
    pub connected_to_system_timestamp: Option<Timestamp>,
    /// Id of this leg. [`super::decode_stream_record`] lets no record without it through.
    #[serde(deserialize_with = "or_default")]
    pub contact_id: String,
    /// The resident's number.
    pub customer_endpoint: Option<Endpoint>,
    /// Why the leg ended; may be absent.
    pub disconnect_reason: Option<DisconnectReason>,
    /// When the leg ended.
    #[serde(with = "instant::seconds")]
    pub disconnect_timestamp: Option<Timestamp>,
    /// The first leg of this chain; absent on the first leg itself. See [`ContactRecord::first_contact_id`].
    pub initial_contact_id: Option<String>,
    /// How the leg came about: API for a check call, CALLBACK for an agent's call.
    pub initiation_method: Option<InitiationMethod>,
    /// API: when the request arrived. CALLBACK: when the flow created the callback, not when it was dialled.
    #[serde(with = "instant::seconds")]
    pub initiation_timestamp: Option<Timestamp>,
    /// The Connect instance.
    #[serde(rename = "InstanceARN")]
    pub instance_arn: Option<String>,
    /// Version of this record: a copy with an older or equal time brings nothing new.
    #[serde(with = "instant::seconds")]
    pub last_update_timestamp: Option<Timestamp>,
    /// The leg that this one created, such as a queued callback.
    pub next_contact_id: Option<String>,
    /// The leg that created this one.
    pub previous_contact_id: Option<String>,
    /// The queue in which the contact waited; absent unless queued.
    pub queue: Option<QueueLeg>,
    /// A contact whose attributes were copied at the start.
    pub related_contact_id: Option<String>,
    /// When a scheduled contact was to start.
    #[serde(with = "instant::seconds")]
    pub scheduled_timestamp: Option<Timestamp>,
    /// Connect's own attributes of this leg.
    #[serde(deserialize_with = "or_default")]
    pub segment_attributes: SegmentAttributes,
    /// The caller id shown to the resident; absent on callback legs.
    pub system_endpoint: Option<Endpoint>,
    /// Tags, among them one with the caller id.
    pub tags: StringMap,
    /// When a transfer out of Connect was complete.
    #[serde(with = "instant::seconds")]
    pub transfer_completed_timestamp: Option<Timestamp>,
}

impl ContactRecord {
    /// The first leg of this chain: on the first leg itself Connect leaves `InitialContactId` null.
    pub fn first_contact_id(&self) -> &str {
        self.initial_contact_id.as_deref().unwrap_or(&self.contact_id)
    }
}

/// A telephone number in a contact, with its kind. `Debug` hides the number but for its last two digits.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Endpoint {
    /// The number in E.164 form, `+447700900101`.
    pub address: Option<String>,
    /// `TELEPHONE_NUMBER`.
    #[serde(rename = "Type")]
    pub kind: Option<String>,
}

impl Endpoint {
    /// The endpoint of a telephone number.
    pub fn telephone(number: impl Into<String>) -> Self {
        Self { address: Some(number.into()), kind: Some("TELEPHONE_NUMBER".to_owned()) }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.as_deref().unwrap_or_default();
        let shown = address.char_indices().rev().nth(1).map_or("", |(at, _)| &address[at..]);
        write!(formatter, "Endpoint(..{shown})")
    }
}

/// An agent's part in a contact; durations in whole seconds. `Debug` leaves the user name out.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AgentLeg {
    /// The agent.
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    /// Length of the work after the call.
    pub after_contact_work_duration: Option<u32>,
    /// When the agent finished with the contact; the record is not created before.
    #[serde(with = "instant::seconds")]
    pub after_contact_work_end_timestamp: Option<Timestamp>,
    /// When the work after the call began.
    #[serde(with = "instant::seconds")]
    pub after_contact_work_start_timestamp: Option<Timestamp>,
    /// How long agent and resident were joined.
    pub agent_interaction_duration: Option<u32>,
    /// When agent and resident were joined.
    #[serde(with = "instant::seconds")]
    pub connected_to_agent_timestamp: Option<Timestamp>,
    /// Time on hold.
    pub customer_hold_duration: Option<u32>,
    /// The longest single hold.
    pub longest_hold_duration: Option<u32>,
    /// How often the resident was put on hold.
    pub number_of_holds: Option<u32>,
    /// The agent's routing profile.
    pub routing_profile: Option<RoutingProfile>,
    /// The agent's sign-in name.
    pub username: Option<String>,
}

impl fmt::Debug for AgentLeg {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AgentLeg")
            .field("arn", &self.arn)
            .field("connected_to_agent_timestamp", &self.connected_to_agent_timestamp)
            .field("agent_interaction_duration", &self.agent_interaction_duration)
            .finish_non_exhaustive()
    }
}

/// A routing profile: which queues an agent serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RoutingProfile {
    /// The profile.
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    /// Its display name.
    pub name: Option<String>,
}

/// A contact's stay in a queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct QueueLeg {
    /// The queue.
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    /// When an agent accepted, or the contact left the queue otherwise.
    #[serde(with = "instant::seconds")]
    pub dequeue_timestamp: Option<Timestamp>,
    /// Seconds from creation to dequeue; for callbacks this **includes** the initial delay.
    pub duration: Option<u32>,
    /// When the contact entered the queue, for callbacks after the initial delay.
    #[serde(with = "instant::seconds")]
    pub enqueue_timestamp: Option<Timestamp>,
    /// Display name of the queue.
    pub name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{AgentLeg, ContactRecord, Endpoint};

    #[test]
    fn debug_holds_no_number_no_name_and_no_attribute() {
        let record = ContactRecord {
            contact_id: "c-1".to_owned(),
            attributes: [("residentId", "r-secret")].into_iter().collect(),
            tags: [("aws:connect:systemEndpoint", "+442079460100")].into_iter().collect(),
            customer_endpoint: Some(Endpoint::telephone("+447700900101")),
            agent: Some(AgentLeg { username: Some("agent.one".to_owned()), ..AgentLeg::default() }),
            ..ContactRecord::default()
        };
        let shown = format!("{record:?}");
        assert!(shown.contains("c-1") && shown.contains("Endpoint(..01)"), "{shown}");
        for hidden in ["7700900", "r-secret", "2079460", "agent.one"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }

    #[test]
    fn the_first_leg_is_its_own_first_contact() {
        let first = ContactRecord { contact_id: "c-1".to_owned(), ..ContactRecord::default() };
        assert_eq!(first.first_contact_id(), "c-1");
        let second = ContactRecord { initial_contact_id: Some("c-0".to_owned()), ..first };
        assert_eq!(second.first_contact_id(), "c-0");
    }
}
