//! The bucket of uploaded lists: names and telephone numbers, so private.

use super::caller::Caller;
use super::{Asked, Check};
use crate::Aws;
use crate::fault::fault;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Event, FilterRule, QueueConfiguration, ServerSideEncryption};
use rollcall_ports::Fault;

const PORT: &str = "bucket";
const ENCRYPTION: &str = "encryption of lists";
const PRIVACY: &str = "privacy of lists";
const NEWS: &str = "news of lists";

/// Whether it is there, who can read it, and whether ingest hears of a list.
pub(super) async fn checks(aws: &Aws, caller: &Caller, prefix: &str) -> Vec<Check> {
    let name = format!("{prefix}-uploads-{}-{}", caller.account, caller.region);
    let place = Place { client: Client::new(&aws.shared), caller, name };
    let first = place.news(&caller.arn("sqs", &format!("{prefix}-uploads"))).await;
    if first.found == super::NONE {
        return vec![Check { name: "bucket".to_owned(), ..first }];
    }
    vec![first, place.privacy().await, place.encryption().await]
}

struct Place<'a> {
    client: Client,
    caller: &'a Caller,
    name: String,
}

impl Place<'_> {
    fn asked(&self, what: &str, action: &'static str) -> Asked {
        let missing = format!("Nobody can upload a list: make deploy makes {}.", self.name);
        Asked::new(what, action, format!("arn:{}:s3:::{}", self.caller.partition, self.name), missing)
    }

    async fn news(&self, queue: &str) -> Check {
        let asked = self.asked(NEWS, "s3:GetBucketNotification");
        let request = self.client.get_bucket_notification_configuration().bucket(&self.name);
        let answer = match request.expected_bucket_owner(&self.caller.account).send().await {
            Ok(answer) => answer,
            Err(error) => return asked.without_answer(&fault(PORT, &error)),
        };
        let of_queue: Vec<&QueueConfiguration> = answer
            .queue_configurations()
            .iter()
            .filter(|one| one.queue_arn() == queue && tells(one))
            .collect();
        // Suffixes are case-sensitive, and spreadsheets write both.
        let untold = [".csv", ".CSV"].into_iter().filter(|end| !of_queue.iter().any(|one| is_told(one, end)));
        let problems: Vec<String> =
            untold.map(|end| format!("nobody is told of lists that end in {end}")).collect();
        let advice = "Such a list would lie there unread: the bucket must notify the queue uploads of \
                      s3:ObjectCreated:* with that suffix, as template.yaml, section 3, says.";
        Check::of_problems(NEWS, "go to the queue uploads", &problems, advice)
    }

    async fn privacy(&self) -> Check {
        const ADVICE: &str = "Names and telephone numbers could be laid open: in S3's console, Permissions, block \
                              all public access.";
        let asked = self.asked(PRIVACY, "s3:GetBucketPublicAccessBlock");
        let request = self.client.get_public_access_block().bucket(&self.name);
        let blocked = match request.expected_bucket_owner(&self.caller.account).send().await {
            Ok(answer) => answer.public_access_block_configuration,
            Err(error) => match fault(PORT, &error) {
                Fault::Refused { reason, .. } if reason == "NoSuchPublicAccessBlockConfiguration" => None,
                fault => return asked.without_answer(&fault),
            },
        };
        let all = blocked.is_some_and(|it| {
            [it.block_public_acls, it.block_public_policy, it.ignore_public_acls, it.restrict_public_buckets]
                == [Some(true); 4]
        });
        let problems: Vec<String> =
            (!all).then(|| "public access is not blocked".to_owned()).into_iter().collect();
        Check::of_problems(PRIVACY, "public access is blocked", &problems, ADVICE)
    }

    async fn encryption(&self) -> Check {
        let asked = self.asked(ENCRYPTION, "s3:GetEncryptionConfiguration");
        let request = self.client.get_bucket_encryption().bucket(&self.name);
        let found = match request.expected_bucket_owner(&self.caller.account).send().await {
            Ok(answer) => answer.server_side_encryption_configuration,
            Err(error) => match fault(PORT, &error) {
                Fault::Refused { reason, .. }
                    if reason == "ServerSideEncryptionConfigurationNotFoundError" =>
                {
                    None
                }
                fault => return asked.without_answer(&fault),
            },
        };
        let rules = found.map(|found| found.rules).unwrap_or_default();
        let by = rules.iter().find_map(|rule| rule.apply_server_side_encryption_by_default());
        by.map(|by| by.sse_algorithm()).map_or_else(
            || {
                Check::wrong(
                    ENCRYPTION,
                    "none",
                    "In S3's console, Properties: default encryption with SSE-S3.",
                )
            },
            |by: &ServerSideEncryption| Check::ok(ENCRYPTION, by.as_str()),
        )
    }
}

fn tells(one: &QueueConfiguration) -> bool {
    one.events().contains(&Event::S3ObjectCreated)
}

/// Whether a list with this end passes the filter.
fn is_told(one: &QueueConfiguration, end: &str) -> bool {
    let rules =
        one.filter().and_then(|filter| filter.key()).map(|key| key.filter_rules()).unwrap_or_default();
    rules.iter().all(|rule: &FilterRule| {
        let is_suffix = rule.name().is_some_and(|name| name.as_str().eq_ignore_ascii_case("suffix"));
        is_suffix && rule.value().is_some_and(|suffix| end.ends_with(suffix))
    })
}
