//! Finding people and reading about them.

use crate::people::{at, path};
use crate::support::World;
use jiff::SignedDuration;
use rollcall_domain::attempt::Key;
use rollcall_domain::duty::Schedule;
use rollcall_domain::group::Group;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::record::Pause;
use rollcall_domain::resident::{Heard, Reached};
use rollcall_ports::suite::people::resident;
use rollcall_ports::{CheckResult, Clock};
use serde_json::{Value, json};
use std::collections::BTreeSet;

impl World {
    async fn search(&self, body: &Value) -> Value {
        let answer = self.change(Group::Agents, ("POST", "/api/residents/search"), None, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    async fn names(&self, body: &Value) -> Vec<String> {
        let page = self.search(body).await;
        let items = page["items"].as_array().unwrap();
        items.iter().map(|one| one["first_name"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn somebody_is_shown_with_all_that_is_known_and_each_view_is_in_the_log() {
    let world = World::new();
    let id = world
        .add(7, |one| {
            one.profile.notes = Some("door code 1".to_owned());
            one.pauses = vec![Pause::between(at("2026-11-23T08:00:00Z"), at("2026-11-23T12:00:00Z"))];
        })
        .await;
    world.called(id, "talk", Key::Talk).await;
    let answer = world.get(&path(id), &world.token(&[Group::Agents])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let version = world.stored(id).await.unwrap().version;
    assert_eq!(answer.header("etag"), format!("\"{version}\""));
    let shown = answer.json();
    for (field, expected) in [
        ("id", json!(id)),
        ("first_name", json!("Ada 7")),
        ("number", json!("+447700900007")),
        ("timezone", json!("Europe/London")),
        ("state", json!("callback_open")),
        ("attempts_24h", json!(1)),
        ("paused_until", json!("2026-11-23T12:00:00Z")),
        ("notes", json!("door code 1")),
        ("version", json!(version)),
        ("disabled_reason", Value::Null),
    ] {
        assert_eq!(shown[field], expected, "{field}");
    }
    assert_eq!(shown["callback"]["deadline"], "2026-11-23T11:00:20Z");
    assert_eq!(shown["pauses"][0]["until"], "2026-11-23T12:00:00Z");

    // What one page asks for is one view; a minute later it is another.
    for part in ["", "/why", "/attempts", "/days"] {
        let answer = world.get(&format!("{}{part}", path(id)), &world.token(&[Group::Agents])).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let view = ("resident.view".to_owned(), Some(id), String::new());
    assert_eq!(world.audited().await, std::slice::from_ref(&view));
    world.clock.advance(SignedDuration::from_secs(60));
    world.get(&path(id), &world.token(&[Group::Agents])).await;
    assert_eq!(world.audited().await, [view.clone(), view]);
}

#[tokio::test]
async fn nobody_is_shown_for_an_id_that_nobody_has() {
    let world = World::new();
    let id = ResidentId::derive(&["nobody"]);
    let token = world.token(&[Group::Operators]);
    for part in ["", "/why", "/attempts", "/days"] {
        world.get(&format!("{}{part}", path(id)), &token).await.expect_problem(404);
    }
    world.get("/api/residents/x", &token).await.expect_problem(404);
    world.get("/api/contacts/unknown/resident", &token).await.expect_problem(404);
    assert_eq!(world.audited().await, []);
}

#[tokio::test]
async fn calls_and_days_are_told_in_order() {
    let world = World::new();
    let id = world
        .add(8, |one| {
            one.pauses = vec![Pause::between(at("2026-11-20T12:00:00Z"), at("2026-11-21T00:00:00Z"))];
        })
        .await;
    let token = world.token(&[Group::Agents]);
    let mut contacts = Vec::new();
    for n in 0..5 {
        let dial = world.called(id, &format!("{n}"), Key::Well).await;
        contacts.insert(0, dial.value.facts.contact.unwrap().to_string());
        world.clock.advance(SignedDuration::from_hours(1));
    }
    let (mut found, mut next) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("{}/attempts?size=2{next}", path(id)), &token).await.json();
        found.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    let ids: Vec<_> = found.iter().map(|dial| dial["contact_id"].as_str().unwrap()).collect();
    assert_eq!(ids, contacts);
    let dial = &found[4];
    let told = json!({"disposition": "well", "pressed": "well", "ring_seconds": 7,
        "begun_at": "2026-11-23T09:00:00Z", "ended_at": "2026-11-23T09:00:30Z"});
    for (field, expected) in told.as_object().unwrap() {
        assert_eq!(&dial[field], expected, "{field}");
    }
    let popped = world.get("/api/contacts/contact-3/resident", &token).await.json();
    assert_eq!(popped["id"], json!(id));

    let day = |text: &str| text.parse().unwrap();
    for (date, result) in [("2026-11-19", CheckResult::WantsToTalk), ("2026-11-23", CheckResult::Well)] {
        world.store.checks().record(id, day(date), result).await.unwrap();
    }
    let days = world.get(&format!("{}/days?days=5", path(id)), &token).await.json();
    let expected = [
        ("2026-11-19", "wants_to_talk"),
        ("2026-11-20", "paused"),
        ("2026-11-21", "none"),
        ("2026-11-22", "none"),
        ("2026-11-23", "well"),
    ];
    assert_eq!(days, json!(expected.map(|(date, result)| json!({"date": date, "result": result}))));
    let usual = world.get(&format!("{}/days", path(id)), &token).await.json();
    assert_eq!(usual.as_array().unwrap().len(), 30);
    for days in ["0", "367"] {
        world.get(&format!("{}/days?days={days}", path(id)), &token).await.expect_problem(422);
    }
    world.get(&format!("{}/days?days=many", path(id)), &token).await.expect_problem(400);
}

#[tokio::test]
async fn why_says_what_the_rules_say() {
    let world = World::new();
    let id = world.add(9, |_| {}).await;
    let token = world.token(&[Group::Uploaders]);
    let why = world.get(&format!("{}/why", path(id)), &token).await.json();
    let mut may = json!({"may_be_called": true, "code": "may_call", "text": "may be called now", "until": null,
        "dialing_stopped_at": null});
    assert_eq!(why, may);
    let stop = json!({"reason": "the lines crackle"});
    world.change(Group::Operators, ("POST", "/api/dialing/stop"), None, &stop).await;
    let why = world.get(&format!("{}/why", path(id)), &token).await.json();
    may["dialing_stopped_at"] = json!("2026-11-23T09:00:00Z");
    assert_eq!(why, may, "the rules say yes, the switch says no");
    world.called(id, "first", Key::Well).await;
    let why = world.get(&format!("{}/why", path(id)), &token).await.json();
    assert_eq!((&why["code"], &why["until"]), (&json!("gap"), &json!("2026-11-23T09:05:00Z")));
}

#[tokio::test]
async fn people_are_found_by_what_was_asked() {
    let world = World::new();
    world.add(1, |one| one.profile.reference = Some("H-77".to_owned())).await;
    let well = world.add(2, |_| {}).await;
    world
        .alter(well, |one| {
            one.reached = Some(Reached { at: at("2026-11-23T08:59:00Z"), how: Heard::Well });
        })
        .await;
    world.add(3, |one| one.enabled = false).await;
    world.add(4, |one| one.number_bad_since = Some(at("2026-11-23T08:00:00Z"))).await;
    let batch = world.stored(well).await.unwrap().value.batch;
    let cases = [
        (json!({}), vec!["Ada 1", "Ada 2", "Ada 3", "Ada 4"]),
        (json!({"text": "h-77"}), vec!["Ada 1"]),
        (json!({"text": "900002"}), vec!["Ada 2"]),
        (json!({"text": "ada example"}), vec!["Ada 1", "Ada 2", "Ada 3", "Ada 4"]),
        (json!({"state": ["well"]}), vec!["Ada 2"]),
        (json!({"enabled": false}), vec!["Ada 3"]),
        (json!({"bad_number": true}), vec!["Ada 4"]),
        (json!({"paused": true}), vec![]),
        (json!({"unreached": true}), vec![]),
        (
            json!({"batch_id": batch, "sort": "registered", "descending": true, "enabled": true}),
            vec!["Ada 4", "Ada 2", "Ada 1"],
        ),
        (json!({"sort": "name", "descending": true}), vec!["Ada 4", "Ada 3", "Ada 2", "Ada 1"]),
        (json!({"sort": "last_reached", "descending": true, "size": 1}), vec!["Ada 2"]),
        (json!({"batch_id": "00000000-0000-5000-8000-000000000000"}), vec![]),
    ];
    for (body, expected) in cases {
        assert_eq!(world.names(&body).await, expected, "{body}");
    }
    assert_eq!(world.audited().await, [], "a list is no view of one");
}

#[tokio::test]
async fn questions_that_cannot_be_are_refused() {
    let world = World::new();
    for n in 0..3 {
        world.add(n, |_| {}).await;
    }
    let page = world.search(&json!({"size": 1, "sort": "name"})).await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let ask = async |body: Value| {
        world.change(Group::Uploaders, ("POST", "/api/residents/search"), None, &body).await
    };
    for (status, body) in [
        (400, json!({"size": 0})),
        (400, json!({"size": 101})),
        (400, json!({"cursor": "x"})),
        (400, json!({"cursor": cursor, "sort": "next_due"})),
        (400, json!({"cursor": cursor, "sort": "name", "enabled": true})),
        (400, json!({"sort": "shoe_size"})),
        (400, json!({"state": ["happy"]})),
        (400, json!({"name": "Ada"})),
        (422, json!({"text": "x".repeat(201)})),
        (200, json!({"cursor": cursor, "sort": "name", "size": 2})),
    ] {
        let answer = ask(body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
}

/// The one who looks and the one who loads do not wait for each other: between
/// any two pages there are more.
#[tokio::test]
async fn ten_thousand_are_paged_through_while_others_are_added() {
    for sort in [json!(null), json!("registered"), json!("name")] {
        let world = World::new();
        let people = |range: std::ops::Range<u32>| {
            range.map(|n| (resident("many", (n * 7_919) % 100_000), Schedule::default())).collect::<Vec<_>>()
        };
        let first = people(0..10_000);
        world.store.residents().add(&first).await.unwrap();
        let (mut met, mut cursor, mut added) = (Vec::new(), Value::Null, 10_000);
        loop {
            let page = world.search(&json!({"sort": sort, "size": 100, "cursor": cursor})).await;
            let ids = page["items"].as_array().unwrap();
            met.extend(ids.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            cursor = page["next_cursor"].clone();
            if cursor.is_null() {
                break;
            }
            if added < 14_000 {
                world.store.residents().add(&people(added..added + 40)).await.unwrap();
                added += 40;
            }
        }
        let distinct: BTreeSet<_> = met.iter().collect();
        assert_eq!(distinct.len(), met.len(), "{sort}: nobody twice");
        let left_out = first.iter().filter(|(one, _)| !distinct.contains(&one.id.to_string())).count();
        assert_eq!(left_out, 0, "{sort}: nobody left out");
    }
}

#[tokio::test]
async fn a_file_holds_what_the_list_shows_and_nothing_that_a_spreadsheet_runs() {
    let world = World::new();
    world
        .add(1, |one| {
            one.profile.first_name = "=HYPERLINK(\"x\")".to_owned();
            one.profile.last_name = "O, Example".to_owned();
            one.profile.reference = Some("@H\"1".to_owned());
        })
        .await;
    let off = world.add(2, |one| one.enabled = false).await;
    world
        .alter(off, |one| one.reached = Some(Reached { at: at("2026-07-01T08:59:00Z"), how: Heard::Well }))
        .await;
    let answer = world
        .change(
            Group::Uploaders,
            ("POST", "/api/residents/export"),
            None,
            &json!({"timezone": "Europe/London"}),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = answer.text.trim_start_matches('\u{feff}').split("\r\n").collect();
    let expected = [
        "First name,Last name,Today,Paused until (Europe/London),Number,Number does not exist,Reference,\
         Next call (Europe/London),Calls in 24 hours,Last heard of (Europe/London),\
         Registered (Europe/London)",
        "\"'=HYPERLINK(\"\"x\"\")\",\"O, Example\",Being called,,'+447700900001,,\"'@H\"\"1\",2026-11-23 09:00,0,\
         ,2026-11-20 12:00",
        "Ada 2,Example,Not called,,'+447700900002,,,,0,2026-07-01 09:59,2026-11-20 12:00",
        "",
    ];
    assert_eq!(lines, expected);
    let export = ("resident.export".to_owned(), None, "a list of residents".to_owned());
    assert_eq!(world.audited().await, [export]);
    let ask = async |body: Value| {
        world.change(Group::Uploaders, ("POST", "/api/residents/export"), None, &body).await
    };
    assert_eq!(ask(json!({"enabled": true})).await.text.lines().count(), 2);
    ask(json!({"timezone": "Mars/Olympus"})).await.expect_problem(422);
    ask(json!({"enabeld": true})).await.expect_problem(400);
    ask(json!({"text": "x".repeat(201)})).await.expect_problem(422);
}

#[tokio::test]
async fn a_long_file_is_whole() {
    let world = World::new();
    let people: Vec<_> = (0..10_007).map(|n| (resident("file", n), Schedule::default())).collect();
    world.store.residents().add(&people).await.unwrap();
    let answer = world
        .change(Group::Operators, ("POST", "/api/residents/export"), None, &json!({"sort": "name"}))
        .await;
    let names: BTreeSet<_> =
        answer.text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(answer.text.lines().count(), 10_008);
    assert_eq!(names.len(), 10_007);
    assert!(world.clock.now() >= at("2026-11-23T09:00:00Z"));
}
