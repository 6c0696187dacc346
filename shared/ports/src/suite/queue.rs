//! What [`Sender`], [`Depth`] and [`Inbox`] promise. Order is not promised,
//! and a message may come more often than it should.

use super::{ASKS, Case, at, ok};
use crate::{DeadLetters, Depth, Inbox, Received, Sender};
use jiff::SignedDuration;
use rollcall_contracts::envelope::Envelope;
use rollcall_contracts::messages::CallRequest;
use rollcall_contracts::topology::QueueSpec;
use rollcall_domain::ids::{RequestId, ResidentId};
use std::collections::{BTreeMap, BTreeSet};

/// Both ends of one queue, with nothing on it.
#[derive(Clone, Copy)]
pub struct QueueUnderTest<'a> {
    /// One end.
    pub sender: &'a dyn Sender<CallRequest>,
    /// The other end.
    pub inbox: &'a dyn Inbox,
    /// How much waits.
    pub depth: &'a dyn Depth,
    /// Where messages go that were received too often; none may be there.
    pub dead_letters: &'a dyn DeadLetters,
    /// The numbers of the queue. A test of an adapter on a real clock sets it
    /// up with a visibility timeout of a second or two.
    pub spec: QueueSpec,
    /// Whether a message may come again although it is hidden or deleted, as
    /// in an SQS standard queue.
    pub duplicates: bool,
    /// Whether it can tell when the next message becomes visible; SQS cannot.
    pub tells_next: bool,
}

impl QueueUnderTest<'_> {
    fn hidden(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.spec.visibility_timeout_seconds))
    }
}

/// Runs the whole part.
pub async fn all(case: &Case<'_>, queue: QueueUnderTest<'_>) {
    assert!(queue.spec.visibility_timeout_seconds >= 2 && queue.spec.max_receives >= 2);
    everything_is_handed_out(case, queue).await;
    a_message_comes_again(case, queue).await;
    void_receipts(case, queue).await;
    retrying(case, queue).await;
    received_too_often(case, queue).await;
}

fn message(n: usize) -> Envelope<CallRequest> {
    let request = CallRequest {
        request: RequestId::derive(&["queue", &n.to_string()]),
        resident: ResidentId::derive(&["queue", &n.to_string()]),
        expires_at: at("2026-11-23T09:10:00Z"),
    };
    Envelope::new(request, at("2026-11-23T09:00:00Z"))
}

async fn send(queue: QueueUnderTest<'_>, messages: &[Envelope<CallRequest>]) {
    assert_eq!(ok(queue.sender.send(messages).await), Vec::<usize>::new(), "all were taken");
}

/// Receives until `wanted` messages are in hand; each must be new.
async fn take(case: &Case<'_>, queue: QueueUnderTest<'_>, wanted: usize) -> BTreeMap<String, Received> {
    let mut taken = BTreeMap::new();
    for _ in 0..ASKS {
        loop {
            let received = ok(queue.inbox.receive(4).await);
            assert!(received.len() <= 4, "no more than asked for");
            if received.is_empty() {
                break;
            }
            for one in received {
                let again = taken.insert(one.id.clone(), one).is_some();
                assert!(queue.duplicates || !again, "handed out twice while hidden");
            }
        }
        if taken.len() >= wanted || case.lag.is_zero() {
            break;
        }
        case.pass(case.lag / ASKS).await;
    }
    assert_eq!(taken.len(), wanted, "messages in hand");
    taken
}

async fn empty(case: &Case<'_>, queue: QueueUnderTest<'_>) {
    case.settles("the queue is empty", 0, async || ok(queue.depth.depth().await)).await;
    case.pass(queue.hidden()).await;
    let rest = ok(queue.inbox.receive(10).await);
    assert!(queue.duplicates || rest.is_empty(), "nothing comes out of an empty queue");
    if rest.is_empty() && !queue.duplicates {
        assert_eq!(ok(queue.inbox.next_visible().await), None);
    }
}

/// Every message is handed out as it was sent, and not again once it is
/// deleted.
pub async fn everything_is_handed_out(case: &Case<'_>, queue: QueueUnderTest<'_>) {
    assert_eq!(ok(queue.inbox.receive(10).await), vec![]);
    send(queue, &[]).await;
    let messages: Vec<_> = (0..25).map(message).collect();
    send(queue, &messages).await;
    case.settles("25 wait", 25, async || ok(queue.depth.depth().await)).await;
    let next = ok(queue.inbox.next_visible().await);
    assert_eq!(next.is_some(), queue.tells_next);
    assert!(next.is_none_or(|next| next <= case.clock.now()), "visible now");
    let taken = take(case, queue, 25).await;
    case.settles("those in hand count", 25, async || ok(queue.depth.depth().await)).await;
    let mut requests = BTreeSet::new();
    for one in taken.values() {
        assert!(one.receives >= 1 && (queue.duplicates || one.receives == 1));
        let Ok(decoded) = Envelope::<CallRequest>::decode(&one.body) else { panic!("not what was sent") };
        assert!(messages.contains(&decoded));
        requests.insert(decoded.body.request);
        ok(queue.inbox.delete(&one.receipt).await);
    }
    assert_eq!(requests.len(), 25);
    empty(case, queue).await;
}

