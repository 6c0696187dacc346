//! What [`Attempts`] promises: above all, one dial for one order.

use super::people::{attempt, due, number, resident};
use super::residents::expect_done;
use super::{Case, at, ok, there, together};
use crate::{Attempts, Began, Begin, Removed, Residents, Saved, Tallied, Upserted, Versioned};
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::attempt::{Attempt, Disposition, End, EndReason, Facts, Key, Press, Withdrawal};
use rollcall_domain::breaker::Recent;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{AttemptId, ContactId};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;

/// Runs the whole part.
pub async fn all(case: &Case<'_>, attempts: &dyn Attempts, residents: &dyn Residents) {
    beginning(case, attempts, residents).await;
    nothing_is_recorded_unless_granted(attempts, residents).await;
    a_number_is_left_quiet(attempts, residents).await;
    one_of_many_is_granted(attempts, residents).await;
    saving(attempts, residents).await;
    by_contact(case, attempts, residents).await;
    open_attempts(case, attempts, residents).await;
    of_resident(case, attempts, residents).await;
    tally(case, attempts, residents).await;
}

pub(super) const NOW: &str = "2026-11-23T10:00:00Z";
const GAP: SignedDuration = SignedDuration::from_mins(5);

/// Puts a person on the register and reads them.
pub(super) async fn on_register(residents: &dyn Residents, person: Resident) -> Versioned<Resident> {
    let id = person.id;
    assert_eq!(ok(residents.add(&[(person, Schedule::default())]).await), vec![Upserted::Created]);
    there(residents.get(id).await)
}

/// The intention to dial a person as they were read, at `now`.
pub(super) fn order(read: &Versioned<Resident>, of: Versioned<Attempt>, now: Timestamp) -> Begin {
    let mut marked = read.clone();
    marked.value.begin(of.value.id, now, &Policy::default());
    Begin {
        number: read.value.number,
        attempt: of,
        resident: marked,
        schedule: due("2001-02-01T09:00:00Z"),
        now,
        quiet_since: now - GAP,
    }
}

/// A grant records attempt, mark and schedule, and raises each version by one,
/// so that whoever was granted can write on without reading.
pub async fn beginning(case: &Case<'_>, attempts: &dyn Attempts, residents: &dyn Residents) {
    let read = on_register(residents, resident("beginning", 100)).await;
    let dial = attempt(&read.value, "first", at(NOW));
    assert_eq!(ok(attempts.get(dial.id).await), None);
    let begin = order(&read, Versioned::new(dial.clone()), at(NOW));
    assert_eq!(ok(attempts.begin(&begin).await), Began::Granted);

    let stored = Versioned { value: dial.clone(), version: 1 };
    assert_eq!(there(attempts.get(dial.id).await), stored);
    let marked = Versioned { value: begin.resident.value.clone(), version: read.version + 1 };
    assert_eq!(there(residents.get(read.value.id).await), marked);
    case.settles("the schedule was stored", vec![read.value.id], async || {
        ok(residents.due(at("2001-02-01T09:00:00Z"), 9).await)
    })
    .await;

    assert_eq!(ok(attempts.begin(&begin).await), Began::Changed, "a repeat is not granted");
    assert_eq!(there(attempts.get(dial.id).await), stored);
    assert_eq!(there(residents.get(read.value.id).await), marked);

    let version = expect_done(ok(attempts.save(&stored).await));
    assert_eq!(version, 2);
    let _saved = expect_done(ok(residents.save(&marked, Schedule::default()).await));
}

