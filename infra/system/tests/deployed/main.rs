//! A list put into the bucket becomes residents, calls, answers, promises and
//! notices, on the deployed template with the shipped programs, while processes
//! are killed and messages are poisoned. The emulator enforces permissions.
//!
//! Where it is not AWS: no throttling, no conflicts, and every failed batch of
//! the stream comes again whole (`faults` and `event_source` in shared/aws have
//! those); schedules run when the test says so.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod event_source_rules;
mod logs;
mod notices;
mod permissions;
mod portal;
mod stage;
mod stream;

use jiff::SignedDuration;
use permissions::Callers;
use rollcall_connect_sim::OutsideKind;
use rollcall_domain::batch::{BatchStage, Tally};
use rollcall_domain::policy::Policy;
use rollcall_host::clock::SystemClock;
use rollcall_ports::{Attempts as _, Batches as _, Callbacks as _, Clock};
use rollcall_rehearsal::broken_rules;
use rollcall_system::{Town, processes};
use stage::Stage;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const PEOPLE: usize = 40;

/// When a process dies: the outside has just done what it asked, as often as
/// told before, and it never hears of it. The planner has ordered all calls by
/// then, ten at a time: what it did not order comes again when claims lapse,
/// ten minutes later.
const STRIKES: [(&str, &str, u32); 5] = [
    ("dialer", "connect:StartOutboundVoiceContact", 3),
    ("outcomes", "dynamodb:PutItem", 4),
    ("key-press", "dynamodb:PutItem", 2),
    ("planner", "sqs:SendMessage", 3),
    ("sweep", "sns:Publish", 1),
];

