//! The portal's API, by way of API Gateway, as its people use it: signed in
//! with Cognito, a list sent to the bucket by the form that was signed.
//!
//! There is no browser here: the client is opened for a sign-in by password,
//! which the template does not allow. Where the emulator (MiniStack 1.5.33) is
//! not AWS: its Cognito keeps its keys elsewhere than the issuer says, which
//! the deployment is told; it neither throttles nor writes the gateway's log.

mod commands;
mod erasing;
mod letters;

use crate::stage::Stage;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::callback::{Callback, Try};
use rollcall_domain::ids::{ContactId, RequestId, ResidentId};
use rollcall_domain::policy::Policy;
use rollcall_host::clock::SystemClock;
use rollcall_ports::{Callbacks as _, Clock as _, Saved, Versioned};
use rollcall_system::endpoint;
use rollcall_system::http::{Answer, Protocol, ask, relay};
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "Correct-Horse-9-Battery";
const BOUNDARY: &str = "----a-boundary";

/// Somebody who is signed in.
struct Visitor<'s> {
    stage: &'s Stage,
    token: String,
}

/// Everything that the function does, so that its role is seen to suffice.
pub(crate) async fn tried(stage: &Stage) {
    let nobody = Visitor { stage, token: String::new() };
    let operator = Visitor::signed_in(stage, "operator@example.org", "Operators").await;
    let clerk = Visitor::signed_in(stage, "clerk@example.org", "Uploaders").await;
    the_page(stage, &nobody).await;
    only_for_whom_it_is(&nobody, &operator, &clerk).await;
    the_day(&operator).await;
    letters::worked_on(&operator).await;
    commands::given(&operator).await;
    the_desk(&operator).await;
    somebody(&operator).await;
    let batch = a_list(&clerk).await;
    is_undone(&clerk, &batch).await;
    erasing::are_erased(stage, &operator).await;
}

/// The page is there for everybody, and may speak to nobody but those it must.
async fn the_page(stage: &Stage, nobody: &Visitor<'_>) {
    let page = nobody.ask("GET", "/residents", &[], "").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8"),
        "{}",
        page.text()
    );
    let policy = page.header("content-security-policy");
    let domain = stage.deployment.output("SignInAddress");
    let speaks_to =
        format!("connect-src 'self' https://cognito-idp.eu-west-2.amazonaws.com {domain} {};", endpoint());
    assert!(policy.contains(&speaks_to), "{policy}");
    assert!(policy.ends_with("frame-src 'none'"), "{policy}");
    let config = nobody.json("GET", "/api/config", "").await;
    assert_eq!((&config["live"], &config["sign_in"]["kind"]), (&json!("poll"), &json!("oidc")));
    let pool = stage.deployment.output("UserPoolId");
    let authority = format!("https://cognito-idp.eu-west-2.amazonaws.com/{pool}");
    assert_eq!(config["sign_in"]["authority"], authority);
    let health = nobody.json("GET", "/healthz", "").await;
    assert_eq!(health["store"], true);
}

