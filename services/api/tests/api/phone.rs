//! The agent's own phone, and news of it.

use crate::support::World;
use async_trait::async_trait;
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::group::Group;
use rollcall_domain::ids::{AttemptId, CallbackId, ContactId, ResidentId};
use rollcall_ports::{CallState, Clock, Fault, Phone, PhoneAct, PhoneCall, PhoneStatus, Softphone};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;

/// Phones that do what the port says, and no more.
#[derive(Default)]
struct Phones {
    phones: Mutex<BTreeMap<String, Phone>>,
    /// What was done to a call that is gone, so that a repeat is told from
    /// what was never possible.
    done: Mutex<BTreeSet<(String, String)>>,
}

const OFFLINE: Phone = Phone { status: PhoneStatus::Offline, call: None };

fn offer(now: Timestamp) -> PhoneCall {
    PhoneCall {
        contact: ContactId::new("leg"),
        state: CallState::Incoming,
        since: now,
        accept_by: Some(now + SignedDuration::from_secs(20)),
        resident: Some(ResidentId::derive(&["ada"])),
        attempt: Some(AttemptId::derive(&["dial"])),
    }
}

impl Phones {
    fn change(&self, agent: &str, with: impl FnOnce(&mut Phone)) {
        with(self.phones.lock().unwrap().entry(agent.to_owned()).or_insert(OFFLINE));
    }
}

#[async_trait]
impl Softphone for Phones {
    async fn look(&self, agent: &str) -> Result<Phone, Fault> {
        Ok(self.phones.lock().unwrap().get(agent).cloned().unwrap_or(OFFLINE))
    }

    async fn act(&self, agent: &str, act: &PhoneAct) -> Result<bool, Fault> {
        let mut phones = self.phones.lock().unwrap();
        let phone = phones.entry(agent.to_owned()).or_insert(OFFLINE);
        let (contact, from, to) = match act {
            PhoneAct::Available => {
                phone.status = PhoneStatus::Available;
                return Ok(true);
            }
            PhoneAct::Away => {
                phone.status = PhoneStatus::Away;
                return Ok(true);
            }
            PhoneAct::Offline => {
                let may = phone.call.is_none();
                if may {
                    phone.status = PhoneStatus::Offline;
                }
                return Ok(may);
            }
            PhoneAct::Accept(contact) => (contact, vec![CallState::Incoming], Some(CallState::Connecting)),
            PhoneAct::Decline(contact) => (contact, vec![CallState::Incoming], None),
            PhoneAct::HangUp(contact) => {
                (contact, vec![CallState::Connecting, CallState::Connected], Some(CallState::WrapUp))
            }
            PhoneAct::WrappedUp(contact) => (contact, vec![CallState::WrapUp], None),
        };
        let deed = (agent.to_owned(), format!("{act:?}"));
        let mut done = self.done.lock().unwrap();
        if done.contains(&deed) {
            return Ok(true);
        }
        let Some(call) = phone.call.as_mut().filter(|call| call.contact == *contact) else {
            return Ok(false);
        };
        if !from.contains(&call.state) {
            return Ok(false);
        }
        match to {
            Some(state) => call.state = state,
            None => phone.call = None,
        }
        done.insert(deed);
        Ok(true)
    }
}

fn world() -> (World, Arc<Phones>) {
    let phones = Arc::<Phones>::default();
    let port: Arc<dyn Softphone> = Arc::<Phones>::clone(&phones);
    (World::with(|api| api.softphone = Some(port)), phones)
}

