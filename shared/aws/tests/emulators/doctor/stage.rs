//! A deployment as the template makes it: what the emulator knows is made
//! there, all else is answered by a script.

use crate::proxy::{Proxy, Step};
use crate::scripted::{Reply, Request};
use crate::support::{endpoint, ministack, sdk, unique};
use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, Event, FilterRule, FilterRuleName,
    NotificationConfiguration, NotificationConfigurationFilter, PublicAccessBlockConfiguration,
    QueueConfiguration, S3KeyFilter,
};
use aws_sdk_sqs::types::QueueAttributeName;
use rollcall_aws::doctor::{Check, Pace, Scope, examine};
use rollcall_aws::dynamodb::Dynamo;
use rollcall_aws::dynamodb::schema::{TABLES, create_tables};
use rollcall_contracts::topology::Topology;
use rollcall_ports::Clock;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The account of everything at the emulator.
pub(super) const ACCOUNT: &str = "000000000000";
const REGION: &str = "eu-west-2";

pub(super) struct Stage {
    pub(super) prefix: String,
    pub(super) sdk: aws_config::SdkConfig,
    /// What the script answers, by [`question`].
    pub(super) script: Arc<Mutex<Value>>,
    proxy: Proxy,
}

impl Stage {
    /// Only names that nobody else has; nothing of it exists.
    pub(super) async fn empty() -> Self {
        let prefix = unique("doctor");
        let script = Arc::new(Mutex::new(answers(&prefix)));
        let its = Arc::clone(&script);
        let proxy = Proxy::start(&endpoint("ROLLCALL_MINISTACK"), move |request| {
            let answer = question(request).map(|name| its.lock().unwrap()[name].clone());
            answer.map_or(Step::Pass, |answer| Step::Answer(reply(&answer)))
        })
        .await;
        Self { prefix, sdk: sdk().await, script, proxy }
    }

    /// All of it.
    pub(super) async fn set() -> Self {
        let stage = Self::empty().await;
        stage.tables().await;
        stage.queues().await;
        stage.bucket().await;
        let sns = aws_sdk_sns::Client::new(&stage.sdk);
        for topic in ["alarms", "notices"] {
            let arn = sns.create_topic().name(stage.name(topic)).send().await.unwrap().topic_arn.unwrap();
            let queue = stage.arn("sqs", "rows-dead-letters");
            sns.subscribe().topic_arn(arn).protocol("sqs").endpoint(queue).send().await.unwrap();
        }
        stage
    }