/// An intention that is not granted leaves no trace.
pub async fn nothing_is_recorded_unless_granted(attempts: &dyn Attempts, residents: &dyn Residents) {
    let read = on_register(residents, resident("no trace", 101)).await;
    let later = expect_done(ok(residents.save(&read, Schedule::default()).await));
    let dial = attempt(&read.value, "first", at(NOW));
    let stale = order(&read, Versioned::new(dial.clone()), at(NOW));
    assert_eq!(ok(attempts.begin(&stale).await), Began::Changed, "the resident was written");
    assert_eq!(ok(attempts.get(dial.id).await), None);

    let fresh = Versioned { version: later, ..read.clone() };
    let never_stored = Versioned { value: dial.clone(), version: 1 };
    assert_eq!(ok(attempts.begin(&order(&fresh, never_stored, at(NOW))).await), Began::Changed);
    assert_eq!(ok(attempts.get(dial.id).await), None);
    assert_eq!(there(residents.get(read.value.id).await), fresh);

    let stranger = Versioned { value: resident("no trace", 102), version: 1 };
    let dial = attempt(&stranger.value, "first", at(NOW));
    let unknown = order(&stranger, Versioned::new(dial.clone()), at(NOW));
    assert_eq!(ok(attempts.begin(&unknown).await), Began::Changed, "nobody of that name");
    assert_eq!(ok(attempts.get(dial.id).await), None);
    assert_eq!(ok(residents.get(stranger.value.id).await), None);

    // None of the above rang: the number is not busy.
    let dial = attempt(&read.value, "second", at(NOW));
    assert_eq!(ok(attempts.begin(&order(&fresh, Versioned::new(dial), at(NOW))).await), Began::Granted);
}

/// Two people on one phone are not rung within the gap; a repeat for the same
/// attempt, as after throttling, may be.
pub async fn a_number_is_left_quiet(attempts: &dyn Attempts, residents: &dyn Residents) {
    let shared = number(110);
    let mut people = Vec::new();
    for n in [111, 112, 113] {
        let mut person = resident("quiet", n);
        person.profile.number = shared;
        people.push(on_register(residents, person).await);
    }
    let [one, other, third] = people.as_slice() else { panic!("three were made") };
    let dial = attempt(&one.value, "first", at(NOW));
    let first = order(one, Versioned::new(dial.clone()), at(NOW));
    assert_eq!(ok(attempts.begin(&first).await), Began::Granted);

    let soon = at(NOW) + GAP - SignedDuration::from_secs(1);
    let second = attempt(&other.value, "first", soon);
    let busy = order(other, Versioned::new(second.clone()), soon);
    assert_eq!(ok(attempts.begin(&busy).await), Began::NumberBusy(at(NOW)));
    assert_eq!(ok(attempts.get(second.id).await), None, "busy records nothing");
    assert_eq!(there(residents.get(other.value.id).await), *other);

    // Throttled: the same dial again, ten seconds later.
    let again_at = at(NOW) + SignedDuration::from_secs(10);
    let again = order(
        &Versioned { value: first.resident.value.clone(), version: one.version + 1 },
        Versioned { value: dial, version: 1 },
        again_at,
    );
    assert_eq!(ok(attempts.begin(&again).await), Began::Granted, "not busy for itself");

    let then = again_at + GAP;
    let early = order(other, Versioned::new(second.clone()), then - SignedDuration::from_millis(1));
    assert_eq!(ok(attempts.begin(&early).await), Began::NumberBusy(again_at), "the repeat rang too");
    let in_time = order(other, Versioned::new(second), then);
    assert_eq!(ok(attempts.begin(&in_time).await), Began::Granted, "rung exactly one gap ago");

    let late = attempt(&third.value, "first", then);
    let busy = order(third, Versioned::new(late), then);
    assert_eq!(ok(attempts.begin(&busy).await), Began::NumberBusy(then));
}

