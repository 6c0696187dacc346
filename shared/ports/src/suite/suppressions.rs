//! What [`Suppressions`] promises, and [`Attempts::begin`] of it.

use super::attempts::{NOW, on_register, order};
use super::people::{attempt, number, resident};
use super::{Case, at, ok, there, together};
use crate::{Attempts, Began, Residents, Saved, Suppressions, Versioned};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::suppression::{Entry, Ground, Subject};
use std::collections::BTreeSet;

/// Runs the whole part.
pub async fn all(
    case: &Case<'_>,
    list: &dyn Suppressions,
    attempts: &dyn Attempts,
    residents: &dyn Residents,
) {
    what_was_put_is_found(case, list).await;
    only_the_next_version_is_taken(list).await;
    one_of_many_is_written(list).await;
    walking(case, list).await;
    no_number_of_the_list_is_dialed(list, attempts, residents).await;
    whoever_has_a_number(residents).await;
}

/// An entry of `subject`, made in the minute of that number.
fn entry(subject: Subject, minute: u32) -> Versioned<Entry> {
    let by = ("clerk@example", at(&format!("2026-11-23T10:{minute:02}:00.123456789Z")));
    match Entry::new(subject, (Ground::Staff, "\"rang\" us; 📞 naïve"), by) {
        Ok(entry) => Versioned::new(entry),
        Err(refusal) => panic!("the suite gives a reason: {refusal}"),
    }
}

fn person(name: &str) -> Subject {
    Subject::Resident(ResidentId::derive(&["suppressed", name]))
}

async fn read(list: &dyn Suppressions, subject: Subject) -> Option<Versioned<Entry>> {
    ok(list.of(&[subject]).await).into_iter().next().flatten()
}

/// Everything comes back as it was put, by subject at once and by id soon, in
/// the order of the question.
pub async fn what_was_put_is_found(case: &Case<'_>, list: &dyn Suppressions) {
    let (one, other) = (entry(Subject::Number(number(500)), 0), entry(person("found"), 1));
    assert_eq!(ok(list.of(&[one.value.subject, other.value.subject]).await), [None, None]);
    assert_eq!(ok(list.of(&[]).await), []);
    assert_eq!(ok(list.find(one.value.suppression.id).await), None);
    for new in [&one, &other] {
        assert_eq!(ok(list.put(new).await), Saved::Done(1));
    }
    let stored = |new: &Versioned<Entry>| Some(Versioned { version: 1, ..new.clone() });
    let nobody = Subject::Number(number(501));
    let asked = [other.value.subject, nobody, one.value.subject, other.value.subject];
    let expected = [stored(&other), None, stored(&one), stored(&other)];
    assert_eq!(ok(list.of(&asked).await), expected);
    for new in [&one, &other] {
        let id = new.value.suppression.id;
        case.settles("found by id", stored(new), async || ok(list.find(id).await)).await;
    }
    let lifted = Versioned { version: 1, value: one.value.lift(at("2026-11-23T11:00:00Z")) };
    assert_eq!(ok(list.put(&lifted).await), Saved::Done(2));
    let lifted = Versioned { version: 2, ..lifted };
    assert_eq!(read(list, one.value.subject).await, Some(lifted.clone()), "told, though it stands no more");
    assert_eq!(ok(list.remove(&lifted).await), Saved::Done(2));
    assert_eq!(read(list, one.value.subject).await, None);
    case.settles("gone", None, async || ok(list.find(one.value.suppression.id).await)).await;
    assert_eq!(ok(list.put(&one).await), Saved::Done(1), "as if it had never been there");
}

