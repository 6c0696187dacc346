//! The world of a rehearsal: the embedded store in memory, the simulated
//! Connect, and workers that run the very handlers and loops of the
//! one-machine program, each in a process of its own that can be killed.

use crate::executor::{Executor, Spawner, VirtualClock};
use crate::faulty::Faulty;
use crate::officers;
use crate::operator::{self, Misconfigured};
use crate::scenario::{Faults, Scenario, ScenarioError};
use crate::trouble::{Gate, Process, Trouble};
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::{Emission, FunctionFailure, Invocation, OutsideEvent, Simulator};
use rollcall_contracts::topology::Topology;
use rollcall_domain::letter::Filter;
use rollcall_domain::policy::Policy;
use rollcall_embedded::{Options, Store};
use rollcall_host::queue::Surroundings;
use rollcall_local::bell::{Bell, Ringing};
use rollcall_local::loops::{Idle, queue_loop, stream_loop, timer_loop};
use rollcall_local::telephony::SimulatedConnect;
use rollcall_local::{Ports, Services, compose};
use rollcall_ports::{Clock, Fault, Inbox, Signal, Signals, StreamReader, StreamWriter};
use rollcall_workbench::{Stopped, Workbench};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

/// Everything that is shared by the workers.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) connect: SimulatedConnect,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) trouble: Arc<Trouble>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) counted: Arc<Counted>,
    pub(crate) seen: RefCell<Vec<OutsideEvent>>,
    /// Calls that were refused for how Connect is set up.
    pub(crate) refused: Arc<AtomicU64>,
    misconfigured: Option<(Timestamp, Timestamp)>,
    bells: Bells,
    processes: RefCell<BTreeMap<&'static str, Arc<Process>>>,
    spawner: Spawner,
}

/// One bell for each place that loops poll.
#[derive(Clone, Default)]
struct Bells {
    rows: Bell,
    requests: Bell,
    stream: Bell,
    uploads: Bell,
}

/// What the services themselves said, as far as the properties ask.
#[derive(Default)]
pub(crate) struct Counted {
    double_dials: Mutex<u64>,
    ledgers_unbalanced: Mutex<u64>,
}

