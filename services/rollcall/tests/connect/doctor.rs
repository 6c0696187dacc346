//! Each check, made to fail: it is seen, and what to do is said.

use crate::program;
use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::response::IntoResponse;
use rollcall_connect_sim::flow::CHECK_CALL;
use serde_json::{Value, json};
use std::process::Output;
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
        "quotas": {"Quotas": [
            {"QuotaCode": "L-4E9BCC96", "QuotaName": "Rate of StartOutboundVoiceContact API requests", "Value": 2.0},
            {"QuotaCode": "L-1", "QuotaName": "Concurrent active calls per instance", "Value": 10.0}]},
        "identity": "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/operator</Arn>\
            <UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    })
}

fn operation(headers: &HeaderMap, path: &str) -> &'static str {
    let target = headers.get("x-amz-target").map_or("", |target| target.to_str().unwrap());
    match (target.split('.').next().unwrap(), path) {
        ("ServiceQuotasV20190624", _) => "quotas",
        ("Kinesis_20131202", _) => "stream",
        (_, "/") => "identity",
        (_, path) if path.starts_with("/phone-number") => "numbers",
        (_, path) if path.contains("/storage-configs") => "records",
        (_, path) if path.contains("/lambda-functions") => "functions",
        (_, path) if path.starts_with("/contact-flows/") => "flow",
        (_, path) if path.starts_with("/queues/") => "queue",
        _ => "instance",
    }
}

