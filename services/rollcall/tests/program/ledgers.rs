//! `ledger --date`: how a past day ended.

use crate::support::Place;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rollcall_domain::day::{DayAccount, DayPart, DayRecord};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::{DayState, Ledger};
use rollcall_embedded::Store;
use rollcall_host::clock::SystemClock;
use rollcall_ports::{CheckResult, Clock as _, PartOf, Saved, Versioned};
use serde_json::json;
use std::sync::Arc;

const DAY: Date = date(2025, 11, 20);

const LIST: &str = "\
reference,firstName,lastName,number,consent
H-1,Ada,Example,+447700900101,yes
H-2,=1+1,Sample,+447700900102,no
";

fn store(place: &Place) -> Store {
    Store::open(&place.path("data"), Arc::new(SystemClock)).unwrap()
}

/// A day on which Ada was not due, somebody was excluded, and a third, who is gone, was well.
async fn closed(place: &Place) -> [ResidentId; 3] {
    let residents = place.residents();
    let id = |nth: usize| residents[nth]["id"].as_str().unwrap().parse().unwrap();
    let ids = [id(0), id(1), ResidentId::derive(&["gone"])];
    let states = [DayState::NotDue, DayState::Excluded, DayState::Well];
    let days = store(place).days();
    let people = ids.into_iter().zip(states).collect();
    let part = DayPart { register: 3, later: 0, people, next: None };
    days.add_part(PartOf { day: DAY, taking: 0, part: 0 }, &part).await.unwrap();
    let ledger = Ledger { well: 1, excluded: 1, not_due: 1, ..Ledger::default() }.close(3);
    let mut record = DayRecord::begin(DAY, "2025-11-20T08:50:00Z".parse().unwrap());
    record.account = Some(DayAccount { taken_at: "2025-11-21T00:45:00Z".parse().unwrap(), parts: 1, ledger });
    assert_eq!(days.save(&Versioned::new(record)).await.unwrap(), Saved::Done(1));
    ids
}

#[test]
fn a_day_without_an_account_says_why() {
    let place = Place::new();
    place.import(LIST).with(0);
    let wrong = place.run(&["ledger", "--date", "yesterday"]).with(2);
    assert_eq!(wrong.err, "rollcall: --date is \"yesterday\"; expected a date such as 2026-11-20\n");
    let future = place.run(&["ledger", "--date", "9999-01-01"]).with(2);
    assert!(future.err.contains("or a day before"), "{future:?}");
    let yesterday = SystemClock.now().to_zoned(TimeZone::UTC).date().yesterday().unwrap().to_string();
    let none = place.run(&["ledger", "--date", &yesterday]).with(1);
    assert!(none.err.contains(&format!("no account of {yesterday}: nothing ran")), "{none:?}");
    let old = place.run(&["ledger", "--date", "2025-11-20"]).with(1);
    assert!(
        old.err.contains("no account of 2025-11-20 any more: accounts of days are kept for a year"),
        "{old:?}"
    );
    assert!(place.run(&["ledger", "--residents"]).with(2).err.contains("--date"));
}

#[tokio::test]
async fn a_past_day_is_shown_and_held_against_the_books() {
    let place = Place::new();
    place.import(LIST).with(0);
    let [ada, excluded, gone] = closed(&place).await;

    let shown = place.run(&["ledger", "--date", "2025-11-20"]).with(0).out;
    assert!(shown.starts_with("How 2025-11-20 ended (Europe/London)\n"), "{shown}");
    assert!(shown.contains("  total                  3  balanced\n"), "{shown}");
    assert!(shown.contains("Of 1 residents nothing is kept any more"), "{shown}");
    assert!(shown.ends_with("The account agrees with the books.\n"), "{shown}");

    let list = place.run(&["ledger", "--date", "2025-11-20", "--residents"]).with(0).out;
    let lines: Vec<&str> = list.lines().collect();
    let expected = [
        "state,id,first name,last name".to_owned(),
        format!("well,{gone},,"),
        format!("excluded,{excluded},'=1+1,Sample"),
        format!("not_due,{ada},Ada,Example"),
    ];
    assert_eq!(lines, expected);

    store(&place).checks().record(ada, DAY, CheckResult::Well).await.unwrap();
    let differs = place.run(&["ledger", "--date", "2025-11-20", "--json"]).with(1);
    assert_eq!(
        differs.err,
        "rollcall: the account of 2025-11-20 is not right: 1 residents differ from the books\n"
    );
    let shown = differs.json();
    assert_eq!((&shown["agrees"], &shown["account"]["ledger"]["total"]), (&json!(false), &json!(3)));
    assert_eq!(
        shown["check"]["first"],
        json!([{"resident": ada.to_string(), "written": "not_due", "found": "well"}])
    );
    let text = place.run(&["ledger", "--date", "2025-11-20"]).with(1).out;
    assert!(text.contains(&format!("  DIFFERS  {ada}  written: not_due  books: well\n")), "{text}");
    let told = store(&place).notices_told(0, 10).unwrap();
    assert_eq!((told.len(), told[0].notice.key().as_str()), (1, "day_differs/2025-11-20/1"));
}
