//! Dead letters replayed to the real handlers: twice, late and all at once, and
//! what they say would come of them.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use async_trait::async_trait;
use jiff::SignedDuration;
use rollcall_domain::attempt::Facts;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{ContactId, LetterId, ResidentId};
use rollcall_domain::letter::{Letter, LetterState};
use rollcall_domain::pace::Staffing;
use rollcall_domain::policy::Policy;
use rollcall_embedded::Durability;
use rollcall_host::queue::{Surroundings, turn};
use rollcall_host::{Periodic, stream};
use rollcall_local::loops::Idle;
use rollcall_local::machine::{Machine, Setup};
use rollcall_ports::suite::ManualClock;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{
    CallOrder, Clock, DeadLetter, Described, Fault, Foreseen, Inbox, Prospect, Replay, Signal, Signals,
    Started, Telephony, Versioned,
};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A telephone service that takes every call and counts them.
#[derive(Default)]
struct Line(Mutex<u32>);

#[async_trait]
impl Telephony for Line {
    async fn start(&self, order: &CallOrder) -> Result<Started, Fault> {
        *self.0.lock().unwrap() += 1;
        Ok(Started::Accepted(ContactId::new(order.attempt.to_string())))
    }
    async fn staffing(&self) -> Result<Staffing, Fault> {
        Ok(Staffing { available: 5, on_contact: 0, callbacks_waiting: 0 })
    }
    async fn describe(&self, _: &ContactId) -> Result<Described, Fault> {
        Ok(Described::Known(Facts::default()))
    }
    async fn stop(&self, _: &ContactId) -> Result<(), Fault> {
        Ok(())
    }
}

struct Unheard;

impl Signals for Unheard {
    fn emit(&self, _: &Signal) {}
}

struct World {
    machine: Arc<Machine>,
    clock: Arc<ManualClock>,
    line: Arc<Line>,
    around: Surroundings,
    _dir: TempDir,
}

impl World {
    /// On Monday 23 November 2026, at 09:00 in London.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (clock, line) = (Arc::new(ManualClock::default()), Arc::<Line>::default());
        let setup = Setup {
            policy: Arc::new(Policy::default()),
            clock: Arc::<ManualClock>::clone(&clock),
            signals: Arc::new(Unheard),
            telephony: Arc::<Line>::clone(&line),
            durability: Durability::Process,
            idle: Idle(SignedDuration::from_secs(1)),
        };
        let machine = Machine::open(dir.path(), setup).unwrap();
        let around = Surroundings {
            letters: machine.store().dead_letters(),
            signals: Arc::new(Unheard),
            clock: Arc::<ManualClock>::clone(&clock),
        };
        Self { machine, clock, line, around, _dir: dir }
    }

    async fn register(&self, n: u32) -> ResidentId {
        let one = resident("letters", n);
        let (id, schedule) = (one.id, Schedule::of(&one, &Policy::default(), self.clock.now()));
        self.machine.ports().residents.add(&[(one, schedule)]).await.unwrap();
        id
    }

    /// Sets aside whatever waits on a queue.
    async fn park_all(&self, inbox: &dyn Inbox) -> Vec<LetterId> {
        let mut parked = Vec::new();
        for message in inbox.receive(10).await.unwrap() {
            parked.push(self.park(inbox.name(), &message.id, message.body.as_bytes()).await);
            inbox.delete(&message.receipt).await.unwrap();
        }
        parked
    }

    async fn park(&self, source: &str, message_id: &str, body: &[u8]) -> LetterId {
        let letter = DeadLetter {
            source: source.to_owned(),
            message_id: message_id.to_owned(),
            reason: "received 150 times without success".to_owned(),
            handler: "queue".to_owned(),
            parked_at: self.clock.now(),
            receives: 150,
            body: body.to_vec(),
            replay: None,
        };
        self.machine.store().dead_letters().park(&letter).await.unwrap();
        LetterId::of(source, message_id)
    }

    async fn letter(&self, id: LetterId) -> Versioned<Letter> {
        self.machine.workbench().letter(id).await.unwrap()
    }

    async fn replay(&self, id: LetterId) {
        let version = self.letter(id).await.version;
        self.machine.workbench().replay("joe", (id, version)).await.unwrap();
    }

    /// Sends a copy past the workbench, as one that comes back late would.
    async fn late_copy(&self, id: LetterId, round: u32) {
        let letter = self.letter(id).await.value;
        let replays = self.machine.store().replays();
        let replay = Replay { letter: id, round };
        let _done = replays.resend(&letter.source, letter.body.as_bytes(), replay).await.unwrap();
    }

    async fn dial(&self) {
        let queue = self.machine.store().call_requests_queue();
        while turn(&self.machine.services().dialer, &queue, 10, None, &self.around).await.unwrap() > 0 {}
    }

    async fn load(&self) {
        let queue = self.machine.store().rows_queue();
        while turn(&self.machine.services().loader, &queue, 10, None, &self.around).await.unwrap() > 0 {}
    }

    async fn take_in(&self) {
        let records = self.machine.store().outcomes_stream();
        let outcomes = &self.machine.services().outcomes;
        while stream::turn(outcomes, &records, 0, 100, &self.around).await.unwrap() != stream::Progress::Idle
        {
        }
    }

    fn calls(&self) -> u32 {
        *self.line.0.lock().unwrap()
    }

    async fn foresee(&self, id: LetterId) -> Foreseen {
        let letter = self.letter(id).await.value;
        self.machine.foresight().foresee(&letter.source, letter.body.as_bytes()).await.unwrap()
    }

    /// An order for somebody, set aside before it was carried out.
    async fn order(&self) -> LetterId {
        self.machine.services().planner.run().await.unwrap();
        let parked = self.park_all(&self.machine.store().call_requests_queue()).await;
        assert_eq!(parked.len(), 1);
        parked[0]
    }
}

