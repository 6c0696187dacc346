//! People at their browsers: HTTP over connections that are kept open, to a
//! program that may be gone at any moment.

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH};
use axum::http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Who works here: name and group. The password is everybody's.
pub(crate) const PEOPLE: [(&str, &str); 5] = [
    ("uploader-0", "uploaders"),
    ("uploader-1", "uploaders"),
    ("agent-a", "agents"),
    ("agent-b", "agents"),
    ("operator", "operators"),
];
pub(crate) const PASSWORD: &str = "correct horse battery";
/// The program answers in milliseconds, or it is gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) version: Option<String>,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// What is asked besides a path.
#[derive(Clone, Default)]
pub(crate) struct More {
    pub(crate) version: Option<String>,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: Vec<u8>,
}

impl More {
    pub(crate) fn json(body: &Value) -> Self {
        let body = body.to_string().into_bytes();
        Self { version: None, content_type: Some("application/json"), body }
    }

    pub(crate) fn of_version(mut self, version: Option<&str>) -> Self {
        self.version = version.map(str::to_owned);
        self
    }
}

/// Where the program listens now, if it does.
pub(crate) type Address = Arc<Mutex<Option<String>>>;

/// Everybody's client.
pub(crate) struct Client {
    http: Http<HttpConnector, Full<Bytes>>,
    address: Address,
    tokens: Mutex<BTreeMap<&'static str, String>>,
}

impl Client {
    pub(crate) fn new(address: Address) -> Self {
        let http = Http::builder(TokioExecutor::new()).build_http();
        Self { http, address, tokens: Mutex::default() }
    }

    /// Signs everybody in. Their tokens outlive the program.
    pub(crate) async fn sign_in(&self) {
        for (name, _) in PEOPLE {
            let body = More::json(&json!({ "name": name, "password": PASSWORD }));
            let answer = self.ask(name, (Method::POST, "/api/sign-in"), body).await.unwrap();
            assert_eq!(answer.status, 200, "{answer:?}");
            let token = answer.body["token"].as_str().unwrap().to_owned();
            self.tokens.lock().unwrap().insert(name, token);
        }
    }

    /// Asks once. No answer: it may have been done or not. A program that
    /// fails, instead of being gone, fails the test.
    pub(crate) async fn ask(&self, who: &str, what: (Method, &str), more: More) -> Option<Answer> {
        let address = self.address.lock().unwrap().clone();
        let Some(address) = address else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            return None;
        };
        let (method, path) = what;
        let asked = format!("{method} {path}");
        let token = self.tokens.lock().unwrap().get(who).cloned().unwrap_or_default();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://{address}{path}"))
            .header(AUTHORIZATION, format!("Bearer {token}"));
        if let Some(kind) = more.content_type {
            request = request.header(CONTENT_TYPE, kind);
        }
        if let Some(version) = more.version {
            request = request.header(IF_MATCH, version);
        }
        let request = request.body(Full::new(Bytes::from(more.body))).unwrap();
        let answer = tokio::time::timeout(PATIENCE, async {
            let response = self.http.request(request).await.ok()?;
            let status = response.status().as_u16();
            let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
            let bytes = response.into_body().collect().await.ok()?.to_bytes();
            Some(Answer { status, version: tag, body: serde_json::from_slice(&bytes).unwrap_or_default() })
        });
        let answer = answer.await.unwrap_or_else(|_| panic!("{asked}: no answer in {PATIENCE:?}"))?;
        assert!(answer.status < 500, "{asked}: {answer:?}");
        if answer.status == 429 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            return None;
        }
        Some(answer)
    }
}
