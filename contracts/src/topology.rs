//! The typed reader of `topology.toml`, and its cross-checks.

use serde::Deserialize;
use std::sync::LazyLock;

/// The file as it is shipped.
const SHIPPED: &str = include_str!("../topology.toml");

static TOPOLOGY: LazyLock<Topology> = LazyLock::new(|| {
    // Cannot fail: the file is part of the program, and a test parses it.
    Topology::parse(SHIPPED).expect("contracts/topology.toml is checked by a test")
});

/// Every number about queues, streams and timers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topology {
    /// The queues.
    pub queues: Queues,
    /// The streams.
    pub streams: Streams,
    /// Time limits of handlers.
    pub handlers: Handlers,
    /// Periods of the timers.
    pub timers: Timers,
    /// How much one run may take on.
    pub bounds: Bounds,
}

/// The queues, by name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queues {
    /// The object store's notifications.
    pub uploads: QueueSpec,
    /// Byte ranges to be loaded.
    pub rows: QueueSpec,
    /// Orders to dial.
    pub call_requests: QueueSpec,
}

/// One queue and how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueSpec {
    /// Messages handed to a handler at once.
    pub batch_size: u32,
    /// How long a received message is hidden.
    pub visibility_timeout_seconds: u32,
    /// Receives after which a message is parked as a dead letter.
    pub max_receives: u32,
    /// Handlers at once.
    pub concurrency: u32,
    /// How long a message is kept.
    pub retention_seconds: u32,
}

/// The streams, by name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Streams {
    /// Contact records and contact events.
    pub outcomes: StreamSpec,
}

/// One stream and how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamSpec {
    /// Shards.
    pub shards: u32,
    /// Records handed to a handler at once.
    pub batch_size: u32,
    /// Retries of a failing batch.
    pub max_retries: u32,
    /// Whether a failing batch is split.
    pub bisect_on_error: bool,
    /// How long a record is kept.
    pub retention_hours: u32,
    /// Time limit of the handler.
    pub handler_timeout_seconds: u32,
}

/// Time limits of handlers, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handlers {
    /// Ingest.
    pub ingest_seconds: u32,
    /// Loader.
    pub loader_seconds: u32,
    /// Dialer.
    pub dialer_seconds: u32,
    /// The key-press function.
    pub key_press_seconds: u32,
}

/// Periods of the timers, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timers {
    /// The planner's tick.
    pub planner_seconds: u32,
    /// The sweep.
    pub sweep_seconds: u32,
    /// Dead letters are collected and replayed.
    pub letters_seconds: u32,
    /// Erasures go on, where a program of its own does that.
    pub erasures_seconds: u32,
    /// The account of the day.
    pub ledger_seconds: u32,
}

/// How much one run may take on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Rows of one chunk.
    pub rows_per_chunk: u32,
    /// Bytes of one chunk.
    pub bytes_per_chunk: u32,
    /// Residents that the planner reads at a time.
    pub planner_page: u32,
    /// Orders that the planner gives in one tick.
    pub planner_orders: u32,
    /// Items that the sweep reads at a time.
    pub sweep_page: u32,
    /// Items of each kind that the sweep takes on in one run.
    pub sweep_items: u32,
    /// Things past their time that the sweep deletes at once.
    pub retain_items: u32,
    /// How often a run of the sweep does so.
    pub retain_slices: u32,
    /// For how long one run collects and replays dead letters.
    pub letters_seconds: u32,
    /// How far ahead a start may be reserved.
    pub start_horizon_seconds: u32,
    /// After how long a request is tried again when no agent was free.
    pub retry_no_agent_seconds: u32,
    /// After how long a request is tried again when every place was taken.
    pub retry_full_seconds: u32,
    /// Until a request is tried again while dialing is stopped.
    pub retry_stopped_seconds: u32,
    /// Closed dials that the breaker looks at.
    pub breaker_dials: u32,
    /// Open dials that the breaker looks at.
    pub silence_dials: u32,
    /// How long a dialer uses one reading of the agents' figures.
    pub staffing_cache_seconds: u32,
}

