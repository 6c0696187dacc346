//! Notices on SNS, as a subscriber sees them.

use crate::clock::RealClock;
use crate::support::{ministack, sdk, unique};
use rollcall_aws::sns::Topic;
use rollcall_contracts::envelope::Envelope;
use rollcall_contracts::messages::Notice;
use rollcall_ports::suite::{self, ManualClock};
use rollcall_ports::{Fault, Notices};
use serde_json::{Value, json};
use std::sync::Arc;

/// A topic, and the URL of a queue that is subscribed to it with `filter`.
async fn make(filter: Option<Value>) -> (String, String) {
    let config = sdk().await;
    let (sns, sqs) = (aws_sdk_sns::Client::new(&config), aws_sdk_sqs::Client::new(&config));
    let topic = sns.create_topic().name(unique("notices")).send().await.unwrap().topic_arn.unwrap();
    let url = sqs.create_queue().queue_name(unique("subscriber")).send().await.unwrap().queue_url.unwrap();
    let name = aws_sdk_sqs::types::QueueAttributeName::QueueArn;
    let attributes = sqs.get_queue_attributes().queue_url(&url).attribute_names(name.clone()).send().await;
    let arn = attributes.unwrap().attributes.unwrap().remove(&name).unwrap();
    let subscribe = sns.subscribe().topic_arn(&topic).protocol("sqs").endpoint(arn);
    let subscribe = match filter {
        Some(filter) => subscribe.attributes("FilterPolicy", filter.to_string()),
        None => subscribe,
    };
    subscribe.send().await.unwrap();
    (topic, url)
}

/// Everything that arrived, as SNS wraps it.
async fn arrived(url: &str) -> Vec<Value> {
    let sqs = aws_sdk_sqs::Client::new(&sdk().await);
    let mut all = Vec::new();
    loop {
        let some = sqs.receive_message().queue_url(url).max_number_of_messages(10).wait_time_seconds(1);
        let some = some.send().await.unwrap().messages.unwrap_or_default();
        if some.is_empty() {
            return all;
        }
        all.extend(some.into_iter().map(|one| serde_json::from_str::<Value>(&one.body.unwrap()).unwrap()));
    }
}

fn notice(wrapped: &Value) -> Notice {
    Envelope::decode(wrapped["Message"].as_str().unwrap()).unwrap().body
}

#[tokio::test]
async fn every_notice_arrives_with_its_subject_and_its_words() {
    let (topic, url) = make(None).await;
    let notices = Topic::new(&ministack().await, &topic, Arc::new(ManualClock::default()));
    suite::notices::all(&notices).await;
    let arrived = arrived(&url).await;
    for expected in suite::notices::every_kind() {
        let copies: Vec<_> = arrived.iter().filter(|wrapped| notice(wrapped) == expected).collect();
        assert_eq!(copies.len(), 2);
        let words = serde_json::to_value(&expected).unwrap();
        let attributes = &copies[0]["MessageAttributes"];
        assert_eq!(attributes["notice"]["Value"], words["notice"]);
        assert_eq!(attributes.get("cause").map(|cause| &cause["Value"]), words.get("cause"));
        let names = attributes.as_object().unwrap().keys();
        let ours = ["notice", "cause", "rung"];
        assert!(names.into_iter().all(|name| ours.contains(&name.as_str())), "nobody is named");
        assert_eq!(attributes.get("rung").map(|rung| &rung["Value"]), words.get("rung"));
        let subject = copies[0]["Subject"].as_str().unwrap();
        assert!(subject.is_ascii() && subject.len() <= 100 && subject.starts_with("Rollcall: "));
        let message: Value = serde_json::from_str(copies[0]["Message"].as_str().unwrap()).unwrap();
        assert_eq!(message["sent_at"], json!("2026-11-23T09:00:00Z"));
    }
}

#[tokio::test]
async fn a_subscriber_chooses_by_kind_and_cause() {
    let (topic, url) = make(Some(json!({"notice": ["escalated"], "cause": ["day_closed"]}))).await;
    let notices = Topic::new(&ministack().await, &topic, Arc::new(RealClock));
    suite::notices::all(&notices).await;
    let arrived = arrived(&url).await;
    assert_eq!(arrived.len(), 2);
    assert!(arrived.iter().all(|wrapped| matches!(notice(wrapped), Notice::Escalated { .. })));
}

#[tokio::test]
async fn a_topic_that_does_not_exist_is_a_refusal() {
    let arn = "arn:aws:sns:eu-west-2:000000000000:nobody-made-this";
    let notices = Topic::new(&ministack().await, arn, Arc::new(RealClock));
    let notice = Notice::LedgerMismatch { counted: 199, register: 200 };
    assert!(matches!(notices.tell(&notice).await, Err(Fault::Refused { .. })));
}
