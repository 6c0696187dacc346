//! The topics: somebody must hear what is said there.

use super::caller::Caller;
use super::{Asked, Check};
use crate::Aws;
use crate::fault::fault;
use aws_sdk_sns::Client;

/// Who hears of alarms, and of residents that need a person.
pub(super) async fn checks(aws: &Aws, caller: &Caller, prefix: &str) -> Vec<Check> {
    let client = Client::new(&aws.shared);
    let mut checks = Vec::new();
    for (topic, parameter) in [("alarms", "AlarmEmail"), ("notices", "NoticesEmail")] {
        checks.push(check(&client, topic, parameter, &caller.arn("sns", &format!("{prefix}-{topic}"))).await);
    }
    checks
}

async fn check(client: &Client, topic: &str, parameter: &str, arn: &str) -> Check {
    let missing = "What is said there is lost: make deploy.";
    let asked = Asked::new(format!("who hears {topic}"), "sns:GetTopicAttributes", arn, missing);
    let found = match client.get_topic_attributes().topic_arn(arn).send().await {
        Ok(answer) => answer.attributes.unwrap_or_default(),
        Err(error) => return asked.without_answer(&fault("topics", &error)),
    };
    let count = |name: &str| found.get(name).and_then(|text| text.parse::<u32>().ok()).unwrap_or_default();
    let (confirmed, pending) = (count("SubscriptionsConfirmed"), count("SubscriptionsPending"));
    if confirmed > 0 {
        return Check::ok(asked.name, format!("confirmed subscriptions: {confirmed}"));
    }
    if pending > 0 {
        let advice = "Whoever has that address must follow the link in AWS's message; it is good for two days, then \
                      subscribe again in SNS's console.";
        return Check::wrong(asked.name, "nobody: the subscription is not confirmed", advice);
    }
    let advice =
        format!("Set {parameter} in the settings and make deploy, or subscribe somebody in SNS's console.");
    Check::wrong(asked.name, "nobody", advice)
}
