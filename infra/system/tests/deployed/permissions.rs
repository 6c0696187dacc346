//! The functions' roles: what each function asks is allowed, what is allowed is
//! asked or has its reason, and what is not allowed is refused.

use rollcall_system::http::{Protocol, ask_as};
use rollcall_system::{Caller, Deployment, FUNCTIONS, Permission, Role, endpoint};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Grants that are not seen in use, by function (`*` for each), action and part
/// of the resource, with why they are needed. First what Lambda and other
/// services do as the role, past every line; then what happens too seldom.
const UNSEEN: [(&str, &str, &str, &str); 78] = [
    ("*", "logs:CreateLogStream", "", "Lambda writes what a function logs, as its role"),
    ("*", "logs:PutLogEvents", "", "likewise"),
    ("*", "xray:PutTraceSegments", "", "Lambda's tracing daemon sends, as the role"),
    ("*", "xray:PutTelemetryRecords", "", "likewise"),
    ("*", "kms:Decrypt", "", "SNS and Kinesis use the topic's and the stream's key for whoever asks"),
    ("*", "kms:GenerateDataKey", "", "likewise"),
    ("*", "sqs:ReceiveMessage", "", "Lambda's poller takes messages, as the role"),
    ("*", "sqs:DeleteMessage", "", "likewise"),
    ("*", "sqs:GetQueueAttributes", "", "likewise"),
    ("outcomes", "sqs:SendMessage", "-outcomes-dead-letters", "Lambda notes what it gave up on, as the role"),
    ("*", "dynamodb:BatchGetItem", "-letters", "a letter whose content is larger than 8 kB"),
    (
        "*",
        "dynamodb:GetItem",
        "-letters",
        "a copy of a letter, of which the test sends one to the dialer and one to outcomes",
    ),
    ("letters", "sqs:SendMessage", "", "a replay of many, of which the test makes none: one goes by the API"),
    ("letters", "kinesis:PutRecord", "", "likewise"),
    (
        "letters",
        "kinesis:GetShardIterator",
        "",
        "records that Lambda gave up on, of which the other test has some",
    ),
    ("letters", "kinesis:GetRecords", "", "likewise"),
    ("api", "sqs:SendMessage", "", "a replay of an upload or of rows; the test makes one of an order"),
    ("ingest", "sqs:ChangeMessageVisibility", "", "likewise"),
    ("loader", "sqs:ChangeMessageVisibility", "", "likewise"),
    ("outcomes", "kinesis:DescribeStream", "", "Lambda's poller reads the stream, as the role"),
    ("outcomes", "kinesis:DescribeStreamSummary", "", "likewise"),
    ("outcomes", "kinesis:ListShards", "", "likewise"),
    ("outcomes", "kinesis:GetShardIterator", "", "likewise"),
    ("outcomes", "kinesis:GetRecords", "", "likewise"),
    ("*", "s3:ListBucket", "", "without it S3 says of a missing list that access is denied"),
    ("ingest", "s3:GetObject", "", "a list of a time when versions were suspended has none"),
    ("loader", "s3:GetObject", "", "likewise"),
    ("loader", "dynamodb:GetItem", "-residents", "an upload that was undone while it was loaded"),
    ("loader", "dynamodb:DeleteItem", "-residents", "likewise"),
    ("loader", "dynamodb:GetItem", "-numbers", "likewise"),
    ("dialer", "connect:StartOutboundVoiceContact", "contact-flow/", "older answers named the flow"),
    (
        "planner",
        "dynamodb:PutItem",
        "-control",
        "only when Connect refuses to say who is there, for how it is set up",
    ),
    ("sweep", "dynamodb:PutItem", "-audit", "only when somebody turns the switch, or it trips"),
    ("sweep", "dynamodb:UpdateItem", "-control", "likewise"),
    ("api", "dynamodb:PutItem", "-control", "an operator turns the switch"),
    ("api", "s3:PutObject", "/staged/", "people send lists by a form that the role has signed"),
    ("api", "connect:StopContact", "", "a callback that is taken while it waits in Connect's queue"),
    ("books", "dynamodb:GetItem", "-residents", "only when a day is closed, or held against the books"),
    ("books", "dynamodb:BatchGetItem", "-residents", "likewise"),
    ("books", "dynamodb:Query", "/index/open", "likewise"),
    ("books", "dynamodb:Query", "/index/resident", "likewise"),
    ("books", "dynamodb:Query", "/index/month", "likewise"),
    ("books", "dynamodb:GetItem", "-callbacks", "likewise"),
    ("books", "dynamodb:BatchGetItem", "-attempts", "likewise"),
    ("books", "dynamodb:BatchGetItem", "-audit", "likewise"),
    ("api", "dynamodb:GetItem", "-checks", "somebody looks at the account of a day"),
    ("books", "sns:Publish", "", "only when the account does not add up"),
    ("dialer", "dynamodb:GetItem", "-callbacks", "a key pressed before the dialer hears of its own call"),
    ("dialer", "dynamodb:PutItem", "-callbacks", "likewise"),
    ("dialer", "dynamodb:UpdateItem", "-checks", "likewise"),
    ("key-press", "dynamodb:GetItem", "-control", "the end of a call, which came before its key"),
    ("key-press", "dynamodb:PutItem", "-control", "likewise"),
    ("*", "dynamodb:BatchGetItem", "-numbers", "somebody opts out, or is put on the suppression list"),
    ("*", "dynamodb:UpdateItem", "-numbers", "likewise"),
    ("api", "dynamodb:Query", "/index/suppressed", "an operator looks at the suppression list"),
    ("sweep", "connect:DescribeContact", "", "an attempt whose evidence is forty minutes late"),
    ("sweep", "connect:StopContact", "", "a callback that was cancelled by somebody who was interrupted"),
    ("sweep", "dynamodb:GetItem", "-attempts", "likewise"),
    ("sweep", "dynamodb:PutItem", "-attempts", "likewise"),
    ("erasures", "dynamodb:GetItem", "-attempts", "a promise that is withdrawn"),
    ("erasures", "dynamodb:PutItem", "-attempts", "likewise"),
    ("erasures", "dynamodb:BatchGetItem", "-attempts", "somebody who was called"),
    ("erasures", "dynamodb:DeleteItem", "-attempts", "likewise"),
    ("erasures", "dynamodb:GetItem", "-callbacks", "likewise"),
    ("erasures", "dynamodb:PutItem", "-callbacks", "likewise"),
    ("erasures", "dynamodb:DeleteItem", "-callbacks", "likewise"),
    ("erasures", "dynamodb:UpdateItem", "-checks", "likewise"),
    ("erasures", "dynamodb:GetItem", "-control", "likewise"),
    ("erasures", "dynamodb:PutItem", "-control", "likewise"),
    ("erasures", "dynamodb:PutItem", "-residents", "likewise"),
    ("erasures", "dynamodb:DeleteItem", "-residents", "only when the API was cut off before it"),
    ("erasures", "dynamodb:Query", "-letters", "somebody of whom a letter tells"),
    ("erasures", "dynamodb:DeleteItem", "-letters", "likewise"),
    ("erasures", "dynamodb:GetItem", "-batches", "somebody whom a list brings back meanwhile"),
    ("erasures", "s3:PutObject", "/staged/", "a list that nobody had loaded yet"),
    ("erasures", "s3:AbortMultipartUpload", "", "a large list in the middle of which S3 fails"),
    ("erasures", "connect:DescribeContact", "", "a promise that waits in Connect's queue"),
    ("erasures", "connect:StopContact", "", "likewise"),
];

