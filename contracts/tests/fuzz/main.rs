//! Any bytes at all, as what Amazon Connect, the call flow, the object store
//! and our own queues send.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../../shared/roster/tests/fuzzing/mod.rs"]
mod fuzzing;

use fastrand::Rng;
use fuzzing::fuzz;
use rollcall_contracts::connect::{FlowInvocation, StreamRecord, decode_stream_record};
use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_contracts::evidence::{attempt_of, key_of, of_event, of_record};
use rollcall_contracts::letters::{label, readable};
use rollcall_contracts::messages::{CallRequest, Notice, RowsChunk};
use rollcall_contracts::upload::{arrived, notification};
use serde_json::Value;
use std::fmt::Debug;
use std::path::Path;

/// Stands for what nobody but the resident should read. Mutations put it
/// everywhere.
const SECRET: &str = "Marigold";
const WORDS: [&[u8]; 25] = [
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\"\"",
    b"{}",
    b"[]",
    b"{",
    b"}",
    b",",
    b":",
    b"\"Marigold\"",
    b"\"Marigold\":",
    b"\\u0000",
    b"\\ud800",
    b"\"2026-11-23T09:00:00Z\"",
    b"\"9999-99-99T99:99:99Z\"",
    b"Attributes",
    b"ContactId",
    b"\"answer\":\"talk\"",
    b"\"DisconnectReason\":",
    b"\"version\":2",
    b"\xFF",
    b"\xEF\xBB\xBF",
];

fn samples(folders: &[&str]) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        paths.extend(std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    paths.sort();
    assert!(paths.len() > 5, "{paths:?}");
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// A sample that is still JSON, with some of its values changed, exchanged or
/// left away: what gets past the first reader.
fn rearranged(samples: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let value = |rng: &mut Rng| serde_json::from_slice::<Value>(&samples[rng.usize(0..samples.len())]).ok();
    let (Some(mut json), Some(other)) = (value(rng), value(rng)) else { return Vec::new() };
    for _ in 0..rng.u32(1..6) {
        let new = match rng.u8(0..8) {
            0 => Value::Null,
            1 => Value::from(rng.i64(..)),
            2 => Value::from(SECRET),
            3 => Value::from(format!("2026-11-2{}T0{}:00:00Z", rng.u8(0..10), rng.u8(0..10))),
            4 => Value::from(vec![other.clone()]),
            5 => Value::from(rng.bool()),
            _ => node(&mut other.clone(), rng).clone(),
        };
        *node(&mut json, rng) = new;
    }
    json.to_string().into_bytes()
}

/// Any place in it.
fn node<'a>(json: &'a mut Value, rng: &mut Rng) -> &'a mut Value {
    let within = match json {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    if within == 0 || rng.u8(0..6) == 0 {
        return json;
    }
    let at = rng.usize(0..within);
    let next = match json {
        Value::Array(items) => items.get_mut(at),
        Value::Object(fields) => fields.values_mut().nth(at),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    node(next.unwrap(), rng)
}

/// What is told of bytes that cannot be read names nothing of them.
fn quiet(told: &impl Debug, text: &str) {
    assert!(!text.contains(SECRET) && !format!("{told:?}").contains(SECRET), "{text}");
}

#[test]
fn records_and_events_of_contacts() {
    let samples = samples(&["tests/samples/ctr", "tests/samples/contact-events"]);
    fuzz(&samples, &WORDS, |bytes, rng| {
        record_or_event(bytes);
        record_or_event(&rearranged(&samples, rng));
    });
}

fn record_or_event(bytes: &[u8]) {
    match decode_stream_record(bytes) {
        // Written with milliseconds, as Connect does; from then on it is the same.
        Ok(StreamRecord::Contact(record)) => {
            let _facts = (of_record(&record), attempt_of(&record.attributes));
            let written = serde_json::to_vec(&record).unwrap();
            let Ok(StreamRecord::Contact(again)) = decode_stream_record(&written) else {
                panic!("what was written is read as something else");
            };
            assert_eq!(serde_json::to_vec(&again).unwrap(), written);
            assert_eq!(again.contact_id, record.contact_id);
        }
        Ok(StreamRecord::Event(event)) => {
            let _facts = of_event(&event.detail);
            let written = serde_json::to_vec(&event).unwrap();
            let Ok(StreamRecord::Event(again)) = decode_stream_record(&written) else {
                panic!("what was written is read as something else");
            };
            assert_eq!(serde_json::to_vec(&again).unwrap(), written);
            assert_eq!(again.detail.contact_id, event.detail.contact_id);
        }
        Ok(StreamRecord::Foreign) => {}
        Err(told) => quiet(&told, &told.to_string()),
    }
}

#[test]
fn payloads_of_the_call_flow() {
    let samples = samples(&["tests/samples/lambda-events"]);
    fuzz(&samples, &WORDS, |bytes, rng| {
        payload(bytes);
        payload(&rearranged(&samples, rng));
    });
}

fn payload(bytes: &[u8]) {
    if let Ok(asked) = serde_json::from_slice::<FlowInvocation>(bytes) {
        let details = &asked.details;
        let _key = key_of(details.parameters.get("answer"));
        let _attempt = attempt_of(&details.contact_data.attributes);
        let again: FlowInvocation = serde_json::from_slice(&serde_json::to_vec(&asked).unwrap()).unwrap();
        assert_eq!(again, asked);
    }
}

#[test]
fn messages_of_our_own_and_of_the_object_store() {
    let mut samples = samples(&["examples", "tests/samples/lambda-events"]);
    let secret = format!(
        r#"{{"kind":"call_request","version":1,"sent_at":"2026-11-23T09:00:00Z","body":"{SECRET}"}}"#
    );
    samples.push(secret.into_bytes());
    fuzz(&samples, &WORDS, |bytes, rng| {
        message(bytes);
        message(&rearranged(&samples, rng));
    });
}

fn message(bytes: &[u8]) {
    let known = label(bytes);
    assert!(known.kind.len() < 40, "one of a few words");
    for source in ["uploads", "rows", "call_requests", "outcomes", "nobody's"] {
        if let Err(told) = readable(source, bytes) {
            quiet(&source, &told);
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    again::<CallRequest>(text);
    again::<RowsChunk>(text);
    again::<Notice>(text);
    match arrived(text) {
        Ok(files) => {
            for file in files {
                assert_eq!(arrived(&notification(&file)).unwrap(), [file]);
            }
        }
        Err(told) => quiet(&told, &told.to_string()),
    }
}

/// What is read and written is read as the same.
fn again<M: Message + PartialEq + Debug>(text: &str) {
    match Envelope::<M>::decode(text) {
        Ok(message) => {
            let written = message.encode().unwrap();
            let read = Envelope::<M>::decode(&written).unwrap();
            assert_eq!((read.sent_at, &read.body), (message.sent_at, &message.body));
        }
        Err(told) => quiet(&told, &told.to_string()),
    }
}
