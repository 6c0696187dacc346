//! Calls through Amazon Connect.

use crate::Aws;
use crate::fault::fault;
use async_trait::async_trait;
use aws_sdk_connect::Client;
use aws_sdk_connect::config::retry::RetryConfig;
use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_connect::operation::start_outbound_voice_contact::StartOutboundVoiceContactError;
use aws_sdk_connect::types::{
    Channel as SdkChannel, Contact, CurrentMetric, CurrentMetricName, CurrentMetricResult, Filters, Grouping,
    TrafficType, Unit,
};
use jiff::Timestamp;
use rollcall_contracts::connect::api::{DescribedAgent, DescribedContact};
use rollcall_contracts::connect::{Channel, DisconnectReason, InitiationMethod, names};
use rollcall_contracts::evidence::{agent_of_description, of_description};
use rollcall_domain::ids::ContactId;
use rollcall_domain::pace::Staffing;
use rollcall_ports::{CallOrder, Described, Fault, Started, Telephony, start_refused};

const PORT: &str = "Connect";

/// What of an instance is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Id of the instance.
    pub instance_id: String,
    /// Id of the flow that runs once a call is answered.
    pub flow_id: String,
    /// Id of the queue for callbacks. Its outbound number is the caller id,
    /// unless there is a source number.
    pub queue_id: String,
    /// Caller id, a number claimed by the instance, E.164.
    pub source_number: Option<String>,
}

/// An instance of Amazon Connect.
///
/// The SDK repeats nothing here: each request spends quota that other
/// instances in the account share (Administrator Guide,
/// amazon-connect-service-limits), and whoever paces must know of each.
#[derive(Clone, Debug)]
pub struct Connect {
    client: Client,
    instance: Instance,
}

/// Least and greatest ring time, in seconds (API reference,
/// StartOutboundVoiceContact).
const RING_SECONDS: (u32, u32) = (15, 60);
/// Pages of figures that are read: one queue makes one result.
const METRIC_PAGES: u32 = 10;

impl Connect {
    /// Calls through `instance`.
    #[must_use]
    pub fn new(aws: &Aws, instance: Instance) -> Self {
        let config =
            aws_sdk_connect::config::Builder::from(&aws.shared).retry_config(RetryConfig::disabled()).build();
        Self { client: Client::from_conf(config), instance }
    }
}

#[async_trait]
impl Telephony for Connect {
    async fn start(&self, order: &CallOrder) -> Result<Started, Fault> {
        let (least, most) = RING_SECONDS;
        // An i32 holds sixty.
        let ring = i32::try_from(order.ring_seconds.clamp(least, most)).unwrap_or(60);
        let mut request = self
            .client
            .start_outbound_voice_contact()
            .instance_id(&self.instance.instance_id)
            .contact_flow_id(&self.instance.flow_id)
            .queue_id(&self.instance.queue_id)
            .set_source_phone_number(self.instance.source_number.clone())
            .destination_phone_number(order.number.e164())
            .client_token(order.attempt.to_string())
            // Ids and a language, no more: attributes are kept with the
            // contact record for two years.
            .attributes(names::RESIDENT_ID, order.resident.to_string())
            .attributes(names::ATTEMPT_ID, order.attempt.to_string())
            .traffic_type(TrafficType::General)
            .ring_timeout_in_seconds(ring);
        if let Some(language) = &order.language {
            request = request.attributes("language", language);
        }
        match request.send().await {
            // An answer without a contact says nothing about the call.
            Ok(answer) => {
                answer.contact_id.map(ContactId::new).map(Started::Accepted).ok_or(Fault::Unanswered(PORT))
            }
            Err(error) => not_started(&error),
        }
    }

    async fn staffing(&self) -> Result<Staffing, Fault> {
        let metric =
            |name: &CurrentMetricName| CurrentMetric::builder().name(name.clone()).unit(Unit::Count).build();
        let filters = Filters::builder().queues(&self.instance.queue_id).channels(SdkChannel::Voice).build();
        // Grouped: without a grouping some figures change their unit.
        let request = self
            .client
            .get_current_metric_data()
            .instance_id(&self.instance.instance_id)
            .filters(filters)
            .groupings(Grouping::Queue)
            .set_current_metrics(Some(METRICS.iter().map(metric).collect()));
        let mut results = Vec::new();
        let mut token = None;
        for _ in 0..METRIC_PAGES {
            let answer = request.clone().set_next_token(token).send().await;
            let answer = answer.map_err(|error| fault(PORT, &error))?;
            results.extend(answer.metric_results.unwrap_or_default());
            token = answer.next_token;
            if token.is_none() {
                break;
            }
        }
        Ok(staffing(&results))
    }