/// Where such a service is.
async fn served(answers: Value) -> String {
    let answers = Arc::new(answers);
    let router = Router::new().fallback(move |headers: HeaderMap, uri: Uri| {
        let answers = Arc::clone(&answers);
        async move {
            let answer = answers[operation(&headers, uri.path())].clone();
            let kind = answer["error"].as_str().unwrap_or_default().to_owned();
            let status = if kind.is_empty() { 200 } else { 400 };
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
            (status, [("x-amzn-errortype", kind)], text).into_response()
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    endpoint
}

async fn run(endpoint: &str, more: &[(&str, &str)], args: &[&str]) -> Output {
    let vars = [
        ("ROLLCALL_CONNECT_INSTANCE_ID", "i"),
        ("ROLLCALL_CONNECT_FLOW_ID", "f"),
        ("ROLLCALL_CONNECT_QUEUE_ID", "q"),
        ("ROLLCALL_CONNECT_SOURCE_NUMBER", "+441632960000"),
        ("ROLLCALL_STREAM_OUTCOMES", "outcomes"),
        ("AWS_REGION", "eu-west-2"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL", endpoint),
    ];
    let vars: Vec<(String, String)> =
        vars.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let place = tempfile::tempdir().unwrap();
    let mut command = program(place.path(), &vars, args);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

const SIGNED_IN: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

async fn doctor(answers: Value) -> (Option<i32>, Vec<Value>) {
    let output = run(&served(answers).await, &SIGNED_IN, &["doctor", "--aws", "--json"]).await;
    let checks: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code(), checks.as_array().unwrap().clone())
}

fn of<'c>(checks: &'c [Value], state: &str) -> Vec<&'c str> {
    let such = checks.iter().filter(|check| check["state"] == state);
    such.map(|check| check["name"].as_str().unwrap()).collect()
}

fn named(checks: &[Value], name: &str) -> usize {
    checks.iter().position(|check| check["name"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_well_is_said_to_be() {
    let (status, checks) = doctor(well()).await;
    assert_eq!((status, of(&checks, "wrong")), (Some(0), vec![]), "{checks:#?}");
    assert_eq!(of(&checks, "by_hand"), ["destinations"], "{checks:#?}");
    assert_eq!(of(&checks, "ok").len(), checks.len() - 1, "{checks:#?}");
    assert_eq!(checks[named(&checks, "call flow")]["found"], "ACTIVE, PUBLISHED, as shipped");
    let mut other = well();
    let text = other["flow"]["ContactFlow"]["Content"].as_str().unwrap().replace("press 1", "press 9");
    other["flow"]["ContactFlow"]["Content"] = json!(text);
    let (status, checks) = doctor(other).await;
    assert_eq!(status, Some(0), "a warning only");
    assert!(
        checks[named(&checks, "call flow")]["found"].as_str().unwrap().contains("differs"),
        "{checks:#?}"
    );
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
        ("/quotas/Quotas/0/Value", json!(1.0), "quota of starts", "StartsPerSecond=1"),
        ("/quotas/Quotas/1/Value", json!(5.0), "quota of calls at once", "ConcurrentCalls=5"),
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
async fn what_may_not_be_asked_is_denied_and_not_well() {
    let denied = json!({"error": "AccessDeniedException", "message": "x"});
    for (operation, name, what) in [
        (
            "instance",
            "instance",
            "connect:DescribeInstance on arn:aws:connect:eu-west-2:111122223333:instance/i",
        ),
        (
            "flow",
            "call flow",
            "connect:DescribeContactFlow on arn:aws:connect:eu-west-2:111122223333:instance/i/contact-flow/f",
        ),
        ("functions", "key-press function", "connect:ListLambdaFunctions on"),
        (
            "queue",
            "callback queue",
            "connect:DescribeQueue on arn:aws:connect:eu-west-2:111122223333:instance/i/queue/q",
        ),
        ("numbers", "caller's number", "connect:ListPhoneNumbersV2 on"),
        ("records", "contact records", "connect:ListInstanceStorageConfigs on"),
        (
            "stream",
            "stream",
            "kinesis:DescribeStreamSummary on arn:aws:kinesis:eu-west-2:111122223333:stream/outcomes",
        ),
        ("quotas", "quotas", "servicequotas:ListServiceQuotas on *"),
    ] {
        let mut answers = well();
        answers[operation] = denied.clone();
        let (status, checks) = doctor(answers).await;
        assert_eq!((status, of(&checks, "denied")), (Some(0), vec![name]), "{checks:#?}");
        assert_eq!(of(&checks, "wrong"), Vec::<&str>::new());
        assert!(checks[named(&checks, name)]["found"].as_str().unwrap().contains(what), "{checks:#?}");
    }
    let mut answers = well();
    answers["queue"] = denied;
    let output = run(&served(answers).await, &SIGNED_IN, &["doctor", "--aws"]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("1 denied, 1 by hand: nothing is known to be wrong, but not all could be asked"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_is_denied_the_status_is_not_that_of_health() {
    let mut answers = well();
    for (_, answer) in answers.as_object_mut().unwrap().iter_mut().filter(|(name, _)| *name != "identity") {
        *answer = json!({"error": "AccessDeniedException", "message": "x"});
    }
    let (status, checks) = doctor(answers).await;
    assert_eq!((status, of(&checks, "ok")), (Some(2), vec!["account", "clock"]), "{checks:#?}");
}

/// A quota that is not in the list is looked up by people.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_tells_is_left_to_people() {
    let mut answers = well();
    answers["quotas"]["Quotas"].as_array_mut().unwrap().pop();
    let (status, checks) = doctor(answers).await;
    assert_eq!((status, of(&checks, "by_hand")), (Some(0), vec!["quota of calls at once", "destinations"]));
}

/// What was granted to the instance alone outranks what all have.
#[tokio::test(flavor = "multi_thread")]
async fn the_quota_of_the_instance_counts() {
    for (instance, wrong) in [("i", vec!["quota of calls at once"]), ("other", vec![])] {
        let mut answers = well();
        let context =
            json!({"ContextId": format!("arn:aws:connect:eu-west-2:111122223333:instance/{instance}")});
        answers["quotas"]["Quotas"].as_array_mut().unwrap().push(
            json!({"QuotaName": "Concurrent active calls per instance", "Value": 3.0, "QuotaContext": context}),
        );
        let (_, checks) = doctor(answers).await;
        assert_eq!(of(&checks, "wrong"), wrong, "{checks:#?}");
    }
}

/// Neither a list of unknowns nor a status that looks well.
#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_asked_one_line_says_why() {
    let well = served(well()).await;
    let expired = refusing(
        "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>secret</Message></Error></ErrorResponse>",
    )
    .await;
    for (endpoint, vars, why) in [
        (well.as_str(), &[] as &[(&str, &str)], "there are no credentials of AWS; sign in"),
        (&expired, &SIGNED_IN, "AWS does not take these credentials (ExpiredToken); sign in anew"),
        ("http://127.0.0.1:9", &SIGNED_IN, "AWS does not answer (STS in eu-west-2)"),
    ] {
        for args in [&["doctor", "--aws"] as &[&str], &["doctor", "--aws", "--json", "--prefix", "rollcall"]]
        {
            let output = run(endpoint, vars, args).await;
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(said.starts_with("rollcall: nothing was asked: ") && said.contains(why), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_that_is_none_is_refused() {
    for prefix in ["rollcall-", "Rollcall", "ro", "a/../b"] {
        let output = run("http://127.0.0.1:9", &SIGNED_IN, &["doctor", "--aws", "--prefix", prefix]).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(2) && said.contains("expected the Prefix of the settings"),
            "{said}"
        );
    }
}

/// Whoever is asked, answers this with status 403.
async fn refusing(body: &'static str) -> String {
    let router = Router::new().fallback(move || async move { (axum::http::StatusCode::FORBIDDEN, body) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    endpoint
}
