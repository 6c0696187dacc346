//! Switch and limiter on DynamoDB: the contract suite, and twenty dialers at once.

use crate::clock::RealClock;
use crate::people::{both, fresh};
use crate::support::{dynamodb_local, unique};
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::dynamodb::schema::create_tables;
use rollcall_aws::dynamodb::{Dynamo, Operation, Pace, Switch, Units};
use rollcall_domain::ids::AttemptId;
use rollcall_domain::pace::{Grant, Limits};
use rollcall_domain::switch::Hand;
use rollcall_ports::{Clock, Fault, Pace as _, Saved, Switch as _, suite};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tokio::task::JoinSet;

const DIALERS: u32 = 20;
const RESERVE: Operation = Operation { port: "pace", name: "reserve" };

const LIMITS: Limits = Limits {
    per_second: 2,
    burst: 5,
    at_once: 1000,
    horizon: SignedDuration::from_secs(8),
    lease: SignedDuration::from_mins(10),
};

#[tokio::test]
async fn switch() {
    for dynamo in both().await {
        suite::switch::all(&Switch::new(&dynamo)).await;
    }
}

/// Whoever dials reads it first: one small item.
#[tokio::test]
async fn a_look_at_the_switch_costs_one_read() {
    let dynamo = fresh(&dynamodb_local().await).await;
    let switch = Switch::new(&dynamo);
    let mut dialing = switch.read().await.unwrap();
    assert!(dialing.value.stop(Hand::new("joe", Timestamp::UNIX_EPOCH, "to see what it costs").unwrap()));
    assert_eq!(switch.save(&dialing).await, Ok(Saved::Done(1)));
    let _before = dynamo.consumed().take();
    assert!(!switch.read().await.unwrap().value.is_running());
    assert_eq!(dynamo.consumed().total(), Units { requests: 1, read: 1.0, write: 0.0 });
}

#[tokio::test]
async fn pace() {
    for dynamo in both().await {
        suite::pace::all(&Pace::new(&dynamo)).await;
    }
}

fn cost(dynamo: &Dynamo) -> Units {
    dynamo.consumed().take().remove(&RESERVE).unwrap_or_default()
}

/// Who must wait writes nothing; who is released twice neither.
#[tokio::test]
async fn a_refusal_costs_no_write() {
    let dynamo = fresh(&dynamodb_local().await).await;
    let pace = Pace::new(&dynamo);
    let now = "2026-11-23T09:00:00Z".parse().unwrap();
    let id = |n: u32| AttemptId::derive(&["refused", &n.to_string()]);
    let tight = Limits { at_once: 2, ..LIMITS };
    for n in 0..2 {
        assert_eq!(pace.reserve(id(n), now, tight).await, Ok(Grant::At(now)));
    }
    cost(&dynamo);
    assert_eq!(pace.reserve(id(2), now, tight).await, Ok(Grant::Full));
    assert_eq!(cost(&dynamo), Units { requests: 1, read: 1.0, write: 0.0 });
    pace.release(id(7)).await.unwrap();
    assert!(dynamo.consumed().total().write.abs() < f64::EPSILON);
    let hurried = Limits { horizon: SignedDuration::ZERO, burst: 1, ..LIMITS };
    let Grant::TooFast(turn) = pace.reserve(id(2), now, hurried).await.unwrap() else {
        panic!("two starts have been given")
    };
    assert_eq!(turn, now + SignedDuration::from_secs(1));
    assert_eq!(cost(&dynamo), Units { requests: 1, read: 1.0, write: 0.0 });
}

/// Each dialer dials what it is given, waits for its turn as the service does,
/// and asks again when it is told to. Answers every start that was granted.
async fn dial(dynamo: Dynamo, next: Arc<AtomicU32>, until: Timestamp) -> Vec<Timestamp> {
    // A client of its own for each, as if it were on another machine.
    let pace = Pace::new(&dynamo);
    let mut starts = Vec::new();
    'calls: loop {
        let attempt = AttemptId::derive(&["dialers", &next.fetch_add(1, Ordering::Relaxed).to_string()]);
        loop {
            let now = RealClock.now();
            if now >= until {
                break 'calls;
            }
            match pace.reserve(attempt, now, LIMITS).await {
                Ok(Grant::At(turn)) => {
                    starts.push(turn);
                    RealClock.sleep_until(turn).await;
                    pace.release(attempt).await.unwrap();
                    break;
                }
                Ok(Grant::TooFast(turn)) => RealClock.sleep_until(turn.min(until)).await,
                Ok(Grant::Full) => panic!("there are places for all"),
                // The message would come again.
                Err(Fault::Throttled(_)) => {}
                Err(fault) => panic!("{fault}"),
            }
        }
    }
    starts
}

