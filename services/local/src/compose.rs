use rollcall_contracts::messages::{CallRequest, RowsChunk};
use rollcall_contracts::topology::Topology;
use rollcall_dialer::Dialer;
use rollcall_domain::policy::Policy;
use rollcall_embedded::Store;
use rollcall_ingest::Ingest;
use rollcall_loader::Loader;
use rollcall_outcomes::{KeyPress, Outcomes};
use rollcall_planner::Planner;
use rollcall_ports::{
    Attempts, Audit, Batches, Callbacks, Checks, Clock, Days, Depth, Erasures, Escalations, EvidenceHorizon,
    Holdings, Letters, Notices, Pace, Residents, Retain, Sender, Shelf, Signals, Stores, Suppressions,
    Switch, Telephony, Uploads,
};
use rollcall_recording::Recorder;
use rollcall_recording::erasure::Eraser;
use rollcall_sweep::{Books, Retainer, Sweep, Watch};
use std::sync::Arc;

/// Everything outside that the services together ask for.
#[expect(missing_docs, reason = "each field is the port its type names")]
#[derive(Clone)]
pub struct Ports {
    pub residents: Arc<dyn Residents>,
    pub attempts: Arc<dyn Attempts>,
    pub callbacks: Arc<dyn Callbacks>,
    pub escalations: Arc<dyn Escalations>,
    pub checks: Arc<dyn Checks>,
    pub days: Arc<dyn Days>,
    pub batches: Arc<dyn Batches>,
    pub audit: Arc<dyn Audit>,
    pub pace: Arc<dyn Pace>,
    pub switch: Arc<dyn Switch>,
    pub suppressions: Arc<dyn Suppressions>,
    pub erasures: Arc<dyn Erasures>,
    pub retain: Arc<dyn Retain>,
    pub letters: Arc<dyn Letters>,
    pub uploads: Arc<dyn Uploads>,
    pub shelf: Arc<dyn Shelf>,
    pub rows: Arc<dyn Sender<RowsChunk>>,
    pub requests: Arc<dyn Sender<CallRequest>>,
    pub requests_depth: Arc<dyn Depth>,
    pub horizon: Arc<dyn EvidenceHorizon>,
    pub telephony: Arc<dyn Telephony>,
    pub notices: Arc<dyn Notices>,
    pub clock: Arc<dyn Clock>,
    pub signals: Arc<dyn Signals>,
}

impl Ports {
    /// The ports of a store, which also holds its queues and its stream.
    #[must_use]
    pub fn of(
        store: &Store,
        telephony: Arc<dyn Telephony>,
        clock: Arc<dyn Clock>,
        signals: Arc<dyn Signals>,
    ) -> Self {
        let requests = store.call_requests_queue();
        Self {
            residents: store.residents(),
            attempts: store.attempts(),
            callbacks: store.callbacks(),
            escalations: store.escalations(),
            checks: store.checks(),
            days: store.days(),
            batches: store.batches(),
            audit: store.audit(),
            pace: store.pace(),
            switch: store.switch(),
            suppressions: store.suppressions(),
            erasures: store.erasures(),
            retain: store.retain(),
            letters: store.letters(),
            uploads: Arc::new(store.uploads()),
            shelf: Arc::new(store.uploads()),
            rows: Arc::new(store.rows_queue()),
            requests: Arc::new(requests.clone()),
            requests_depth: Arc::new(requests),
            horizon: Arc::new(store.outcomes_stream()),
            telephony,
            notices: store.notices(),
            clock,
            signals,
        }
    }
}

/// Every handler, ready to run.
#[expect(missing_docs, reason = "each field is the service its type names")]
pub struct Services {
    pub ingest: Ingest,
    pub loader: Loader,
    pub planner: Planner,
    pub dialer: Dialer,
    pub outcomes: Outcomes,
    pub key_press: KeyPress,
    pub sweep: Sweep,
    pub books: Books,
    pub eraser: Eraser,
}

