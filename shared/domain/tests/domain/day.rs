//! The account of a day that is over: its bounds, when it is taken and held against the books, its bytes.

use crate::common::{at, policy, resident};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rollcall_domain::day::{
    Bounds, DayAccount, DayCheck, DayPart, DayRecord, Difference, MOST_DIFFERENCES, today,
};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::{DayState, Ledger};
use rollcall_domain::policy::Policy;

const DAY: Date = date(2026, 11, 23);

/// A quarter of an hour until the evidence of a call has had its time.
fn quick() -> Policy {
    Policy { evidence_minutes: 15, ..policy() }
}

fn account(ledger: Ledger) -> DayAccount {
    DayAccount { taken_at: at("24 01:00"), parts: 1, ledger }
}

fn written() -> DayRecord {
    DayRecord { account: Some(account(Ledger::default())), ..DayRecord::begin(DAY, at("23 00:00")) }
}

fn someone(n: usize) -> ResidentId {
    ResidentId::derive(&["one", &n.to_string()])
}

fn ledger(states: &[DayState]) -> Ledger {
    let mut counts = Ledger::default();
    states.iter().for_each(|state| counts.count(*state));
    counts.close(states.len() as u64)
}

#[test]
fn a_day_is_as_long_as_clocks_have_it() {
    let zone = TimeZone::get("Europe/London").expect("a zone");
    let hours = |day: Date| {
        let bounds = Bounds::of(day, &zone);
        (bounds.end.as_second() - bounds.start.as_second()) / 3600
    };
    assert_eq!(
        [date(2026, 3, 29), date(2026, 6, 1), date(2026, 10, 25)].map(hours),
        [23, 24, 25],
        "clocks go forward, stay, go back"
    );
}

#[test]
fn the_last_moment_is_in_the_day_and_the_next_is_not() {
    let bounds = Bounds::of_resident(DAY, &resident("zone America/New_York"), &policy());
    assert_eq!((bounds.start, bounds.end), (at("23 05:00"), at("24 05:00")));
    assert_eq!(bounds.last(), at("2026-11-24T04:59:59.999999999Z"));
    assert_eq!(bounds.known_at(&quick()), at("24 05:15"));
}

#[test]
fn a_day_is_of_the_zone_of_the_service() {
    let policy = Policy { timezone: "Asia/Tokyo".to_owned(), ..policy() };
    assert_eq!(today(&policy, at("23 14:59:59")), DAY);
    assert_eq!(today(&policy, at("23 15:00")), date(2026, 11, 24));
}

#[test]
fn an_account_is_due_once_the_evidence_has_had_its_time_and_until_it_is_written() {
    let due = |record: &DayRecord, now: &str| record.is_to_close(&quick(), at(now));
    let open = DayRecord::begin(DAY, at("23 00:00"));
    assert_eq!(
        ["23 12:00", "24 00:14:59.999", "24 00:15", "30 00:00"].map(|now| due(&open, now)),
        [false, false, true, true]
    );
    assert!(!due(&written(), "24 00:15"));
}

#[test]
fn an_account_is_checked_twenty_hours_after_it_was_written_and_once() {
    let due =
        |record: &DayRecord| ["24 20:59:59", "24 21:00", "25 09:00"].map(|now| record.is_to_check(at(now)));
    assert_eq!(due(&DayRecord::begin(DAY, at("23 00:00"))), [false; 3], "nothing to check yet");
    assert_eq!(due(&written()), [false, true, true]);
    let begun = DayRecord { check: Some(DayCheck::default()), ..written() };
    assert_eq!(due(&begun), [false, true, true], "a check that was begun goes on");
    let check = DayCheck { at: Some(at("24 21:01")), ..DayCheck::default() };
    assert_eq!(due(&DayRecord { check: Some(check), ..written() }), [false; 3]);
}

#[test]
fn every_difference_is_counted_and_the_first_hundred_are_named() {
    let mut check = DayCheck::default();
    for n in 0..MOST_DIFFERENCES + 3 {
        check.differs(Difference { resident: someone(n), written: DayState::Well, found: None });
    }
    assert_eq!((check.differences, check.first.len()), (103, 100));
    let named: Vec<_> = check.first.iter().map(|one| one.resident).collect();
    assert_eq!(named, (0..MOST_DIFFERENCES).map(someone).collect::<Vec<_>>());
}

#[test]
fn a_check_agrees_when_each_state_has_as_many_and_nobody_differs() {
    let all = ledger(&DayState::ALL);
    let same = DayCheck { ledger: all, ..DayCheck::default() };
    assert!(same.adds_up(&account(all)) && same.agrees(&account(all)));

    let somebody_differs = DayCheck { differences: 1, ..same.clone() };
    assert!(somebody_differs.adds_up(&account(all)) && !somebody_differs.agrees(&account(all)));

    for state in DayState::ALL {
        let mut one_more = all;
        one_more.count(state);
        let check = DayCheck { ledger: one_more, ..DayCheck::default() };
        assert!(!check.adds_up(&account(all)) && !check.agrees(&account(all)), "{state:?}");
    }
    let unbalanced = Ledger { balanced: false, ..all };
    assert!(!same.adds_up(&account(unbalanced)), "the sum was not the register");
}

#[test]
fn a_part_is_read_as_it_was_written_and_nothing_else_is() {
    let people: Vec<_> = DayState::ALL.iter().enumerate().map(|(n, state)| (someone(n), *state)).collect();
    let part = DayPart { register: 8, later: 0, people: people.clone(), next: None };
    let bytes = part.bytes();
    assert_eq!(bytes.len(), 8 * 17);
    assert_eq!(DayPart::people_of(&bytes), Some(people));
    assert_eq!(DayPart::people_of(&[]), Some(Vec::new()));
    assert_eq!(DayPart::people_of(&bytes[1..]), None, "half of somebody");
    let unknown = [&[8], &bytes[1..17]].concat();
    assert_eq!(DayPart::people_of(&unknown), None, "there is no ninth state");
}

#[test]
fn a_day_begins_without_an_account() {
    let now: Timestamp = at("23 00:00");
    let begun = DayRecord::begin(DAY, now);
    assert_eq!((begun.day, begun.first_run, begun.last_run, begun.taking), (DAY, now, now, 0));
    assert!(begun.account.is_none() && begun.check.is_none());
}
