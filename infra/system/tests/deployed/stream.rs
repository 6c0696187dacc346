//! The outcomes function as it is shipped, given the records of real calls by
//! Lambda's rules for a shard, which the emulator does not have.

use crate::PEOPLE;
use crate::stage::Stage;
use async_trait::async_trait;
use jiff::SignedDuration;
use rollcall_connect_sim::OutsideKind;
use rollcall_contracts::topology::Topology;
use rollcall_host::clock::SystemClock;
use rollcall_ports::{Attempts as _, Callbacks as _, Clock, Fault, StreamWriter};
use rollcall_system::Town;
use rollcall_system::event_source::{FunctionError, Mapping, Record, drive};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What Connect put on the stream, kept from the function.
#[derive(Default)]
struct Kept(Mutex<Vec<Vec<u8>>>);

#[async_trait]
impl StreamWriter for Kept {
    async fn put(&self, _partition_key: &str, data: &[u8]) -> Result<(), Fault> {
        self.0.lock().unwrap().push(data.to_vec());
        Ok(())
    }
}

impl Kept {
    fn all(&self) -> Vec<Vec<u8>> {
        self.0.lock().unwrap().clone()
    }
}

/// The shard as it would be on AWS, with what can happen to it: a copy of a
/// record that waited too long, a record that cannot be read, and one at which
/// the function always dies. Answers the place of the last, too.
fn shard(kept: &[Vec<u8>]) -> (Vec<Record>, String) {
    let middle = kept.len() / 2;
    let mut data = kept.to_vec();
    data.insert(middle, b"{ not a record".to_vec());
    data.insert(middle + 5, kept[middle + 1].clone());
    data.insert(0, kept[middle].clone());
    let now = SystemClock.now();
    let mut records: Vec<Record> = (0_u64..)
        .zip(data)
        .map(|(n, data)| Record { sequence: format!("4959033827149025{n:040}"), arrived_at: now, data })
        .collect();
    records[0].arrived_at = now - SignedDuration::from_hours(24 * 8);
    let deadly = records[middle + 6].sequence.clone();
    (records, deadly)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_goes_on_past_what_fails() {
    let town = Town { seed: 5, answers: "well=0.6,talk=0.2,no_answer=0.2".to_owned(), agents: 4 };
    let kept = Arc::new(Kept::default());
    let stage = Stage::set("shard", &town, Some(Arc::clone(&kept) as _)).await;
    stage.deployment.upload("lists/monday.csv", crate::list().as_bytes()).await.unwrap();
    stage.until("the list is loaded", 60, async |stage| stage.register().await.len() == PEOPLE).await;
    stage
        .until("everybody is called", 180, async |stage| {
            stage.scheduled("planner").await;
            stage.called().len() == PEOPLE && stage.connect.calls() == 0
        })
        .await;
    // Agents ring after the flow's pause.
    stage
        .until("every promised call is over", 180, async |stage| {
            let over = |kind| stage.whose(|event| event.kind == kind);
            over(OutsideKind::CallbackEnded) == over(OutsideKind::CallbackRequested)
        })
        .await;
    // The last records come late.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let open = async || {
        let later = SystemClock.now() + SignedDuration::from_hours(1);
        stage.attempts.open(later, 100).await.unwrap().len()
    };
    assert_eq!(open().await, PEOPLE, "nothing has been taken in");

    let (records, deadly) = shard(&kept.all());
    stage.deployment.lines.strike("outcomes", "dynamodb:PutItem", 20);
    let spec = &Topology::shipped().streams.outcomes;
    let mapping = Mapping {
        batch_size: usize::try_from(spec.batch_size).unwrap(),
        max_retries: spec.max_retries,
        oldest: Some(SystemClock.now() - SignedDuration::from_hours(spec.retention_hours.into())),
        bisect: spec.bisect_on_error,
        report_failures: true,
    };
    let mut runs = Vec::new();
    let discarded = drive(mapping, vec![("shardId-000000000000".to_owned(), records)], async |event| {
        let answer = hand_over(&stage, &event, &deadly, runs.len()).await;
        runs.push((event["Records"].as_array().unwrap().len(), answer.is_ok()));
        answer
    })
    .await;
    for note in &discarded {
        stage.deployment.send("OutcomesDeadLettersUrl", &note.to_string()).await.unwrap();
    }
    assert!(runs.iter().any(|(records, fine)| *records > 20 && !fine), "a large batch failed: {runs:?}");
    let alone = runs.iter().filter(|(records, fine)| *records == 1 && !fine).count();
    assert!(alone > usize::try_from(spec.max_retries).unwrap(), "tried as often as may be: {runs:?}");
    let hit = stage.deployment.lines.hit();
    assert!(hit.values().all(|processes| *processes > 0), "killed: {hit:?}");

    assert_eq!((open().await, stage.callbacks.count_open().await), (0, Ok(0)));
    crate::rules_held(&stage).await;
    for resident in stage.register().await.values() {
        assert_eq!(resident.marks.len(), 1, "{:?}", resident.id);
    }
    stage.scheduled("letters").await;
    letters(&stage, &deadly).await;
}

/// The function is invoked as Lambda does it. At the deadly record it dies, now
/// before its work and now after it.
async fn hand_over(stage: &Stage, event: &Value, deadly: &str, run: usize) -> Result<Value, FunctionError> {
    let text = event.to_string();
    let dies = text.contains(deadly);
    if dies && run.is_multiple_of(2) {
        return Err(FunctionError);
    }
    let answer = stage.deployment.invoke("outcomes", &text).await.unwrap();
    if dies || answer.status != 200 || answer.has("x-amz-function-error") {
        return Err(FunctionError);
    }
    Ok(serde_json::from_slice(&answer.body).unwrap())
}

/// Each of the three that could not be taken in is there with its reason.
async fn letters(stage: &Stage, deadly: &str) {
    let letters = stage.letters.list(None, 100).await.unwrap();
    let told = |what: &str| {
        let mut found = letters.iter().map(|(_, letter)| letter).filter(|one| one.reason.contains(what));
        let one = found.next().unwrap_or_else(|| panic!("{what}: {letters:?}"));
        assert!(one.source == "outcomes" && found.next().is_none(), "{letters:?}");
        one.message_id.clone()
    };
    assert_eq!(letters.len(), 3, "{letters:?}");
    told("not valid JSON");
    told("RecordAgeExceeded");
    assert!(told("RetryAttemptsExhausted").ends_with(deadly));
}
