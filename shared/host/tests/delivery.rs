//! What becomes of messages and records, one by one: applied, retried, parked;
//! and that one of them never decides over its neighbours.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::ids::LetterId;
use rollcall_host::queue::{Surroundings, turn};
use rollcall_host::stream::Progress;
use rollcall_host::{Handler, StreamHandler, Verdict, stream};
use rollcall_ports::{
    Clock, Cursor, DeadLetter, DeadLetters, Entry, Fault, Inbox, Receipt, Received, Replay, Sequence, Signal,
    Signals, StreamReader,
};
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// Everything outside, in one: what it is given to hand out, and a log of what
/// was done to it.
#[derive(Default)]
struct Outside {
    bodies: Vec<&'static str>,
    /// Seconds since 1970, one more at each look.
    time: Mutex<i64>,
    log: Mutex<Vec<String>>,
    parking_fails: bool,
    deleting_fails: bool,
    applying_fails: bool,
    replay: Option<Replay>,
}

impl Outside {
    fn note(&self, what: String) {
        self.log.lock().unwrap().push(what);
    }
}

#[async_trait]
impl Clock for Outside {
    fn now(&self) -> Timestamp {
        let mut time = self.time.lock().unwrap();
        *time += 1;
        Timestamp::from_second(*time).unwrap()
    }

    async fn sleep_until(&self, _at: Timestamp) {}
}

impl Signals for Outside {
    fn emit(&self, signal: &Signal) {
        match signal {
            Signal::Retried { reason, .. } => self.note(format!("retried: {reason}")),
            Signal::Parked { reason, .. } => self.note(format!("parked signal: {reason}")),
            other => self.note(format!("{other:?}")),
        }
    }
}

#[async_trait]
impl DeadLetters for Outside {
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault> {
        if self.parking_fails {
            return Err(Fault::Unanswered("dead letters"));
        }
        let body = String::from_utf8_lossy(&letter.body).into_owned();
        let copy = letter.replay.map_or_else(String::new, |replay| format!(" as copy {}", replay.round));
        self.note(format!(
            "park {} of {} ({} receives){copy}: {body}",
            letter.message_id, letter.source, letter.receives
        ));
        Ok(())
    }

    async fn applied(&self, replay: Replay, _: Timestamp) -> Result<(), Fault> {
        if self.applying_fails {
            return Err(Fault::Unanswered("dead letters"));
        }
        self.note(format!("applied copy {}", replay.round));
        Ok(())
    }

    async fn list(&self, _: Option<&Cursor>, _: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault> {
        Ok(Vec::new())
    }

    async fn count(&self) -> Result<u64, Fault> {
        Ok(0)
    }
}

#[async_trait]
impl Inbox for Outside {
    fn name(&self) -> &'static str {
        "letters"
    }

    async fn receive(&self, most: u32) -> Result<Vec<Received>, Fault> {
        let message = |(index, body): (usize, &&str)| Received {
            receipt: Receipt(format!("r{index}")),
            id: format!("m{index}"),
            body: (*body).to_owned(),
            receives: 2,
            sent_at: Timestamp::UNIX_EPOCH,
            replay: self.replay,
        };
        Ok(self.bodies.iter().enumerate().take(most as usize).map(message).collect())
    }

    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault> {
        if self.deleting_fails {
            return Err(Fault::Unanswered("queue"));
        }
        self.note(format!("delete {}", receipt.0));
        Ok(())
    }

    async fn retry_after(&self, receipt: &Receipt, after: SignedDuration) -> Result<(), Fault> {
        self.note(format!("retry {} after {} s", receipt.0, after.as_secs()));
        Ok(())
    }

    async fn next_visible(&self) -> Result<Option<Timestamp>, Fault> {
        Ok(None)
    }
}

#[async_trait]
impl StreamReader for Outside {
    fn shards(&self) -> u32 {
        1
    }

    async fn read(&self, _shard: u32, _most: u32) -> Result<Vec<Entry>, Fault> {
        let entry = |(index, body): (usize, &&str)| Entry {
            sequence: Sequence::from(index as u64 + 10),
            arrived_at: Timestamp::UNIX_EPOCH,
            data: body.as_bytes().to_vec(),
            replay: self.replay,
        };
        Ok(self.bodies.iter().enumerate().map(entry).collect())
    }

    async fn checkpoint(&self, _shard: u32, sequence: &Sequence) -> Result<(), Fault> {
        self.note(format!("checkpoint {sequence}"));
        Ok(())
    }
}

/// Does what the body says.
struct Obedient;

fn obey(body: &str) -> Result<Verdict, Fault> {
    match body {
        "done" => Ok(Verdict::Done),
        "later" => Ok(Verdict::Retry { after: Some(SignedDuration::from_secs(5)), reason: "later" }),
        "again" => Ok(Verdict::Retry { after: None, reason: "again" }),
        "poison" => Ok(Verdict::Poison("cannot be".to_owned())),
        _ => Err(Fault::Throttled("something")),
    }
}

#[async_trait]
impl Handler for Obedient {
    type Input = String;

    fn name(&self) -> &'static str {
        "obedient"
    }

    fn decode(&self, body: &str) -> Result<String, String> {
        if body == "garbage" { Err("no message".to_owned()) } else { Ok(body.to_owned()) }
    }

    async fn handle(&self, input: String) -> Result<Verdict, Fault> {
        obey(&input)
    }
}