/// A header, forty good lines, one that repeats another, and two that nobody
/// can call.
fn list() -> String {
    let mut csv = "firstName,lastName,number,reference\n".to_owned();
    for n in 0..PEOPLE {
        csv.push_str(&format!("Ada,Example {n},+447700900{n:03},R-{n}\n"));
    }
    csv.push_str("Ada,Example 3,+447700900003,R-3\nNo,Number,,R-90\nToo,Short,+4477,R-91\n");
    csv
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_becomes_calls_answers_promises_and_notices() {
    assert!(permissions::enforced().await, "MINISTACK_AUTH is not set for infra/emulators/run");
    let town = Town { seed: 11, answers: "well=0.6,talk=0.2,no_answer=0.1,busy=0.1".to_owned(), agents: 4 };
    let stage = Stage::set("rollcall", &town, None).await;
    let told = stage.deployment.listen().await.unwrap();
    let mut callers = Callers::new();
    // The emulator's own schedules may run as soon as somebody is due.
    for (function, action, after) in STRIKES {
        stage.deployment.lines.strike(function, action, after);
    }
    stage.deployment.upload("lists/monday%20morning.csv", list().as_bytes()).await.unwrap();
    stage.until("the list is loaded", 60, async |stage| stage.register().await.len() == PEOPLE).await;
    stage.until("every line is accounted for", 10, accounted_for).await;
    known(&stage, &["ingest", "loader"], &mut callers);

    // What can never be read goes to the dead letters of its source and
    // nowhere else.
    stage.stream.put("poison", b"{ not a record").await.unwrap();
    for queue in ["UploadsQueueUrl", "RowsQueueUrl", "CallRequestsQueueUrl"] {
        stage.deployment.send(queue, "not what is expected").await.unwrap();
    }
    stage
        .until("everybody is called", 180, async |stage| {
            stage.scheduled("planner").await;
            stage.scheduled("sweep").await;
            stage.called().len() == PEOPLE && stage.connect.calls() == 0
        })
        .await;
    known(&stage, &["planner", "dialer", "outcomes", "key-press"], &mut callers);
    stage
        .until("every promise is kept", 180, async |stage| {
            stage.scheduled("sweep").await;
            let owed = stage.callbacks.count_open().await.unwrap();
            let later = SystemClock.now() + SignedDuration::from_hours(1);
            owed == 0 && stage.attempts.open(later, 100).await.unwrap().is_empty()
        })
        .await;
    judge(&stage).await;
    notices(&stage, &told).await;
    stage.scheduled("books").await;
    known(&stage, &["sweep", "books"], &mut callers);
    portal::tried(&stage).await;
    logs::tell_of_nobody(&stage).await;
    known(&stage, &["api", "letters", "erasures"], &mut callers);
    let all_hit = STRIKES.iter().map(|(function, action, _)| ((*function).into(), (*action).into()));
    let hit = stage.deployment.lines.hit();
    assert_eq!(hit.keys().cloned().collect::<BTreeSet<_>>(), all_hit.collect());
    assert!(hit.values().all(|processes| *processes > 0), "killed: {hit:?}");
    permissions::judge(&stage.deployment, &callers).await;
}

/// Keeps who these functions are, while their processes run.
fn known(stage: &Stage, functions: &[&'static str], callers: &mut Callers) {
    for function in functions {
        let process = stage.deployment.function(function);
        callers.insert(function, processes::credentials(&process).unwrap());
    }
}

/// Whether the batch says so, line by line.
async fn accounted_for(stage: &Stage) -> bool {
    let register = stage.register().await;
    let batches: BTreeSet<_> = register.values().map(|resident| resident.batch).collect();
    let [batch] = batches.into_iter().collect::<Vec<_>>()[..] else { panic!("one list, one batch") };
    let (told, tally) = stage.batches.get(batch).await.unwrap().unwrap();
    if !told.is_finished(&tally) {
        return false;
    }
    let BatchStage::Loading { chunks, rows } = told.stage else { panic!("{told:?}") };
    assert_eq!(rows, 43);
    assert_eq!(tally, Tally { chunks_done: chunks, loaded: 40, already_known: 1, rejected: 2 });
    let rejected = stage.batches.rejections(batch, 0, 10).await.unwrap();
    assert_eq!(rejected.iter().map(|note| note.line).collect::<Vec<_>>(), [43, 44]);
    true
}

async fn judge(stage: &Stage) {
    rules_held(stage).await;
    let letters = stage.letters.list(None, 100).await.unwrap();
    let mut sources: Vec<&str> = letters.iter().map(|(_, letter)| letter.source.as_str()).collect();
    sources.sort_unstable();
    assert_eq!(sources, ["call_requests", "outcomes", "rows", "uploads"], "{letters:?}");
}

/// What residents and Connect saw, against what was written down.
async fn rules_held(stage: &Stage) {
    let policy = Policy { max_attempts: 1, timezone: "UTC".to_owned(), ..all_day() };
    let register = stage.register().await;
    let seen = stage.connect.seen();
    assert_eq!(broken_rules(&seen, &register, &policy), Vec::<String>::new());

    let pressed = pressed(stage);
    assert!(pressed.len() > PEOPLE / 2, "{} pressed a key", pressed.len());
    for (id, resident) in &register {
        assert_eq!(resident.reached.is_some(), pressed.contains(id), "{id}");
    }
    let promised = stage.whose(|event| event.kind == OutsideKind::CallbackRequested);
    assert!(promised.len() > 2, "{} were promised a call", promised.len());
    assert_eq!(stage.whose(|event| event.kind == OutsideKind::CallbackConnected), promised);
}

/// Residents who were heard from.
fn pressed(stage: &Stage) -> BTreeSet<String> {
    stage.whose(|event| event.kind == OutsideKind::KeyPressed && matches!(event.key, Some('1' | '2')))
}

/// Somebody is told of everybody who was not heard from, and of nobody else.
async fn notices(stage: &Stage, queue: &str) {
    let everybody: BTreeSet<String> = stage.register().await.into_keys().collect();
    let missed: BTreeSet<String> = everybody.difference(&pressed(stage)).cloned().collect();
    let mut told = BTreeSet::new();
    for _ in 0..60 {
        notices::told(stage, queue, &mut told).await;
        if told.len() >= missed.len() {
            break;
        }
        stage.scheduled("sweep").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(!missed.is_empty());
    assert_eq!(told, missed);
}

fn all_day() -> Policy {
    let vars = BTreeMap::from([(
        "ROLLCALL_POLICY_WINDOW".to_owned(),
        "{ days = [true, true, true, true, true, true, true], daily = { start = \"00:00:00\", end = \"23:59:00\" } }"
            .to_owned(),
    )]);
    rollcall_host::settings::policy(None, &vars).unwrap()
}
