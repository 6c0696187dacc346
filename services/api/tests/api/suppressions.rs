//! The suppression list.

use crate::people::path;
use crate::support::{Answer, World};
use rollcall_domain::group::Group;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::suppression::Subject;
use rollcall_ports::Clock as _;
use serde_json::{Value, json};

const LIST: &str = "/api/suppressions";

impl World {
    async fn suppress(&self, body: &Value) -> Answer {
        self.change(Group::Operators, ("POST", LIST), None, body).await
    }

    async fn lift(&self, id: &Value, reason: &str) -> Answer {
        let path = format!("{LIST}/{}/lift", id.as_str().unwrap());
        self.change(Group::Operators, ("POST", &path), None, &json!({ "reason": reason })).await
    }

    async fn entries(&self, query: &str) -> Value {
        self.get(&format!("{LIST}{query}"), &self.token(&[Group::Operators])).await.json()
    }

    async fn detail(&self, id: ResidentId) -> Value {
        self.get(&path(id), &self.token(&[Group::Operators])).await.json()
    }

    async fn on_list(&self, number: &str) -> Value {
        let body = json!({ "number": number });
        let path = format!("{LIST}/search");
        self.change(Group::Operators, ("POST", &path), None, &body).await.json()
    }

    /// Actions, residents and details of the log, but for views.
    async fn told(&self) -> Vec<(String, Option<ResidentId>, String)> {
        let log = self.store.audit().list(None, 50).await.unwrap();
        let deeds = log.into_iter().map(|(_, deed)| (deed.action, deed.resident, deed.detail));
        deeds.filter(|(action, _, _)| action != "resident.view").collect()
    }
}

#[tokio::test]
async fn a_number_holds_for_everybody_who_has_it() {
    let world = World::new();
    let ann = world.add(1, |_| {}).await;
    let bob = world.add(2, |_| {}).await;
    let number = world.detail(ann).await["number"].as_str().unwrap().to_owned();
    let answer = world.suppress(&json!({ "number": number, "reason": " rang us " })).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    let entry = answer.json();
    let now = world.clock.now().to_string();
    let expected = json!({
        "id": entry["id"], "number_ends": &number[number.len() - 2..], "resident_id": null,
        "at": now, "by": "somebody", "ground": "staff", "reason": "rang us",
    });
    assert_eq!(entry, expected);
    assert!(!answer.text.contains(&number));

    let detail = world.detail(ann).await;
    let mark = json!([{
        "id": entry["id"], "of": "number", "at": now, "by": "somebody", "ground": "staff", "reason": "rang us",
    }]);
    assert_eq!(
        (&detail["suppressed"], &detail["state"], &detail["suppressions"]),
        (&json!(true), &json!("excluded"), &mark)
    );
    let why = world.get(&format!("{}/why", path(ann)), &world.token(&[Group::Agents])).await.json();
    assert_eq!((&why["code"], &why["text"]), (&json!("suppressed"), &json!("on the suppression list")));
    assert_eq!(world.detail(bob).await["suppressions"], json!([]));
    assert_eq!(world.on_list(&number).await, json!({ "suppression": entry }));
    assert_eq!(world.entries("").await, json!({ "items": [entry], "next_cursor": null }));

    world.clock.advance(jiff::SignedDuration::from_secs(1));
    let again = world.suppress(&json!({ "number": number, "reason": "another reason" })).await;
    assert_eq!((again.status.as_u16(), again.json()), (200, entry.clone()), "it stands as it was");

    let lifted = world.lift(&entry["id"], "asked").await;
    assert_eq!((lifted.status.as_u16(), lifted.json()), (200, entry.clone()));
    world.lift(&entry["id"], "asked").await.expect_problem(404);
    let detail = world.detail(ann).await;
    assert_eq!((&detail["suppressed"], &detail["suppressions"]), (&json!(false), &json!([])));
    assert!(detail["next_due_at"].is_string(), "they are called again: {detail}");
    assert_eq!(world.on_list(&number).await, json!({ "suppression": null }));
    assert_eq!(world.entries("").await["items"], json!([]));

    let id = entry["id"].as_str().unwrap();
    let log = world.told().await;
    assert_eq!(log.len(), 2, "{log:?}");
    assert_eq!(log.first().unwrap(), &("suppression.add".to_owned(), None, format!("number staff {id}")));
    assert_eq!(log.last().unwrap(), &("suppression.lift".to_owned(), None, format!("number asked {id}")));
    assert!(!format!("{log:?}").contains("rang us") && !format!("{log:?}").contains(&number[4..]));
}