/// Of any number of callers with the same versions, one is granted.
pub async fn one_of_many_is_granted(attempts: &dyn Attempts, residents: &dyn Residents) {
    let read = on_register(residents, resident("many", 120)).await;
    let dial = attempt(&read.value, "first", at(NOW));
    let begin = order(&read, Versioned::new(dial), at(NOW));
    let answers = together((0..8).map(|_| attempts.begin(&begin)).collect()).await;
    assert_eq!(granted(&answers), 1, "one order, one dial");

    // Different orders for one person, from the same reading.
    let read = there(residents.get(read.value.id).await);
    let hour = at(NOW) + SignedDuration::from_hours(1);
    let orders: Vec<Begin> = ["a", "b", "c", "d"]
        .into_iter()
        .map(|name| order(&read, Versioned::new(attempt(&read.value, name, hour)), hour))
        .collect();
    let answers = together(orders.iter().map(|order| attempts.begin(order)).collect()).await;
    assert_eq!(granted(&answers), 1, "one person, one dial at a time");

    // Different people on one number.
    let shared = number(121);
    let mut orders = Vec::new();
    for n in 122..126 {
        let mut person = resident("many", n);
        person.profile.number = shared;
        let read = on_register(residents, person).await;
        orders.push(order(&read, Versioned::new(attempt(&read.value, "first", at(NOW))), at(NOW)));
    }
    let answers = together(orders.iter().map(|order| attempts.begin(order)).collect()).await;
    assert_eq!(granted(&answers), 1, "one number, one ring at a time");
}

fn granted(answers: &[Result<Began, crate::Fault>]) -> usize {
    answers.iter().filter(|answer| matches!(answer, Ok(Began::Granted))).count()
}

/// An attempt that has begun, as it is stored.
async fn begun(attempts: &dyn Attempts, residents: &dyn Residents, n: u32, now: &str) -> Versioned<Attempt> {
    let read = on_register(residents, resident("begun", n)).await;
    let dial = attempt(&read.value, "first", at(now));
    let id = dial.id;
    assert_eq!(ok(attempts.begin(&order(&read, Versioned::new(dial), at(now))).await), Began::Granted);
    there(attempts.get(id).await)
}

/// Of two who read the same version, one writes; what was never begun is not
/// created.
pub async fn saving(attempts: &dyn Attempts, residents: &dyn Residents) {
    let read = begun(attempts, residents, 130, NOW).await;
    let mut one = read.clone();
    one.value.facts = Facts {
        contact: Some(ContactId::new("contact \u{1f600} 'x'")),
        dialed_by: Some(at("2026-11-23T10:00:01.5Z")),
        answered_at: Some(at("2026-11-23T10:00:07.123456789Z")),
        press: Some(Press { key: Key::Talk, at: at("2026-11-23T10:00:20.001Z") }),
        opted_out: Some(at("2026-11-23T10:00:20.002Z")),
        end: Some(End { version: None, reason: EndReason::Unsaid, at: at("2026-11-23T10:01:00Z") }),
        complete: None,
        next_contact: Some(ContactId::new("next")),
    };
    let version = expect_done(ok(attempts.save(&one).await));
    assert_eq!(there(attempts.get(read.value.id).await), Versioned { version, ..one.clone() });

    let mut other = read.clone();
    other.value.withdrawn = Some(Withdrawal::NoEvidence);
    assert_eq!(ok(attempts.save(&other).await), Saved::Changed);
    assert_eq!(there(attempts.get(read.value.id).await), Versioned { version, ..one });

    let never = attempt(&resident("begun", 131), "never", at(NOW));
    for version in [0, 1] {
        let save = attempts.save(&Versioned { value: never.clone(), version }).await;
        assert_eq!(ok(save), Saved::Changed);
        assert_eq!(ok(attempts.get(never.id).await), None);
    }
}

/// Contacts lead to their attempts once they are known.
pub async fn by_contact(case: &Case<'_>, attempts: &dyn Attempts, residents: &dyn Residents) {
    let mut one = begun(attempts, residents, 140, NOW).await;
    let mut other = begun(attempts, residents, 141, NOW).await;
    let (its, others) = (ContactId::new("by contact, one"), ContactId::new("by contact, other"));
    assert_eq!(ok(attempts.by_contact(&its).await), None);
    for (dial, contact) in [(&mut one, &its), (&mut other, &others)] {
        dial.value.facts.contact = Some(contact.clone());
        dial.version = expect_done(ok(attempts.save(dial).await));
    }
    let its_attempt = Some(one.clone());
    case.settles("one contact", its_attempt, async || ok(attempts.by_contact(&its).await)).await;
    case.settles("the other", Some(other), async || ok(attempts.by_contact(&others).await)).await;
    // A contact that names an attempt as its follower is another contact.
    one.value.facts.next_contact = Some(ContactId::new("by contact, next"));
    let _saved = expect_done(ok(attempts.save(&one).await));
    assert_eq!(ok(attempts.by_contact(&ContactId::new("by contact, next")).await), None);
}

