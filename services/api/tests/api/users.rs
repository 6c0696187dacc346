//! Accounts of this machine: kept by operators, signed in with by everybody.

use crate::support::{Answer, World};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use jiff::SignedDuration;
use rollcall_api::auth::Verifier;
use rollcall_api::auth::local::expected;
use rollcall_domain::group::Group;
use rollcall_ports::{Account, Clock, Saved, Versioned};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;

const PASSWORD: &str = "correct horse";

impl World {
    /// As on one machine: a token holds while its account is as it was.
    fn of_accounts() -> Self {
        Self::with(|api| {
            let local = api.local.as_ref().unwrap();
            let issuer = local.issuer();
            let verifier = Verifier::new(expected(), issuer, Arc::clone(&api.clock));
            api.verifier = Arc::new(verifier.of_accounts(local.accounts()));
        })
    }

    /// Somebody with an account in these groups.
    async fn account(&self, name: &str, groups: &[Group]) {
        let hash = rollcall_api::auth::password::hash(PASSWORD).unwrap();
        let groups = groups.iter().copied().collect();
        let account = Account { name: name.to_owned(), groups, password_hash: hash, since: self.clock.now() };
        let saved = self.store.accounts().save(&Versioned::new(account)).await.unwrap();
        assert_eq!(saved, Saved::Done(1));
    }

    async fn sign_in(&self, name: &str, password: &str, from: &str) -> Answer {
        let body = json!({"name": name, "password": password}).to_string();
        let mut request = Request::post("/api/sign-in").header("content-type", "application/json");
        let address: SocketAddr = format!("{from}:50000").parse().unwrap();
        request = request.extension(ConnectInfo(address));
        self.ask(request.body(Body::from(body)).unwrap()).await
    }

