//! The deployed system, and what is seen of it from outside.

use rollcall_aws::dynamodb::{Attempts, Batches, Callbacks, Dynamo, Letters, Residents};
use rollcall_aws::kinesis::Writer;
use rollcall_connect_sim::{OutsideEvent, OutsideKind};
use rollcall_domain::resident::Resident;
use rollcall_host::clock::SystemClock;
use rollcall_ports::{DeadLetters, Residents as _, StreamWriter};
use rollcall_system::{Connect, Deployment, Town, endpoint};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// A killed dialer's places at the limiter are taken until their leases end,
/// minutes later: with the shipped number of places the test would wait for
/// them.
const PARAMETERS: [(&str, &str); 3] =
    [("MaxAttempts", "1"), ("ConcurrentCalls", "60"), ("CallsPerFreeAgent", "20")];

pub(crate) struct Stage {
    pub(crate) deployment: Deployment,
    pub(crate) connect: Connect,
    pub(crate) residents: Residents,
    pub(crate) attempts: Attempts,
    pub(crate) batches: Batches,
    pub(crate) callbacks: Callbacks,
    pub(crate) letters: Arc<dyn DeadLetters>,
    pub(crate) stream: Arc<dyn StreamWriter>,
}

impl Stage {
    /// Connect's records go to `stream`, without one to the deployment's.
    pub(crate) async fn set(name: &str, town: &Town, stream: Option<Arc<dyn StreamWriter>>) -> Self {
        let mut connect = Connect::open(town).await.unwrap();
        let deployment = Deployment::new(name, &connect, &PARAMETERS).await.unwrap();
        let aws = &deployment.aws;
        let dynamo = Dynamo::new(aws, deployment.output("TablePrefix"));
        let shipped = || Arc::new(Writer::new(aws, deployment.output("OutcomesStreamName"))) as _;
        let stream = stream.unwrap_or_else(shipped);
        connect.run(Arc::clone(&stream), endpoint(), deployment.function("key-press"));
        Self {
            residents: Residents::new(&dynamo),
            attempts: Attempts::new(&dynamo),
            batches: Batches::new(&dynamo, Arc::new(SystemClock)),
            callbacks: Callbacks::new(&dynamo),
            letters: Arc::new(Letters::new(&dynamo)),
            stream,
            connect,
            deployment,
        }
    }

    pub(crate) async fn register(&self) -> BTreeMap<String, Resident> {
        let page = self.residents.page(None, 1_000).await.unwrap();
        page.residents.into_iter().map(|one| (one.value.id.to_string(), one.value)).collect()
    }

    /// Looks every second until `done` or too late.
    pub(crate) async fn until(&self, what: &str, seconds: u64, mut done: impl AsyncFnMut(&Self) -> bool) {
        for _ in 0..seconds {
            if done(self).await {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let (refused, letters) = (self.deployment.lines.refused(), self.letters.list(None, 100).await);
        panic!("{what}: not within {seconds} s; refused: {refused:?}; set aside: {letters:?}");
    }

    /// Runs what a schedule would. It succeeds, unless this is the run in which
    /// its process is killed.
    pub(crate) async fn scheduled(&self, function: &str) {
        let struck = || self.deployment.lines.struck(function);
        let before = struck();
        let event = format!("{{\"run\": \"{function}\"}}");
        let answer = self.deployment.invoke(function, &event).await.unwrap();
        let failed = answer.status != 200 || answer.has("x-amz-function-error");
        assert!(!failed || struck() > before, "{function}: {}", answer.text());
    }

    /// Residents of whom something was seen.
    pub(crate) fn whose(&self, seen: impl Fn(&OutsideEvent) -> bool) -> BTreeSet<String> {
        let events = self.connect.seen();
        events.into_iter().filter(seen).filter_map(|event| event.resident_id).collect()
    }

    pub(crate) fn called(&self) -> BTreeSet<String> {
        self.whose(|event| event.kind == OutsideKind::DialAccepted)
    }
}
