//! What [`Escalations`] promises.

use super::people::resident;
use super::residents::expect_done;
use super::{Case, at, ok, there, together};
use crate::{Escalations, Saved, Versioned};
use jiff::SignedDuration;
use rollcall_domain::duty::Cause;
use rollcall_domain::escalation::deeds::AllClear;
use rollcall_domain::escalation::ladder::Whom;
use rollcall_domain::escalation::{Escalation, HowEnded};
use rollcall_domain::ids::{CallbackId, EscalationId};

/// Runs the whole part.
pub async fn all(case: &Case<'_>, escalations: &dyn Escalations) {
    saving(escalations).await;
    one_of_many_cases(escalations).await;
    reviews(case, escalations).await;
    what_is_open(case, escalations).await;
}

fn raised(n: u32) -> Escalation {
    let person = resident("escalations", n);
    let (due, now) = (at("2026-11-23T09:00:00.123456789Z"), at("2026-11-23T17:00:30.000000001Z"));
    Escalation::raise(person.id, (Cause::CallbackMissed, due), Some(CallbackId::derive(&["suite"])), now)
}

/// A case of which everything is known that can be, in texts and times that are
/// easily damaged.
fn much_known(n: u32) -> Escalation {
    let mut case = raised(n);
    let time = SignedDuration::from_mins(30);
    for (whom, told_at) in
        [(Whom::DutyOfficer, "2026-11-23T17:00:30.5Z"), (Whom::Keyholder(2), "2026-11-23T17:30:31Z")]
    {
        case.tell((whom, time), at(told_at));
        case.untold = false;
    }
    let by = "officer'); DROP TABLE escalations --";
    assert_eq!(case.accept(by, at("2026-11-23T17:32:00Z")), Ok(true));
    case.lapse(at("2026-11-23T21:32:00Z"));
    assert_eq!(case.accept("o\u{2019}officer \u{1f600}", at("2026-11-23T21:33:00Z")), Ok(true));
    assert_eq!(case.note((by, at("2026-11-23T21:34:00Z")), "lights on \u{202e}\"<b>&amp;\n1"), Ok(true));
    case.alarmed_at = Some(at("2026-11-23T22:00:00.000000001Z"));
    case
}

/// Of two who read the same version, one writes; all that is known comes back.
pub async fn saving(escalations: &dyn Escalations) {
    let made = raised(1);
    assert_eq!(ok(escalations.get(made.id).await), None);
    let never = Versioned { value: made.clone(), version: 1 };
    assert_eq!(ok(escalations.save(&never, None).await), Saved::Changed, "was never stored");
    assert_eq!(ok(escalations.get(made.id).await), None);

    let version = expect_done(ok(escalations.save(&Versioned::new(made.clone()), None).await));
    let stored = Versioned { value: made.clone(), version };
    assert_eq!(there(escalations.get(made.id).await), stored);
    let again = escalations.save(&Versioned::new(made), None).await;
    assert_eq!(ok(again), Saved::Changed, "a case is made once");

    let one = Versioned { value: much_known(1), version };
    let mut other = stored;
    other.value.untold = true;
    let version = expect_done(ok(escalations.save(&one, None).await));
    assert_eq!(ok(escalations.save(&other, None).await), Saved::Changed);
    let mut one = Versioned { version, ..one };
    assert_eq!(there(escalations.get(one.value.id).await), one);

    let clear = one.value.all_clear(("officer", at("2026-11-23T22:05:00Z")), AllClear::KnownSafe, None);
    assert_eq!(clear, Ok(true));
    one.version = expect_done(ok(escalations.save(&one, None).await));
    assert_eq!(there(escalations.get(one.value.id).await), one);
}

/// Of any number of callers who raise the same case, one does.
pub async fn one_of_many_cases(escalations: &dyn Escalations) {
    let made = Versioned::new(raised(2));
    let answers = together((0..8).map(|_| escalations.save(&made, None)).collect()).await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(Saved::Done(_)))).count(), 1);
    let mut made = there(escalations.get(made.value.id).await);
    made.value.end(HowEnded::Deleted, at("2026-11-23T18:00:00Z"));
    let _saved = expect_done(ok(escalations.save(&made, None).await));
}

