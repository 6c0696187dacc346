//! `GetCurrentMetricData`.

use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::connect::Channel;
use rollcall_contracts::connect::api::{
    ApiError, CurrentMetricsRequest, CurrentMetricsResponse, Dimensions, Metric, MetricResult, MetricValue,
    QueueReference,
};

use super::Simulator;
use super::api::is;
use crate::agents::Counts;

/// How long after the last agent has gone the queue still has data. The documentation says "lately".
const LATELY: SignedDuration = SignedDuration::from_hours(1);

impl Simulator {
    /// Live figures of the callback queue, at most `metrics_stale` old. No results at all when there is nothing to tell:
    /// nobody has been logged in lately and no callback exists, or the queue is not known.
    ///
    /// # Errors
    /// `InvalidRequestException` and `InvalidParameterException` for a request that makes no sense,
    /// `ResourceNotFoundException` for an unknown instance, `ThrottlingException` above 5/s (burst 8).
    pub fn current_metrics(
        &mut self,
        now: Timestamp,
        instance_id: &str,
        request: &CurrentMetricsRequest,
    ) -> Result<CurrentMetricsResponse, ApiError> {
        self.run_to(now, false);
        if !self.buckets.metrics.take(self.now) {
            return Err(ApiError::THROTTLED);
        }
        if !is(&self.writer.place().instance_id, instance_id) {
            return Err(ApiError::NOT_FOUND);
        }
        validate(request)?;
        let figures = self.figures();
        let ours = |queue: &String| is(&self.writer.place().queue_id, queue);
        let voice = request.filters.channels.is_empty()
            || request
                .filters
                .channels
                .iter()
                .any(|channel| Channel::from(channel.as_str()) == Channel::Voice);
        let results = if figures.any && voice && request.filters.queues.iter().any(ours) {
            vec![self.result(request, &figures)]
        } else {
            Vec::new()
        };
        Ok(CurrentMetricsResponse {
            approximate_total_count: Some(u32::from(!results.is_empty())),
            metric_results: results,
            data_snapshot_time: Some(figures.at),
        })
    }

    /// The present figures, or those of a moment ago.
    fn figures(&mut self) -> Figures {
        if let Some(figures) = &self.figures
            && self.now.duration_since(figures.at) < self.config.metrics_stale
        {
            return figures.clone();
        }
        let oldest = self.waiting.first().map(|(enqueued, _)| self.now.duration_since(*enqueued));
        let in_queue = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let seen = self.desk.last_online(self.now).is_some_and(|at| self.now.duration_since(at) < LATELY);
        let figures = Figures {
            at: self.now,
            any: seen || in_queue > 0 || self.delayed > 0,
            agents: self.desk.counts(),
            in_queue,
            scheduled: self.delayed,
            oldest,
        };
        self.figures = Some(figures.clone());
        figures
    }

    fn result(&self, request: &CurrentMetricsRequest, figures: &Figures) -> MetricResult {
        let grouped = |by: &str| request.groupings.iter().any(|grouping| grouping == by);
        let place = self.writer.place();
        let queue = grouped("QUEUE")
            .then(|| QueueReference { id: place.queue_id.clone(), arn: self.writer.queue_arn().to_owned() });
        let channel = grouped("CHANNEL").then_some(Channel::Voice);
        let dimensions = (!request.groupings.is_empty()).then_some(Dimensions { queue, channel });
        let value = |metric: &Metric| MetricValue {
            metric: metric.clone(),
            value: figures.value(&metric.name, !request.groupings.is_empty()),
        };
        MetricResult { dimensions, collections: request.current_metrics.iter().map(value).collect() }
    }
}

/// Names this simulator knows; the real service has a few more about chats and slots.
const NAMES: [&str; 14] = [
    "AGENTS_AVAILABLE",
    "AGENTS_ONLINE",
    "AGENTS_STAFFED",
    "AGENTS_ON_CONTACT",
    "AGENTS_ON_CALL",
    "AGENTS_AFTER_CONTACT_WORK",
    "AGENTS_NON_PRODUCTIVE",
    "AGENTS_ERROR",
    "CONTACTS_IN_QUEUE",
    "CONTACTS_SCHEDULED",
    "SLOTS_ACTIVE",
    "SLOTS_AVAILABLE",
    "OLDEST_CONTACT_AGE",
    "ESTIMATED_WAIT_TIME",
];

fn validate(request: &CurrentMetricsRequest) -> Result<(), ApiError> {
    let queues = request.filters.queues.len();
    if !(1..=100).contains(&queues) || request.current_metrics.is_empty() || request.groupings.len() > 2 {
        return Err(ApiError::INVALID_REQUEST);
    }
    let known = |metric: &Metric| NAMES.contains(&metric.name.as_str());
    if request.current_metrics.iter().all(known) { Ok(()) } else { Err(ApiError::INVALID_PARAMETER) }
}

/// The figures at one moment.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    at: Timestamp,
    /// There is data at all.
    any: bool,
    agents: Counts,
    in_queue: u32,
    scheduled: u32,
    /// How long the oldest callback has been in the queue.
    oldest: Option<SignedDuration>,
}

impl Figures {
    fn value(&self, name: &str, grouped: bool) -> Option<f64> {
        let agents = &self.agents;
        let count = match name {
            "AGENTS_AVAILABLE" | "SLOTS_AVAILABLE" => agents.available,
            "AGENTS_ONLINE" => agents.online,
            "AGENTS_STAFFED" => agents.staffed,
            "AGENTS_ON_CONTACT" | "AGENTS_ON_CALL" => agents.on_contact,
            "AGENTS_AFTER_CONTACT_WORK" => agents.wrap_up,
            "AGENTS_NON_PRODUCTIVE" => agents.on_break,
            "AGENTS_ERROR" => agents.missed,
            "CONTACTS_IN_QUEUE" => self.in_queue,
            "CONTACTS_SCHEDULED" => self.scheduled,
            "SLOTS_ACTIVE" => agents.slots_active,
            // A known trap: seconds with a grouping, milliseconds without, whatever the unit says.
            "OLDEST_CONTACT_AGE" => {
                let age = self.oldest.unwrap_or(SignedDuration::ZERO).as_secs_f64().floor();
                return Some(if grouped { age } else { age * 1000.0 });
            }
            // Could not be calculated: no value.
            _ => return None,
        };
        Some(f64::from(count))
    }
}
