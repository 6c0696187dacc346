//! What `rollcall doctor --aws` says of a deployment: nothing where all is
//! well, and of each fault that is made exactly the check that is for it.

mod stage;

use aws_sdk_dynamodb::types::{
    DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, TimeToLiveSpecification,
};
use aws_sdk_sqs::types::QueueAttributeName;
use rollcall_aws::doctor::State;
use rollcall_ports::Clock;
use rollcall_ports::suite::ManualClock;
use serde_json::{Value, json};
use stage::{Stage, identity};
use std::sync::Arc;

fn ten() -> Arc<dyn Clock> {
    at("2026-11-23T10:00:00Z")
}

fn at(text: &str) -> Arc<dyn Clock> {
    Arc::new(ManualClock::at(text.parse().unwrap()))
}

impl Stage {
    /// The checks that came out so, at the time that AWS says it is.
    async fn named(&self, state: State) -> Vec<String> {
        let checks = self.examine(&ten()).await.unwrap();
        checks.into_iter().filter(|check| check.state == state).map(|check| check.name).collect()
    }

    /// What is wrong, beside what was.
    async fn news(&self, known: &mut Vec<String>) -> Vec<String> {
        let mut wrong = self.named(State::Wrong).await;
        wrong.retain(|name| !known.contains(name));
        known.extend(wrong.clone());
        wrong
    }
}

#[tokio::test]
async fn where_all_is_well_nothing_else_is_said() {
    let stage = Stage::set().await;
    let checks = stage.examine(&ten()).await.unwrap();
    let others: Vec<_> = checks.iter().filter(|check| check.state != State::Ok).collect();
    let [destinations] = others.as_slice() else { panic!("{others:#?}") };
    assert_eq!((destinations.name.as_str(), destinations.state), ("destinations", State::ByHand));
    assert!(checks.iter().all(|check| check.advice.is_empty() || check.state != State::Ok));
    // 10 tables with protection and recovery, 8 that expire, 3 queues, 5 of dead letters, 3 of the bucket, 2 topics,
    // 11 functions of which 4 are handed work, 5 schedules, the rule; stream, 6 of Connect, 2 quotas, destinations, account, clock.
    assert_eq!(checks.len(), 38 + 8 + 3 + 2 + 15 + 6 + 1 + 6 + 3 + 2, "{checks:#?}");
}

#[tokio::test]
async fn what_is_missing_is_seen_to_be() {
    let stage = Stage::empty().await;
    let missing = json!({"error": "ResourceNotFoundException"});
    for (_, answer) in stage.script.lock().unwrap().as_object_mut().unwrap() {
        if answer["xml"].is_null() && answer["Quotas"].is_null() {
            *answer = missing.clone();
        }
    }
    let checks = stage.examine(&ten()).await.unwrap();
    let names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["account", "clock", "deployment"], "one line, not forty");
    let found =
        format!("there is none: nothing in account 000000000000 in eu-west-2 begins with {}-", stage.prefix);
    assert_eq!((checks[2].state, checks[2].found.as_str()), (State::Wrong, found.as_str()));

    // As soon as there is one thing of it, all else is missing.
    let queue = aws_sdk_sqs::Client::new(&stage.sdk).create_queue().queue_name(stage.name("rows"));
    queue.send().await.unwrap();
    let checks = stage.examine(&ten()).await.unwrap();
    let missing = checks.iter().filter(|check| check.found == "there is none").count();
    assert_eq!(missing, 10 + 2 + 5 + 1 + 2 + 11 + 5 + 1 + 1, "{checks:#?}");
}

#[tokio::test]
async fn each_fault_of_tables_is_seen_by_its_check() {
    let stage = Stage::set().await;
    let client = aws_sdk_dynamodb::Client::new(&stage.sdk);
    let mut known = Vec::new();
    stage.recover(&client, &stage.name("residents"), false).await;
    assert_eq!(stage.news(&mut known).await, ["recovery of residents"]);
    let numbers = client.update_table().table_name(stage.name("numbers"));
    numbers.deletion_protection_enabled(false).send().await.unwrap();
    assert_eq!(stage.news(&mut known).await, ["protection of numbers"]);
    let never = TimeToLiveSpecification::builder().enabled(false).attribute_name("expires").build().unwrap();
    let checks = client.update_time_to_live().table_name(stage.name("checks"));
    checks.time_to_live_specification(never).send().await.unwrap();
    assert_eq!(stage.news(&mut known).await, ["expiry of checks"]);
    let without = DeleteGlobalSecondaryIndexAction::builder().index_name("open").build().unwrap();
    let without = GlobalSecondaryIndexUpdate::builder().delete(without).build();
    let attempts = client.update_table().table_name(stage.name("attempts"));
    attempts.global_secondary_index_updates(without).send().await.unwrap();
    assert_eq!(stage.news(&mut known).await, ["table attempts"]);
    // The name of the right key, and another type.
    for table in ["audit", "control"] {
        let name = stage.name(table);
        client.update_table().table_name(&name).deletion_protection_enabled(false).send().await.unwrap();
        client.delete_table().table_name(&name).send().await.unwrap();
    }
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    };
    let key = KeySchemaElement::builder().attribute_name("key").key_type(KeyType::Hash).build().unwrap();
    let number = AttributeDefinition::builder().attribute_name("key").attribute_type(ScalarAttributeType::N);
    let control =
        client.create_table().table_name(stage.name("control")).billing_mode(BillingMode::PayPerRequest);
    control.key_schema(key).attribute_definitions(number.build().unwrap()).send().await.unwrap();
    stage.protect(&client, &stage.name("control")).await;
    assert_eq!(stage.news(&mut known).await, ["table audit", "table control"]);
}

