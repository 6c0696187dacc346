//! What [`Residents::search`] promises.

use super::people::{due, number, resident};
use super::residents::expect_done;
use super::{Case, at, ok, there};
use crate::{Cursor, Listed, Order, Question, Residents, Search, Upserted, Versioned};
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{BatchId, ResidentId};
use rollcall_domain::ledger::DayState;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Heard, Reached, Resident};
use rollcall_domain::search::{Filter, Words};
use std::collections::BTreeSet;

const NOW: &str = "2026-11-24T10:00:00Z";

/// Runs the whole part.
pub async fn all(case: &Case<'_>, residents: &dyn Residents) {
    orders(case, residents).await;
    filters(case, residents).await;
    pages_while_others_are_added(case, residents).await;
    foreign_cursors(residents).await;
}

/// A search over those whom one upload brought, so that parts do not meet.
struct Asked<'a> {
    residents: &'a dyn Residents,
    filter: Filter,
    order: Order,
    descending: bool,
}

impl Asked<'_> {
    /// One answer.
    async fn once(&self, from: Option<&Cursor>, most: u32) -> (Vec<Listed>, Option<Cursor>) {
        let policy = Policy::default();
        let Self { filter, order, descending, .. } = self;
        let question =
            Question { filter, order: *order, descending: *descending, policy: &policy, now: at(NOW) };
        match ok(self.residents.search(&question, from, most).await) {
            Search::Found(listed, next) => {
                assert!(listed.len() <= usize::try_from(most).unwrap_or(0), "{most} at most");
                (listed, next)
            }
            Search::TooMany | Search::ForeignCursor => panic!("expected residents"),
        }
    }

    /// Everybody, in pages of `most`.
    async fn walk(&self, most: u32) -> Vec<ResidentId> {
        let (mut met, mut from) = (Vec::new(), None);
        loop {
            let (listed, next) = self.once(from.as_ref(), most).await;
            met.extend(listed.iter().map(|one| one.resident.value.id));
            let Some(next) = next else { return met };
            assert_ne!(from.as_ref(), Some(&next), "the walk goes on");
            from = Some(next);
        }
    }
}

fn upload(part: &str) -> BatchId {
    BatchId::derive(&["searching", part])
}

fn of(part: &str) -> Filter {
    Filter { batch: Some(upload(part)), ..Filter::default() }
}

fn person(part: &str, n: u32, name: (&str, &str)) -> Resident {
    let mut one = resident(part, n);
    one.batch = upload(part);
    one.profile.first_name = name.0.to_owned();
    one.profile.last_name = name.1.to_owned();
    one
}

async fn added(residents: &dyn Residents, one: &Resident, schedule: Schedule) {
    assert_eq!(ok(residents.add(&[(one.clone(), schedule)]).await), vec![Upserted::Created]);
}

/// Each order, both ways, in pages of every size.
pub async fn orders(case: &Case<'_>, residents: &dyn Residents) {
    let heard = |text: &str| Some(Reached { at: at(text), how: Heard::Well });
    let mut people = Vec::new();
    let names = [("Zoe", "Alder"), ("ada", "\u{c9}lan"), ("Bob", "alder"), ("Cy", ""), ("Ada", "Birch")];
    for (n, name) in (200..).zip(names) {
        let mut one = person("orders", n, name);
        one.registered_at = at(&format!("2026-11-20T12:00:{:02}Z", n - 200));
        people.push(one);
    }
    people[0].reached = heard("2026-11-23T10:00:00Z");
    people[2].reached = heard("2026-11-22T10:00:00Z");
    people[3].reached = heard("2026-11-23T10:00:00.000000001Z");
    let schedules = [
        due("2026-11-24T11:00:00Z"),
        Schedule::default(),
        due("2026-11-24T10:59:59.999999999Z"),
        due("2026-11-26T09:00:00Z"),
        Schedule::default(),
    ];
    for (one, schedule) in people.iter().zip(schedules) {
        added(residents, one, schedule).await;
    }
    let ids: Vec<ResidentId> = people.iter().map(|one| one.id).collect();
    // Those who have the same place stand in the order of their ids.
    let by_id = |one: usize, other: usize| if ids[one] < ids[other] { [one, other] } else { [other, one] };
    let (never, not_due) = (by_id(1, 4), by_id(1, 4));
    let expected = [
        (Order::Registered, vec![0, 1, 2, 3, 4]),
        (Order::Name, vec![3, 2, 0, 4, 1]),
        (Order::NextDue, [&[2, 0, 3][..], &not_due].concat()),
        (Order::LastReached, [&never[..], &[2, 0, 3]].concat()),
    ];
    for (order, places) in expected {
        for descending in [false, true] {
            let mut wanted: Vec<ResidentId> = places.iter().map(|place| ids[*place]).collect();
            if descending {
                wanted.reverse();
            }
            let asked = Asked { residents, filter: of("orders"), order, descending };
            for most in [1, 2, 5, 100] {
                let what = format!("{order:?}, descending {descending}, by {most}");
                case.settles(&what, wanted.clone(), async || asked.walk(most).await).await;
            }
        }
    }
    let asked = Asked { residents, filter: of("orders"), order: Order::NextDue, descending: false };
    let (listed, _) = asked.once(None, 1).await;
    let [first] = listed.as_slice() else { panic!("expected one") };
    assert_eq!(first.next_due, Some(at("2026-11-24T10:59:59.999999999Z")));
    assert_eq!(there(residents.get(ids[2]).await), first.resident);
}