/// A message that was not deleted in time comes again, the same but counted.
pub async fn a_message_comes_again(case: &Case<'_>, queue: QueueUnderTest<'_>) {
    send(queue, &[message(100)]).await;
    let before = case.clock.now();
    let first = take(case, queue, 1).await;
    let hidden = ok(queue.inbox.receive(10).await);
    assert!(queue.duplicates || hidden.is_empty(), "hidden while in hand");
    let next = ok(queue.inbox.next_visible().await);
    assert_eq!(next.is_some(), queue.tells_next);
    assert!(next.is_none_or(|next| next >= before + queue.hidden()), "visible after the timeout");
    case.pass(queue.hidden()).await;
    let second = take(case, queue, 1).await;
    for (id, one) in &first {
        let Some(again) = second.get(id) else { panic!("another message came") };
        assert_eq!((&again.body, again.sent_at), (&one.body, one.sent_at));
        assert!(again.receives > one.receives && (queue.duplicates || again.receives == 2));
        assert_ne!(again.receipt, one.receipt);
        ok(queue.inbox.delete(&again.receipt).await);
        ok(queue.inbox.delete(&again.receipt).await);
    }
    empty(case, queue).await;
}

/// Whoever held a message too long can neither delete nor delay it.
pub async fn void_receipts(case: &Case<'_>, queue: QueueUnderTest<'_>) {
    send(queue, &[message(200)]).await;
    let first = take(case, queue, 1).await;
    case.pass(queue.hidden()).await;
    let second = take(case, queue, 1).await;
    for one in first.values() {
        ok(queue.inbox.retry_after(&one.receipt, SignedDuration::ZERO).await);
        ok(queue.inbox.delete(&one.receipt).await);
    }
    if !queue.duplicates {
        assert_eq!(ok(queue.inbox.receive(10).await), vec![], "still hidden for the second holder");
        case.settles("still there", 1, async || ok(queue.depth.depth().await)).await;
        case.pass(queue.hidden()).await;
        let third = take(case, queue, 1).await;
        for one in third.values() {
            assert_eq!(one.receives, 3);
            ok(queue.inbox.delete(&one.receipt).await);
        }
    }
    for one in second.values() {
        ok(queue.inbox.delete(&one.receipt).await);
        ok(queue.inbox.retry_after(&one.receipt, SignedDuration::ZERO).await);
    }
    empty(case, queue).await;
}

/// A holder chooses when a message comes again: sooner or later than the
/// timeout.
pub async fn retrying(case: &Case<'_>, queue: QueueUnderTest<'_>) {
    send(queue, &[message(300)]).await;
    for one in take(case, queue, 1).await.values() {
        ok(queue.inbox.retry_after(&one.receipt, SignedDuration::ZERO).await);
    }
    let longer = queue.hidden() * 2;
    for one in take(case, queue, 1).await.values() {
        ok(queue.inbox.retry_after(&one.receipt, longer).await);
    }
    case.pass(queue.hidden()).await;
    let early = ok(queue.inbox.receive(10).await);
    assert!(queue.duplicates || early.is_empty(), "not before its time");
    case.pass(queue.hidden()).await;
    for one in take(case, queue, 1).await.values() {
        ok(queue.inbox.delete(&one.receipt).await);
    }
    empty(case, queue).await;
}

/// A message that never succeeds is parked instead of being handed out once
/// more, and does not keep its neighbours.
pub async fn received_too_often(case: &Case<'_>, queue: QueueUnderTest<'_>) {
    let bad = message(400);
    send(queue, std::slice::from_ref(&bad)).await;
    let mut receives = 0;
    while receives < queue.spec.max_receives {
        for one in take(case, queue, 1).await.values() {
            receives = one.receives;
            ok(queue.inbox.retry_after(&one.receipt, SignedDuration::ZERO).await);
        }
    }
    send(queue, &[message(401)]).await;
    for one in take(case, queue, 1).await.values() {
        let Ok(decoded) = Envelope::<CallRequest>::decode(&one.body) else { panic!("not what was sent") };
        assert_eq!(decoded, message(401), "the neighbour, not the bad one");
        ok(queue.inbox.delete(&one.receipt).await);
    }
    case.settles("parked", 1, async || ok(queue.dead_letters.count().await)).await;
    for (_, letter) in ok(queue.dead_letters.list(None, 10).await) {
        let Ok(text) = String::from_utf8(letter.body) else { panic!("not what was sent") };
        assert_eq!(Envelope::decode(&text), Ok(bad.clone()));
        assert_eq!(letter.source, queue.inbox.name());
        assert_eq!(letter.receives, queue.spec.max_receives);
        assert!(!letter.reason.is_empty());
    }
    empty(case, queue).await;
}