impl Counted {
    pub(crate) fn double_dials(&self) -> u64 {
        *self.double_dials.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ledgers_unbalanced(&self) -> u64 {
        *self.ledgers_unbalanced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Signals for Counted {
    fn emit(&self, signal: &Signal) {
        let counter = match signal {
            Signal::DoubleDial { .. } => &self.double_dials,
            Signal::LedgerTaken { ledger } if !ledger.balanced => &self.ledgers_unbalanced,
            _ => return,
        };
        *counter.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }
}

impl World {
    pub(crate) fn new(
        scenario: &Scenario,
        simulator: Simulator,
        clock: Arc<VirtualClock>,
        executor: &Executor,
    ) -> Result<Rc<Self>, ScenarioError> {
        let port: Arc<dyn Clock> = Arc::<VirtualClock>::clone(&clock);
        let store = Store::in_memory_with(Arc::clone(&port), Options::default())
            .map_err(|error| ScenarioError::Setup(error.to_string()))?;
        let place = crate::desk::place();
        let connect = SimulatedConnect::new(Arc::new(Mutex::new(simulator)), place, port, Bell::default());
        Ok(Rc::new(Self {
            store,
            connect,
            clock,
            trouble: Trouble::new(scenario.faults, scenario.seed),
            policy: Arc::new(scenario.policy.clone()),
            counted: Arc::default(),
            seen: RefCell::default(),
            refused: Arc::default(),
            misconfigured: scenario.misconfigured,
            bells: Bells::default(),
            processes: RefCell::default(),
            spawner: executor.spawner(),
        }))
    }

    /// Starts Connect and every worker.
    pub(crate) fn start(self: &Rc<Self>, scenario: &Scenario) {
        let faults = scenario.faults;
        self.spawner.spawn(Self::drive_connect(Rc::clone(self)));
        let mut workers = vec![
            Worker::Ingest("ingest"),
            Worker::Loader("loader 1"),
            Worker::Loader("loader 2"),
            Worker::Dialer("dialer 1"),
            Worker::Dialer("dialer 2"),
            Worker::Planner("planner"),
            Worker::Sweep("sweep"),
            Worker::Books("books"),
        ];
        for shard in 0..self.store.outcomes_stream().shards() {
            workers.push(Worker::Outcomes("outcomes", shard));
        }
        if faults != Faults::None {
            // A timer that fires twice, and a reader that has not heard that
            // it was replaced.
            workers.push(Worker::Planner("planner again"));
            workers.push(Worker::Sweep("sweep again"));
            workers.push(Worker::Outcomes("outcomes again", 0));
        }
        for worker in workers {
            self.spawner.spawn(Self::supervise(Rc::clone(self), worker));
        }
        if scenario.officers {
            self.spawner.spawn(officers::see_to_cases(Rc::clone(self)));
        }
        self.spawner.spawn(operator::look_after(Rc::clone(self)));
        self.spawner.spawn(operator::stop_now_and_then(Rc::clone(self), faults));
        if faults != Faults::None {
            self.spawner.spawn(Self::restart_everything(Rc::clone(self)));
        }
    }

    /// Keeps one worker running: killed, it starts again seconds later with
    /// nothing remembered.
    async fn supervise(world: Rc<Self>, worker: Worker) {
        loop {
            let process = Arc::new(Process::default());
            world.processes.borrow_mut().insert(worker.name(), Arc::clone(&process));
            let gate = world.gate(&process);
            let services = compose(&world.ports(&gate), &world.policy);
            Arc::clone(&process).run(world.work(worker, &services, &gate)).await;
            gate.sleep(SignedDuration::from_secs(1) + world.trouble.seconds(20)).await;
        }
    }

    /// Every few hours all processes are killed at one moment.
    async fn restart_everything(world: Rc<Self>) {
        let gate = world.gate(&Arc::new(Process::default()));
        loop {
            gate.sleep(SignedDuration::from_mins(30) + world.trouble.seconds(4 * 3600)).await;
            for process in world.processes.borrow().values() {
                process.kill();
            }
        }
    }

    fn gate(&self, process: &Arc<Process>) -> Gate {
        Gate {
            trouble: Arc::clone(&self.trouble),
            process: Arc::clone(process),
            clock: Arc::clone(&self.clock),
        }
    }

    async fn work(&self, worker: Worker, services: &Services, gate: &Gate) {
        let around = self.surroundings(gate);
        let topology = Topology::shipped();
        let idle = Idle(SignedDuration::from_mins(1));
        let period = |seconds: u32| SignedDuration::from_secs(i64::from(seconds));
        let (queues, timers) = (&topology.queues, &topology.timers);
        let inbox = |queue| -> Arc<dyn Inbox> { Faulty::<dyn Inbox>::new(queue, gate) };
        match worker {
            Worker::Ingest(_) => {
                let inbox = inbox(Arc::new(self.store.uploads_queue()));
                let bell = (&self.bells.uploads, idle);
                queue_loop(&services.ingest, inbox.as_ref(), queues.uploads, bell, &around).await;
            }
            Worker::Loader(_) => {
                let inbox = inbox(Arc::new(self.store.rows_queue()));
                let bell = (&self.bells.rows, idle);
                queue_loop(&services.loader, inbox.as_ref(), queues.rows, bell, &around).await;
            }
            Worker::Dialer(_) => {
                let inbox = inbox(Arc::new(self.store.call_requests_queue()));
                let bell = (&self.bells.requests, idle);
                queue_loop(&services.dialer, inbox.as_ref(), queues.call_requests, bell, &around).await;
            }
            Worker::Outcomes(_, shard) => {
                let reader = Faulty::<dyn StreamReader>::new(Arc::new(self.store.outcomes_stream()), gate);
                let (spec, bell) = (topology.streams.outcomes, (&self.bells.stream, idle));
                stream_loop(&services.outcomes, (reader.as_ref(), shard, &self.store), spec, bell, &around)
                    .await;
            }
            Worker::Planner(_) => {
                timer_loop(&services.planner, period(timers.planner_seconds), &around).await;
            }
            Worker::Sweep(_) => {
                timer_loop(&services.sweep, period(timers.sweep_seconds), &around).await;
            }
            Worker::Books(_) => {
                // Reading the whole register at every quarter of an hour would
                // be a third of all that a rehearsal does.
                timer_loop(&services.books, period(timers.ledger_seconds * 4), &around).await;
            }
        }
    }

    fn surroundings(&self, gate: &Gate) -> Surroundings {
        Surroundings {
            letters: Faulty::new(self.store.dead_letters(), gate),
            signals: Arc::<Counted>::clone(&self.counted),
            clock: Arc::<VirtualClock>::clone(&self.clock),
        }
    }

    /// All ports of one process, each behind its gate.
    pub(crate) fn ports(&self, gate: &Gate) -> Ports {
        let rows = Ringing { inner: self.store.rows_queue(), bell: self.bells.rows.clone() };
        let requests = Ringing { inner: self.store.call_requests_queue(), bell: self.bells.requests.clone() };
        Ports {
            residents: Faulty::new(self.store.residents(), gate),
            attempts: Faulty::new(self.store.attempts(), gate),
            callbacks: Faulty::new(self.store.callbacks(), gate),
            escalations: Faulty::new(self.store.escalations(), gate),
            checks: Faulty::new(self.store.checks(), gate),
            days: Faulty::new(self.store.days(), gate),
            batches: Faulty::new(self.store.batches(), gate),
            audit: Faulty::new(self.store.audit(), gate),
            pace: Faulty::new(self.store.pace(), gate),
            switch: Faulty::new(self.store.switch(), gate),
            suppressions: Faulty::new(self.store.suppressions(), gate),
            erasures: Faulty::new(self.store.erasures(), gate),
            retain: Faulty::new(self.store.retain(), gate),
            letters: Faulty::new(self.store.letters(), gate),
            uploads: Faulty::<dyn rollcall_ports::Uploads>::new(Arc::new(self.store.uploads()), gate),
            shelf: Faulty::<dyn rollcall_ports::Shelf>::new(Arc::new(self.store.uploads()), gate),
            rows: Faulty::<dyn rollcall_ports::Sender<_>>::new(Arc::new(rows), gate),
            requests: Faulty::<dyn rollcall_ports::Sender<_>>::new(Arc::new(requests), gate),
            requests_depth: Faulty::<dyn rollcall_ports::Depth>::new(
                Arc::new(self.store.call_requests_queue()),
                gate,
            ),
            horizon: Faulty::<dyn rollcall_ports::EvidenceHorizon>::new(
                Arc::new(self.store.outcomes_stream()),
                gate,
            ),
            telephony: Faulty::<dyn rollcall_ports::Telephony>::new(Arc::new(self.line()), gate),
            notices: Faulty::new(self.store.notices(), gate),
            clock: Arc::<VirtualClock>::clone(&self.clock),
            signals: Arc::<Counted>::clone(&self.counted),
        }
    }

    /// The line to Connect.
    fn line(&self) -> Misconfigured<SimulatedConnect> {
        Misconfigured {
            inner: self.connect.clone(),
            between: self.misconfigured,
            clock: Arc::<VirtualClock>::clone(&self.clock),
            refused: Arc::clone(&self.refused),
        }
    }

    pub(crate) async fn sleep(&self, time: SignedDuration) {
        self.clock.sleep_until(self.clock.now().checked_add(time).unwrap_or(Timestamp::MAX)).await;
    }

    /// What an operator does when the trouble is over: everything that was set
    /// aside goes back where it came from, once.
    pub(crate) fn replay_dead_letters(&self) -> Result<(), ScenarioError> {
        let workbench = Workbench {
            letters: self.store.letters(),
            replays: self.store.replays(),
            jobs: self.store.jobs(),
            audit: self.store.audit(),
            clock: Arc::<VirtualClock>::clone(&self.clock),
        };
        let all = crate::properties::ask(workbench.letters.find(&Filter::default(), None, u32::MAX))?;
        for (_, letter) in all {
            let seen = (letter.value.id, letter.version);
            let replayed = async {
                workbench.replay("operator", seen).await.map_err(|stopped| match stopped {
                    Stopped::Fault(fault) => fault,
                    other => Fault::Refused { port: "dead letters", reason: other.to_string() },
                })
            };
            crate::properties::ask(replayed)?;
        }
        Ok(())
    }

    /// Ends every call, so that each that was begun is seen to end.
    pub(crate) fn hang_up(&self, end: Timestamp) {
        let emissions = self.connect.lock().hang_up_all(end);
        let seen = emissions.into_iter().filter_map(|emission| match emission {
            Emission::Seen(event) => Some(event),
            Emission::StreamRecord { .. } | Emission::InvokeFunction(_) => None,
        });
        self.seen.borrow_mut().extend(seen);
    }

    /// Connect itself: no process of ours, and never killed.
    async fn drive_connect(world: Rc<Self>) {
        loop {
            let next = world.connect.lock().next_at().unwrap_or(Timestamp::MAX);
            if next > world.clock.now() {
                tokio::select! {
                    biased;
                    () = world.connect.bell().heard() => {}
                    () = world.clock.sleep_until(next) => {}
                }
            }
            let emissions = world.connect.lock().advance(world.clock.now());
            for emission in emissions {
                match emission {
                    Emission::Seen(event) => world.seen.borrow_mut().push(event),
                    Emission::StreamRecord { partition_key, data, .. } => {
                        // Connect's own delivery is at least once: a record is
                        // not lost because our store hiccups, and here it cannot.
                        drop(world.store.outcomes_stream().put(&partition_key, &data).await);
                        world.bells.stream.ring();
                    }
                    Emission::InvokeFunction(invocation) => {
                        world.spawner.spawn(Self::press_key(Rc::clone(&world), invocation));
                    }
                }
            }
        }
    }

    /// One invocation of the key-press function, in a process of its own.
    async fn press_key(world: Rc<Self>, invocation: Box<Invocation>) {
        let process = Arc::new(Process::default());
        let gate = world.gate(&process);
        let services = compose(&world.ports(&gate), &world.policy);
        let answer = process.run(services.key_press.answer(&invocation.payload)).await;
        let answer = match answer {
            Some(Ok(answer)) => Ok(answer.0),
            Some(Err(_)) | None => Err(FunctionFailure::Failed),
        };
        world.connect.lock().function_answered(world.clock.now(), invocation.id, answer);
        world.connect.bell().ring();
    }
}

/// One worker; its name is that of its process.
#[derive(Clone, Copy)]
enum Worker {
    Ingest(&'static str),
    Loader(&'static str),
    Dialer(&'static str),
    Outcomes(&'static str, u32),
    Planner(&'static str),
    Sweep(&'static str),
    Books(&'static str),
}

impl Worker {
    fn name(self) -> &'static str {
        match self {
            Self::Ingest(name)
            | Self::Loader(name)
            | Self::Dialer(name)
            | Self::Outcomes(name, _)
            | Self::Planner(name)
            | Self::Sweep(name)
            | Self::Books(name) => name,
        }
    }
}
