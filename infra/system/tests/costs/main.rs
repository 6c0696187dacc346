//! What the functions ask of AWS: requests and capacity units for each list,
//! tick, call and outcome, counted at a line in front of the emulators while the
//! real handlers run over the real adapters. Written to
//! `target/bench/aws-costs.json`; infra/COSTS.md has the figures with prices.
#![cfg(feature = "emulators")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod day;
mod stage;

use day::{Day, of};
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::dynamodb::schema::SHARDS;
use rollcall_domain::duty::Schedule;
use rollcall_domain::policy::Policy;
use rollcall_host::Periodic;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{Clock, Residents};
use rollcall_system::meter::{Count, Counts};
use serde_json::{Map, Value, json};
use stage::Stage;
use std::path::Path;

/// SQS requests that are not our functions' own: for each message one receive
/// and one delete by Lambda; S3 sends one notification a list.
const FOR_EACH_MESSAGE: u64 = 2;
const FOR_EACH_LIST: u64 = 1 + FOR_EACH_MESSAGE;

const PEOPLE: u32 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn what_it_costs() {
    let mut figures = Map::new();
    Box::pin(lists(&mut figures)).await;
    Box::pin(ticks(&mut figures)).await;
    Box::pin(calls(&mut figures)).await;
    let path = std::env::var_os("CARGO_TARGET_DIR");
    let target = path.map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        |path| Path::new(&path).to_path_buf(),
    );
    std::fs::create_dir_all(target.join("bench")).unwrap();
    let text = format!("{:#}\n", Value::Object(figures));
    std::fs::write(target.join("bench/aws-costs.json"), text).unwrap();
}

fn list(people: u32) -> String {
    let mut csv = "firstName,lastName,number,reference\n".to_owned();
    for n in 0..people {
        csv.push_str(&format!("Ada,Example {n},+447700900{n:03},R-{n}\n"));
    }
    csv
}

/// A thousand rows, new, and then known again.
async fn lists(figures: &mut Map<String, Value>) {
    let stage = Stage::set("lists", 0, Policy::default()).await;
    let messages = stage.load("monday.csv", &list(1000)).await;
    let new = stage.spent();
    assert_eq!(stage.register.count().await, Ok(1000));
    let sqs =
        |counts: &Counts, messages| of(counts, "SQS").requests + FOR_EACH_LIST + messages * FOR_EACH_MESSAGE;
    let requests = sqs(&new, messages);
    figures.insert("rows_new_1000".to_owned(), told(&new, json!({ "sqs_requests": requests })));
    assert!(requests <= 50, "a thousand rows: {requests} requests of SQS");

    let messages = stage.load("tuesday.csv", &list(1000)).await;
    let known = stage.spent();
    assert_eq!(stage.register.count().await, Ok(1000));
    let requests = sqs(&known, messages);
    figures.insert("rows_known_1000".to_owned(), told(&known, json!({ "sqs_requests": requests })));
    // What is written is the account of the upload, whatever its length.
    let rows = of(&known, "DynamoDB BatchGetItem residents");
    assert!(rows.read <= 500.0 && of(&known, "DynamoDB TransactWriteItems") == Count::default(), "{known:?}");
    let residents = known.iter().filter(|(name, _)| name.ends_with("residents") || name.ends_with("numbers"));
    assert!(residents.map(|(_, count)| count.write).sum::<f64>() < 0.5, "{known:?}");
}

/// Registers so many, of whom the first `due` are due now and the others
/// tomorrow.
async fn register(stage: &Stage, all: u32, due: u32) {
    let now: Timestamp = stage.clock.now();
    let at = |due: bool| if due { now } else { now + SignedDuration::from_hours(24) };
    let people: Vec<_> = (0..all)
        .map(|n| (resident("costs", n), Schedule { next_due: Some(at(n < due)), review_at: None }))
        .collect();
    for some in people.chunks(5000) {
        stage.register.add(some).await.unwrap();
    }
}