/// What makes a handler run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A queue of `topology.toml`.
    Queue(&'static str),
    /// A stream of `topology.toml`.
    Stream(&'static str),
    /// A timer of `topology.toml`.
    Timer(&'static str),
    /// The call flow.
    Flow,
}

/// Which handler listens to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The handler's name.
    pub handler: &'static str,
    /// What makes it run.
    pub trigger: Trigger,
}

/// The one list of which handler listens to what.
pub const ROUTES: &[Route] = &[
    Route { handler: "ingest", trigger: Trigger::Queue("uploads") },
    Route { handler: "loader", trigger: Trigger::Queue("rows") },
    Route { handler: "planner", trigger: Trigger::Timer("planner") },
    Route { handler: "dialer", trigger: Trigger::Queue("call_requests") },
    Route { handler: "outcomes", trigger: Trigger::Stream("outcomes") },
    Route { handler: "key-press", trigger: Trigger::Flow },
    Route { handler: "sweep", trigger: Trigger::Timer("sweep") },
    Route { handler: "letters", trigger: Trigger::Timer("letters") },
    // On one machine the sweep does it; on AWS a function of its own.
    Route { handler: "erasures", trigger: Trigger::Timer("erasures") },
    Route { handler: "books", trigger: Trigger::Timer("ledger") },
];

/// Makes every service of its ports.
#[must_use]
pub fn compose(ports: &Ports, policy: &Arc<Policy>) -> Services {
    let topology = Topology::shipped();
    let recorder = recorder(ports, policy);
    let Ports { uploads, batches, clock, signals, .. } = ports.clone();
    let ingest = Ingest {
        uploads,
        batches,
        rows: Arc::clone(&ports.rows),
        audit: Arc::clone(&ports.audit),
        clock,
        signals,
        topology,
    };
    let Ports { uploads, residents, suppressions, batches, clock, signals, .. } = ports.clone();
    let loader =
        Loader { uploads, residents, suppressions, batches, clock, signals, policy: Arc::clone(policy) };
    let Ports { attempts, switch, telephony, signals, clock, .. } = ports.clone();
    Services {
        ingest,
        loader,
        planner: planner(ports, policy, topology),
        dialer: Dialer::over(recorder.clone(), switch, telephony),
        outcomes: Outcomes { attempts, recorder: recorder.clone(), signals },
        key_press: KeyPress { recorder: recorder.clone(), clock },
        sweep: sweep(ports, policy, topology, recorder),
        books: books(ports, policy, topology),
        eraser: eraser(ports, policy),
    }
}

fn recorder(ports: &Ports, policy: &Arc<Policy>) -> Recorder {
    let Ports { residents, attempts, callbacks, escalations, checks, days, .. } = ports.clone();
    let Ports { pace, switch, suppressions, clock, signals, .. } = ports.clone();
    let stores =
        Stores { residents, attempts, callbacks, escalations, checks, days, pace, switch, suppressions };
    Recorder::over(stores, clock, signals, Arc::clone(policy))
}

/// Erases people over these ports.
fn eraser(ports: &Ports, policy: &Arc<Policy>) -> Eraser {
    let Ports { erasures, letters, uploads, shelf, batches, telephony, audit, .. } = ports.clone();
    let holdings = Holdings { erasures, letters, uploads, shelf, batches, telephony, audit };
    Eraser::over(recorder(ports, policy), holdings, false)
}

fn planner(ports: &Ports, policy: &Arc<Policy>, topology: &'static Topology) -> Planner {
    let Ports { residents, requests, requests_depth, pace, switch, telephony, clock, signals, .. } =
        ports.clone();
    let (ordered, policy) = (requests_depth, Arc::clone(policy));
    Planner { residents, requests, ordered, pace, switch, telephony, clock, signals, policy, topology }
}

fn sweep(ports: &Ports, policy: &Arc<Policy>, topology: &'static Topology, recorder: Recorder) -> Sweep {
    let Ports { attempts, callbacks, residents, telephony, horizon, notices, clock, signals, .. } =
        ports.clone();
    let (switch, audit) = (Arc::clone(&ports.switch), Arc::clone(&ports.audit));
    let eraser = Some(eraser(ports, policy));
    let retainer = Some(Retainer::new(Arc::clone(&ports.retain), Arc::clone(&ports.days)));
    let policy = Arc::clone(policy);
    Sweep {
        attempts,
        callbacks,
        residents,
        switch,
        watch: Watch::default(),
        telephony,
        horizon,
        recorder,
        eraser,
        retainer,
        audit,
        notices,
        clock,
        signals,
        policy,
        topology,
    }
}

fn books(ports: &Ports, policy: &Arc<Policy>, topology: &'static Topology) -> Books {
    let Ports { residents, attempts, callbacks, checks, days, audit, horizon, .. } = ports.clone();
    let Ports { notices, clock, signals, .. } = ports.clone();
    let policy = Arc::clone(policy);
    Books {
        residents,
        attempts,
        callbacks,
        checks,
        days,
        audit,
        horizon,
        notices,
        clock,
        signals,
        policy,
        topology,
    }
}
