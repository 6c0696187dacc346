//! The ladder: who is told when, by tables, and what must hold in any order of
//! deeds, by a property.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its data must stop")]

use crate::common::arbitrary::seeded;
use crate::common::{at, newcomer, policy};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rollcall_domain::callback::{Callback, Cancelled};
use rollcall_domain::duty::{Cause, Schedule};
use rollcall_domain::escalation::deeds::{AllClear, Refusal};
use rollcall_domain::escalation::ladder::{Rung, RungTo, Whom};
use rollcall_domain::escalation::{Escalation, HowEnded, Step};
use rollcall_domain::ids::{EscalationId, RequestId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Heard, Keyholder, Reached, Resident};
use rollcall_domain::staff::LONGEST_NOTE;
use rollcall_domain::suppression::Suppression;

fn with_keyholders(count: u16) -> Resident {
    let mut one = newcomer();
    one.profile.keyholders = (0..count)
        .map(|n| Keyholder {
            name: format!("Keyholder {n}"),
            number: PhoneNumber::from_e164(&format!("+4477009002{n:02}")).unwrap(),
        })
        .collect();
    one
}

fn raised(cause: Cause) -> Escalation {
    Escalation::raise(newcomer().id, (cause, at("23 09:00")), None, at("23 12:00"))
}

/// Does what is due up to `until`, minute by minute as the sweep does, and says
/// what was done and when.
fn climb(case: &mut Escalation, resident: &Resident, policy: &Policy, until: &str) -> Vec<String> {
    let (mut done, mut now) = (Vec::new(), case.raised_at);
    while now <= at(until) {
        while let Some((due, step)) = case.due(policy, Some(resident)).filter(|(due, _)| *due <= now) {
            assert!(now.duration_since(due) < SignedDuration::from_mins(1), "{step:?} of {due} at {now}");
            assert!(done.len() < 100, "the same is due for ever: {step:?}");
            let what = match step {
                Step::Tell(whom, time) => {
                    case.tell((whom, time), now);
                    format!("{whom:?}")
                }
                Step::SendNotice => {
                    case.untold = false;
                    continue;
                }
                Step::Lapse => {
                    case.lapse(due);
                    "lapse".to_owned()
                }
                Step::Alarm => {
                    case.alarmed_at = Some(now);
                    "alarm".to_owned()
                }
            };
            done.push(format!("{} {what}", now.strftime("%d %H:%M")));
        }
        now += SignedDuration::from_mins(1);
    }
    done
}

#[test]
fn nobody_accepts_and_each_is_told_in_order_and_the_last_rung_once() {
    let mut case = raised(Cause::DayClosed);
    assert_eq!(
        climb(&mut case, &with_keyholders(2), &policy(), "25 15:30"),
        [
            "23 12:00 DutyOfficer",
            "23 12:30 Keyholder(1)",
            "23 13:00 Keyholder(2)",
            "23 13:30 WelfareVisit",
            "23 14:30 alarm",
            "24 14:30 alarm",
            "25 14:30 alarm",
        ]
    );
    let mut case = raised(Cause::DayClosed);
    let without = climb(&mut case, &newcomer(), &policy(), "23 13:30");
    assert_eq!(without, ["23 12:00 DutyOfficer", "23 12:30 WelfareVisit", "23 13:30 alarm"]);
}

#[test]
fn an_acceptance_holds_the_ladder_until_it_is_given_back_or_forgotten() {
    let (policy, one) = (policy(), with_keyholders(1));
    let mut case = raised(Cause::AttemptsSpent);
    climb(&mut case, &one, &policy, "23 12:10");
    assert_eq!(case.accept("officer", at("23 12:10")), Ok(true));
    assert_eq!(case.accept("officer", at("23 12:11")), Ok(false), "a repeat changes nothing");
    let accepted = case.accepted.clone().unwrap();
    assert_eq!((accepted.at, accepted.rung), (at("23 12:10"), Some(Whom::DutyOfficer)));
    let refusal = Refusal::AcceptedByAnother { by: "officer".to_owned(), at: at("23 12:10") };
    assert_eq!(case.accept("other", at("23 12:12")), Err(refusal.clone()));
    assert_eq!(case.release(("other", at("23 12:13")), false), Err(refusal.clone()));
    assert_eq!(
        refusal.to_string(),
        "this escalation was accepted by officer already, at 2026-11-23T12:10:00Z"
    );

    // Forgotten: four hours later the next one is told.
    let mut forgotten = case.clone();
    assert_eq!(
        climb(&mut forgotten, &one, &policy, "23 16:45"),
        ["23 16:10 lapse", "23 16:10 Keyholder(1)", "23 16:40 WelfareVisit"]
    );
    let former = &forgotten.former[0];
    assert_eq!((former.until, former.lapsed), (at("23 16:10"), true));

    // Given back within the time of the rung: it keeps its time.
    assert_eq!(case.release(("officer", at("23 12:15")), false), Ok(true));
    assert_eq!(case.release(("officer", at("23 12:15")), false), Ok(false));
    let mut soon = case.clone();
    assert_eq!(climb(&mut soon, &one, &policy, "23 12:31"), ["23 12:30 Keyholder(1)"]);

    // Given back by somebody who may, after the last rung: that one is told again.
    let mut last = raised(Cause::AttemptsSpent);
    climb(&mut last, &one, &policy, "23 13:10");
    assert_eq!(last.accept("visitor", at("23 13:10")), Ok(true));
    assert_eq!(last.release(("operator", at("23 15:00")), true), Ok(true));
    assert_eq!(last.due(&policy, Some(&one)).unwrap().0, at("23 15:00"));
    last.raised_at = at("23 15:00");
    assert_eq!(climb(&mut last, &one, &policy, "23 16:00"), ["23 15:00 WelfareVisit", "23 16:00 alarm"]);
}

