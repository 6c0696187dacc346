//! What operators see, page by page.

use crate::support::World;
use jiff::SignedDuration;
use rollcall_domain::group::Group;
use rollcall_ports::{AuditEntry, Clock, DeadLetter};
use serde_json::{Value, json};

impl World {
    async fn done(&self, n: usize) {
        let entry = AuditEntry {
            key: format!("deed {n}"),
            at: self.clock.now() + SignedDuration::from_secs(n.try_into().unwrap()),
            actor: "clerk".to_owned(),
            action: "pause".to_owned(),
            resident: None,
            detail: format!("{n}"),
        };
        self.store.audit().record(&entry).await.unwrap();
    }

    /// Every page of a list, put together.
    async fn all(&self, path: &str, size: usize) -> Vec<Value> {
        let token = self.token(&[Group::Operators]);
        let (mut items, mut next) = (Vec::new(), String::new());
        loop {
            let answer = self.get(&format!("{path}?size={size}{next}"), &token).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let mut page = answer.json();
            let found = page["items"].as_array_mut().unwrap();
            assert!(found.len() <= size);
            items.append(found);
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => return items,
            }
        }
    }
}

#[tokio::test]
async fn the_audit_log_is_shown_newest_first_without_gap_or_repeat() {
    let world = World::new();
    assert_eq!(world.all("/api/audit", 10).await, Vec::<Value>::new());
    for n in 0..20 {
        world.done(n).await;
    }
    for size in [1, 3, 10, 20, 100] {
        let details: Vec<_> = world.all("/api/audit", size).await;
        let details: Vec<_> =
            details.iter().map(|item| item["detail"].as_str().unwrap().to_owned()).collect();
        assert_eq!(details, (0..20).rev().map(|n| n.to_string()).collect::<Vec<_>>(), "{size}");
    }
    let first = &world.all("/api/audit", 100).await[19];
    let expected = json!({
        "at": "2026-11-23T09:00:00Z", "actor": "clerk", "action": "pause", "resident_id": null, "detail": "0"
    });
    assert_eq!(first, &expected);
}

#[tokio::test]
async fn what_is_added_meanwhile_moves_nothing() {
    let world = World::new();
    for n in 0..4 {
        world.done(n).await;
    }
    let token = world.token(&[Group::Operators]);
    let first = world.get("/api/audit?size=2", &token).await.json();
    world.done(4).await;
    let next = first["next_cursor"].as_str().unwrap();
    let second = world.get(&format!("/api/audit?size=2&cursor={next}"), &token).await.json();
    assert_eq!((&second["items"][0]["detail"], &second["items"][1]["detail"]), (&json!("1"), &json!("0")));
}

#[tokio::test]
async fn letters_and_queues_are_shown_without_what_is_in_them() {
    let world = World::new();
    for n in 0..3 {
        let letter = DeadLetter {
            source: "rows".to_owned(),
            message_id: format!("message {n}"),
            reason: "not a message".to_owned(),
            handler: "loader".to_owned(),
            parked_at: world.clock.now(),
            receives: n + 1,
            body: b"Ada Example".to_vec(),
            replay: None,
        };
        world.store.dead_letters().park(&letter).await.unwrap();
    }
    let letters = world.all("/api/dead-letters", 2).await;
    assert_eq!((letters.len(), &letters[2]["message_id"]), (3, &json!("message 2")));
    assert_eq!((&letters[2]["reason"], &letters[2]["receives"]), (&json!("not a message"), &json!(3)));
    assert!(letters.iter().all(|letter| !letter.to_string().contains("Ada")));
    let queues = world.get("/api/queues", &world.token(&[Group::Operators])).await.json();
    let rows = queues.as_array().unwrap().iter().find(|one| one["name"] == "rows").unwrap();
    assert_eq!(rows, &json!({"name": "rows", "waiting": 0, "dead_letters": 3}));
}

#[tokio::test]
async fn cursors_and_sizes_that_cannot_be_are_refused() {
    let world = World::new();
    for n in 0..4 {
        world.done(n).await;
    }
    let token = world.token(&[Group::Operators]);
    let cursor =
        world.get("/api/audit?size=2", &token).await.json()["next_cursor"].as_str().unwrap().to_owned();
    for path in [
        "/api/audit?size=0".to_owned(),
        "/api/audit?size=101".to_owned(),
        "/api/audit?size=-1".to_owned(),
        "/api/audit?size=many".to_owned(),
        "/api/audit?cursor=17".to_owned(),
        "/api/audit?cursor=".to_owned(),
        format!("/api/dead-letters?cursor={cursor}"),
    ] {
        world.get(&path, &token).await.expect_problem(400);
    }
}
