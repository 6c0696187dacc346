//! What is told of messages that were set aside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollcall_contracts::letters::{expected, label, readable, schema};
use serde_json::json;
use std::fs;
use std::path::Path;

fn sample(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn first_of(folder: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    fs::read(&files[0]).unwrap()
}

#[test]
fn every_kind_is_told_and_its_reader_takes_it() {
    let order = json!({
        "kind": "call_request", "version": 1, "sent_at": "2026-11-23T09:00:00Z",
        "trace": "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01",
        "body": {
            "request": "6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1",
            "resident": "6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1",
            "expires_at": "2026-11-23T09:10:00Z"
        }
    });
    let order = order.to_string().into_bytes();
    let told = label(&order);
    assert_eq!((told.kind, told.version), ("call_request", Some(1)));
    assert_eq!(told.trace.as_deref(), Some("5759e988bd862e3fe1be46a994272793"));
    assert_eq!(readable("call_requests", &order), Ok(()));
    assert!(readable("rows", &order).unwrap_err().contains("expected a message of kind rows_chunk"));

    for (body, source, kind) in [
        (sample("tests/samples/lambda-events/s3-put.json"), "uploads", "upload_notification"),
        (first_of("ctr"), "outcomes", "contact_record"),
    ] {
        assert_eq!((label(&body).kind, readable(source, &body)), (kind, Ok(())));
    }
}

#[test]
fn a_message_that_is_broken_still_tells_what_it_was_meant_to_be() {
    let broken = br#"{"kind": "rows_chunk", "version": 9, "body": {"batch": "Ada Example"}}"#;
    assert_eq!((label(broken).kind, label(broken).version), ("rows_chunk", Some(9)));
    assert!(!readable("rows", broken).unwrap_err().contains("Ada"));
    let cut = br#"{"ContactId": "a", "InitiationMethod": 7}"#;
    assert_eq!(label(cut).kind, "contact_record");
    assert!(readable("outcomes", cut).is_err());
}

#[test]
fn nothing_of_the_content_is_told() {
    for body in
        [&b"Ada Example, 07700 900001"[..], b"", &[0xff, 0], br#"{"kind": "Ada Example", "trace": "Ada"}"#]
    {
        let told = label(body);
        assert_eq!((told.kind, told.version, told.trace), ("unreadable", None, None));
        for source in ["uploads", "rows", "call_requests", "outcomes", "nowhere"] {
            assert!(!readable(source, body).unwrap_err().contains("Ada"), "{source}");
        }
    }
}

#[test]
fn every_kind_of_ours_has_a_schema_and_every_queue_of_ours_its_kind() {
    for kind in ["rows_chunk", "call_request", "notice"] {
        assert_eq!(schema(kind).unwrap()["properties"]["kind"]["const"], kind);
    }
    assert_eq!(schema("contact_record"), None);
    assert_eq!(
        [expected("rows"), expected("call_requests"), expected("uploads")],
        [Some("rows_chunk"), Some("call_request"), None]
    );
}