impl Topology {
    /// The topology as shipped.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &TOPOLOGY
    }

    /// Reads a topology.
    ///
    /// # Errors
    /// When a number is missing, unknown or not a number; the text says which.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// Every rule of SQS, Lambda and EventBridge that these numbers break;
    /// empty when they can be deployed.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, queue, handler) in [
            ("uploads", self.queues.uploads, self.handlers.ingest_seconds),
            ("rows", self.queues.rows, self.handlers.loader_seconds),
            ("call_requests", self.queues.call_requests, self.handlers.dialer_seconds),
        ] {
            queue.check(name, handler, &mut problems);
        }
        let stream = self.streams.outcomes;
        if stream.max_retries == 0 || stream.max_retries > 10_000 {
            problems.push(format!(
                "streams.outcomes: max_retries is {}; expected 1 to 10000",
                stream.max_retries
            ));
        }
        if stream.batch_size == 0 || stream.batch_size > 10_000 {
            problems
                .push(format!("streams.outcomes: batch_size is {}; expected 1 to 10000", stream.batch_size));
        }
        if self.handlers.key_press_seconds >= 8 {
            problems.push("handlers.key_press_seconds: expected under the 8 s that a flow waits".to_owned());
        }
        if self.timers.planner_seconds < 60 || self.timers.sweep_seconds < 60 {
            problems
                .push("timers: expected at least 60 s, the least rate of EventBridge Scheduler".to_owned());
        }
        if self.timers.letters_seconds < 60 || self.bounds.letters_seconds + 15 > self.timers.letters_seconds
        {
            problems.push(
                "timers.letters_seconds: expected at least 60 s, and 15 s more than bounds.letters_seconds"
                    .to_owned(),
            );
        }
        if self.bounds.start_horizon_seconds >= self.handlers.dialer_seconds {
            problems
                .push("bounds.start_horizon_seconds: expected less than handlers.dialer_seconds".to_owned());
        }
        problems
    }
}

impl QueueSpec {
    fn check(&self, name: &str, handler_seconds: u32, problems: &mut Vec<String>) {
        let mut expect = |holds: bool, what: String| {
            if !holds {
                problems.push(format!("queues.{name}: {what}"));
            }
        };
        let least = handler_seconds.saturating_mul(6);
        let visible = self.visibility_timeout_seconds;
        expect(
            visible >= least,
            format!(
                "visibility_timeout_seconds is {visible}; expected at least six times the handler's {handler_seconds} s"
            ),
        );
        expect(
            (1..=10).contains(&self.batch_size),
            format!("batch_size is {}; expected 1 to 10", self.batch_size),
        );
        expect(
            self.concurrency >= 2,
            format!("concurrency is {}; SQS event sources take no less than 2", self.concurrency),
        );
        expect(
            self.max_receives >= 2,
            format!("max_receives is {}; expected at least one retry", self.max_receives),
        );
        expect(
            (60..=1_209_600).contains(&self.retention_seconds),
            format!("retention_seconds is {}; SQS keeps 60 s to 14 days", self.retention_seconds),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_topology_obeys_the_rules_of_its_services() {
        assert_eq!(Topology::shipped().problems(), Vec::<String>::new());
    }

    #[test]
    fn each_rule_fires() {
        let mut broken = Topology::shipped().clone();
        broken.queues.rows.visibility_timeout_seconds = 1;
        broken.queues.rows.concurrency = 1;
        broken.queues.uploads.batch_size = 11;
        broken.queues.uploads.max_receives = 1;
        broken.queues.uploads.retention_seconds = 1;
        broken.streams.outcomes.max_retries = 0;
        broken.streams.outcomes.batch_size = 0;
        broken.handlers.key_press_seconds = 8;
        broken.timers.planner_seconds = 59;
        broken.bounds.start_horizon_seconds = broken.handlers.dialer_seconds;
        broken.bounds.letters_seconds = 46;
        assert_eq!(broken.problems().len(), 11, "{:#?}", broken.problems());
    }

    #[test]
    fn a_number_too_many_or_too_few_is_refused() {
        let unknown = format!("{SHIPPED}\n[timers2]\n");
        assert!(Topology::parse(&unknown).is_err());
        let missing = SHIPPED.replace("sweep_seconds = 60", "");
        assert!(Topology::parse(&missing).unwrap_err().to_string().contains("sweep_seconds"));
    }
}