#[tokio::test]
async fn each_fault_of_queues_is_seen_by_its_check() {
    let stage = Stage::set().await;
    let client = aws_sdk_sqs::Client::new(&stage.sdk);
    let url = async |queue: &str| {
        client.get_queue_url().queue_name(stage.name(queue)).send().await.unwrap().queue_url.unwrap()
    };
    let set = async |queue: &str, name: QueueAttributeName, value: &str| {
        let request = client.set_queue_attributes().queue_url(url(queue).await).attributes(name, value);
        request.send().await.unwrap();
    };
    let mut known = Vec::new();
    set("rows", QueueAttributeName::VisibilityTimeout, "30").await;
    assert_eq!(stage.news(&mut known).await, ["queue rows"]);
    let three =
        json!({"deadLetterTargetArn": stage.arn("sqs", "call-requests-dead-letters"), "maxReceiveCount": 3});
    set("call-requests", QueueAttributeName::RedrivePolicy, &three.to_string()).await;
    assert_eq!(stage.news(&mut known).await, ["queue call-requests"]);
    set("uploads", QueueAttributeName::Policy, "").await;
    assert_eq!(stage.news(&mut known).await, ["queue uploads"]);
    set("rows-dead-letters", QueueAttributeName::MessageRetentionPeriod, "345600").await;
    assert_eq!(stage.news(&mut known).await, ["dead letters of rows"]);
    client.delete_queue().queue_url(url("outcomes-dead-letters").await).send().await.unwrap();
    assert_eq!(stage.news(&mut known).await, ["dead letters of outcomes"]);
}

#[tokio::test]
async fn each_fault_of_bucket_and_topics_is_seen_by_its_check() {
    let stage = Stage::set().await;
    let (s3, sns) = (aws_sdk_s3::Client::new(&stage.sdk), aws_sdk_sns::Client::new(&stage.sdk));
    let mut known = Vec::new();
    stage.block(&s3, false).await;
    assert_eq!(stage.news(&mut known).await, ["privacy of lists"]);
    stage.block(&s3, true).await;
    known.clear();
    s3.delete_public_access_block().bucket(stage.bucket_name()).send().await.unwrap();
    assert_eq!(stage.news(&mut known).await, ["privacy of lists"]);
    stage.tell(&s3, &[".csv"]).await;
    assert_eq!(stage.news(&mut known).await, ["news of lists"]);
    for topic in ["alarms", "notices"] {
        let arn = stage.arn("sns", topic);
        let all = sns.list_subscriptions_by_topic().topic_arn(&arn).send().await.unwrap();
        for one in all.subscriptions() {
            sns.unsubscribe().subscription_arn(one.subscription_arn().unwrap()).send().await.unwrap();
        }
        assert_eq!(stage.news(&mut known).await, [format!("who hears {topic}")]);
    }
    // As by email at AWS; the emulator takes an address without asking it.
    let asked = sns.subscribe().topic_arn(stage.arn("sns", "alarms")).protocol("http");
    asked.endpoint("http://127.0.0.1:9/").send().await.unwrap();
    let checks = stage.examine(&ten()).await.unwrap();
    let alarms = checks.iter().find(|check| check.name == "who hears alarms").unwrap();
    assert_eq!(alarms.found, "nobody: the subscription is not confirmed");
}

