//! The worklist.

use crate::support::{Answer, World};
use jiff::SignedDuration;
use rollcall_domain::duty::Cause;
use rollcall_domain::group::Group;
use rollcall_domain::ids::{EscalationId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::{Keyholder, Risk};
use rollcall_ports::{Clock as _, Removed};
use serde_json::{Value, json};

const AGENTS: &[Group] = &[Group::Agents];

impl World {
    /// Somebody who was not reached, as the sweep raises it.
    async fn escalated(&self, n: u32, risk: Option<Risk>) -> (ResidentId, EscalationId) {
        let id = self
            .add(n, |one| {
                one.profile.risk = risk;
                let number = PhoneNumber::from_e164("+441632960001").unwrap();
                one.profile.keyholders = vec![Keyholder { name: "Bo".to_owned(), number }];
            })
            .await;
        let (recorder, resident) = (self.recorder(), self.stored(id).await.unwrap().value);
        let duty = (Cause::DayClosed, self.clock.now());
        let case = recorder.raise(&resident, duty, None).await.unwrap().unwrap();
        assert!(recorder.settle_escalation(&case).await.unwrap());
        (id, case.value.id)
    }

    async fn worklist(&self) -> Value {
        self.get("/api/escalations", &self.token(AGENTS)).await.json()
    }

    async fn case(&self, id: EscalationId) -> Value {
        self.get(&format!("/api/escalations/{id}"), &self.token(AGENTS)).await.json()
    }

    async fn on(&self, (method, deed): (&str, &str), id: EscalationId, token: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, &format!("/api/escalations/{id}/{deed}"), token, &body).await
    }
}

const ACCEPT: (&str, &str) = ("POST", "accept");
const RELEASE: (&str, &str) = ("DELETE", "accept");
const ALL_CLEAR: (&str, &str) = ("POST", "all-clear");
const NOTE: (&str, &str) = ("POST", "notes");