/// Whoever read something else, or something that is gone, changes nothing.
pub async fn only_the_next_version_is_taken(list: &dyn Suppressions) {
    let one = entry(Subject::Number(number(510)), 2);
    let settled = |version| Versioned { version, value: Entry { settled: true, ..one.value.clone() } };
    assert_eq!(ok(list.put(&settled(1)).await), Saved::Changed, "there is none");
    assert_eq!(ok(list.remove(&settled(1)).await), Saved::Changed);
    assert_eq!(ok(list.put(&one).await), Saved::Done(1));
    assert_eq!(ok(list.put(&one).await), Saved::Changed, "there is one");
    assert_eq!(ok(list.put(&entry(one.value.subject, 3)).await), Saved::Changed, "one a subject");
    assert_eq!(ok(list.put(&settled(1)).await), Saved::Done(2));
    for version in [0, 1, 3] {
        assert_eq!(ok(list.put(&settled(version)).await), Saved::Changed);
        assert_eq!(ok(list.remove(&settled(version)).await), Saved::Changed);
    }
    assert_eq!(read(list, one.value.subject).await, Some(settled(2)), "and nothing of it was written");
    // Another entry of the same number, with the same version.
    assert_eq!(ok(list.remove(&settled(2)).await), Saved::Done(2));
    let later = entry(one.value.subject, 4);
    assert_eq!(ok(list.put(&later).await), Saved::Done(1));
    let of_before = Versioned { version: 1, value: one.value.lift(at("2026-11-23T11:00:00Z")) };
    assert_eq!(ok(list.put(&of_before).await), Saved::Changed, "not the entry that was read");
    assert_eq!(ok(list.remove(&of_before).await), Saved::Changed);
}

/// Of many who put one number on the list, one does.
pub async fn one_of_many_is_written(list: &dyn Suppressions) {
    let entries: Vec<_> = (10..18).map(|minute| entry(Subject::Number(number(520)), minute)).collect();
    let answers: Vec<Saved> =
        together(entries.iter().map(|one| list.put(one)).collect()).await.into_iter().map(ok).collect();
    let won: Vec<usize> = (0..8).filter(|n| matches!(answers.get(*n), Some(Saved::Done(1)))).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    let winner = won.first().and_then(|n| entries.get(*n)).map(|one| one.value.clone());
    assert_eq!(read(list, Subject::Number(number(520))).await.map(|found| found.value), winner);
}

/// Pages of any size lead to whatever stands, the latest first once all is
/// settled; what is not settled is told apart.
pub async fn walking(case: &Case<'_>, list: &dyn Suppressions) {
    clear(case, list).await;
    let mut expected = Vec::new();
    for minute in 20..25 {
        let subject = if minute % 2 == 0 { Subject::Number(number(500 + minute)) } else { person("walked") };
        let subject = if minute == 23 { person("walked too") } else { subject };
        let new = entry(subject, minute);
        assert_eq!(ok(list.put(&new).await), Saved::Done(1));
        expected.push(new.value);
    }
    expected.reverse();
    let ids = |entries: &[Entry]| entries.iter().map(|one| one.suppression.id).collect::<BTreeSet<_>>();
    case.settles("all of them", ids(&expected), async || ids(&walk(list, 2).await)).await;
    case.settles("unsettled", 5, async || ok(list.unsettled(9).await).len()).await;
    assert_eq!(ok(list.unsettled(3).await).len(), 3);
    for one in &mut expected {
        one.settled = true;
        assert_eq!(ok(list.put(&Versioned { version: 1, value: one.clone() }).await), Saved::Done(2));
    }
    case.settles("nothing is left to do", 0, async || ok(list.unsettled(9).await).len()).await;
    for most in 1..=6 {
        case.settles("in order", expected.clone(), async || walk(list, most).await).await;
    }
    let lifted = expected.remove(2).lift(at("2026-11-23T11:00:00Z"));
    assert_eq!(ok(list.put(&Versioned { version: 2, value: lifted.clone() }).await), Saved::Done(3));
    case.settles("what stands", expected, async || walk(list, 2).await).await;
    let left = vec![Versioned { version: 3, value: lifted }];
    case.settles("to be carried out", left, async || ok(list.unsettled(9).await)).await;
}

async fn walk(list: &dyn Suppressions, most: u32) -> Vec<Entry> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let (page, next) = ok(list.list(from.as_ref(), most).await);
        assert!(page.len() <= usize::try_from(most).unwrap_or(0), "no more than was asked for");
        found.extend(page);
        from = next;
        if from.is_none() {
            return found;
        }
    }
}