#[tokio::test]
async fn an_order_replayed_many_times_at_once_and_late_makes_one_call() {
    let world = World::new();
    world.register(1).await;
    let id = world.order().await;
    for _ in 0..3 {
        world.replay(id).await;
    }
    world.late_copy(id, 1).await;
    world.dial().await;
    assert_eq!((world.calls(), world.letter(id).await.value.state), (1, LetterState::Applied));
    // Late: hours and a day afterwards, when a call may be due again.
    for hours in [1, 2, 24, 72] {
        world.clock.advance(SignedDuration::from_hours(hours));
        for round in 0..=4 {
            world.late_copy(id, round).await;
        }
        world.dial().await;
    }
    assert_eq!((world.calls(), world.letter(id).await.value.state), (1, LetterState::Applied));
    assert_eq!(world.machine.store().dead_letters().count().await.unwrap(), 0);
}

#[tokio::test]
async fn rows_replayed_many_times_add_each_person_once() {
    let world = World::new();
    let csv = b"firstName,lastName,number\nAda,Example,+447700900001\nBen,Example,+447700900002\n";
    world.machine.store().uploads().put("list.csv", &mut csv.as_slice()).unwrap();
    let uploads = world.machine.store().uploads_queue();
    turn(&world.machine.services().ingest, &uploads, 10, None, &world.around).await.unwrap();
    let id = world.park_all(&world.machine.store().rows_queue()).await[0];
    let foreseen = world.foresee(id).await;
    assert_eq!(foreseen.prospect, Prospect::Applies);
    assert!(foreseen.text.contains("would add 2 people"), "{}", foreseen.text);
    assert_eq!(world.machine.store().residents_count().unwrap(), 0, "nothing was done");
    for _ in 0..3 {
        world.replay(id).await;
    }
    world.load().await;
    world.late_copy(id, 2).await;
    world.load().await;
    assert_eq!(world.machine.store().residents_count().unwrap(), 2);
    let (_, tally) = world.machine.store().batches_recent(1).unwrap().remove(0);
    assert_eq!((tally.loaded, tally.rejected, tally.already_known), (2, 0, 0));
    assert_eq!(world.letter(id).await.value.state, LetterState::Applied);
}