async fn only_for_whom_it_is(nobody: &Visitor<'_>, operator: &Visitor<'_>, clerk: &Visitor<'_>) {
    for (who, status) in [(nobody, 401), (clerk, 403), (operator, 200)] {
        let answer = who.ask("GET", "/api/queues", &[], "").await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    let forged = Visitor { stage: nobody.stage, token: format!("{}A", operator.token) };
    assert_eq!(forged.ask("GET", "/api/me", &[], "").await.status, 401);
    assert_eq!(operator.json("GET", "/api/me", "").await["groups"], json!(["Operators"]));
    let missing = operator.ask("GET", "/api/nothing", &[], "").await;
    assert_eq!((missing.status, missing.header("content-type")), (404, "application/problem+json"));
    assert_eq!(operator.ask("GET", "/api/live", &[], "").await.status, 404);
}

async fn the_day(operator: &Visitor<'_>) {
    let overview = operator.json("GET", "/api/overview", "").await;
    assert_eq!(overview["ledger"]["total"], 40, "{overview}");
    assert!(overview["agents"].is_object(), "{overview}");
    let letters = operator.json("GET", "/api/dead-letters", "").await;
    assert_eq!(letters["items"].as_array().map(Vec::len), Some(4), "{letters}");
    let past = operator.json("GET", "/api/overview/history?days=2", "").await;
    let ended: u64 = past["calls_per_hour"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|hour| hour["started"].as_u64())
        .sum();
    assert!(ended >= 40, "everybody was called: {past}");
    let queues = operator.json("GET", "/api/queues", "").await;
    assert_eq!(queues.as_array().map(Vec::len), Some(4), "{queues}");
}

/// A promise whose contact Connect has lost: listed, taken, kept.
async fn the_desk(operator: &Visitor<'_>) {
    let one = operator.json("POST", "/api/residents/search", r#"{"text": "Example 9"}"#).await;
    let resident: ResidentId = one["items"][0]["id"].as_str().unwrap().parse().unwrap();
    let now = SystemClock.now();
    let dial = Attempt::begin(resident, RequestId::of(resident, now), now);
    let mut promise = Callback::promise(&dial, now, &Policy::default());
    promise.learn(ContactId::new("6a0a4b3c-0000-4000-8000-000000000009"), Try::Waiting);
    let stored = Versioned::new(promise);
    let due = Some(stored.value.deadline);
    let Saved::Done(_) = operator.stage.callbacks.save(&stored, due, true).await.unwrap() else {
        panic!("nobody else writes it");
    };
    let id = stored.value.id.to_string();
    // The index of what is owed lags behind.
    let is_listed = async |_: &Stage| operator.json("GET", "/api/desk", "").await.to_string().contains(&id);
    operator.stage.until("the promise is on the desk", 30, is_listed).await;
    let word = r#"{"disposition": "helped", "notes": "The heating works again."}"#;
    for (deed, body) in [("take", ""), ("complete", word)] {
        done(operator, &format!("/api/desk/callbacks/{id}"), (deed, body)).await;
    }
    let record = operator.json("GET", &format!("/api/residents/{resident}"), "").await;
    assert!(record.to_string().contains("The heating works again."), "{record}");
}

/// Does something to what was read, and once more where the sweep, which looks
/// after a promise of a contact that is gone, has changed it in between.
async fn done(operator: &Visitor<'_>, path: &str, (deed, body): (&str, &str)) {
    for _ in 0..4 {
        let read = operator.ask("GET", path, &[], "").await;
        let version = [("if-match", read.header("etag"))];
        let answer = operator.ask("POST", &format!("{path}/{deed}"), &version, body).await;
        if answer.status != 412 {
            assert_eq!(answer.status, 200, "{deed}: {}", answer.text());
            return;
        }
    }
    panic!("{deed}: somebody keeps changing it");
}

/// Found by name, looked at, corrected for the version that was read, deleted.
async fn somebody(operator: &Visitor<'_>) {
    let one = r#"{"text": "Example 7", "sort": "name"}"#;
    let found = operator.json("POST", "/api/residents/search", one).await;
    let id = found["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{found}"));
    let path = format!("/api/residents/{id}");
    let read = operator.ask("GET", &path, &[], "").await;
    assert_eq!(read.status, 200, "{}", read.text());
    for part in ["attempts", "days?days=30", "why"] {
        let answer = operator.ask("GET", &format!("{path}/{part}"), &[], "").await;
        assert_eq!(answer.status, 200, "{part}: {}", answer.text());
    }
    let calls = operator.json("GET", &format!("{path}/attempts"), "").await;
    let contact = calls["items"][0]["contact_id"].as_str().unwrap_or_else(|| panic!("{calls}"));
    let popped = operator.json("GET", &format!("/api/contacts/{contact}/resident"), "").await;
    assert!(popped.to_string().contains(id), "{popped}");
    let version = [("if-match", read.header("etag"))];
    let correction = r#"{"last_name": "Lovelace", "number": "07700 900007"}"#;
    let changed = operator.ask("PATCH", &path, &version, correction).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert!(changed.text().contains("Lovelace"));
    assert_eq!(operator.ask("PATCH", &path, &version, correction).await.status, 412);
    let version = [("if-match", changed.header("etag"))];
    let gone = operator.ask("DELETE", &path, &version, r#"{"reason": "moved"}"#).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(operator.ask("GET", &path, &[], "").await.status, 404);
    let log = operator.json("GET", "/api/audit", "").await;
    assert!(log.to_string().contains("resident.") && !log.to_string().contains("Lovelace"), "{log}");
    let file = operator.ask("POST", "/api/residents/export", &[], "{}").await;
    assert_eq!((file.status, file.text().lines().count()), (200, 40), "a header, and all but one");
}

/// Offered, sent, looked at, loaded. Answers the batch. Whoever may be called
/// would be within the minute, and the list could not be undone then.
async fn a_list(clerk: &Visitor<'_>) -> String {
    let list =
        "firstName,lastName,number,reference,consent\nGrace,Hopper,+447700900500,N-1,no\nNo,Number,,N-2,\n";
    let body = json!({ "file_name": "North Ward.csv", "size": list.len() }).to_string();
    let place = clerk.json("POST", "/api/uploads", &body).await;
    let id = place["upload_id"].as_str().unwrap_or_else(|| panic!("{place}")).to_owned();
    assert_eq!(clerk.ask("GET", &format!("/api/uploads/{id}/preview"), &[], "").await.status, 404);
    let sent = send(&place, list).await;
    assert_eq!(sent.status, 204, "{}", sent.text());
    let preview = clerk.json("GET", &format!("/api/uploads/{id}/preview"), "").await;
    assert!(preview.to_string().contains("Hopper"), "{preview}");
    let bad = clerk.ask("GET", &format!("/api/uploads/{id}/bad-rows.csv"), &[], "").await;
    assert!(bad.status == 200 && bad.text().contains("N-2"), "{}", bad.text());
    let started = clerk.json("POST", &format!("/api/uploads/{id}/load"), "").await;
    let batch =
        format!("/api/batches/{}", started["batch_id"].as_str().unwrap_or_else(|| panic!("{started}")));
    let is_loaded = async |_: &Stage| clerk.json("GET", &batch, "").await["finished"] == true;
    clerk.stage.until("the list of the clerk is loaded", 60, is_loaded).await;
    let told = clerk.json("GET", &batch, "").await;
    assert_eq!((&told["loaded"], &told["rejected"]), (&json!(1), &json!(1)), "{told}");
    assert_eq!(told["file_name"], "North Ward.csv");
    let notes = clerk.json("GET", &format!("{batch}/notes?kind=rejections"), "").await;
    assert_eq!(notes["items"][0]["line"], 3, "{notes}");
    assert_eq!(clerk.json("GET", "/api/batches", "").await["items"].as_array().map(Vec::len), Some(2));
    batch
}

async fn is_undone(clerk: &Visitor<'_>, batch: &str) {
    for _ in 0..10 {
        let answer = clerk.ask("POST", &format!("{batch}/undo"), &[], "").await;
        assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
        if answer.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let found = clerk.json("POST", "/api/residents/search", r#"{"text": "Hopper"}"#).await;
    assert_eq!(found["items"], json!([]));
}

/// As a browser sends a form: every field, and then the file.
async fn send(place: &Value, list: &str) -> Answer {
    let url = place["url"].as_str().unwrap();
    let path = url.strip_prefix(&endpoint()).unwrap_or_else(|| panic!("{url}"));
    let mut form = String::new();
    for (name, value) in place["fields"].as_object().unwrap() {
        let value = value.as_str().unwrap();
        form.push_str(&format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    form.push_str(&format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\n\
         content-type: text/csv\r\n\r\n{list}\r\n--{BOUNDARY}--\r\n"
    ));
    let headers =
        format!("content-type: multipart/form-data; boundary={BOUNDARY}\r\nx-forwarded-proto: https\r\n");
    relay(&endpoint(), &format!("POST {path}"), &headers, form.as_bytes()).await.unwrap()
}

impl<'s> Visitor<'s> {
    /// As DEPLOY.md makes an account, and then with a password of its own.
    async fn signed_in(stage: &'s Stage, name: &str, group: &str) -> Self {
        let pool = stage.deployment.output("UserPoolId");
        let client = stage.deployment.output("PortalClientId");
        let one = |more: Value| {
            let mut all = json!({ "UserPoolId": pool, "Username": name });
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        // The password that the emulator thinks of does not keep to the pool's policy.
        let temporary = one(json!({ "TemporaryPassword": "Correct-Horse-8-Battery" }));
        cognito("AdminCreateUser", &temporary).await;
        cognito("AdminSetUserPassword", &one(json!({ "Password": PASSWORD, "Permanent": true }))).await;
        cognito("AdminAddUserToGroup", &one(json!({ "GroupName": group }))).await;
        let flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"];
        let opened = json!({ "UserPoolId": pool, "ClientId": client, "ExplicitAuthFlows": flows });
        cognito("UpdateUserPoolClient", &opened).await;
        let begun = json!({
            "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": name, "PASSWORD": PASSWORD },
        });
        let answer = cognito("AdminInitiateAuth", &begun).await;
        let token = answer["AuthenticationResult"]["IdToken"].as_str().unwrap_or_else(|| panic!("{answer}"));
        Self { stage, token: token.to_owned() }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let address = self.stage.deployment.output("PortalAddress");
        let host = address.trim_start_matches("http://").trim_end_matches('/');
        let mut all = format!("host: {host}\r\n");
        if !self.token.is_empty() {
            all.push_str(&format!("authorization: Bearer {}\r\n", self.token));
        }
        if !body.is_empty() {
            all.push_str("content-type: application/json\r\n");
        }
        for (name, value) in headers {
            all.push_str(&format!("{name}: {value}\r\n"));
        }
        relay(&endpoint(), &format!("{method} {path}"), &all, body.as_bytes()).await.unwrap()
    }

    async fn json(&self, method: &str, path: &str, body: &str) -> Value {
        let answer = self.ask(method, path, &[], body).await;
        assert!(matches!(answer.status, 200..=202), "{method} {path}: {} {}", answer.status, answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }
}

async fn cognito(operation: &str, body: &Value) -> Value {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    let body = body.to_string();
    let form = Protocol::Target(&target);
    let answer = ask(&endpoint(), "cognito-idp", ("POST", "/"), form, body.as_bytes()).await.unwrap();
    serde_json::from_slice(&answer.fine().unwrap().body).unwrap_or_default()
}
