//! Agents at the desk: each deed is for a version, written before others hear
//! of it, and never takes a conversation away.

use crate::line::{Leg, Line};
use crate::people::at;
use crate::support::{Answer, World};
use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use rollcall_domain::callback::{CallbackState, Try};
use rollcall_domain::group::Group;
use rollcall_domain::ids::{CallbackId, ResidentId};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Heard, Reached};
use rollcall_ports::{CheckResult, Clock};
use serde_json::{Value, json};

pub(crate) fn callback_path(id: CallbackId, part: &str) -> String {
    format!("/api/desk/callbacks/{id}{part}")
}

impl World {
    /// Asks as the account `name`, for the version that is stored.
    pub(crate) async fn deed(
        &self,
        (name, group): (&str, Group),
        (method, part): (&str, &str),
        id: CallbackId,
        body: Value,
    ) -> Answer {
        let version = self.promise(id).await.version;
        self.deed_for(&format!("\"{version}\""), (name, group), (method, &callback_path(id, part)), body)
            .await
    }

    /// How this day of somebody is shown.
    async fn today(&self, resident: ResidentId) -> Value {
        let path = format!("{}/days?days=1", crate::people::path(resident));
        self.get(&path, &self.token(&[Group::Agents])).await.json()[0]["result"].clone()
    }

