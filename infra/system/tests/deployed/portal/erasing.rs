//! Some are erased by the portal and by the command: off the register at once,
//! out of every list in the next run of the function that erases, and no list is
//! loaded twice. Then the tables are restored to the moment before, and they are
//! erased anew.

use super::Visitor;
use super::commands::{Ran, ran};
use crate::stage::Stage;
use rollcall_aws::dynamodb::schema::{AUDIT, ERASURES, TABLES};
use rollcall_aws::dynamodb::{Checks, Dynamo};
use rollcall_domain::ids::ResidentId;
use rollcall_host::clock::SystemClock;
use rollcall_ports::{CheckResult, Checks as _, Clock as _};
use serde_json::{Value, json};

/// Nobody calls them, so that no telephone rang minutes ago.
const LIST: &str = "firstName,lastName,number,reference,consent\n\
    Erasmus,Quackenbush,+447700900600,Q-1,no\nBertram,Oddfellow,+447700900601,Q-2,no\n\
    Clementine,Applethwaite,+447700900602,Q-3,no\n";
/// Whom the portal erases, who is taken off the register before, and whom the
/// command erases.
const NAMES: [&str; 3] = ["Quackenbush", "Oddfellow", "Applethwaite"];

pub(super) async fn are_erased(stage: &Stage, operator: &Visitor<'_>) {
    stage.deployment.upload("lists/Erasmus.csv", LIST.as_bytes()).await.unwrap();
    let is_there = async |_: &Stage| found(operator, NAMES[2]).await.is_string();
    stage.until("the list is loaded", 60, is_there).await;
    let batches = async || operator.json("GET", "/api/batches", "").await;
    let all_loaded = async |_: &Stage| {
        batches().await["items"].as_array().is_some_and(|all| all.iter().all(|one| one["finished"] == true))
    };
    stage.until("no list is being loaded", 60, all_loaded).await;
    let loaded = items(&batches().await);
    let mut ids = Vec::new();
    for name in NAMES {
        ids.push(found(operator, name).await.as_str().unwrap().to_owned());
    }
    let [first, gone, last] = &ids[..] else { panic!("three of them") };
    taken_off(stage, operator, gone).await;
    exported(stage, operator, (first, last)).await;
    let (tables, moment) = (tables(stage).await, SystemClock.now().to_string());

    by_the_portal(operator, first).await;
    for id in [gone, last] {
        // Twice is the same erasure.
        for _ in 0..2 {
            let erase = [id, "--reason", "left", "--yes", "--json"];
            let Ran(status, told, why) = ran(stage, "erase", &erase).await;
            assert_eq!(
                (status, &told[0]["done"], &told[0]["classes_clean"]),
                (Some(0), &json!(false), &json!(1)),
                "{why}"
            );
        }
    }
    are_gone(stage, operator, &ids).await;
    assert_eq!(items(&batches().await), loaded, "no list is loaded twice");
    assert!(!batches().await.to_string().contains("Erasmus"));
    assert_eq!(left_of(stage).await, Vec::<String>::new());

    for (table, item) in &tables {
        stage.deployment.put(table, item).await.unwrap();
    }
    assert!(left_of(stage).await.len() > 2, "what was restored is there");
    let anew = ["--since", &moment, "--yes", "--json"];
    let Ran(status, told, why) = ran(stage, "erase", &anew).await;
    let done =
        ["looked_at", "erased_anew", "known", "failed"].map(|figure| told[0][figure].as_u64().unwrap());
    assert_eq!((status, done), (Some(0), [3, 3, 0, 0]), "{why}");
    let Ran(_, again, _) = ran(stage, "erase", &anew).await;
    assert_eq!((&again[0]["erased_anew"], &again[0]["known"]), (&json!(0), &json!(3)));
    are_gone(stage, operator, &ids).await;
    assert_eq!(left_of(stage).await, Vec::<String>::new());
}

/// The id of whoever has this family name.
async fn found(operator: &Visitor<'_>, name: &str) -> Value {
    let search = json!({ "text": name }).to_string();
    operator.json("POST", "/api/residents/search", &search).await["items"][0]["id"].clone()
}

