//! What [`Residents`] promises.

use super::people::{due, much_known, number, resident, review};
use super::{Case, at, ok, there};
use crate::{Residents, Saved, Upserted, Versioned};
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{BatchId, ResidentId};
use rollcall_domain::resident::Resident;
use rollcall_domain::suppression::Suppression;
use std::collections::BTreeSet;

/// Runs the whole part.
pub async fn all(case: &Case<'_>, residents: &dyn Residents) {
    adding(residents).await;
    nobody_is_changed_by_adding(residents).await;
    everything_comes_back(residents).await;
    saving(residents).await;
    nobody_is_created_by_saving(case, residents).await;
    counting(case, residents).await;
    due_and_to_review(case, residents).await;
    sharing(residents).await;
    pages(residents).await;
}

/// The answers stand in the order of the question; a repeat says who brought
/// the person.
pub async fn adding(residents: &dyn Residents) {
    let people: Vec<_> = (0..5).map(|n| (resident("adding", n), Schedule::default())).collect();
    assert_eq!(ok(residents.add(&[]).await), vec![]);
    let (first, rest) = people.split_at(2);
    assert_eq!(ok(residents.add(first).await), vec![Upserted::Created; 2]);
    let known = |n: u64| Upserted::Known { batch: super::people::batch(), line: n + 2, same: true };
    let mixed = [rest, first].concat();
    let mut expected = vec![Upserted::Created; 3];
    expected.extend([known(0), known(1)]);
    assert_eq!(ok(residents.add(&mixed).await), expected);
    assert_eq!(ok(residents.add(&people).await), (0..5).map(known).collect::<Vec<_>>());

    let twice = resident("adding", 5);
    let both = [(twice.clone(), Schedule::default()), (twice, Schedule::default())];
    assert_eq!(ok(residents.add(&both).await), vec![Upserted::Created, known(5)], "twice in one call");
}

/// Whoever is on the register stays as they are, whatever is offered.
pub async fn nobody_is_changed_by_adding(residents: &dyn Residents) {
    let stored = resident("unchanged", 10);
    let offered_first = (stored.clone(), due("2026-11-23T09:00:00Z"));
    assert_eq!(ok(residents.add(&[offered_first]).await), vec![Upserted::Created]);
    let mut offered = stored.clone();
    offered.profile.first_name = "Somebody Else".to_owned();
    offered.batch = BatchId::derive(&["another upload"]);
    offered.batch_line = 99;
    let known = |same| vec![Upserted::Known { batch: stored.batch, line: stored.batch_line, same }];
    assert_eq!(ok(residents.add(&[(offered.clone(), Schedule::default())]).await), known(false));
    let read = there(residents.get(stored.id).await);
    assert_eq!(read.value, stored);

    // Only what an upload says of a person is compared: the same row next
    // week, or of a person who was called since, is the same.
    offered.profile = stored.profile.clone();
    let mut called = read;
    called.value.enabled = false;
    let _saved = expect_done(ok(residents.save(&called, due("2026-11-23T09:00:00Z")).await));
    assert_eq!(ok(residents.add(&[(offered, Schedule::default())]).await), known(true));
}

/// What is stored is read as it was, whether it came by adding or by saving.
pub async fn everything_comes_back(residents: &dyn Residents) {
    assert_eq!(ok(residents.get(ResidentId::derive(&["nobody"])).await), None);
    let plain = resident("comes back", 20);
    let full = much_known("comes back", 21);
    let people = [(plain.clone(), Schedule::default()), (full.clone(), review("2026-11-23T17:00:00Z"))];
    assert_eq!(ok(residents.add(&people).await), vec![Upserted::Created; 2]);
    assert_eq!(there(residents.get(plain.id).await).value, plain);
    assert_eq!(there(residents.get(full.id).await).value, full);

    let mut changed = there(residents.get(plain.id).await);
    changed.value = Resident { id: plain.id, ..much_known("comes back", 22) };
    let version = expect_done(ok(residents.save(&changed, Schedule::default()).await));
    assert_eq!(there(residents.get(plain.id).await), Versioned { value: changed.value, version });
    let emptied = Versioned { value: plain.clone(), version };
    let version = expect_done(ok(residents.save(&emptied, Schedule::default()).await));
    assert_eq!(there(residents.get(plain.id).await), Versioned { value: plain, version });
}

