//! The handlers over the real adapters, with every request counted: DynamoDB
//! on AWS's own emulator, queues, files, topic and stream on the other, Connect
//! simulated. Time is turned by hand.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::Aws;
use rollcall_aws::dynamodb::schema::create_tables;
use rollcall_aws::dynamodb::{
    Attempts, Audit, Batches, Callbacks, Checks, Days, Dynamo, Escalations, Pace, Progress, Residents,
    Suppressions, Switch,
};
use rollcall_aws::kinesis::Horizon;
use rollcall_aws::s3::Bucket;
use rollcall_aws::sns::Topic;
use rollcall_aws::sqs::{Queue, Waiting};
use rollcall_connect_sim::flow::{CHECK_CALL, Flow};
use rollcall_connect_sim::{AgentPlan, Period, Place, SimConfig, Simulator};
use rollcall_contracts::upload::{Arrived, Form, UploadRef};
use rollcall_domain::policy::Policy;
use rollcall_embedded::Store;
use rollcall_host::{Handler, Verdict};
use rollcall_local::bell::Bell;
use rollcall_local::telephony::SimulatedConnect;
use rollcall_local::{Ports, Services, compose};
use rollcall_ports::{Clock, Inbox, Signal, Signals};
use rollcall_system::http::{Protocol, ask, tagged};
use rollcall_system::meter::{Counts, Meter};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A Monday morning within the calling hours.
pub(crate) const MORNING: &str = "2026-11-23T10:00:00Z";

pub(crate) struct Stage {
    store: Meter,
    others: Meter,
    bucket: String,
    /// The queues past the meters: Lambda's ends of them.
    pub(crate) rows: Queue,
    pub(crate) requests: Queue,
    /// The call requests as the functions see them.
    pub(crate) metered_requests: Queue,
    pub(crate) register: Residents,
    pub(crate) progress: Progress,
    pub(crate) connect: SimulatedConnect,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) heard: Arc<Heard>,
    pub(crate) services: Services,
}

impl Stage {
    /// Empty tables, queues and all, that nobody else has.
    pub(crate) async fn set(name: &str, agents: u32, policy: Policy) -> Self {
        let (ministack, dynamodb) = (endpoint("ROLLCALL_MINISTACK"), endpoint("ROLLCALL_DYNAMODB_LOCAL"));
        let (store, others) =
            (Meter::start(&dynamodb).await.unwrap(), Meter::start(&ministack).await.unwrap());
        let aws = Aws::from_env().await;
        let name = format!("costs-{name}-{}", std::process::id());
        let past = Dynamo::new(&aws.at(&dynamodb), &format!("{name}-"));
        create_tables(&past).await.unwrap();
        let dynamo = Dynamo::new(&aws.at(store.endpoint()), &format!("{name}-"));
        let (direct, metered) = (aws.at(&ministack), aws.at(others.endpoint()));

        let rows = queue(&ministack, &format!("{name}-rows")).await;
        let requests = queue(&ministack, &format!("{name}-call-requests")).await;
        let place = b"<CreateBucketConfiguration><LocationConstraint>eu-west-2</LocationConstraint></CreateBucketConfiguration>";
        let created = ask(&ministack, "s3", ("PUT", &format!("/{name}")), Protocol::Rest, place).await;
        created.unwrap().fine().unwrap();
        let stream = json!({ "StreamName": name, "ShardCount": 1 }).to_string();
        let create = Protocol::Target("Kinesis_20131202.CreateStream");
        let created = ask(&ministack, "kinesis", ("POST", "/"), create, stream.as_bytes()).await;
        created.unwrap().fine().unwrap();
        let topic = topic(&ministack, &name).await;

        let clock = Arc::new(HandClock(Mutex::new(MORNING.parse().unwrap())));
        let port: Arc<dyn Clock> = Arc::<HandClock>::clone(&clock);
        let heard: Arc<Heard> = Arc::default();
        let simulator = Arc::new(Mutex::new(Simulator::new(town(agents, &policy), clock.now())));
        let connect = SimulatedConnect::new(simulator, Place::default(), Arc::clone(&port), Bell::default());
        let metered_requests = Queue::new(&metered, "call_requests", &requests, Waiting::Short);
        let progress = Progress::new(&dynamo);
        let nobody = Store::in_memory(Arc::clone(&port)).unwrap();
        let ports = Ports {
            residents: Arc::new(Residents::new(&dynamo)),
            attempts: Arc::new(Attempts::new(&dynamo)),
            callbacks: Arc::new(Callbacks::new(&dynamo)),
            escalations: Arc::new(Escalations::new(&dynamo)),
            checks: Arc::new(Checks::new(&dynamo)),
            days: Arc::new(Days::new(&dynamo)),
            suppressions: Arc::new(Suppressions::new(&dynamo)),
            batches: Arc::new(Batches::new(&dynamo, Arc::clone(&port))),
            audit: Arc::new(Audit::new(&dynamo)),
            pace: Arc::new(Pace::new(&dynamo)),
            switch: Arc::new(Switch::new(&dynamo)),
            // Nobody is erased here, and on AWS nobody can be yet.
            erasures: nobody.erasures(),
            retain: nobody.retain(),
            letters: nobody.letters(),
            shelf: Arc::new(nobody.uploads()),
            uploads: Arc::new(Bucket::new(&metered, &name)),
            rows: Arc::new(Queue::new(&metered, "rows", &rows, Waiting::Short)),
            requests: Arc::new(metered_requests.clone()),
            requests_depth: Arc::new(metered_requests.clone()),
            horizon: Arc::new(Horizon::new(&metered, &name, Arc::new(progress.clone()))),
            telephony: Arc::new(connect.clone()),
            notices: Arc::new(Topic::new(&metered, &topic, Arc::clone(&port))),
            clock: port,
            signals: Arc::<Heard>::clone(&heard),
        };
        let services = compose(&ports, &Arc::new(policy));
        Self {
            store,
            others,
            bucket: name,
            rows: Queue::new(&direct, "rows", &rows, Waiting::Short),
            requests: Queue::new(&direct, "call_requests", &requests, Waiting::Short),
            metered_requests,
            register: Residents::new(&past),
            progress,
            connect,
            clock,
            heard,
            services,
        }
    }

