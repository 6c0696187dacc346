//! The switch over all dialing.

use crate::support::{Answer, World};
use jiff::SignedDuration;
use rollcall_domain::breaker::TripCause;
use rollcall_domain::group::Group;
use rollcall_domain::switch::Dialing;
use rollcall_ports::Clock as _;
use serde_json::{Value, json};

impl World {
    async fn dialing(&self) -> Dialing {
        self.store.switch().read().await.unwrap().value
    }

    async fn trip(&self, cause: TripCause) {
        let mut stored = self.store.switch().read().await.unwrap();
        assert!(stored.value.trip(self.clock.now(), cause));
        let _saved = self.store.switch().save(&stored).await.unwrap();
    }

    async fn stop(&self, reason: &str) -> Answer {
        let body = json!({ "reason": reason });
        self.change(Group::Operators, ("POST", "/api/dialing/stop"), None, &body).await
    }

    async fn start(&self, etag: &str, reason: &str) -> Answer {
        let body = json!({ "reason": reason });
        self.change(Group::Operators, ("POST", "/api/dialing/start"), Some(etag), &body).await
    }
}

fn is(state: &str, change: u64, (since, by, why): (&str, Option<&str>, &str), cause: Option<&str>) -> Value {
    json!({ "state": state, "change": change, "since": since, "by": by, "why": why, "cause": cause })
}

#[tokio::test]
async fn a_person_stops_it_and_a_person_starts_it_again() {
    let world = World::new();
    let agent = world.token(&[Group::Agents]);
    let fresh = world.get("/api/dialing", &agent).await;
    let never =
        json!({ "state": "running", "change": 0, "since": null, "by": null, "why": null, "cause": null });
    assert_eq!((fresh.json(), fresh.header("etag")), (never, "\"0\""));

    let began = world.clock.now().to_string();
    let stopped = world.stop(" the lines crackle ").await;
    let expected = is("stopped", 1, (&began, Some("somebody"), "the lines crackle"), None);
    assert_eq!(
        (stopped.status.as_u16(), stopped.json(), stopped.header("etag")),
        (200, expected.clone(), "\"1\"")
    );
    world.clock.advance(SignedDuration::from_mins(2));
    assert_eq!(world.stop("once more").await.json(), expected, "the first who stopped it did");
    assert_eq!(world.get("/api/dialing", &agent).await.json(), expected);
    assert_eq!(world.get("/api/overview", &agent).await.json()["dialing"], expected);

    let now = world.clock.now().to_string();
    let started = world.start("\"1\"", "mended").await;
    let expected = is("running", 2, (&now, Some("somebody"), "mended"), None);
    assert_eq!((started.status.as_u16(), started.json()), (200, expected.clone()));
    assert_eq!(world.start("\"1\"", "again").await.json(), expected, "a repeat finds it running");
    let log = world.store.audit().list(None, 9).await.unwrap();
    let log: Vec<_> =
        log.iter().map(|(_, one)| (one.action.as_str(), one.actor.as_str(), one.detail.as_str())).collect();
    assert_eq!(
        log,
        [("dialing.stop", "somebody", "the lines crackle"), ("dialing.start", "somebody", "mended")]
    );
}

#[tokio::test]
async fn a_trip_says_why_and_nobody_starts_what_they_have_not_seen_stop() {
    let world = World::new();
    world.trip(TripCause::Silence { calls: 5, minutes: 10 }).await;
    let began = world.clock.now().to_string();
    let why = "At least 5 calls were made more than 10 minutes ago, and no news of how they ended has come.";
    let tripped = is("tripped", 1, (&began, None, why), Some("silence"));
    assert_eq!(world.get("/api/dialing", &world.token(&[Group::Uploaders])).await.json(), tripped);
    assert_eq!(world.stop("until I know more").await.json()["cause"], json!("silence"));
    world.start("\"1\"", "it looks well").await.expect_problem(412);
    assert!(!world.dialing().await.is_running());
    assert_eq!(world.start("\"2\"", "it looks well").await.json()["state"], json!("running"));
}

#[tokio::test]
async fn a_reason_and_what_was_read_are_needed() {
    let world = World::new();
    for reason in ["", " \n ", &"x".repeat(301)] {
        world.stop(reason).await.expect_problem(422);
        world.start("\"0\"", reason).await.expect_problem(422);
    }
    let body = json!({ "reason": "no version" });
    world.change(Group::Operators, ("POST", "/api/dialing/start"), None, &body).await.expect_problem(428);
    assert_eq!((world.dialing().await, world.audited().await), (Dialing::default(), vec![]));
}
