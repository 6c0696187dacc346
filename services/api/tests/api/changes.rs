//! Changing people: for the version that was read, answered after the write,
//! and in the log without what was written.

use crate::people::{at, path};
use crate::support::World;
use jiff::SignedDuration;
use rollcall_domain::attempt::{Attempt, Key};
use rollcall_domain::callback::CallbackState;
use rollcall_domain::duty::Schedule;
use rollcall_domain::group::Group;
use rollcall_domain::ids::{RequestId, ResidentId};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_ports::{Began, Begin, Clock as _, Versioned};
use serde_json::{Value, json};

/// Every change: method, path behind the resident's, body, and who.
fn every_change() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("PATCH", "", json!({"last_name": "SECRET"})),
        ("PUT", "/enabled", json!({"enabled": false, "reason": "SECRET"})),
        (
            "POST",
            "/pauses",
            json!({"from": "2026-12-24T00:00:00Z", "until": "2026-12-27T00:00:00Z", "reason": "SECRET"}),
        ),
        ("POST", "/notes", json!({"text": "SECRET"})),
        ("DELETE", "", json!({"reason": "moved"})),
    ]
}

#[tokio::test]
async fn every_change_is_for_a_version_answered_after_the_write_and_logged_without_values() {
    for (method, part, body) in every_change() {
        let world = World::new();
        let id = world.add(1, |_| {}).await;
        let other = world.add(2, |_| {}).await;
        let whole = format!("{}{part}", path(id));
        let needs_version = part != "/notes";
        let ask =
            async |etag: Option<&str>| world.change(Group::Operators, (method, &whole), etag, &body).await;
        if needs_version {
            ask(None).await.expect_problem(428);
            for etag in ["\"2\"", "\"0\"", "\"9999999999999999999\""] {
                ask(Some(etag)).await.expect_problem(412);
            }
            for etag in ["1", "*", "W/\"1\"", "\"x\"", "\"-1\"", "\"+1\"", "\"99999999999999999999\""] {
                ask(Some(etag)).await.expect_problem(400);
            }
        }
        assert_eq!(world.stored(id).await.unwrap().version, 1, "{method} {part}: nothing was written");
        assert_eq!(world.audited().await, []);

        let answer = ask(needs_version.then_some("\"1\"")).await;
        let stored = world.stored(id).await;
        let log = world.audited().await;
        assert_eq!(log.len(), 1, "{log:?}");
        assert_eq!(log[0].1, Some(id));
        assert!(log[0].0.starts_with("resident.") && !format!("{log:?}").contains("SECRET"), "{log:?}");
        if method == "DELETE" {
            assert_eq!((answer.status.as_u16(), stored.is_none()), (204, true));
        } else {
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert_eq!(answer.header("etag"), "\"2\"");
            let read = world.get(&path(id), &world.token(&[Group::Operators])).await;
            assert_eq!(read.json(), answer.json(), "the answer is what is stored");
            assert_eq!(stored.unwrap().version, 2);
        }
        assert_eq!(world.stored(other).await.unwrap().version, 1, "nobody else");
    }
}

#[tokio::test]
async fn nobody_is_made_by_a_change() {
    let world = World::new();
    let nobody = ResidentId::derive(&["nobody"]);
    for (method, part, body) in every_change() {
        let answer = world
            .change(Group::Operators, (method, &format!("{}{part}", path(nobody))), Some("\"1\""), &body)
            .await;
        answer.expect_problem(404);
    }
    assert_eq!(world.store.residents_count().unwrap(), 0);
    assert_eq!(world.stored(nobody).await, None);
    assert_eq!(world.audited().await, []);
}