#[tokio::test]
async fn a_broken_record_is_set_aside_mended_replayed_and_applied() {
    let world = World::new();
    let id = world.park("outcomes", "0/7", b"{\"ContactId\": \"a\", \"InitiationMethod\": 7}").await;
    let foreseen = world.foresee(id).await;
    assert_eq!((foreseen.prospect, foreseen.code), (Prospect::ParksAgain, "malformed"));
    assert!(foreseen.text.starts_with("still malformed: "), "{}", foreseen.text);
    world.replay(id).await;
    world.take_in().await;
    let back = world.letter(id).await;
    assert_eq!((back.value.state, back.value.handler.as_str()), (LetterState::Open, "outcomes"));
    assert_eq!(world.machine.store().dead_letters().count().await.unwrap(), 1, "one letter");

    let mended = "{\"ContactId\": \"a\", \"InitiationMethod\": \"INBOUND\"}";
    let seen = (id, back.version);
    world.machine.workbench().edit("joe", seen, (mended, "a number for a word")).await.unwrap();
    assert_eq!(world.foresee(id).await.prospect, Prospect::Nothing);
    for _ in 0..2 {
        world.replay(id).await;
    }
    world.take_in().await;
    let over = world.letter(id).await.value;
    assert_eq!((over.state, over.round), (LetterState::Applied, 3));
}

#[tokio::test]
async fn what_would_come_of_an_order_is_told_in_plain_words_and_nothing_is_done() {
    let world = World::new();
    let somebody = world.register(1).await;
    let id = world.order().await;
    let expect = async |code: &str, words: &[&str]| {
        let foreseen = world.foresee(id).await;
        assert_eq!(foreseen.code, code, "{foreseen:?}");
        for word in words {
            assert!(foreseen.text.contains(word), "{word} in {foreseen:?}");
        }
    };
    let before = world.machine.ports().residents.get(somebody).await.unwrap();
    expect("would_call", &["would call resident", &somebody.to_string()]).await;
    assert_eq!(world.machine.ports().residents.get(somebody).await.unwrap(), before);
    assert_eq!(world.calls(), 0);

    let alter = async |with: &dyn Fn(&mut rollcall_domain::resident::Resident)| {
        let mut read = world.machine.ports().residents.get(somebody).await.unwrap().unwrap();
        with(&mut read.value);
        let schedule = Schedule::of(&read.value, &Policy::default(), world.clock.now());
        let _saved = world.machine.ports().residents.save(&read, schedule).await.unwrap();
    };
    alter(&|one| one.enabled = false).await;
    expect("disabled", &["would not call: switched off"]).await;
    alter(&|one| one.enabled = true).await;
    let window = "14:00:00".parse().unwrap();
    alter(&|one| {
        let end = "16:00:00".parse().unwrap();
        one.profile.window = Some(rollcall_domain::calendar::DailyWindow { start: window, end });
    })
    .await;
    expect("outside_window", &["outside the calling window until 14:00 on Mon 23 Nov (GMT)"]).await;
    alter(&|one| one.profile.window = None).await;

    // The call is made, after which the order is good for no other.
    world.replay(id).await;
    world.dial().await;
    expect("attempt_open", &["would not call"]).await;
    world.clock.advance(SignedDuration::from_mins(15));
    expect("expired", &["the order was void at 09:10 on Mon 23 Nov (GMT)"]).await;
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn what_nobody_listens_to_or_can_read_says_so() {
    let world = World::new();
    let strange = world.park("elsewhere", "1", b"{}").await;
    assert_eq!(world.foresee(strange).await.code, "unknown_source");
    for (source, body) in
        [("rows", &b"{}"[..]), ("uploads", b"[]"), ("call_requests", &[0xff]), ("outcomes", b"")]
    {
        let id = world.park(source, "broken", body).await;
        assert_eq!(world.foresee(id).await.prospect, Prospect::ParksAgain, "{source}");
    }
    let notice = br#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#;
    let id = world.park("uploads", "event", notice).await;
    assert_eq!(world.foresee(id).await.code, "no_file");
    let gone = br#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"gone.csv","eTag":"1","size":3}}}]}"#;
    let id = world.park("uploads", "gone", gone).await;
    assert_eq!(world.foresee(id).await.code, "file_gone");
}
