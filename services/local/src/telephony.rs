//! The ports to the simulated Connect, in this process.

mod softphone;

use crate::bell::Bell;
use async_trait::async_trait;
use rollcall_connect_sim::{Place, Simulator};
use rollcall_contracts::connect::api::{
    ApiError, CurrentMetricsRequest, CurrentMetricsResponse, Metric, MetricFilters, StartOutboundRequest,
    StopContactRequest,
};
use rollcall_contracts::connect::{StringMap, names};
use rollcall_contracts::evidence::{agent_of_description, of_description};
use rollcall_domain::ids::ContactId;
use rollcall_domain::pace::Staffing;
use rollcall_ports::{CallOrder, Clock, Described, Fault, Started, Telephony, start_refused};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const PORT: &str = "Connect";

/// The simulated Connect, shared by whoever drives it.
#[derive(Clone)]
pub struct SimulatedConnect {
    simulator: Arc<Mutex<Simulator>>,
    place: Place,
    clock: Arc<dyn Clock>,
    bell: Bell,
}

impl SimulatedConnect {
    /// The port to `simulator`, which was made with this `place`. The bell is
    /// rung when something was asked of it, so that its driver looks again.
    pub fn new(simulator: Arc<Mutex<Simulator>>, place: Place, clock: Arc<dyn Clock>, bell: Bell) -> Self {
        Self { simulator, place, clock, bell }
    }

    /// The simulator, for its driver.
    pub fn lock(&self) -> MutexGuard<'_, Simulator> {
        self.simulator.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rung when something was asked of the simulator.
    #[must_use]
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    fn request(&self, order: &CallOrder) -> StartOutboundRequest {
        let mut attributes = StringMap::default();
        attributes.insert(names::RESIDENT_ID, order.resident.to_string());
        attributes.insert(names::ATTEMPT_ID, order.attempt.to_string());
        if let Some(language) = &order.language {
            attributes.insert("language", language.as_str());
        }
        StartOutboundRequest {
            destination_phone_number: order.number.e164(),
            contact_flow_id: self.place.flow_id.clone(),
            instance_id: self.place.instance_id.clone(),
            client_token: Some(order.attempt.to_string()),
            queue_id: Some(self.place.queue_id.clone()),
            attributes,
            traffic_type: Some("GENERAL".to_owned()),
            ring_timeout_in_seconds: Some(order.ring_seconds),
            ..StartOutboundRequest::default()
        }
    }

    fn metrics_request(&self) -> CurrentMetricsRequest {
        let metric = |name: &str| Metric { name: name.to_owned(), unit: Some("COUNT".to_owned()) };
        CurrentMetricsRequest {
            filters: MetricFilters {
                queues: vec![self.place.queue_id.clone()],
                channels: vec!["VOICE".to_owned()],
            },
            groupings: vec!["QUEUE".to_owned()],
            current_metrics: METRICS.iter().map(|name| metric(name)).collect(),
        }
    }
}

/// The figures that staffing is made of.
const METRICS: [&str; 4] =
    ["AGENTS_AVAILABLE", "AGENTS_ON_CONTACT", "CONTACTS_IN_QUEUE", "CONTACTS_SCHEDULED"];

/// The agents' figures; what is missing is zero.
fn staffing(figures: &CurrentMetricsResponse) -> Staffing {
    let [available, on_contact, in_queue, scheduled] = METRICS.map(|name| {
        let value = figures.value(name).unwrap_or(0.0);
        // Counts of people: never negative, never near the limit of the type.
        format!("{value:.0}").parse::<u32>().unwrap_or(0)
    });
    Staffing { available, on_contact, callbacks_waiting: in_queue.saturating_add(scheduled) }
}

#[async_trait]
impl Telephony for SimulatedConnect {
    async fn start(&self, order: &CallOrder) -> Result<Started, Fault> {
        let answer = self.lock().start_outbound(self.clock.now(), &self.request(order));
        self.bell.ring();
        match answer {
            Ok(contact) => Ok(Started::Accepted(ContactId::new(contact))),
            Err(error) => start_refused(error.kind),
        }
    }

    async fn staffing(&self) -> Result<Staffing, Fault> {
        let instance = &self.place.instance_id;
        let answer = self.lock().current_metrics(self.clock.now(), instance, &self.metrics_request());
        answer.map(|figures| staffing(&figures)).map_err(|error| fault(&error))
    }

    async fn describe(&self, contact: &ContactId) -> Result<Described, Fault> {
        match self.lock().describe_contact(self.clock.now(), &self.place.instance_id, contact.as_str()) {
            Ok(response) => {
                let facts = of_description(&response.contact);
                Ok(match agent_of_description(&response.contact) {
                    Some(since) => Described::WithAgent(facts, since),
                    None => Described::Known(facts),
                })
            }
            Err(error) if error == ApiError::NOT_FOUND => Ok(Described::Unknown),
            Err(error) => Err(fault(&error)),
        }
    }

    async fn stop(&self, contact: &ContactId) -> Result<(), Fault> {
        let request = StopContactRequest {
            contact_id: contact.as_str().to_owned(),
            instance_id: self.place.instance_id.clone(),
        };
        let answer = self.lock().stop_contact(self.clock.now(), &request);
        self.bell.ring();
        match answer {
            Ok(()) => Ok(()),
            Err(error) if error == ApiError::CONTACT_NOT_FOUND => Ok(()),
            Err(error) => Err(fault(&error)),
        }
    }
}

/// An error of an operation that can be asked again without harm.
fn fault(error: &ApiError) -> Fault {
    if error.is_throttle() {
        Fault::Throttled(PORT)
    } else if error.status >= 500 {
        Fault::Unanswered(PORT)
    } else {
        Fault::Refused { port: PORT, reason: error.kind.to_owned() }
    }
}
