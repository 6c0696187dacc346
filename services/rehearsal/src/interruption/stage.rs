//! The world of one play: store, Connect and handlers as in a rehearsal, but
//! one handler's calls are counted and cut as planned.

use super::line::Line;
use super::state::{self, State};
use super::{Cut, Kind, Records, Situation, by_index, exact, policy};
use crate::executor::{Executor, Spawner, VirtualClock};
use crate::faulty::Faulty;
use crate::observer::Observed;
use crate::scenario::{Faults, Scenario};
use crate::trouble::{Fate, Gate, Trouble};
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::{
    AgentPlan, Emission, FunctionFailure, Invocation, OutsideEvent, Period, ResidentMix, SimConfig, Simulator,
};
use rollcall_contracts::topology::Topology;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_embedded::Store;
use rollcall_host::queue::Surroundings;
use rollcall_local::bell::{Bell, Ringing};
use rollcall_local::loops::{Idle, queue_loop, stream_loop, timer_loop};
use rollcall_local::telephony::SimulatedConnect;
use rollcall_local::{Ports, compose};
use rollcall_ports::{
    Clock, Depth, EvidenceHorizon, Inbox, Sender, Shelf, Signal, Signals, StreamReader, StreamWriter,
    Telephony, Uploads,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// One handler with what drives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Ingest,
    Loader,
    Planner,
    Dialer,
    Outcomes,
    KeyPress,
    Sweep,
    Books,
    /// Somebody at the portal, who asks until the answer is that all dialing is stopped.
    Stops,
    /// The same with starting it again, after the first change.
    Starts,
    /// The same with the all-clear of the one open case, or the erasure of ann, or that after a restore.
    Clears,
    Erases,
    ErasesAnew,
}

/// How a play ended.
pub(super) struct Ending {
    pub(super) state: State,
    /// The calls of the handler under test, while they were counted.
    pub(super) calls: Vec<&'static str>,
    /// Whatever must never be.
    pub(super) problems: Vec<String>,
}

/// The world of one play.
pub(super) struct Stage {
    pub(super) store: Store,
    pub(super) line: Arc<Line>,
    pub(super) clock: Arc<VirtualClock>,
    pub(super) policy: Arc<Policy>,
    pub(super) seen: RefCell<Vec<OutsideEvent>>,
    /// Those who were taken off the register, as they were then.
    pub(super) gone: RefCell<Vec<Resident>>,
    pub(super) heard: Arc<Heard>,
    connect: SimulatedConnect,
    part: Part,
    with: &'static [Part],
    cutting: Arc<Trouble>,
    calm: Arc<Trouble>,
    repeats: u32,
    bells: [Bell; 4],
    /// Records that are held back; absent when none are.
    held: RefCell<Option<Records>>,
    spawner: Spawner,
}

/// The signals that must or must never come.
#[derive(Default)]
pub(super) struct Heard(Mutex<Vec<Signal>>);

impl Signals for Heard {
    fn emit(&self, signal: &Signal) {
        self.0.lock().unwrap().push(signal.clone());
    }
}

impl Heard {
    pub(super) fn count(&self, of: impl Fn(&Signal) -> bool) -> usize {
        self.0.lock().unwrap().iter().filter(|signal| of(signal)).count()
    }
}

/// The simulated Connect of `situation`, to be cloned for each play.
pub(super) fn config(situation: &Situation) -> SimConfig {
    let start: Timestamp = situation.start.parse().unwrap();
    let scenario = Scenario {
        csv: Vec::new(),
        agents: 0,
        days: 1,
        seed: 7,
        faults: Faults::None,
        start,
        answers: ResidentMix::only(situation.answers),
        policy: policy(),
        officers: false,
        misconfigured: None,
    };
    let mut config = crate::desk::config(&scenario).unwrap();
    exact(&mut config);
    if let Some(after) = situation.agent_after {
        let from = start + SignedDuration::from_secs(after);
        let shifts = vec![Period { from, until: start + SignedDuration::from_hours(12) }];
        config.agents = vec![AgentPlan { username: "agent-1".to_owned(), shifts, breaks: Vec::new() }];
    }
    (situation.tune)(&mut config);
    config
}