/// The list by time follows every save.
pub async fn reviews(case: &Case<'_>, escalations: &dyn Escalations) {
    let (early, middle, late) = ("2001-01-01T09:00:00Z", "2001-01-01T09:00:01Z", "2001-01-01T09:00:02Z");
    let mut made = Vec::new();
    for (n, review_at) in [(10, Some(late)), (11, Some(early)), (12, Some(middle)), (13, None)] {
        let new = Versioned::new(raised(n));
        let version = expect_done(ok(escalations.save(&new, review_at.map(at)).await));
        made.push(Versioned { version, ..new });
    }
    let ids: Vec<EscalationId> = made.iter().map(|one| one.value.id).collect();
    let [last, first, second, unlisted] = ids.as_slice() else { panic!("four were made") };
    let listed = async |now: &str, most| ok(escalations.to_review(at(now), most).await);
    case.settles("the oldest first", vec![*first, *second, *last], async || listed(late, 9).await).await;
    case.settles("at that very moment", vec![*first, *second], async || listed(middle, 9).await).await;
    case.settles("no more than asked for", vec![*first], async || listed(late, 1).await).await;
    for one in &mut made {
        let review_at = if one.value.id == *unlisted { Some(at(early)) } else { None };
        one.version = expect_done(ok(escalations.save(one, review_at).await));
    }
    case.settles("after saving", vec![*unlisted], async || listed(late, 9).await).await;
    for one in &mut made {
        one.value.end(HowEnded::HeardOf, at("2026-11-23T18:00:00Z"));
        let _saved = expect_done(ok(escalations.save(one, None).await));
    }
    case.settles("none is listed", vec![], async || listed(late, 9).await).await;
}

/// The list holds each open case once, whatever the size of its parts, with all
/// that is known of it.
pub async fn what_is_open(case: &Case<'_>, escalations: &dyn Escalations) {
    case.pass(case.lag).await;
    let before = ok(escalations.count_open().await);
    let mut made = Vec::new();
    for n in 20..25 {
        let new = Versioned::new(if n == 20 { much_known(n) } else { raised(n) });
        let version = expect_done(ok(escalations.save(&new, None).await));
        made.push(Versioned { version, ..new });
    }
    made.sort_by_key(|one| one.value.id);
    let ours: Vec<EscalationId> = made.iter().map(|one| one.value.id).collect();
    let walk = async |most| {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let page = ok(escalations.list_open(from.as_ref(), most).await);
            assert!(page.cases.len() <= usize::try_from(most).unwrap_or(usize::MAX));
            found.extend(page.cases.into_iter().filter(|one| ours.contains(&one.value.id)));
            from = page.next;
            if from.is_none() {
                found.sort_by_key(|one: &Versioned<Escalation>| one.value.id);
                return found;
            }
        }
    };
    case.settles("all are open", made.clone(), async || walk(1_000).await).await;
    case.settles("in small parts", made.clone(), async || walk(2).await).await;
    case.settles("five more", before + 5, async || ok(escalations.count_open().await)).await;

    for one in made.iter_mut().skip(1) {
        one.value.end(HowEnded::SwitchedOff, at("2026-11-23T18:00:00Z"));
        one.version = expect_done(ok(escalations.save(one, None).await));
    }
    case.settles("one is left", made[..1].to_vec(), async || walk(2).await).await;
    case.settles("one more", before + 1, async || ok(escalations.count_open().await)).await;
    let left = &mut made[0];
    left.value.end(HowEnded::SwitchedOff, at("2026-11-23T18:00:00Z"));
    let _saved = expect_done(ok(escalations.save(left, None).await));
    case.settles("none is left", vec![], async || walk(1_000).await).await;
    case.settles("none more", before, async || ok(escalations.count_open().await)).await;
}