/// Who a function is.
pub(crate) type Callers = BTreeMap<&'static str, Caller>;

/// Compares both ways, and asks in each function's name for what only some may.
pub(crate) async fn judge(deployment: &Deployment, callers: &Callers) {
    assert_eq!(deployment.lines.refused(), BTreeMap::new(), "refused to functions");
    let asked = deployment.lines.asked();
    let mut problems = Vec::new();
    let mut explained = BTreeSet::new();
    let mut roles = BTreeMap::new();
    for function in FUNCTIONS {
        let role = deployment.role(function).await.unwrap();
        let asked = asked.get(function).cloned().unwrap_or_default();
        if asked.is_empty() {
            problems.push(format!("{function} asked nothing"));
        }
        let without = asked.iter().filter(|one| role.grants(one).is_empty());
        problems.extend(without.map(|one| format!("{function} is not allowed {one:?}")));
        let used: BTreeSet<&Permission> = asked.iter().flat_map(|one| role.grants(one)).collect();
        for grant in role.grants.iter().filter(|grant| !used.contains(grant)) {
            match explanation(function, grant) {
                Some(n) => _ = explained.insert(n),
                None => problems.push(format!("{function} never asked {grant:?}")),
            }
        }
        roles.insert(function, role);
    }
    let stale = UNSEEN.iter().enumerate().filter(|(n, _)| !explained.contains(n));
    problems.extend(stale.map(|(_, one)| format!("an explanation that nothing needs: {one:?}")));
    problems.extend(probe(deployment, &roles, callers).await);
    assert_eq!(problems, Vec::<String>::new());
}

