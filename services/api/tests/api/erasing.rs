//! Erasing people: by operators, for the version that was read, with the name
//! typed again, and in the log without the person.

use crate::people::path;
use crate::support::{Answer, World, eraser};
use async_trait::async_trait;
use jiff::SignedDuration;
use rollcall_contracts::upload::UploadRef;
use rollcall_domain::attempt::Key;
use rollcall_domain::erasure::Class;
use rollcall_domain::group::Group;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::resident::Keyholder;
use rollcall_ports::suite::ManualClock;
use rollcall_ports::{Fault, UploadInfo, Uploads};
use rollcall_recording::erasure::Eraser;
use serde_json::{Value, json};
use std::future::Future;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

impl World {
    async fn erase(&self, id: ResidentId, etag: &str, body: &Value) -> Answer {
        let whole = format!("{}/erasure", path(id));
        self.change(Group::Operators, ("POST", &whole), Some(etag), body).await
    }

    async fn name_of(&self, id: ResidentId) -> String {
        let stored = self.stored(id).await.unwrap().value;
        format!("{} {}", stored.first_name, stored.last_name)
    }
}

#[tokio::test]
async fn somebody_is_erased_and_nothing_of_them_answers() {
    let world = World::new();
    let id = world.add(1, |_| {}).await;
    let other = world.add(2, |_| {}).await;
    world.called(id, "contact-1", Key::Well).await;
    let (name, version) = (world.name_of(id).await, world.stored(id).await.unwrap().version);
    let etag = format!("\"{version}\"");
    let wish = json!({"reason": "asked", "confirm": name.to_uppercase()});
    let operator = world.token(&[Group::Operators]);
    let erasure = format!("{}/erasure", path(id));
    world.get(&erasure, &operator).await.expect_problem(404);
    let answer = world.erase(id, &etag, &wish).await;
    assert!([200, 202].contains(&answer.status.as_u16()), "{}", answer.text);
    assert!(!answer.text.contains(&name), "{}", answer.text);
    world.get(&path(id), &operator).await.expect_problem(404);
    assert!(world.stored(other).await.is_some(), "nobody else");
    let told = world.get(&erasure, &operator).await.json();
    assert_eq!(
        (&told["reason"], &told["by"], &told["classes"]),
        (&"asked".into(), &"somebody".into(), &14.into())
    );
    let log = world.audited().await;
    let erased: Vec<_> = log.iter().filter(|(action, ..)| action == "resident.erase").collect();
    assert_eq!((erased.len(), erased[0].1, erased[0].2.as_str()), (1, Some(id), "asked"));
}

/// Found by reading: as long as anything was left of the first erasure (on AWS a
/// record on the stream, for eight days), asking again was answered by 202 and
/// left them where they were.
#[tokio::test]
async fn somebody_whom_a_list_brings_back_is_erased_again_though_the_first_erasure_goes_on() {
    let world = World::without_accounts(|api| {
        let mut eraser = Eraser::clone(api.eraser.as_ref().unwrap());
        eraser.hands_over = true;
        api.eraser = Some(Arc::new(eraser));
    });
    let id = world.add(1, |_| {}).await;
    let wish = json!({"reason": "asked", "confirm": world.name_of(id).await});
    for time in 1..=2 {
        let version = world.stored(id).await.unwrap().version;
        let answer = world.erase(id, &format!("\"{version}\""), &wish).await.json();
        assert_eq!((&answer["done"], &answer["clean"]), (&false.into(), &1.into()), "time {time}");
        assert!(world.stored(id).await.is_none(), "time {time}");
        let log = world.audited().await;
        assert_eq!(log.iter().filter(|(action, ..)| action == "resident.erase").count(), time);
        world.add(1, |one| one.registered_at += SignedDuration::from_mins(1)).await;
    }
}

#[tokio::test]
async fn what_is_not_meant_is_refused_and_erases_nobody() {
    let world = World::new();
    let id = world.add(1, |_| {}).await;
    let right = json!({"reason": "died", "confirm": world.name_of(id).await});
    world.erase(id, "\"7\"", &right).await.expect_problem(412);
    let wrong = json!({"reason": "died", "confirm": "Somebody Else"});
    let refused = world.erase(id, "\"1\"", &wrong).await;
    assert!(!refused.text.contains("Somebody Else"), "{}", refused.text);
    refused.expect_problem(422);
    world.erase(id, "\"1\"", &json!({"reason": "boredom", "confirm": "x"})).await.expect_problem(400);
    assert!(world.stored(id).await.is_some());
    assert_eq!(world.audited().await, []);
}

