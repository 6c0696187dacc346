//! Queues and dead letters on SQS.

use crate::scripted::{Reply, Scripted};
use crate::support::{ministack, unique};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::sqs::{Queue, Queues, Waiting};
use rollcall_contracts::envelope::{DecodeError, Envelope};
use rollcall_contracts::messages::{CallRequest, Notice};
use rollcall_contracts::topology::{QueueSpec, Topology};
use rollcall_domain::ids::{RequestId, ResidentId};
use rollcall_ports::{Depth, Fault, Inbox, Receipt, Sender};
use serde_json::{Value, json};

pub(crate) const SPEC: QueueSpec = QueueSpec {
    batch_size: 10,
    visibility_timeout_seconds: 2,
    max_receives: 3,
    concurrency: 2,
    retention_seconds: 3600,
};

pub(crate) async fn sdk() -> Client {
    Client::new(&crate::support::sdk().await)
}

/// A queue with its dead-letter queue, made as the template makes them.
pub(crate) async fn make(client: &Client, name: &str) -> (String, String) {
    let dead = format!("{name}-dead-letters");
    let dead_url = client.create_queue().queue_name(&dead).send().await.unwrap().queue_url.unwrap();
    let attributes = client.get_queue_attributes().queue_url(&dead_url);
    let attributes = attributes.attribute_names(QueueAttributeName::QueueArn).send().await.unwrap();
    let arn = attributes.attributes.unwrap().remove(&QueueAttributeName::QueueArn).unwrap();
    let redrive = json!({"deadLetterTargetArn": arn, "maxReceiveCount": SPEC.max_receives}).to_string();
    let visible = SPEC.visibility_timeout_seconds.to_string();
    let queue = client.create_queue().queue_name(name).attributes(QueueAttributeName::RedrivePolicy, redrive);
    let queue = queue.attributes(QueueAttributeName::VisibilityTimeout, visible).send().await.unwrap();
    (queue.queue_url.unwrap(), dead_url)
}

pub(crate) fn message(n: usize) -> Envelope<CallRequest> {
    let request = CallRequest {
        request: RequestId::derive(&["sqs", &n.to_string()]),
        resident: ResidentId::derive(&["sqs", &n.to_string()]),
        expires_at: "2026-11-23T09:10:00Z".parse().unwrap(),
    };
    Envelope::new(request, "2026-11-23T09:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn receipts_that_are_none_are_accepted_and_waits_are_bounded() {
    let (client, aws) = (sdk().await, ministack().await);
    let (url, _) = make(&client, &unique("uploads")).await;
    let queue = Queue::new(&aws, "uploads", &url, Waiting::Long(1));
    queue.delete(&Receipt("not a receipt".to_owned())).await.unwrap();
    queue.retry_after(&Receipt("not a receipt".to_owned()), SignedDuration::from_secs(5)).await.unwrap();

    let body = "a notification of S3, which is no message of ours";
    client.send_message().queue_url(&url).message_body(body).send().await.unwrap();
    let received = queue.receive(1).await.unwrap().remove(0);
    assert_eq!((received.body.as_str(), received.receives), (body, 1));
    assert!(received.sent_at > "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
    // SQS refuses more than twelve hours; the emulator would take them, so the
    // request itself is looked at below.
    queue.retry_after(&received.receipt, SignedDuration::from_hours(24)).await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), 1, "delayed and hidden ones count");

    let service = Scripted::start(vec![Reply::ok("{}")]).await;
    let queue = Queue::new(&service.aws().await, "uploads", "http://sqs/q", Waiting::Short);
    for after in
        [SignedDuration::from_hours(24), SignedDuration::from_millis(1500), -SignedDuration::from_secs(1)]
    {
        queue.retry_after(&received.receipt, after).await.unwrap();
    }
    let asked: Vec<Value> = service
        .requests()
        .iter()
        .map(|request| serde_json::from_str::<Value>(&request.body).unwrap()["VisibilityTimeout"].clone())
        .collect();
    assert_eq!(asked, [json!(43_200), json!(2), json!(0)]);
}

