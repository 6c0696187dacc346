//! Log lines with embedded metrics.

use crate::support::{XRAY, clock, sample};
use rollcall_domain::attempt::Disposition;
use rollcall_domain::ids::{AttemptId, BatchId, ResidentId};
use rollcall_domain::ledger::Ledger;
use rollcall_host::lambda::lines::Lines;
use rollcall_host::metrics::{Severity, metrics, severity};
use rollcall_ports::trace::{Trace, within};
use rollcall_ports::{Signal, Signals};
use serde_json::Value;
use std::io::Write;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<Vec<u8>>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn written(signal: &Signal) -> String {
    let page = Page::default();
    Lines::new("loader", clock(), Box::new(page.clone())).emit(signal);
    let writes = page.0.lock().unwrap().clone();
    assert_eq!(writes.len(), 1, "CloudWatch takes each write for an event");
    String::from_utf8(writes[0].clone()).unwrap()
}

fn attempt() -> AttemptId {
    "05d8f7bc-ed52-59e4-8618-bf87f750198d".parse().unwrap()
}

fn resident() -> ResidentId {
    "b9343059-8a17-58dd-a6ef-07bd68fd18ae".parse().unwrap()
}

fn chunk_loaded() -> Signal {
    let batch: BatchId = "4f6a2b58-54a1-5a0e-8f0e-4a3c6a4b7f11".parse().unwrap();
    Signal::ChunkLoaded { batch, chunk: 3, loaded: 17, already_known: 2, rejected: 1 }
}

#[tokio::test]
async fn a_signal_is_one_line_with_its_figures() {
    let line = within(Trace::from_xray(XRAY), async { written(&chunk_loaded()) }).await;
    assert!(line.ends_with('\n') && line.lines().count() == 1, "{line}");
    let golden = sample(
        r#"{
            "timestamp": "2026-11-23T10:00:00Z",
            "level": "info",
            "service": "loader",
            "trace": "5759e988bd862e3fe1be46a994272793",
            "signal": "chunk_loaded",
            "batch": "4f6a2b58-54a1-5a0e-8f0e-4a3c6a4b7f11",
            "chunk": 3,
            "loaded": 17,
            "already_known": 2,
            "rejected": 1,
            "_aws": {
                "Timestamp": 1795428000000,
                "CloudWatchMetrics": [{
                    "Namespace": "Rollcall",
                    "Dimensions": [["service"]],
                    "Metrics": [
                        { "Name": "rows_loaded", "Unit": "Count" },
                        { "Name": "rows_known", "Unit": "Count" },
                        { "Name": "rows_rejected", "Unit": "Count" }
                    ]
                }]
            },
            "rows_loaded": 17,
            "rows_known": 2,
            "rows_rejected": 1
        }"#,
    );
    assert_eq!(sample(&line), golden);
}

#[test]
fn without_a_trace_there_is_none_in_the_line() {
    assert_eq!(sample(&written(&chunk_loaded())).get("trace"), None);
}

#[test]
fn a_breach_is_an_error() {
    let line = sample(&written(&Signal::DoubleDial { attempt: attempt() }));
    assert_eq!((line["level"].as_str(), line["double_dials"].as_u64()), (Some("error"), Some(1)));
}

#[test]
fn a_line_break_in_a_reason_does_not_break_the_line() {
    let line = written(&Signal::Retried { source: "rows".into(), reason: "two\nlines".into() });
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn an_account_that_does_not_balance_says_by_how_much() {
    let ledger = Ledger { well: 3, total: 5, balanced: false, ..Ledger::default() };
    let signal = Signal::LedgerTaken { ledger };
    let line = sample(&written(&signal));
    assert_eq!((line["ledger_unaccounted"].as_u64(), line["ledger_well"].as_u64()), (Some(2), Some(3)));
    assert_eq!(severity(&signal), Severity::Error);
    let off = Signal::LedgerTaken { ledger: Ledger { well: 5, ..ledger } };
    assert_eq!(sample(&written(&off))["ledger_unaccounted"], 1, "off in itself");
    let even = Signal::LedgerTaken { ledger: Ledger { well: 5, balanced: true, ..ledger } };
    assert_eq!(sample(&written(&even))["ledger_unaccounted"], 0);
}

/// The specification: a metric is a member of the line's root by its name, a
/// number; so no figure may have the name of a signal's field.
#[test]
fn figures_and_fields_have_names_of_their_own() {
    let signals = [
        chunk_loaded(),
        Signal::UploadRead { batch: BatchId::derive(&["x"]), chunks: 1, rows: 2 },
        Signal::Planned { due: 1, ordered: 2, postponed: 3, budget: 4, stopped: true },
        Signal::CallSettled { attempt: attempt(), resident: resident(), disposition: Disposition::NoAnswer },
        Signal::KeyPressed { attempt: attempt(), resident: resident(), talk: true },
        Signal::Parked { source: "rows".into(), reason: "odd".into() },
        Signal::LedgerTaken { ledger: Ledger::default() },
    ];
    for signal in &signals {
        let fields = serde_json::to_value(signal).unwrap();
        let line = sample(&written(signal));
        assert!(!metrics(signal).is_empty());
        for metric in metrics(signal) {
            assert_eq!(fields.get(metric.name), None, "{}", metric.name);
            assert_eq!(line[metric.name], Value::from(metric.value));
        }
    }
}
