//! The wire API, asked as any HTTP client would ask it, against the samples of the real one.

#![expect(clippy::unwrap_used, reason = "a connection that breaks fails the test")]

mod support;

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use rollcall_connect_sim::http::Service;
use rollcall_connect_sim::{ResidentKind, ResidentMix, SimConfig, Simulator};
use rollcall_contracts::connect::api::CurrentMetricsResponse;
use serde_json::{Value, json};
use support::{START, agents, at, roomy, seconds, shipped_flow};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const START_REQUEST: &str = include_str!("samples/start-outbound-request.json");
const METRICS_REQUEST: &str = include_str!("samples/get-current-metric-data-request.json");
const INSTANCE: &str = "5f9b2c1e-7a44-4d0b-9a3e-2d6c8e1f0a11";

/// A server on a free port, a clock that tests turn by hand, and the simulator behind both.
struct Server {
    address: std::net::SocketAddr,
    now: Arc<Mutex<Timestamp>>,
    simulator: Arc<Mutex<Simulator>>,
    service: Service,
}

struct Reply {
    status: u16,
    error_type: Option<String>,
    content_type: Option<String>,
    body: Value,
}

impl Server {
    async fn start(config: SimConfig) -> Self {
        let now = Arc::new(Mutex::new(at(START)));
        let simulator = Arc::new(Mutex::new(Simulator::new(config, at(START))));
        let hand = Arc::clone(&now);
        let service = Service::new(Arc::clone(&simulator), Arc::new(move || *hand.lock().unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = service.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, now, simulator, service }
    }

    fn pass(&self, length: i64) {
        let mut now = self.now.lock().unwrap();
        *now += seconds(length);
        drop(self.simulator.lock().unwrap().advance(*now));
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: connect.eu-west-2.amazonaws.com\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            let mut found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
            found.next().map(|(_, value)| value.to_owned())
        };
        Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            error_type: header("x-amzn-errortype"),
            content_type: header("content-type"),
            body: serde_json::from_str(body).unwrap(),
        }
    }

    /// Orders a call like the sample's, changed by `change`.
    async fn order(&self, change: impl FnOnce(&mut Value)) -> Reply {
        let mut request: Value = serde_json::from_str(START_REQUEST).unwrap();
        change(&mut request);
        self.ask("PUT", "/contact/outbound-voice", &request.to_string()).await
    }

    async fn order_with_token(&self, token: &str) -> Reply {
        self.order(|request| request["ClientToken"] = json!(token)).await
    }
}

fn standard() -> SimConfig {
    SimConfig { agents: agents(2), ..SimConfig::new(1, shipped_flow()) }
}

/// The error samples by type.
fn error_sample(kind: &str) -> Value {
    let samples: Vec<Value> =
        serde_json::from_str(include_str!("samples/start-outbound-errors.json")).unwrap();
    samples.into_iter().find(|sample| sample["headers"]["x-amzn-errortype"] == kind).unwrap()
}

#[track_caller]
fn assert_error(reply: &Reply, kind: &str) {
    let sample = error_sample(kind);
    assert_eq!(u64::from(reply.status), sample["status"]);
    assert_eq!(reply.error_type.as_deref(), Some(kind));
    assert_eq!(reply.content_type.as_deref(), sample["headers"]["content-type"].as_str());
    assert_eq!(reply.body, sample["body"]);
}

#[tokio::test]
async fn a_call_is_ordered_as_in_the_sample_and_the_sixth_at_once_is_throttled() {
    let server = Server::start(standard()).await;
    for index in 0..5 {
        let reply = server.order_with_token(&format!("token-{index}")).await;
        let sample: Value =
            serde_json::from_str(include_str!("samples/start-outbound-response-200.json")).unwrap();
        assert_eq!((reply.status, reply.content_type.as_deref()), (200, Some("application/json")));
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&reply.body), keys(&sample));
        assert_eq!(
            reply.body["ContactId"].as_str().unwrap().len(),
            sample["ContactId"].as_str().unwrap().len()
        );
    }
    assert_error(&server.order_with_token("token-5").await, "TooManyRequestsException");
    server.pass(1);
    assert_eq!(server.order_with_token("token-5").await.status, 200);
}

#[tokio::test]
async fn a_token_gives_the_same_contact_again() {
    let server = Server::start(standard()).await;
    let first = server.order_with_token("same").await;
    let second = server.order_with_token("same").await;
    assert_eq!(first.body, second.body);
    assert_ne!(first.body, server.order_with_token("other").await.body);
    assert_eq!(server.simulator.lock().unwrap().concurrent_calls(), 2);
}

