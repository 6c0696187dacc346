//! `/healthz` tells the truth.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_api::Api;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_embedded::Store;
use rollcall_ports::{Clock, Cursor, Fault, Page, Question, Removed, Residents, Saved, Search, Upserted, Versioned};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A clock that shows one moment.
struct Noon;

#[async_trait]
impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    async fn sleep_until(&self, _: Timestamp) {}
}

/// A register that cannot be read.
struct Broken;

fn broken<T>() -> Result<T, Fault> {
    Err(Fault::Refused { port: "store", reason: "the disk is gone".to_owned() })
}

#[async_trait]
impl Residents for Broken {
    async fn add(&self, _: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, Fault> {
        broken()
    }
    async fn get(&self, _: ResidentId) -> Result<Option<Versioned<Resident>>, Fault> {
        broken()
    }
    async fn save(&self, _: &Versioned<Resident>, _: Schedule) -> Result<Saved, Fault> {
        broken()
    }
    async fn due(&self, _: Timestamp, _: u32) -> Result<Vec<ResidentId>, Fault> {
        broken()
    }
    async fn to_review(&self, _: Timestamp, _: u32) -> Result<Vec<ResidentId>, Fault> {
        broken()
    }
    async fn sharing(&self, _: PhoneNumber, _: ResidentId) -> Result<u64, Fault> {
        broken()
    }
    async fn page(&self, _: Option<&Cursor>, _: u32) -> Result<Page, Fault> {
        broken()
    }
    async fn count(&self) -> Result<u64, Fault> {
        broken()
    }
    async fn remove(&self, _: &Versioned<Resident>) -> Result<Removed, Fault> {
        broken()
    }
    async fn search(&self, _: &Question<'_>, _: Option<&Cursor>, _: u32) -> Result<Search, Fault> {
        broken()
    }
}

/// Asks for `path` and answers the whole response.
async fn ask(residents: Arc<dyn Residents>, path: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Api { residents, clock: Arc::new(Noon) }.router();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    server.abort();
    response
}

#[tokio::test]
async fn a_store_that_answers_is_healthy() {
    let store = Store::in_memory(Arc::new(Noon)).unwrap();
    let response = ask(store.residents(), "/healthz").await;
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    assert!(
        response.ends_with(r#"{"status":"ok","store":true,"time":"2026-11-23T12:00:00Z"}"#),
        "{response}"
    );
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_not_and_nobody_learns_why() {
    let response = ask(Arc::new(Broken), "/healthz").await;
    assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
    assert!(
        response.ends_with(r#"{"status":"unavailable","store":false,"time":"2026-11-23T12:00:00Z"}"#),
        "{response}"
    );
}

#[tokio::test]
async fn there_is_nothing_else() {
    let response = ask(Arc::new(Broken), "/").await;
    assert!(response.starts_with("HTTP/1.1 404 "), "{response}");
}
