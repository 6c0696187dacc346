//! The dead-letter workbench as the portal's Operations page uses it.

use crate::support::{Answer, World};
use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use rollcall_domain::group::Group;
use rollcall_domain::ids::LetterId;
use rollcall_ports::{Clock, DeadLetter, Inbox};
use serde_json::{Value, json};

/// An order that its handler can read.
const ORDER: &str = r#"{"kind":"call_request","version":1,"sent_at":"2026-11-23T09:00:00Z","trace":"00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01","body":{"request":"6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1","resident":"6f9c1d52-4f1e-5c0a-9d3b-21a760b844c2","expires_at":"2026-11-23T09:10:00Z"}}"#;
const BROKEN: &str = r#"{"kind":"call_request","version":1,"body":"Ada Example"}"#;

impl World {
    async fn park(&self, n: u32, source: &str, body: &str) -> String {
        let letter = DeadLetter {
            source: source.to_owned(),
            message_id: format!("m{n}"),
            reason: format!("not a message, at line {n}"),
            handler: "dialer".to_owned(),
            parked_at: self.clock.now(),
            receives: 2,
            body: body.as_bytes().to_vec(),
            replay: None,
        };
        self.store.dead_letters().park(&letter).await.unwrap();
        LetterId::of(source, &format!("m{n}")).to_string()
    }