/// Plays `situation` with these interruptions.
pub(super) fn play(situation: &Situation, config: &SimConfig, cuts: &[Cut]) -> Ending {
    let start: Timestamp = situation.start.parse().unwrap();
    let clock = VirtualClock::new(start);
    let mut executor = Executor::new(Arc::clone(&clock));
    let (cutting, calls) = plan(cuts, &clock, start + SignedDuration::from_secs(situation.counted));
    let stage = Stage::new(situation, config.clone(), (&clock, &executor), cutting);
    (situation.setup)(&stage);
    stage.begin(situation);
    executor.run_until(start + SignedDuration::from_secs(situation.lasts));
    let calls = calls.lock().unwrap().clone();
    Ending { state: state::of(&stage), problems: problems(&stage), calls }
}

type Calls = Arc<Mutex<Vec<&'static str>>>;

/// Counts calls until `until` and cuts those that are to be.
fn plan(cuts: &[Cut], clock: &Arc<VirtualClock>, until: Timestamp) -> (Arc<Trouble>, Calls) {
    let (mut cuts, calls, clock) = (by_index(cuts), Calls::default(), Arc::clone(clock));
    let log = Arc::clone(&calls);
    let script = move |call| {
        if clock.now() > until {
            return Fate::Fine;
        }
        let mut log = log.lock().unwrap();
        log.push(call);
        match cuts.remove(&log.len()) {
            None => Fate::Fine,
            Some(Kind::LostBefore) => Fate::LostBefore,
            Some(Kind::LostAfter) => Fate::LostAfter,
            Some(Kind::Throttled) => Fate::Throttled,
            Some(Kind::CrashBefore) => Fate::KilledBefore,
            Some(Kind::CrashAfter) => Fate::KilledAfter,
        }
    };
    (Trouble::scripted(Box::new(script)), calls)
}

/// What must never be, whatever the situation.
fn problems(stage: &Stage) -> Vec<String> {
    let observed = Observed::of(&stage.seen.borrow());
    let mut people = state::register(stage);
    people.extend(stage.gone.borrow().iter().map(|one| (one.id.to_string(), one.clone())));
    let mut found = observed.violations(&people, &stage.policy);
    // A call that still rings or talks at the end is none of the handler's.
    found.retain(|problem| !problem.contains("ended 0 times"));
    for (attempt, times) in stage.line.taken() {
        if times > 1 {
            found.push(format!("Connect took {times} starts of {attempt}"));
        }
    }
    if stage.heard.count(|signal| matches!(signal, Signal::DoubleDial { .. })) > 0 {
        found.push("the services saw two calls for one attempt".to_owned());
    }
    let unbalanced = |signal: &Signal| matches!(signal, Signal::LedgerTaken { ledger } if !ledger.balanced);
    if stage.heard.count(unbalanced) > 0 {
        found.push("the ledger did not balance".to_owned());
    }
    found
}

impl Stage {
    fn new(
        situation: &Situation,
        config: SimConfig,
        (clock, executor): (&Arc<VirtualClock>, &Executor),
        cutting: Arc<Trouble>,
    ) -> Rc<Self> {
        let port: Arc<dyn Clock> = Arc::<VirtualClock>::clone(clock);
        let simulator = Arc::new(Mutex::new(Simulator::new(config, clock.now())));
        let connect =
            SimulatedConnect::new(simulator, crate::desk::place(), Arc::clone(&port), Bell::default());
        Rc::new(Self {
            store: Store::in_memory(port).unwrap(),
            line: Arc::new(Line::new(connect.clone())),
            clock: Arc::clone(clock),
            policy: Arc::new(policy()),
            seen: RefCell::default(),
            gone: RefCell::default(),
            heard: Arc::default(),
            connect,
            part: situation.part,
            with: situation.with,
            cutting,
            calm: Trouble::new(Faults::None, 0),
            repeats: situation.repeats,
            bells: Default::default(),
            held: RefCell::new(situation.feed.map(|_| Vec::new())),
            spawner: executor.spawner(),
        })
    }

