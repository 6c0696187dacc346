//! A store in memory, letters in it, and a handler that settles what is sent
//! back.

use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::Letter;
use rollcall_embedded::Store;
use rollcall_ports::suite::ManualClock;
use rollcall_ports::suite::gate::{Gate, Gated};
use rollcall_ports::{Audit, Clock, DeadLetter, Inbox, Jobs, Letters, Replays, Versioned};
use rollcall_workbench::Workbench;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) gate: Gate,
    /// Through the gate.
    pub(crate) workbench: Workbench,
}

/// An order that can be read; there is nobody to call.
pub(crate) const ORDER: &str = r#"{"kind":"call_request","version":1,"sent_at":"2026-11-23T09:00:00Z","body":{"request":"6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1","resident":"6f9c1d52-4f1e-5c0a-9d3b-21a760b844c2","expires_at":"2026-11-23T09:10:00Z"}}"#;

impl World {
    /// With so many letters of the call requests.
    pub(crate) fn with(letters: usize) -> Self {
        let clock = Arc::new(ManualClock::default());
        let store = Store::in_memory(Arc::<ManualClock>::clone(&clock)).unwrap();
        let gate = Gate::default();
        let workbench = Workbench {
            letters: Arc::new(Gated::<dyn Letters>(store.letters(), gate.clone())),
            replays: Arc::new(Gated::<dyn Replays>(store.replays(), gate.clone())),
            jobs: Arc::new(Gated::<dyn Jobs>(store.jobs(), gate.clone())),
            audit: Arc::new(Gated::<dyn Audit>(store.audit(), gate.clone())),
            clock: Arc::<ManualClock>::clone(&clock),
        };
        let world = Self { store, clock, gate, workbench };
        for n in 0..letters {
            world.park(n);
        }
        world
    }

    pub(crate) fn park(&self, n: usize) {
        let letter = DeadLetter {
            source: "call_requests".to_owned(),
            message_id: format!("m{n}"),
            reason: format!("broken at line {n}"),
            handler: "dialer".to_owned(),
            parked_at: self.clock.now(),
            receives: 1,
            body: b"broken".to_vec(),
            replay: None,
        };
        done(self.store.dead_letters().park(&letter));
    }

    pub(crate) fn letter(&self, n: usize) -> Versioned<Letter> {
        done(self.store.letters().get(id(n))).unwrap()
    }

    /// A handler settles every copy that is on the queue; answers how many
    /// there were.
    pub(crate) fn handle_all(&self) -> usize {
        let queue = self.store.call_requests_queue();
        let mut handled = 0;
        loop {
            let received = done(queue.receive(10));
            if received.is_empty() {
                return handled;
            }
            for message in received {
                done(self.store.dead_letters().applied(message.replay.unwrap(), self.clock.now()));
                done(queue.delete(&message.receipt));
                handled += 1;
            }
        }
    }

    /// Every deed in the log, in order.
    pub(crate) fn log(&self) -> Vec<String> {
        let entries = done(self.store.audit().list(None, 1_000));
        entries.into_iter().map(|(_, entry)| format!("{} {}", entry.actor, entry.action)).collect()
    }
}

pub(crate) fn id(n: usize) -> LetterId {
    LetterId::of("call_requests", &format!("m{n}"))
}

/// What became of a letter, without when.
pub(crate) fn words(letter: &Letter) -> Vec<&'static str> {
    letter.history.iter().map(|event| event.what.word()).collect()
}

/// The outcome of work that needs no waiting; `None` if it died in the middle.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> Option<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// The outcome of work that behaves.
#[track_caller]
pub(crate) fn done<T, E: std::fmt::Debug>(work: impl Future<Output = Result<T, E>>) -> T {
    run(work).unwrap().unwrap()
}
