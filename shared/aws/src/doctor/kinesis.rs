//! The outcome stream.

use super::caller::Caller;
use super::{Asked, Check};
use crate::Aws;
use crate::fault::fault;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::types::StreamStatus;
use rollcall_contracts::topology::Topology;

const NAME: &str = "stream";

/// Whether the stream is there, with the shards and the retention of
/// `topology.toml` at the least.
pub(super) async fn check(aws: &Aws, caller: &Caller, stream: &str) -> Check {
    let wanted = Topology::shipped().streams.outcomes;
    let answer = Client::new(&aws.shared).describe_stream_summary().stream_name(stream).send().await;
    let summary = match answer {
        Ok(answer) => answer.stream_description_summary,
        Err(error) => {
            let resource = caller.arn("kinesis", &format!("stream/{stream}"));
            let missing = "ROLLCALL_STREAM_OUTCOMES must be the name of a stream in AWS_REGION: make it, or correct the name.";
            let asked = Asked::new(NAME, "kinesis:DescribeStreamSummary", resource, missing);
            return asked.without_answer(&fault(NAME, &error));
        }
    };
    let Some(summary) = summary else {
        return Check::unknown(NAME, "no answer", "Ask again.");
    };
    let (shards, hours) = (summary.open_shard_count(), summary.retention_period_hours());
    let found = format!("{}, {shards} open shards, kept for {hours} h", summary.stream_status().as_str());
    if !matches!(summary.stream_status(), StreamStatus::Active | StreamStatus::Updating) {
        return Check::wrong(NAME, found, "Wait until it is ACTIVE; if it is being deleted, make another.");
    }
    if i64::from(shards) < i64::from(wanted.shards) {
        let advice = format!("Raise it to {} shards: aws kinesis update-shard-count.", wanted.shards);
        return Check::wrong(NAME, found, advice);
    }
    if i64::from(hours) < i64::from(wanted.retention_hours) {
        let advice = format!(
            "Records of calls would be lost in an outage: aws kinesis increase-stream-retention-period \
             --retention-period-hours {}.",
            wanted.retention_hours
        );
        return Check::wrong(NAME, found, advice);
    }
    Check::ok(NAME, found)
}