/// Takes off what former parts have put there.
async fn clear(case: &Case<'_>, list: &dyn Suppressions) {
    for one in walk(list, 100).await {
        if let Some(found) = read(list, one.subject).await {
            assert_eq!(ok(list.remove(&found).await), Saved::Done(found.version));
        }
    }
    case.settles("empty", 0, async || walk(list, 100).await.len()).await;
}

/// A number that is on the list is not dialed, whoever has it and whatever was
/// read before; nothing is recorded then. A person on the list stands on their
/// own record, and bars nobody else.
pub async fn no_number_of_the_list_is_dialed(
    list: &dyn Suppressions,
    attempts: &dyn Attempts,
    residents: &dyn Residents,
) {
    let shared = number(540);
    let mut people = Vec::new();
    for n in [541, 542] {
        let mut one = resident("on the list", n);
        one.profile.number = shared;
        people.push(on_register(residents, one).await);
    }
    let [one, other] = people.as_slice() else { panic!("two were made") };
    let dial = attempt(&one.value, "first", at(NOW));
    let first = order(one, Versioned::new(dial.clone()), at(NOW));
    let mut new = entry(Subject::Number(shared), 40);
    assert_eq!(ok(list.put(&entry(Subject::Resident(other.value.id), 40)).await), Saved::Done(1));
    assert_eq!(ok(list.put(&new).await), Saved::Done(1));
    assert_eq!(ok(attempts.begin(&first).await), Began::Suppressed);
    assert_eq!(ok(attempts.get(dial.id).await), None, "nothing is recorded");
    assert_eq!(there(residents.get(one.value.id).await), *one);

    new = Versioned { version: 1, value: Entry { settled: true, ..new.value } };
    assert_eq!(ok(list.put(&new).await), Saved::Done(2));
    assert_eq!(ok(attempts.begin(&first).await), Began::Suppressed, "settled, it stands as before");
    new = Versioned { version: 2, value: new.value.lift(at("2026-11-23T11:00:00Z")) };
    assert_eq!(ok(list.put(&new).await), Saved::Done(3));
    assert_eq!(ok(attempts.begin(&first).await), Began::Granted, "lifted, it stands no more");

    // The number rang a moment ago and is on the list again: never is what holds.
    assert_eq!(ok(list.remove(&Versioned { version: 3, ..new }).await), Saved::Done(3));
    assert_eq!(ok(list.put(&entry(Subject::Number(shared), 41)).await), Saved::Done(1));
    let second = attempt(&other.value, "first", at(NOW));
    let second = order(other, Versioned::new(second), at(NOW));
    assert_eq!(ok(attempts.begin(&second).await), Began::Suppressed);
    let stale = order(one, Versioned::new(dial), at(NOW));
    assert_eq!(ok(attempts.begin(&stale).await), Began::Changed, "what was read comes first");
}

/// Everybody who has a number is found by it at once, also by a new one, and
/// nobody who left.
pub async fn whoever_has_a_number(residents: &dyn Residents) {
    let (shared, free) = (number(550), number(553));
    let mut people = Vec::new();
    for n in [551, 552] {
        let mut one = resident("with a number", n);
        one.profile.number = shared;
        people.push(on_register(residents, one).await);
    }
    let [one, other] = people.as_slice() else { panic!("two were made") };
    let found = async |number| ok(residents.with_number(number).await).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(found(shared).await, BTreeSet::from([one.value.id, other.value.id]));
    assert_eq!(found(free).await, BTreeSet::new());
    let mut moved = one.clone();
    moved.value.profile.number = free;
    let schedule = rollcall_domain::duty::Schedule::default();
    assert_eq!(ok(residents.save(&moved, schedule).await), Saved::Done(moved.version + 1));
    assert_eq!(found(shared).await, BTreeSet::from([other.value.id]));
    assert_eq!(found(free).await, BTreeSet::from([one.value.id]));
    assert_eq!(ok(residents.remove(other).await), crate::Removed::Done);
    assert_eq!(found(shared).await, BTreeSet::new());
}