    /// What was asked of AWS since the last question.
    pub(crate) fn spent(&self) -> Counts {
        let mut counts = self.store.take();
        for (name, count) in self.others.take() {
            *counts.entry(name).or_default() += count;
        }
        counts
    }

    /// A list goes its whole way into the register. Answers in how many
    /// messages.
    pub(crate) async fn load(&self, key: &str, csv: &str) -> u64 {
        let path = format!("/{}/{key}", self.bucket);
        let ministack = endpoint("ROLLCALL_MINISTACK");
        let put = ask(&ministack, "s3", ("PUT", &path), Protocol::Rest, csv.as_bytes()).await;
        let put = put.unwrap().fine().unwrap();
        let tag = put.head.lines().filter_map(|line| line.split_once(": "));
        let tag = tag.filter(|(name, _)| name.eq_ignore_ascii_case("etag")).map(|(_, tag)| tag).next();
        let form = Form::Etag(tag.unwrap().trim_matches('"').to_owned());
        let arrived = Arrived {
            bucket: self.bucket.clone(),
            upload: UploadRef { key: key.to_owned(), form },
            size: csv.len() as u64,
            sequencer: key.to_owned(),
        };
        assert_eq!(self.services.ingest.handle(vec![arrived]).await, Ok(Verdict::Done));
        let mut messages = 0;
        for one in self.rows.receive(100).await.unwrap() {
            let chunk = self.services.loader.decode(&one.body).unwrap();
            assert_eq!(self.services.loader.handle(chunk).await, Ok(Verdict::Done));
            self.rows.delete(&one.receipt).await.unwrap();
            messages += 1;
        }
        messages
    }
}

#[expect(clippy::disallowed_methods, reason = "the runner says where it started them")]
fn endpoint(variable: &str) -> String {
    let found = std::env::var(variable);
    found.unwrap_or_else(|_| panic!("{variable} is not set: this test runs under infra/emulators/run"))
}

async fn queue(ministack: &str, name: &str) -> String {
    // Longer than the test: what Lambda hides from others it settles itself.
    let body = json!({ "QueueName": name, "Attributes": { "VisibilityTimeout": "3600" } }).to_string();
    let create = Protocol::Target("AmazonSQS.CreateQueue");
    let answer = ask(ministack, "sqs", ("POST", "/"), create, body.as_bytes()).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    answer["QueueUrl"].as_str().unwrap().to_owned()
}

async fn topic(ministack: &str, name: &str) -> String {
    let body = format!("Action=CreateTopic&Name={name}&Version=2010-03-31");
    let answer = ask(ministack, "sns", ("POST", "/"), Protocol::Query, body.as_bytes()).await.unwrap();
    let text = answer.text();
    tagged(&text, "TopicArn").pop().unwrap_or_else(|| panic!("no topic: {text}"))
}

fn town(agents: u32, policy: &Policy) -> SimConfig {
    let function = "arn:aws:lambda:eu-west-2:111122223333:function:key-press";
    let values = [
        ("KeyPressFunctionArn", function.to_owned()),
        ("CallbackQueueArn", Place::default().queue_arn()),
        ("OrganisationName", "Rollcall".to_owned()),
        ("OrganisationTelephone", "020 7946 0100".to_owned()),
    ];
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let morning: Timestamp = MORNING.parse().unwrap();
    let hours = SignedDuration::from_hours(8);
    let shift = Period { from: morning + SignedDuration::from_secs(1), until: morning + hours };
    let agent = |n| AgentPlan { username: format!("agent-{n}"), shifts: vec![shift], breaks: Vec::new() };
    SimConfig {
        agents: (0..agents).map(agent).collect(),
        concurrent_calls: policy.concurrent_calls,
        ..SimConfig::new(1, Flow::parse(CHECK_CALL, &values).unwrap())
    }
}

/// Stands still until it is turned, or somebody waits.
pub(crate) struct HandClock(Mutex<Timestamp>);

#[async_trait]
impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut now = self.0.lock().unwrap();
        *now = at.max(*now);
    }
}

impl HandClock {
    /// So many seconds later.
    pub(crate) fn turn(&self, seconds: i64) -> Timestamp {
        let mut now = self.0.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
        *now
    }
}

/// How often things happened, by what they are called.
#[derive(Default)]
pub(crate) struct Heard(Mutex<BTreeMap<String, u64>>);

impl Heard {
    pub(crate) fn times(&self, what: &str) -> u64 {
        let heard = self.0.lock().unwrap();
        heard.iter().filter(|(name, _)| name.starts_with(what)).map(|(_, times)| times).sum()
    }

    pub(crate) fn all(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap().clone()
    }
}

impl Signals for Heard {
    fn emit(&self, signal: &Signal) {
        let signal = serde_json::to_value(signal).unwrap();
        let word = |name| signal.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = format!("{} {}", word("signal"), word("disposition"));
        *self.0.lock().unwrap().entry(name.trim().to_owned()).or_default() += 1;
    }
}
