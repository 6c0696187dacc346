//! For how long things are kept, and from when on they age.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rollcall_domain::attempt::{Attempt, Withdrawal};
use rollcall_domain::batch::{Batch, BatchStage, Tally};
use rollcall_domain::callback::{Callback, Cancelled, Try};
use rollcall_domain::duty::Cause;
use rollcall_domain::erasure::{Class, Erasure, ErasureReason};
use rollcall_domain::escalation::{Escalation, HowEnded};
use rollcall_domain::ids::{BatchId, ContactId, RequestId, ResidentId};
use rollcall_domain::letter::{Letter, Parking};
use rollcall_domain::policy::Policy;
use rollcall_domain::retention::Retention;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn problems(change: impl FnOnce(&mut Retention)) -> Vec<String> {
    let mut retention = Retention::default();
    change(&mut retention);
    retention.problems()
}

#[test]
fn what_an_export_says_is_what_the_policy_does() {
    let retention = Retention::default();
    let said: Vec<(&str, String)> =
        Class::ALL.into_iter().map(|class| (class.word(), class.kept(&retention))).collect();
    let said = |word: &str| said.iter().find(|(found, _)| *found == word).unwrap().1.clone();
    assert_eq!(
        said("lists"),
        "30 days, on AWS from when somebody was last erased from it, then it is deleted within days"
    );
    assert_eq!(said("attempts"), "13 months, then it is deleted within days");
    assert_eq!(said("accounts"), "a year, then it is deleted within days");
    assert_eq!(said("audit"), "6 years, then it is deleted within days");
    assert_eq!(said("callbacks"), "13 months from when it is over, then it is deleted within days");
    assert_eq!(said("register"), "until you are taken off the register");
    assert_eq!(
        said("numbers"),
        "13 months from when it rang last, on AWS at least until you are taken off the register, then it is deleted \
         within days"
    );
    let shorter = Retention { lists_days: 45, calls_days: 92, accounts_days: 61, ..retention };
    assert!(Class::Lists.kept(&shorter).starts_with("45 days,"));
    assert!(Class::Attempts.kept(&shorter).starts_with("92 days,"));
    assert!(Class::Accounts.kept(&shorter).starts_with("2 months,"));
    for class in Class::ALL {
        let words = retention.words(class);
        assert_eq!(words.is_some(), Retention::aging().any(|aging| aging == class), "{class:?}");
        assert!(words.is_none_or(|words| class.kept(&retention).contains(&words)), "{class:?}");
    }
}

#[test]
fn days_are_told_as_people_tell_them() {
    for (days, words) in [
        (1, "1 days"),
        (30, "30 days"),
        (61, "2 months"),
        (364, "364 days"),
        (365, "a year"),
        (366, "366 days"),
        (396, "13 months"),
        (730, "730 days"),
        (731, "2 years"),
        (2_192, "6 years"),
    ] {
        let retention = Retention { lists_days: days, ..Retention::default() };
        assert_eq!(retention.words(Class::Lists).unwrap(), words, "{days}");
    }
}

#[test]
fn each_bound_is_where_it_is_said_to_be() {
    assert_eq!(problems(|_| {}), Vec::<String>::new());
    assert_eq!(problems(|it| it.lists_days = 15), Vec::<String>::new());
    assert_eq!(
        problems(|it| it.lists_days = 14),
        ["retention.lists_days is 14; expected 15 to 36500: what waits to be loaded must find its list"]
    );
    let short = |it: &mut Retention| (it.accounts_days, it.calls_days, it.batches_days) = (32, 63, 63);
    assert_eq!(problems(short), Vec::<String>::new());
    assert_eq!(problems(|it| it.accounts_days = 31).len(), 1);
    assert_eq!(problems(|it| it.accounts_days = 366).len(), 1, "their evidence would be gone");
    assert_eq!(problems(|it| it.calls_days = 395).len(), 2, "and an upload could be undone by mistake");
    assert_eq!(problems(|it| (it.calls_days, it.batches_days) = (397, 397)), Vec::<String>::new());
    assert_eq!(problems(|it| it.batches_days = 397).len(), 1);
    assert_eq!(problems(|it| it.batches_days = 30), Vec::<String>::new());
    assert_eq!(problems(|it| it.batches_days = 29).len(), 1);
    assert_eq!(problems(|it| it.letters_days = 0).len(), 1);
    assert_eq!(problems(|it| it.audit_days = 396), Vec::<String>::new());
    assert_eq!(problems(|it| it.audit_days = 395).len(), 1);
    assert_eq!(problems(|it| it.audit_days = 36_501).len(), 1);
    let policy =
        Policy { retention: Retention { letters_days: 0, ..Retention::default() }, ..Policy::default() };
    assert_eq!(policy.problems().len(), 1, "it is part of the policy");
}