#[test]
fn an_acceptance_before_the_notice_went_out_leaves_that_rung_for_later() {
    let (policy, one) = (policy(), newcomer());
    let mut case = raised(Cause::DayClosed);
    case.tell((Whom::DutyOfficer, SignedDuration::from_mins(30)), at("23 12:00"));
    assert_eq!(case.due(&policy, Some(&one)), Some((at("23 12:00"), Step::SendNotice)));
    assert_eq!(case.accept("officer", at("23 12:00")), Ok(true));
    assert_eq!(case.due(&policy, Some(&one)), Some((at("23 16:00"), Step::Lapse)));
    case.lapse(at("23 16:00"));
    let again = Step::Tell(Whom::DutyOfficer, SignedDuration::from_mins(30));
    assert_eq!(case.due(&policy, Some(&one)), Some((at("23 16:00"), again)));
}

#[test]
fn an_all_clear_ends_it_and_the_register_learns_who_was_heard_of() {
    for (how, ended, heard) in [
        (AllClear::SpokenTo, HowEnded::SpokenTo, Heard::SpokenTo),
        (AllClear::SeenInPerson, HowEnded::SeenInPerson, Heard::SpokenTo),
        (AllClear::KnownSafe, HowEnded::KnownSafe, Heard::KnownSafe),
    ] {
        let mut case = raised(Cause::DayClosed);
        assert_eq!(case.accept("officer", at("23 12:05")), Ok(true));
        // Whoever finds them says so, whoever had accepted.
        assert_eq!(case.all_clear(("visitor", at("23 13:00")), how, Some(" at her sister's ")), Ok(true));
        assert_eq!(case.all_clear(("visitor", at("23 13:01")), how, None), Ok(false), "a repeat");
        assert_eq!(case.notes.len(), 1);
        assert_eq!(case.reached(), Some(Reached { at: at("23 13:00"), how: heard }));
        let mut one = newcomer();
        one.escalation = Some(case.on_record());
        assert_eq!(one.escalation.as_ref().unwrap().case(one.id), case.id);
        assert!(one.learn_reached(case.reached().unwrap()));
        assert_eq!(one.escalation, None);
        assert_eq!(case.due(&policy(), Some(&one)), None);
        assert_eq!(case.ended.as_ref().unwrap().how, ended);
        for refused in [
            case.clone().accept("other", at("23 13:05")),
            case.clone().release(("visitor", at("23 13:05")), true),
            case.clone().all_clear(("other", at("23 13:05")), how, None),
        ] {
            assert_eq!(refused.unwrap_err().code(), "escalation_ended");
        }
        assert_eq!(case.note(("other", at("23 14:00")), "the key is with number 4"), Ok(true));
    }
    let mut case = raised(Cause::DayClosed);
    assert_eq!(
        case.all_clear(("a", at("23 13:00")), AllClear::SpokenTo, Some(&"x".repeat(1_001))),
        Err(Refusal::NoteTooLong)
    );
    assert!(case.is_open(), "what is refused changes nothing");
    case.end(HowEnded::HeardOf, at("23 13:00"));
    assert_eq!(case.reached(), None, "only a named person's word is news");
}