    pub(super) fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.prefix)
    }

    pub(super) fn arn(&self, service: &str, what: &str) -> String {
        format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{}-{what}", self.prefix)
    }

    pub(super) fn bucket_name(&self) -> String {
        format!("{}-uploads-{ACCOUNT}-{REGION}", self.prefix)
    }

    pub(super) async fn examine(&self, clock: &Arc<dyn Clock>) -> Result<Vec<Check>, String> {
        let scope = Scope {
            instance: None,
            stream: self.name("outcomes"),
            prefix: Some(self.prefix.clone()),
            pace: Pace { starts_per_second: 2, at_once: 10 },
        };
        let aws = self.proxy.aws().await.answering_within(Duration::from_secs(5));
        examine(&aws, clock, &scope, &["{}"]).await
    }

    async fn tables(&self) {
        let (client, aws) = (aws_sdk_dynamodb::Client::new(&self.sdk), ministack().await);
        create_tables(&Dynamo::new(&aws, &self.name(""))).await.unwrap();
        for table in TABLES {
            self.protect(&client, &self.name(table.name)).await;
        }
    }

    pub(super) async fn protect(&self, client: &aws_sdk_dynamodb::Client, table: &str) {
        client.update_table().table_name(table).deletion_protection_enabled(true).send().await.unwrap();
        self.recover(client, table, true).await;
    }

    pub(super) async fn recover(&self, client: &aws_sdk_dynamodb::Client, table: &str, enabled: bool) {
        let wanted = aws_sdk_dynamodb::types::PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(enabled)
            .build()
            .unwrap();
        let request = client.update_continuous_backups().table_name(table);
        request.point_in_time_recovery_specification(wanted).send().await.unwrap();
    }

    async fn queues(&self) {
        let client = aws_sdk_sqs::Client::new(&self.sdk);
        for source in ["uploads", "rows", "call-requests", "outcomes", "contact-events"] {
            let name = self.name(&format!("{source}-dead-letters"));
            let request = client.create_queue().queue_name(name);
            request.attributes(QueueAttributeName::MessageRetentionPeriod, "1209600").send().await.unwrap();
        }
        let specs = &Topology::shipped().queues;
        for (name, spec) in
            [("uploads", specs.uploads), ("rows", specs.rows), ("call-requests", specs.call_requests)]
        {
            let policy = json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage",
                "Resource": self.arn("sqs", name),
                "Condition": {"ArnEquals": {"aws:SourceArn": format!("arn:aws:s3:::{}", self.bucket_name())}}}]});
            let redrive = json!({
                "deadLetterTargetArn": self.arn("sqs", &format!("{name}-dead-letters")),
                "maxReceiveCount": spec.max_receives});
            client
                .create_queue()
                .queue_name(self.name(name))
                .attributes(
                    QueueAttributeName::VisibilityTimeout,
                    spec.visibility_timeout_seconds.to_string(),
                )
                .attributes(QueueAttributeName::MessageRetentionPeriod, spec.retention_seconds.to_string())
                .attributes(QueueAttributeName::RedrivePolicy, redrive.to_string())
                .attributes(QueueAttributeName::Policy, policy.to_string())
                .send()
                .await
                .unwrap();
        }
    }

    async fn bucket(&self) {
        let client = aws_sdk_s3::Client::new(&self.sdk);
        let here =
            CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(REGION));
        let request =
            client.create_bucket().bucket(self.bucket_name()).create_bucket_configuration(here.build());
        request.send().await.unwrap();
        self.block(&client, true).await;
        self.tell(&client, &[".csv", ".CSV"]).await;
    }

    pub(super) async fn block(&self, client: &aws_sdk_s3::Client, policies: bool) {
        let all = PublicAccessBlockConfiguration::builder().block_public_acls(true).ignore_public_acls(true);
        let all = all.block_public_policy(policies).restrict_public_buckets(true).build();
        let request = client.put_public_access_block().bucket(self.bucket_name());
        request.public_access_block_configuration(all).send().await.unwrap();
    }

    /// The queue uploads, of lists with these ends.
    pub(super) async fn tell(&self, client: &aws_sdk_s3::Client, ends: &[&str]) {
        let one = |end: &&str| {
            let rule = FilterRule::builder().name(FilterRuleName::Suffix).value(*end).build();
            let key = S3KeyFilter::builder().filter_rules(rule).build();
            QueueConfiguration::builder()
                .queue_arn(self.arn("sqs", "uploads"))
                .events(Event::S3ObjectCreated)
                .filter(NotificationConfigurationFilter::builder().key(key).build())
                .build()
                .unwrap()
        };
        let all = NotificationConfiguration::builder()
            .set_queue_configurations(Some(ends.iter().map(one).collect()));
        let request = client.put_bucket_notification_configuration().bucket(self.bucket_name());
        request.notification_configuration(all.build()).send().await.unwrap();
    }
}

/// What the emulator does not know, or knows only with programs to run.
fn question(request: &Request) -> Option<&'static str> {
    let path = request.line.split(' ').nth(1).unwrap_or_default();
    match (request.target.as_str(), path) {
        ("AWSEvents.DescribeRule", _) => Some("rule"),
        ("ServiceQuotasV20190624.ListServiceQuotas", _) => Some("quotas"),
        ("Kinesis_20131202.DescribeStreamSummary", _) => Some("stream"),
        _ if request.body.starts_with("Action=GetCallerIdentity") => Some("identity"),
        _ => of_path(path),
    }
}

fn of_path(path: &str) -> Option<&'static str> {
    let names = [
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
        "ledger",
    ];
    let name = names
        .into_iter()
        .find(|name| path.trim_end_matches("?groupName=default").ends_with(&format!("-{name}")));
    match name {
        Some(name) if path.starts_with("/2015-03-31/event-source-mappings/") => Some(match name {
            "ingest" => "source of ingest",
            "loader" => "source of loader",
            "dialer" => "source of dialer",
            _ => "source of outcomes",
        }),
        Some("planner") if path.starts_with("/schedules/") => Some("schedule planner"),
        Some("sweep") if path.starts_with("/schedules/") => Some("schedule sweep"),
        Some("letters") if path.starts_with("/schedules/") => Some("schedule letters"),
        Some("erasures") if path.starts_with("/schedules/") => Some("schedule erasures"),
        Some("ledger") if path.starts_with("/schedules/") => Some("schedule ledger"),
        Some(name) if path.starts_with("/2015-03-31/functions/") => Some(name),
        _ if path.starts_with("/phone-number") => Some("numbers"),
        _ if path.contains("/storage-configs") => Some("records"),
        _ if path.starts_with("/contact-flows/") => Some("flow"),
        _ if path.starts_with("/queues/") => Some("queue"),
        _ if path.starts_with("/instance/") => Some("instance"),
        _ => None,
    }
}