#[tokio::test]
async fn each_fault_of_functions_and_timers_is_seen_by_its_check() {
    let stage = Stage::set().await;
    let well = stage.script.lock().unwrap().clone();
    let missing = json!({"error": "ResourceNotFoundException"});
    for (path, value, name) in [
        ("/loader", missing.clone(), "function loader"),
        ("/sweep/Configuration/State", json!("Failed"), "function sweep"),
        ("/books/Configuration/LastUpdateStatus", json!("Failed"), "function books"),
        ("/dialer/Concurrency/ReservedConcurrentExecutions", json!(0), "function dialer"),
        (
            "/planner/Configuration/Environment/Variables/ROLLCALL_CONNECT_QUEUE_ID",
            json!("other"),
            "function planner",
        ),
        (
            "/sweep/Configuration/Environment/Variables/ROLLCALL_CONNECT_INSTANCE_ID",
            json!("none"),
            "function sweep",
        ),
        ("/source of loader/EventSourceMappings/0/State", json!("Disabled"), "work of loader"),
        ("/source of dialer/EventSourceMappings", json!([]), "work of dialer"),
        ("/source of ingest/EventSourceMappings/0/EventSourceArn", json!("arn:other"), "work of ingest"),
        ("/source of ingest/EventSourceMappings/0/FunctionResponseTypes", json!([]), "work of ingest"),
        (
            "/source of outcomes/EventSourceMappings/0/LastProcessingResult",
            json!("PROBLEM: Function call failed"),
            "work of outcomes",
        ),
        ("/schedule ledger/State", json!("DISABLED"), "schedule ledger"),
        ("/schedule planner/Target/Arn", json!("arn:other"), "schedule planner"),
        ("/schedule sweep", missing.clone(), "schedule sweep"),
        ("/rule/State", json!("DISABLED"), "contact events"),
        (
            "/dialer/Configuration/Environment/Variables/ROLLCALL_POLICY_CONCURRENT_CALLS",
            json!("11"),
            "quota of calls at once",
        ),
    ] {
        stage.change(&well, path, value);
        assert_eq!(stage.named(State::Wrong).await, [name], "{path}");
    }
    // The master switch is no fault, and is said.
    stage.change(&well, "/schedule planner/State", json!("DISABLED"));
    let checks = stage.examine(&ten()).await.unwrap();
    let planner = checks.iter().find(|check| check.name == "schedule planner").unwrap();
    assert!(planner.state == State::Ok && planner.found.contains("calls are off"), "{planner:?}");
}

impl Stage {
    /// The script as it was, but for this.
    fn change(&self, well: &Value, path: &str, value: Value) {
        let mut changed = well.clone();
        *changed.pointer_mut(path).unwrap() = value;
        *self.script.lock().unwrap() = changed;
    }
}

#[tokio::test]
async fn who_may_not_ask_is_told_what_is_missing() {
    let stage = Stage::set().await;
    let well = stage.script.lock().unwrap().clone();
    let prefix = &stage.prefix;
    for (path, name, what) in [
        (
            "/dialer",
            "function dialer",
            format!("lambda:GetFunction on arn:aws:lambda:eu-west-2:000000000000:function:{prefix}-dialer"),
        ),
        ("/source of loader", "work of loader", "lambda:ListEventSourceMappings on *".to_owned()),
        (
            "/schedule sweep",
            "schedule sweep",
            format!(
                "scheduler:GetSchedule on arn:aws:scheduler:eu-west-2:000000000000:schedule/default/{prefix}-sweep"
            ),
        ),
        (
            "/rule",
            "contact events",
            format!(
                "events:DescribeRule on arn:aws:events:eu-west-2:000000000000:rule/{prefix}-contact-events"
            ),
        ),
    ] {
        stage.change(&well, path, json!({"error": "AccessDeniedException:http://internal/"}));
        let checks = stage.examine(&ten()).await.unwrap();
        let denied: Vec<_> = checks.iter().filter(|check| check.state == State::Denied).collect();
        let [one] = denied.as_slice() else { panic!("{path}: {denied:#?}") };
        assert_eq!(
            (one.name.as_str(), one.found.as_str()),
            (name, format!("may not be asked: {what}").as_str())
        );
    }
}

#[tokio::test]
async fn a_wrong_clock_is_seen() {
    let stage = Stage::empty().await;
    stage.script.lock().unwrap()["identity"] = identity("Mon, 23 Nov 2026 10:00:00 GMT");
    for (now, state, found) in [
        ("2026-11-23T10:00:05Z", State::Ok, "agrees with AWS's to 5 s"),
        ("2026-11-23T09:59:56Z", State::Ok, "agrees with AWS's to 5 s"),
        ("2026-11-23T10:00:06.5Z", State::Wrong, "6 s ahead of AWS's"),
        ("2026-11-23T09:50:00.5Z", State::Wrong, "600 s behind AWS's"),
    ] {
        let checks = stage.examine(&at(now)).await.unwrap();
        let clock = checks.iter().find(|check| check.name == "clock").unwrap();
        assert_eq!(
            (clock.name.as_str(), clock.state, clock.found.as_str()),
            ("clock", state, found),
            "{now}"
        );
        assert_eq!(clock.advice.is_empty(), state == State::Ok);
    }
}
