//! Dead letters, worked on in the portal: what EventBridge left is collected;
//! one that its handler set aside is mended, replayed and applied; a record is
//! replayed as it is, and comes back to its letter; the rest is discarded.

use super::Visitor;
use crate::stage::Stage;
use serde_json::{Value, json};

/// An order that was void long ago: nobody is called.
pub(super) const VOID: &str = r#"{"kind":"call_request","version":1,"sent_at":"2026-11-23T09:00:00Z","body":{"request":"6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1","resident":"6f9c1d52-4f1e-5c0a-9d3b-21a760b844c2","expires_at":"2026-11-23T09:10:00Z"}}"#;

pub(super) async fn worked_on(operator: &Visitor<'_>) {
    let stage = operator.stage;
    stage.deployment.send("ContactEventsDeadLettersUrl", "{ no event").await.unwrap();
    let is_collected = async |stage: &Stage| {
        stage.scheduled("letters").await;
        listed(operator, "").await.len() == 5
    };
    stage.until("what EventBridge left is a letter", 30, is_collected).await;
    let groups = operator.json("GET", "/api/dead-letters/groups", "").await;
    assert!(groups.as_array().is_some_and(|groups| groups.len() >= 4), "{groups}");

    let order = id(&listed(operator, "?queue=call_requests").await);
    assert_eq!(foreseen(operator, &order, &Value::Null).await, "malformed");
    assert_eq!(foreseen(operator, &order, &json!(VOID)).await, "expired");
    let path = format!("/api/dead-letters/{order}");
    let edit = json!({ "message": VOID, "reason": "a test" }).to_string();
    written(operator, ("PUT", &path, "/message"), &edit).await;
    written(operator, ("POST", &path, "/replay"), "").await;
    let is_applied = async |_: &Stage| operator.json("GET", &path, "").await["state"] == "applied";
    stage.until("the order is applied", 60, is_applied).await;

    let records = listed(operator, "?queue=outcomes&cause=JSON").await;
    let record = format!("/api/dead-letters/{}", id(&records));
    written(operator, ("POST", &record, "/replay"), "").await;
    let is_back = async |_: &Stage| {
        let letter = operator.json("GET", &record, "").await;
        let times = letter["history"]
            .as_array()
            .map_or(0, |all| all.iter().filter(|one| one["what"] == "parked").count());
        letter["state"] == "open" && times == 2
    };
    stage.until("the record comes back to its letter", 60, is_back).await;

    for source in ["uploads", "rows"] {
        let letter = id(&listed(operator, &format!("?queue={source}")).await);
        let answer = operator
            .json("POST", &format!("/api/dead-letters/{letter}/dry-run"), r#"{"message": null}"#)
            .await;
        assert_eq!(answer["outcome"], "parks_again", "{source}: {answer}");
    }
    let begun =
        operator.json("POST", "/api/dead-letters/discards", r#"{"reason": "a test", "matching": {}}"#).await;
    let job =
        format!("/api/dead-letters/replays/{}", begun["id"].as_str().unwrap_or_else(|| panic!("{begun}")));
    let is_over = async |stage: &Stage| {
        stage.scheduled("letters").await;
        operator.json("GET", &job, "").await["state"] == "finished"
    };
    stage.until("all others are discarded", 60, is_over).await;
    assert_eq!(listed(operator, "").await, Vec::<Value>::new());
}

async fn listed(operator: &Visitor<'_>, query: &str) -> Vec<Value> {
    let page = operator.json("GET", &format!("/api/dead-letters{query}"), "").await;
    page["items"].as_array().cloned().unwrap_or_else(|| panic!("{page}"))
}

fn id(letters: &[Value]) -> String {
    letters
        .first()
        .and_then(|one| one["id"].as_str())
        .unwrap_or_else(|| panic!("a letter: {letters:?}"))
        .to_owned()
}

async fn foreseen(operator: &Visitor<'_>, letter: &str, draft: &Value) -> Value {
    let body = json!({ "message": draft }).to_string();
    operator.json("POST", &format!("/api/dead-letters/{letter}/dry-run"), &body).await["code"].clone()
}

/// Does something with the letter as it is now.
async fn written(operator: &Visitor<'_>, (method, path, what): (&str, &str, &str), body: &str) {
    let read = operator.ask("GET", path, &[], "").await;
    let version = [("if-match", read.header("etag"))];
    let answer = operator.ask(method, &format!("{path}{what}"), &version, body).await;
    assert_eq!(answer.status, 200, "{what}: {}", answer.text());
}