#[tokio::test]
async fn what_a_thousand_messages_take() {
    let service = Scripted::start(vec![Reply::ok(r#"{"Successful":[],"Failed":[]}"#)]).await;
    let queue = Queue::new(&service.aws().await, "call_requests", "http://sqs/q", Waiting::Short);
    let messages: Vec<_> = (0..500).map(message).collect();
    assert_eq!(queue.send(&messages).await.unwrap(), Vec::<usize>::new());
    assert_eq!(service.requests().len(), 50);
}

#[tokio::test]
async fn an_entry_that_was_not_taken_is_sent_again_and_then_given_back() {
    let failed = |entries: Value| Reply::ok(&json!({"Successful": [], "Failed": entries}).to_string());
    let busy = |id: &str| json!({"Id": id, "SenderFault": false, "Code": "InternalError"});
    let service = Scripted::start(vec![
        // Of 0..10: three fail, one of them for good.
        failed(
            json!([busy("2"), busy("7"), {"Id": "5", "SenderFault": true, "Code": "InvalidMessageContents"}]),
        ),
        failed(json!([busy("7")])),
        failed(json!([busy("7")])),
        // Of 10..12: all taken.
        failed(json!([])),
    ])
    .await;
    let queue = Queue::new(&service.aws().await, "call_requests", "http://sqs/q", Waiting::Short);
    let messages: Vec<_> = (0..12).map(message).collect();
    assert_eq!(queue.send(&messages).await.unwrap(), [5, 7]);
    let sent: Vec<Vec<String>> = service
        .requests()
        .iter()
        .map(|request| {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            let ids = body["Entries"].as_array().unwrap().iter();
            ids.map(|entry| entry["Id"].as_str().unwrap().to_owned()).collect()
        })
        .collect();
    assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [10, 2, 1, 2]);
    assert_eq!(sent[1], ["2", "7"]);
}

#[tokio::test]
async fn a_request_that_fails_is_a_fault_unless_others_were_taken() {
    let throttled =
        Reply::error(400, "RequestThrottled", r#"{"__type":"com.amazonaws.sqs#RequestThrottled"}"#);
    let taken = Reply::ok(r#"{"Successful":[],"Failed":[]}"#);
    let messages: Vec<_> = (0..20).map(message).collect();
    let service = Scripted::start(vec![throttled.clone()]).await;
    let queue = Queue::new(&service.aws().await, "call_requests", "http://sqs/q", Waiting::Short);
    assert_eq!(queue.send(&messages).await, Err(Fault::Throttled("call_requests")));

    let service = Scripted::start(vec![taken.clone(), throttled]).await;
    let queue = Queue::new(&service.aws().await, "call_requests", "http://sqs/q", Waiting::Short);
    assert_eq!(queue.send(&messages).await.unwrap(), (10..20).collect::<Vec<_>>());

    let service = Scripted::start(vec![taken, Reply::Silence]).await;
    let queue = Queue::new(&service.aws().await, "call_requests", "http://sqs/q", Waiting::Short);
    assert_eq!(queue.send(&messages).await, Err(Fault::Unanswered("call_requests")), "they may be there");
}

#[tokio::test]
async fn a_name_that_is_no_text_for_sqs_arrives() {
    let (client, aws) = (sdk().await, ministack().await);
    let (url, _) = make(&client, &unique("rows")).await;
    let queue = Queue::new(&aws, "rows", &url, Waiting::Long(1));
    // Any message of ours with a text in it.
    let at = "2026-11-23T09:00:00Z".parse().unwrap();
    let named = |by: String| Envelope::new(Notice::DialingStarted { change: 1, at, by }, at);
    let messages = [named("a\u{FFFF}\u{1}b.csv".to_owned()), named("x".repeat(1_048_577))];
    assert_eq!(queue.send(&messages).await.unwrap(), [1], "too large for any queue");
    let received = queue.receive(10).await.unwrap().remove(0);
    let decoded: Result<Envelope<Notice>, DecodeError> = Envelope::decode(&received.body);
    assert_eq!(decoded.as_ref().ok(), messages.first());
}

#[tokio::test]
async fn queues_are_found_by_their_names() {
    let (client, aws) = (sdk().await, ministack().await);
    let prefix = unique("found-");
    let mut urls = Vec::new();
    for name in ["uploads", "rows", "call-requests"] {
        urls.push(make(&client, &format!("{prefix}{name}")).await);
    }
    assert!(matches!(Queues::named(&aws, &prefix).await, Err(Fault::Refused { .. })), "one is missing");
    let (_, outcomes) = make(&client, &format!("{prefix}outcomes")).await;
    let (_, events) = make(&client, &format!("{prefix}contact-events")).await;
    let queues = Queues::named(&aws, &prefix).await.unwrap();
    assert_eq!((&queues.outcomes_dead_letters, &queues.contact_events_dead_letters), (&outcomes, &events));
    for (urls, found) in urls.iter().zip([&queues.uploads, &queues.rows, &queues.call_requests]) {
        assert_eq!((&urls.0, &urls.1), (&found.queue, &found.dead_letters));
    }
    let sender = queues.call_requests(&aws, Waiting::Short);
    assert_eq!(sender.send(&[message(1)]).await.unwrap(), Vec::<usize>::new());
    assert_eq!(queues.call_requests(&aws, Waiting::Long(1)).receive(10).await.unwrap().len(), 1);
    let dead = queues.dead_letters(Topology::shipped());
    let dead: Vec<_> = dead.iter().map(|queue| (queue.source.as_str(), queue.max_receives)).collect();
    let expected = [("uploads", 5), ("rows", 5), ("call_requests", 150), ("outcomes", 0), ("outcomes", 0)];
    assert_eq!(dead, expected);
}
