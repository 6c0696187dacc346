//! What [`Callbacks`] promises.

use super::people::{attempt, resident};
use super::residents::expect_done;
use super::{Case, at, ok, there, together};
use crate::{Callbacks, Saved, Versioned};
use rollcall_domain::callback::{Callback, Cancelled, Try};
use rollcall_domain::ids::{CallbackId, ContactId};
use rollcall_domain::policy::Policy;

/// Runs the whole part.
pub async fn all(case: &Case<'_>, callbacks: &dyn Callbacks) {
    saving(callbacks).await;
    one_of_many_promises(callbacks).await;
    reviews_and_what_is_owed(case, callbacks).await;
    what_somebody_must_still_ring(case, callbacks).await;
}

fn promise(n: u32) -> Callback {
    let person = resident("callbacks", n);
    let dial = attempt(&person, "first", at("2026-11-23T10:00:00Z"));
    Callback::promise(&dial, at("2026-11-23T10:00:30.123456789Z"), &Policy::default())
}

/// Of two who read the same version, one writes; all that is known comes back.
pub async fn saving(callbacks: &dyn Callbacks) {
    let made = promise(1);
    assert_eq!(ok(callbacks.get(made.id).await), None);
    let never = Versioned { value: made.clone(), version: 1 };
    assert_eq!(ok(callbacks.save(&never, None, true).await), Saved::Changed, "was never stored");
    assert_eq!(ok(callbacks.get(made.id).await), None);

    let version = expect_done(ok(callbacks.save(&Versioned::new(made.clone()), None, true).await));
    let stored = Versioned { value: made.clone(), version };
    assert_eq!(there(callbacks.get(made.id).await), stored);
    let again = callbacks.save(&Versioned::new(made), None, true).await;
    assert_eq!(ok(again), Saved::Changed, "a promise is made once");

    let mut one = stored.clone();
    one.value.learn(ContactId::new("leg \u{1f600}"), Try::SpokenTo(at("2026-11-23T10:20:00.5Z")));
    one.value.learn(ContactId::new("leg 2"), Try::Missed(at("2026-11-23T10:10:00Z")));
    one.value.learn(ContactId::new("leg 3"), Try::Waiting);
    one.value.unqueued = true;
    let mut other = stored;
    other.value.overdue_told = true;
    let version = expect_done(ok(callbacks.save(&one, None, false).await));
    assert_eq!(ok(callbacks.save(&other, None, true).await), Saved::Changed);
    assert_eq!(there(callbacks.get(one.value.id).await), Versioned { version, ..one });
}

/// Of any number of callers who make the same promise, one does.
pub async fn one_of_many_promises(callbacks: &dyn Callbacks) {
    let made = Versioned::new(promise(2));
    let answers = together((0..8).map(|_| callbacks.save(&made, None, false)).collect()).await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Saved::Done(_)))).count(), 1);
}

/// The list by time, and the count of what is owed, follow every save.
pub async fn reviews_and_what_is_owed(case: &Case<'_>, callbacks: &dyn Callbacks) {
    case.pass(case.lag).await;
    let before = ok(callbacks.count_open().await);
    let (early, middle, late) = ("2001-01-01T09:00:00Z", "2001-01-01T09:00:01Z", "2001-01-01T09:00:02Z");
    let mut made = Vec::new();
    for (n, review_at) in [(10, Some(late)), (11, Some(early)), (12, Some(middle)), (13, None)] {
        let new = Versioned::new(promise(n));
        let version = expect_done(ok(callbacks.save(&new, review_at.map(at), true).await));
        made.push(Versioned { version, ..new });
    }
    let ids: Vec<CallbackId> = made.iter().map(|one| one.value.id).collect();
    let [last, first, second, unlisted] = ids.as_slice() else { panic!("four were made") };
    let listed = async |now: &str, most| ok(callbacks.to_review(at(now), most).await);
    case.settles("the oldest first", vec![*first, *second, *last], async || listed(late, 9).await).await;
    case.settles("at that very moment", vec![*first, *second], async || listed(middle, 9).await).await;
    case.settles("no more than asked for", vec![*first], async || listed(late, 1).await).await;
    case.settles("four are owed", before + 4, async || ok(callbacks.count_open().await)).await;

    for one in &mut made {
        let (review_at, open) = match one.value.id {
            id if id == *first => (None, true),
            id if id == *unlisted => (Some(at(early)), false),
            _ => (Some(at(late)), false),
        };
        one.version = expect_done(ok(callbacks.save(one, review_at, open).await));
    }
    case.settles("after saving", vec![*unlisted], async || listed(middle, 9).await).await;
    case.settles("one is owed", before + 1, async || ok(callbacks.count_open().await)).await;
    for one in &made {
        let _saved = expect_done(ok(callbacks.save(one, None, false).await));
    }
    case.settles("none is listed", vec![], async || listed(late, 9).await).await;
    case.settles("none is owed", before, async || ok(callbacks.count_open().await)).await;
}

/// The list holds what is neither kept nor cancelled, whether it counts as open
/// or not, with all that is known of it.
pub async fn what_somebody_must_still_ring(case: &Case<'_>, callbacks: &dyn Callbacks) {
    case.pass(case.lag).await;
    let mut made = Vec::new();
    for n in 20..24 {
        let new = Versioned::new(promise(n));
        let version = expect_done(ok(callbacks.save(&new, None, true).await));
        made.push(Versioned { version, ..new });
    }
    let [open, missed, kept, cancelled] = made.as_mut_slice() else { panic!("four were made") };
    let ours = [&*open, &*missed, &*kept, &*cancelled].map(|one| one.value.id);
    let listed = async || {
        let mut found = ok(callbacks.list_owed(1_000).await);
        found.retain(|one| ours.contains(&one.value.id));
        found.sort_by_key(|one| one.value.id);
        found
    };
    let in_order = |mut all: Vec<Versioned<Callback>>| {
        all.sort_by_key(|one| one.value.id);
        all
    };
    let all = [&*open, &*missed, &*kept, &*cancelled].map(Clone::clone).to_vec();
    case.settles("all are owed", in_order(all), listed).await;

    let at_ten = at("2026-11-23T10:10:00Z");
    for n in 0..3 {
        missed.value.learn(ContactId::new(format!("leg {n}")), Try::Missed(at_ten));
    }
    kept.value.learn(ContactId::new("leg"), Try::SpokenTo(at_ten));
    cancelled.value.cancel(Cancelled::since_deleted(at_ten));
    for one in [&mut *missed, &mut *kept, &mut *cancelled] {
        one.version = expect_done(ok(callbacks.save(one, None, false).await));
    }
    case.settles("missed, and owed", in_order(vec![open.clone(), missed.clone()]), listed).await;
    let some = async || ok(callbacks.list_owed(1).await).len();
    case.settles("no more than asked for", 1, some).await;
    assert_eq!(ok(callbacks.list_owed(0).await), []);

    for one in [open, missed] {
        one.value.cancel(Cancelled::since_deleted(at_ten));
        let _saved = expect_done(ok(callbacks.save(one, None, false).await));
    }
    case.settles("nobody", vec![], listed).await;
}