    fn begin(self: &Rc<Self>, situation: &Situation) {
        self.spawner.spawn(Self::drive_connect(Rc::clone(self)));
        for part in situation.with.iter().chain([&situation.part]) {
            if *part != Part::KeyPress {
                self.spawner.spawn(Self::supervise(Rc::clone(self), *part));
            }
        }
        if let Some((after, deed)) = situation.later {
            let stage = Rc::clone(self);
            self.spawner.spawn(async move {
                stage.sleep(after).await;
                deed(&stage);
            });
        }
        if let Some((after, order)) = situation.feed {
            let stage = Rc::clone(self);
            self.spawner.spawn(async move {
                stage.sleep(after).await;
                let held = stage.held.borrow_mut().take().unwrap_or_default();
                for record in order(held) {
                    stage.feed(&record).await;
                }
            });
        }
    }

    pub(super) async fn sleep(&self, seconds: i64) {
        self.clock.sleep_until(self.clock.now() + SignedDuration::from_secs(seconds)).await;
    }

    /// A record arrives on the stream.
    async fn feed(&self, data: &[u8]) {
        self.store.outcomes_stream().put("", data).await.unwrap();
        self.bells[2].ring();
    }

    /// The gate of somebody to whom nothing happens.
    pub(super) fn calm(&self) -> Gate {
        Gate { trouble: Arc::clone(&self.calm), process: Arc::default(), clock: Arc::clone(&self.clock) }
    }

    fn gate(&self, part: Part) -> Gate {
        let calm = self.calm();
        if part == self.part { Gate { trouble: Arc::clone(&self.cutting), ..calm } } else { calm }
    }

    /// Keeps one handler running: killed, it starts again with nothing remembered.
    async fn supervise(stage: Rc<Self>, part: Part) {
        loop {
            let gate = stage.gate(part);
            Arc::clone(&gate.process).run(stage.work(part, &gate)).await;
            stage.sleep(1).await;
        }
    }

    async fn work(&self, part: Part, gate: &Gate) {
        let services = compose(&self.ports(gate), &self.policy);
        let around = Surroundings {
            letters: Faulty::new(self.store.dead_letters(), gate),
            signals: Arc::<Heard>::clone(&self.heard),
            clock: Arc::<VirtualClock>::clone(&self.clock),
        };
        let (topology, idle) = (Topology::shipped(), Idle(SignedDuration::from_mins(1)));
        let period = |seconds: u32| SignedDuration::from_secs(i64::from(seconds));
        let (queues, timers, bells) = (&topology.queues, &topology.timers, &self.bells);
        let inbox = |queue| -> Arc<dyn Inbox> { Faulty::<dyn Inbox>::new(queue, gate) };
        match part {
            Part::Ingest => {
                let inbox = inbox(Arc::new(self.store.uploads_queue()));
                let bell = (&bells[3], idle);
                queue_loop(&services.ingest, inbox.as_ref(), queues.uploads, bell, &around).await;
            }
            Part::Loader => {
                let inbox = inbox(Arc::new(self.store.rows_queue()));
                queue_loop(&services.loader, inbox.as_ref(), queues.rows, (&bells[0], idle), &around).await;
            }
            Part::Dialer => {
                let inbox = inbox(Arc::new(self.store.call_requests_queue()));
                let bell = (&bells[1], idle);
                queue_loop(&services.dialer, inbox.as_ref(), queues.call_requests, bell, &around).await;
            }
            Part::Outcomes => {
                let reader = Faulty::<dyn StreamReader>::new(Arc::new(self.store.outcomes_stream()), gate);
                let (spec, bell) = (topology.streams.outcomes, (&bells[2], idle));
                stream_loop(&services.outcomes, (reader.as_ref(), 0, &self.store), spec, bell, &around).await;
            }
            Part::Planner => timer_loop(&services.planner, period(timers.planner_seconds), &around).await,
            Part::Sweep => timer_loop(&services.sweep, period(timers.sweep_seconds), &around).await,
            Part::Books => timer_loop(&services.books, period(timers.ledger_seconds), &around).await,
            Part::Stops | Part::Starts => super::switching::turn(self, part, gate).await,
            Part::Clears => super::escalating::clear(self, gate).await,
            Part::Erases => super::erasing::erase(self, gate).await,
            Part::ErasesAnew => super::erasing::erase_anew(self, gate).await,
            // Runs when the flow calls it.
            Part::KeyPress => {}
        }
    }

