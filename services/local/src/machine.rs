//! Everything of one machine: the store in a data directory, every service over
//! it, the loops that run them, and a simulated Connect, or the ends of a real
//! one: a telephone service and the stream of its records.
//!
//! Crash behaviour: none of this remembers anything that is not in the
//! directory. A process that is killed at any moment starts again over the same
//! directory and goes on, and so does the simulated Connect: calls that were
//! under way still are.

pub mod connect;
mod detached;
mod driver;
pub mod http;
mod journal;
pub mod lasting;
mod replaying;
pub mod settings;
pub mod signing;
mod tidy;

pub use detached::Detached;
pub use driver::Seen;

use crate::bell::{Bell, Ringing};
use crate::compose::{Ports, Services, compose};
use crate::foresight::Handlers;
use crate::loops::{Idle, queue_loop, stream_loop, timer_loop};
use connect::Simulated;
use driver::Driver;
use jiff::{SignedDuration, Timestamp};
use replaying::Replaying;
use rollcall_contracts::topology::Topology;
use rollcall_domain::policy::Policy;
use rollcall_embedded::{Durability, OpenError, Options, Store};
use rollcall_host::queue::Surroundings;
use rollcall_ports::{Clock, EvidenceHorizon, Foresight, Signals, StreamReader, Telephony};
use rollcall_sweep::Letters;
use rollcall_workbench::{Collector, Workbench};
use std::path::Path;
use std::sync::Arc;
use tidy::Tidy;
use tokio::task::JoinSet;

/// How often the store is tidied.
const TIDY_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// How often it is looked whether the stream has more shards, by the clock of
/// the machine: one that was split is read to its end first anyway.
const SHARDS_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// The services of one machine over one data directory.
pub struct Machine {
    store: Store,
    policy: Arc<Policy>,
    ports: Ports,
    services: Arc<Services>,
    around: Surroundings,
    bells: Bells,
    idle: Idle,
}

/// What a machine is made of besides its data directory.
pub struct Setup {
    /// The rules.
    pub policy: Arc<Policy>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where happenings go.
    pub signals: Arc<dyn Signals>,
    /// The telephone service, or [`Detached`] for a program that makes no calls.
    pub telephony: Arc<dyn Telephony>,
    /// What a commit survives.
    pub durability: Durability,
    /// How often loops look for what another process has put there, by `clock`.
    pub idle: Idle,
}

#[derive(Default)]
struct Bells {
    uploads: Bell,
    rows: Bell,
    requests: Bell,
    outcomes: Bell,
}

