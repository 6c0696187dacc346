//! Notifications of the object store, as S3 sends them.

#![expect(clippy::unwrap_used, reason = "a sample that cannot be read fails the test")]

use rollcall_contracts::upload::{Arrived, Form, NotANotification, UploadRef, arrived};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/lambda-events").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn read(notification: &Value) -> Vec<Arrived> {
    arrived(&notification.to_string()).unwrap()
}

fn residents() -> Arrived {
    Arrived {
        bucket: "reassurance-uploads-111122223333".to_owned(),
        upload: UploadRef {
            key: "public/residents.csv".to_owned(),
            form: Form::Etag("6830344917a7283018c803084e2e4f76".to_owned()),
        },
        size: 136,
        sequencer: "0055AED6DCD90281E5".to_owned(),
    }
}

#[test]
fn a_file() {
    assert_eq!(read(&sample("s3-put.json")), [residents()]);
}

#[test]
fn a_key_with_spaces_plus_signs_and_accents() {
    let found = read(&sample("s3-put-encoded-key.json"));
    assert_eq!(found[0].upload.key, "public/North Ward (week 47) + café.csv");
    assert_eq!(found.len(), 1);
}

#[test]
fn a_folder_is_no_file() {
    assert_eq!(read(&sample("s3-zero-byte-folder.json")), []);
}

/// What a queue hands over is the body; the queue's own envelope is no notification.
#[test]
fn a_notification_on_a_queue() {
    let queued = sample("sqs-carrying-s3-event.json");
    let body = queued["Records"][0]["body"].as_str().unwrap();
    let mut other = Arrived { size: 123, ..residents() };
    other.upload.form = Form::Etag("9b2cf535f27731c974343645a3985328".to_owned());
    assert_eq!(arrived(body), Ok(vec![other]));
    assert_eq!(arrived(&queued.to_string()), Err(NotANotification));
}

#[test]
fn every_record_of_a_notification_counts() {
    let mut both = sample("s3-put.json");
    for name in ["s3-zero-byte-folder.json", "s3-put-encoded-key.json"] {
        both["Records"].as_array_mut().unwrap().push(sample(name)["Records"][0].take());
    }
    let keys: Vec<String> = read(&both).into_iter().map(|file| file.upload.key).collect();
    assert_eq!(keys, ["public/residents.csv", "public/North Ward (week 47) + café.csv"]);
}

#[test]
fn each_way_to_create_an_object_and_none_to_remove_it() {
    let named = |name: &str| {
        let mut event = sample("s3-put.json");
        event["Records"][0]["eventName"] = json!(name);
        read(&event).len()
    };
    for name in ["Put", "Post", "Copy", "CompleteMultipartUpload"] {
        assert_eq!(named(&format!("ObjectCreated:{name}")), 1, "{name}");
        assert_eq!(named(&format!("s3:ObjectCreated:{name}")), 1, "{name}");
    }
    for name in ["ObjectRemoved:Delete", "ObjectRestore:Completed", "ReducedRedundancyLostObject", ""] {
        assert_eq!(named(name), 0, "{name}");
    }
}

#[test]
fn the_test_event_of_a_new_subscription() {
    let event = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b", "RequestId": "r"});
    assert_eq!(read(&event), []);
}

/// Two uploads under one key differ by the sequencer; without one by their content.
#[test]
fn which_putting_of_an_object() {
    let sequencer = |field: &str, value: Value| with(field, value)[0].sequencer.clone();
    assert_eq!(sequencer("sequencer", json!("0055AED6DCD90281F0")), "0055AED6DCD90281F0");
    assert_eq!(sequencer("sequencer", json!(null)), "6830344917a7283018c803084e2e4f76");
    assert_eq!(sequencer("size", json!(1)), residents().sequencer, "a repeat has the same");
}

/// By its version where the bucket keeps versions, by its content elsewhere.
#[test]
fn which_form_of_an_object() {
    let form = |value: Value| with("versionId", value)[0].upload.form.clone();
    assert_eq!(form(json!("3/L4kqtJlcpXroDTDmpUMLUo")), Form::Version("3/L4kqtJlcpXroDTDmpUMLUo".to_owned()));
    let by_content = residents().upload.form;
    for none in [json!(null), json!(""), json!("null")] {
        assert_eq!(form(none.clone()), by_content, "{none}");
    }
    let mut neither = sample("s3-put.json");
    for field in ["versionId", "eTag"] {
        neither["Records"][0]["s3"]["object"].as_object_mut().unwrap().remove(field);
    }
    assert_eq!(arrived(&neither.to_string()), Err(NotANotification));
}

fn with(field: &str, value: Value) -> Vec<Arrived> {
    let mut event = sample("s3-put.json");
    event["Records"][0]["s3"]["object"][field] = value;
    read(&event)
}

/// Keys may hold names: the refusal quotes nothing.
#[test]
fn what_is_no_notification() {
    let mut without_bucket = sample("s3-put.json");
    without_bucket["Records"][0]["s3"].as_object_mut().unwrap().remove("bucket");
    let mut wrong_size = sample("s3-put.json");
    wrong_size["Records"][0]["s3"]["object"]["size"] = json!("Mabel");
    for text in [
        without_bucket.to_string(),
        wrong_size.to_string(),
        json!({"Records": null}).to_string(),
        json!({"Event": "Mabel"}).to_string(),
        sample("s3-put.json").to_string()[..200].to_owned(),
        "Mabel".to_owned(),
        String::new(),
    ] {
        let error = arrived(&text).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(!said.contains("Mabel") && !said.contains("residents"), "{said}");
    }
}
