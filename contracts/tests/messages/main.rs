//! Our messages are frozen: a golden example of each and the schema of each are
//! committed, and what a program writes or reads is held against them. After a
//! wanted change: `UPDATE=1 cargo test -p rollcall-contracts --test messages`,
//! and a new version in `Message::VERSION` if a reader of the former one could
//! misread the new one.

#![expect(clippy::unwrap_used, reason = "a file that cannot be read fails the test")]

mod examples;
mod frozen;
mod privacy;
mod refusals;
mod schema;

use examples::{Example, all};
use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_contracts::messages::{CallRequest, Notice, RowsChunk};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Debug;

#[test]
fn schemas_are_as_committed() {
    let mut files = BTreeSet::new();
    for (name, schema) in schemas() {
        frozen::check(&format!("schemas/{name}"), &schema);
        files.insert(name);
    }
    assert_eq!(frozen::files("schemas"), files, "a schema without a message, or the reverse");
}

#[test]
fn examples_are_as_committed() {
    let mut files = BTreeSet::new();
    for example in all() {
        frozen::check(&format!("examples/{}", example.file), &example.json);
        files.insert(example.file);
    }
    assert_eq!(frozen::files("examples"), files, "an example without a message, or the reverse");
}

#[test]
fn every_example_is_read_and_written_again_as_it_was() {
    fn check<M: Message + Debug + PartialEq>(file: &str, expected: &Envelope<M>) {
        let json = all().into_iter().find(|example| example.file == file).unwrap().json;
        let read = Envelope::<M>::decode(&format!("{json:#}")).unwrap();
        assert_eq!(&read, expected, "{file}");
        let again: Value = serde_json::from_str(&read.encode().unwrap()).unwrap();
        assert_eq!(again, json, "{file}");
    }
    check("rows_chunk.v1.json", &examples::rows_chunk());
    check("call_request.v1.json", &examples::call_request());
    let notices = examples::notices();
    assert_eq!(all().len(), 2 + notices.len());
    for (file, notice) in notices {
        check(file, &notice);
    }
}

#[test]
fn every_example_has_the_form_its_schema_gives() {
    for Example { file, schema, json } in all() {
        assert_eq!(schema::problems(&schema_in(&schema), &json), Vec::<String>::new(), "{file}");
    }
}

/// The schemas are not so wide that anything fits.
#[test]
fn a_schema_refuses_an_example_that_lost_a_field_or_gained_one() {
    for Example { file, schema, json } in all() {
        let schema = schema_in(&schema);
        for field in json["body"].as_object().unwrap().keys() {
            let mut broken = json.clone();
            broken["body"].as_object_mut().unwrap().remove(field);
            assert_ne!(schema::problems(&schema, &broken), Vec::<String>::new(), "{file} without {field}");
        }
        let mut broken = json.clone();
        broken["body"]["more"] = Value::Bool(true);
        assert_ne!(schema::problems(&schema, &broken), Vec::<String>::new(), "{file} with more");
        let mut broken = json;
        broken["version"] = Value::from(99);
        assert_ne!(schema::problems(&schema, &broken), Vec::<String>::new(), "{file} of version 99");
    }
}

/// File name and schema of every message.
fn schemas() -> Vec<(String, Value)> {
    fn of<M: Message>() -> (String, Value) {
        (format!("{}.v{}.schema.json", M::KIND, M::VERSION), schema::of::<M>())
    }
    vec![of::<RowsChunk>(), of::<CallRequest>(), of::<Notice>(), subject()]
}

/// No message, but handed to people, who may keep it for years.
fn subject() -> (String, Value) {
    let mut schema = schemars::schema_for!(rollcall_contracts::subject::SubjectAccess).to_value();
    schema["title"] = "subject_access, version 1".into();
    ("subject_access.v1.schema.json".to_owned(), schema)
}

fn schema_in(file: &str) -> Value {
    schemas().into_iter().find(|(name, _)| name == file).unwrap().1
}