/// Attempts stay open until nothing more has to be waited for.
pub async fn open_attempts(case: &Case<'_>, attempts: &dyn Attempts, residents: &dyn Residents) {
    let begins = ["2001-01-01T09:00:02Z", "2001-01-01T09:00:00Z", "2001-01-01T09:00:01Z"];
    let mut dials = Vec::new();
    for (n, begun_at) in (150..).zip(begins) {
        dials.push(begun(attempts, residents, n, begun_at).await);
    }
    let ids: Vec<AttemptId> = dials.iter().map(|dial| dial.value.id).collect();
    let [last, first, middle] = ids.as_slice() else { panic!("three were made") };
    let open = async |before: &str, most| ok(attempts.open(at(before), most).await);
    let after_all = "2001-01-01T09:00:03Z";
    case.settles("open, the oldest first", vec![*first, *middle, *last], async || open(after_all, 9).await)
        .await;
    case.settles("no more than asked for", vec![*first, *middle], async || open(after_all, 2).await).await;
    case.settles("begun before, not at", vec![*first], async || open("2001-01-01T09:00:01Z", 9).await).await;

    for dial in &mut dials {
        if dial.value.id == *first {
            dial.value.facts.complete = Some(at("2001-01-01T09:10:00Z"));
        } else if dial.value.id == *middle {
            dial.value.withdrawn = Some(Withdrawal::Throttled);
        } else {
            dial.value.facts.answered_at = Some(at("2001-01-01T09:00:09Z"));
        }
        dial.version = expect_done(ok(attempts.save(dial).await));
    }
    case.settles("closed ones are not open", vec![*last], async || open(after_all, 9).await).await;
    for dial in &mut dials {
        // Proof of a call opens what was believed to be none.
        if dial.value.id == *middle {
            dial.value.facts.contact = Some(ContactId::new("open attempts, late proof"));
            dial.version = expect_done(ok(attempts.save(dial).await));
        }
    }
    case.settles("open again", vec![*middle, *last], async || open(after_all, 9).await).await;
}

/// The dials to one person, the latest first, by pages, also when that person
/// is no longer there.
pub async fn of_resident(case: &Case<'_>, attempts: &dyn Attempts, residents: &dyn Residents) {
    let mut read = on_register(residents, resident("history", 160)).await;
    let other = begun(attempts, residents, 161, NOW).await;
    let mut expected = Vec::new();
    for (n, name) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        let now = at(NOW) + SignedDuration::from_hours(i64::try_from(n).unwrap_or(0));
        let dial = attempt(&read.value, name, now);
        assert_eq!(
            ok(attempts.begin(&order(&read, Versioned::new(dial.clone()), now)).await),
            Began::Granted
        );
        read = there(residents.get(read.value.id).await);
        expected.insert(0, dial);
    }
    // What is learned of a dial changes nothing of its place.
    let mut early = there(attempts.get(expected[3].id).await);
    early.value.facts.complete = Some(at("2026-11-24T10:00:00Z"));
    let _saved = expect_done(ok(attempts.save(&early).await));
    expected[3] = early.value;
    let walk = async |most: u32| {
        let (mut met, mut from) = (Vec::new(), None);
        loop {
            let (page, next) = ok(attempts.of_resident(read.value.id, from.as_ref(), most).await);
            assert!(page.len() <= usize::try_from(most).unwrap_or(0), "{most} at most");
            met.extend(page);
            let Some(next) = next else { return met };
            assert_ne!(from.as_ref(), Some(&next), "the walk goes on");
            from = Some(next);
        }
    };
    for most in [1, 2, 5, 100] {
        case.settles(&format!("by {most}"), expected.clone(), async || walk(most).await).await;
    }
    let nobody = ok(attempts.of_resident(resident("history", 162).id, None, 9).await);
    assert_eq!(nobody, (vec![], None));
    let others = async || ok(attempts.of_resident(other.value.resident, None, 9).await);
    case.settles("of the other", (vec![other.value.clone()], None), others).await;
    assert_eq!(ok(residents.remove(&read).await), Removed::Done);
    case.settles("of nobody any more", expected.clone(), async || walk(2).await).await;
}

