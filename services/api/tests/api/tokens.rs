//! Tokens that do not hold.

use crate::support::World;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rollcall_api::auth::local::{Issuer, expected};
use rollcall_api::auth::{Expected, KeySource, NoKeys, Verifier};
use rollcall_domain::group::Group;
use rollcall_ports::Clock;
use rollcall_ports::suite::ManualClock;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::support::SECRET;

const ME: &str = "/api/me";
/// 09:00 and an hour later, in seconds since 1970.
const NINE: i64 = 1_795_424_400;
const TEN: i64 = NINE + 3600;

/// What an honest token says.
fn claims() -> Value {
    json!({"iss": "rollcall", "aud": "rollcall", "sub": "clerk", "exp": TEN, "cognito:groups": ["Uploaders"]})
}

/// As the honest one, but for one claim; null takes it away.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

fn key(secret: &str) -> EncodingKey {
    let header = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    EncodingKey::from_ed_der(&[header.as_slice(), &STANDARD.decode(secret).unwrap()].concat())
}

fn kid(secret: &str) -> String {
    let keys = Issuer::new(&[secret.to_owned()]).unwrap().published();
    keys.keys[0].common.key_id.clone().unwrap()
}

fn signed(claims: &Value, secret: &str, kid: &str) -> String {
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
    encode(&header, claims, &key(secret)).unwrap()
}

fn honest(claims: &Value) -> String {
    signed(claims, SECRET, &kid(SECRET))
}

/// A token of these parts, as anybody can put together.
fn forged(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let [header, claims] = [header, claims].map(|value| part(value.to_string().as_bytes()));
    format!("{header}.{claims}.{}", part(signature))
}

