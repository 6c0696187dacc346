//! Somebody is erased by the portal: off the register at once, out of every list
//! in the next run of the function that erases, and no list is loaded twice.

use super::Visitor;
use crate::stage::Stage;
use serde_json::Value;

const LIST: &str = "firstName,lastName,number,reference,consent\n\
    Erasmus,Quackenbush,+447700900600,Q-1,no\nBertram,Oddfellow,+447700900601,Q-2,no\n";

/// Nobody calls them, so that no telephone rang minutes ago.
pub(super) async fn is_erased(stage: &Stage, operator: &Visitor<'_>) {
    stage.deployment.upload("lists/Erasmus.csv", LIST.as_bytes()).await.unwrap();
    let search = r#"{"text": "Quackenbush"}"#;
    let found = async || operator.json("POST", "/api/residents/search", search).await["items"][0].clone();
    stage.until("the list is loaded", 60, async |_| found().await["id"].is_string()).await;
    let batches = async || operator.json("GET", "/api/batches", "").await;
    let path = format!("/api/residents/{}", found().await["id"].as_str().unwrap());
    let all_loaded = async |_: &Stage| {
        batches().await["items"].as_array().is_some_and(|all| all.iter().all(|one| one["finished"] == true))
    };
    stage.until("no list is being loaded", 60, all_loaded).await;
    let loaded = items(&batches().await);

    let export = operator.ask("GET", &format!("{path}/subject-access"), &[], "").await;
    assert_eq!(export.status, 200, "{}", export.text());
    for part in ["Quackenbush", "+447700900600", "lists", "there_may_be"] {
        assert!(export.text().contains(part), "{part}: {}", export.text());
    }
    let read = operator.ask("GET", &path, &[], "").await;
    let version = [("if-match", read.header("etag"))];
    let wish = r#"{"reason": "asked", "confirm": "Q-1"}"#;
    let erased = operator.ask("POST", &format!("{path}/erasure"), &version, wish).await;
    assert_eq!(erased.status, 202, "{}", erased.text());
    assert_eq!(operator.ask("GET", &path, &[], "").await.status, 404);

    stage.scheduled("erasures").await;
    let told = operator.json("GET", &format!("{path}/erasure"), "").await;
    // But for orders, records on the stream, and what comes after them.
    assert_eq!(told["clean"].as_u64().map(|clean| clean + 3), told["classes"].as_u64(), "{told}");
    assert!(told["done"] == false && told["waits_for"].as_str().is_some(), "{told}");
    assert_eq!(found().await, Value::Null);
    assert_eq!(items(&batches().await), loaded, "no list is loaded twice");
    assert!(!batches().await.to_string().contains("Erasmus"));
}

fn items(page: &Value) -> usize {
    page["items"].as_array().map_or(0, Vec::len)
}
