//! What the simulated Connect writes about a contact, in the words of the real one.

use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::connect::api::{DescribedAgent, DescribedContact, DescribedQueue};
use rollcall_contracts::connect::{
    AgentInfo, AgentLeg, Channel, ContactDetail, ContactEvent, ContactEventType, ContactRecord, Endpoint,
    FlowContactData, FlowDetails, FlowInvocation, FlowQueue, InitiationMethod, QueueInfo, QueueLeg,
    RoutingProfile, SegmentAttributes, SegmentValue, StringMap,
};

use crate::config::Place;
use crate::contact::{Callback, Contact, Leg};

/// Texts that recur in everything that is written.
#[derive(Debug)]
pub(crate) struct Writer {
    place: Place,
    instance_arn: String,
    queue_arn: String,
    routing_profile: RoutingProfile,
    segment: SegmentAttributes,
    check_tags: StringMap,
    callback_tags: StringMap,
}

impl Writer {
    pub(crate) fn new(place: Place) -> Self {
        let instance_arn = place.instance_arn();
        let value = |text: &str| SegmentValue { value_string: Some(text.to_owned()) };
        let instance_tag = ("aws:connect:instanceId", place.instance_id.clone());
        let caller_tag = ("aws:connect:systemEndpoint", place.source_number.clone());
        Self {
            queue_arn: place.queue_arn(),
            routing_profile: RoutingProfile {
                arn: Some(format!("{instance_arn}/routing-profile/9e3c7a10-5b2d-4f81-a6c4-d8e0f1b29377")),
                name: Some("Rollcall agents".to_owned()),
            },
            segment: [
                ("connect:Direction".to_owned(), value("OUTBOUND")),
                ("connect:Subtype".to_owned(), value("connect:Telephony")),
            ]
            .into(),
            check_tags: [instance_tag.clone(), caller_tag].into_iter().collect(),
            callback_tags: [instance_tag].into_iter().collect(),
            instance_arn,
            place,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn queue_arn(&self) -> &str {
        &self.queue_arn
    }

    fn agent_arn(&self, id: &str) -> String {
        format!("{}/agent/{id}", self.instance_arn)
    }

    fn tags(&self, contact: &Contact) -> StringMap {
        match &contact.leg {
            Leg::Check(_) => self.check_tags.clone(),
            Leg::Callback(_) => self.callback_tags.clone(),
        }
    }

    /// The caller id; for callback legs it is left out (whether the real one does so always is not documented).
    fn system_endpoint(&self, contact: &Contact) -> Option<Endpoint> {
        matches!(contact.leg, Leg::Check(_)).then(|| Endpoint::telephone(&self.place.source_number))
    }

    /// The contact record of a leg that is complete.
    pub(crate) fn record(
        &self,
        contact: &Contact,
        attributes: &StringMap,
        last_update: Timestamp,
    ) -> Vec<u8> {
        let callback = contact.callback();
        let record = ContactRecord {
            aws_account_id: Some(self.place.account.clone()),
            format_version: Some("2017-03-10".to_owned()),
            agent: callback.and_then(|callback| self.agent_leg(contact, callback)),
            agent_connection_attempts: Some(callback.map_or(0, |callback| callback.offers)),
            attributes: attributes.clone(),
            channel: Some(Channel::Voice),
            connected_to_system_timestamp: contact.connected,
            contact_id: contact.id.clone(),
            customer_endpoint: Some(Endpoint::telephone(&contact.endpoint)),
            disconnect_reason: contact.reason.clone(),
            disconnect_timestamp: contact.disconnected,
            initial_contact_id: contact.initial_id.clone(),
            initiation_method: Some(contact.method()),
            initiation_timestamp: Some(contact.initiated),
            instance_arn: Some(self.instance_arn.clone()),
            last_update_timestamp: Some(last_update),
            next_contact_id: contact.next_id.clone(),
            previous_contact_id: contact.previous_id.clone(),
            queue: callback.and_then(|callback| self.queue_leg(contact, callback)),
            segment_attributes: self.segment.clone(),
            system_endpoint: self.system_endpoint(contact),
            tags: self.tags(contact),
            ..ContactRecord::default()
        };
        json(&record)
    }

    /// Present only when agent and resident were joined.
    fn agent_leg(&self, contact: &Contact, callback: &Callback) -> Option<AgentLeg> {
        let (seat, joined) = (callback.seat.as_ref()?, callback.joined?);
        let seconds =
            |from: Timestamp, until: Option<Timestamp>| until.map(|until| whole(until.duration_since(from)));
        Some(AgentLeg {
            arn: Some(self.agent_arn(&seat.id)),
            after_contact_work_duration: contact
                .disconnected
                .and_then(|end| seconds(end, callback.wrapped_up)),
            after_contact_work_start_timestamp: contact.disconnected,
            after_contact_work_end_timestamp: callback.wrapped_up,
            agent_interaction_duration: seconds(joined, contact.disconnected),
            connected_to_agent_timestamp: Some(joined),
            customer_hold_duration: Some(0),
            longest_hold_duration: Some(0),
            number_of_holds: Some(0),
            routing_profile: Some(self.routing_profile.clone()),
            username: Some(seat.username.clone()),
        })
    }

    fn queue_leg(&self, contact: &Contact, callback: &Callback) -> Option<QueueLeg> {
        let enqueued = callback.enqueued?;
        let left = callback.dequeued.or(contact.disconnected);
        Some(QueueLeg {
            arn: Some(self.queue_arn.clone()),
            dequeue_timestamp: left,
            // Counted from the creation: the initial delay is included.
            duration: left.map(|left| whole(left.duration_since(contact.initiated))),
            enqueue_timestamp: Some(enqueued),
            name: Some(self.place.queue_name.clone()),
        })
    }

    /// A contact event, as the contact stands now.
    pub(crate) fn event(
        &self,
        contact: &Contact,
        kind: ContactEventType,
        at: Timestamp,
        id: String,
    ) -> Vec<u8> {
        let callback = contact.callback();
        let updated = kind == ContactEventType::ContactDataUpdated;
        let detail = ContactDetail {
            event_type: kind,
            contact_id: contact.id.clone(),
            channel: Some(Channel::Voice),
            instance_arn: Some(self.instance_arn.clone()),
            initiation_method: Some(contact.method()),
            queue_info: callback.and_then(|callback| self.queue_info(callback)),
            agent_info: callback.and_then(|callback| self.agent_info(contact, callback)),
            connected_to_system_timestamp: contact.connected,
            disconnect_timestamp: contact.disconnected,
            initial_contact_id: contact.initial_id.clone(),
            previous_contact_id: contact.previous_id.clone(),
            initiation_timestamp: Some(contact.initiated),
            updated_properties: if updated { vec!["UserDefinedAttributes".to_owned()] } else { Vec::new() },
            tags: self.tags(contact),
            ..ContactDetail::default()
        };
        json(&ContactEvent {
            version: Some("0".to_owned()),
            id: Some(id),
            detail_type: Some(ContactEvent::DETAIL_TYPE.to_owned()),
            source: Some(ContactEvent::SOURCE.to_owned()),
            account: Some(self.place.account.clone()),
            time: Some(at),
            region: Some(self.place.region.clone()),
            resources: vec![
                self.instance_arn.clone(),
                format!("{}/contact/{}", self.instance_arn, contact.id),
            ],
            detail,
        })
    }

    fn queue_info(&self, callback: &Callback) -> Option<QueueInfo> {
        Some(QueueInfo {
            queue_arn: Some(self.queue_arn.clone()),
            queue_type: Some("STANDARD".to_owned()),
            enqueue_timestamp: Some(callback.enqueued?),
        })
    }

    fn agent_info(&self, contact: &Contact, callback: &Callback) -> Option<AgentInfo> {
        let (seat, joined) = (callback.seat.as_ref()?, callback.joined?);
        let wrapped_up = contact.disconnected.zip(callback.wrapped_up);
        Some(AgentInfo {
            agent_arn: Some(self.agent_arn(&seat.id)),
            connected_to_agent_timestamp: Some(joined),
            after_contact_work_duration: wrapped_up.map(|(from, until)| whole(until.duration_since(from))),
            after_contact_work_start_timestamp: wrapped_up.map(|(from, _)| from),
            after_contact_work_end_timestamp: wrapped_up.map(|(_, until)| until),
        })
    }

    /// What the flow's function is given.
    pub(crate) fn invocation(
        &self,
        contact: &Contact,
        attributes: &StringMap,
        parameters: StringMap,
    ) -> FlowInvocation {
        let queued = matches!(&contact.leg, Leg::Check(check) if check.queued);
        let contact_data = FlowContactData {
            attributes: attributes.clone(),
            aws_region: Some(self.place.region.clone()),
            channel: Some(Channel::Voice),
            contact_id: contact.id.clone(),
            customer_endpoint: Some(Endpoint::telephone(&contact.endpoint)),
            // Unlike in the record, the first leg names itself here.
            initial_contact_id: Some(contact.initial_id.as_ref().unwrap_or(&contact.id).clone()),
            initiation_method: Some(contact.method()),
            instance_arn: Some(self.instance_arn.clone()),
            language_code: Some("en-GB".to_owned()),
            name: match &contact.leg {
                Leg::Check(check) => check.name.clone(),
                Leg::Callback(_) => None,
            },
            previous_contact_id: Some(contact.previous_id.as_ref().unwrap_or(&contact.id).clone()),
            queue: queued.then(|| FlowQueue {
                arn: Some(self.queue_arn.clone()),
                name: Some(self.place.queue_name.clone()),
                outbound_caller_id: Some(Endpoint::telephone(&self.place.source_number)),
            }),
            related_contact_id: None,
            segment_attributes: self.segment.clone(),
            system_endpoint: self.system_endpoint(contact),
            tags: self.tags(contact),
        };
        let details = FlowDetails { contact_data, parameters };
        FlowInvocation { name: Some(FlowInvocation::NAME.to_owned()), details }
    }

    /// A contact as `DescribeContact` shows it.
    pub(crate) fn described(
        &self,
        contact: &Contact,
        attributes: &StringMap,
        now: Timestamp,
    ) -> DescribedContact {
        let callback = contact.callback();
        // From accepting on (API reference, AgentInfo), also while the resident is still being rung.
        let accepted = callback.filter(|callback| callback.dequeued.is_some());
        let seated = accepted.and_then(|callback| callback.seat.as_ref().map(|seat| (seat, callback.joined)));
        DescribedContact {
            arn: Some(format!("{}/contact/{}", self.instance_arn, contact.id)),
            id: contact.id.clone(),
            initial_contact_id: contact.initial_id.clone(),
            previous_contact_id: contact.previous_id.clone(),
            initiation_method: Some(contact.method()),
            name: match &contact.leg {
                Leg::Check(check) => check.name.clone(),
                Leg::Callback(_) => None,
            },
            channel: Some(Channel::Voice),
            queue_info: callback.and_then(|callback| callback.enqueued).map(|enqueued| DescribedQueue {
                id: self.place.queue_id.clone(),
                enqueue_timestamp: Some(enqueued),
            }),
            agent_info: seated.map(|(seat, joined)| DescribedAgent {
                id: seat.id.clone(),
                connected_to_agent_timestamp: joined,
            }),
            initiation_timestamp: Some(contact.initiated),
            connected_to_system_timestamp: contact.connected,
            disconnect_timestamp: contact.disconnected,
            last_update_timestamp: Some(contact.disconnected.unwrap_or(now)),
            disconnect_reason: contact.reason.clone(),
            attributes: attributes.clone(),
            customer_endpoint: Some(Endpoint::telephone(&contact.endpoint)),
            system_endpoint: self.system_endpoint(contact),
            tags: self.tags(contact),
        }
    }
}

impl Contact {
    pub(crate) fn callback(&self) -> Option<&Callback> {
        match &self.leg {
            Leg::Check(_) => None,
            Leg::Callback(callback) => Some(callback),
        }
    }

    fn method(&self) -> InitiationMethod {
        match &self.leg {
            Leg::Check(_) => InitiationMethod::Api,
            Leg::Callback(_) => InitiationMethod::Callback,
        }
    }
}

fn whole(length: SignedDuration) -> u32 {
    u32::try_from(length.as_secs()).unwrap_or(0)
}

fn json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    // Structs of texts, numbers and maps with text keys: the only kinds of failure serde_json has cannot occur.
    serde_json::to_vec(value).expect("plain structs become JSON")
}