#[tokio::test]
async fn errors_have_the_shapes_of_the_samples() {
    let server = Server::start(SimConfig {
        concurrent_calls: 1,
        residents: ResidentMix::only(ResidentKind::Silent),
        ..roomy(1)
    })
    .await;
    let reply = server.order(|request| request["DestinationPhoneNumber"] = json!("07700900101")).await;
    assert_error(&reply, "InvalidParameterException");
    let reply = server.order(|request| request["RingTimeoutInSeconds"] = json!(5)).await;
    assert_error(&reply, "InvalidRequestException");
    let reply = server.order(|request| request["ContactFlowId"] = json!("unknown")).await;
    assert_error(&reply, "ResourceNotFoundException");
    let reply = server.order(|request| request["DestinationPhoneNumber"] = json!("+449098790000")).await;
    assert_error(&reply, "DestinationNotAllowedException");
    assert_eq!(server.order_with_token("a").await.status, 200);
    assert_error(&server.order_with_token("b").await, "LimitExceededException");

    for body in ["", "{", "[]", r#"{"Attributes":{"a":1}}"#] {
        let reply = server.ask("PUT", "/contact/outbound-voice", body).await;
        assert_eq!(
            (reply.status, reply.error_type.as_deref()),
            (400, Some("SerializationException")),
            "{body}"
        );
    }
    let reply = server.ask("GET", "/contact/outbound-campaign", "").await;
    assert_eq!((reply.status, reply.error_type.as_deref()), (404, Some("UnknownOperationException")));
}

#[tokio::test]
async fn metrics_are_answered_as_in_the_samples() {
    let mut config = standard();
    let shift = config.agents[0].shifts[0];
    for agent in &mut config.agents {
        agent.shifts = vec![rollcall_connect_sim::Period { from: shift.from + seconds(60), ..shift }];
    }
    let server = Server::start(config).await;
    let path = format!("/metrics/current/{INSTANCE}");
    let empty = server.ask("POST", &path, METRICS_REQUEST).await;
    let sample: Value =
        serde_json::from_str(include_str!("samples/get-current-metric-data-response-empty.json")).unwrap();
    assert_eq!(empty.body["MetricResults"], sample["MetricResults"]);
    assert_eq!(empty.body["DataSnapshotTime"], json!(1_795_420_800.0), "a number, in seconds");

    server.pass(61);
    let reply = server.ask("POST", &path, METRICS_REQUEST).await;
    let sample: Value =
        serde_json::from_str(include_str!("samples/get-current-metric-data-response.json")).unwrap();
    assert_eq!(reply.body["MetricResults"][0]["Dimensions"], sample["MetricResults"][0]["Dimensions"]);
    let metrics = |body: &Value| {
        let collections = body["MetricResults"][0]["Collections"].as_array().unwrap().clone();
        collections.into_iter().map(|mut one| one["Metric"].take()).collect::<Vec<_>>()
    };
    assert_eq!(metrics(&reply.body), metrics(&sample));
    let response: CurrentMetricsResponse = serde_json::from_value(reply.body).unwrap();
    assert_eq!(response.value("AGENTS_AVAILABLE"), Some(2.0));

    let mut last = 200;
    for _ in 0..9 {
        last = server.ask("POST", &path, METRICS_REQUEST).await.status;
    }
    assert_eq!(last, 429);
    let other = server.ask("POST", "/metrics/current/other", METRICS_REQUEST).await;
    assert_eq!(other.error_type.as_deref(), Some("ThrottlingException"), "throttled before it is looked at");
}

#[tokio::test]
async fn a_contact_is_described_and_stopped() {
    let server = Server::start(standard()).await;
    let contact = server.order_with_token("a").await.body["ContactId"].as_str().unwrap().to_owned();
    let path = format!("/contacts/{INSTANCE}/{contact}");
    let described = server.ask("GET", &path, "").await.body;
    let contact_body = &described["Contact"];
    assert_eq!(contact_body["Id"], contact.as_str());
    assert_eq!(contact_body["InitiationMethod"], "API");
    assert_eq!(contact_body["InitiationTimestamp"], json!(1_795_420_800.0));
    assert_eq!(contact_body["Attributes"]["attemptId"], "05d8f7bc-ed52-59e4-8618-bf87f750198d");
    assert_eq!(contact_body.get("DisconnectTimestamp"), None);

    let stop = json!({"ContactId": contact, "InstanceId": INSTANCE}).to_string();
    server.pass(1);
    let stopped = server.ask("POST", "/contact/stop", &stop).await;
    assert_eq!((stopped.status, stopped.body), (200, json!({})));
    let again = server.ask("POST", "/contact/stop", &stop).await;
    assert_eq!((again.status, again.error_type.as_deref()), (410, Some("ContactNotFoundException")));
    let described = server.ask("GET", &path, "").await.body;
    assert_eq!(described["Contact"]["DisconnectTimestamp"], json!(1_795_420_801.0));
    let unknown = server.ask("GET", &format!("/contacts/{INSTANCE}/nobody"), "").await;
    assert_eq!((unknown.status, unknown.error_type.as_deref()), (404, Some("ResourceNotFoundException")));
}

#[tokio::test]
async fn a_request_wakes_whoever_drives_the_simulator() {
    let server = Server::start(standard()).await;
    let changed = server.service.changed();
    let woken = changed.notified();
    server.order_with_token("a").await;
    woken.await;
    assert!(
        server.simulator.lock().unwrap().next_at().is_some_and(|next| next <= at(START)),
        "emissions wait"
    );
}