const EVERY_ACT: [(&str, &str, &str); 7] = [
    ("PUT", "status", r#"{"status": "available"}"#),
    ("PUT", "status", r#"{"status": "away"}"#),
    ("PUT", "status", r#"{"status": "offline"}"#),
    ("POST", "accept", r#"{"contact_id": "leg"}"#),
    ("POST", "decline", r#"{"contact_id": "leg"}"#),
    ("POST", "hang-up", r#"{"contact_id": "leg"}"#),
    ("POST", "wrapped-up", r#"{"contact_id": "leg"}"#),
];

#[tokio::test]
async fn where_the_telephone_is_worked_elsewhere_there_is_no_phone() {
    let world = World::new();
    let token = world.token(&[Group::Agents]);
    for (method, act, body) in EVERY_ACT {
        world.send(method, &format!("/api/desk/phone/{act}"), &token, body).await.expect_problem(404);
    }
    assert_eq!(world.get("/api/desk", &token).await.json()["phone"], Value::Null);
    assert_eq!(world.audited().await, []);
}

#[tokio::test]
async fn an_agent_takes_a_call_from_the_offer_to_the_work_after_it() {
    let (world, phones) = world();
    let token = world.token(&[Group::Agents]);
    let ask = async |act: &str, body: &str| {
        let method = if act == "status" { "PUT" } else { "POST" };
        world.send(method, &format!("/api/desk/phone/{act}"), &token, body).await
    };
    let phone = async || world.get("/api/desk", &token).await.json()["phone"].clone();
    assert_eq!(phone().await, json!({"status": "offline", "call": null}));
    assert_eq!(ask("status", r#"{"status": "available"}"#).await.json()["status"], "available");
    ask("accept", r#"{"contact_id": "leg"}"#).await.expect_problem(409);
    phones.change("somebody", |phone| phone.call = Some(offer(world.clock.now())));
    let call = json!({"contact_id": "leg", "state": "incoming", "since": "2026-11-23T09:00:00Z",
        "accept_by": "2026-11-23T09:00:20Z", "resident_id": ResidentId::derive(&["ada"]),
        "callback_id": CallbackId::of(AttemptId::derive(&["dial"]))});
    assert_eq!(phone().await["call"], call);
    ask("status", r#"{"status": "offline"}"#).await.expect_problem(409);
    ask("status", r#"{"status": "missed"}"#).await.expect_problem(400);
    ask("accept", r#"{"contact_id": "another"}"#).await.expect_problem(409);
    ask("accept", r#"{"contact_id": ""}"#).await.expect_problem(422);
    ask("hang-up", r#"{"contact_id": "leg"}"#).await.expect_problem(409);
    for _ in 0..2 {
        let accepted = ask("accept", r#"{"contact_id": "leg"}"#).await;
        assert_eq!(accepted.json()["call"]["state"], "connecting", "{}", accepted.text);
    }
    ask("decline", r#"{"contact_id": "leg"}"#).await.expect_problem(409);
    assert_eq!(ask("hang-up", r#"{"contact_id": "leg"}"#).await.json()["call"]["state"], "wrap_up");
    assert_eq!(ask("wrapped-up", r#"{"contact_id": "leg"}"#).await.json()["call"], Value::Null);
    let log = world.audited().await;
    let accepted = log.iter().find(|(action, of, _)| action == "phone.accept" && of.is_some()).unwrap();
    assert_eq!(accepted.1, Some(ResidentId::derive(&["ada"])));
    phones.change("somebody", |phone| phone.status = PhoneStatus::Missed);
    assert_eq!(phone().await["status"], "missed");
}

async fn listen(world: &World, groups: &[Group], seen: &str) -> BodyDataStream {
    let mut request =
        Request::get("/api/live").header("authorization", format!("Bearer {}", world.token(groups)));
    if !seen.is_empty() {
        request = request.header("last-event-id", seen);
    }
    let response = world.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    response.into_body().into_data_stream()
}

/// The next event within `patience`: what it is, its id, and what it says.
async fn event(stream: &mut BodyDataStream, patience: u64) -> Option<(String, String, Value)> {
    let next = async {
        loop {
            let chunk = stream.next().await?.unwrap();
            let text = String::from_utf8(chunk.to_vec()).unwrap();
            let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            if let (Some(kind), Some(id), Some(data)) = (field("event: "), field("id: "), field("data: ")) {
                return Some((kind, id, serde_json::from_str(&data).unwrap()));
            }
        }
    };
    tokio::time::timeout(Duration::from_millis(patience), next).await.ok()?
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_callers_phone_is_news_within_half_a_second() {
    let (world, phones) = world();
    let mut stream = listen(&world, &[Group::Agents], "").await;
    let (kind, _, data) = event(&mut stream, 500).await.unwrap();
    assert_eq!((kind.as_str(), data), ("desk", json!({"phone": {"status": "offline", "call": null}})));
    assert_eq!(event(&mut stream, 500).await.unwrap().0, "overview");
    assert_eq!(event(&mut stream, 60_000).await, None, "time alone is no news");
    // At any moment between two looks.
    for after in [0, 50, 200, 399, 1_000, 1_777] {
        phones.change("somebody", |phone| *phone = OFFLINE);
        event(&mut stream, 2_500).await;
        tokio::time::sleep(Duration::from_millis(after)).await;
        phones.change("another", |phone| phone.status = PhoneStatus::Available);
        assert_eq!(event(&mut stream, 2_500).await, None, "that of another is none");
        phones.change("another", |phone| *phone = OFFLINE);
        phones.change("somebody", |phone| phone.call = Some(offer(world.clock.now())));
        let (kind, _, data) = event(&mut stream, 500).await.unwrap();
        assert_eq!((kind.as_str(), &data["phone"]["call"]["state"]), ("desk", &json!("incoming")));
    }
}

#[tokio::test(start_paused = true)]
async fn who_resumes_hears_of_the_phone_only_what_they_have_not() {
    let (world, phones) = world();
    let mut stream = listen(&world, &[Group::Operators], "").await;
    event(&mut stream, 500).await.unwrap();
    let (_, seen, _) = event(&mut stream, 500).await.unwrap();
    assert_eq!(
        event(&mut listen(&world, &[Group::Operators], &seen).await, 60_000).await,
        None,
        "they have it"
    );
    phones.change("somebody", |phone| phone.status = PhoneStatus::Away);
    let mut resumed = listen(&world, &[Group::Operators], &seen).await;
    assert_eq!(event(&mut resumed, 500).await.unwrap().0, "desk");
    assert_eq!(event(&mut resumed, 60_000).await, None);
}

#[tokio::test(start_paused = true)]
async fn uploaders_and_desks_without_a_phone_hear_nothing_of_phones() {
    let (with_phones, _) = world();
    for (world, group) in [(with_phones, Group::Uploaders), (World::new(), Group::Agents)] {
        let mut stream = listen(&world, &[group], "").await;
        let (kind, id, _) = event(&mut stream, 500).await.unwrap();
        assert_eq!((kind.as_str(), id.contains('.')), ("overview", false));
        assert_eq!(event(&mut stream, 60_000).await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_has_ended_hears_no_more_of_its_phone() {
    let (world, _) = world();
    let mut stream = listen(&world, &[Group::Agents], "").await;
    event(&mut stream, 500).await.unwrap();
    event(&mut stream, 500).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(13));
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.next()).await;
    assert!(ended.unwrap().is_none());
}