#[tokio::test]
async fn those_whom_nobody_sees_to_come_first_and_of_these_those_at_high_risk() {
    let world = World::new();
    let (_, low) = world.escalated(1, Some(Risk::Low)).await;
    world.clock.advance(SignedDuration::from_secs(1));
    let (_, plain) = world.escalated(2, None).await;
    let (resident, high) = world.escalated(3, Some(Risk::High)).await;
    let (_, seen_to) = world.escalated(4, Some(Risk::High)).await;
    world.on(ACCEPT, seen_to, &world.token(AGENTS), &Value::Null).await;
    let list = world.worklist().await;
    let ids: Vec<&Value> = list["escalations"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    let expected: Vec<Value> = [high, low, plain, seen_to].map(|id| json!(id.to_string())).to_vec();
    assert_eq!(ids, expected.iter().collect::<Vec<_>>());
    assert_eq!(list["open"], 4);
    let first = &list["escalations"][0];
    assert_eq!(
        (&first["resident_id"], &first["cause"]),
        (&json!(resident.to_string()), &json!("day_closed"))
    );
    assert_eq!(first["person"]["keyholders"], json!([{"name": "Bo", "number": "+441632960001"}]));
    assert_eq!((&first["person"]["risk"], &first["person"]["heard_at"]), (&json!("high"), &Value::Null));
    let next = json!({"to": "duty_officer", "keyholder": null, "at": first["raised_at"]});
    assert_eq!((&first["told"], &first["next"]), (&json!([]), &next));
    let detail = world.get(&format!("/api/residents/{resident}"), &world.token(AGENTS)).await.json();
    assert_eq!(detail["escalation"]["id"], first["id"], "the record leads to the worklist");
}

#[tokio::test]
async fn one_accepts_and_gives_back_and_nobody_else_takes_it_away() {
    let world = World::new();
    let (_, id) = world.escalated(1, None).await;
    let (ada, ben) = (world.token_of("ada", AGENTS), world.token_of("ben", AGENTS));
    let accepted = world.on(ACCEPT, id, &ada, &Value::Null).await.json();
    let (at, until) = (world.clock.now(), world.clock.now() + SignedDuration::from_hours(4));
    let expected = json!({"by": "ada", "at": at.to_string(), "all_clear_by": until.to_string()});
    assert_eq!((&accepted["accepted"], &accepted["next"]), (&expected, &Value::Null));
    assert_eq!(world.on(ACCEPT, id, &ada, &Value::Null).await.json(), accepted, "a repeat changes nothing");
    for deed in [ACCEPT, RELEASE] {
        let refused = world.on(deed, id, &ben, &Value::Null).await;
        refused.expect_problem(409);
        assert!(refused.text.contains("escalation was accepted by ada already"), "{}", refused.text);
    }
    let operator = world.token_of("olive", &[Group::Operators]);
    let released = world.on(RELEASE, id, &operator, &Value::Null).await.json();
    assert_eq!((&released["accepted"], &released["former"][0]["by"]), (&Value::Null, &json!("ada")));
    let (deeds, told): (Vec<_>, Vec<_>) =
        world.audited().await.into_iter().map(|(deed, _, told)| (deed, told)).unzip();
    assert_eq!(deeds, ["escalation.accept", "escalation.release"], "what was refused was not done");
    assert_eq!(told, [id.to_string(), id.to_string()]);
}

#[tokio::test]
async fn the_all_clear_ends_it_and_is_on_the_record() {
    let world = World::new();
    let (resident, id) = world.escalated(1, None).await;
    let token = world.token(AGENTS);
    assert_eq!(
        world.on(NOTE, id, &token, &json!({"text": " rang twice "})).await.json()["notes"][0]["text"],
        "rang twice"
    );
    let clear = json!({"how": "seen_in_person", "note": "a neighbour saw them"});
    let ended = world.on(ALL_CLEAR, id, &token, &clear).await.json();
    assert_eq!(
        (&ended["ended"]["how"], &ended["ended"]["by"]),
        (&json!("seen_in_person"), &json!("somebody"))
    );
    assert_eq!(ended["notes"].as_array().unwrap().len(), 2);
    assert_eq!(world.on(ALL_CLEAR, id, &token, &clear).await.json(), ended, "a repeat changes nothing");
    let detail = world.get(&format!("/api/residents/{resident}"), &token).await.json();
    assert_eq!((&detail["state"], &detail["escalation"]), (&json!("spoken_to"), &Value::Null));
    assert_eq!(
        (&world.worklist().await["open"], &world.case(id).await["ended"]),
        (&json!(0), &ended["ended"])
    );
    for deed in [ACCEPT, RELEASE] {
        world.on(deed, id, &token, &Value::Null).await.expect_problem(409);
    }
    let other = world.on(ALL_CLEAR, id, &token, &json!({"how": "known_safe"})).await;
    other.expect_problem(409);
    assert!(other.text.contains("seen_in_person"), "{}", other.text);
}

#[tokio::test]
async fn what_cannot_be_is_said_and_changes_nothing() {
    let world = World::new();
    let (_, id) = world.escalated(1, None).await;
    let token = world.token(AGENTS);
    let before = world.case(id).await;
    let nobody = EscalationId::derive(&["nobody"]);
    world.get(&format!("/api/escalations/{nobody}"), &token).await.expect_problem(404);
    for (deed, body) in
        [(ACCEPT, Value::Null), (ALL_CLEAR, json!({"how": "spoken_to"})), (NOTE, json!({"text": "x"}))]
    {
        world.on(deed, nobody, &token, &body).await.expect_problem(404);
    }
    for text in [String::new(), "  ".to_owned(), "x".repeat(3_000)] {
        world.on(NOTE, id, &token, &json!({ "text": text })).await.expect_problem(422);
    }
    let long = json!({"how": "spoken_to", "note": "x".repeat(3_000)});
    world.on(ALL_CLEAR, id, &token, &long).await.expect_problem(422);
    world.on(ALL_CLEAR, id, &token, &json!({"how": "guessed"})).await.expect_problem(400);
    assert_eq!(world.case(id).await, before);
}

#[tokio::test]
async fn whoever_is_deleted_is_on_nobodys_list() {
    let world = World::new();
    let (resident, id) = world.escalated(1, None).await;
    let version = format!("\"{}\"", world.stored(resident).await.unwrap().version);
    let path = crate::people::path(resident);
    let body = json!({"reason": "moved"});
    let gone = world.change(Group::Operators, ("DELETE", &path), Some(&version), &body).await;
    assert_eq!(gone.status, 204);
    assert_eq!(
        (&world.worklist().await["open"], &world.case(id).await["ended"]["how"]),
        (&json!(0), &json!("deleted"))
    );
}

#[tokio::test]
async fn somebody_whose_deletion_was_cut_off_stays_on_the_list_without_a_name_until_the_sweep() {
    let world = World::new();
    let (resident, _) = world.escalated(1, None).await;
    let read = world.stored(resident).await.unwrap();
    assert_eq!(world.store.residents().remove(&read).await.unwrap(), Removed::Done);
    let list = world.worklist().await;
    assert_eq!((&list["open"], &list["escalations"][0]["person"]), (&json!(1), &Value::Null));
}
