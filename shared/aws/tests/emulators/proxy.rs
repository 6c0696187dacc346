//! A line to an emulator that fails by a script: emulators answer promptly and
//! once, which AWS does not promise.

use crate::scripted::{Reply, Request, answer, read};
use rollcall_aws::Aws;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of one request.
#[derive(Clone)]
pub(crate) enum Step {
    /// It gets there, and its answer back.
    Pass,
    /// It does not get there: this is answered.
    Answer(Reply),
    /// It gets there and has its effect, and the answer is lost.
    Lose,
    /// It gets there and has its effect at once; the answer takes so long.
    Late(Duration),
    /// It gets there twice, one after the other; the second answer comes back.
    Twice,
    /// A part of it gets there, as this body; these fields go into the answer.
    Part(String, Value),
}

type Script = Box<dyn FnMut(&Request) -> Step + Send>;

/// The line. Every request has a connection of its own, so that one that hangs
/// delays no other.
pub(crate) struct Proxy {
    address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Proxy {
    /// A line to `upstream` (`http://host:port`) on which `script` decides
    /// about each request, in the order in which they come.
    pub(crate) async fn start(upstream: &str, script: impl FnMut(&Request) -> Step + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let line = Line {
            upstream: upstream.trim_start_matches("http://").into(),
            script: Arc::new(Mutex::new(Box::new(script))),
            requests: Arc::clone(&requests),
        };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let line = line.clone();
                // Whoever gave up waiting has closed the connection.
                tokio::spawn(async move { line.serve(stream).await });
            }
        });
        Self { address, requests }
    }

    /// A line that fails the first requests for `operation` (the end of the
    /// target header, or of the path) with these steps, and is good after.
    pub(crate) async fn failing(upstream: &str, operation: &'static str, steps: Vec<Step>) -> Self {
        let mut steps = steps.into_iter();
        Self::start(upstream, move |request| match request.is(operation) {
            true => steps.next().unwrap_or(Step::Pass),
            false => Step::Pass,
        })
        .await
    }

    /// A line on which every request for `operation` comes to the same.
    pub(crate) async fn always(upstream: &str, operation: &'static str, step: Step) -> Self {
        let steps = move |request: &Request| if request.is(operation) { step.clone() } else { Step::Pass };
        Self::start(upstream, steps).await
    }

    /// Clients whose requests take this line, and wait less long than others.
    pub(crate) async fn aws(&self) -> Aws {
        Aws::from_env().await.at(&format!("http://{}", self.address)).answering_within(PATIENCE)
    }

    /// The requests for an operation that came to the line.
    pub(crate) fn asked(&self, operation: &str) -> Vec<Request> {
        let requests = self.requests.lock().unwrap();
        requests.iter().filter(|request| request.is(operation)).cloned().collect()
    }
}

/// How long a client of a [`Proxy`] waits for an answer.
pub(crate) const PATIENCE: Duration = Duration::from_millis(800);

#[derive(Clone)]
struct Line {
    upstream: Arc<str>,
    script: Arc<Mutex<Script>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Line {
    async fn serve(&self, stream: TcpStream) -> Option<()> {
        let (mut stream, request) = read(stream).await?;
        let step = {
            let mut script = self.script.lock().unwrap();
            self.requests.lock().unwrap().push(request.clone());
            script(&request)
        };
        let back = match step {
            Step::Answer(reply) => {
                answer(stream, reply).await;
                return Some(());
            }
            Step::Pass => self.forward(&request.head, &request.body).await?,
            Step::Lose => {
                self.forward(&request.head, &request.body).await?;
                return None;
            }
            Step::Late(by) => {
                let back = self.forward(&request.head, &request.body).await?;
                tokio::time::sleep(by).await;
                back
            }
            Step::Twice => {
                self.forward(&request.head, &request.body).await?;
                self.forward(&request.head, &request.body).await?
            }
            Step::Part(body, fields) => with(&self.forward(&request.head, &body).await?, fields),
        };
        stream.write_all(&back).await.ok()
    }

    /// The whole answer, as it came but for the connection's own headers.
    async fn forward(&self, head: &str, body: &str) -> Option<Vec<u8>> {
        let mut stream = TcpStream::connect(&*self.upstream).await.ok()?;
        let mut text = alone(head, &["content-length"]);
        text.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(text.as_bytes()).await.ok()?;
        let mut back = Vec::new();
        stream.read_to_end(&mut back).await.ok()?;
        let end = back.windows(4).position(|four| four == b"\r\n\r\n")?;
        let mut whole = alone(&String::from_utf8_lossy(&back[..end]), &[]).into_bytes();
        whole.extend_from_slice(b"\r\n");
        whole.extend_from_slice(&back[end + 4..]);
        Some(whole)
    }
}

/// A head for a connection that is used once, without some of its headers.
fn alone(head: &str, without: &[&str]) -> String {
    let mut lines = head.lines();
    let mut text = format!("{}\r\nconnection: close\r\n", lines.next().unwrap());
    for line in lines {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if name != "connection" && name != "keep-alive" && !without.contains(&name.as_str()) {
            text.push_str(line);
            text.push_str("\r\n");
        }
    }
    text
}

/// An answer in JSON with further fields; a list goes on what is there.
fn with(back: &[u8], fields: Value) -> Vec<u8> {
    let text = String::from_utf8_lossy(back);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(!head.to_ascii_lowercase().contains("chunked"), "an answer with its length");
    let mut body: Value = serde_json::from_str(body).unwrap();
    let Value::Object(fields) = fields else { panic!("fields are named") };
    for (name, value) in fields {
        match (body.get_mut(&name), value) {
            (Some(Value::Array(there)), Value::Array(more)) => there.extend(more),
            (_, value) => body[name] = value,
        }
    }
    let body = body.to_string();
    // The checksum that DynamoDB sends would be that of the other body.
    let head = alone(head, &["content-length", "x-amz-crc32"]);
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
