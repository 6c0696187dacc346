//! Sending to a queue: at least once, and untaken only what is not there.

use super::{failed, throttled};
use crate::proxy::{PATIENCE, Proxy, Step};
use crate::scripted::Request;
use crate::sqs::{make, message, sdk};
use crate::support::{endpoint, ministack, unique};
use rollcall_aws::sqs::{Queue, Waiting};
use rollcall_contracts::envelope::Envelope;
use rollcall_contracts::messages::CallRequest;
use rollcall_domain::ids::RequestId;
use rollcall_ports::{Fault, Inbox, Sender};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SEND: &str = "SendMessageBatch";
const NAME: &str = "call_requests";
const FIFTEEN: usize = 15;

/// What is answered to who sends fifteen messages on this line, how many
/// requests it took, and how often each message is in the queue.
async fn send(proxy: Proxy, url: &str) -> (Result<Vec<usize>, Fault>, usize, BTreeMap<RequestId, usize>) {
    let messages: Vec<_> = (0..FIFTEEN).map(message).collect();
    let queue = Queue::new(&proxy.aws().await, NAME, url, Waiting::Short);
    let answer = queue.send(&messages).await;
    let direct = Queue::new(&ministack().await, NAME, url, Waiting::Long(1));
    let mut there = BTreeMap::new();
    for one in direct.receive(100).await.unwrap() {
        let body: Envelope<CallRequest> = Envelope::decode(&one.body).unwrap();
        *there.entry(body.body.request).or_default() += 1;
    }
    (answer, proxy.asked(SEND).len(), there)
}

async fn url() -> String {
    make(&sdk().await, &unique("faults")).await.0
}

fn upstream() -> String {
    endpoint("ROLLCALL_MINISTACK")
}

#[tokio::test]
async fn a_lost_or_late_answer_may_double_but_never_lose() {
    for (step, times) in [
        (Step::Lose, 2),
        (Step::Late(PATIENCE * 3), 2),
        (Step::Twice, 2),
        (failed(), 1),
        (throttled("RequestThrottled"), 1),
    ] {
        let url = url().await;
        let proxy = Proxy::failing(&upstream(), SEND, vec![step]).await;
        let (answer, _, there) = send(proxy, &url).await;
        assert_eq!(answer, Ok(vec![]));
        let mut counts: Vec<usize> = there.into_values().collect();
        counts.sort_unstable();
        assert_eq!(counts, [vec![1; 5], vec![times; 10]].concat(), "the first ten went that way");
    }
}

#[tokio::test]
async fn no_answer_at_all_is_no_promise_either_way() {
    let url = url().await;
    let proxy = Proxy::always(&upstream(), SEND, Step::Lose).await;
    let (answer, requests, there) = send(proxy, &url).await;
    assert_eq!((answer, requests), (Err(Fault::Unanswered(NAME)), 3), "and the rest is not tried");
    assert_eq!(there.len(), 10);
}

#[tokio::test]
async fn throttling_is_told_only_if_nothing_is_there() {
    let url = url().await;
    let proxy = Proxy::always(&upstream(), SEND, throttled("ThrottlingException")).await;
    let (answer, _, there) = send(proxy, &url).await;
    assert_eq!((answer, there.len()), (Err(Fault::Throttled(NAME)), 0));

    // The second request's worth.
    let mut number = 0;
    let proxy = Proxy::start(&upstream(), move |request| {
        number += usize::from(request.is(SEND));
        if number > 1 { throttled("ThrottlingException") } else { Step::Pass }
    })
    .await;
    let (answer, _, there) = send(proxy, &url).await;
    assert_eq!((answer, there.len()), (Ok((10..15).collect()), 10));
}

/// 200 with failures inside: every other entry is kept back the first time,
/// and entry 3 every time.
#[tokio::test]
async fn entries_that_fail_are_sent_again_and_those_taken_are_not() {
    let url = url().await;
    let mut number = 0;
    let proxy = Proxy::start(&upstream(), move |request| {
        number += usize::from(request.is(SEND));
        let first = number == 1;
        keep_back(request, |id| id == 3 || (first && id % 2 == 0))
    })
    .await;
    let (answer, requests, there) = send(proxy, &url).await;
    assert_eq!((answer, requests), (Ok(vec![3]), 4), "three for the first ten, one for the rest");
    assert_eq!(there.len(), FIFTEEN - 1);
    assert!(there.into_values().all(|times| times == 1), "none is sent twice that was taken");
}

/// Answers for these entries that they failed, and lets the others through.
fn keep_back(request: &Request, fails: impl Fn(usize) -> bool) -> Step {
    if !request.is(SEND) {
        return Step::Pass;
    }
    let mut body: Value = serde_json::from_str(&request.body).unwrap();
    let entries: Vec<Value> = body["Entries"].as_array().unwrap().clone();
    let position = |entry: &Value| entry["Id"].as_str().unwrap().parse().unwrap();
    let (kept, sent): (Vec<Value>, Vec<Value>) =
        entries.into_iter().partition(|entry| fails(position(entry)));
    let failed: Vec<Value> = kept
        .iter()
        .map(|entry| json!({ "Id": entry["Id"], "SenderFault": false, "Code": "InternalError" }))
        .collect();
    if sent.is_empty() {
        let body = json!({ "Successful": [], "Failed": failed });
        return Step::Answer(crate::scripted::Reply::ok(&body.to_string()));
    }
    body["Entries"] = Value::Array(sent);
    Step::Part(body.to_string(), json!({ "Failed": failed }))
}