#[tokio::test]
async fn a_correction_is_read_by_the_rules_of_an_upload() {
    let world = World::new();
    let id = world
        .add(1, |one| {
            one.number_bad_since = Some(at("2026-11-20T10:00:00Z"));
            one.profile.language = Some("cy".to_owned());
        })
        .await;
    let patch = async |etag: &str, body: Value| {
        world.change(Group::Uploaders, ("PATCH", &path(id)), Some(etag), &body).await
    };
    let body = json!({"first_name": " Ada\u{202e} ", "number": "(07700) 900 555", "timezone": "europe/paris",
        "language": null, "notes": "ring twice"});
    let answer = patch("\"1\"", body.clone()).await;
    let shown = answer.json();
    for (field, expected) in [
        ("first_name", json!("Ada")),
        ("last_name", json!("Example")),
        ("number", json!("+447700900555")),
        ("timezone", json!("Europe/Paris")),
        ("language", Value::Null),
        ("notes", json!("ring twice")),
        ("number_bad", json!(false)),
        ("id", json!(id)),
        ("next_due_at", json!("2026-11-23T09:00:00Z")),
    ] {
        assert_eq!(shown[field], expected, "{field}");
    }
    assert_eq!(world.audited().await[0].2, "first_name timezone language notes number");
    assert_eq!(patch("\"2\"", body).await.header("etag"), "\"2\"", "a repeat changes nothing");
    assert_eq!(world.audited().await.len(), 1);

    let wrong = json!({"number": "07700 90055", "timezone": "Mars", "language": "english",
        "first_name": "x".repeat(101)});
    let answer = patch("\"2\"", wrong).await;
    answer.expect_problem(422);
    let problem = answer.json();
    let fields: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["first_name", "number", "timezone", "language"], "all at once");
    assert!(!answer.text.contains("90055") && !answer.text.contains("Mars"), "{}", answer.text);
    patch("\"2\"", json!({"first_name": "", "last_name": " "})).await.expect_problem(422);
    patch("\"2\"", json!({"enabled": false})).await.expect_problem(400);
    patch("\"2\"", json!({"number": null})).await;
    assert_eq!(world.stored(id).await.unwrap().version, 2);
}

