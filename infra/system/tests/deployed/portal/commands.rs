//! `rollcall … --aws`, as an operator runs it who has credentials and nothing
//! else.

use super::Visitor;
use super::letters::VOID;
use crate::stage::Stage;
use rollcall_system::endpoint;
use serde_json::Value;
use std::path::PathBuf;
use tokio::process::Command;

/// The status, and each line of the standard output.
pub(super) struct Ran(pub(super) Option<i32>, pub(super) Vec<Value>, pub(super) String);

pub(super) async fn given(operator: &Visitor<'_>) {
    let stage = operator.stage;
    stage.deployment.send("CallRequestsQueueUrl", "{ no order").await.unwrap();
    let is_listed = async |stage: &Stage| ran(stage, "dead-letters", &["list", "--json"]).await.1.len() == 1;
    stage.until("the program lists what was set aside", 60, is_listed).await;
    let Ran(_, listed, _) = ran(stage, "dead-letters", &["list", "--json"]).await;
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!((&listed[0]["source"], &listed[0]["state"]), (&"call_requests".into(), &"open".into()));
    let Ran(status, shown, _) = ran(stage, "dead-letters", &["show", id, "--reveal", "mend", "--json"]).await;
    assert_eq!((status, &shown[0]["message"]), (Some(0), &"{ no order".into()));

    let Ran(status, foreseen, _) = ran(stage, "dead-letters", &["dry-run", id, "--json"]).await;
    assert_eq!((status, &foreseen[0]["code"]), (Some(1), &"malformed".into()));
    let file = std::env::temp_dir().join(format!("rollcall-void-{}.json", std::process::id()));
    std::fs::write(&file, VOID).unwrap();
    let path = file.to_str().unwrap();
    let Ran(status, foreseen, _) =
        ran(stage, "dead-letters", &["dry-run", id, "--file", path, "--json"]).await;
    assert_eq!((status, &foreseen[0]["code"]), (Some(0), &"expired".into()));
    let Ran(status, edited, _) =
        ran(stage, "dead-letters", &["edit", id, "--file", path, "--reason", "a test", "--json"]).await;
    assert_eq!((status, &edited[0]["edited"]), (Some(0), &true.into()));
    let Ran(status, replayed, told) = ran(stage, "dead-letters", &["replay", id, "--json"]).await;
    assert_eq!((status, &replayed[0]["state"]), (Some(0), &"applied".into()), "{told}");
    std::fs::remove_file(&file).unwrap();
    assert_eq!(ran(stage, "dead-letters", &["list", "--json"]).await.1, Vec::<Value>::new());

    let log = operator.json("GET", "/api/audit?size=100", "").await.to_string();
    for action in ["letter.view", "letter.edit", "letter.replay"] {
        assert!(log.contains(&format!("\"action\":\"{action}\"")), "{action}: {log}");
    }
    assert!(log.contains("(command line)"), "{log}");
}

/// Runs the program that was built beside this test.
pub(super) async fn ran(stage: &Stage, command: &str, args: &[&str]) -> Ran {
    let beside: PathBuf = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("rollcall");
    let function = stage.deployment.function("api");
    let prefix = function.strip_suffix("-api").unwrap();
    let output = Command::new(&beside)
        .arg(command)
        .args(args)
        .args(["--aws", prefix])
        .env("AWS_ENDPOINT_URL", endpoint())
        .output()
        .await
        .unwrap_or_else(|error| panic!("{}: {error}; build it with the feature aws", beside.display()));
    let lines = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let lines =
        lines.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}{told}")));
    Ran(output.status.code(), lines.collect(), told)
}