    async fn signed_in(&self, name: &str) -> String {
        let answer = self.sign_in(name, PASSWORD, "192.0.2.1").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// A change with the version it is for.
    async fn put(&self, name: &str, token: &str, version: &str, body: &Value) -> Answer {
        let mut request = Request::put(format!("/api/users/{name}"))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"));
        if !version.is_empty() {
            request = request.header("if-match", version);
        }
        self.ask(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

#[tokio::test]
async fn who_signs_in_gets_a_token_that_holds_for_a_day_of_work() {
    let world = World::of_accounts();
    world.account("ada", &[Group::Agents]).await;
    let answer = world.sign_in(" Ada ", PASSWORD, "192.0.2.1").await.json();
    assert_eq!((&answer["name"], &answer["groups"]), (&json!("ada"), &json!(["Agents"])));
    assert_eq!(answer["expires_at"], "2026-11-23T21:00:00Z");
    let token = answer["token"].as_str().unwrap();
    assert_eq!(world.get("/api/me", token).await.json(), json!({"name": "ada", "groups": ["Agents"]}));
    world.clock.advance(SignedDuration::from_hours(13));
    world.get("/api/me", token).await.expect_problem(401);
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_the_same() {
    let world = World::of_accounts();
    world.account("ada", &[Group::Agents]).await;
    let wrong = world.sign_in("ada", "correct horsf", "192.0.2.1").await;
    wrong.expect_problem(401);
    for (name, password) in [("nobody", PASSWORD), ("", ""), ("ada", ""), (&"x".repeat(1000), PASSWORD)] {
        let answer = world.sign_in(name, password, "192.0.2.1").await;
        assert_eq!((answer.status, &answer.text), (wrong.status, &wrong.text));
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_for_each_account() {
    let world = World::of_accounts();
    world.account("ada", &[Group::Agents]).await;
    world.account("bob", &[Group::Agents]).await;
    for name in ["ada", "nobody"] {
        for n in 0..10 {
            world.sign_in(name, "wrong", &format!("198.51.100.{n}")).await.expect_problem(401);
        }
        let refused = world.sign_in(name, PASSWORD, "198.51.100.99").await;
        refused.expect_problem(429);
        assert_eq!(refused.header("retry-after"), "61", "{name}");
    }
    assert_eq!(
        world.sign_in("bob", PASSWORD, "198.51.100.99").await.status,
        200,
        "others are not in the way"
    );
    world.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(world.sign_in("ada", PASSWORD, "198.51.100.99").await.status, 200);
    for _ in 0..12 {
        assert_eq!(
            world.sign_in("ada", PASSWORD, "203.0.113.1").await.status,
            200,
            "who knows it never waits"
        );
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_for_each_address() {
    let world = World::of_accounts();
    world.account("ada", &[Group::Agents]).await;
    for n in 0..30 {
        world.sign_in(&format!("name{n}"), "wrong", "198.51.100.1").await.expect_problem(401);
    }
    world.sign_in("ada", PASSWORD, "198.51.100.1").await.expect_problem(429);
    assert_eq!(world.sign_in("ada", PASSWORD, "198.51.100.2").await.status, 200);
}

#[tokio::test]
async fn operators_keep_the_accounts_and_every_change_is_on_record() {
    let world = World::of_accounts();
    world.account("root", &[Group::Operators]).await;
    let token = world.signed_in("root").await;
    let new = json!({"name": "Ada", "password": PASSWORD, "groups": ["Uploaders"]});
    let made = world.send("POST", "/api/users", &token, &new.to_string()).await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"1\""), "{}", made.text);
    let expected =
        json!({"name": "ada", "groups": ["Uploaders"], "since": "2026-11-23T09:00:00Z", "version": 1});
    assert_eq!(made.json(), expected);
    world.send("POST", "/api/users", &token, &new.to_string()).await.expect_problem(409);
    let listed = world.get("/api/users?size=1", &token).await.json();
    assert_eq!((&listed["items"][0], listed["next_cursor"].is_string()), (&expected, true));

    let ada = world.signed_in("ada").await;
    world.put("ada", &token, "", &json!({"groups": ["Agents"]})).await.expect_problem(428);
    world.put("ada", &token, "\"7\"", &json!({"groups": ["Agents"]})).await.expect_problem(412);
    assert_eq!(world.get("/api/me", &ada).await.status, 200, "nothing was changed");
    let changed = world.put("ada", &token, "\"1\"", &json!({"groups": ["Agents"]})).await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "\"2\""), "{}", changed.text);
    world.get("/api/me", &ada).await.expect_problem(401);
    let ada = world.signed_in("ada").await;
    assert_eq!(world.put("ada", &token, "\"2\"", &json!({"password": "another horse"})).await.status, 200);
    world.get("/api/me", &ada).await.expect_problem(401);
    world.sign_in("ada", PASSWORD, "192.0.2.1").await.expect_problem(401);
    assert_eq!(world.sign_in("ada", "another horse", "192.0.2.1").await.status, 200);

    assert_eq!(world.send("DELETE", "/api/users/ada", &token, "").await.status, 204);
    world.send("DELETE", "/api/users/ada", &token, "").await.expect_problem(404);
    world.put("ada", &token, "\"3\"", &json!({})).await.expect_problem(404);
    world.sign_in("ada", "another horse", "192.0.2.1").await.expect_problem(401);
    let audit = world.get("/api/audit", &token).await.json();
    let actions: Vec<_> = audit["items"].as_array().unwrap().iter().map(|item| &item["action"]).collect();
    assert_eq!(actions, ["user-removed", "user-changed", "user-changed", "user-added"]);
    assert_eq!(audit["items"][0]["actor"], "root");
    assert_eq!(audit["items"][3]["detail"], "account ada: Uploaders");
}

#[tokio::test]
async fn who_was_removed_and_made_anew_does_not_get_the_former_session_back() {
    let world = World::of_accounts();
    world.account("ada", &[Group::Agents]).await;
    let token = world.signed_in("ada").await;
    assert!(world.store.accounts().remove("ada").await.unwrap());
    world.get("/api/me", &token).await.expect_problem(401);
    world.account("ada", &[Group::Agents]).await;
    world.get("/api/me", &token).await.expect_problem(401);
}

#[tokio::test]
async fn nobody_locks_themselves_out() {
    let world = World::of_accounts();
    world.account("root", &[Group::Operators]).await;
    let token = world.signed_in("root").await;
    world.send("DELETE", "/api/users/root", &token, "").await.expect_problem(409);
    world.put("root", &token, "\"1\"", &json!({"groups": ["Agents"]})).await.expect_problem(409);
    assert_eq!(world.put("root", &token, "\"1\"", &json!({"password": "another horse"})).await.status, 200);
}

#[tokio::test]
async fn every_impossible_value_is_named_at_once() {
    let world = World::new();
    let token = world.token(&[Group::Operators]);
    let bad = json!({"name": "-a b", "password": "short", "groups": []});
    let answer = world.send("POST", "/api/users", &token, &bad.to_string()).await;
    answer.expect_problem(422);
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let fields: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["name", "password", "groups"]);
    let same = json!({"name": "abcdefghij", "password": "ABCDEFGHIJ", "groups": ["Agents"]});
    world.send("POST", "/api/users", &token, &same.to_string()).await.expect_problem(422);
    for body in ["", "{", "[]", "{}", r#"{"name":"a","password":"x","groups":["Kings"]}"#] {
        let answer = world.send("POST", "/api/users", &token, body).await;
        answer.expect_problem(if body.is_empty() { 415 } else { 400 });
    }
    let large = format!(r#"{{"name":"{}"}}"#, "a".repeat(300_000));
    world.send("POST", "/api/users", &token, &large).await.expect_problem(413);
}

#[tokio::test]
async fn where_people_sign_in_elsewhere_there_are_no_accounts() {
    let world = World::with(|api| api.local = None);
    let token = world.token(&[Group::Operators]);
    let user = json!({"name": "ada", "password": PASSWORD, "groups": ["Agents"]}).to_string();
    for (method, path, body) in [
        ("GET", "/api/users", ""),
        ("POST", "/api/users", user.as_str()),
        ("DELETE", "/api/users/ada", ""),
        ("POST", "/api/sign-in", r#"{"name":"ada","password":"x"}"#),
        ("GET", "/api/.well-known/jwks.json", ""),
    ] {
        world.send(method, path, &token, body).await.expect_problem(404);
    }
}

#[tokio::test]
async fn the_published_keys_are_public() {
    let keys = World::new().get("/api/.well-known/jwks.json", "").await.json();
    let key = keys["keys"][0].as_object().unwrap();
    let names: Vec<_> = key.keys().map(String::as_str).collect();
    assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
}
