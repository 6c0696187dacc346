//! Files that are brought by way of the API, and the services that load them.

use crate::support::{Answer, World};
use axum::body::Body;
use axum::http::Request;
use rollcall_contracts::messages::RowsChunk;
use rollcall_contracts::topology::Topology;
use rollcall_domain::group::Group;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_host::{Handler, Verdict};
use rollcall_ingest::Ingest;
use rollcall_loader::Loader;
use rollcall_ports::{Clock, Inbox, Residents, Signal, Signals};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const BOUNDARY: &str = "----a-boundary";

/// Nobody listens.
struct Unheard;

impl Signals for Unheard {
    fn emit(&self, _: &Signal) {}
}

/// The form that a browser sends.
pub(crate) fn form(content: &[u8]) -> Vec<u8> {
    let mut form = form_start();
    form.extend_from_slice(content);
    form.extend_from_slice(form_end().as_bytes());
    form
}

pub(crate) fn form_start() -> Vec<u8> {
    format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"policy\"\r\n\r\nany\r\n--{BOUNDARY}\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\ncontent-type: text/csv\r\n\r\n"
    )
    .into_bytes()
}

pub(crate) fn form_end() -> String {
    format!("\r\n--{BOUNDARY}--\r\n")
}

impl World {
    pub(crate) fn clerk(&self) -> String {
        self.token(&[Group::Uploaders])
    }

    /// A place for a file of this name.
    pub(crate) async fn offered(&self, name: &str) -> String {
        let body = json!({"file_name": name, "size": 1000}).to_string();
        let answer = self.send("POST", "/api/uploads", &self.clerk(), &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let place = answer.json();
        let id = place["upload_id"].as_str().unwrap().to_owned();
        assert_eq!(place["url"], format!("/api/uploads/{id}/file"));
        assert_eq!((&place["fields"], &place["expires_at"]), (&json!({}), &json!("2026-11-23T09:30:00Z")));
        id
    }

    pub(crate) async fn put_file(&self, id: &str, form: Body) -> Answer {
        let request = Request::post(format!("/api/uploads/{id}/file"))
            .header("authorization", format!("Bearer {}", self.clerk()))
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        self.ask(request.body(form).unwrap()).await
    }

    /// Offers a place and puts a file there.
    pub(crate) async fn uploaded(&self, content: &[u8]) -> String {
        let id = self.offered("North Ward list.csv").await;
        let answer = self.put_file(&id, Body::from(form(content))).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        id
    }

    pub(crate) async fn preview(&self, id: &str) -> Value {
        let answer = self.get(&format!("/api/uploads/{id}/preview"), &self.clerk()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Has an upload loaded, and works until it is.
    pub(crate) async fn loaded(&self, id: &str) -> String {
        let answer = self.send("POST", &format!("/api/uploads/{id}/load"), &self.clerk(), "").await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        self.work().await;
        answer.json()["batch_id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn batch(&self, id: &str) -> Value {
        let answer = self.get(&format!("/api/batches/{id}"), &self.clerk()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    pub(crate) async fn undo(&self, id: &str) -> Answer {
        self.send("POST", &format!("/api/batches/{id}/undo"), &self.clerk(), "").await
    }

    fn ingest(&self) -> Ingest {
        let clock: Arc<dyn Clock> = Arc::<rollcall_ports::suite::ManualClock>::clone(&self.clock);
        Ingest {
            uploads: Arc::new(self.store.uploads()),
            batches: self.store.batches(),
            rows: Arc::new(self.store.rows_queue()),
            audit: self.store.audit(),
            clock,
            signals: Arc::new(Unheard),
            topology: Topology::shipped(),
        }
    }

    pub(crate) fn loader(&self) -> Loader {
        let clock: Arc<dyn Clock> = Arc::<rollcall_ports::suite::ManualClock>::clone(&self.clock);
        Loader {
            uploads: Arc::new(self.store.uploads()),
            residents: self.store.residents(),
            suppressions: self.store.suppressions(),
            batches: self.store.batches(),
            clock,
            signals: Arc::new(Unheard),
            policy: Arc::new(Policy::default()),
        }
    }

    /// Reads what has arrived; nothing of it is loaded yet.
    pub(crate) async fn read_uploads(&self) {
        let (queue, ingest) = (self.store.uploads_queue(), self.ingest());
        for message in queue.receive(10).await.unwrap() {
            let files = ingest.decode(&message.body).unwrap();
            assert_eq!(ingest.handle(files).await.unwrap(), Verdict::Done);
            queue.delete(&message.receipt).await.unwrap();
        }
    }

    /// Reads and loads what has arrived; answers the chunks.
    pub(crate) async fn work(&self) -> Vec<RowsChunk> {
        self.read_uploads().await;
        let (queue, loader) = (self.store.rows_queue(), self.loader());
        let mut chunks = Vec::new();
        loop {
            let received = queue.receive(10).await.unwrap();
            if received.is_empty() {
                return chunks;
            }
            for message in received {
                let chunk = loader.decode(&message.body).unwrap();
                assert_eq!(loader.handle(chunk.clone()).await.unwrap(), Verdict::Done);
                queue.delete(&message.receipt).await.unwrap();
                chunks.push(chunk);
            }
        }
    }

    /// The register as it is.
    pub(crate) async fn people(&self) -> BTreeMap<ResidentId, Resident> {
        let residents: Arc<dyn Residents> = self.store.residents();
        let page = residents.page(None, 1_000_000).await.unwrap();
        assert_eq!(residents.count().await.unwrap(), page.residents.len() as u64);
        assert_eq!(self.store.integrity_check().unwrap(), Vec::<String>::new());
        page.residents.into_iter().map(|one| (one.value.id, one.value)).collect()
    }
}
