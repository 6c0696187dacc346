//! Undoing an upload gives the register back as it was.

use crate::support::World;
use jiff::civil::date;
use jiff::tz::TimeZone;
use rollcall_domain::batch::BatchStage;
use rollcall_domain::duty::Schedule;
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::{AttemptId, RequestId};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Claim, MarkState, Resident};
use rollcall_domain::retention::Limit;
use rollcall_domain::staff::{Change, apply};
use rollcall_host::{Handler, Verdict};
use rollcall_ports::{Clock, Removed, Saved};
use serde_json::json;

/// Those who were there before.
const FORMER: &str = "firstName,lastName,number\nAda,Example,07700900101\nBob,Example,07700900102\n";
/// Others, one of whom shares a number with one of them, and Ada again.
const LIST: &str = "firstName,lastName,number\nCy,Sample,07700900102\nDee,Sample,07700900104\n\
                    Ada,Example,07700900101\nEve,Sample,07700900105\n";

impl World {
    /// Two people on the register, and then a list that brings three more.
    async fn brought() -> (Self, String) {
        let world = Self::new();
        world.loaded(&world.uploaded(FORMER.as_bytes()).await).await;
        let batch = world.loaded(&world.uploaded(LIST.as_bytes()).await).await;
        assert_eq!(world.people().await.len(), 5);
        (world, batch)
    }

    async fn changed(&self, first_name: &str, change: impl FnOnce(&mut Resident)) {
        let register = self.people().await;
        let id = register.values().find(|one| one.first_name == first_name).unwrap().id;
        let mut stored = self.store.residents().get(id).await.unwrap().unwrap();
        change(&mut stored.value);
        let saved = self.store.residents().save(&stored, Schedule::default()).await.unwrap();
        assert!(matches!(saved, Saved::Done(_)));
    }
}

#[tokio::test]
async fn the_register_is_as_it_was() {
    let world = World::new();
    world.loaded(&world.uploaded(FORMER.as_bytes()).await).await;
    let before = world.people().await;
    let batch = world.loaded(&world.uploaded(LIST.as_bytes()).await).await;
    assert_eq!(world.batch(&batch).await["undo"], json!({"possible": true, "reason": null}));
    // An order to dial is nothing that anybody would miss.
    let claim = Claim { request: RequestId::derive(&["one"]), until: world.clock.now() };
    world.changed("Cy", |one| one.claim = Some(claim)).await;

    let answer = world.undo(&batch).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json(), json!({"finished": true, "removed": 3, "called": 0, "changed": 0}));
    assert_eq!(world.people().await, before);
    for one in before.values() {
        assert_eq!(world.store.residents().sharing(one.number, one.id).await, Ok(0), "and the numbers too");
    }
    let shown = world.batch(&batch).await;
    assert_eq!((&shown["stage"], &shown["undo"]["possible"]), (&json!("undone"), &json!(false)));
    let again = world.undo(&batch).await;
    assert_eq!((again.status.as_u16(), &again.json()["removed"]), (200, &json!(0)), "a repeat");

    // The same file can be brought again.
    let batch = world.loaded(&world.uploaded(LIST.as_bytes()).await).await;
    assert_eq!(world.batch(&batch).await["loaded"], 3);
    assert_eq!(world.people().await.len(), 5);
}

/// Who is to be taken off stands on the register: the list itself may be past its time.
#[tokio::test]
async fn it_needs_no_list_any_more() {
    let (world, batch) = World::brought().await;
    let tomorrow = Limit::of(date(2026, 11, 24), &TimeZone::UTC);
    let expired = world.store.retain().expire(Class::Lists, &tomorrow, 10).await.unwrap();
    assert_eq!((expired.gone, expired.more), (2, false));
    assert_eq!(world.batch(&batch).await["undo"], json!({"possible": true, "reason": null}));
    let answer = world.undo(&batch).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["removed"]), (200, &json!(3)));
    assert_eq!((world.people().await.len(), &world.batch(&batch).await["stage"]), (2, &json!("undone")));
}

#[tokio::test]
async fn who_was_called_stands_against_it() {
    let (world, batch) = World::brought().await;
    let attempt = AttemptId::derive(&["one"]);
    let now = world.clock.now();
    world.changed("Dee", |one| one.begin(attempt, now, &Policy::default())).await;
    let before = world.people().await;
    let answer = world.undo(&batch).await;
    answer.expect_problem(409);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("1 of the 3 people"), "{detail}");
    assert!(!answer.text.contains("Dee") && !answer.text.contains("Sample"), "counts, no names");
    assert_eq!(world.people().await, before, "nothing was changed");
    assert_eq!(world.batch(&batch).await["undo"]["possible"], false);

    // A dial that the service refused was no call.
    world.changed("Dee", |one| assert!(one.learn_mark(attempt, now, MarkState::NotPlaced))).await;
    assert_eq!(world.undo(&batch).await.status, 200);
    assert_eq!(world.people().await.len(), 2);
}

