//! Amazon Connect and its stream, as far as one machine sees them.

use jiff::{SignedDuration, Timestamp};
use rollcall_aws::Aws;
use rollcall_aws::kinesis::Writer;
use rollcall_connect_sim::flow::{CHECK_CALL_WITHOUT_FUNCTION, Flow};
use rollcall_connect_sim::http::Service;
use rollcall_connect_sim::{
    AgentPlan, Between, Emission, EmissionConfig, OutsideEvent, OutsideKind, Period, Place, ResidentHabits,
    ResidentMix, SimConfig, Simulator,
};
use rollcall_host::clock::SystemClock;
use rollcall_ports::{Clock, StreamWriter};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) stream: String,
    kinesis: String,
    connect: String,
    simulator: Arc<Mutex<Simulator>>,
    seen: Arc<Mutex<Vec<OutsideEvent>>>,
    functions: Arc<AtomicU32>,
    _tasks: JoinSet<()>,
}

impl World {
    /// A stream of two shards, and a Connect whose time passes.
    pub(crate) async fn open() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the runner says where it started the emulator")]
        let kinesis = std::env::var("ROLLCALL_MINISTACK")
            .unwrap_or_else(|_| panic!("ROLLCALL_MINISTACK is not set: run this under infra/emulators/run"));
        let stream = format!("outcomes-{}", std::process::id());
        create_stream(&kinesis, &stream);
        let aws = Aws::from_env().await.at(&kinesis);
        let now = SystemClock.now();
        let simulator = Arc::new(Mutex::new(Simulator::new(config(now), now)));
        let service = Service::new(Arc::clone(&simulator), Arc::new(|| SystemClock.now()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connect = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        let (router, asked) = (service.router(), service.changed());
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let (seen, functions) = (Arc::default(), Arc::default());
        let world =
            Self { aws, stream, kinesis, connect, simulator, seen, functions, _tasks: JoinSet::new() };
        let (simulator, seen) = (Arc::clone(&world.simulator), Arc::clone(&world.seen));
        let functions = Arc::clone(&world.functions);
        let writer = Writer::new(&world.aws, &world.stream);
        tasks.spawn(async move {
            loop {
                let emissions = simulator.lock().unwrap().advance(SystemClock.now());
                if emissions.is_empty() {
                    let next = simulator.lock().unwrap().next_at().unwrap_or(Timestamp::MAX);
                    tokio::select! {
                        () = asked.notified() => {}
                        () = SystemClock.sleep_until(next) => {}
                    }
                }
                for emission in emissions {
                    match emission {
                        Emission::StreamRecord { partition_key, data, .. } => {
                            // Connect's records are never lost on their way.
                            while writer.put(&partition_key, &data).await.is_err() {
                                tokio::time::sleep(Duration::from_millis(50)).await;
                            }
                        }
                        Emission::InvokeFunction(_) => {
                            functions.fetch_add(1, Ordering::Relaxed);
                        }
                        Emission::Seen(event) => seen.lock().unwrap().push(event),
                    }
                }
            }
        });
        Self { _tasks: tasks, ..world }
    }

    /// What `serve` must be told.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let place = Place::default();
        [
            ("ROLLCALL_CONNECT_INSTANCE_ID", place.instance_id.as_str()),
            ("ROLLCALL_CONNECT_FLOW_ID", &place.flow_id),
            ("ROLLCALL_CONNECT_QUEUE_ID", &place.queue_id),
            ("ROLLCALL_STREAM_OUTCOMES", &self.stream),
            ("AWS_ENDPOINT_URL", &self.kinesis),
            ("AWS_ENDPOINT_URL_CONNECT", &self.connect),
            ("AWS_REGION", "eu-west-2"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    pub(crate) fn seen(&self) -> Vec<OutsideEvent> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn functions_asked(&self) -> u32 {
        self.functions.load(Ordering::Relaxed)
    }

    /// Waits until no call is under way; who pressed a key that means
    /// something.
    pub(crate) async fn rested(&self) -> BTreeSet<String> {
        let count = |kind| self.seen().into_iter().filter(|event| event.kind == kind).count();
        for _ in 0..120 {
            if count(OutsideKind::DialAccepted) == count(OutsideKind::Ended) {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let meant = |event: &OutsideEvent| {
            event.kind == OutsideKind::KeyPressed && matches!(event.key, Some('1' | '2'))
        };
        self.seen().into_iter().filter(meant).filter_map(|event| event.resident_id).collect()
    }
}

/// Everything takes seconds instead of minutes: this runs in real time.
fn config(now: Timestamp) -> SimConfig {
    let place = Place::default();
    let values = BTreeMap::from([
        ("CallbackQueueArn".to_owned(), place.queue_arn()),
        ("OrganisationName".to_owned(), "Rollcall".to_owned()),
        ("OrganisationTelephone".to_owned(), "020 7946 0100".to_owned()),
    ]);
    let day = SignedDuration::from_hours(24);
    let shift = Period { from: now - day, until: now + day };
    let agent =
        |number| AgentPlan { username: format!("agent-{number}"), shifts: vec![shift], breaks: Vec::new() };
    SimConfig {
        residents: ResidentMix::parse("well=0.6,talk=0.2,no_answer=0.1,busy=0.1").unwrap(),
        resident_habits: ResidentHabits {
            answers_after: Between::millis(500, 2_000),
            machine_answers_after: Between::millis(1_000, 2_000),
            presses_after: Between::millis(200, 1_000),
            ..ResidentHabits::default()
        },
        agents: (1..=8).map(agent).collect(),
        emission: EmissionConfig {
            event_delay: Between::millis(100, 1_000),
            events_lost: 0.1,
            events_twice: 0.2,
            record_delay: Between::seconds(1, 3),
            records_twice: 0.3,
            ..EmissionConfig::default()
        },
        metrics_stale: SignedDuration::from_secs(1),
        place,
        ..SimConfig::new(5, Flow::parse(CHECK_CALL_WITHOUT_FUNCTION, &values).unwrap())
    }
}

/// The emulator looks for the Region in the signature, which it does not verify.
fn create_stream(endpoint: &str, name: &str) {
    let host = endpoint.trim_start_matches("http://");
    let body = format!("{{\"StreamName\":\"{name}\",\"ShardCount\":2}}");
    let mut connection = TcpStream::connect(host).unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nx-amz-target: Kinesis_20131202.CreateStream\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-2/kinesis/aws4_request, \
         SignedHeaders=host, Signature=0\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
