//! The template as it is shipped, deployed to the emulator.

use crate::connect::Connect;
use crate::http::{Answer, ask};
use rollcall_aws::Aws;
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

/// One deployed stack.
pub struct Deployment {
    /// Clients of its services.
    pub aws: Aws,
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
        Ok(Self { aws, name: name.to_owned(), outputs })
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
        let path = format!("/2015-03-31/functions/{}/invocations", self.function(function));
        ask(&endpoint(), "lambda", ("POST", &path), None, event.as_bytes()).await
    }

    /// Puts a list where the clerks put theirs.
    ///
    /// # Errors
    /// When the bucket does not take it.
    pub async fn upload(&self, key: &str, csv: &[u8]) -> Result<(), Error> {
        let path = format!("/{}/{key}", self.output("UploadsBucket"));
        let answer = ask(&endpoint(), "s3", ("PUT", &path), None, csv).await?;
        if answer.status == 200 {
            Ok(())
        } else {
            Err(Error::other(format!("status {}: {}", answer.status, String::from_utf8_lossy(&answer.body))))
        }
    }

    /// Sends a text that is no message of ours; `queue` is an output of the
    /// template (`RowsQueueUrl`).
    ///
    /// # Errors
    /// When the queue does not take it.
    pub async fn send(&self, queue: &str, text: &str) -> Result<(), Error> {
        let body = serde_json::json!({ "QueueUrl": self.output(queue), "MessageBody": text }).to_string();
        let target = Some("AmazonSQS.SendMessage");
        let answer = ask(&endpoint(), "sqs", ("POST", "/"), target, body.as_bytes()).await?;
        if answer.status == 200 {
            Ok(())
        } else {
            Err(Error::other(format!("status {}: {}", answer.status, String::from_utf8_lossy(&answer.body))))
        }
    }
}
