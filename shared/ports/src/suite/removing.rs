//! What [`Residents::remove`] promises.

use super::attempts::NOW;
use super::people::{attempt, due, number, resident};
use super::residents::expect_done;
use super::{Case, at, ok, there};
use crate::{Attempts, Began, Begin, Removed, Residents, Saved, Upserted, Versioned};
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::resident::Resident;

/// Runs the whole part.
pub async fn all(case: &Case<'_>, attempts: &dyn Attempts, residents: &dyn Residents) {
    nothing_is_left(case, residents).await;
    only_as_it_was_read(residents).await;
    nobody_comes_back(attempts, residents).await;
    neighbours_stay(residents).await;
}

async fn on_register(residents: &dyn Residents, one: Resident, schedule: Schedule) -> Versioned<Resident> {
    let id = one.id;
    assert_eq!(ok(residents.add(&[(one, schedule)]).await), vec![Upserted::Created]);
    there(residents.get(id).await)
}

/// Gone from the register, its count, its lists, and the number's holders.
pub async fn nothing_is_left(case: &Case<'_>, residents: &dyn Residents) {
    case.pass(case.lag).await;
    let before = ok(residents.count().await);
    let then = "2001-02-01T09:00:00Z";
    let shared = number(300);
    let mut people = [resident("leaving", 300), resident("leaving", 301)];
    people[1].profile.number = shared;
    let schedule = Schedule { next_due: Some(at(then)), review_at: Some(at(then)) };
    let [one, other] = people;
    let one = on_register(residents, one, schedule).await;
    let other = on_register(residents, other, schedule).await;
    let (gone, stays) = (one.value.id, other.value.id);
    assert_eq!(ok(residents.sharing(shared, stays).await), 1);
    case.settles("both are due", 2, async || ok(residents.due(at(then), 9).await).len()).await;

    assert_eq!(ok(residents.remove(&one).await), Removed::Done);
    assert_eq!(ok(residents.get(gone).await), None);
    assert_eq!(ok(residents.sharing(shared, stays).await), 0, "nobody else has the number");
    case.settles("one is counted", before + 1, async || ok(residents.count().await)).await;
    case.settles("due", vec![stays], async || ok(residents.due(at(then), 9).await)).await;
    case.settles("to review", vec![stays], async || ok(residents.to_review(at(then), 9).await)).await;
    case.settles("on the pages", vec![stays], async || pages(residents, &[gone, stays]).await).await;

    assert_eq!(ok(residents.remove(&one).await), Removed::Changed, "only once");
    case.settles("still one", before + 1, async || ok(residents.count().await)).await;
    assert_eq!(ok(residents.remove(&other).await), Removed::Done);
    case.settles("as before", before, async || ok(residents.count().await)).await;

    // Whoever is loaded again is new.
    let again = on_register(residents, one.value.clone(), Schedule::default()).await;
    assert_eq!(again.value, one.value);
    case.settles("counted again", before + 1, async || ok(residents.count().await)).await;
    assert_eq!(ok(residents.sharing(shared, stays).await), 1);
}

/// Which of these the pages of the register show.
async fn pages(residents: &dyn Residents, of: &[ResidentId]) -> Vec<ResidentId> {
    let (mut met, mut from) = (Vec::new(), None);
    loop {
        let page = ok(residents.page(from.as_ref(), 100).await);
        met.extend(page.residents.iter().map(|one| one.value.id).filter(|id| of.contains(id)));
        from = page.next;
        if from.is_none() {
            return met;
        }
    }
}

/// Somebody who was written since the read stays.
pub async fn only_as_it_was_read(residents: &dyn Residents) {
    let read = on_register(residents, resident("leaving", 310), Schedule::default()).await;
    let mut changed = read.clone();
    changed.value.profile.number = number(399);
    changed.version = expect_done(ok(residents.save(&changed, Schedule::default()).await));
    assert_eq!(ok(residents.remove(&read).await), Removed::Changed);
    assert_eq!(there(residents.get(read.value.id).await), changed);
    let stranger = Versioned { value: resident("leaving", 311), version: 1 };
    assert_eq!(ok(residents.remove(&stranger).await), Removed::Changed, "was never there");
    assert_eq!(ok(residents.remove(&Versioned::new(changed.value.clone())).await), Removed::Changed);
    assert_eq!(ok(residents.remove(&changed).await), Removed::Done);
    assert_eq!(ok(residents.sharing(number(399), stranger.value.id).await), 0, "the new number is free");
    assert_eq!(ok(residents.sharing(number(310), stranger.value.id).await), 0, "and the old one");
}

/// Neither a write that was under way nor a dial makes somebody anew.
pub async fn nobody_comes_back(attempts: &dyn Attempts, residents: &dyn Residents) {
    let read = on_register(residents, resident("leaving", 320), due("2026-11-23T09:00:00Z")).await;
    assert_eq!(ok(residents.remove(&read).await), Removed::Done);
    assert_eq!(ok(residents.save(&read, Schedule::default()).await), Saved::Changed);
    let dial = attempt(&read.value, "after", at(NOW));
    let begin = Begin {
        attempt: Versioned::new(dial.clone()),
        number: read.value.number,
        resident: read.clone(),
        schedule: Schedule::default(),
        now: at(NOW),
        quiet_since: at("2026-11-23T09:55:00Z"),
    };
    assert_eq!(ok(attempts.begin(&begin).await), Began::Changed);
    assert_eq!(ok(attempts.get(dial.id).await), None);
    assert_eq!(ok(residents.get(read.value.id).await), None);
}

/// Of many who came together, those in the middle go and the others are found.
pub async fn neighbours_stay(residents: &dyn Residents) {
    let people: Vec<_> = (330..345).map(|n| (resident("neighbours", n), Schedule::default())).collect();
    assert_eq!(ok(residents.add(&people).await), vec![Upserted::Created; 15]);
    for (nth, (one, _)) in people.iter().enumerate() {
        if nth % 2 == 0 {
            let read = there(residents.get(one.id).await);
            assert_eq!(ok(residents.remove(&read).await), Removed::Done);
        }
    }
    for (nth, (one, _)) in people.iter().enumerate() {
        let found = ok(residents.get(one.id).await).map(|found| found.value);
        assert_eq!(found, (nth % 2 == 1).then(|| one.clone()));
    }
    let added = ok(residents.add(&people).await);
    let created = added.iter().filter(|answer| **answer == Upserted::Created).count();
    assert_eq!(created, 8, "those who left are new, the others known");
}