/// `null` goes to the emulator's answer for nothing; an error is named.
fn reply(answer: &Value) -> Reply {
    if let Some(text) = answer["xml"].as_str() {
        let date = ("date".to_owned(), answer["date"].as_str().unwrap().to_owned());
        return Reply::Answer { status: 200, headers: vec![date], body: text.to_owned() };
    }
    match answer["error"].as_str() {
        Some(kind) => Reply::error(400, kind, "{}"),
        None => Reply::ok(&answer.to_string()),
    }
}

fn answers(prefix: &str) -> Value {
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
    let function = || {
        json!({"Configuration": {"State": "Active", "LastUpdateStatus": "Successful", "Environment": {"Variables": {
            "ROLLCALL_CONNECT_INSTANCE_ID": "i", "ROLLCALL_CONNECT_FLOW_ID": "f", "ROLLCALL_CONNECT_QUEUE_ID": "q",
            "ROLLCALL_POLICY_STARTS_PER_SECOND": "2", "ROLLCALL_POLICY_CONCURRENT_CALLS": "10"}}},
            "Concurrency": {"ReservedConcurrentExecutions": 2}})
    };
    let work = |source: &str| {
        json!({"EventSourceMappings": [{"UUID": "u", "State": "Enabled", "EventSourceArn": source,
            "LastProcessingResult": "OK", "FunctionResponseTypes": ["ReportBatchItemFailures"]}]})
    };
    let schedule = |function: &str| {
        json!({"State": "ENABLED", "ScheduleExpression": "rate(1 minute)",
            "Target": {"Arn": arn("lambda", &format!("function:{prefix}-{function}"))}})
    };
    let mut all = json!({
        "rule": {"Name": "r", "State": "ENABLED"},
        "quotas": {"Quotas": [
            {"QuotaCode": "L-4E9BCC96", "QuotaName": "Rate of StartOutboundVoiceContact API requests", "Value": 2.0},
            {"QuotaCode": "L-1", "QuotaName": "Concurrent active calls per instance", "Value": 10.0}]},
        "stream": {"StreamDescriptionSummary": {"StreamName": "s", "StreamARN": "arn:s", "StreamStatus": "ACTIVE",
            "OpenShardCount": 1, "RetentionPeriodHours": 168, "StreamCreationTimestamp": 1.0, "EnhancedMonitoring": []}},
        "instance": {"Instance": {"Arn": "arn:i", "InstanceStatus": "ACTIVE", "OutboundCallsEnabled": true}},
        "flow": {"ContactFlow": {"State": "ACTIVE", "Status": "PUBLISHED", "Content": "{}"}},
        "queue": {"Queue": {"Status": "ENABLED", "OutboundCallerConfig": {"OutboundCallerIdNumberId": "n"}}},
        "records": {"StorageConfigs": [{"StorageType": "KINESIS_STREAM",
            "KinesisStreamConfig": {"StreamArn": arn("kinesis", &format!("stream/{prefix}-outcomes"))}}]},
        "source of ingest": work(&arn("sqs", &format!("{prefix}-uploads"))),
        "source of loader": work(&arn("sqs", &format!("{prefix}-rows"))),
        "source of dialer": work(&arn("sqs", &format!("{prefix}-call-requests"))),
        "source of outcomes": work(&arn("kinesis", &format!("stream/{prefix}-outcomes"))),
        "schedule planner": schedule("planner"),
        "schedule sweep": schedule("sweep"),
        "schedule letters": schedule("letters"),
        "schedule erasures": schedule("erasures"),
        "schedule ledger": schedule("books"),
    });
    for name in [
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
    ] {
        all[name] = function();
    }
    all["identity"] = identity("Mon, 23 Nov 2026 10:00:00 GMT");
    all
}

/// Who asks, told at this time.
pub(super) fn identity(date: &str) -> Value {
    let xml = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:root</Arn>\
         <UserId>{ACCOUNT}</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    json!({ "xml": xml, "date": date })
}
