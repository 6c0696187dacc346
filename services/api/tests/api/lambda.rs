//! The same routes as API Gateway asks for them: an event in, an answer out.

use crate::people::path;
use crate::support::World;
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use rollcall_api::Api;
use rollcall_api::assets::{Assets, File};
use rollcall_api::lambda::HttpFunction;
use rollcall_api::limits::Rate;
use rollcall_api::security::Limits;
use rollcall_api::session::{Live, Shown};
use rollcall_domain::group::Group;
use rollcall_host::lambda::{Function, Invocation};
use serde_json::{Value, json};
use std::sync::Arc;

const FILES: &[File] = &[
    ("index.html", "text/html; charset=utf-8", b"<html>"),
    ("assets/app-1a2b.js", "text/javascript", b"plain script"),
    ("assets/app-1a2b.js.gz", "text/javascript", &[0x1f, 0x8b, 0xff]),
];

/// As API Gateway makes it (its Developer Guide, payload format 2.0).
fn event(method: &str, path: &str, headers: &[(&str, &str)]) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut all = json!({
        "host": "abc123.execute-api.eu-west-2.amazonaws.com",
        "x-forwarded-for": "192.0.2.1", "x-forwarded-port": "443", "x-forwarded-proto": "https",
    });
    for (name, value) in headers {
        all[*name] = json!(value);
    }
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query, "headers": all,
        "requestContext": {
            "accountId": "111122223333", "apiId": "abc123", "stage": "$default", "routeKey": "$default",
            "domainName": "abc123.execute-api.eu-west-2.amazonaws.com", "domainPrefix": "abc123",
            "requestId": "one", "time": "23/Nov/2026:09:00:00 +0000", "timeEpoch": 1_795_424_400_000_i64,
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1", "userAgent": "a browser",
            },
        },
        "isBase64Encoded": false,
    })
}

async fn ask(router: &axum::Router, event: Value) -> Value {
    let invocation = Invocation { id: "one".to_owned(), deadline: Timestamp::UNIX_EPOCH, trace: None };
    HttpFunction(router.clone()).call(event, &invocation).await.unwrap()
}

fn expect_problem(answer: &Value, status: u16) {
    assert_eq!(answer["statusCode"], status, "{answer}");
    assert_eq!(answer["headers"]["content-type"], "application/problem+json", "{answer}");
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["status"], status);
}

#[tokio::test]
async fn paths_methods_and_refusals_are_those_of_one_machine() {
    let world = World::new();
    let answer = ask(&world.router, event("GET", "/healthz", &[])).await;
    assert_eq!((&answer["statusCode"], &answer["isBase64Encoded"]), (&json!(200), &json!(false)));
    assert!(answer["headers"]["content-security-policy"].as_str().unwrap().contains("default-src 'self'"));
    assert_eq!(answer["headers"]["cache-control"], "no-store");
    for (method, path, status) in [
        ("GET", "/api/nothing", 404),
        ("DELETE", "/api/overview", 405),
        ("GET", "/api/overview", 401),
        ("GET", "/api/residents/%", 400),
        ("GET", "/healthz?a=<b>\u{7f}", 400),
        ("GET", "//[", 404),
        ("GET", "", 400),
        ("GET", "http://elsewhere/api/overview", 400),
    ] {
        let answer = ask(&world.router, event(method, path, &[])).await;
        // Before a path is read it is asked who reads it.
        let status = if path.starts_with("/api/residents/") { 401 } else { status };
        expect_problem(&answer, status);
    }
    let allowed = ask(&world.router, event("DELETE", "/api/overview", &[])).await;
    assert_eq!(allowed["headers"]["allow"], "GET");
}