#[tokio::test]
async fn where_nobody_can_be_erased_it_says_so() {
    let world = World::without_accounts(|api| api.eraser = None);
    let id = world.add(1, |_| {}).await;
    let wish = json!({"reason": "asked", "confirm": world.name_of(id).await});
    world.erase(id, "\"1\"", &wish).await.expect_problem(501);
    world.get(&format!("{}/erasure", path(id)), &world.token(&[Group::Operators])).await.expect_problem(501);
    assert!(world.stored(id).await.is_some());
}

#[tokio::test]
async fn everything_that_is_kept_is_handed_out_by_class_and_without_other_people() {
    let world = World::new();
    let id = world
        .add(1, |one| {
            let number = one.number;
            one.profile.keyholders.push(Keyholder { name: "Ottoline".to_owned(), number });
        })
        .await;
    world.called(id, "contact-1", Key::Talk).await;
    let note = json!({"text": "has a parrot"});
    let noted = world.change(Group::Operators, ("POST", &format!("{}/notes", path(id))), None, &note).await;
    assert_eq!(noted.status, 200, "{}", noted.text);
    let whole = format!("{}/subject-access", path(id));
    let answer = world.get(&whole, &world.token(&[Group::Operators])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"resident-{id}.json\""));
    let document = answer.json();
    let classes: Vec<&str> =
        document["classes"].as_array().unwrap().iter().map(|one| one["class"].as_str().unwrap()).collect();
    assert_eq!(classes, Class::ALL.map(Class::word), "over the same list as an erasure");
    let items = |class: Class| {
        &document["classes"][classes.iter().position(|one| *one == class.word()).unwrap()]["items"]
    };
    let record = &items(Class::Register)[0];
    assert_eq!(
        (&record["staff_notes"][0]["text"], &record["staff_notes"][0]["by"]),
        (&"has a parrot".into(), &"staff".into())
    );
    assert_eq!(record["keyholders"], json!([{"name": "Ottoline"}]));
    for class in [Class::Attempts, Class::Callbacks, Class::Audit] {
        assert!(!items(class).as_array().unwrap().is_empty(), "{class:?}");
    }
    for one in document["classes"].as_array().unwrap() {
        assert!(!one["items"].to_string().contains("somebody"), "the account that wrote: {one}");
    }
    assert_eq!(world.audited().await.last().unwrap().0, "resident.subject_access");
    world.get(&whole, &world.token(&[Group::Agents])).await.expect_problem(403);
}

/// Notes how many answers are waited for at once.
struct Counted {
    lists: Arc<dyn Uploads>,
    open: AtomicUsize,
    most: AtomicUsize,
    asked: AtomicUsize,
}

impl Counted {
    async fn pass<T>(&self, answer: impl Future<Output = T>) -> T {
        self.asked.fetch_add(1, Relaxed);
        let open = self.open.fetch_add(1, Relaxed) + 1;
        self.most.fetch_max(open, Relaxed);
        // Whoever else could ask meanwhile does.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let answer = answer.await;
        self.open.fetch_sub(1, Relaxed);
        answer
    }
}

#[async_trait]
impl Uploads for Counted {
    async fn info(&self, upload: &UploadRef) -> Result<Option<UploadInfo>, Fault> {
        self.pass(self.lists.info(upload)).await
    }

    async fn read(&self, upload: &UploadRef, start: u64, end: u64) -> Result<Option<Vec<u8>>, Fault> {
        self.pass(self.lists.read(upload, start, end)).await
    }
}

/// One after another they may take longer than API Gateway waits.
#[tokio::test]
async fn an_export_reads_eight_lists_at_a_time_four_requests_each() {
    let world = World::new();
    let id = world.add(1, |_| {}).await;
    let lists = world.store.uploads();
    for n in 0..20 {
        let list = format!("firstName,lastName,number\nAda,Example {n},+4477009002{n:02}\n");
        lists.put(&format!("{n}.csv"), &mut Cursor::new(list.as_bytes())).unwrap();
    }
    let (open, most, asked) = Default::default();
    let counted = Arc::new(Counted { lists: Arc::new(lists), open, most, asked });
    let clock = Arc::<ManualClock>::clone(&world.clock) as _;
    let eraser = Eraser { uploads: counted.clone(), ..eraser(&world.store, &clock, &world.heard) };
    let stored = world.stored(id).await.unwrap();
    eraser.export(&stored).await.unwrap();
    let found = [&counted.most, &counted.asked].map(|count| count.load(Relaxed));
    assert_eq!(found, [8, 80]);
}