/// Two a second and five at once: never more in any stretch of time, and 99 %
/// of it used.
#[tokio::test]
async fn twenty_dialers_keep_the_pace_and_use_it() {
    const SECONDS: i64 = 25;
    let (aws, prefix) = (dynamodb_local().await, unique("dialers-"));
    create_tables(&Dynamo::new(&aws, &prefix)).await.unwrap();
    let begun = RealClock.now();
    let until = begun + SignedDuration::from_secs(SECONDS);
    let (next, mut dialers) = (Arc::default(), JoinSet::new());
    for _ in 0..DIALERS {
        let dynamo = Dynamo::new(&aws, &prefix);
        dialers.spawn(dial(dynamo, Arc::clone(&next), until));
    }
    let mut starts: Vec<Timestamp> = dialers.join_all().await.concat();
    starts.sort_unstable();

    // Whatever stretch is looked at, it holds a burst and two a second.
    for (first, from) in starts.iter().enumerate() {
        for (last, to) in starts.iter().enumerate().skip(first) {
            let allowed = 5 + to.duration_since(*from).as_millis() * 2 / 1000;
            let found = i128::try_from(last - first + 1).unwrap();
            assert!(found <= allowed, "{found} starts from {from} to {to}");
        }
    }
    // All that could be granted up to the last start.
    let stretch = starts[starts.len() - 1].duration_since(begun).as_secs_f64();
    let allowed = 5.0 + (stretch * 2.0).floor();
    let used = f64::from(u32::try_from(starts.len()).unwrap()) / allowed;
    assert!(stretch > f64::from(i32::try_from(SECONDS).unwrap()), "they dialed to the end");
    assert!(used >= 0.99, "{} starts of {allowed} allowed", starts.len());
}

/// Calls that last a moment, and places for seven.
#[tokio::test]
async fn twenty_dialers_never_have_more_calls_than_places() {
    const PLACES: u32 = 7;
    let limits = Limits { per_second: 1_000_000, burst: 1000, at_once: PLACES, ..LIMITS };
    let dynamo = fresh(&dynamodb_local().await).await;
    let (running, most, calls) =
        (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)), Arc::new(AtomicU64::new(0)));
    let mut dialers = JoinSet::new();
    for dialer in 0..DIALERS {
        let (pace, running, most, calls) =
            (Pace::new(&dynamo), Arc::clone(&running), Arc::clone(&most), Arc::clone(&calls));
        dialers.spawn(async move {
            let pause = || RealClock.sleep_until(RealClock.now() + SignedDuration::from_millis(20));
            for call in 0..5 {
                let attempt = AttemptId::derive(&["places", &dialer.to_string(), &call.to_string()]);
                loop {
                    match pace.reserve(attempt, RealClock.now(), limits).await {
                        Ok(Grant::At(turn)) => {
                            RealClock.sleep_until(turn).await;
                            break;
                        }
                        Ok(_) | Err(Fault::Throttled(_)) => pause().await,
                        Err(fault) => panic!("{fault}"),
                    }
                }
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                pause().await;
                running.fetch_sub(1, Ordering::SeqCst);
                while let Err(Fault::Throttled(_)) = pace.release(attempt).await {}
                calls.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    dialers.join_all().await;
    assert_eq!(calls.load(Ordering::SeqCst), u64::from(DIALERS) * 5, "all were made");
    let most = most.load(Ordering::SeqCst);
    assert!((2..=PLACES).contains(&most), "{most} at once");
    assert_eq!(Pace::new(&dynamo).in_flight(RealClock.now()).await, Ok(0));
}
