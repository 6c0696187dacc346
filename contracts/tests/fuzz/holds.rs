//! What holds of any bytes at all that are taken for what Amazon Connect, the call flow, the object store or our own
//! queues send: tried by mutations in the tests, guided by coverage in `fuzz/`.

use fastrand::Rng;
use rollcall_contracts::connect::{FlowInvocation, StreamRecord, decode_stream_record};
use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_contracts::evidence::{attempt_of, key_of, of_event, of_record};
use rollcall_contracts::letters::{label, readable};
use rollcall_contracts::messages::{CallRequest, Notice, RowsChunk};
use rollcall_contracts::upload::{arrived, notification};
use rollcall_domain::phone::Region;
use rollcall_roster::read_rows;
use serde_json::Value;
use std::fmt::Debug;
use std::path::Path;

/// Stands for what nobody but the resident should read. Mutations put it
/// everywhere.
const SECRET: &str = "Marigold";
/// Rows that have many columns.
const LIST: &str = "Ada,Example,07700900101,R-1,,,\"a\nb\"\n\n\"Bob\",Example,none,\n";
/// What they are made of.
pub(crate) const WORDS: [&[u8]; 25] = [
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

/// What the bytes are taken for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Records of the outcome stream: contact records and contact events.
    Contacts,
    /// The payload of the call flow, with the key that was pressed.
    Flow,
    /// Messages of every queue, also the object store's.
    Messages,
}

impl Kind {
    /// # Panics
    /// When what holds of every input of this kind does not hold of this one.
    pub(crate) fn holds(self, bytes: &[u8]) {
        match self {
            Self::Contacts => record_or_event(bytes),
            Self::Flow => payload(bytes),
            Self::Messages => message(bytes),
        }
    }

    /// Samples of this kind, from the files under the folder of `contracts`.
    pub(crate) fn samples(self, contracts: &Path) -> Vec<Vec<u8>> {
        let folders: &[&str] = match self {
            Self::Contacts => &["tests/samples/ctr", "tests/samples/contact-events"],
            Self::Flow => &["tests/samples/lambda-events"],
            Self::Messages => &["examples", "tests/samples/lambda-events"],
        };
        let files = |folder: &&str| std::fs::read_dir(contracts.join(folder)).unwrap();
        let mut paths: Vec<_> = folders.iter().flat_map(files).map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(paths.len() > 5, "{paths:?}");
        let mut samples: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
        if matches!(self, Self::Messages) {
            let secret = format!(
                r#"{{"kind":"call_request","version":1,"sent_at":"2026-11-23T09:00:00Z","body":"{SECRET}"}}"#
            );
            samples.push(secret.into_bytes());
        }
        samples
    }
}

/// Something that is still JSON, with some of its values changed, exchanged for those of others or left away: what
/// gets past the first reader. `None` for what is none.
pub(crate) fn rearranged(bytes: &[u8], others: &[Vec<u8>], rng: &mut Rng) -> Option<Vec<u8>> {
    let mut json: Value = serde_json::from_slice(bytes).ok()?;
    let other: Value = serde_json::from_slice(&others[rng.usize(0..others.len())]).ok()?;
    for _ in 0..rng.u32(1..6) {
        let new = match rng.u8(0..9) {
            0 => Value::Null,
            1 => Value::from(rng.i64(..)),
            2 => Value::from(SECRET),
            3 => Value::from(format!("2026-11-2{}T0{}:00:00Z", rng.u8(0..10), rng.u8(0..10))),
            4 => Value::from(vec![other.clone()]),
            5 => Value::from(rng.bool()),
            6 => {
                leave_away(node(&mut json, rng), rng);
                continue;
            }
            _ => node(&mut other.clone(), rng).clone(),
        };
        *node(&mut json, rng) = new;
    }
    Some(json.to_string().into_bytes())
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

/// Some fields or items less.
fn leave_away(json: &mut Value, rng: &mut Rng) {
    if let Value::Object(fields) = json {
        fields.retain(|_, _| rng.u8(0..8) != 0);
    } else if let Value::Array(items) = json {
        items.truncate(rng.usize(0..=items.len()));
    }
}

/// What is told of bytes that cannot be read names nothing of them.
fn quiet(told: &impl Debug, text: &str) {
    assert!(!text.contains(SECRET) && !format!("{told:?}").contains(SECRET), "{text}");
}

/// A contact record or event is the same when it was written and read again, and one that is refused is not quoted.
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

/// What the call flow sends is the same when it was written and read again.
fn payload(bytes: &[u8]) {
    if let Ok(asked) = serde_json::from_slice::<FlowInvocation>(bytes) {
        let details = &asked.details;
        let _key = key_of(details.parameters.get("answer"));
        let _attempt = attempt_of(&details.contact_data.attributes);
        let again: FlowInvocation = serde_json::from_slice(&serde_json::to_vec(&asked).unwrap()).unwrap();
        assert_eq!(again, asked);
    }
}

/// A message of any queue is the same when it was written and read again, and one that is refused is not quoted.
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
    if let Ok(Envelope { body: RowsChunk { layout, first_line, .. }, .. }) = Envelope::decode(text) {
        // Not of the list that it was made for, as when somebody edits a dead letter.
        let _lines = read_rows(LIST.as_bytes(), &layout, first_line, Region::GB).count();
    }
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