impl Machine {
    /// Opens, or creates, the store in `dir` and makes every service over it.
    /// Nothing runs yet.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open(dir: &Path, setup: Setup) -> Result<Arc<Self>, OpenError> {
        let options = Options { durability: setup.durability, ..Options::default() };
        let store = Store::open_with(dir, Arc::clone(&setup.clock), options)?;
        let horizon = Arc::new(store.outcomes_stream());
        Ok(Self::over(store, horizon, setup))
    }

    /// As [`Machine::open`], over a store that was opened with the durability
    /// of `setup`, where the records of calls come from another stream than
    /// the store's: `horizon` tells how far that one has been taken in.
    #[must_use]
    pub fn over(store: Store, horizon: Arc<dyn EvidenceHorizon>, setup: Setup) -> Arc<Self> {
        let Setup { policy, clock, signals, telephony, durability: _, idle } = setup;
        let bells = Bells::default();
        let around = Surroundings { letters: store.dead_letters(), signals, clock };
        let ports = ports(&store, &bells, &around, (telephony, horizon));
        let services = Arc::new(compose(&ports, &policy));
        Arc::new(Self { store, policy, ports, services, around, bells, idle })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Every port, as the services have them.
    #[must_use]
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Every service.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// All that it takes to work on dead letters.
    #[must_use]
    pub fn workbench(&self) -> Workbench {
        Workbench {
            letters: self.store.letters(),
            replays: self.store.replays(),
            jobs: self.store.jobs(),
            audit: self.store.audit(),
            clock: Arc::clone(&self.around.clock),
        }
    }

    /// Tells how many letters wait. Replays are driven more often, beside it.
    fn letters(&self) -> Letters {
        let Surroundings { letters, signals, clock } = self.around.clone();
        let collector = Collector { from: Vec::new(), letters, signals, clock };
        Letters { collector, workbench: self.workbench(), lasts: SignedDuration::ZERO }
    }

    /// Tells what would come of a message.
    #[must_use]
    pub fn foresight(&self) -> Arc<dyn Foresight> {
        Arc::new(Handlers(Arc::clone(&self.services)))
    }

    /// The rules.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.around.clock.as_ref()
    }

    /// Wakes the reader of uploads: a file was put into the store.
    pub fn uploaded(&self) {
        self.bells.uploads.ring();
    }

    /// Runs ingest and loader until `tasks` is dropped.
    pub fn take_in(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        let queues = &Topology::shipped().queues;
        for _ in 0..queues.uploads.concurrency {
            let machine = Arc::clone(self);
            tasks.spawn(async move {
                let inbox = machine.store.uploads_queue();
                let wake = (&machine.bells.uploads, machine.idle);
                queue_loop(&machine.services.ingest, &inbox, inbox.spec(), wake, &machine.around).await;
            });
        }
        for _ in 0..queues.rows.concurrency {
            let machine = Arc::clone(self);
            tasks.spawn(async move {
                let inbox = machine.store.rows_queue();
                let wake = (&machine.bells.rows, machine.idle);
                queue_loop(&machine.services.loader, &inbox, inbox.spec(), wake, &machine.around).await;
            });
        }
    }

    /// Runs everything else until `tasks` is dropped: planner, dialer,
    /// outcomes, sweep, books, tidying, and the simulated Connect; `seen` is told
    /// what that one saw.
    pub fn call(self: &Arc<Self>, simulated: Simulated, seen: Seen, tasks: &mut JoinSet<()>) {
        self.handle_calls(tasks);
        let driver = Driver::new(Arc::clone(self), simulated, seen);
        tasks.spawn(driver.run());
    }

    /// Runs the same until `tasks` is dropped, but no simulated Connect: calls
    /// are made by the telephone service of the setup, and their records come
    /// from `stream`.
    pub fn call_through(self: &Arc<Self>, stream: Arc<dyn StreamReader>, tasks: &mut JoinSet<()>) {
        tasks.spawn(Arc::clone(self).take_in_records(stream));
        self.handle_calls(tasks);
    }

    /// All of it but the records of another stream. The store's own is read
    /// in any case: records that were set aside are replayed on it.
    fn handle_calls(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        let topology = Topology::shipped();
        for _ in 0..topology.queues.call_requests.concurrency {
            let machine = Arc::clone(self);
            tasks.spawn(async move {
                let inbox = machine.store.call_requests_queue();
                let wake = (&machine.bells.requests, machine.idle);
                queue_loop(&machine.services.dialer, &inbox, inbox.spec(), wake, &machine.around).await;
            });
        }
        let own: Arc<dyn StreamReader> = Arc::new(self.store.outcomes_stream());
        tasks.spawn(Arc::clone(self).take_in_records(own));
        self.run_timers(topology, tasks);
    }

    /// One loop for each shard, also for those that appear later. Ends only
    /// when a loop does.
    async fn take_in_records(self: Arc<Self>, stream: Arc<dyn StreamReader>) {
        let mut loops = JoinSet::new();
        let mut shards = 0..;
        loop {
            let missing = usize::try_from(stream.shards()).unwrap_or(usize::MAX).saturating_sub(loops.len());
            for shard in shards.by_ref().take(missing) {
                let (machine, stream) = (Arc::clone(&self), Arc::clone(&stream));
                loops.spawn(async move {
                    let spec = Topology::shipped().streams.outcomes;
                    let wake = (&machine.bells.outcomes, machine.idle);
                    let from = (stream.as_ref(), shard, &machine.store);
                    stream_loop(&machine.services.outcomes, from, spec, wake, &machine.around).await;
                });
            }
            let later = self.clock().now().checked_add(SHARDS_AGAIN).unwrap_or(Timestamp::MAX);
            tokio::select! {
                () = self.clock().sleep_until(later) => {}
                _ = loops.join_next(), if !loops.is_empty() => return,
            }
        }
    }

    fn run_timers(self: &Arc<Self>, topology: &Topology, tasks: &mut JoinSet<()>) {
        let every = |seconds: u32| SignedDuration::from_secs(i64::from(seconds));
        let (planner, sweep, ledger) = (
            every(topology.timers.planner_seconds),
            every(topology.timers.sweep_seconds),
            every(topology.timers.ledger_seconds),
        );
        let machine = Arc::clone(self);
        tasks.spawn(async move { timer_loop(&machine.services.planner, planner, &machine.around).await });
        let machine = Arc::clone(self);
        tasks.spawn(async move { timer_loop(&machine.services.sweep, sweep, &machine.around).await });
        let machine = Arc::clone(self);
        tasks.spawn(async move { timer_loop(&machine.services.books, ledger, &machine.around).await });
        let machine = Arc::clone(self);
        tasks.spawn(async move {
            let often = machine.idle.0.max(SignedDuration::from_secs(1));
            timer_loop(&Replaying(machine.workbench()), often, &machine.around).await;
        });
        let (machine, letters) = (Arc::clone(self), every(topology.timers.letters_seconds));
        tasks.spawn(async move { timer_loop(&machine.letters(), letters, &machine.around).await });
        let machine = Arc::clone(self);
        tasks.spawn(async move {
            let tidy = Tidy { store: machine.store.clone(), clock: Arc::clone(&machine.around.clock) };
            timer_loop(&tidy, TIDY_EVERY, &machine.around).await;
        });
    }
}

/// A telephone service, and how far the records of its calls are taken in.
type Line = (Arc<dyn Telephony>, Arc<dyn EvidenceHorizon>);

fn ports(store: &Store, bells: &Bells, around: &Surroundings, (telephony, horizon): Line) -> Ports {
    let (rows, requests) = (store.rows_queue(), store.call_requests_queue());
    Ports {
        rows: Arc::new(Ringing { inner: rows, bell: bells.rows.clone() }),
        requests: Arc::new(Ringing { inner: requests, bell: bells.requests.clone() }),
        horizon,
        ..Ports::of(store, telephony, Arc::clone(&around.clock), Arc::clone(&around.signals))
    }
}