/// What the dials of past hours came to, once nothing more is waited for.
pub async fn tally(case: &Case<'_>, attempts: &dyn Attempts, residents: &dyn Residents) {
    // A time of its own: other cases close dials as well.
    let hours = [
        "2027-03-01T22:59:59.999Z",
        "2027-03-01T23:00:00Z",
        "2027-03-01T23:59:59.999Z",
        "2027-03-02T00:00:00Z",
    ];
    let mut begun = Vec::new();
    for (n, now) in hours.into_iter().enumerate() {
        begun.push(self::begun(attempts, residents, 170 + u32::try_from(n).unwrap_or(0), now).await);
    }
    let range = (at("2027-03-01T23:00:00Z"), at("2027-03-02T01:00:00Z"));
    let asked = async || ok(attempts.tally(range.0, range.1).await);
    case.settles("open ones are in no figure", vec![], asked).await;
    let close = async |dial: &Versioned<Attempt>, key: Option<Key>| {
        let mut stored = there(attempts.get(dial.value.id).await);
        stored.value.facts.complete = Some(at("2027-03-02T09:00:00Z"));
        stored.value.facts.press = key.map(|key| Press { key, at: stored.value.begun_at });
        let _saved = expect_done(ok(attempts.save(&stored).await));
    };
    for dial in &begun {
        close(dial, None).await;
    }
    let of = |hour: &str, disposition, dials| Tallied { hour: at(hour), disposition, dials };
    let (late, next) = ("2027-03-01T23:00:00Z", "2027-03-02T00:00:00Z");
    let all = vec![of(late, Disposition::NoAnswer, 2), of(next, Disposition::NoAnswer, 1)];
    case.settles("those of the hours asked for", all, asked).await;
    // News that comes later moves a dial, and counts it once.
    close(&begun[1], Some(Key::Well)).await;
    let moved = vec![
        of(late, Disposition::Well, 1),
        of(late, Disposition::NoAnswer, 1),
        of(next, Disposition::NoAnswer, 1),
    ];
    case.settles("a later key", moved, asked).await;
    assert_eq!(ok(attempts.tally(range.1, range.0).await), vec![], "no hours");
    recent(case, attempts).await;
}

/// The same dials one by one, the latest first.
async fn recent(case: &Case<'_>, attempts: &dyn Attempts) {
    let asked = async |from: &str, until: &str, most| ok(attempts.recent(at(from), at(until), most).await);
    let of = |begun: &str, came_to| Recent { begun_at: at(begun), came_to };
    let (first, second) = (
        of("2027-03-01T22:59:59.999Z", Disposition::NoAnswer),
        of("2027-03-01T23:00:00Z", Disposition::Well),
    );
    let third = of("2027-03-01T23:59:59.999Z", Disposition::NoAnswer);
    let fourth = of("2027-03-02T00:00:00Z", Disposition::NoAnswer);
    let (from, until) = ("2027-03-01T22:59:59.999Z", "2027-03-02T00:00:00.000000001Z");
    let all = vec![fourth, third, second, first];
    case.settles("over midnight", all, async || asked(from, until, 9).await).await;
    case.settles("so many", vec![fourth, third], async || asked(from, until, 2).await).await;
    let between = async || asked("2027-03-01T23:00:00Z", "2027-03-02T00:00:00Z", 9).await;
    case.settles("the first moment, and before the last", vec![third, second], between).await;
    assert_eq!(asked(until, from, 9).await, vec![], "no time");
    assert_eq!(asked(from, until, 0).await, vec![], "none at all");
}