#[tokio::test]
async fn a_version_that_was_read_is_the_one_that_is_changed() {
    let world = World::new();
    let id = world.add(1, |_| {}).await;
    let token = format!("Bearer {}", world.token(&[Group::Operators]));
    let read = ask(&world.router, event("GET", &path(id), &[("authorization", &token)])).await;
    let tag = read["headers"]["etag"].as_str().unwrap();
    let headers =
        [("authorization", token.as_str()), ("content-type", "application/json"), ("if-match", tag)];
    let mut change = event("PATCH", &path(id), &headers);
    change["body"] = json!(r#"{"last_name": "Exämple"}"#);
    let answer = ask(&world.router, change.clone()).await;
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(world.stored(id).await.unwrap().value.last_name, "Exämple");
    assert_ne!(answer["headers"]["etag"], tag);
    expect_problem(&ask(&world.router, change.clone()).await, 412);

    // API Gateway sends a body of another type than text in base64.
    change["headers"]["if-match"] = answer["headers"]["etag"].clone();
    change["body"] = json!(STANDARD.encode(r#"{"last_name": "Other"}"#));
    change["isBase64Encoded"] = json!(true);
    assert_eq!(ask(&world.router, change).await["statusCode"], 200);
    assert_eq!(world.stored(id).await.unwrap().value.last_name, "Other");
}

#[tokio::test]
async fn files_go_out_as_they_are() {
    let world = World::with(|api| api.assets = Arc::new(Assets::new(FILES)));
    let page = ask(&world.router, event("GET", "/residents?state=trying", &[])).await;
    assert_eq!((&page["statusCode"], &page["body"]), (&json!(200), &json!("<html>")));
    let script = event("GET", "/assets/app-1a2b.js", &[("accept-encoding", "gzip, br")]);
    let script = ask(&world.router, script).await;
    assert_eq!(script["headers"]["content-encoding"], "gzip");
    assert_eq!(script["isBase64Encoded"], true);
    assert_eq!(STANDARD.decode(script["body"].as_str().unwrap()).unwrap(), [0x1f, 0x8b, 0xff]);
}

#[tokio::test]
async fn who_asks_too_often_is_known_by_the_connection_and_not_by_what_they_say() {
    let rate = Rate { burst: 1, every: SignedDuration::from_hours(1) };
    let world = World::with(|api: &mut Api| api.limits = Arc::new(Limits::new(rate, Arc::clone(&api.clock))));
    let from = |address: &str, says: &str| {
        let mut event = event("GET", "/healthz", &[("x-forwarded-for", says), ("forwarded", says)]);
        event["requestContext"]["http"]["sourceIp"] = json!(address);
        event
    };
    assert_eq!(ask(&world.router, from("192.0.2.1", "198.51.100.1")).await["statusCode"], 200);
    expect_problem(&ask(&world.router, from("192.0.2.1", "198.51.100.2")).await, 429);
    assert_eq!(ask(&world.router, from("192.0.2.2", "198.51.100.1")).await["statusCode"], 200);
    assert_eq!(ask(&world.router, from("2001:db8:1:2::3", "")).await["statusCode"], 200);
    expect_problem(&ask(&world.router, from("2001:db8:1:2::4", "")).await, 429);
}

#[tokio::test]
async fn an_answer_that_is_too_long_or_breaks_off_is_refused_as_a_whole() {
    let broken = || async {
        let parts = [Ok("some"), Err(std::io::Error::other("the store is gone"))];
        Response::builder()
            .header("content-disposition", "attachment")
            .header("content-type", "text/csv")
            .header("x-frame-options", "DENY")
            .body(Body::from_stream(stream::iter(parts)))
            .unwrap()
    };
    let long = || async { "x".repeat(5_000_000) };
    let marked = || async { "\u{feff}a,b" };
    let router = axum::Router::new()
        .route("/broken", get(broken))
        .route("/long", get(long))
        .route("/marked", get(marked));
    let answer = ask(&router, event("GET", "/broken", &[])).await;
    expect_problem(&answer, 503);
    assert_eq!(answer["headers"]["x-frame-options"], "DENY", "what holds for every answer");
    assert_eq!(answer["headers"]["content-disposition"], Value::Null);
    expect_problem(&ask(&router, event("GET", "/long", &[])).await, 413);
    assert_eq!(
        ask(&router, event("GET", "/marked", &[])).await["body"],
        "\u{feff}a,b",
        "spreadsheets need it"
    );
}

#[tokio::test]
async fn news_that_would_never_end_is_asked_for_instead() {
    let world = World::with(|api: &mut Api| {
        api.shown = Arc::new(Shown { live: Live::Poll, ..api.shown.as_ref().clone() });
    });
    let token = format!("Bearer {}", world.token(&[Group::Operators]));
    let headers = [("authorization", token.as_str())];
    expect_problem(&ask(&world.router, event("GET", "/api/live", &headers)).await, 404);
    assert_eq!(ask(&world.router, event("GET", "/api/overview", &headers)).await["statusCode"], 200);
}

#[tokio::test]
async fn an_event_of_something_else_fails_as_a_whole() {
    let world = World::new();
    let invocation = Invocation { id: "one".to_owned(), deadline: Timestamp::UNIX_EPOCH, trace: None };
    for event in [json!({}), json!({"Records": []}), json!("text")] {
        assert!(HttpFunction(world.router.clone()).call(event, &invocation).await.is_err());
    }
}
