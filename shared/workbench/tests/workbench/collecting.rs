//! Every interruption of the collector: what arrived is a letter once, whatever
//! happens to whoever collects it.

use crate::world::{World, done, id, run, words};
use async_trait::async_trait;
use jiff::SignedDuration;
use rollcall_domain::letter::LetterState;
use rollcall_ports::suite::gate::{Cut, Gate, Gated, Kind};
use rollcall_ports::{
    Arrival, Arrivals, Clock, DeadLetter, DeadLetters, Fault, Receipt, Replay, Signal, Signals,
};
use rollcall_workbench::Collector;
use std::sync::{Arc, Mutex};

/// A dead-letter queue: what is received is hidden until it is shown again.
#[derive(Default)]
struct Queue(Mutex<Vec<(Arrival, bool)>>);

impl Queue {
    fn put(&self, name: &str, letters: Result<Vec<DeadLetter>, Fault>) {
        let arrival = Arrival { receipt: Receipt(name.to_owned()), letters };
        self.0.lock().unwrap().push((arrival, false));
    }

    fn show_all(&self) {
        self.0.lock().unwrap().iter_mut().for_each(|(_, hidden)| *hidden = false);
    }
}

#[async_trait]
impl Arrivals for Queue {
    async fn receive(&self, most: u32) -> Result<Vec<Arrival>, Fault> {
        let mut all = self.0.lock().unwrap();
        let shown = all.iter_mut().filter(|(_, hidden)| !hidden).take(most as usize);
        Ok(shown
            .map(|(arrival, hidden)| {
                *hidden = true;
                arrival.clone()
            })
            .collect())
    }

    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault> {
        self.0.lock().unwrap().retain(|(arrival, _)| arrival.receipt != *receipt);
        Ok(())
    }
}

#[derive(Default)]
struct Silent;

impl Signals for Silent {
    fn emit(&self, _: &Signal) {}
}

fn redriven(n: usize, replay: Option<Replay>) -> DeadLetter {
    DeadLetter {
        source: "call_requests".to_owned(),
        message_id: format!("m{n}"),
        reason: "received 3 times without success".to_owned(),
        handler: "queue".to_owned(),
        parked_at: "2026-11-23T09:00:05Z".parse().unwrap(),
        receives: 3,
        body: b"broken".to_vec(),
        replay,
    }
}

/// Letter 0 is being replayed and its copy was given up; beside it arrive a
/// message, a place of two records, and a place that nobody can read yet.
struct Scene {
    world: World,
    queues: [Arc<Queue>; 2],
    collector: Collector,
    gate: Gate,
}

/// What is left to be collected, what became of each letter, and how many wait.
type End = (Vec<String>, Vec<(LetterState, Vec<&'static str>)>, u64);

impl Scene {
    fn set() -> Self {
        let world = World::with(1);
        let seen = (id(0), world.letter(0).version);
        let round = done(world.workbench.replay("joe", seen)).value.round;
        let queues = [Arc::new(Queue::default()), Arc::new(Queue::default())];
        queues[0].put("copy", Ok(vec![redriven(7, Some(Replay { letter: id(0), round }))]));
        queues[0].put("message", Ok(vec![redriven(1, None)]));
        queues[1].put("unread", Err(Fault::Throttled("test")));
        queues[1].put("records", Ok(vec![redriven(2, None), redriven(3, None)]));
        let gate = Gate::default();
        let gated = |queue: &Arc<Queue>| {
            Arc::new(Gated::<dyn Arrivals>(Arc::<Queue>::clone(queue), gate.clone())) as Arc<dyn Arrivals>
        };
        let collector = Collector {
            from: queues.iter().map(gated).collect(),
            letters: Arc::new(Gated::<dyn DeadLetters>(world.store.dead_letters(), gate.clone())),
            signals: Arc::new(Silent),
            clock: Arc::<rollcall_ports::suite::ManualClock>::clone(&world.clock),
        };
        Self { world, queues, collector, gate }
    }

    fn collect(&self) -> Option<Result<u64, Fault>> {
        run(self.collector.collect(self.world.clock.now() + SignedDuration::from_secs(20)))
    }

    fn end(&self) -> End {
        let left = self.queues.iter().flat_map(|queue| queue.0.lock().unwrap().clone());
        let left = left.map(|(arrival, _)| arrival.receipt.0).collect();
        let letters = (0..4).map(|n| self.world.letter(n).value);
        let letters = letters.map(|letter| (letter.state, words(&letter))).collect();
        (left, letters, done(self.world.store.dead_letters().count()))
    }
}

fn play(cut: Cut) -> (Scene, usize) {
    let scene = Scene::set();
    scene.gate.cut(cut);
    let _killed_or_not = scene.collect();
    let calls = scene.gate.calls();
    scene.gate.cut(None);
    for queue in &scene.queues {
        queue.show_all();
    }
    assert_eq!(
        scene.collect(),
        Some(Err(Fault::Throttled("test"))),
        "{cut:?}: what cannot be read is told of"
    );
    (scene, calls)
}

#[test]
fn a_collector_that_is_interrupted_anywhere_loses_and_doubles_nothing() {
    let (scene, calls) = play(None);
    let undisturbed = scene.end();
    let replayed = vec!["parked", "replayed", "sent", "parked"];
    let parked = || (LetterState::Open, vec!["parked"]);
    let letters = vec![(LetterState::Open, replayed), parked(), parked(), parked()];
    assert_eq!(undisturbed, (vec!["unread".to_owned()], letters, 4));
    assert!(calls >= 11, "{calls}");
    for index in 1..=calls {
        for kind in Kind::ALL {
            let (scene, _) = play(Some((index, kind)));
            assert_eq!(scene.end(), undisturbed, "call {index} {kind:?}");
        }
    }
}

#[test]
fn a_run_ends_in_time_and_leaves_the_rest() {
    let scene = Scene::set();
    assert_eq!(run(scene.collector.collect(scene.world.clock.now())), Some(Ok(0)));
    assert_eq!(scene.queues[0].0.lock().unwrap().len(), 2);
}
