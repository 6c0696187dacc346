//! The queues and their dead letters, with the numbers of `topology.toml`.

use super::caller::Caller;
use super::{Asked, Check};
use crate::Aws;
use crate::fault::fault;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use rollcall_contracts::topology::{QueueSpec, Topology};
use serde_json::Value;
use std::collections::BTreeMap;

const PORT: &str = "queues";
/// Fourteen days, the longest that SQS keeps a message.
const LETTERS_KEPT: u32 = 1_209_600;
const SEE: &str =
    "The template sets it: see what changed it, and make deploy with a change, or set it by hand.";

/// Each queue, and each queue of dead letters.
pub(super) async fn checks(aws: &Aws, caller: &Caller, prefix: &str) -> Vec<Check> {
    let desk = Desk { client: Client::new(&aws.shared), caller, prefix };
    let shipped = &Topology::shipped().queues;
    let mut checks = Vec::new();
    for (name, spec) in
        [("uploads", shipped.uploads), ("rows", shipped.rows), ("call-requests", shipped.call_requests)]
    {
        checks.push(desk.queue(name, spec).await);
    }
    for source in ["uploads", "rows", "call-requests", "outcomes", "contact-events"] {
        checks.push(desk.letters(source).await);
    }
    checks
}

struct Desk<'a> {
    client: Client,
    caller: &'a Caller,
    prefix: &'a str,
}

/// The attributes of a queue, by their names at SQS.
type Found = BTreeMap<String, String>;

impl Desk<'_> {
    async fn queue(&self, name: &str, spec: QueueSpec) -> Check {
        let found = match self.attributes(name, format!("queue {name}")).await {
            Ok(found) => found,
            Err(check) => return check,
        };
        let mut problems = numbers(
            &found,
            &[
                ("VisibilityTimeout", spec.visibility_timeout_seconds),
                ("MessageRetentionPeriod", spec.retention_seconds),
            ],
        );
        let redrive: Value =
            found.get("RedrivePolicy").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let letters = self.arn(&format!("{name}-dead-letters"));
        if redrive.get("deadLetterTargetArn").and_then(Value::as_str) != Some(&letters) {
            problems.push("what fails goes to no dead letters of its own".to_owned());
        }
        // SQS takes the number as text, too.
        let receives = redrive.get("maxReceiveCount").map(|count| count.to_string().replace('"', ""));
        if receives.as_deref() != Some(&spec.max_receives.to_string()) {
            let receives = receives.as_deref().unwrap_or("never");
            problems.push(format!("maxReceiveCount is {receives}, not {}", spec.max_receives));
        }
        // What S3 may not send, nobody hears of: there is no retry and no error.
        let bucket = format!("{}-uploads-{}-{}", self.prefix, self.caller.account, self.caller.region);
        let told = found.get("Policy").is_some_and(|text| text.contains(&format!(":s3:::{bucket}\"")));
        if name == "uploads" && !told {
            problems.push("its policy lets no bucket tell it of lists".to_owned());
        }
        let waiting = found.get("ApproximateNumberOfMessages").map_or("0", String::as_str);
        Check::of_problems(
            format!("queue {name}"),
            format!("as in topology.toml, {waiting} waiting"),
            &problems,
            SEE,
        )
    }

    async fn letters(&self, source: &str) -> Check {
        let name = format!("{source}-dead-letters");
        let found = match self.attributes(&name, format!("dead letters of {source}")).await {
            Ok(found) => found,
            Err(check) => return check,
        };
        let problems = numbers(&found, &[("MessageRetentionPeriod", LETTERS_KEPT)]);
        let waiting = found.get("ApproximateNumberOfMessages").map_or("0", String::as_str);
        Check::of_problems(
            format!("dead letters of {source}"),
            format!("kept 14 days, {waiting} there"),
            &problems,
            SEE,
        )
    }

    fn arn(&self, name: &str) -> String {
        self.caller.arn("sqs", &format!("{}-{name}", self.prefix))
    }

    async fn attributes(&self, queue: &str, name: String) -> Result<Found, Check> {
        let missing = "Everything that goes through it stands still: make deploy.";
        let mut asked = Asked::new(name, "sqs:GetQueueUrl", self.arn(queue), missing);
        let url = self.client.get_queue_url().queue_name(format!("{}-{queue}", self.prefix)).send().await;
        let url = url.map_err(|error| asked.without_answer(&fault(PORT, &error)))?;
        asked.action = "sqs:GetQueueAttributes";
        let request = self.client.get_queue_attributes().attribute_names(QueueAttributeName::All);
        let answer = request.set_queue_url(url.queue_url).send().await;
        let answer = answer.map_err(|error| asked.without_answer(&fault(PORT, &error)))?;
        let attributes = answer.attributes.unwrap_or_default();
        Ok(attributes.into_iter().map(|(name, value)| (name.as_str().to_owned(), value)).collect())
    }
}

fn numbers(found: &Found, wanted: &[(&str, u32)]) -> Vec<String> {
    let differs = |(name, wanted): &(&str, u32)| {
        let its = found.get(*name).map_or("not set", String::as_str);
        (its != wanted.to_string()).then(|| format!("{name} is {its}, not {wanted}"))
    };
    wanted.iter().filter_map(differs).collect()
}