/// Conditions hold together, whatever the order.
pub async fn filters(case: &Case<'_>, residents: &dyn Residents) {
    let plain = person("filters", 210, ("Ada", "Example"));
    let mut off = person("filters", 211, ("Bob", "Example"));
    off.enabled = false;
    off.profile.reference = Some("H-17".to_owned());
    let mut well = person("filters", 212, ("\u{de}\u{f3}ra", "Example"));
    well.reached = Some(Reached { at: at("2026-11-24T09:30:00Z"), how: Heard::Well });
    for one in [&plain, &off, &well] {
        added(residents, one, Schedule::default()).await;
    }
    let text = |typed: &str| Filter { text: Words::read(typed), ..of("filters") };
    let cases = [
        (of("filters"), vec![&plain, &off, &well]),
        (of("nobody"), vec![]),
        (Filter { enabled: Some(false), ..of("filters") }, vec![&off]),
        (Filter { states: BTreeSet::from([DayState::Well]), ..of("filters") }, vec![&well]),
        (
            Filter { states: BTreeSet::from([DayState::Well, DayState::Excluded]), ..of("filters") },
            vec![&off, &well],
        ),
        (text("exa ad"), vec![&plain]),
        (text("\u{fe}\u{d3}r"), vec![&well]),
        (text("h-17"), vec![&off]),
        (text("07700 900212"), vec![&well]),
        (Filter { enabled: Some(true), ..text("bob") }, vec![]),
    ];
    for (filter, expected) in cases {
        let expected: BTreeSet<ResidentId> = expected.into_iter().map(|one| one.id).collect();
        for order in [Order::Register, Order::Registered, Order::Name, Order::NextDue, Order::LastReached] {
            let asked = Asked { residents, filter: filter.clone(), order, descending: false };
            let found = async || asked.walk(2).await.into_iter().collect::<BTreeSet<_>>();
            case.settles(&format!("{order:?}"), expected.clone(), found).await;
        }
    }
    // What is changed is found as it is now.
    let mut read = there(residents.get(off.id).await);
    read.value.enabled = true;
    read.value.profile.number = number(299);
    let version = expect_done(ok(residents.save(&read, Schedule::default()).await));
    let asked = |filter| Asked { residents, filter, order: Order::Register, descending: false };
    let (off_now, renumbered) =
        (asked(Filter { enabled: Some(false), ..of("filters") }), asked(text("+447700900299")));
    case.settles("nobody is off", vec![], async || off_now.walk(9).await).await;
    let changed = vec![(off.id, version)];
    case.settles("by the new number", changed, async || {
        let (listed, _) = renumbered.once(None, 100).await;
        listed
            .iter()
            .map(|Listed { resident: Versioned { value, version }, .. }| (value.id, *version))
            .collect()
    })
    .await;
}

/// Whoever was there is met once, although others are added in between.
pub async fn pages_while_others_are_added(case: &Case<'_>, residents: &dyn Residents) {
    for order in [Order::Register, Order::Registered, Order::Name] {
        for descending in [false, true] {
            let part = format!("growing {order:?} {descending}");
            let name = |n: u32| format!("Name{:03}", (n * 37) % 100);
            let someone = |n: u32| person(&part, n, (&name(n), "Example"));
            let first: Vec<_> = (0..20).map(|n| (someone(n), Schedule::default())).collect();
            assert_eq!(ok(residents.add(&first).await), vec![Upserted::Created; 20]);
            let filter = of(&part);
            let asked = Asked { residents, filter, order, descending };
            let all = async || asked.walk(100).await.len();
            case.settles("all of them", 20, all).await;
            let (mut met, mut from, mut n) = (Vec::new(), None, 20);
            loop {
                let (listed, next) = asked.once(from.as_ref(), 3).await;
                met.extend(listed.iter().map(|one| one.resident.value.id));
                let Some(next) = next else { break };
                from = Some(next);
                if n < 40 {
                    added(residents, &someone(n), Schedule::default()).await;
                    n += 1;
                }
            }
            let distinct: BTreeSet<ResidentId> = met.iter().copied().collect();
            assert_eq!(distinct.len(), met.len(), "{part}: nobody twice");
            assert!(first.iter().all(|(one, _)| distinct.contains(&one.id)), "{part}: nobody left out");
        }
    }
}

/// A cursor of another order, or of nobody's, is told from the start of a walk.
pub async fn foreign_cursors(residents: &dyn Residents) {
    let (policy, filter) = (Policy::default(), Filter::default());
    let question =
        |order| Question { filter: &filter, order, descending: false, policy: &policy, now: at(NOW) };
    for order in [Order::Register, Order::Registered, Order::Name, Order::NextDue, Order::LastReached] {
        for cursor in ["", "x", "up x", "down 1;", "[\"name\",true]", "\u{0}"] {
            let answer = ok(residents.search(&question(order), Some(&Cursor(cursor.to_owned())), 3).await);
            assert!(matches!(answer, Search::ForeignCursor), "{order:?}, {cursor:?}");
        }
    }
}
