//! A counting line to an emulator: what is asked of AWS, and what DynamoDB
//! charges for it.

use crate::http::{Answer, relay};
use crate::units::{Reader, charge, table_of};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Counts every request that takes this line; ends when it is dropped.
pub struct Meter {
    endpoint: String,
    counted: Arc<Mutex<Counts>>,
    _served: JoinSet<()>,
}

/// What was asked, by service and operation, and table where there is one
/// ("DynamoDB GetItem residents").
pub type Counts = BTreeMap<String, Count>;

/// Requests of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count {
    /// How many were made.
    pub requests: u64,
    /// DynamoDB's read units.
    pub read: f64,
    /// DynamoDB's write units.
    pub write: f64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.read += other.read;
        self.write += other.write;
    }
}

/// Larger than anything that is sent here.
const LARGEST: usize = 64 << 20;

#[derive(Clone)]
struct Line {
    upstream: Arc<str>,
    counted: Arc<Mutex<Counts>>,
}

impl Meter {
    /// A line to `upstream` (`http://host:port`), on a free port.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(upstream: &str) -> Result<Self, std::io::Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let counted = Arc::default();
        let line = Line { upstream: upstream.into(), counted: Arc::clone(&counted) };
        let router = Router::new().fallback(pass).with_state(line);
        let mut served = JoinSet::new();
        served.spawn(async move {
            // Ends with the test.
            let _served = axum::serve(listener, router).await;
        });
        Ok(Self { endpoint, counted, _served: served })
    }

    /// Where clients ask.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What was asked since the last question.
    #[must_use]
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *self.counted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn pass(State(line): State<Line>, request: Request) -> Response<Body> {
    line.pass(request).await.unwrap_or_else(|| {
        let mut lost = Response::new(Body::empty());
        *lost.status_mut() = StatusCode::BAD_GATEWAY;
        lost
    })
}

impl Line {
    async fn pass(&self, request: Request) -> Option<Response<Body>> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST).await.ok()?;
        let mut name = name(parts.method.as_str(), &parts.headers, &body);
        let head = forwarded(&parts.headers);
        let first = format!("{} {}", parts.method, parts.uri);
        let reader = Reader::new(&self.upstream);
        let operation = name.strip_prefix("DynamoDB ").map(str::to_owned);
        let operation = operation.as_deref();
        if let Some(table) = operation.and_then(|_| table_of(&body)) {
            name = format!("{name} {table}");
        }
        let before = match operation {
            Some(operation) => reader.touched(operation, &body).await?,
            None => Vec::new(),
        };
        let answer = relay(&self.upstream, &first, &head, &body).await.ok()?;
        let mut count = Count { requests: 1, ..Count::default() };
        if let Some(operation) = operation {
            let after = reader.touched(operation, &body).await?;
            (count.read, count.write) = charge(operation, &body, &answer, (&before, &after));
        }
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += count;
        respond(answer)
    }
}

/// Service and operation, by the header of JSON protocols, the action of query
/// protocols, or else the method, as only S3 has it.
fn name(method: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if let Some((service, operation)) = header("x-amz-target").split_once('.') {
        let service = service.split('_').next().unwrap_or(service).trim_start_matches("Amazon");
        return format!("{service} {operation}");
    }
    let text = String::from_utf8_lossy(body);
    match text.strip_prefix("Action=").and_then(|rest| rest.split('&').next()) {
        Some(action) => format!("SNS {action}"),
        None => format!("S3 {method}"),
    }
}

/// The headers of a request, each with its end, as it goes on; the host stays,
/// since it is signed.
pub(crate) fn forwarded(headers: &HeaderMap) -> String {
    let hop = ["connection", "content-length", "expect"];
    let kept = headers.iter().filter(|(name, _)| !hop.contains(&name.as_str()));
    kept.filter_map(|(name, value)| Some(format!("{name}: {}\r\n", value.to_str().ok()?))).collect()
}

pub(crate) fn respond(answer: Answer) -> Option<Response<Body>> {
    let mut response = Response::builder().status(answer.status);
    for line in answer.head.lines().skip(1) {
        let (name, value) = line.split_once(':')?;
        let hop = ["connection", "keep-alive", "transfer-encoding"];
        // Of an answer to HEAD it tells what there is, not what comes.
        let empty = name.eq_ignore_ascii_case("content-length") && !answer.body.is_empty();
        if !hop.iter().any(|hop| name.eq_ignore_ascii_case(hop)) && !empty {
            response = response.header(name, value.trim());
        }
    }
    response.body(Body::from(answer.body)).ok()
}
