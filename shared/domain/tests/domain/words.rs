//! Words that are stored, sent and counted by: whoever changes one changes what is on record.

use crate::common::{at, policy};
use rollcall_domain::desk::{AgentDisposition, CancelReason};
use rollcall_domain::duty::Cause;
use rollcall_domain::erasure::{Class, ErasureReason};
use rollcall_domain::escalation::HowEnded;
use rollcall_domain::escalation::ladder::Whom;
use rollcall_domain::group::Group;
use rollcall_domain::ledger::DayState;
use rollcall_domain::letter::{LetterState, What};
use rollcall_domain::resident::Risk;
use serde::Serialize;
use std::collections::BTreeSet;

/// What JSON has for each.
fn stored<T: Serialize>(all: &[T]) -> Vec<String> {
    let word = |one: &T| serde_json::to_value(one).ok()?.as_str().map(str::to_owned);
    all.iter().map(|one| word(one).expect("a word")).collect()
}

/// Each has its word, and JSON has the same.
#[track_caller]
fn frozen<T: Serialize + Copy>(all: &[T], word: fn(T) -> &'static str, expected: &str) {
    let words: Vec<_> = all.iter().map(|one| word(*one)).collect();
    assert_eq!(words.join(" "), expected);
    assert_eq!(stored(all), words);
}

#[test]
fn what_agents_say_and_why_promises_and_cases_end() {
    use AgentDisposition as Said;
    let said = [
        Said::NoAnswer,
        Said::LeftMessage,
        Said::WrongPerson,
        Said::Helped,
        Said::Referred,
        Said::Safeguarding,
    ];
    frozen(&said, Said::word, "no_answer left_message wrong_person helped referred safeguarding");
    assert_eq!(said.map(Said::is_spoken), [false, false, false, true, true, true]);

    use CancelReason as Why;
    let why = [Why::Asked, Why::HeardOtherwise, Why::Duplicate, Why::Mistake, Why::Other];
    assert_eq!(why.map(Why::word), ["asked", "heard_otherwise", "duplicate", "mistake", "other"]);

    use HowEnded as Ended;
    let clear = [Ended::SpokenTo, Ended::SeenInPerson, Ended::KnownSafe, Ended::HeardOf];
    frozen(&clear, Ended::word, "spoken_to seen_in_person known_safe heard_of");
    let gone =
        [Ended::Deleted, Ended::SwitchedOff, Ended::Suppressed, Ended::NoConsent, Ended::CallbackCancelled];
    frozen(&gone, Ended::word, "deleted switched_off suppressed no_consent callback_cancelled");
}

#[test]
fn why_somebody_is_told_and_who() {
    use Cause as Why;
    let why = [Why::AttemptsSpent, Why::DayClosed, Why::BadNumber, Why::CallbackMissed, Why::CallbackOverdue];
    frozen(&why, Why::word, "attempts_spent day_closed bad_number callback_missed callback_overdue");
    assert_eq!(why.map(Why::is_about_a_promise), [false, false, false, true, true]);

    let whom = [Whom::DutyOfficer, Whom::Keyholder(1), Whom::Keyholder(2), Whom::WelfareVisit];
    assert_eq!(whom.map(Whom::word), ["duty_officer", "keyholder", "keyholder", "welfare_visit"]);
    frozen(&[Risk::Low, Risk::Medium, Risk::High], Risk::word, "low medium high");
}

#[test]
fn where_somebody_stands() {
    let states = "well callback_open spoken_to trying escalated paused excluded not_due";
    frozen(&DayState::ALL, DayState::word, states);
}

#[test]
fn letters_and_what_happened_to_them() {
    use LetterState as State;
    let states = [State::Open, State::Replaying, State::Applied, State::Discarded];
    frozen(&states, State::word, "open replaying applied discarded");
    assert_eq!(states.map(State::is_ended), [false, false, true, true]);

    let (by, reason) = (String::new(), String::new());
    let discarded = What::Discarded { by: by.clone(), reason, job: None };
    let events = [What::Replayed { by, job: None }, What::Sent, What::Applied, discarded];
    assert_eq!(events.each_ref().map(What::word), ["replayed", "sent", "applied", "discarded"]);
}

#[test]
fn groups_are_called_as_tokens_call_them() {
    assert_eq!(Group::ALL.map(|group| group.to_string()), ["Uploaders", "Agents", "Operators"]);
}

#[test]
fn why_somebody_is_erased() {
    frozen(&ErasureReason::ALL, ErasureReason::word, "asked died left mistake other");
}

#[test]
fn classes_of_data_in_the_order_in_which_they_are_cleaned() {
    let classes = "register callbacks escalations notices queues letters stream suppressions days attempts numbers \
                   lists batches residue accounts audit erasures";
    frozen(&Class::ALL, Class::word, classes);
    let stay: Vec<_> = Class::ALL.into_iter().filter(|class| !class.is_erased()).collect();
    assert_eq!(stay, [Class::Accounts, Class::Audit, Class::Erasures]);
    assert_eq!(Class::erased().count(), 14);
}

#[test]
fn each_class_says_what_for_and_for_how_long_in_words_of_its_own() {
    let retention = policy().retention;
    let purposes: BTreeSet<_> = Class::ALL.into_iter().map(Class::purpose).collect();
    assert_eq!(purposes.len(), Class::ALL.len(), "two classes are for the same");
    for class in Class::ALL {
        assert!(class.purpose().len() > 20, "{class:?}: {}", class.purpose());
        let kept = class.kept(&retention);
        let length = match class {
            Class::Lists => "30 days,",
            Class::Accounts => "a year,",
            Class::Audit | Class::Erasures => "6 years,",
            Class::Callbacks
            | Class::Escalations
            | Class::Notices
            | Class::Letters
            | Class::Days
            | Class::Attempts
            | Class::Numbers
            | Class::Batches => "13 months",
            Class::Queues => "minutes;",
            Class::Stream => "7 days",
            Class::Register | Class::Suppressions | Class::Residue => "until ",
        };
        assert!(kept.contains(length), "{class:?}: {kept}");
    }
    assert_eq!(retention.expires(Class::Register, at("23 09:00")), None);
}