/// Of two who read the same version, one writes.
pub async fn saving(residents: &dyn Residents) {
    let person = resident("saving", 30);
    assert_eq!(ok(residents.add(&[(person.clone(), Schedule::default())]).await), vec![Upserted::Created]);
    let read = there(residents.get(person.id).await);
    assert_ne!(read.version, 0, "0 is for what is not stored");
    let mut one = read.clone();
    one.value.enabled = false;
    let mut other = read.clone();
    other.value.suppressed = Suppression::untold().into();
    let version = expect_done(ok(residents.save(&one, Schedule::default()).await));
    assert_ne!(version, read.version);
    assert_eq!(ok(residents.save(&other, Schedule::default()).await), Saved::Changed);
    assert_eq!(ok(residents.save(&read, Schedule::default()).await), Saved::Changed);
    assert_eq!(there(residents.get(person.id).await), Versioned { value: one.value.clone(), version });

    other = Versioned { value: Resident { suppressed: Suppression::untold().into(), ..one.value }, version };
    let version = expect_done(ok(residents.save(&other, Schedule::default()).await));
    assert_eq!(there(residents.get(person.id).await), Versioned { value: other.value, version });
}

/// Saving a person who was never added changes nothing.
pub async fn nobody_is_created_by_saving(case: &Case<'_>, residents: &dyn Residents) {
    let before = ok(residents.count().await);
    for version in [0, 1, 2] {
        let stranger = Versioned { value: resident("stranger", 40), version };
        assert_eq!(ok(residents.save(&stranger, due("2026-11-23T09:00:00Z")).await), Saved::Changed);
        assert_eq!(ok(residents.get(stranger.value.id).await), None);
    }
    case.settles("nobody was created", before, async || ok(residents.count().await)).await;
}

/// The register counts those who were created, once.
pub async fn counting(case: &Case<'_>, residents: &dyn Residents) {
    // The last of the former parts must have been counted before.
    case.pass(case.lag).await;
    let before = ok(residents.count().await);
    let people: Vec<_> = (50..57).map(|n| (resident("counting", n), Schedule::default())).collect();
    for part in [people.get(..3), people.get(1..), people.get(..)].into_iter().flatten() {
        ok(residents.add(part).await);
    }
    let read = there(residents.get(resident("counting", 50).id).await);
    let _saved = expect_done(ok(residents.save(&read, Schedule::default()).await));
    case.settles("seven were created", before + 7, async || ok(residents.count().await)).await;
}

/// The two lists by time: by whom they are led, whom they leave out, and that
/// they follow every save.
pub async fn due_and_to_review(case: &Case<'_>, residents: &dyn Residents) {
    let (early, middle, late) = ("2001-01-01T09:00:00Z", "2001-01-01T09:00:01Z", "2001-01-01T09:00:02Z");
    let people = [
        (resident("by time", 60), due(middle)),
        (resident("by time", 61), due(early)),
        (resident("by time", 62), due(late)),
        (resident("by time", 63), Schedule::default()),
        (resident("by time", 64), review(middle)),
        (resident("by time", 65), review(late)),
        (resident("by time", 66), review(early)),
    ];
    assert_eq!(ok(residents.add(&people).await), vec![Upserted::Created; 7]);
    let id = |n: u32| resident("by time", n).id;
    let due_at = async |now: &str, most| ok(residents.due(at(now), most).await);
    let review_at = async |now: &str, most| ok(residents.to_review(at(now), most).await);
    case.settles("due, the longest first", vec![id(61), id(60), id(62)], async || due_at(late, 9).await)
        .await;
    case.settles("due at that very moment", vec![id(61), id(60)], async || due_at(middle, 9).await).await;
    case.settles("no more than asked for", vec![id(61)], async || due_at(late, 1).await).await;
    let before = "2001-01-01T08:59:59Z";
    case.settles("due to nobody yet", vec![], async || due_at(before, 9).await).await;
    let reviews = vec![id(66), id(64), id(65)];
    case.settles("to review, the oldest first", reviews, async || review_at(late, 9).await).await;
    case.settles("to review, some", vec![id(66), id(64)], async || review_at(middle, 2).await).await;

    for (n, schedule) in [(61, Schedule::default()), (60, due(late)), (63, due(early)), (66, due(middle))] {
        let read = there(residents.get(id(n)).await);
        let _saved = expect_done(ok(residents.save(&read, schedule).await));
    }
    case.settles("due after saving, in part", vec![id(63), id(66)], async || due_at(middle, 9).await).await;
    let both = BTreeSet::from([id(60), id(62)]);
    case.settles("equally due, in any order", both, async || {
        due_at(late, 9).await.into_iter().skip(2).collect()
    })
    .await;
    case.settles("to review after saving", vec![id(64), id(65)], async || review_at(late, 9).await).await;
    for n in 60..67 {
        let read = there(residents.get(id(n)).await);
        let _saved = expect_done(ok(residents.save(&read, Schedule::default()).await));
    }
    case.settles("due to nobody any more", vec![], async || due_at(late, 9).await).await;
}

