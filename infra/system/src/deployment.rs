//! The template as it is shipped, deployed to the emulator.

use crate::connect::Connect;
use crate::http::{Answer, Protocol, ask, encoded, tagged};
use crate::lines::Lines;
use crate::roles::Role;
use jiff::Timestamp;
use rollcall_aws::Aws;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Error;
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// Where the emulator is.
///
/// # Panics
/// When nobody has started one.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the runner says where it started the emulator")]
pub fn endpoint() -> String {
    std::env::var("ROLLCALL_MINISTACK").unwrap_or_else(|_| {
        panic!("ROLLCALL_MINISTACK is not set: these tests run under infra/emulators/run")
    })
}

/// Every function of the template.
pub const FUNCTIONS: [&str; 11] = [
    "ingest",
    "loader",
    "planner",
    "dialer",
    "outcomes",
    "key-press",
    "sweep",
    "books",
    "letters",
    "erasures",
    "api",
];

/// The services that functions ask, as the SDK's variables name them.
const SERVICES: [&str; 5] = ["DYNAMODB", "KINESIS", "S3", "SNS", "SQS"];

/// Events of one answer of CloudWatch Logs (API reference, FilterLogEvents).
const LOGGED_AT_ONCE: usize = 10_000;

/// One deployed stack.
pub struct Deployment {
    /// Clients of its services.
    pub aws: Aws,
    /// What lies between its functions and all that they ask.
    pub lines: Lines,
    name: String,
    outputs: BTreeMap<String, String>,
}

impl Deployment {
    /// Deploys a stack that calls through `connect`, all day and every day,
    /// with further `parameters` of the template.
    ///
    /// # Errors
    /// When the stack does not come up.
    pub async fn new(name: &str, connect: &Connect, parameters: &[(&str, &str)]) -> Result<Self, Error> {
        let place = connect.place();
        let all = [
            ("ConnectInstanceId", place.instance_id.as_str()),
            ("ConnectFlowId", &place.flow_id),
            ("ConnectQueueId", &place.queue_id),
            ("SourcePhoneNumber", &place.source_number),
            ("CallingDays", "true, true, true, true, true, true, true"),
            ("CallingFrom", "00:00:00"),
            ("CallingUntil", "23:59:00"),
            ("TimeZone", "UTC"),
        ];
        let lines: Vec<String> =
            all.iter().chain(parameters).map(|(name, value)| format!("{name}={value}")).collect();
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../emulators/deploy");
        let output = Command::new(deploy)
            .env("ROLLCALL_STACK", name)
            .env("ROLLCALL_CONNECT", connect.endpoint())
            .env("ROLLCALL_PARAMETERS", lines.join("\n"))
            .stderr(Stdio::inherit())
            .output()
            .await?;
        if !output.status.success() {
            return Err(Error::other("the stack did not come up"));
        }
        let outputs = serde_json::from_slice(&output.stdout)?;
        let aws = Aws::from_env().await.at(&endpoint());
        let mut deployment = Self { aws, lines: Lines::default(), name: name.to_owned(), outputs };
        for function in FUNCTIONS {
            deployment.lay_lines(function, connect).await?;
        }
        Ok(deployment)
    }

    /// An output of the template.
    ///
    /// # Panics
    /// When the template has none of this name.
    #[must_use]
    pub fn output(&self, name: &str) -> &str {
        self.outputs.get(name).unwrap_or_else(|| panic!("the template has no output {name}"))
    }

    /// The full name of a function.
    #[must_use]
    pub fn function(&self, name: &str) -> String {
        format!("{}-{name}", self.name)
    }