/// A number that rang for somebody else a minute ago is not rung for whoever
/// is given it now, and an order that was prepared for the old number fails.
#[tokio::test]
async fn a_corrected_number_is_left_quiet_for_the_gap() {
    let world = World::new();
    let (one, other) = (world.add(1, |_| {}).await, world.add(2, |_| {}).await);
    let now = world.clock.now();
    world.dial(other, "rings").await;
    let before = world.stored(one).await.unwrap();
    let body = json!({"number": "+447700900002"});
    let answer = world.change(Group::Uploaders, ("PATCH", &path(one)), Some("\"1\""), &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let begin = async |read: Versioned<Resident>, soon: i64| {
        let at = now + SignedDuration::from_secs(soon);
        let request = RequestId::derive(&["corrected", &soon.to_string()]);
        let order = Begin {
            attempt: Versioned::new(Attempt::begin(one, request, at)),
            number: read.value.number,
            resident: read,
            schedule: Schedule::default(),
            now: at,
            quiet_since: at - SignedDuration::from_mins(5),
        };
        world.store.attempts().begin(&order).await.unwrap()
    };
    assert_eq!(begin(before, 60).await, Began::Changed);
    let after = world.stored(one).await.unwrap();
    assert_eq!(begin(after.clone(), 299).await, Began::NumberBusy(now));
    assert_eq!(begin(after, 300).await, Began::Granted);
}

#[tokio::test]
async fn switching_pausing_and_noting() {
    let world = World::new();
    let id = world.add(1, |_| {}).await;
    let ask = async |method: &str, part: &str, etag: &str, body: Value| {
        world.change(Group::Operators, (method, &format!("{}{part}", path(id))), Some(etag), &body).await
    };
    let off =
        ask("PUT", "/enabled", "\"1\"", json!({"enabled": false, "reason": "asked us to"})).await.json();
    assert_eq!((&off["state"], &off["disabled_reason"]), (&json!("excluded"), &json!("asked us to")));
    assert_eq!(off["next_due_at"], Value::Null);
    let on = ask("PUT", "/enabled", "\"2\"", json!({"enabled": true, "reason": "rang us"})).await.json();
    assert_eq!((&on["state"], &on["disabled_reason"]), (&json!("trying"), &Value::Null));
    ask("PUT", "/enabled", "\"3\"", json!({"enabled": false, "reason": ""})).await.expect_problem(422);

    let pause =
        json!({"from": "2026-11-23T08:00:00Z", "until": "2026-11-25T09:00:00Z", "reason": "hospital"});
    let paused = ask("POST", "/pauses", "\"3\"", pause).await.json();
    assert_eq!(paused["paused_until"], "2026-11-25T09:00:00Z");
    let made = &paused["pauses"][0];
    assert_eq!((&made["reason"], &made["by"]), (&json!("hospital"), &json!("somebody")));
    assert_eq!(made["at"], "2026-11-23T09:00:00Z");
    let backwards = json!({"from": "2026-12-25T08:00:00Z", "until": "2026-12-24T09:00:00Z", "reason": "x"});
    ask("POST", "/pauses", "\"4\"", backwards).await.expect_problem(422);
    ask("POST", "/pauses", "\"4\"", json!({"from": "soon", "until": "later", "reason": "x"}))
        .await
        .expect_problem(400);
    let part = format!("/pauses/{}", made["id"].as_str().unwrap());
    let ended = ask("DELETE", &part, "\"4\"", json!({})).await.json();
    assert_eq!((&ended["paused_until"], &ended["state"]), (&Value::Null, &json!("trying")));
    ask("DELETE", &part, "\"5\"", json!({})).await.expect_problem(409);
    ask("DELETE", "/pauses/00000000-0000-5000-8000-000000000000", "\"5\"", json!({}))
        .await
        .expect_problem(404);

    let noted = ask("POST", "/notes", "\"1\"", json!({"text": "hard of hearing"})).await.json();
    assert_eq!(noted["staff_notes"][0]["text"], "hard of hearing");
    assert_eq!(noted["version"], 6, "whatever version it was");
    ask("POST", "/notes", "\"1\"", json!({"text": " "})).await.expect_problem(422);
}

#[tokio::test]
async fn deleting_takes_all_counts_down_and_cancels_what_was_promised() {
    let world = World::new();
    let id = world.add(1, |_| {}).await;
    let neighbour = world.add(2, |one| one.profile = Resident { id, ..other_on_the_number(1) }.profile).await;
    let dial = world.called(id, "talk", Key::Talk).await;
    let open = world.dial(neighbour, "rings").await;
    let read = world.stored(id).await.unwrap();
    let promise = read.value.callback.unwrap();
    assert_eq!(world.store.callbacks().count_open().await.unwrap(), 1);
    assert_eq!(world.store.residents().sharing(read.value.number, neighbour).await.unwrap(), 1);

    let etag = format!("\"{}\"", read.version);
    let delete = async |id, etag: &str, body| {
        world.change(Group::Operators, ("DELETE", &path(id)), Some(etag), &body).await
    };
    delete(id, &etag, json!({"reason": "because"})).await.expect_problem(400);
    assert_eq!(delete(id, &etag, json!({"reason": "died"})).await.status, 204);
    delete(id, &etag, json!({"reason": "died"})).await.expect_problem(404);

    assert_eq!(world.stored(id).await, None);
    assert_eq!(world.store.residents_count().unwrap(), 1);
    assert_eq!(world.store.residents().sharing(read.value.number, neighbour).await.unwrap(), 0);
    assert_eq!(world.store.integrity_check().unwrap(), Vec::<String>::new());
    let callback = world.store.callbacks().get(promise).await.unwrap().unwrap().value;
    assert_eq!(callback.state(&Policy::default()), CallbackState::Cancelled(world.clock.now()));
    assert_eq!(callback.cancelled.unwrap().by, "somebody");
    assert_eq!(world.store.callbacks().count_open().await.unwrap(), 0);
    // What is known of the call stays, without the person.
    assert!(world.store.attempts().get(dial.value.id).await.unwrap().is_some());
    let log = world.audited().await;
    assert_eq!(log, [("resident.delete".to_owned(), Some(id), "died".to_owned())]);

    // Also while a call to them rings.
    let etag = format!("\"{}\"", world.stored(neighbour).await.unwrap().version);
    assert_eq!(delete(neighbour, &etag, json!({"reason": "asked"})).await.status, 204);
    assert_eq!(world.store.residents_count().unwrap(), 0);
    assert!(!world.store.attempts().get(open.value.id).await.unwrap().unwrap().value.is_closed());
    assert_eq!(world.store.integrity_check().unwrap(), Vec::<String>::new());
}

fn other_on_the_number(n: u32) -> Resident {
    let mut other = rollcall_ports::suite::people::resident("api", n);
    other.profile.first_name = "Bob".to_owned();
    other
}