#[test]
fn it_is_over_by_news_or_when_there_is_no_duty_any_more() {
    let policy = policy();
    let about = |change: &dyn Fn(&mut Resident)| {
        let mut one = newcomer();
        change(&mut one);
        one
    };
    let heard = |time: &'static str| {
        about(&move |one| one.reached = Some(Reached { at: at(time), how: Heard::Well }))
    };
    for (resident, check, promise) in [
        (heard("23 08:59"), None, None),
        (heard("23 09:00"), Some(HowEnded::HeardOf), Some(HowEnded::HeardOf)),
        (about(&|one| one.enabled = false), Some(HowEnded::SwitchedOff), None),
        (about(&|one| one.suppressed = Suppression::untold().into()), Some(HowEnded::Suppressed), None),
        (about(&|one| one.profile.consent = Some(false)), Some(HowEnded::NoConsent), None),
        (about(&|one| one.number_bad_since = Some(at("23 10:00"))), None, None),
        (newcomer(), None, None),
    ] {
        assert_eq!(raised(Cause::DayClosed).is_over(Some(&resident), None, &policy), check);
        assert_eq!(raised(Cause::CallbackMissed).is_over(Some(&resident), None, &policy), promise);
    }
    assert_eq!(raised(Cause::DayClosed).is_over(None, None, &policy), Some(HowEnded::Deleted));

    let dial =
        rollcall_domain::attempt::Attempt::begin(newcomer().id, RequestId::derive(&["x"]), at("23 09:00"));
    let mut promise = Callback::promise(&dial, at("23 09:00"), &policy);
    let overdue = raised(Cause::CallbackOverdue);
    assert_eq!(overdue.is_over(Some(&newcomer()), Some(&promise), &policy), None);
    promise.cancel(Cancelled { at: at("23 10:00"), by: "agent".to_owned(), why: "asked".to_owned() });
    let cancelled = Some(HowEnded::CallbackCancelled);
    assert_eq!(overdue.is_over(Some(&newcomer()), Some(&promise), &policy), cancelled);
}

/// Somebody who is switched off while escalated is looked at at once.
#[test]
fn a_case_that_stands_without_cause_is_reviewed() {
    let (policy, mut one) = (policy(), newcomer());
    one.escalation = Some(raised(Cause::DayClosed).on_record());
    assert_eq!(Schedule::of(&one, &policy, at("23 13:00")).review_at, None);
    one.enabled = false;
    assert_eq!(Schedule::of(&one, &policy, at("23 13:00")).review_at, Some(at("23 12:00")));
    one.escalation = Some(raised(Cause::CallbackOverdue).on_record());
    assert_eq!(Schedule::of(&one, &policy, at("23 13:00")).review_at, None, "the promise is owed");
}

#[test]
fn a_case_that_was_not_over_after_all_begins_anew() {
    let (policy, one) = (policy(), newcomer());
    let mut case = raised(Cause::DayClosed);
    climb(&mut case, &one, &policy, "23 12:40");
    assert!(!case.raise_again(at("23 12:40")), "one that stands goes on");
    assert_eq!((case.round, case.told.len()), (1, 2));
    assert!(case.end(HowEnded::HeardOf, at("23 12:41")));
    assert!(!case.end(HowEnded::Deleted, at("23 12:42")), "the first news stand");
    assert!(case.raise_again(at("23 12:50")));
    assert_eq!(case.round, 2);
    assert_eq!(climb(&mut case, &one, &policy, "23 13:00"), ["23 12:50 DutyOfficer"]);
}

#[test]
fn the_id_of_a_case_is_frozen() {
    // Stored data names cases by this id: a change here is a migration.
    let id = EscalationId::of(newcomer().id, at("23 09:00"), Cause::BadNumber);
    assert_eq!(id, raised(Cause::BadNumber).id);
    assert_ne!(id, raised(Cause::DayClosed).id);
    assert_eq!(id.to_string(), "4f980574-0b33-5fc8-8206-14480b312f82");
}

#[test]
fn the_same_note_by_the_same_person_right_after_is_a_repeat_and_nothing_else_is() {
    let mut case = raised(Cause::DayClosed);
    let mut note = |by: &str, text: &str| case.note((by, at("23 12:10")), text);
    assert_eq!(note("officer", "no light on"), Ok(true));
    assert_eq!(note("officer", " no light on "), Ok(false));
    assert_eq!(note("other", "no light on"), Ok(true));
    assert_eq!(note("other", "rang twice"), Ok(true));
    assert_eq!(note("officer", "no light on"), Ok(true), "not right after");
    assert_eq!(note("officer", &"x".repeat(LONGEST_NOTE)), Ok(true));
    assert_eq!(note("officer", &"x".repeat(LONGEST_NOTE + 1)), Err(Refusal::NoteTooLong));
    assert_eq!(case.notes.len(), 5);
}

