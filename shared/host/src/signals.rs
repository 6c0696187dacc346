//! Signals as log lines: one JSON object each, ids in fields.

use crate::metrics::{Severity, severity};
use rollcall_ports::{Signal, Signals};
use std::sync::Arc;

/// Writes each signal as one structured log line through `tracing`.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogSignals;

impl Signals for LogSignals {
    fn emit(&self, signal: &Signal) {
        // Every field of a signal can be written; an empty text would say that
        // this stopped being true.
        let fields = serde_json::to_string(signal).unwrap_or_default();
        match severity(signal) {
            Severity::Error => tracing::error!(target: "rollcall::signal", %fields),
            Severity::Warn => tracing::warn!(target: "rollcall::signal", %fields),
            Severity::Info => tracing::info!(target: "rollcall::signal", %fields),
        }
    }
}

/// Gives each signal to several receivers.
#[derive(Clone)]
pub struct Tee(pub Vec<Arc<dyn Signals>>);

impl Signals for Tee {
    fn emit(&self, signal: &Signal) {
        for one in &self.0 {
            one.emit(signal);
        }
    }
}
