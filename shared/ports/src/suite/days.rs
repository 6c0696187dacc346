//! What [`Days`] promises.

use super::{at, ok, there, together};
use crate::{Days, PartOf, Saved, Versioned};
use jiff::civil::{Date, date};
use rollcall_domain::day::{DayAccount, DayCheck, DayPart, DayRecord, Difference};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::{DayState, Ledger};

/// Runs the whole part.
pub async fn all(days: &dyn Days) {
    what_was_saved_is_read(days).await;
    days_are_listed_from_the_latest(days).await;
    the_first_part_stays(days).await;
}

fn record(day: Date) -> DayRecord {
    DayRecord::begin(day, at("2026-11-20T09:00:00.123456789Z"))
}

/// A record comes back as it was saved, and only the next version is taken.
pub async fn what_was_saved_is_read(days: &dyn Days) {
    let day = date(2026, 10, 25);
    assert_eq!(ok(days.get(day).await), None);
    let mut stored = Versioned::new(record(day));
    assert_eq!(ok(days.save(&stored).await), Saved::Done(1));
    assert_eq!(ok(days.save(&stored).await), Saved::Changed, "it is there now");
    stored.version = 1;
    stored.value.last_run = at("2026-10-25T23:59:59Z");
    stored.value.taking = 3;
    let ledger = Ledger { well: 1, trying: 2, not_due: 3, ..Ledger::default() }.close(6);
    stored.value.account = Some(DayAccount { taken_at: at("2026-10-26T00:41:00Z"), parts: 4, ledger });
    let mut check =
        DayCheck { at: Some(at("2026-10-27T00:41:00Z")), parts: 4, ledger, ..DayCheck::default() };
    let resident = ResidentId::derive(&["differs"]);
    check.differs(Difference { resident, written: DayState::Well, found: None });
    stored.value.check = Some(check);
    let mut writes = Vec::new();
    for _ in 0..4 {
        writes.push(days.save(&stored));
    }
    let answers: Vec<Saved> = together(writes).await.into_iter().map(ok).collect();
    assert_eq!(answers.iter().filter(|saved| **saved == Saved::Done(2)).count(), 1, "{answers:?}");
    stored.version = 2;
    assert_eq!(there(days.get(day).await), stored);
}

/// Days come from the latest on, each once.
pub async fn days_are_listed_from_the_latest(days: &dyn Days) {
    let dates = [date(2025, 12, 31), date(2026, 1, 1), date(2025, 9, 9), date(2025, 10, 1)];
    for day in dates {
        assert_eq!(ok(days.save(&Versioned::new(record(day))).await), Saved::Done(1));
    }
    let listed = async |before: Option<Date>, most: u32| -> Vec<Date> {
        ok(days.list(before, most).await).into_iter().map(|found| found.value.day).collect()
    };
    let sorted = [date(2026, 1, 1), date(2025, 12, 31), date(2025, 10, 1), date(2025, 9, 9)];
    assert_eq!(listed(Some(date(2026, 1, 2)), 10).await, sorted);
    assert_eq!(listed(Some(date(2026, 1, 1)), 2).await, sorted.get(1..3).unwrap_or_default());
    assert_eq!(listed(Some(date(2025, 9, 9)), 2).await, vec![]);
    assert_eq!(listed(None, 100).await.len(), listed(Some(date(9999, 12, 31)), 100).await.len());
}

/// A part that is stored is never replaced, and is found under its own name.
pub async fn the_first_part_stays(days: &dyn Days) {
    let of = PartOf { day: date(2026, 11, 20), taking: 1, part: 0 };
    assert_eq!(ok(days.part(of).await), None);
    let people = (0..500u32).map(|n| (ResidentId::derive(&["part", &n.to_string()]), state(n))).collect();
    let full = DayPart { register: 1_000, later: 2, people, next: Some("a place".to_owned()) };
    let empty = DayPart { register: 7, later: 0, people: Vec::new(), next: None };
    assert_eq!(ok(days.add_part(of, &full).await), full);
    assert_eq!(ok(days.add_part(of, &empty).await), full, "the first stays");
    assert_eq!(there(days.part(of).await), full);
    for other in
        [PartOf { part: 1, ..of }, PartOf { taking: 2, ..of }, PartOf { day: date(2026, 11, 21), ..of }]
    {
        assert_eq!(ok(days.part(other).await), None);
        assert_eq!(ok(days.add_part(other, &empty).await), empty);
        assert_eq!(there(days.part(other).await), empty);
    }
    assert_eq!(there(days.part(of).await), full);
}

fn state(n: u32) -> DayState {
    let nth = usize::try_from(n).unwrap_or(0) % DayState::ALL.len();
    DayState::ALL.get(nth).copied().unwrap_or(DayState::Well)
}
