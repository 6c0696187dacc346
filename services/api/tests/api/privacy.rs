//! Nothing about people is in what is logged, nor in what is asked for by URL.

use crate::roles::filled;
use crate::support::World;
use async_trait::async_trait;
use rollcall_api::access::TABLE;
use rollcall_domain::duty::Schedule;
use rollcall_domain::group::Group;
use rollcall_domain::policy::Policy;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{Account, Accounts, Clock, Fault, QueueStatus, Queues, Saved, Versioned};
use std::sync::Arc;

/// Queues that nobody can look at.
struct Closed;

#[async_trait]
impl Queues for Closed {
    async fn statuses(&self) -> Result<Vec<QueueStatus>, Fault> {
        Err(Fault::Refused { port: "queues", reason: "no rights".to_owned() })
    }
}

/// Accounts that do not answer.
struct Silent;

#[async_trait]
impl Accounts for Silent {
    async fn get(&self, _: &str) -> Result<Option<Versioned<Account>>, Fault> {
        Err(Fault::Unanswered("accounts"))
    }
    async fn save(&self, _: &Versioned<Account>) -> Result<Saved, Fault> {
        Err(Fault::Unanswered("accounts"))
    }
    async fn remove(&self, _: &str) -> Result<bool, Fault> {
        Err(Fault::Throttled("accounts"))
    }
    async fn list(&self, _: Option<&str>, _: u32) -> Result<Vec<Versioned<Account>>, Fault> {
        Err(Fault::Throttled("accounts"))
    }
}

/// A body that has a name and a number wherever a text may be.
const TELLING: &str = r#"{"name": "Ada Example", "password": "+447700900123", "groups": ["Ada Example"],
    "text": "Ada Example", "first_name": "Ada Example", "number": "+447700900123", "notes": "Ada Example"}"#;

#[tokio::test]
async fn every_endpoint_is_driven_and_the_log_tells_nothing() {
    let world = World::with(|api| {
        api.queues = Arc::new(Closed);
        let local = api.local.as_ref().unwrap();
        let silent = rollcall_api::auth::accounts::LocalAccounts::new(
            Arc::new(Silent),
            local.issuer(),
            Arc::clone(&api.clock),
        );
        api.local = Some(Arc::new(silent.unwrap()));
    });
    let (policy, now) = (Policy::default(), world.clock.now());
    let person = resident("privacy", 123);
    let schedule = Schedule::of(&person, &policy, now);
    let _added = world.store.residents().add(&[(person, schedule)]).await.unwrap();
    let token = world.token(&Group::ALL);
    for rule in TABLE {
        for body in ["", TELLING, r#"{"name": "ada", "password": "Ada Example 123", "groups": ["Agents"]}"#] {
            let path = filled(rule.path);
            let answer = world.send(rule.method, &path, &token, body).await;
            if answer.status.is_client_error() || answer.status.is_server_error() {
                tells_nothing(&answer.text);
            }
        }
    }
    let log = world.heard.lines().join("\n");
    tells_nothing(&log);
    for expected in [
        r#"{"signal":"request_failed","endpoint":"GET /api/queues","reason":"queues refused: no rights"}"#,
        r#"{"signal":"request_failed","endpoint":"POST /api/users","reason":"no answer from accounts"}"#,
        r#"{"signal":"request_failed","endpoint":"DELETE /api/users/{name}","reason":"accounts is throttling"}"#,
    ] {
        assert!(log.contains(expected), "{log}");
    }
}

#[track_caller]
fn tells_nothing(text: &str) {
    for telling in ["Ada", "Example", "447700900", "nobody"] {
        assert!(!text.contains(telling), "{telling}: {text}");
    }
}

#[tokio::test]
async fn a_fault_of_ours_is_told_to_operators_and_not_to_the_outside() {
    let world = World::with(|api| api.queues = Arc::new(Closed));
    let answer = world.get("/api/queues", &world.token(&[Group::Operators])).await;
    answer.expect_problem(500);
    assert!(!answer.text.contains("no rights"), "{}", answer.text);
    assert_eq!(world.heard.lines().len(), 1);
}

#[test]
fn no_url_has_room_for_a_name_or_a_number_of_a_resident() {
    let document = serde_json::to_value(rollcall_api::document()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let (name, place) = (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
                // Of an account, not of a resident.
                let is_account = path == "/api/users/{name}" && name == "name";
                // What queues, kinds and reasons are called, which hold nothing of a message.
                let is_of_letters = path == "/api/dead-letters"
                    && ["queue", "cause", "resident_id", "parked_from", "parked_until", "state"]
                        .contains(&name);
                let is_of_a_day = path.starts_with("/api/ledger/{date}") && ["date", "state"].contains(&name);
                let fits = match place {
                    "path" | "query" if is_of_a_day => true,
                    "path" => is_account || name == "id" || name.ends_with("_id"),
                    "query" => is_of_letters || ["cursor", "size", "days", "kind"].contains(&name),
                    _ => true,
                };
                assert!(fits, "{method} {path}: {name} in the {place}");
            }
        }
    }
}
