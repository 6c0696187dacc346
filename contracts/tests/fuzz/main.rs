//! Any bytes at all, as what Amazon Connect, the call flow, the object store
//! and our own queues send.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../../shared/roster/tests/fuzzing/mod.rs"]
mod fuzzing;
mod holds;

use fuzzing::fuzz;
use holds::{Kind, WORDS, rearranged};
use std::path::Path;

fn any_bytes(kind: Kind) {
    let samples = kind.samples(Path::new(env!("CARGO_MANIFEST_DIR")));
    fuzz(&samples, &WORDS, |bytes, rng| {
        kind.holds(bytes);
        let sample = &samples[rng.usize(0..samples.len())];
        kind.holds(&rearranged(sample, &samples, rng).unwrap_or_default());
    });
}

#[test]
fn records_and_events_of_contacts() {
    any_bytes(Kind::Contacts);
}

#[test]
fn payloads_of_the_call_flow() {
    any_bytes(Kind::Flow);
}

#[test]
fn messages_of_our_own_and_of_the_object_store() {
    any_bytes(Kind::Messages);
}
