//! Queues and dead letters on SQS.

use crate::clock::LAGGING;
use crate::scripted::{Reply, Scripted};
use crate::support::{ministack, unique};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::Aws;
use rollcall_aws::sqs::{DeadLetterQueue, Letters, Queue, Queues, Waiting};
use rollcall_contracts::envelope::{DecodeError, Envelope};
use rollcall_contracts::messages::{CallRequest, Notice};
use rollcall_contracts::topology::{QueueSpec, Topology};
use rollcall_domain::ids::{RequestId, ResidentId};
use rollcall_ports::suite::{self, queue::QueueUnderTest};
use rollcall_ports::{DeadLetter, DeadLetters, Depth, Fault, Inbox, Receipt, Sender};
use serde_json::{Value, json};

const SPEC: QueueSpec = QueueSpec {
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

fn dead_letters(aws: &Aws, source: &str, url: &str) -> Letters {
    let max_receives = SPEC.max_receives;
    let queue = DeadLetterQueue { source: source.to_owned(), url: url.to_owned(), max_receives };
    Letters::new(aws, vec![queue])
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
async fn a_queue_keeps_its_promises() {
    let (client, aws) = (sdk().await, ministack().await);
    let (url, dead) = make(&client, &unique("call-requests")).await;
    let queue = Queue::new(&aws, "call_requests", &url, Waiting::Short);
    let letters = dead_letters(&aws, "call_requests", &dead);
    let under_test = QueueUnderTest {
        sender: &queue,
        inbox: &queue,
        depth: &queue,
        dead_letters: &letters,
        spec: SPEC,
        // The emulator hands nothing out twice, so more can be asked of it
        // than of SQS itself.
        duplicates: false,
        tells_next: false,
    };
    suite::queue::all(&LAGGING, under_test).await;
}

#[tokio::test]
async fn dead_letters_keep_their_promises() {
    let (client, aws) = (sdk().await, ministack().await);
    let mut queues = Vec::new();
    for source in ["rows", "uploads"] {
        let (_, dead) = make(&client, &unique(source)).await;
        queues.push(DeadLetterQueue { source: source.to_owned(), url: dead, max_receives: 3 });
    }
    suite::dead_letters::all(&LAGGING, &Letters::new(&aws, queues)).await;
}

#[tokio::test]
async fn a_letter_stays_where_it_is_and_says_where_it_is_from() {
    let (client, aws) = (sdk().await, ministack().await);
    let (_, dead) = make(&client, &unique("rows")).await;
    let letters = dead_letters(&aws, "rows", &dead);
    let letter = |body: Vec<u8>| DeadLetter {
        source: "rows".to_owned(),
        message_id: "m 1".to_owned(),
        reason: "not a message\0".to_owned(),
        handler: "loader".to_owned(),
        parked_at: "2026-11-23T09:00:00.123456Z".parse().unwrap(),
        receives: 2,
        body,
        replay: None,
    };
    letters.park(&letter(vec![b'x'; 1_048_000])).await.unwrap();
    let refused = letters.park(&letter(vec![b'x'; 1_048_576])).await.unwrap_err();
    assert!(matches!(&refused, Fault::Refused { reason, .. } if reason.contains("1 MiB")), "{refused}");
    // In base64, three bytes take four.
    let refused = letters.park(&letter(vec![0; 800_000])).await.unwrap_err();
    assert!(matches!(refused, Fault::Refused { .. }));
    let other = DeadLetter { source: "nowhere".to_owned(), ..letter(vec![]) };
    assert!(matches!(letters.park(&other).await, Err(Fault::Refused { .. })));

    for _ in 0..2 {
        let listed = letters.list(None, 10).await.unwrap();
        let [(_, listed)] = listed.as_slice() else { panic!("one letter, and visible again after a look") };
        assert_eq!(listed.body.len(), 1_048_000);
        assert_eq!(listed.parked_at, letter(vec![]).parked_at, "to the fraction");
        assert_eq!(listed.reason, "not a message\u{FFFD}", "what SQS does not take is replaced");
    }
    let raw = client.receive_message().queue_url(&dead).message_attribute_names("All").send().await.unwrap();
    let attributes = raw.messages().first().unwrap().message_attributes().unwrap().clone();
    let names: std::collections::BTreeSet<&str> = attributes.keys().map(String::as_str).collect();
    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        ["handler", "message_id", "parked_at", "reason", "receives", "source"]
    );
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
    let queues = Queues::named(&aws, &prefix).await.unwrap();
    assert_eq!(queues.outcomes_dead_letters, outcomes);
    for (urls, found) in urls.iter().zip([&queues.uploads, &queues.rows, &queues.call_requests]) {
        assert_eq!((&urls.0, &urls.1), (&found.queue, &found.dead_letters));
    }
    let sender = queues.call_requests(&aws, Waiting::Short);
    assert_eq!(sender.send(&[message(1)]).await.unwrap(), Vec::<usize>::new());
    assert_eq!(queues.call_requests(&aws, Waiting::Long(1)).receive(10).await.unwrap().len(), 1);
    assert_eq!(queues.letters(&aws, Topology::shipped()).count().await.unwrap(), 0);
}