#[tokio::test]
async fn who_was_changed_by_the_staff_stays() {
    let (world, batch) = World::brought().await;
    let note = Change::Note("moved here last week".to_owned());
    let now = world.clock.now();
    world
        .changed("Eve", |one| {
            let changed = apply(one, &note, ("clerk", now), &Policy::default()).unwrap().unwrap();
            *one = changed.resident;
        })
        .await;
    let reason = world.batch(&batch).await["undo"].clone();
    assert_eq!(
        (&reason["possible"], reason["reason"].as_str().unwrap().starts_with("1 people")),
        (&json!(true), true)
    );
    let answer = world.undo(&batch).await.json();
    assert_eq!(answer, json!({"finished": true, "removed": 2, "called": 0, "changed": 1}));
    let names: Vec<_> = world.people().await.into_values().map(|one| one.profile.first_name).collect();
    assert!(names.contains(&"Eve".to_owned()) && names.len() == 3);
}

#[tokio::test]
async fn what_broke_off_is_completed_by_a_repeat() {
    let (world, batch) = World::brought().await;
    let id = batch.parse().unwrap();
    // As a program that died after the first of them leaves it.
    let (mut stored, _) = world.store.batches().get(id).await.unwrap().unwrap();
    let BatchStage::Loading { chunks, rows } = stored.stage else {
        panic!("expected a batch that is loaded")
    };
    stored.stage = BatchStage::Undoing { chunks, rows };
    world.store.batches().put(&stored).await.unwrap();
    let cy = world.people().await.into_values().find(|one| one.first_name == "Cy").unwrap().id;
    let cy = world.store.residents().get(cy).await.unwrap().unwrap();
    assert_eq!(world.store.residents().remove(&cy).await, Ok(Removed::Done));
    assert_eq!(world.batch(&batch).await["stage"], "undoing");
    let answer = world.undo(&batch).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["removed"]), (200, &json!(2)));
    assert_eq!((world.people().await.len(), &world.batch(&batch).await["stage"]), (2, &json!("undone")));
}

#[tokio::test]
async fn what_is_still_being_loaded_is_not_undone() {
    let world = World::new();
    let id = world.uploaded(LIST.as_bytes()).await;
    let answer = world.send("POST", &format!("/api/uploads/{id}/load"), &world.clerk(), "").await;
    let batch = answer.json()["batch_id"].as_str().unwrap().to_owned();
    assert_eq!(world.batch(&batch).await["stage"], "reading");
    world.undo(&batch).await.expect_problem(409);
    world.read_uploads().await;
    assert_eq!(world.batch(&batch).await["stage"], "loading");
    world.undo(&batch).await.expect_problem(409);
    world.work().await;
    assert_eq!(world.undo(&batch).await.status, 200);
    world.send("POST", &format!("/api/uploads/{id}/load"), &world.clerk(), "").await.expect_problem(409);
    let refused = world.loaded(&world.uploaded(b"firstName,lastName\nAda,Example\n").await).await;
    assert_eq!(world.batch(&refused).await["stage"], "refused");
    world.undo(&refused).await.expect_problem(409);
}

/// Queues deliver twice.
#[tokio::test]
async fn a_chunk_that_comes_once_more_brings_nobody_back() {
    let world = World::new();
    let id = world.uploaded(LIST.as_bytes()).await;
    let answer = world.send("POST", &format!("/api/uploads/{id}/load"), &world.clerk(), "").await;
    let batch = answer.json()["batch_id"].as_str().unwrap().to_owned();
    let chunks = world.work().await;
    let people = world.people().await;
    assert_eq!((chunks.len(), people.len()), (1, 4));
    assert_eq!(world.undo(&batch).await.status, 200);
    let loader = world.loader();
    let late = || loader.handle(chunks[0].clone());
    assert_eq!(late().await, Ok(Verdict::Done));
    assert!(world.people().await.is_empty());
    // A loader that died after it added them, and before it learned of the undo.
    let again: Vec<_> = people.into_values().map(|one| (one, Schedule::default())).collect();
    let _added = world.store.residents().add(&again).await.unwrap();
    assert_eq!(late().await, Ok(Verdict::Done));
    assert!(world.people().await.is_empty());
}