#[tokio::test]
async fn an_honest_token_holds() {
    let world = World::new();
    let answer = world.get(ME, &honest(&claims())).await;
    assert_eq!(answer.text, r#"{"name":"clerk","groups":["Uploaders"]}"#);
}

#[tokio::test]
async fn forgeries_do_not() {
    let world = World::new();
    let kid = kid(SECRET);
    let other = "IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let good = honest(&claims());
    let (body, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = body.split_once('.').unwrap();
    let public = &Issuer::new(&[SECRET.to_owned()]).unwrap().published().keys[0];
    let public = serde_json::to_value(public).unwrap()["x"].as_str().unwrap().to_owned();
    let with_secret = |bytes: &[u8]| {
        let header = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims(), &EncodingKey::from_secret(bytes)).unwrap()
    };
    let stronger = URL_SAFE_NO_PAD.encode(with("cognito:groups", json!(["Operators"])).to_string());
    for (what, token) in [
        ("unsigned", forged(&json!({"alg": "none", "kid": kid}), &claims(), b"")),
        ("unsigned, spelt otherwise", forged(&json!({"alg": "nOnE", "kid": kid}), &claims(), b"")),
        ("unsigned, but with an algorithm", forged(&json!({"alg": "EdDSA", "kid": kid}), &claims(), b"")),
        ("signed with the public key as a secret", with_secret(public.as_bytes())),
        ("signed with its bytes as a secret", with_secret(&URL_SAFE_NO_PAD.decode(&public).unwrap())),
        ("an algorithm that is not the key's", forged(&json!({"alg": "RS256", "kid": kid}), &claims(), b"x")),
        ("signed by another key under the name of ours", signed(&claims(), other, &kid)),
        ("signed by a key of nobody", signed(&claims(), other, "nobody's")),
        ("without a key", forged(&json!({"alg": "EdDSA"}), &claims(), &[0; 64])),
        ("other groups under the same signature", format!("{header}.{stronger}.{signature}")),
        ("a signature cut off", body.to_owned()),
        ("of enormous length", format!("{good}{}", "A".repeat(20_000))),
        ("no token", "x".to_owned()),
    ] {
        let answer = world.get(ME, &token).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text);
        answer.expect_problem(401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn claims_must_be_ours() {
    let world = World::new();
    for (name, value) in [
        ("iss", json!("https://example.com")),
        ("iss", json!("rollcall/")),
        ("iss", Value::Null),
        ("aud", json!("another portal")),
        ("aud", json!(["another portal"])),
        ("aud", json!([])),
        ("aud", Value::Null),
        ("exp", Value::Null),
        ("exp", json!(NINE - 31)),
        ("exp", json!(-1e300)),
        ("exp", json!("never")),
        ("nbf", json!(NINE + 31)),
        ("token_use", json!("refresh")),
        ("sub", Value::Null),
        ("sub", json!("")),
    ] {
        let answer = world.get(ME, &honest(&with(name, value.clone()))).await;
        assert_eq!(answer.status, 401, "{name} {value}: {}", answer.text);
    }
}

#[tokio::test]
async fn clocks_may_differ_a_little() {
    let world = World::new();
    for (name, value) in [("exp", json!(NINE - 29)), ("nbf", json!(NINE + 29)), ("exp", json!(1e300))] {
        assert_eq!(world.get(ME, &honest(&with(name, value.clone()))).await.status, 200, "{name} {value}");
    }
}

#[tokio::test]
async fn who_is_in_no_group_may_do_nothing() {
    let world = World::new();
    for groups in [Value::Null, json!([]), json!("Operators"), json!(["operators", "Admins"]), json!([1])] {
        let answer = world.get(ME, &honest(&with("cognito:groups", groups.clone()))).await;
        assert_eq!(answer.status, 403, "{groups}");
    }
}

#[tokio::test]
async fn access_tokens_of_cognito_name_their_client_instead() {
    let world = of_provider(None);
    let mut claims = with("aud", Value::Null);
    claims["client_id"] = json!("rollcall");
    claims["token_use"] = json!("access");
    claims["username"] = json!("ada");
    let answer = world.get(ME, &honest(&claims)).await;
    assert_eq!(answer.json()["name"], "ada");
    claims["client_id"] = json!("another client");
    assert_eq!(world.get(ME, &honest(&claims)).await.status, 401);
    claims["client_id"] = json!("rollcall");
    claims["aud"] = json!("another client");
    assert_eq!(world.get(ME, &honest(&claims)).await.status, 401, "what it has counts");
}

/// Where a provider keeps the accounts.
fn of_provider(name_claim: Option<&str>) -> World {
    World::with(|api| {
        let issuer = Issuer::new(&[SECRET.to_owned()]).unwrap();
        let expected = Expected { name_claim: name_claim.map(str::to_owned), ..expected() };
        api.verifier = Arc::new(Verifier::new(expected, Arc::new(issuer), Arc::clone(&api.clock)));
    })
}

#[tokio::test]
async fn people_are_called_what_only_they_are_called_and_the_log_keeps_the_subject_too() {
    let verified = json!({"email": "ada@example.org", "email_verified": true});
    for (claim, said, name) in [
        (None, json!({}), "clerk"),
        (None, json!({"username": "ada"}), "ada"),
        (None, json!({"cognito:username": "ada", "email": "a@example.org", "email_verified": true}), "ada"),
        // As Amazon Cognito has it where people sign in with their address.
        (
            None,
            json!({"username": "clerk", "email": "ada@example.org", "email_verified": "true"}),
            "ada@example.org",
        ),
        (None, verified.clone(), "ada@example.org"),
        (None, json!({"email": "mayor@example.org", "email_verified": false}), "clerk"),
        (None, json!({"email": "mayor@example.org", "name": "The Mayor"}), "clerk"),
        (None, json!({"preferred_username": "ada"}), "ada"),
        (Some("upn"), json!({"upn": "ada@council", "username": "x"}), "ada@council"),
        (Some("upn"), verified, "clerk"),
    ] {
        let world = of_provider(claim);
        let mut claims = with("cognito:groups", json!(["Operators"]));
        claims.as_object_mut().unwrap().append(&mut said.as_object().unwrap().clone());
        let token = honest(&claims);
        assert_eq!(world.get(ME, &token).await.json()["name"], name, "{claim:?} {said}");
        world.send("POST", "/api/residents/export", &token, "{}").await;
        let log = world.get("/api/audit", &token).await.json();
        let actor = if name == "clerk" { "clerk".to_owned() } else { format!("{name} (clerk)") };
        assert_eq!(log["items"][0]["actor"], actor);
    }
}

/// An issuer whose keys change and which cannot always be reached.
#[derive(Default)]
struct Distant {
    keys: Mutex<Option<JwkSet>>,
    asked: AtomicUsize,
}

#[async_trait]
impl KeySource for Distant {
    async fn fetch(&self) -> Result<JwkSet, NoKeys> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.keys.lock().unwrap().clone().ok_or(NoKeys)
    }
}

#[tokio::test]
async fn keys_are_kept_and_fetched_again_when_they_change() {
    let (distant, clock) = (Arc::new(Distant::default()), Arc::new(ManualClock::default()));
    let keys: Arc<dyn KeySource> = Arc::<Distant>::clone(&distant);
    let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
    let verifier = Arc::new(Verifier::new(expected(), keys, time));
    let world = World::with(|api| api.verifier = verifier);
    let other = "IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let late = with("exp", json!(NINE + 100 * 3600));
    let (first, second) = (honest(&late), signed(&late, other, &kid(other)));
    let status = async |token: &str| world.get(ME, token).await.status.as_u16();
    let asked = || distant.asked.load(Ordering::Relaxed);
    let publish = |secrets: &[&str]| {
        let secrets: Vec<String> = secrets.iter().map(|one| (*one).to_owned()).collect();
        *distant.keys.lock().unwrap() = Some(Issuer::new(&secrets).unwrap().published());
    };

    assert_eq!((status(&first).await, asked()), (503, 1), "nobody knows");
    assert_eq!((status(&first).await, asked()), (503, 1), "and nobody is asked again at once");
    clock.advance(SignedDuration::from_secs(30));
    publish(&[SECRET]);
    assert_eq!((status(&first).await, asked()), (200, 2));
    assert_eq!((status(&first).await, asked()), (200, 2), "kept");
    assert_eq!((status(&second).await, asked()), (401, 2), "tokens cannot make us ask all the time");
    clock.advance(SignedDuration::from_secs(30));
    publish(&[SECRET, other]);
    assert_eq!((status(&second).await, asked()), (200, 3), "rotated");

    // The issuer withdraws the first; then it cannot be reached.
    publish(&[other]);
    clock.advance(SignedDuration::from_hours(6));
    assert_eq!((status(&first).await, asked()), (401, 4));
    *distant.keys.lock().unwrap() = None;
    clock.advance(SignedDuration::from_hours(20));
    assert_eq!(status(&second).await, 200, "old keys are better than none");
    clock.advance(SignedDuration::from_hours(4));
    assert_eq!(status(&second).await, 503, "for a day");
}

#[tokio::test]
async fn a_group_is_enough_and_no_name_is_special() {
    let world = World::new();
    let answer = world.get(ME, &world.token(&[Group::Agents, Group::Operators])).await;
    assert_eq!(answer.text, r#"{"name":"somebody","groups":["Agents","Operators"]}"#);
}
