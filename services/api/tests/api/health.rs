//! `/healthz` tells the truth.

use crate::support::World;
use async_trait::async_trait;
use axum::http::StatusCode;
use jiff::Timestamp;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_ports::{Cursor, Fault, Page, Question, Removed, Residents, Saved, Search, Upserted, Versioned};
use std::sync::Arc;

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
    async fn with_number(&self, _: PhoneNumber) -> Result<Vec<ResidentId>, Fault> {
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

#[tokio::test]
async fn a_store_that_answers_is_healthy() {
    let answer = World::new().get("/healthz", "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text, r#"{"status":"ok","store":true,"time":"2026-11-23T09:00:00Z"}"#);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_not_and_nobody_learns_why() {
    let world = World::with(|api| api.residents = Arc::new(Broken));
    let answer = world.get("/healthz", "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.text, r#"{"status":"unavailable","store":false,"time":"2026-11-23T09:00:00Z"}"#);
}

#[tokio::test]
async fn there_is_nothing_else() {
    World::new().get("/api/nothing", "").await.expect_problem(404);
}
