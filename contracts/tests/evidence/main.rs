//! What contact records, contact events and descriptions say of a call, on every sample: the table of what
//! each means is in the Administrator Guide's contact records data model, and in the design's section 4.

#![expect(clippy::unwrap_used, reason = "a sample that cannot be read fails the test")]

mod callbacks;
mod checks;
mod events;
#[path = "../support/mod.rs"]
mod support;

use rollcall_contracts::evidence::{self, Evidence};
use rollcall_domain::attempt::{Attempt, Disposition, Facts};
use rollcall_domain::ids::{AttemptId, RequestId, ResidentId};
use serde_json::Value;

/// A dial, begun before all samples.
fn dial() -> Attempt {
    let request = RequestId::derive(&["sample"]);
    Attempt::begin(ResidentId::derive(&["sample"]), request, "2026-11-20T09:59:59Z".parse().unwrap())
}

/// What becomes of a dial of which exactly these facts are known.
fn disposition(facts: &[&Facts]) -> Disposition {
    let mut attempt = dial();
    for news in facts {
        attempt.facts.merge(news);
    }
    attempt.disposition()
}

/// The attempt that a record of a check call names, and what it says of it.
fn check(record: &Value) -> (AttemptId, Facts) {
    match evidence::of_record(&support::record(record)) {
        Evidence::Check(attempt, facts) => (attempt, facts),
        other => panic!("{other:?}"),
    }
}
