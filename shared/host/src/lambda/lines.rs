//! Log lines of a Lambda function: one JSON object each, and, where something
//! is counted, with CloudWatch's embedded metric format on the same line
//! (CloudWatch User Guide, "Embedded metric format specification").

use crate::metrics::{Metric, Severity, Unit, metrics, severity};
use rollcall_ports::{Clock, Signal, Signals, trace};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// What all metrics of Rollcall are under.
pub const NAMESPACE: &str = "Rollcall";

/// Writes lines.
pub struct Lines {
    service: &'static str,
    clock: Arc<dyn Clock>,
    out: Mutex<Box<dyn Write + Send>>,
}

impl Lines {
    /// Lines of `service` on `out`, which on Lambda is the standard output.
    #[must_use]
    pub fn new(service: &'static str, clock: Arc<dyn Clock>, out: Box<dyn Write + Send>) -> Self {
        Self { service, clock, out: Mutex::new(out) }
    }

    /// One line with these fields and figures, and the id of the trace that
    /// the work is part of. Fields hold ids and counts, never personal data.
    pub fn write(&self, severity: Severity, fields: Map<String, Value>, figures: &[Metric]) {
        let now = self.clock.now();
        let mut line = fields;
        line.insert("timestamp".to_owned(), json!(now));
        line.insert("level".to_owned(), json!(severity.word()));
        line.insert("service".to_owned(), json!(self.service));
        if let Some(trace) = trace::current() {
            line.insert("trace".to_owned(), json!(trace.id()));
        }
        if !figures.is_empty() {
            let named = |metric: &Metric| json!({ "Name": metric.name, "Unit": unit(metric.unit) });
            let directive = json!({
                "Namespace": NAMESPACE,
                "Dimensions": [["service"]],
                "Metrics": figures.iter().map(named).collect::<Vec<_>>(),
            });
            line.insert(
                "_aws".to_owned(),
                json!({ "Timestamp": now.as_millisecond(), "CloudWatchMetrics": [directive] }),
            );
            for metric in figures {
                line.insert(metric.name.to_owned(), json!(metric.value));
            }
        }
        let text = format!("{}\n", Value::Object(line));
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // In one piece: CloudWatch takes each write for an event. Where the log
        // cannot be written there is nowhere to say so.
        let _unwritten = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

impl Signals for Lines {
    fn emit(&self, signal: &Signal) {
        // Every field of a signal can be written, and a signal has fields; an
        // empty line would say that this stopped being true.
        let fields = match serde_json::to_value(signal) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        self.write(severity(signal), fields, &metrics(signal));
    }
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "Count",
        Unit::Seconds => "Seconds",
        Unit::Milliseconds => "Milliseconds",
    }
}
