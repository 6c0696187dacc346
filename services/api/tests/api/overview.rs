//! The day at a glance, asked for and as it happens.

use crate::line::Line;
use crate::support::{World, board};
use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures_util::StreamExt;
use jiff::SignedDuration;
use rollcall_api::overview::Rest;
use rollcall_domain::attempt::{Attempt, Key, Press};
use rollcall_domain::callback::Try;
use rollcall_domain::duty::Schedule;
use rollcall_domain::group::Group;
use rollcall_domain::ids::RequestId;
use rollcall_domain::policy::Policy;
use rollcall_embedded::Store;
use rollcall_ports::suite::ManualClock;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{Began, Begin, Clock, Versioned};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

impl World {
    async fn register(&self, people: std::ops::Range<u32>) {
        let (policy, now) = (Policy::default(), self.clock.now());
        let people = people.map(|n| {
            let person = resident("overview", n);
            let schedule = Schedule::of(&person, &policy, now);
            (person, schedule)
        });
        let people: Vec<_> = people.collect();
        let _added = self.store.residents().add(&people).await.unwrap();
    }

    async fn listen(&self, token: &str, seen: &str) -> BodyDataStream {
        let mut request = Request::get("/api/live").header("authorization", format!("Bearer {token}"));
        if !seen.is_empty() {
            request = request.header("last-event-id", seen);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response.into_body().into_data_stream()
    }
}

/// The next event: its id, and what it says.
async fn event(stream: &mut BodyDataStream) -> Option<(String, Value)> {
    loop {
        let chunk = stream.next().await?.unwrap();
        let text = String::from_utf8(chunk.to_vec()).unwrap();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        if let (Some(id), Some(data)) = (field("id: "), field("data: ")) {
            assert_eq!(field("event: ").as_deref(), Some("overview"));
            return Some((id, serde_json::from_str(&data).unwrap()));
        }
    }
}

#[tokio::test]
async fn everybody_is_in_one_state_and_only_operators_see_queues() {
    let world = World::new();
    world.register(0..7).await;
    let shown = world.get("/api/overview", &world.token(&[Group::Operators])).await.json();
    let ledger = json!({
        "well": 0, "callback_open": 0, "spoken_to": 0, "trying": 7, "escalated": 0, "paused": 0,
        "excluded": 0, "not_due": 0, "total": 7, "balanced": true, "at": "2026-11-23T09:00:00Z"
    });
    assert_eq!(shown["ledger"], ledger);
    let pace = json!({"rate_per_second": 2, "burst": 5, "concurrent_limit": 10, "in_flight": 0});
    assert_eq!(shown["pace"], pace);
    assert_eq!(shown["agents"], json!({"available": 1, "staffed": 2}));
    assert_eq!((&shown["date"], &shown["timezone"]), (&json!("2026-11-23"), &json!("Europe/London")));
    assert_eq!(shown["queues"].as_array().unwrap().len(), 4);
    for group in [Group::Uploaders, Group::Agents] {
        let shown = world.get("/api/overview", &world.token(&[group])).await.json();
        assert_eq!((&shown["ledger"], shown.get("queues")), (&ledger, None));
    }
}

#[tokio::test]
async fn many_viewers_cost_one_look() {
    let world = World::new();
    world.register(0..2).await;
    let token = world.token(&[Group::Agents]);
    let total = async || world.get("/api/overview", &token).await.json()["ledger"]["total"].clone();
    assert_eq!(total().await, 2);
    world.register(2..3).await;
    assert_eq!(total().await, 2, "as of a moment ago");
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(total().await, 3);
}

/// Where reading is paid for, an open page has everybody counted once a minute
/// and says as of when.
#[tokio::test]
async fn on_aws_everybody_is_counted_once_a_minute() {
    let clock = Arc::new(ManualClock::default());
    let store = Store::in_memory(Arc::<ManualClock>::clone(&clock)).unwrap();
    let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
    let board = board(&store, &time, Rest::ON_AWS);
    let world = World::over(store, clock, |api| api.board = Arc::new(board));
    world.register(0..2).await;
    let token = world.token(&[Group::Agents]);
    let told = async || {
        let told = world.get("/api/overview", &token).await.json();
        (told["at"].clone(), told["ledger"]["at"].clone(), told["ledger"]["total"].clone())
    };
    let first = told().await;
    assert_eq!(first, (json!("2026-11-23T09:00:00Z"), json!("2026-11-23T09:00:00Z"), json!(2)));
    world.register(2..3).await;
    world.clock.advance(SignedDuration::from_secs(3));
    assert_eq!(told().await, first);
    world.clock.advance(SignedDuration::from_secs(56));
    assert_eq!(told().await, (json!("2026-11-23T09:00:59Z"), json!("2026-11-23T09:00:00Z"), json!(2)));
    world.clock.advance(SignedDuration::from_secs(4));
    assert_eq!(told().await, (json!("2026-11-23T09:01:03Z"), json!("2026-11-23T09:01:03Z"), json!(3)));
}

#[tokio::test(start_paused = true)]
async fn news_comes_when_something_changed_and_only_then() {
    let world = World::new();
    world.register(0..2).await;
    let mut stream = world.listen(&world.token(&[Group::Agents]), "").await;
    let (first, news) = event(&mut stream).await.unwrap();
    assert_eq!((&news["ledger"]["total"], news.get("queues")), (&json!(2), None));
    world.clock.advance(SignedDuration::from_secs(5));
    let quiet = tokio::time::timeout(std::time::Duration::from_secs(60), event(&mut stream)).await;
    assert!(quiet.is_err(), "time alone is no news");
    world.register(2..5).await;
    world.clock.advance(SignedDuration::from_secs(5));
    let (second, news) = event(&mut stream).await.unwrap();
    assert_eq!(news["ledger"]["total"], 5, "three who came together are one event");
    assert_ne!(first, second);
}

#[tokio::test(start_paused = true)]
async fn who_resumes_hears_only_what_they_have_not() {
    let world = World::new();
    let token = world.token(&[Group::Agents]);
    let (seen, _) = event(&mut world.listen(&token, "").await).await.unwrap();
    let mut resumed = world.listen(&token, &seen).await;
    let quiet = tokio::time::timeout(std::time::Duration::from_secs(60), event(&mut resumed)).await;
    assert!(quiet.is_err(), "they have it");
    let mut late = world.listen(&token, "something else").await;
    assert_eq!(event(&mut late).await.unwrap().0, seen, "the present, at once");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_has_ended_hears_no_more() {
    let world = World::new();
    let mut stream = world.listen(&world.token(&[Group::Agents]), "").await;
    event(&mut stream).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(13));
    assert_eq!(event(&mut stream).await, None);
}

#[tokio::test]
async fn what_has_been_is_told_by_hour_and_day() {
    let world = World::new();
    world.register(0..2).await;
    let now = world.clock.now();
    for (n, key) in [(0, Some(Key::Well)), (1, None)] {
        let stored = world.store.residents().get(resident("overview", n).id).await.unwrap().unwrap();
        let dial = Attempt::begin(stored.value.id, RequestId::of(stored.value.id, now), now);
        let mut marked = stored.clone();
        marked.value.begin(dial.id, now, &Policy::default());
        let begin = Begin {
            attempt: Versioned::new(dial.clone()),
            number: stored.value.number,
            resident: marked,
            schedule: Schedule::default(),
            now,
            quiet_since: now,
        };
        assert_eq!(world.store.attempts().begin(&begin).await.unwrap(), Began::Granted);
        let mut read = world.store.attempts().get(dial.id).await.unwrap().unwrap();
        read.value.facts.complete = Some(now);
        read.value.facts.press = key.map(|key| Press { key, at: now });
        let _saved = world.store.attempts().save(&read).await.unwrap();
    }
    let token = world.token(&[Group::Agents]);
    let told = world.get("/api/overview/history?days=2", &token).await.json();
    let hours = told["calls_per_hour"].as_array().unwrap();
    let started: Vec<u64> = hours.iter().filter_map(|hour| hour["started"].as_u64()).collect();
    assert_eq!((started.iter().sum::<u64>(), started.last()), (2, Some(&2)), "the last hour is this one");
    assert_eq!(hours.last().unwrap()["reached"], 1);
    let days = told["outcomes_by_day"].as_array().unwrap();
    assert_eq!(days.len(), 2);
    assert_eq!(
        (&days[1]["well"], &days[1]["no_answer"], &days[0]["well"]),
        (&json!(1), &json!(1), &json!(0))
    );
    assert_eq!(
        world.get("/api/overview/history", &token).await.json()["outcomes_by_day"].as_array().unwrap().len(),
        14
    );
    for wrong in ["0", "32", "a"] {
        let status = world.get(&format!("/api/overview/history?days={wrong}"), &token).await.status;
        assert!(status == 422 || status == 400, "{wrong}: {status}");
    }
}

#[tokio::test]
async fn those_who_wait_for_a_callback_are_counted_by_how_long() {
    let line = Line::default();
    let world = line.world();
    let token = world.token(&[Group::Uploaders]);
    let ask = async || {
        world.clock.advance(SignedDuration::from_secs(5));
        world.get("/api/overview/waiting", &token).await.json()
    };
    let spans = |told: &Value| -> Vec<(u64, u64, u64)> {
        let spans = told["spans"].as_array().unwrap().iter();
        let number = |span: &Value, field: &str| span[field].as_u64().unwrap();
        let found = spans
            .map(|span| (number(span, "from_minutes"), number(span, "in_time"), number(span, "overdue")));
        found.filter(|(_, in_time, overdue)| in_time + overdue > 0).collect()
    };
    let nobody = ask().await;
    assert_eq!(
        (spans(&nobody), &nobody["longest_since"], &nobody["more"]),
        (vec![], &Value::Null, &json!(false))
    );
    assert_eq!(
        nobody["spans"][1],
        json!({"from_minutes": 15, "until_minutes": 30, "in_time": 0, "overdue": 0})
    );
    assert_eq!(nobody["spans"][5]["until_minutes"], Value::Null);

    world.waiting(1, "first", &line).await;
    assert_eq!(spans(&ask().await), [(0, 1, 0)]);
    world.clock.advance(SignedDuration::from_mins(20));
    let (_, second) = world.waiting(2, "second", &line).await;
    assert_eq!(spans(&ask().await), [(0, 1, 0), (15, 1, 0)]);
    world.clock.advance(SignedDuration::from_mins(105));
    let told = ask().await;
    assert_eq!(spans(&told), [(60, 1, 0), (120, 0, 1)]);
    assert_eq!(told["longest_since"], "2026-11-23T09:00:25Z");
    world.record_of(second, "second", Try::SpokenTo(world.clock.now())).await;
    assert_eq!(spans(&ask().await), [(120, 0, 1)], "who was called back waits no longer");
}
