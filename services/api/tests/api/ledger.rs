//! The account of a day: today, a day that is over, and one of which there is none.

use crate::support::World;
use jiff::civil::{Date, date};
use rollcall_domain::day::{DayAccount, DayCheck, DayPart, DayRecord, Difference};
use rollcall_domain::duty::Schedule;
use rollcall_domain::group::Group;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::{DayState, Ledger};
use rollcall_domain::policy::Policy;
use rollcall_ports::suite::people::resident;
use rollcall_ports::{Clock as _, PartOf, Saved, Versioned};
use serde_json::{Value, json};

const FRIDAY: Date = date(2026, 11, 20);

impl World {
    /// A Friday that is closed: three were well, one of whom is gone since, and one was missed.
    async fn closed_friday(&self) -> [ResidentId; 4] {
        let mut ids = [ResidentId::derive(&["gone"]); 4];
        for (nth, id) in ids.iter_mut().enumerate().skip(1) {
            let mut person = resident("ledger", u32::try_from(nth).unwrap());
            person.profile.first_name = format!("=1+{nth}");
            let schedule = Schedule::of(&person, &Policy::default(), self.clock.now());
            *id = person.id;
            let _added = self.store.residents().add(&[(person, schedule)]).await.unwrap();
        }
        let parts = [
            vec![(ids[0], DayState::Well), (ids[1], DayState::Well)],
            vec![(ids[2], DayState::Trying), (ids[3], DayState::Well)],
        ];
        for (part, people) in (0..).zip(parts) {
            let next = (part == 0).then(|| "page 1".to_owned());
            let of = PartOf { day: FRIDAY, taking: 0, part };
            self.store.days().add_part(of, &DayPart { register: 4, later: 0, people, next }).await.unwrap();
        }
        let mut record = DayRecord::begin(FRIDAY, "2026-11-20T08:50:00Z".parse().unwrap());
        record.last_run = "2026-11-20T23:45:00Z".parse().unwrap();
        let ledger = Ledger { well: 3, trying: 1, ..Ledger::default() }.close(4);
        let taken_at = "2026-11-21T00:45:00Z".parse().unwrap();
        record.account = Some(DayAccount { taken_at, parts: 2, ledger });
        let mut check =
            DayCheck { at: Some("2026-11-21T20:45:00Z".parse().unwrap()), ledger, ..DayCheck::default() };
        check.differs(Difference {
            resident: ids[2],
            written: DayState::Trying,
            found: Some(DayState::Well),
        });
        record.check = Some(check);
        let saved = self.store.days().save(&Versioned::new(record)).await.unwrap();
        assert_eq!(saved, Saved::Done(1));
        ids
    }

    async fn day(&self, day: &str) -> Value {
        self.get(&format!("/api/ledger/{day}"), &self.token(&[Group::Agents])).await.json()
    }
}

#[tokio::test]
async fn a_day_that_is_over_is_shown_as_it_was_written() {
    let world = World::new();
    let ids = world.closed_friday().await;
    let shown = world.day("2026-11-20").await;
    assert_eq!(shown["status"], "closed");
    assert_eq!(
        shown["ledger"],
        json!({
            "well": 3, "callback_open": 0, "spoken_to": 0, "trying": 1, "escalated": 0, "paused": 0,
            "excluded": 0, "not_due": 0, "total": 4, "balanced": true, "at": "2026-11-21T00:45:00Z"
        })
    );
    assert_eq!(
        shown["check"],
        json!({
            "at": "2026-11-21T20:45:00Z", "agrees": false, "differences": 1, "forgotten": 0,
            "first": [{"resident_id": ids[2].to_string(), "written": "trying", "found": "well"}]
        })
    );
    let runs = (&shown["first_run"], &shown["last_run"]);
    assert_eq!(runs, (&json!("2026-11-20T08:50:00Z"), &json!("2026-11-20T23:45:00Z")));
}

#[tokio::test]
async fn its_people_come_page_by_page_and_whoever_left_has_no_name() {
    let world = World::new();
    let ids = world.closed_friday().await;
    let token = world.token(&[Group::Uploaders]);
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/ledger/2026-11-20/residents?state=well&size=1{cursor}");
        let page = world.get(&path, &token).await.json();
        found.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let shown: Vec<_> =
        found.iter().map(|one| (one["id"].as_str().unwrap(), one["first_name"].as_str().unwrap())).collect();
    let [gone, first, _, third] = ids.map(|id| id.to_string());
    assert_eq!(shown, [(gone.as_str(), ""), (first.as_str(), "=1+1"), (third.as_str(), "=1+3")]);
    assert_eq!(found[0]["registered"], false);
    let foreign = format!("/api/ledger/2026-11-20/residents?state=trying{cursor}");
    world.get(&foreign, &token).await.expect_problem(400);
    world.get("/api/ledger/2026-11-20/residents?state=lost", &token).await.expect_problem(400);
    world.get("/api/ledger/2026-11-19/residents?state=well", &token).await.expect_problem(404);
}

#[tokio::test]
async fn the_file_is_what_the_lists_show_and_no_formula() {
    let world = World::new();
    let ids = world.closed_friday().await;
    let token = world.token(&[Group::Operators]);
    let file = world.get("/api/ledger/2026-11-20/export", &token).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"ledger-2026-11-20.csv\"");
    let lines: Vec<&str> = file.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[0], "First name,Last name,At the end of the day,Reference,Id");
    assert_eq!(lines[1], format!(",No longer on the register,Well,,{}", ids[0]));
    assert!(lines[2].starts_with("'=1+1,") && lines[2].ends_with(&ids[1].to_string()), "{}", lines[2]);
    assert!(lines[4].contains(",Missed,") && lines[4].ends_with(&ids[2].to_string()), "{}", lines[4]);
    let audit = world.get("/api/audit", &token).await.json();
    let entry = &audit["items"][0];
    assert_eq!(
        (&entry["action"], &entry["detail"]),
        (&json!("resident.export"), &json!("the account of 2026-11-20"))
    );
}

#[tokio::test]
async fn a_day_without_an_account_says_why() {
    let world = World::new();
    let status = async |day: &str| world.day(day).await["status"].clone();
    assert_eq!(status("2026-11-22").await, "before_the_first", "nothing was ever recorded");
    assert_eq!(status("2025-11-23").await, "before_the_first", "a year is kept");
    assert_eq!(status("2025-11-22").await, "no_longer_kept");
    world.closed_friday().await;
    let sunday = DayRecord::begin(date(2026, 11, 22), "2026-11-22T09:00:00Z".parse().unwrap());
    let _saved: Saved = world.store.days().save(&Versioned::new(sunday)).await.unwrap();
    assert_eq!(status("2026-11-19").await, "before_the_first");
    assert_eq!(status("2026-11-21").await, "nothing_ran");
    assert_eq!(status("2026-11-22").await, "open");
    let today = world.day("2026-11-23").await;
    assert_eq!((&today["status"], &today["ledger"]["total"]), (&json!("live"), &json!(3)));
    let token = world.token(&[Group::Agents]);
    world.get("/api/ledger/2026-11-24", &token).await.expect_problem(404);
    world.get("/api/ledger/yesterday", &token).await.expect_problem(404);
    world.get("/api/ledger/2026-11-22/export", &token).await.expect_problem(404);
}