#[test]
fn a_ladder_that_cannot_be_used_says_why() {
    let rung = |to, accept_minutes| Rung { to, accept_minutes };
    let (duty, visit) = (rung(RungTo::DutyOfficer, 30), rung(RungTo::WelfareVisit, 60));
    let last = "ladder: expected welfare_visit as the last rung, and only there".to_owned();
    for (ladder, expected) in [
        (vec![visit], vec![]),
        ([vec![duty; 9], vec![visit]].concat(), vec![]),
        (vec![], vec!["ladder has 0 rungs; expected 1 to 10".to_owned()]),
        ([vec![duty; 10], vec![visit]].concat(), vec!["ladder has 11 rungs; expected 1 to 10".to_owned()]),
        (vec![duty], vec![last.clone()]),
        (vec![visit, duty], vec![last.clone()]),
        (vec![visit, visit], vec![last]),
        (vec![rung(RungTo::DutyOfficer, 1), rung(RungTo::WelfareVisit, 1_440)], vec![]),
        (
            vec![rung(RungTo::WelfareVisit, 1_441)],
            vec!["ladder: accept_minutes of rung 1 is 1441; expected 1 to 1440".to_owned()],
        ),
        (
            vec![rung(RungTo::DutyOfficer, 0), visit],
            vec!["ladder: accept_minutes of rung 1 is 0; expected 1 to 1440".to_owned()],
        ),
    ] {
        let policy = Policy { ladder, ..Policy::default() };
        assert_eq!(policy.problems(), expected);
    }
    let text = r#"{"ladder": [{"to": "keyholders", "accept_minutes": 10}, {"to": "welfare_visit", "accept_minutes": 20}],
        "desk": {"days": [true, true, true, true, true, true, false], "daily": {"start": "08:00", "end": "08:00"}}}"#;
    let policy: Policy = serde_json::from_str(text).unwrap();
    let found = policy.problems();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("desk starts at 08:00:00 and ends at 08:00:00"), "{found:?}");
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Pass(i64),
    Accept(u8),
    Release(u8),
    Heard,
    AllClear(u8),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        6 => (1..100_i64).prop_map(Move::Pass),
        2 => (0..3_u8).prop_map(Move::Accept),
        2 => (0..3_u8).prop_map(Move::Release),
        1 => Just(Move::Heard),
        1 => (0..3_u8).prop_map(Move::AllClear),
    ];
    proptest::collection::vec(one, 1..40)
}

#[test]
fn how_a_case_ended_is_said_with_the_word_that_is_stored() {
    let all = [
        HowEnded::SpokenTo,
        HowEnded::SeenInPerson,
        HowEnded::KnownSafe,
        HowEnded::HeardOf,
        HowEnded::Deleted,
        HowEnded::SwitchedOff,
        HowEnded::Suppressed,
        HowEnded::NoConsent,
        HowEnded::CallbackCancelled,
    ];
    assert_eq!(
        all.map(|how| serde_json::to_value(how).unwrap()),
        all.map(|how| serde_json::Value::from(how.word()))
    );
}

proptest! {
    #![proptest_config(seeded(0x00E5, 200))]

    /// Whatever people do, nobody is told while somebody sees to it or after it
    /// is over, nobody is skipped, and an open case is always looked at again.
    #[test]
    fn the_ladder_holds_in_any_order_of_deeds(moves in moves(), keyholders in 0..4_u16) {
        let (policy, one) = (policy(), with_keyholders(keyholders));
        let (mut case, mut now) = (raised(Cause::DayClosed), at("23 12:00"));
        let by = |n: u8| format!("officer {n}");
        for one_move in moves {
            match one_move {
                Move::Pass(minutes) => now += SignedDuration::from_mins(minutes),
                Move::Accept(n) => drop(case.accept(&by(n), now)),
                Move::Release(n) => drop(case.release((&by(n), now), false)),
                Move::Heard => drop(case.end(HowEnded::HeardOf, now)),
                Move::AllClear(n) => drop(case.all_clear((&by(n), now), AllClear::SeenInPerson, None)),
            }
            check_step(&mut case, &one, &policy, now)?;
        }
    }
}

fn check_step(
    case: &mut Escalation,
    one: &Resident,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), TestCaseError> {
    while let Some((due, step)) = case.due(policy, Some(one)).filter(|(due, _)| *due <= now) {
        prop_assert!(case.is_open());
        match step {
            Step::Tell(whom, time) => {
                prop_assert!(case.accepted.is_none());
                let ladder = rollcall_domain::escalation::ladder::rungs(policy, Some(one));
                let expected = ladder.get(case.told.len()).or_else(|| ladder.last()).unwrap();
                prop_assert_eq!((whom, time), *expected);
                case.tell((whom, time), now);
            }
            Step::SendNotice => case.untold = false,
            Step::Lapse => {
                prop_assert!(case.accepted.as_ref().is_some_and(|it| it.at + policy.all_clear() == due));
                case.lapse(due);
            }
            Step::Alarm => case.alarmed_at = Some(now),
        }
    }
    case.unsettled = false;
    let next = case.review_at(policy);
    prop_assert_eq!(next.is_some(), case.is_open(), "an open case is never forgotten");
    prop_assert!(next.is_none_or(|at| at > now));
    Ok(())
}
