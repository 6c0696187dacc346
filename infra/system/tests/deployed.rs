//! A list put into the bucket becomes residents, calls, answers, promises and
//! notices, on the deployed template with the shipped programs, while a
//! process is killed and messages are poisoned.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use jiff::SignedDuration;
use rollcall_aws::dynamodb::{Attempts, Callbacks, Dynamo, Residents};
use rollcall_aws::kinesis::Writer;
use rollcall_aws::sqs::Queues;
use rollcall_connect_sim::OutsideKind;
use rollcall_contracts::topology::Topology;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_host::clock::SystemClock;
use rollcall_ports::{Attempts as _, Callbacks as _, Clock, DeadLetters, Residents as _, StreamWriter};
use rollcall_rehearsal::broken_rules;
use rollcall_system::{Connect, Deployment, Town, endpoint};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;

const PEOPLE: usize = 40;

/// A killed dialer's places at the limiter are taken until their leases end,
/// minutes later: with the shipped number of places the test would wait for
/// them.
const PARAMETERS: [(&str, &str); 3] =
    [("MaxAttempts", "1"), ("ConcurrentCalls", "60"), ("CallsPerFreeAgent", "20")];

/// A header, forty good lines, one that repeats another, and two that nobody
/// can call.
fn list() -> String {
    let mut csv = "firstName,lastName,number,reference\n".to_owned();
    for n in 0..PEOPLE {
        csv.push_str(&format!("Ada,Example {n},+447700900{n:03},R-{n}\n"));
    }
    csv.push_str("Ada,Example 3,+447700900003,R-3\nNo,Number,,R-90\nToo,Short,+4477,R-91\n");
    csv
}

struct Stage {
    deployment: Deployment,
    connect: Connect,
    residents: Residents,
    attempts: Attempts,
    callbacks: Callbacks,
    letters: Arc<dyn DeadLetters>,
    stream: Arc<Writer>,
}

impl Stage {
    async fn set(name: &str, town: &Town) -> Self {
        let mut connect = Connect::open(town).await.unwrap();
        let deployment = Deployment::new(name, &connect, &PARAMETERS).await.unwrap();
        let aws = &deployment.aws;
        let dynamo = Dynamo::new(aws, deployment.output("TablePrefix"));
        let stream = Arc::new(Writer::new(aws, deployment.output("OutcomesStreamName")));
        connect.run(Arc::clone(&stream) as _, endpoint(), deployment.function("key-press"));
        let queues = Queues::named(aws, &format!("{name}-")).await.unwrap();
        Self {
            residents: Residents::new(&dynamo),
            attempts: Attempts::new(&dynamo),
            callbacks: Callbacks::new(&dynamo),
            letters: Arc::new(queues.letters(aws, Topology::shipped())),
            stream,
            connect,
            deployment,
        }
    }

    async fn register(&self) -> BTreeMap<String, Resident> {
        let page = self.residents.page(None, 1_000).await.unwrap();
        page.residents.into_iter().map(|one| (one.value.id.to_string(), one.value)).collect()
    }

    /// Runs what schedules would, until `done` or too late.
    async fn until(&self, what: &str, seconds: u64, mut done: impl AsyncFnMut(&Self) -> bool) {
        for _ in 0..seconds {
            if done(self).await {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("{what}: not within {seconds} s");
    }

    async fn scheduled(&self, function: &str) {
        let answer = self.deployment.invoke(function, "{}").await.unwrap();
        assert_eq!(answer.status, 200, "{function}: {}", String::from_utf8_lossy(&answer.body));
        assert!(!answer.has("x-amz-function-error"), "{function}: {}", String::from_utf8_lossy(&answer.body));
    }

    fn called(&self) -> BTreeSet<String> {
        let seen = self.connect.seen();
        let accepted = seen.into_iter().filter(|event| event.kind == OutsideKind::DialAccepted);
        accepted.filter_map(|event| event.resident_id).collect()
    }
}

/// Kills every process of a Lambda function that is running now, wherever it
/// is in its work.
async fn kill_functions() {
    let _status = Command::new("pkill").args(["-9", "-x", "bootstrap"]).status().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_becomes_calls_answers_promises_and_notices() {
    let town = Town { seed: 11, answers: "well=0.6,talk=0.2,no_answer=0.1,busy=0.1".to_owned(), agents: 4 };
    let stage = Stage::set("rollcall", &town).await;
    stage.deployment.upload("lists/monday%20morning.csv", list().as_bytes()).await.unwrap();
    stage.until("the list is loaded", 60, async |stage| stage.register().await.len() == PEOPLE).await;

    // What can never be read goes to the dead letters of its source and
    // nowhere else.
    stage.stream.put("poison", b"{ not a record").await.unwrap();
    stage.deployment.send("CallRequestsQueueUrl", "not a request").await.unwrap();
    stage.deployment.send("RowsQueueUrl", "not rows").await.unwrap();

    let mut kills = 0;
    for second in 0..180 {
        stage.scheduled("planner").await;
        stage.scheduled("sweep").await;
        // In the middle of the first calls.
        if kills < 4 && second % 3 == 1 {
            kill_functions().await;
            kills += 1;
        }
        if stage.called().len() == PEOPLE && stage.connect.calls() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let (called, letters) = (stage.called().len(), stage.letters.list(None, 100).await.unwrap());
    assert_eq!(called, PEOPLE, "everybody is called; set aside: {letters:?}");

    stage
        .until("every promise is kept", 120, async |stage| {
            stage.scheduled("sweep").await;
            let owed = stage.callbacks.count_open().await.unwrap();
            let later = SystemClock.now() + SignedDuration::from_hours(1);
            owed == 0 && stage.attempts.open(later, 100).await.unwrap().is_empty()
        })
        .await;
    judge(&stage).await;
}

async fn judge(stage: &Stage) {
    let policy = Policy { max_attempts: 1, timezone: "UTC".to_owned(), ..all_day() };
    let register = stage.register().await;
    let seen = stage.connect.seen();
    assert_eq!(broken_rules(&seen, &register, &policy), Vec::<String>::new());

    let pressed: BTreeSet<String> = seen
        .iter()
        .filter(|event| event.kind == OutsideKind::KeyPressed && matches!(event.key, Some('1' | '2')))
        .filter_map(|event| event.resident_id.clone())
        .collect();
    assert!(pressed.len() > PEOPLE / 2, "{} pressed a key", pressed.len());
    for (id, resident) in &register {
        assert_eq!(resident.reached.is_some(), pressed.contains(id), "{id}");
    }

    let letters = stage.letters.list(None, 100).await.unwrap();
    let sources: BTreeSet<&str> = letters.iter().map(|(_, letter)| letter.source.as_str()).collect();
    assert_eq!(sources, BTreeSet::from(["call_requests", "outcomes", "rows"]));
    assert_eq!(letters.len(), 3, "{letters:?}");
}

fn all_day() -> Policy {
    let vars = BTreeMap::from([(
        "ROLLCALL_POLICY_WINDOW".to_owned(),
        "{ days = [true, true, true, true, true, true, true], daily = { start = \"00:00:00\", end = \"23:59:00\" } }"
            .to_owned(),
    )]);
    rollcall_host::settings::policy(None, &vars).unwrap()
}
