//! A service that answers what it is told to, for what no emulator does.

use rollcall_aws::Aws;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is done with one request.
#[derive(Clone)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// Taken, and the connection closed without a word.
    Silence,
}

impl Reply {
    pub(crate) fn ok(body: &str) -> Self {
        Self::Answer { status: 200, headers: vec![], body: body.to_owned() }
    }

    pub(crate) fn error(status: u16, kind: &str, body: &str) -> Self {
        let header = ("x-amzn-errortype".to_owned(), kind.to_owned());
        Self::Answer { status, headers: vec![header], body: body.to_owned() }
    }
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `PUT /contact/outbound-voice`.
    pub(crate) line: String,
    /// The operation, where the protocol names it in a header.
    pub(crate) target: String,
    /// Everything before the body.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    /// Whether it is for an operation, by the end of its target or path.
    pub(crate) fn is(&self, operation: &str) -> bool {
        self.target.ends_with(&format!(".{operation}")) || self.line.ends_with(&format!("/{operation}"))
    }
}

/// A server on a free port that gives one reply after the other, the last one
/// for ever.
pub(crate) struct Scripted {
    address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Scripted {
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let mut number = 0;
        Self::by(move |_| {
            let reply = replies.get(number).or_else(|| replies.last()).unwrap().clone();
            number += 1;
            reply
        })
        .await
    }

    /// A server that thinks about each request.
    pub(crate) async fn by(mut reply: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let request = read(stream).await;
                let Some((stream, request)) = request else { continue };
                let reply = reply(&request);
                seen.lock().unwrap().push(request);
                answer(stream, reply).await;
            }
        });
        Self { address, requests }
    }

    pub(crate) async fn aws(&self) -> Aws {
        Aws::from_env().await.at(&format!("http://{}", self.address))
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// `None` for a connection that asked nothing.
pub(crate) async fn read(mut stream: TcpStream) -> Option<(TcpStream, Request)> {
    let mut bytes = Vec::new();
    loop {
        let mut some = [0; 4096];
        let read = stream.read(&mut some).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(some.get(..read).unwrap());
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let header = |wanted: &str| {
            let mut headers = head.lines().filter_map(|line| line.split_once(": "));
            headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.to_owned())
        };
        let length = header("content-length").map(|length| length.parse::<usize>().unwrap());
        if body.len() >= length.unwrap_or(0) {
            let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
            let target = header("x-amz-target").unwrap_or_default();
            let request = Request { line, target, head: head.to_owned(), body: body.to_owned() };
            return Some((stream, request));
        }
    }
}

pub(crate) async fn answer(mut stream: TcpStream, reply: Reply) {
    let Reply::Answer { status, headers, body } = reply else { return };
    let mut text =
        format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("\r\n{body}"));
    stream.write_all(text.as_bytes()).await.unwrap();
}
