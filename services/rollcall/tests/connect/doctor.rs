//! Each check, made to fail: it is seen, and what to do is said.

use crate::program;
use axum::Router;
use axum::http::{Method, Uri};
use axum::response::IntoResponse;
use rollcall_connect_sim::flow::CHECK_CALL;
use serde_json::{Value, json};
use std::sync::Arc;

const FUNCTION: &str = "arn:aws:lambda:eu-west-2:111122223333:function:key-press";

/// What each request is answered, by the end of its path.
fn well() -> Value {
    let flow = CHECK_CALL
        .replace("${KeyPressFunctionArn}", FUNCTION)
        .replace("${CallbackQueueArn}", "arn:q")
        .replace("${OrganisationName}", "Anytown")
        .replace("${OrganisationTelephone}", "0 2 0");
    json!({
        "instance": {"Instance": {"Id": "i", "Arn": "arn:i", "InstanceStatus": "ACTIVE", "OutboundCallsEnabled": true}},
        "flow": {"ContactFlow": {"Id": "f", "State": "ACTIVE", "Status": "PUBLISHED", "Content": flow}},
        "functions": {"LambdaFunctions": [FUNCTION]},
        "queue": {"Queue": {"QueueId": "q", "Status": "ENABLED"}},
        "numbers": {"ListPhoneNumbersSummaryList": [{"PhoneNumber": "+441632960000"}]},
        "records": {"StorageConfigs": [{"StorageType": "KINESIS_STREAM",
            "KinesisStreamConfig": {"StreamArn": "arn:aws:kinesis:eu-west-2:111122223333:stream/outcomes"}}]},
        "stream": {"StreamDescriptionSummary": {"StreamName": "outcomes", "StreamARN": "arn:s",
            "StreamStatus": "ACTIVE", "OpenShardCount": 1, "RetentionPeriodHours": 168,
            "StreamCreationTimestamp": 1.0, "EnhancedMonitoring": []}},
    })
}

fn operation(method: &Method, path: &str) -> &'static str {
    match (method.as_str(), path) {
        (_, "/") => "stream",
        (_, path) if path.starts_with("/phone-number") => "numbers",
        (_, path) if path.contains("/storage-configs") => "records",
        (_, path) if path.contains("/lambda-functions") => "functions",
        (_, path) if path.starts_with("/contact-flows/") => "flow",
        (_, path) if path.starts_with("/queues/") => "queue",
        _ => "instance",
    }
}

async fn doctor(answers: Value) -> (Option<i32>, Vec<Value>) {
    let answers = Arc::new(answers);
    let router = Router::new().fallback(move |method: Method, uri: Uri| {
        let answers = Arc::clone(&answers);
        async move {
            let answer = answers[operation(&method, uri.path())].clone();
            let kind = answer["error"].as_str().unwrap_or_default().to_owned();
            let status = if kind.is_empty() { 200 } else { 400 };
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            (status, [("x-amzn-errortype", kind)], answer.to_string()).into_response()
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let vars = [
        ("ROLLCALL_CONNECT_INSTANCE_ID", "i"),
        ("ROLLCALL_CONNECT_FLOW_ID", "f"),
        ("ROLLCALL_CONNECT_QUEUE_ID", "q"),
        ("ROLLCALL_CONNECT_SOURCE_NUMBER", "+441632960000"),
        ("ROLLCALL_STREAM_OUTCOMES", "outcomes"),
        ("AWS_REGION", "eu-west-2"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &endpoint),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let place = tempfile::tempdir().unwrap();
    let mut command = program(place.path(), &vars, &["doctor", "--aws", "--json"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let checks: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code(), checks.as_array().unwrap().clone())
}

fn of<'c>(checks: &'c [Value], state: &str) -> Vec<&'c str> {
    let such = checks.iter().filter(|check| check["state"] == state);
    such.map(|check| check["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_well_is_said_to_be() {
    let (status, checks) = doctor(well()).await;
    assert_eq!((status, of(&checks, "wrong")), (Some(0), vec![]), "{checks:#?}");
    assert_eq!(of(&checks, "unknown"), ["quotas", "clock"], "{checks:#?}");
    assert_eq!(checks[2]["found"], "ACTIVE, PUBLISHED, as shipped");
    let mut other = well();
    let text = other["flow"]["ContactFlow"]["Content"].as_str().unwrap().replace("press 1", "press 9");
    other["flow"]["ContactFlow"]["Content"] = json!(text);
    let (status, checks) = doctor(other).await;
    assert_eq!(status, Some(0), "a warning only");
    assert!(checks[2]["found"].as_str().unwrap().contains("differs"), "{checks:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_is_wrong_is_seen_by_itself_and_has_its_advice() {
    let missing = json!({"error": "ResourceNotFoundException", "message": "x"});
    for (path, value, name, advice) in [
        (
            "/instance/Instance/InstanceStatus",
            json!("CREATION_IN_PROGRESS"),
            "instance",
            "Wait until it is ACTIVE",
        ),
        ("/instance/Instance/OutboundCallsEnabled", json!(false), "outbound calls", "allow outbound calls"),
        ("/flow", missing.clone(), "call flow", "ROLLCALL_CONNECT_FLOW_ID"),
        ("/flow/ContactFlow/Status", json!("SAVED"), "call flow", "publish it"),
        ("/flow/ContactFlow/State", json!("ARCHIVED"), "call flow", "not archived"),
        ("/functions/LambdaFunctions", json!(["arn:other"]), "key-press function", "add the function"),
        ("/queue", missing.clone(), "callback queue", "ROLLCALL_CONNECT_QUEUE_ID"),
        ("/queue/Queue/Status", json!("DISABLED"), "callback queue", "enable it"),
        ("/numbers/ListPhoneNumbersSummaryList", json!([]), "caller's number", "Claim the number"),
        ("/records/StorageConfigs", json!([]), "contact records", "Data streaming"),
        ("/stream", missing, "stream", "ROLLCALL_STREAM_OUTCOMES"),
        ("/stream/StreamDescriptionSummary/StreamStatus", json!("DELETING"), "stream", "make another"),
        ("/stream/StreamDescriptionSummary/OpenShardCount", json!(0), "stream", "update-shard-count"),
        (
            "/stream/StreamDescriptionSummary/RetentionPeriodHours",
            json!(24),
            "stream",
            "retention-period-hours 168",
        ),
    ] {
        let mut answers = well();
        *answers.pointer_mut(path).unwrap() = value;
        let (status, checks) = doctor(answers).await;
        assert_eq!((status, of(&checks, "wrong")), (Some(1), vec![name]), "{path}: {checks:#?}");
        let wrong = checks.iter().find(|check| check["name"] == name).unwrap();
        assert!(wrong["advice"].as_str().unwrap().contains(advice), "{path}: {wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_asked_is_unknown_and_not_well() {
    let mut answers = well();
    answers["queue"] = json!({"error": "AccessDeniedException", "message": "x"});
    let (status, checks) = doctor(answers).await;
    assert_eq!(status, Some(0));
    assert_eq!(of(&checks, "unknown"), ["callback queue", "quotas", "clock"], "{checks:#?}");
}