/// Of planner and sweep, with few and many on the register.
async fn ticks(figures: &mut Map<String, Value>) {
    let many = Policy { concurrent_calls: 1000, ..Policy::default() };
    let mut idle = Vec::new();
    for all in [1_000, 100_000] {
        let stage = Stage::set(&format!("ticks-{all}"), 60, many.clone()).await;
        register(&stage, all, 0).await;
        let _agents_sign_in = turn(&stage, 60);
        let _before = stage.spent();
        stage.services.planner.run().await.unwrap();
        let nobody = stage.spent();
        let due = of(&nobody, "DynamoDB Query residents");
        assert!(due.read <= f64::from(SHARDS), "a unit a shard at most: {nobody:?}");
        assert!(of(&nobody, "DynamoDB").write < 0.5, "{nobody:?}");
        figures.insert(format!("tick_nobody_due_of_{all}"), told(&nobody, json!({})));
        idle.push(nobody);
        stage.services.sweep.run().await.unwrap();
        figures.insert(format!("sweep_nothing_of_{all}"), told(&stage.spent(), json!({})));
        // A hundred more, who are due: their numbers are new too.
        let now = stage.clock.now();
        let due = Schedule { next_due: Some(now), review_at: None };
        let people: Vec<_> = (0..100).map(|n| (resident("costs", 1_000_000 + n), due)).collect();
        stage.register.add(&people).await.unwrap();
        stage.services.planner.run().await.unwrap();
        let busy = stage.spent();
        assert_eq!(of(&busy, "DynamoDB PutItem residents").requests, 100, "a claim each");
        figures.insert(format!("tick_100_due_of_{all}"), told(&busy, json!({})));
    }
    assert_eq!(idle.first(), idle.last(), "whatever the register's size");
}

/// Lets Connect's time pass.
fn turn(stage: &Stage, seconds: i64) -> usize {
    let mut simulator = stage.connect.lock();
    (0..seconds).map(|_| simulator.advance(stage.clock.turn(1)).len()).sum()
}

/// Two hundred people are called until each was reached or tried as often as
/// they may be.
async fn calls(figures: &mut Map<String, Value>) {
    let stage = Stage::set("calls", 6, Policy::default()).await;
    stage.load("town.csv", &list(PEOPLE)).await;
    let day = Day::run(&stage, SignedDuration::from_mins(150)).await;
    let calls = stage.heard.times("call_started");
    assert!(calls >= u64::from(PEOPLE), "everybody is called: {:?}", stage.heard.all());
    assert_eq!(stage.heard.times("call_settled"), calls, "{:?}", stage.heard.all());
    let mut total = Counts::new();
    for (function, counts) in &day.by {
        let runs = json!({ "runs": day.runs[function] });
        figures.insert(format!("day_{function}"), told(counts, runs));
        for (name, count) in counts {
            *total.entry(name.clone()).or_default() += *count;
        }
    }
    let besides = json!({
        "residents": PEOPLE,
        "calls": calls,
        "stream_records": day.records,
        "sqs_requests_of_lambda": day.polled,
        "heard": stage.heard.all(),
    });
    figures.insert("day".to_owned(), told(&total, besides));
}

/// Sums, and each kind of request.
fn told(counts: &Counts, besides: Value) -> Value {
    let sum = of(counts, "DynamoDB");
    let each: Map<String, Value> = counts
        .iter()
        .map(|(name, count)| {
            (name.clone(), json!({ "requests": count.requests, "read": count.read, "write": count.write }))
        })
        .collect();
    let mut told = json!({
        "dynamodb_requests": sum.requests,
        "read_units": sum.read,
        "write_units": sum.write,
        "each": each,
    });
    if let (Some(told), Value::Object(besides)) = (told.as_object_mut(), besides) {
        told.extend(besides);
    }
    told
}