    pub(super) fn ports(&self, gate: &Gate) -> Ports {
        let store = &self.store;
        let rows = Ringing { inner: store.rows_queue(), bell: self.bells[0].clone() };
        let requests = Ringing { inner: store.call_requests_queue(), bell: self.bells[1].clone() };
        let stream = Arc::new(store.outcomes_stream());
        Ports {
            residents: Faulty::new(store.residents(), gate),
            attempts: Faulty::new(store.attempts(), gate),
            callbacks: Faulty::new(store.callbacks(), gate),
            escalations: Faulty::new(store.escalations(), gate),
            checks: Faulty::new(store.checks(), gate),
            days: Faulty::new(store.days(), gate),
            batches: Faulty::new(store.batches(), gate),
            audit: Faulty::new(store.audit(), gate),
            pace: Faulty::new(store.pace(), gate),
            switch: Faulty::new(store.switch(), gate),
            suppressions: Faulty::new(store.suppressions(), gate),
            erasures: Faulty::new(store.erasures(), gate),
            retain: Faulty::new(store.retain(), gate),
            letters: Faulty::new(store.letters(), gate),
            uploads: Faulty::<dyn Uploads>::new(Arc::new(store.uploads()), gate),
            shelf: Faulty::<dyn Shelf>::new(Arc::new(store.uploads()), gate),
            rows: Faulty::<dyn Sender<_>>::new(Arc::new(rows), gate),
            requests: Faulty::<dyn Sender<_>>::new(Arc::new(requests), gate),
            requests_depth: Faulty::<dyn Depth>::new(Arc::new(store.call_requests_queue()), gate),
            horizon: Faulty::<dyn EvidenceHorizon>::new(stream, gate),
            telephony: Faulty::<dyn Telephony>::new(Arc::<Line>::clone(&self.line), gate),
            notices: Faulty::new(store.notices(), gate),
            clock: Arc::<VirtualClock>::clone(&self.clock),
            signals: Arc::<Heard>::clone(&self.heard),
        }
    }

    async fn drive_connect(stage: Rc<Self>) {
        loop {
            let next = stage.connect.lock().next_at().unwrap_or(Timestamp::MAX);
            if next > stage.clock.now() {
                tokio::select! {
                    biased;
                    () = stage.connect.bell().heard() => {}
                    () = stage.clock.sleep_until(next) => {}
                }
            }
            let emissions = stage.connect.lock().advance(stage.clock.now());
            for emission in emissions {
                match emission {
                    Emission::Seen(event) => stage.seen.borrow_mut().push(event),
                    Emission::StreamRecord { data, .. } => stage.arrive(data).await,
                    Emission::InvokeFunction(invocation) => {
                        stage.spawner.spawn(Self::press_key(Rc::clone(&stage), invocation));
                    }
                }
            }
        }
    }

    async fn arrive(&self, data: Vec<u8>) {
        if let Some(held) = self.held.borrow_mut().as_mut() {
            held.push(data);
            return;
        }
        self.feed(&data).await;
    }

    /// One invocation of the key-press function. Where that does not run,
    /// each fails, and the contact record must bring the answer.
    async fn press_key(stage: Rc<Self>, invocation: Box<Invocation>) {
        let mut answer = None;
        if stage.part == Part::KeyPress || stage.with.contains(&Part::KeyPress) {
            for _ in 0..stage.repeats {
                let gate = stage.gate(Part::KeyPress);
                let services = compose(&stage.ports(&gate), &stage.policy);
                answer = Arc::clone(&gate.process).run(services.key_press.answer(&invocation.payload)).await;
            }
        }
        let answer = match answer {
            Some(Ok(answer)) => Ok(answer.0),
            Some(Err(_)) | None => Err(FunctionFailure::Failed),
        };
        stage.connect.lock().function_answered(stage.clock.now(), invocation.id, answer);
        stage.connect.bell().ring();
    }
}