/// Several residents on one number.
pub async fn sharing(residents: &dyn Residents) {
    let shared = number(79);
    let mut people: Vec<Resident> = (70..73).map(|n| resident("sharing", n)).collect();
    let asked = people.first().map(|one| one.id).unwrap_or_else(|| ResidentId::derive(&["nobody"]));
    let stranger = ResidentId::derive(&["not on the register"]);
    assert_eq!(ok(residents.sharing(shared, asked).await), 0);
    for (before, one) in people.iter_mut().enumerate() {
        one.profile.number = shared;
        assert_eq!(ok(residents.add(&[(one.clone(), Schedule::default())]).await), vec![Upserted::Created]);
        let before = u64::try_from(before).unwrap_or(0);
        assert_eq!(ok(residents.sharing(shared, one.id).await), before, "others, not oneself");
        assert_eq!(ok(residents.sharing(shared, stranger).await), before + 1);
    }
    let mut moved = there(residents.get(asked).await);
    moved.value.profile.number = number(78);
    let _saved = expect_done(ok(residents.save(&moved, Schedule::default()).await));
    assert_eq!(ok(residents.sharing(shared, stranger).await), 2, "one has a new number");
    assert_eq!(ok(residents.sharing(number(78), stranger).await), 1);
    assert_eq!(ok(residents.sharing(number(78), asked).await), 0);
    let questions = [(shared, asked), (number(78), asked), (number(77), asked), (number(78), stranger)];
    assert_eq!(ok(residents.sharing_each(&questions).await), [2, 0, 0, 1], "in the order of the question");
}

/// Walking the register meets everybody once.
pub async fn pages(residents: &dyn Residents) {
    let people: Vec<_> = (80..87).map(|n| (resident("pages", n), Schedule::default())).collect();
    assert_eq!(ok(residents.add(&people).await), vec![Upserted::Created; 7]);
    for most in [1, 3, 1000] {
        let mut met = Vec::new();
        let mut from = None;
        loop {
            let page = ok(residents.page(from.as_ref(), most).await);
            assert!(page.residents.len() <= usize::try_from(most).unwrap_or(0), "a page of {most} at most");
            for one in page.residents {
                assert_eq!(there(residents.get(one.value.id).await), one);
                met.push(one.value.id);
            }
            let Some(next) = page.next else { break };
            assert_ne!(from.as_ref(), Some(&next), "the walk goes on");
            from = Some(next);
        }
        let distinct: BTreeSet<ResidentId> = met.iter().copied().collect();
        assert_eq!(distinct.len(), met.len(), "nobody twice");
        assert!(people.iter().all(|(one, _)| distinct.contains(&one.id)), "nobody left out");
    }
}

/// The version after a write that must have been done.
#[track_caller]
pub(super) fn expect_done(saved: Saved) -> u64 {
    match saved {
        Saved::Done(version) => version,
        Saved::Changed => panic!("expected the write to be done, found that somebody wrote in between"),
    }
}