    pub(crate) async fn deed_for(
        &self,
        etag: &str,
        (name, group): (&str, Group),
        (method, path): (&str, &str),
        body: Value,
    ) -> Answer {
        let token = self.token_of(name, &[group]);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        if !etag.is_empty() {
            request = request.header("if-match", etag);
        }
        self.ask(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn listed(&self) -> Value {
        self.get("/api/desk", &self.token(&[Group::Agents])).await.json()
    }

    async fn state(&self, id: CallbackId) -> CallbackState {
        self.promise(id).await.value.state(&Policy::default())
    }

    async fn still_owed_to(&self, resident: ResidentId, id: CallbackId) {
        assert_eq!(self.state(id).await, CallbackState::Open);
        assert_eq!(self.stored(resident).await.unwrap().value.callback, Some(id));
        let due = self.store.callbacks().to_review(at("2026-11-23T11:01:00Z"), 9).await.unwrap();
        assert_eq!(due, [id], "reviewed at its deadline");
        let now = self.store.callbacks().to_review(self.clock.now(), 9).await.unwrap();
        assert_eq!(now, [], "and not before");
    }
}

pub(crate) const JOE: (&str, Group) = ("joe", Group::Agents);
const MIA: (&str, Group) = ("mia", Group::Agents);
const OPAL: (&str, Group) = ("opal", Group::Operators);

#[tokio::test]
async fn everybody_who_is_owed_is_listed_the_raised_first_then_by_deadline() {
    let line = Line::default();
    let world = line.world();
    let mut ids = Vec::new();
    for n in 1..=4 {
        ids.push(world.waiting(n, &format!("leg-{n}"), &line).await.1);
        world.clock.advance(SignedDuration::from_mins(1));
    }
    // Of the second every try was missed, the fourth was kept.
    for name in ["x", "y", "z"] {
        world.record_of(ids[1], name, Try::Missed(at("2026-11-23T09:01:30Z"))).await;
    }
    world.record_of(ids[3], "leg-4", Try::SpokenTo(at("2026-11-23T09:04:00Z"))).await;
    let raised = world.deed(JOE, ("PUT", "/raised"), ids[2], json!({"raised": true})).await;
    assert_eq!((raised.status.as_u16(), &raised.json()["raised"]), (200, &json!(true)), "{}", raised.text);
    let shown = world.listed().await;
    let listed: Vec<_> = shown["callbacks"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(listed, [json!(ids[2]), json!(ids[0]), json!(ids[1])]);
    assert_eq!((&shown["phone"], &shown["more"]), (&Value::Null, &json!(false)));
    let first = &shown["callbacks"][1];
    for (field, expected) in [
        ("first_name", json!("Ada 1")),
        ("last_name", json!("Example")),
        ("requested_at", json!("2026-11-23T09:00:20Z")),
        ("deadline", json!("2026-11-23T11:00:20Z")),
        ("overdue", json!(false)),
        ("owed", json!(true)),
        ("answer", json!("wants_to_talk")),
        ("tries", json!([{"contact_id": "leg-1", "result": "waiting", "at": null}])),
        ("queued", json!(true)),
        ("taken", Value::Null),
        ("last_result", Value::Null),
        ("cancelled", Value::Null),
    ] {
        assert_eq!(first[field], expected, "{field}");
    }
    assert_eq!(shown["callbacks"][2]["tries"][0]["result"], "missed");
    world.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(world.listed().await["callbacks"][1]["overdue"], true);
    let lowered = world.deed(JOE, ("PUT", "/raised"), ids[2], json!({"raised": false})).await;
    assert_eq!(lowered.json()["raised"], false);
    assert_eq!(world.listed().await["callbacks"][2]["id"], json!(ids[2]));
    let deeds: Vec<String> = world.audited().await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(deeds, ["callback.raise", "callback.lower"]);
}

#[tokio::test]
async fn no_more_than_two_hundred_are_shown() {
    let line = Line::default();
    let world = line.world();
    for n in 1..=201 {
        world.waiting(n, &format!("leg-{n}"), &line).await;
    }
    let shown = world.listed().await;
    assert_eq!((shown["callbacks"].as_array().unwrap().len(), &shown["more"]), (200, &json!(true)));
}

#[tokio::test]
async fn every_deed_is_for_the_version_that_was_read_and_for_a_callback_that_exists() {
    let line = Line::default();
    let world = line.world();
    let (_, id) = world.waiting(1, "leg", &line).await;
    let before = world.promise(id).await;
    for (method, part, body) in [
        ("POST", "/take", json!({})),
        ("DELETE", "/take", json!({})),
        ("PUT", "/raised", json!({"raised": true})),
        ("POST", "/cancel", json!({"reason": "asked"})),
        ("POST", "/complete", json!({"disposition": "helped", "contact_id": "leg", "notes": "a note"})),
    ] {
        let path = callback_path(id, part);
        world.deed_for("", JOE, (method, &path), body.clone()).await.expect_problem(428);
        for (etag, status) in [("\"1\"", 412), ("\"99\"", 412), ("2", 400), ("*", 400)] {
            world.deed_for(etag, JOE, (method, &path), body.clone()).await.expect_problem(status);
        }
        let nobodys = callback_path(CallbackId::derive(&["nobody"]), part);
        world.deed_for("\"2\"", JOE, (method, &nobodys), body.clone()).await.expect_problem(404);
    }
    for (part, body) in [
        ("/cancel", json!({"reason": "bored"})),
        ("/complete", json!({"notes": "no disposition"})),
        ("/complete", json!({"disposition": "well"})),
    ] {
        world.deed(JOE, ("POST", part), id, body).await.expect_problem(400);
    }
    let long = json!({"disposition": "helped", "contact_id": "", "notes": "x".repeat(1_001)});
    let answer = world.deed(JOE, ("POST", "/complete"), id, long).await;
    answer.expect_problem(422);
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 2, "{}", answer.text);
    assert_eq!(world.promise(id).await, before, "nothing was written");
    assert_eq!((world.audited().await, line.legs()), (vec![], vec![Leg::Waits]));
}

#[tokio::test]
async fn whoever_takes_a_callback_rings_alone() {
    let line = Line::default();
    let world = line.world();
    let (resident, id) = world.waiting(1, "leg", &line).await;
    let taken = world.deed(JOE, ("POST", "/take"), id, json!({})).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let shown = taken.json();
    assert_eq!(shown["taken"], json!({"by": "joe", "at": "2026-11-23T09:00:00Z"}));
    assert_eq!((&shown["queued"], &shown["tries"]), (&json!(false), &json!([])));
    assert_eq!(taken.header("etag"), format!("\"{}\"", world.promise(id).await.version));
    assert_eq!(line.legs(), [Leg::Stopped]);
    world.still_owed_to(resident, id).await;
    // The record of the contact that was stopped is no try.
    world.record_of(id, "leg", Try::Missed(at("2026-11-23T09:00:01Z"))).await;
    assert_eq!(world.listed().await["callbacks"][0]["tries"], json!([]));

    assert_eq!(world.deed(JOE, ("POST", "/take"), id, json!({})).await.status, 200, "once more");
    world.deed(MIA, ("POST", "/take"), id, json!({})).await.expect_problem(409);
    world.deed(MIA, ("DELETE", "/take"), id, json!({})).await.expect_problem(409);
    world.deed(MIA, ("POST", "/cancel"), id, json!({"reason": "asked"})).await.expect_problem(409);
    world.deed(MIA, ("POST", "/complete"), id, json!({"disposition": "helped"})).await.expect_problem(409);
    let given = world.deed(OPAL, ("DELETE", "/take"), id, json!({})).await.json();
    assert_eq!(given["taken"], Value::Null);
    assert_eq!(world.deed(MIA, ("POST", "/take"), id, json!({})).await.status, 200);
    assert_eq!(world.deed(MIA, ("DELETE", "/take"), id, json!({})).await.status, 200);
    let log = world.audited().await;
    let deeds: Vec<&str> = log.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(deeds, ["callback.take", "callback.give_back", "callback.take", "callback.give_back"]);
    assert!(log.iter().all(|(_, of, detail)| *of == Some(resident) && *detail == id.to_string()), "{log:?}");
}

#[tokio::test]
async fn a_contact_that_an_agent_has_is_neither_taken_nor_cancelled() {
    let line = Line::default();
    let world = line.world();
    let (_, id) = world.waiting(1, "leg", &line).await;
    let now = world.clock.now();
    for leg in [Leg::AtDesk(now), Leg::Over(now)] {
        line.set("leg", leg);
        for (part, body) in [("/take", json!({})), ("/cancel", json!({"reason": "asked"}))] {
            world.deed(JOE, ("POST", part), id, body).await.expect_problem(409);
        }
        assert_eq!(line.legs(), [leg]);
    }
    assert_eq!(world.promise(id).await.value.taken, None);
    assert_eq!(world.audited().await, []);
    // Of one that ended long ago no record will come.
    world.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(world.deed(JOE, ("POST", "/take"), id, json!({})).await.status, 200);
}

#[tokio::test]
async fn a_cancelled_callback_is_owed_no_more() {
    let line = Line::default();
    let world = line.world();
    let (resident, id) = world.waiting(1, "leg", &line).await;
    let cancelled = world.deed(JOE, ("POST", "/cancel"), id, json!({"reason": "heard_otherwise"})).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text);
    let shown = cancelled.json();
    assert_eq!((&shown["cancelled"], &shown["owed"]), (&json!("heard_otherwise"), &json!(false)));
    assert_eq!(line.legs(), [Leg::Stopped]);
    assert_eq!(world.state(id).await, CallbackState::Cancelled(world.clock.now()));
    assert_eq!(world.stored(resident).await.unwrap().value.callback, None);
    assert_eq!(world.listed().await["callbacks"], json!([]));
    assert_eq!(world.store.callbacks().to_review(at("2026-11-24T09:00:00Z"), 9).await.unwrap(), []);
    let again = world.deed(JOE, ("POST", "/cancel"), id, json!({"reason": "heard_otherwise"})).await;
    assert_eq!(again.status, 200, "{}", again.text);
    world.deed(MIA, ("POST", "/cancel"), id, json!({"reason": "asked"})).await.expect_problem(409);
    world.deed(MIA, ("POST", "/take"), id, json!({})).await.expect_problem(409);
    let log = world.audited().await;
    assert_eq!(log, [("callback.cancel".to_owned(), Some(resident), format!("heard_otherwise {id}"))]);
}

#[tokio::test]
async fn after_a_talk_the_promise_is_kept_and_the_note_is_the_residents() {
    let line = Line::default();
    let world = line.world();
    let (resident, id) = world.waiting(1, "leg", &line).await;
    world.deed(JOE, ("POST", "/take"), id, json!({})).await;
    let body = json!({"disposition": "safeguarding", "notes": " SECRET heating is off "});
    let done = world.deed(JOE, ("POST", "/complete"), id, body.clone()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let shown = done.json();
    let result = json!({"disposition": "safeguarding", "by": "joe", "at": "2026-11-23T09:00:00Z",
        "contact_id": null});
    assert_eq!(
        (&shown["last_result"], &shown["owed"], &shown["taken"]),
        (&result, &json!(false), &Value::Null)
    );
    assert!(!done.text.contains("SECRET"), "no part of the callback");
    assert_eq!(world.state(id).await, CallbackState::SpokenTo(world.clock.now()));
    let told = world.stored(resident).await.unwrap().value;
    assert_eq!((told.callback, told.reached.unwrap().how), (None, Heard::SpokenTo));
    let notes: Vec<_> = told.staff_notes.iter().map(|note| (note.by.as_str(), note.text.as_str())).collect();
    assert_eq!(notes, [("joe", "SECRET heating is off")]);
    assert!(
        world.heard.lines().iter().any(|line| line.contains("callback_kept")),
        "{:?}",
        world.heard.lines()
    );

    let again = world.deed(JOE, ("POST", "/complete"), id, body).await;
    assert_eq!(again.status, 200, "asked twice: {}", again.text);
    assert_eq!(world.stored(resident).await.unwrap().value, told);
    world.deed(MIA, ("POST", "/complete"), id, json!({"disposition": "helped"})).await.expect_problem(409);
    let log = world.audited().await;
    let deeds: Vec<&str> = log.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(deeds, ["callback.take", "callback.complete", "resident.note"]);
    assert!(!format!("{log:?}").contains("SECRET"), "{log:?}");
    let read = world.get(&callback_path(id, ""), &world.token(&[Group::Agents])).await;
    assert_eq!((read.status.as_u16(), &read.json()["owed"]), (200, &json!(false)), "also a closed one");
    assert_eq!(world.audited().await.last().unwrap().0, "resident.view");
}

/// A voicemail counts as a talk in Connect. The record closes the promise; the
/// agent's word opens it again, and the resident's record goes back to what was
/// known before.
#[tokio::test]
async fn a_promise_that_was_not_kept_comes_back_whichever_comes_first() {
    for record_first in [true, false] {
        let line = Line::default();
        let world = line.world();
        let (resident, id) = world.waiting(1, "leg", &line).await;
        // As the key that was pressed has it.
        let today = "2026-11-23".parse().unwrap();
        world.store.checks().record(resident, today, CheckResult::WantsToTalk).await.unwrap();
        line.set("leg", Leg::Over(at("2026-11-23T09:03:00Z")));
        let spoken = Try::SpokenTo(at("2026-11-23T09:02:00Z"));
        world.clock.advance(SignedDuration::from_mins(4));
        if record_first {
            world.record_of(id, "leg", spoken).await;
            assert_eq!(world.stored(resident).await.unwrap().value.callback, None);
            assert_eq!(world.listed().await["callbacks"], json!([]));
            assert_eq!(world.today(resident).await, "spoken_to");
        }
        let body = json!({"disposition": "left_message", "contact_id": "leg", "notes": "on the machine"});
        let done = world.deed(JOE, ("POST", "/complete"), id, body.clone()).await;
        assert_eq!((done.status.as_u16(), &done.json()["owed"]), (200, &json!(true)), "{}", done.text);
        if !record_first {
            world.record_of(id, "leg", spoken).await;
        }
        world.still_owed_to(resident, id).await;
        assert_eq!(world.today(resident).await, "wants_to_talk", "record first: {record_first}");
        let shown = world.listed().await["callbacks"][0].clone();
        assert_eq!(shown["last_result"]["disposition"], "left_message");
        assert_eq!((&shown["queued"], &shown["tries"][0]["result"]), (&json!(false), &json!("missed")));
        let told = world.stored(resident).await.unwrap().value;
        if record_first {
            let asked = Reached { at: at("2026-11-23T09:00:20Z"), how: Heard::WantsToTalk };
            assert_eq!(told.reached, Some(asked), "they were not spoken to");
        }
        assert_eq!(world.store.callbacks().count_open().await.unwrap(), 1);

        // The agent who said so may take it back; another may not.
        let wrong = json!({"disposition": "helped", "contact_id": "leg"});
        world.deed(MIA, ("POST", "/complete"), id, wrong.clone()).await.expect_problem(409);
        assert_eq!(world.deed(JOE, ("POST", "/complete"), id, body).await.status, 200, "asked twice");
        world.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(world.deed(JOE, ("POST", "/complete"), id, wrong).await.json()["owed"], false);
        assert_eq!(world.today(resident).await, "spoken_to");
        assert_eq!(world.stored(resident).await.unwrap().value.callback, None);
    }
}

#[tokio::test]
async fn deleting_somebody_leaves_nothing_on_the_desk() {
    let line = Line::default();
    let world = line.world();
    let (resident, id) = world.waiting(1, "leg", &line).await;
    let version = world.stored(resident).await.unwrap().version;
    let deleted = world
        .change(
            Group::Operators,
            ("DELETE", &crate::people::path(resident)),
            Some(&format!("\"{version}\"")),
            &json!({"reason": "moved"}),
        )
        .await;
    assert_eq!(deleted.status, 204, "{}", deleted.text);
    assert_eq!(world.listed().await["callbacks"], json!([]));
    world.get(&callback_path(id, ""), &world.token(&[Group::Agents])).await.expect_problem(404);
    // Their contact still waits in Connect's queue: the sweep looks at once.
    assert_eq!(world.store.callbacks().to_review(world.clock.now(), 9).await.unwrap(), []);
    let soon = world.store.callbacks().to_review(at("2026-11-23T09:01:00Z"), 9).await.unwrap();
    assert_eq!(soon, [id]);
}