#[async_trait]
impl StreamHandler for Obedient {
    fn name(&self) -> &'static str {
        "obedient"
    }

    async fn handle(&self, data: &[u8]) -> Result<Verdict, Fault> {
        obey(std::str::from_utf8(data).unwrap())
    }
}

fn at_once<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here has to be waited for"),
    }
}

fn around(outside: &Arc<Outside>) -> Surroundings {
    Surroundings {
        letters: Arc::<Outside>::clone(outside),
        signals: Arc::<Outside>::clone(outside),
        clock: Arc::<Outside>::clone(outside),
    }
}

#[track_caller]
fn check(outside: Outside, deadline: Option<i64>, expected: &[&str]) {
    let outside = Arc::new(outside);
    let deadline = deadline.map(|second| Timestamp::from_second(second).unwrap());
    let received = at_once(turn(&Obedient, outside.as_ref(), 10, deadline, &around(&outside))).unwrap();
    assert_eq!(received, outside.bodies.len());
    assert_eq!(*outside.log.lock().unwrap(), expected);
}

fn with(bodies: &[&'static str]) -> Outside {
    Outside { bodies: bodies.to_vec(), ..Outside::default() }
}

#[test]
fn each_message_is_settled_by_its_own_verdict() {
    check(
        with(&["done", "later", "again", "fault", "done"]),
        None,
        &[
            "delete r0",
            "retried: later",
            "retry r1 after 5 s",
            "retried: again",
            "retried: something is throttling",
            "delete r4",
        ],
    );
}

#[test]
fn poison_and_garbage_are_parked_whole_and_then_deleted() {
    check(
        with(&["garbage", "poison", "done"]),
        None,
        &[
            "park m0 of letters (2 receives): garbage",
            "parked signal: no message",
            "delete r0",
            "park m1 of letters (2 receives): poison",
            "parked signal: cannot be",
            "delete r1",
            "delete r2",
        ],
    );
}

#[test]
fn what_cannot_be_parked_stays_on_its_queue() {
    let outside = Outside { parking_fails: true, ..with(&["poison", "done"]) };
    check(outside, None, &["retried: no answer from dead letters", "delete r1"]);
}

#[test]
fn what_cannot_be_deleted_comes_again() {
    let outside = Outside { deleting_fails: true, ..with(&["done", "done"]) };
    check(outside, None, &["retried: no answer from queue", "retried: no answer from queue"]);
}

fn copies(bodies: &[&'static str]) -> Outside {
    Outside { replay: Some(Replay { letter: LetterId::of("rows", "1"), round: 3 }), ..with(bodies) }
}

#[test]
fn a_copy_of_a_letter_is_gone_only_after_the_letter_says_so() {
    check(
        copies(&["done", "later", "poison"]),
        None,
        &[
            "applied copy 3",
            "delete r0",
            "retried: later",
            "retry r1 after 5 s",
            "park m2 of letters (2 receives) as copy 3: poison",
            "parked signal: cannot be",
            "delete r2",
        ],
    );
    let outside = Outside { applying_fails: true, ..copies(&["done"]) };
    check(outside, None, &["retried: no answer from dead letters"]);
}

#[test]
fn a_copy_on_the_stream_is_passed_only_after_the_letter_says_so() {
    let log = [
        "applied copy 3",
        "park 0/11 of outcomes (1 receives) as copy 3: poison",
        "parked signal: cannot be",
        "checkpoint 11",
    ];
    check_stream(copies(&["done", "poison"]), Progress::Advanced, &log);
    let outside = Outside { applying_fails: true, ..copies(&["done"]) };
    check_stream(outside, Progress::Stopped, &["retried: no answer from dead letters"]);
}

#[test]
fn nothing_is_begun_after_the_deadline() {
    check(with(&["done", "done", "done", "done"]), Some(3), &["delete r0", "delete r1"]);
}

#[track_caller]
fn check_stream(outside: Outside, progress: Progress, expected: &[&str]) {
    let outside = Arc::new(outside);
    let found = at_once(stream::turn(&Obedient, outside.as_ref(), 0, 10, &around(&outside))).unwrap();
    assert_eq!(found, progress);
    assert_eq!(*outside.log.lock().unwrap(), expected);
}

#[test]
fn a_stream_goes_on_past_what_was_parked_and_stops_at_what_must_come_again() {
    check_stream(
        with(&["done", "poison", "done", "fault", "done"]),
        Progress::Stopped,
        &[
            "park 0/11 of outcomes (1 receives): poison",
            "parked signal: cannot be",
            "retried: something is throttling",
            "checkpoint 12",
        ],
    );
}

#[test]
fn a_stream_whose_first_record_fails_keeps_its_place() {
    check_stream(with(&["again", "done"]), Progress::Stopped, &["retried: again"]);
}

#[test]
fn a_record_that_cannot_be_parked_is_not_passed() {
    let outside = Outside { parking_fails: true, ..with(&["done", "poison", "done"]) };
    let log = ["retried: no answer from dead letters", "checkpoint 10"];
    check_stream(outside, Progress::Stopped, &log);
}

#[test]
fn an_empty_stream_is_idle_and_a_good_one_advances() {
    check_stream(with(&[]), Progress::Idle, &[]);
    check_stream(with(&["done", "done"]), Progress::Advanced, &["checkpoint 11"]);
}