    /// Asks as an operator; the version goes into If-Match where there is one.
    async fn operate(&self, (method, path): (&str, &str), etag: &str, body: &Value) -> Answer {
        let token = self.token(&[Group::Operators]);
        let mut request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        if !etag.is_empty() {
            request = request.header("if-match", etag);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        self.ask(request.body(body).unwrap()).await
    }

    async fn see(&self, path: &str) -> Value {
        let answer = self.operate(("GET", path), "", &Value::Null).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// The handler of call requests settles every copy on its queue.
    async fn settle(&self) -> usize {
        let queue = self.store.call_requests_queue();
        let received = queue.receive(10).await.unwrap();
        for message in &received {
            self.store.dead_letters().applied(message.replay.unwrap(), self.clock.now()).await.unwrap();
            queue.delete(&message.receipt).await.unwrap();
        }
        received.len()
    }

    async fn deeds(&self) -> Vec<String> {
        let log = self.store.audit().list(None, 100).await.unwrap();
        log.into_iter().map(|(_, entry)| format!("{} {}", entry.action, entry.detail)).collect()
    }
}

fn path(id: &str, part: &str) -> String {
    format!("/api/dead-letters/{id}{part}")
}

#[tokio::test]
async fn letters_are_listed_filtered_and_grouped_without_what_is_in_them() {
    let world = World::new();
    let first = world.park(1, "call_requests", BROKEN).await;
    world.clock.advance(SignedDuration::from_mins(5));
    world.park(2, "call_requests", ORDER).await;
    world.park(3, "rows", "Ada Example").await;
    let all = world.see("/api/dead-letters").await;
    assert!(!all.to_string().contains("Ada"), "{all}");
    let one = &all["items"][0];
    assert_eq!(
        (&one["id"], &one["state"], &one["kind"]),
        (&json!(first), &json!("open"), &json!("call_request"))
    );
    assert_eq!(one["cause"], "not a message, at line #");
    assert_eq!(all["items"][1]["trace_id"], "5759e988bd862e3fe1be46a994272793");

    for (query, expected) in [
        ("queue=rows", vec!["m3"]),
        ("kind=call_request", vec!["m1", "m2"]),
        ("kind=unreadable", vec!["m3"]),
        ("cause=AT%20LINE", vec!["m1", "m2", "m3"]),
        ("cause=nothing", vec![]),
        ("resident_id=6f9c1d52-4f1e-5c0a-9d3b-21a760b844c2", vec!["m2"]),
        ("parked_from=2026-11-23T09:05:00Z", vec!["m2", "m3"]),
        ("parked_until=2026-11-23T09:05:00Z", vec!["m1"]),
        ("state=open&queue=call_requests", vec!["m1", "m2"]),
        ("state=applied", vec![]),
    ] {
        let found = world.see(&format!("/api/dead-letters?{query}")).await;
        let ids: Vec<_> =
            found["items"].as_array().unwrap().iter().map(|item| item["message_id"].clone()).collect();
        assert_eq!(ids, expected, "{query}");
    }
    let groups = world.see("/api/dead-letters/groups").await;
    let expected = json!({
        "source": "call_requests", "cause": "not a message, at line #", "kind": "call_request", "letters": 2,
        "replaying": 0, "oldest_at": "2026-11-23T09:00:00Z", "newest_at": "2026-11-23T09:05:00Z"
    });
    assert_eq!((&groups[0], groups.as_array().unwrap().len()), (&expected, 2));
    for query in ["state=lost", "resident_id=Ada", "parked_from=yesterday"] {
        let answer = world.operate(("GET", &format!("/api/dead-letters?{query}")), "", &Value::Null).await;
        answer.expect_problem(400);
    }
}

#[tokio::test]
async fn a_letter_is_understood_mended_replayed_and_applied() {
    let world = World::new();
    let id = world.park(1, "call_requests", BROKEN).await;
    let letter = world.operate(("GET", &path(&id, "")), "", &Value::Null).await;
    assert_eq!(letter.header("etag"), "\"1\"");
    let shown = letter.json();
    assert_eq!(shown["schema"]["properties"]["kind"]["const"], "call_request");
    assert_eq!((&shown["editable"], &shown["history"][0]["what"]), (&json!(true), &json!("parked")));
    assert!(!letter.text.contains("Ada"));

    let revealed = world.operate(("POST", &path(&id, "/reveal")), "", &json!({"purpose": "mend"})).await;
    assert_eq!(revealed.json(), json!({"message": {"text": BROKEN, "base64": null}, "former": []}));

    let tried = async |message: Value| {
        world.operate(("POST", &path(&id, "/dry-run")), "", &json!({"message": message})).await.json()
    };
    let stored = tried(Value::Null).await;
    assert_eq!((&stored["outcome"], &stored["code"]), (&json!("parks_again"), &json!("malformed")));
    assert_eq!(tried(json!(ORDER)).await["outcome"], "applies");

    let edit = json!({"message": ORDER, "reason": "the body was a name"});
    let edited = world.operate(("PUT", &path(&id, "/message")), "\"1\"", &edit).await;
    assert_eq!((edited.status.as_u16(), edited.header("etag")), (200, "\"2\""), "{}", edited.text);
    let sent = world.operate(("POST", &path(&id, "/replay")), "\"2\"", &Value::Null).await;
    assert_eq!((sent.status.as_u16(), &sent.json()["state"]), (200, &json!("replaying")), "{}", sent.text);
    assert_eq!(world.settle().await, 1);

    let over = world.see(&path(&id, "")).await;
    let told: Vec<_> =
        over["history"].as_array().unwrap().iter().map(|event| event["what"].clone()).collect();
    assert_eq!(told, ["parked", "edited", "replayed", "sent", "applied"]);
    assert_eq!((&over["state"], &over["history"][1]["by"]), (&json!("applied"), &json!("somebody")));
    assert_eq!(world.see("/api/dead-letters").await["items"], json!([]));
    assert_eq!(world.see("/api/dead-letters?state=applied").await["items"][0]["id"], json!(id));
    let revealed =
        world.operate(("POST", &path(&id, "/reveal")), "", &json!({"purpose": "audit"})).await.json();
    assert_eq!(revealed["former"][0]["message"]["text"], BROKEN);
    assert_eq!(
        world.deeds().await,
        [
            format!("letter.view {id} mend"),
            format!("letter.edit {id}"),
            format!("letter.replay {id}"),
            format!("letter.view {id} audit"),
        ]
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let world = World::new();
    let id = world.park(1, "call_requests", BROKEN).await;
    let edit = json!({"message": ORDER, "reason": "why"});
    let discard = json!({"reason": "a test"});
    let none = Value::Null;
    let wishes = [("PUT", "/message", &edit), ("POST", "/replay", &none), ("POST", "/discard", &discard)];
    for (method, part, body) in wishes {
        world.operate((method, &path(&id, part)), "", body).await.expect_problem(428);
        world.operate((method, &path(&id, part)), "\"9\"", body).await.expect_problem(412);
        let nobody = path("00000000-0000-5000-8000-000000000000", part);
        world.operate((method, &nobody), "\"1\"", body).await.expect_problem(404);
    }
    let field = async |part: &str, body: Value| {
        let method = if part == "/message" { "PUT" } else { "POST" };
        let answer = world.operate((method, &path(&id, part)), "\"1\"", &body).await;
        answer.expect_problem(422);
        assert!(!answer.text.contains("Ada"), "{}", answer.text);
        answer.json()["errors"][0]["field"].clone()
    };
    assert_eq!(field("/message", json!({"message": BROKEN, "reason": "why"})).await, "message");
    assert_eq!(field("/message", json!({"message": ORDER, "reason": " "})).await, "reason");
    assert_eq!(field("/discard", json!({"reason": "x".repeat(301)})).await, "reason");
    for body in [json!({}), json!({"purpose": "curiosity"})] {
        world.operate(("POST", &path(&id, "/reveal")), "", &body).await.expect_problem(400);
    }
    assert_eq!(world.see(&path(&id, "")).await["version"], 1);

    let gone = world.operate(("POST", &path(&id, "/discard")), "\"1\"", &discard).await;
    assert_eq!((gone.status.as_u16(), &gone.json()["state"]), (200, &json!("discarded")));
    for (method, part, body) in wishes {
        world.operate((method, &path(&id, part)), "\"2\"", body).await.expect_problem(409);
    }
    assert_eq!(world.deeds().await, [format!("letter.discard {id}")]);
}

#[tokio::test]
async fn many_are_replayed_with_progress_and_can_be_stopped() {
    let world = World::new();
    for n in 1..=5 {
        world.park(n, "call_requests", ORDER).await;
    }
    let rows = world.park(9, "rows", "broken").await;
    let order = json!({"per_minute": 60, "matching": {"queue": "call_requests"}});
    let begun = world.operate(("POST", "/api/dead-letters/replays"), "", &order).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let begun = begun.json();
    let id = begun["id"].as_str().unwrap().to_owned();
    assert_eq!((&begun["total"], &begun["state"], &begun["sent"]), (&json!(5), &json!("running"), &json!(0)));

    let workbench =
        crate::support::workbench(&world.store, &(world.clock.clone() as std::sync::Arc<dyn Clock>));
    workbench.drive_all(10).await.unwrap();
    world.clock.advance(SignedDuration::from_secs(1));
    workbench.drive_all(10).await.unwrap();
    let progress = format!("/api/dead-letters/replays/{id}");
    assert_eq!(world.see(&progress).await["sent"], 2);
    let stopped = world.operate(("POST", &format!("{progress}/stop")), "", &Value::Null).await.json();
    assert_eq!((&stopped["state"], &stopped["stopped_by"]), (&json!("stopped"), &json!("somebody")));
    assert_eq!(world.see("/api/dead-letters/replays").await, json!([stopped]));
    assert_eq!(world.settle().await, 2);
    assert_eq!(world.see("/api/dead-letters").await["items"].as_array().unwrap().len(), 4);

    let named = json!({"ids": [rows]});
    let begun = world.operate(("POST", "/api/dead-letters/replays"), "", &named).await.json();
    assert_eq!((&begun["total"], &begun["per_minute"]), (&json!(1), &json!(300)));
    for body in [
        json!({}),
        json!({"ids": []}),
        json!({"ids": [rows], "matching": {}}),
        json!({"matching": {}, "per_minute": 0}),
        json!({"matching": {}, "per_minute": 6001}),
    ] {
        world.operate(("POST", "/api/dead-letters/replays"), "", &body).await.expect_problem(422);
    }
    let missing = "/api/dead-letters/replays/00000000-0000-5000-8000-000000000000";
    world.operate(("GET", missing), "", &Value::Null).await.expect_problem(404);
    world.operate(("POST", &format!("{missing}/stop")), "", &Value::Null).await.expect_problem(404);
}

#[tokio::test]
async fn all_that_match_are_discarded_with_a_reason() {
    let world = World::new();
    for n in 1..=3 {
        world.park(n, "call_requests", ORDER).await;
    }
    world.park(9, "rows", "broken").await;
    let discards = ("POST", "/api/dead-letters/discards");
    for body in [
        json!({"matching": {"queue": "call_requests"}, "reason": " "}),
        json!({"ids": [], "reason": "a flood"}),
        json!({"reason": "a flood"}),
    ] {
        world.operate(discards, "", &body).await.expect_problem(422);
    }
    let order = json!({"matching": {"queue": "call_requests"}, "reason": "a flood"});
    let begun = world.operate(discards, "", &order).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let begun = begun.json();
    assert_eq!(
        (&begun["deed"], &begun["reason"], &begun["total"]),
        (&json!("discard"), &json!("a flood"), &json!(3))
    );
    let workbench =
        crate::support::workbench(&world.store, &(world.clock.clone() as std::sync::Arc<dyn Clock>));
    for _ in 0..3 {
        workbench.drive_all(10).await.unwrap();
        world.clock.advance(SignedDuration::from_secs(1));
    }
    let id = begun["id"].as_str().unwrap();
    let over = world.see(&format!("/api/dead-letters/replays/{id}")).await;
    assert_eq!((&over["state"], &over["sent"]), (&json!("finished"), &json!(3)));
    let left = world.see("/api/dead-letters").await["items"].clone();
    assert_eq!(left.as_array().unwrap().iter().map(|one| &one["source"]).collect::<Vec<_>>(), ["rows"]);
    let over = world.see("/api/dead-letters?state=discarded&size=1").await["items"][0]["id"].clone();
    let told =
        world.see(&format!("/api/dead-letters/{}", over.as_str().unwrap())).await["history"][1].clone();
    assert_eq!(
        (&told["what"], &told["reason"], &told["job_id"]),
        (&json!("discarded"), &json!("a flood"), &json!(id))
    );
}