#[tokio::test]
async fn a_person_is_not_called_whatever_their_number() {
    let world = World::new();
    let ann = world.add(1, |_| {}).await;
    let body = json!({ "resident_id": ann.to_string(), "reason": "their daughter asked" });
    let entry = world.suppress(&body).await.json();
    assert_eq!((&entry["resident_id"], &entry["number_ends"]), (&json!(ann.to_string()), &Value::Null));
    let etag = format!("\"{}\"", world.detail(ann).await["version"]);
    let new = json!({ "number": "+447700900999" });
    let moved = world.change(Group::Operators, ("PATCH", &path(ann)), Some(&etag), &new).await.json();
    assert_eq!((&moved["suppressed"], &moved["suppressions"][0]["of"]), (&json!(true), &json!("person")));
    let log = world.told().await;
    let id = entry["id"].as_str().unwrap();
    assert_eq!(log[0], ("suppression.add".to_owned(), Some(ann), format!("resident staff {id}")));
    world.lift(&entry["id"], "mistake").await;
    assert_eq!(world.detail(ann).await["suppressed"], json!(false));
}

/// A corrected number takes the place of the former one on the list too.
#[tokio::test]
async fn a_correction_leads_to_a_suppressed_number_and_away_from_it() {
    let world = World::new();
    let ann = world.add(1, |_| {}).await;
    world.suppress(&json!({ "number": "07700 900999", "reason": "not in service" })).await;
    for (number, suppressed) in [("+447700900999", true), ("+447700900998", false), ("+447700900999", true)] {
        let etag = format!("\"{}\"", world.detail(ann).await["version"]);
        let body = json!({ "number": number });
        let changed = world.change(Group::Uploaders, ("PATCH", &path(ann)), Some(&etag), &body).await;
        assert_eq!((changed.status.as_u16(), changed.json()["suppressed"].clone()), (200, json!(suppressed)));
        let detail = world.detail(ann).await;
        assert_eq!(
            (&detail["version"], &detail["suppressed"]),
            (&changed.json()["version"], &json!(suppressed))
        );
        assert_eq!(changed.header("etag"), format!("\"{}\"", detail["version"]));
    }
}

#[tokio::test]
async fn what_is_asked_must_be_possible() {
    let world = World::new();
    let ann = world.add(1, |_| {}).await.to_string();
    for body in [
        json!({ "reason": "nobody" }),
        json!({ "number": "+447700900101", "resident_id": ann, "reason": "both" }),
        json!({ "number": "999", "reason": "an emergency number" }),
        json!({ "number": "+447700900101", "reason": " " }),
        json!({ "number": "+447700900101", "reason": "x".repeat(301) }),
    ] {
        world.suppress(&body).await.expect_problem(422);
    }
    world.suppress(&json!({ "number": "+447700900101" })).await.expect_problem(400);
    let nobody = ResidentId::derive(&["nobody"]).to_string();
    world.suppress(&json!({ "resident_id": nobody, "reason": "who" })).await.expect_problem(404);
    world.lift(&json!(nobody), "asked").await.expect_problem(404);
    world.lift(&json!(nobody), "a whim").await.expect_problem(400);
    assert_eq!(world.audited().await, []);
    let asked = [Subject::Resident(ResidentId::derive(&["nobody"]))];
    assert_eq!(world.store.suppressions().of(&asked).await.unwrap(), [None]);
}

#[tokio::test]
async fn the_list_comes_by_the_page_the_latest_first() {
    let world = World::new();
    let mut expected = Vec::new();
    for n in 0..5 {
        world.clock.advance(jiff::SignedDuration::from_secs(1));
        let body = json!({ "number": format!("+4477009001{n:02}"), "reason": format!("number {n}") });
        expected.insert(0, world.suppress(&body).await.json());
    }
    let (mut found, mut query) = (Vec::new(), "?size=2".to_owned());
    loop {
        let page = world.entries(&query).await;
        found.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        query = format!("?size=2&cursor={next}");
    }
    assert_eq!(found, expected);
}