    async fn describe(&self, contact: &ContactId) -> Result<Described, Fault> {
        let request = self.client.describe_contact().instance_id(&self.instance.instance_id);
        match request.contact_id(contact.as_str()).send().await {
            Ok(answer) => {
                let contact = answer.contact.ok_or(Fault::Unanswered(PORT))?;
                let contact = described(contact);
                let facts = of_description(&contact);
                Ok(match agent_of_description(&contact) {
                    Some(since) => Described::WithAgent(facts, since),
                    None => Described::Known(facts),
                })
            }
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => {
                Ok(Described::Unknown)
            }
            Err(error) => Err(fault(PORT, &error)),
        }
    }

    async fn stop(&self, contact: &ContactId) -> Result<(), Fault> {
        let request = self.client.stop_contact().instance_id(&self.instance.instance_id);
        match request.contact_id(contact.as_str()).send().await {
            Ok(_) => Ok(()),
            // It has ended already.
            Err(error) if error.as_service_error().is_some_and(|e| e.is_contact_not_found_exception()) => {
                Ok(())
            }
            Err(error) => Err(fault(PORT, &error)),
        }
    }
}

/// What a request without a contact means for the call.
fn not_started(
    error: &SdkError<
        StartOutboundVoiceContactError,
        aws_smithy_runtime_api::client::orchestrator::HttpResponse,
    >,
) -> Result<Started, Fault> {
    match error {
        SdkError::ServiceError(answer) => match answer.err().code() {
            Some(code) => start_refused(code),
            // A gate in front of the service, which let nothing through.
            None if answer.raw().status().as_u16() == 429 => Err(Fault::Throttled(PORT)),
            None => Err(Fault::Unanswered(PORT)),
        },
        SdkError::ConstructionFailure(_) => {
            Err(Fault::Refused { port: PORT, reason: "the request could not be built".to_owned() })
        }
        // Also when no connection was made at all, although then no call was:
        // a connection that is used again can break before the first byte or
        // after the last, and both look alike from here. The same client token
        // finds out.
        _ => Err(Fault::Unanswered(PORT)),
    }
}

/// The figures that staffing is made of.
const METRICS: [CurrentMetricName; 4] = [
    CurrentMetricName::AgentsAvailable,
    CurrentMetricName::AgentsOnContact,
    CurrentMetricName::ContactsInQueue,
    CurrentMetricName::ContactsScheduled,
];

/// The agents' figures. What is missing is zero: nobody has been logged in
/// lately, or the figure could not be calculated.
fn staffing(results: &[CurrentMetricResult]) -> Staffing {
    let [available, on_contact, in_queue, scheduled] = METRICS.map(|name| {
        let figures = results.iter().flat_map(CurrentMetricResult::collections);
        let of_name = figures.filter(|figure| figure.metric().and_then(CurrentMetric::name) == Some(&name));
        let value: f64 = of_name.filter_map(|figure| figure.value()).sum();
        // Counts of people: never negative, never near the limit of the type.
        format!("{value:.0}").parse::<u32>().unwrap_or(0)
    });
    Staffing { available, on_contact, callbacks_waiting: in_queue.saturating_add(scheduled) }
}

/// What evidence is read from, in the words of the contracts.
fn described(contact: Contact) -> DescribedContact {
    let at = |time: Option<aws_smithy_types::DateTime>| {
        time.and_then(|time| Timestamp::from_nanosecond(time.as_nanos()).ok())
    };
    DescribedContact {
        id: contact.id.unwrap_or_default(),
        initial_contact_id: contact.initial_contact_id,
        previous_contact_id: contact.previous_contact_id,
        initiation_method: contact.initiation_method.map(|method| InitiationMethod::from(method.as_str())),
        channel: contact.channel.map(|channel| Channel::from(channel.as_str())),
        agent_info: contact.agent_info.map(|agent| DescribedAgent {
            id: agent.id.unwrap_or_default(),
            connected_to_agent_timestamp: at(agent.connected_to_agent_timestamp),
        }),
        initiation_timestamp: at(contact.initiation_timestamp),
        connected_to_system_timestamp: at(contact.connected_to_system_timestamp),
        disconnect_timestamp: at(contact.disconnect_timestamp),
        last_update_timestamp: at(contact.last_update_timestamp),
        disconnect_reason: contact.disconnect_reason.as_deref().map(DisconnectReason::from),
        attributes: contact.attributes.unwrap_or_default().into_iter().collect(),
        ..DescribedContact::default()
    }
}
