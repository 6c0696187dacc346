//! What is no message of the expected kind and version is refused, in words that quote nothing of it: a
//! parked message may hold anything, and its reason is shown to people.

use crate::examples;
use rollcall_contracts::envelope::{DecodeError, Envelope, Message};
use rollcall_contracts::messages::{CallRequest, Notice, RowsChunk};
use serde_json::{Value, json};

/// A name and a number that must not come back.
const SECRET: &str = "Mabel +447700900101";

fn refused<M: Message>(text: &str) -> DecodeError {
    let Err(error) = Envelope::<M>::decode(text) else { panic!("a {} was read from {text}", M::KIND) };
    let said = format!("{error} {error:?}");
    assert!(!said.contains("Mabel") && !said.contains("7700"), "{said}");
    error
}

/// Reads a text, which must be refused.
type Refuse = fn(&str) -> DecodeError;

fn every_example(check: fn(&Value, Refuse)) {
    for example in examples::all() {
        let refused: Refuse = match example.json["kind"].as_str().unwrap() {
            RowsChunk::KIND => refused::<RowsChunk>,
            CallRequest::KIND => refused::<CallRequest>,
            Notice::KIND => refused::<Notice>,
            other => panic!("{other}"),
        };
        check(&example.json, refused);
    }
}

fn with(message: &Value, key: &str, value: Value) -> String {
    let mut message = message.clone();
    message[key] = value;
    message.to_string()
}

#[test]
fn another_kind() {
    every_example(|message, refused| {
        let error = refused(&with(message, "kind", json!(SECRET)));
        assert!(matches!(error, DecodeError::WrongKind { .. }), "{error:?}");
    });
    let request = examples::call_request().encode().unwrap();
    assert_eq!(refused::<RowsChunk>(&request), DecodeError::WrongKind { expected: "rows_chunk" });
    assert_eq!(refused::<Notice>(&request), DecodeError::WrongKind { expected: "notice" });
}

#[test]
fn another_version() {
    every_example(|message, refused| {
        for version in [0, 99, u32::MAX] {
            let error = refused(&with(message, "version", json!(version)));
            assert!(
                matches!(error, DecodeError::WrongVersion { found, .. } if found == version),
                "{error:?}"
            );
        }
    });
    let text = with(&examples::all()[1].json, "version", json!(2));
    assert_eq!(
        refused::<CallRequest>(&text).to_string(),
        "expected version 1 of call_request, found version 2"
    );
}

/// The version decides before the body is looked at: a newer body may have any form.
#[test]
fn a_newer_body_is_told_as_another_version() {
    every_example(|message, refused| {
        let mut newer = message.clone();
        newer["version"] = json!(99);
        newer["body"] = json!({ SECRET: SECRET });
        let error = refused(&newer.to_string());
        assert!(matches!(error, DecodeError::WrongVersion { .. }), "{error:?}");
    });
}

#[test]
fn an_envelope_with_a_wrong_or_missing_field() {
    every_example(|message, refused| {
        for key in ["kind", "version", "sent_at", "body"] {
            let mut broken = message.clone();
            broken.as_object_mut().unwrap().remove(key);
            assert_eq!(refused(&broken.to_string()), DecodeError::NotAnEnvelope, "{key}");
        }
        for (key, value) in [
            ("kind", json!(1)),
            ("version", json!(SECRET)),
            ("version", json!(-1)),
            ("version", json!(447_700_900_101_u64)),
            ("sent_at", json!(SECRET)),
            ("trace", json!({ SECRET: 1 })),
        ] {
            assert_eq!(refused(&with(message, key, value)), DecodeError::NotAnEnvelope, "{key}");
        }
    });
}

#[test]
fn a_body_with_a_wrong_missing_or_unknown_field() {
    every_example(|message, refused| {
        let body = message["body"].as_object().unwrap();
        let check = |body: Value, what: &str| {
            let error = refused(&with(message, "body", body));
            assert!(matches!(error, DecodeError::WrongBody { .. }), "{what}: {error:?}");
        };
        for key in body.keys() {
            let mut broken = body.clone();
            broken.remove(key);
            check(broken.into(), key);
            let mut broken = body.clone();
            broken[key] = json!({ SECRET: SECRET });
            check(broken.into(), key);
        }
        let mut more = body.clone();
        more.insert(SECRET.to_owned(), json!(1));
        check(more.into(), "one more");
        check(json!(SECRET), "a text");
        check(json!(null), "null");
    });
}

#[test]
fn what_is_cut_off_at_any_point() {
    every_example(|message, refused| {
        // In order of keys the body comes first: the cuts go through everything.
        let text = message.to_string();
        for cut in 0..text.len() {
            let error = refused(&text[..cut]);
            assert!(matches!(error, DecodeError::NotJson { .. }), "at {cut}: {error:?}");
        }
        refused(&format!("{text}{text}"));
    });
}

#[test]
fn what_is_no_message_at_all() {
    for text in ["null", "[]", "{}", "1", "\"Mabel +447700900101\"", "Mabel,+447700900101", "\u{feff}{}"] {
        refused::<CallRequest>(text);
    }
}
