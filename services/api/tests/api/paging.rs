//! A long register, page by page, while it grows.

use crate::support::World;
use rollcall_domain::duty::Schedule;
use rollcall_domain::group::Group;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_ports::Clock;
use rollcall_ports::suite::people::resident;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MANY: u32 = 10_000;
const PAGE: usize = 100;
/// So many join while each page is read.
const JOINING: u32 = 7;

/// Somebody whose name is anywhere among the others'.
fn somebody(n: u32) -> Resident {
    let mut one = resident("paging", n);
    one.profile.first_name = format!("Ada {n}");
    one.profile.last_name = format!("Example {:04x}", n.wrapping_mul(40_503) & 0xffff);
    one
}

impl World {
    async fn join(&self, who: impl Iterator<Item = u32>) {
        let now = self.clock.now();
        let people: Vec<_> = who
            .map(somebody)
            .map(|one| {
                let schedule = Schedule::of(&one, &Policy::default(), now);
                (one, schedule)
            })
            .collect();
        self.store.residents().add(&people).await.unwrap();
    }
}

#[tokio::test]
async fn ten_thousand_are_paged_through_without_gap_or_repeat_while_others_join() {
    let world = World::without_accounts(|_| {});
    world.join(0..MANY).await;
    let mut joined = MANY;
    for question in [
        json!({}),
        json!({"sort": "registered", "descending": true}),
        json!({"sort": "name"}),
        json!({"sort": "last_reached"}),
        json!({"text": "example", "enabled": true}),
    ] {
        let before = joined;
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let mut names: Vec<(String, String)> = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let mut body = question.clone();
            body["size"] = json!(PAGE);
            body["cursor"] = cursor;
            let answer = world.change(Group::Agents, ("POST", "/api/residents/search"), None, &body).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let page = answer.json();
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= PAGE);
            for item in items {
                let name = |field: &str| item[field].as_str().unwrap().to_owned();
                *seen.entry(name("first_name")).or_default() += 1;
                names.push((name("last_name"), name("first_name")));
            }
            world.join(joined..joined + JOINING).await;
            joined += JOINING;
            cursor = page["next_cursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        let gaps = (0..before).filter(|n| !seen.contains_key(&format!("Ada {n}"))).count();
        let repeats = seen.values().filter(|times| **times > 1).count();
        assert_eq!((gaps, repeats), (0, 0), "{question}");
        assert!(joined - before > JOINING * (MANY / 100), "{question}: nobody joined meanwhile");
        if question["sort"] == "name" {
            assert!(names.is_sorted(), "{question}");
        }
    }
}

#[tokio::test]
async fn a_whole_number_may_be_written_with_a_fraction_of_nothing() {
    let world = World::without_accounts(|_| {});
    world.join(0..3).await;
    let ask = async |size: &str| {
        let token = world.token(&[Group::Agents]);
        world.send("POST", "/api/residents/search", &token, &format!("{{\"size\": {size}}}")).await
    };
    let answer = ask("2.0").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["items"].as_array().unwrap().len(), 2);
    assert_eq!(ask("null").await.status, 200);
    for size in ["2.5", "-2.0", "0.0", "101.0", "1e300", "\"2\"", "true"] {
        ask(size).await.expect_problem(400);
    }
}