    /// Calls a function as a schedule or Connect does.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn invoke(&self, function: &str, event: &str) -> Result<Answer, Error> {
        self.lambda("POST", function, "invocations", event).await
    }

    /// What the role of a function allows.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn role(&self, function: &str) -> Result<Role, Error> {
        let answer = self.lambda("GET", function, "configuration", "").await?.fine()?;
        let settings: Value = serde_json::from_slice(&answer.body)?;
        Role::read(settings["Role"].as_str().unwrap_or_default()).await
    }

    /// Puts a list where the clerks put theirs.
    ///
    /// # Errors
    /// When the bucket does not take it.
    pub async fn upload(&self, key: &str, csv: &[u8]) -> Result<(), Error> {
        let path = format!("/{}/{key}", self.output("UploadsBucket"));
        ask(&endpoint(), "s3", ("PUT", &path), Protocol::Rest, csv).await?.fine()?;
        Ok(())
    }

    /// Sends a text that is no message of ours; `queue` is an output of the
    /// template (`RowsQueueUrl`).
    ///
    /// # Errors
    /// When the queue does not take it.
    pub async fn send(&self, queue: &str, text: &str) -> Result<(), Error> {
        sqs("SendMessage", &json!({ "QueueUrl": self.output(queue), "MessageBody": text })).await?;
        Ok(())
    }

    /// Subscribes a queue to notices, as somebody does who is to be told.
    /// Answers its address.
    ///
    /// # Errors
    /// When the emulator refuses one of the steps.
    pub async fn listen(&self) -> Result<String, Error> {
        let topic = self.output("NoticesTopicArn");
        let name = format!("{}-told", self.name);
        let queue = sqs("CreateQueue", &json!({ "QueueName": name })).await?;
        let url = queue["QueueUrl"].as_str().unwrap_or_default().to_owned();
        let asked = json!({ "QueueUrl": url, "AttributeNames": ["QueueArn"] });
        let attributes = sqs("GetQueueAttributes", &asked).await?;
        let arn = attributes["Attributes"]["QueueArn"].as_str().unwrap_or_default();
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" }, "Action": "sqs:SendMessage",
            "Resource": arn, "Condition": { "ArnEquals": { "aws:SourceArn": topic } },
        }] });
        let set = json!({ "QueueUrl": url, "Attributes": { "Policy": policy.to_string() } });
        sqs("SetQueueAttributes", &set).await?;
        let subscribe = format!(
            "Action=Subscribe&Version=2010-03-31&Protocol=sqs&TopicArn={}&Endpoint={}",
            encoded(topic),
            encoded(arn)
        );
        let answer =
            ask(&endpoint(), "sns", ("POST", "/"), Protocol::Query, subscribe.as_bytes()).await?.fine()?;
        match tagged(&answer.text(), "SubscriptionArn").first() {
            Some(_) => Ok(url),
            None => Err(Error::other(answer.text())),
        }
    }

    /// Takes what a queue holds, bodies as they are.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn receive(&self, queue: &str) -> Result<Vec<String>, Error> {
        let mut bodies = Vec::new();
        loop {
            let asked = json!({ "QueueUrl": queue, "MaxNumberOfMessages": 10 });
            let answer = sqs("ReceiveMessage", &asked).await?;
            let Some(messages) = answer["Messages"].as_array().filter(|some| !some.is_empty()) else {
                return Ok(bodies);
            };
            for message in messages {
                bodies.push(message["Body"].as_str().unwrap_or_default().to_owned());
                let done = json!({ "QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"] });
                sqs("DeleteMessage", &done).await?;
            }
        }
    }

    /// Every line that a function logged so far, in CloudWatch Logs. The emulator
    /// puts it there when an invocation is over: of a process that was killed the
    /// last lines are lost.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn logged(&self, function: &str) -> Result<Vec<String>, Error> {
        let (mut lines, mut from) = (Vec::new(), 0);
        loop {
            let group = format!("/aws/lambda/{}", self.function(function));
            let wanted = json!({ "logGroupName": group, "startTime": from });
            let mut answer = asked("logs", "Logs_20140328.FilterLogEvents", &wanted).await?;
            let events = answer["events"].as_array_mut().map(std::mem::take).unwrap_or_default();
            let text = |event: &Value| event["message"].as_str().map(str::to_owned);
            lines.extend(events.iter().filter_map(text));
            let last = events.last().and_then(|event| event["timestamp"].as_i64()).unwrap_or(from);
            // The emulator does not page: what is left begins at this millisecond.
            if events.len() < LOGGED_AT_ONCE || last == from {
                return Ok(lines);
            }
            from = last;
        }
    }

    /// Writes a line into the log of a function, as a program would that leaks.
    ///
    /// # Errors
    /// When the emulator does not take it.
    pub async fn log(&self, function: &str, line: &str, at: Timestamp) -> Result<(), Error> {
        let mut wanted = json!({ "logGroupName": format!("/aws/lambda/{}", self.function(function)), "logStreamName": "seeded" });
        asked("logs", "Logs_20140328.CreateLogStream", &wanted).await?;
        wanted["logEvents"] = json!([{ "timestamp": at.as_millisecond(), "message": line }]);
        asked("logs", "Logs_20140328.PutLogEvents", &wanted).await.map(drop)
    }

    /// All that a table holds, as DynamoDB writes it.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn scan(&self, table: &str) -> Result<Vec<Value>, Error> {
        let (mut items, mut from) = (Vec::new(), Value::Null);
        loop {
            let mut wanted = json!({ "TableName": self.table(table), "ConsistentRead": true });
            if !from.is_null() {
                wanted["ExclusiveStartKey"] = from;
            }
            let mut answer = asked("dynamodb", "DynamoDB_20120810.Scan", &wanted).await?;
            items.extend(answer["Items"].as_array_mut().map(std::mem::take).unwrap_or_default());
            from = answer["LastEvaluatedKey"].take();
            if from.is_null() {
                return Ok(items);
            }
        }
    }

    /// Puts an item into a table as a restore would.
    ///
    /// # Errors
    /// When the emulator does not take it.
    pub async fn put(&self, table: &str, item: &Value) -> Result<(), Error> {
        let wanted = json!({ "TableName": self.table(table), "Item": item });
        asked("dynamodb", "DynamoDB_20120810.PutItem", &wanted).await.map(drop)
    }

    fn table(&self, name: &str) -> String {
        format!("{}{name}", self.output("TablePrefix"))
    }

    /// The emulator gives every function its own address, whatever a function's
    /// settings say; the variables of single services go before it.
    async fn lay_lines(&mut self, function: &str, connect: &Connect) -> Result<(), Error> {
        let process = self.function(function);
        let services = self.lines.lay(function, &process, &endpoint()).await?;
        let calls = self.lines.lay(function, &process, connect.endpoint()).await?;
        let answer = self.lambda("GET", function, "configuration", "").await?.fine()?;
        let mut settings: Value = serde_json::from_slice(&answer.body)?;
        let mut variables = settings["Environment"]["Variables"].take();
        for service in SERVICES {
            variables[format!("AWS_ENDPOINT_URL_{service}")] = json!(services);
        }
        if variables.get("AWS_ENDPOINT_URL_CONNECT").is_some() {
            variables["AWS_ENDPOINT_URL_CONNECT"] = json!(calls);
        }
        if variables.get("ROLLCALL_OIDC_ISSUER").is_some() {
            // The tokens name the issuer that the template does; its keys are at the emulator.
            let keys = format!("{}/{}/.well-known/jwks.json", endpoint(), self.output("UserPoolId"));
            variables["ROLLCALL_OIDC_KEYS"] = json!(keys);
        }
        let wanted = json!({ "Environment": { "Variables": variables } }).to_string();
        self.lambda("PUT", function, "configuration", &wanted).await?.fine()?;
        let role = settings["Role"].as_str().unwrap_or_default();
        Role::read(role).await?.suit_emulator(role).await
    }

    async fn lambda(&self, method: &str, function: &str, what: &str, body: &str) -> Result<Answer, Error> {
        let path = format!("/2015-03-31/functions/{}/{what}", self.function(function));
        ask(&endpoint(), "lambda", (method, &path), Protocol::Rest, body.as_bytes()).await
    }
}

async fn sqs(operation: &str, body: &Value) -> Result<Value, Error> {
    asked("sqs", &format!("AmazonSQS.{operation}"), body).await
}

async fn asked(service: &str, target: &str, body: &Value) -> Result<Value, Error> {
    let (body, form) = (body.to_string(), Protocol::Target(target));
    let answer = ask(&endpoint(), service, ("POST", "/"), form, body.as_bytes()).await?.fine()?;
    Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
}