fn explanation(function: &str, grant: &Permission) -> Option<usize> {
    UNSEEN.iter().position(|(whose, action, part, _)| {
        (*whose == "*" || *whose == function) && *action == grant.action && grant.resource.contains(part)
    })
}

/// Asks for a few things in the name of every function: the emulator allows
/// exactly what its role does.
async fn probe(
    deployment: &Deployment,
    roles: &BTreeMap<&'static str, Role>,
    callers: &Callers,
) -> Vec<String> {
    let arn = |service: &str, rest: String| format!("arn:aws:{service}:eu-west-2:000000000000:{rest}");
    let prefix = deployment.output("TablePrefix");
    let table = |name: &str| format!("{prefix}{name}");
    let bucket = deployment.output("UploadsBucket");
    let mut problems = Vec::new();
    let mut answers = BTreeMap::from([(true, 0), (false, 0)]);
    for (function, role) in roles {
        let caller = &callers[function];
        let mut store = Vec::new();
        for name in ["residents", "attempts", "callbacks", "batches", "control"] {
            let key = json!({ "id": { "S": "nobody" } });
            store.push(("GetItem", json!({ "TableName": table(name), "Key": key }), name));
            store.push(("Scan", json!({ "TableName": table(name), "Limit": 1 }), name));
            store.push(("DeleteItem", json!({ "TableName": table(name), "Key": key }), name));
        }
        let mut probes: Vec<(Permission, bool)> = Vec::new();
        for (operation, body, name) in store {
            let wanted = Permission {
                action: format!("dynamodb:{operation}"),
                resource: arn("dynamodb", format!("table/{}", table(name))),
            };
            let target = format!("DynamoDB_20120810.{operation}");
            let body = body.to_string();
            let form = Protocol::Target(&target);
            probes.push((wanted, allowed(caller, ("dynamodb", ("POST", "/"), form), &body).await));
        }
        for queue in ["rows", "call-requests", "outcomes-dead-letters"] {
            let url = format!("{}/000000000000/{prefix}{queue}", endpoint());
            let body = json!({ "QueueUrl": url, "MessageBody": "probe" }).to_string();
            let wanted = Permission {
                action: "sqs:SendMessage".to_owned(),
                resource: arn("sqs", format!("{prefix}{queue}")),
            };
            let form = Protocol::Target("AmazonSQS.SendMessage");
            probes.push((wanted, allowed(caller, ("sqs", ("POST", "/"), form), &body).await));
        }
        let path = format!("/{bucket}/lists/monday%20morning.csv");
        for (method, action) in [("GET", "s3:GetObject"), ("PUT", "s3:PutObject")] {
            let resource = format!("arn:aws:s3:::{bucket}/lists/monday morning.csv");
            let wanted = Permission { action: action.to_owned(), resource };
            probes.push((wanted, allowed(caller, ("s3", (method, &path), Protocol::Rest), "").await));
        }
        for (wanted, answer) in probes {
            let expected = !role.grants(&wanted).is_empty();
            if answer != expected {
                problems.push(format!(
                    "{function}: {wanted:?} allowed by its role: {expected}; in fact: {answer}"
                ));
            }
            *answers.entry(answer).or_default() += 1;
        }
    }
    // Both happen often, or it proves nothing.
    if answers.values().any(|times| *times < 10) {
        problems.push(format!("allowed and refused: {answers:?}"));
    }
    problems
}

/// Whether permission was given, whatever else was wrong with the request.
async fn allowed(caller: &Caller, first: (&str, (&str, &str), Protocol<'_>), body: &str) -> bool {
    let answer = ask_as(caller, &endpoint(), first, body.as_bytes()).await.unwrap();
    !answer.text().contains("AccessDenied")
}

/// Whether the emulator asks who somebody is: without, none of this is proof.
pub(crate) async fn enforced() -> bool {
    let nobody = Caller::named("nobody", "nothing");
    let form = Protocol::Target("DynamoDB_20120810.ListTables");
    let answer = ask_as(&nobody, &endpoint(), ("dynamodb", ("POST", "/"), form), b"{}").await.unwrap();
    answer.status >= 400
}