#[test]
fn a_thing_is_kept_for_all_of_its_last_day() {
    let zone = TimeZone::get("Europe/London").unwrap();
    let limit =
        |class, today| Retention::default().limit(class, today, &zone).map(|limit| (limit.day, limit.at));
    let summer: Date = date(2026, 6, 1);
    let expected = (date(2026, 5, 2), at("2026-05-01T23:00:00Z"));
    assert_eq!(limit(Class::Lists, summer), Some(expected), "midnight there");
    let new_year = (date(2026, 1, 1), at("2026-01-01T00:00:00Z"));
    assert_eq!(limit(Class::Accounts, date(2027, 1, 1)), Some(new_year));
    let evidence = (date(2025, 12, 1), at("2025-12-01T00:00:00Z"));
    assert_eq!(limit(Class::Attempts, date(2027, 1, 1)), Some(evidence), "31 days before");
    assert_eq!(limit(Class::Register, summer), None);
    assert_eq!(Retention::aging().next(), Some(Class::Accounts), "before their evidence");
    let second = |text: &str| Some(at(text).as_second());
    let retention = Retention::default();
    let over = at("2026-11-23T09:00:00.5Z");
    assert_eq!(retention.expires(Class::Attempts, over), second("2027-12-24T09:00:00Z"));
    assert_eq!(retention.expires(Class::Audit, over), second("2032-11-23T09:00:00Z"));
    assert_eq!(retention.expires(Class::Register, over), None);
    assert_eq!(retention.expires_of_day(Class::Accounts, date(2026, 11, 23)), second("2027-11-24T00:00:00Z"));
}

#[test]
fn what_is_open_does_not_age() {
    let (resident, now) = (ResidentId::derive(&["ann"]), at("2026-11-23T09:00:00Z"));
    let mut dial = Attempt::begin(resident, RequestId::derive(&["one"]), now);
    assert_eq!(dial.over_since(), None);
    let mut promise = Callback::promise(&dial, now, &Policy::default());
    dial.withdrawn = Some(Withdrawal::NoEvidence);
    assert_eq!(dial.over_since(), Some(now));

    assert_eq!(promise.over_since(), None, "owed");
    let contact = ContactId::new("leg");
    promise.learn(contact.clone(), Try::Waiting);
    promise.cancel_owed(Cancelled::since_deleted(at("2026-11-24T09:00:00Z")), &Policy::default());
    assert_eq!(promise.over_since(), None, "Connect may still ring");
    promise.learn(contact, Try::Missed(at("2026-11-24T09:01:00Z")));
    promise.unsettled = false;
    assert_eq!(promise.over_since(), Some(at("2026-11-24T09:00:00Z")));

    let mut case = Escalation::raise(resident, (Cause::DayClosed, now), None, now);
    assert_eq!(case.over_since(), None);
    case.end(HowEnded::Deleted, at("2026-11-23T10:00:00Z"));
    assert_eq!(case.over_since(), None, "the record does not know yet");
    case.unsettled = false;
    assert_eq!(case.over_since(), Some(at("2026-11-23T10:00:00Z")));

    let how = Parking { reason: "broken", handler: "loader", at: now, receives: 1 };
    let mut letter = Letter::parked("rows", "1", ("rows_chunk".to_owned(), Vec::new()), how);
    assert_eq!(letter.over_since(), None);
    letter.discard("joe", "of no use", at("2026-11-25T09:00:00Z")).unwrap();
    assert_eq!(letter.over_since(), Some(at("2026-11-25T09:00:00Z")));

    let mut erasure = Erasure::asked(resident, ("joe", now), ErasureReason::Asked, None);
    assert_eq!(erasure.over_since(), None);
    erasure.finish(at("2026-11-23T09:01:00Z"), Policy::default().evidence_window());
    assert_eq!(erasure.over_since(), None, "to be looked at again");
    erasure.looked_again();
    assert_eq!(erasure.over_since(), Some(at("2026-11-23T09:01:00Z")));

    let mut batch = Batch::seen(BatchId::derive(&["one"]), "list.csv".to_owned(), now);
    let tally = Tally { chunks_done: 1, ..Tally::default() };
    assert_eq!(batch.over_since(&tally), None, "being read");
    batch.stage = BatchStage::Loading { chunks: 2, rows: 1 };
    assert_eq!(batch.over_since(&tally), None, "being loaded");
    assert_eq!(batch.over_since(&Tally { chunks_done: 2, ..tally }), Some(now));
    batch.stage = BatchStage::Undoing { chunks: 2, rows: 1 };
    assert_eq!(batch.over_since(&tally), None, "being undone");
    batch.stage = BatchStage::Undone { chunks: 2, rows: 1 };
    assert_eq!(batch.over_since(&tally), Some(now));
}

#[test]
fn accounts_of_the_last_year_are_kept_and_none_before() {
    let (policy, today) = (Policy::default(), date(2026, 11, 23));
    let gone = |day: Date| policy.keeps_no_account_of(day, today);
    assert_eq!(
        [date(2025, 11, 22), date(2025, 11, 23), date(2025, 11, 24), today].map(gone),
        [true, false, false, false]
    );
}
