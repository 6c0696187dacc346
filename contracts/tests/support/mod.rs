//! The samples of traffic, shared by these tests.

use rollcall_contracts::connect::{ContactDetail, ContactRecord, StreamRecord, decode_stream_record};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The text of `folder/name.json`.
pub(crate) fn text(folder: &str, name: &str) -> String {
    let path = folder_of(folder).join(format!("{name}.json"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{folder}/{name}: {error}"))
}

/// The names of all samples in a folder, sorted.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder_of(folder)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// A sample contact record as JSON, to be changed.
pub(crate) fn json(folder: &str, name: &str) -> Value {
    serde_json::from_str(&text(folder, name)).unwrap()
}

/// Reads a contact record as the outcome stream's reader does.
pub(crate) fn record(json: &Value) -> ContactRecord {
    match decode_stream_record(json.to_string().as_bytes()) {
        Ok(StreamRecord::Contact(record)) => *record,
        other => panic!("{json} was read as {other:?}"),
    }
}

/// Reads a contact event as the outcome stream's reader does.
pub(crate) fn event(json: &Value) -> ContactDetail {
    match decode_stream_record(json.to_string().as_bytes()) {
        Ok(StreamRecord::Event(event)) => event.detail,
        other => panic!("{json} was read as {other:?}"),
    }
}

fn folder_of(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(folder)
}