/// Off the register, so that only the result of a day is kept of them.
async fn taken_off(stage: &Stage, operator: &Visitor<'_>, id: &str) {
    let path = format!("/api/residents/{id}");
    checks(stage).record(resident(id), "2026-11-20".parse().unwrap(), CheckResult::Well).await.unwrap();
    let read = operator.ask("GET", &path, &[], "").await;
    let version = [("if-match", read.header("etag"))];
    let gone = operator.ask("DELETE", &path, &version, r#"{"reason": "moved"}"#).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
}

/// By the portal and by the command, which say the same.
async fn exported(stage: &Stage, operator: &Visitor<'_>, (first, last): (&str, &str)) {
    let path = format!("/api/residents/{first}/subject-access");
    let export = operator.ask("GET", &path, &[], "").await;
    assert_eq!(export.status, 200, "{}", export.text());
    for part in [NAMES[0], "+447700900600", "lists", "there_may_be"] {
        assert!(export.text().contains(part), "{part}: {}", export.text());
    }
    let Ran(status, told, why) = ran(stage, "export", &[last, "--json"]).await;
    assert_eq!(status, Some(0), "{why}");
    let text = told[0].to_string();
    for part in [NAMES[2], "+447700900602", "lists", "there_may_be"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("+447700900600"), "somebody else: {text}");
    let log = operator.json("GET", "/api/audit?size=100", "").await.to_string();
    assert_eq!(log.matches("resident.subject_access").count(), 2, "{log}");
}

async fn by_the_portal(operator: &Visitor<'_>, id: &str) {
    let path = format!("/api/residents/{id}");
    let read = operator.ask("GET", &path, &[], "").await;
    let version = [("if-match", read.header("etag"))];
    let wish = r#"{"reason": "asked", "confirm": "Q-1"}"#;
    let erased = operator.ask("POST", &format!("{path}/erasure"), &version, wish).await;
    assert_eq!(erased.status, 202, "{}", erased.text());
    assert_eq!(operator.ask("GET", &path, &[], "").await.status, 404);
}

/// Of all three, once the function that erases has run.
async fn are_gone(stage: &Stage, operator: &Visitor<'_>, ids: &[String]) {
    stage.scheduled("erasures").await;
    for id in ids {
        let path = format!("/api/residents/{id}");
        assert_eq!(operator.ask("GET", &path, &[], "").await.status, 404);
        let told = operator.json("GET", &format!("{path}/erasure"), "").await;
        // But for orders, records on the stream, and what comes after them.
        assert_eq!(told["clean"].as_u64().map(|clean| clean + 3), told["classes"].as_u64(), "{told}");
        assert!(told["done"] == false && told["waits_for"].as_str().is_some(), "{told}");
    }
    for name in NAMES {
        assert_eq!(found(operator, name).await, Value::Null);
    }
    let (results, from, to) = (checks(stage), "2026-11-01".parse().unwrap(), "2026-11-30".parse().unwrap());
    assert_eq!(results.of(resident(&ids[1]), from, to).await.unwrap(), []);
}

/// All that a restore brings back.
async fn tables(stage: &Stage) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    for table in TABLES.iter().filter(|table| ![ERASURES.name, AUDIT.name].contains(&table.name)) {
        let items = stage.deployment.scan(table.name).await.unwrap();
        all.extend(items.into_iter().map(|item| (table.name, item)));
    }
    all
}

/// In which tables they are named. By which number somebody was called who was
/// off the register before is not known any more: it tells of nobody, and goes once it is past its time.
async fn left_of(stage: &Stage) -> Vec<String> {
    let mut left = Vec::new();
    for table in TABLES {
        for item in stage.deployment.scan(table.name).await.unwrap() {
            let text = item.to_string();
            let traces = NAMES.iter().chain(&["Erasmus", "447700900600", "447700900602"]);
            left.extend(
                traces
                    .filter(|trace| text.contains(**trace))
                    .map(|trace| format!("{trace} in {}", table.name)),
            );
        }
    }
    left
}

fn checks(stage: &Stage) -> Checks {
    Checks::new(&Dynamo::new(&stage.deployment.aws, stage.deployment.output("TablePrefix")))
}

fn resident(id: &str) -> ResidentId {
    id.parse().unwrap()
}

fn items(page: &Value) -> usize {
    page["items"].as_array().map_or(0, Vec::len)
}
