//! What agents do with a promise, and that their word outranks the record.

use crate::common::arbitrary::seeded;
use crate::common::{at, policy, request};
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, proptest};
use proptest::prop_oneof;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::callback::{Callback, CallbackState, Cancelled, Try};
use rollcall_domain::desk::{AgentDisposition, AgentResult, CancelReason, DeskRefusal, MOST_RESULTS, Taken};
use rollcall_domain::ids::{ContactId, ResidentId};

use AgentDisposition::{Helped, LeftMessage, NoAnswer, Referred, Safeguarding, WrongPerson};

fn promised() -> Callback {
    let dial = Attempt::begin(ResidentId::derive(&["ada"]), request("first"), at("23 10:00"));
    Callback::promise(&dial, at("23 10:01"), &policy())
}

fn leg(name: &str) -> ContactId {
    ContactId::new(name)
}

fn said(by: &str, time: &str, disposition: AgentDisposition, contact: &str) -> AgentResult {
    let contact = (!contact.is_empty()).then(|| leg(contact));
    AgentResult { at: at(time), by: by.to_owned(), disposition, contact }
}

fn state(one: &Callback) -> CallbackState {
    one.state(&policy())
}

#[test]
fn a_voicemail_that_connect_takes_for_a_talk_is_none_whichever_comes_first() {
    let record = Try::SpokenTo(at("23 10:40"));
    for word in [NoAnswer, LeftMessage, WrongPerson] {
        let mut before = promised();
        before.learn(leg("a"), Try::Waiting);
        before.complete(said("joe", "23 10:45", word, "a"), &policy()).unwrap();
        before.learn(leg("a"), record);

        let mut after = promised();
        after.learn(leg("a"), Try::Waiting);
        after.learn(leg("a"), record);
        assert_eq!(state(&after), CallbackState::SpokenTo(at("23 10:40")));
        after.complete(said("joe", "23 10:45", word, "a"), &policy()).unwrap();

        assert_eq!(before, after, "{word:?}");
        assert_eq!(state(&after), CallbackState::Open);
        assert!(after.was_no_talk(at("23 10:40")) && !after.was_no_talk(at("23 10:45")));
        assert_eq!(after.reached(&policy()), None);
        assert_eq!(after.review_at(&policy()), Some(after.requested_at), "others must hear of it at once");
        after.unsettled = false;
        assert_eq!(after.review_at(&policy()), Some(at("23 12:01")), "and then it is owed as before");
    }
}

#[test]
fn a_talk_is_a_talk_by_the_agents_word_also_where_the_record_says_otherwise() {
    for word in [Helped, Referred, Safeguarding] {
        for record in [None, Some(Try::Missed(at("23 10:41"))), Some(Try::SpokenTo(at("23 10:40")))] {
            let mut one = promised();
            one.learn(leg("a"), Try::Waiting);
            assert_eq!(one.complete(said("joe", "23 10:45", word, "a"), &policy()), Ok(true));
            if let Some(record) = record {
                one.learn(leg("a"), record);
            }
            let spoken = if matches!(record, Some(Try::SpokenTo(_))) { "23 10:40" } else { "23 10:45" };
            assert_eq!(state(&one), CallbackState::SpokenTo(at(spoken)), "{word:?} {record:?}");
        }
    }
}

#[test]
fn of_two_words_about_one_leg_the_later_stands() {
    let mut one = promised();
    one.complete(said("joe", "23 10:45", Helped, "a"), &policy()).unwrap();
    assert_eq!(one.complete(said("joe", "23 10:50", NoAnswer, "a"), &policy()), Ok(true));
    assert_eq!(state(&one), CallbackState::Open);
    assert!(one.was_no_talk(at("23 10:45")));
    assert_eq!(one.complete(said("joe", "23 10:55", Helped, "a"), &policy()), Ok(true));
    assert_eq!(state(&one), CallbackState::SpokenTo(at("23 10:55")));
    let mia = said("mia", "23 10:56", NoAnswer, "a");
    assert_eq!(one.complete(mia, &policy()), Err(DeskRefusal::SaidByAnother));
}

#[test]
fn whoever_has_taken_it_is_the_only_one_who_rings() {
    let mut one = promised();
    one.learn(leg("a"), Try::Waiting);
    assert!(one.is_queued());
    assert_eq!(one.take("joe", at("23 10:20"), &policy()), Ok(true));
    assert_eq!(one.taken, Some(Taken { at: at("23 10:20"), by: "joe".to_owned() }));
    assert_eq!(one.to_stop().collect::<Vec<_>>(), [&leg("a")]);
    assert_eq!(one.review_at(&policy()), Some(one.requested_at));
    assert!(!one.is_queued());
    assert_eq!(one.take("joe", at("23 10:21"), &policy()), Ok(false), "a repeat is no news");
    assert_eq!(one.take("mia", at("23 10:21"), &policy()), Err(DeskRefusal::TakenByAnother));
    assert_eq!(
        one.cancel_by(("mia", at("23 10:21")), CancelReason::Asked, &policy()),
        Err(DeskRefusal::TakenByAnother)
    );
    let by_mia = said("mia", "23 10:22", Helped, "");
    assert_eq!(one.complete(by_mia, &policy()), Err(DeskRefusal::TakenByAnother));

    // Connect tries again by itself, before it hears that it should not.
    one.learn(leg("a"), Try::Missed(at("23 10:21")));
    assert_eq!((one.to_stop().count(), one.legs().len()), (0, 0), "a leg that was stopped was no try");
    one.learn(leg("b"), Try::Waiting);
    assert_eq!(one.to_stop().collect::<Vec<_>>(), [&leg("b")]);

    assert_eq!(one.give_back("mia", false), Err(DeskRefusal::TakenByAnother));
    assert_eq!(one.give_back("mia", true), Ok(true));
    assert_eq!(one.give_back("joe", false), Ok(false));
    one.learn(leg("c"), Try::Waiting);
    assert!(one.is_queued() && one.to_stop().count() == 1, "those that come now are to be offered");
}

#[test]
fn a_leg_that_was_to_be_stopped_and_was_answered_counts() {
    let mut one = promised();
    one.learn(leg("a"), Try::Waiting);
    one.take("joe", at("23 10:20"), &policy()).unwrap();
    one.learn(leg("a"), Try::SpokenTo(at("23 10:20")));
    assert_eq!(state(&one), CallbackState::SpokenTo(at("23 10:20")));
}

#[test]
fn calls_by_other_means_are_told_by_whoever_has_taken_it_each_once() {
    let mut one = promised();
    let first = said("joe", "23 10:30", NoAnswer, "");
    assert_eq!(one.complete(first.clone(), &policy()), Err(DeskRefusal::NotTaken));
    one.take("joe", at("23 10:20"), &policy()).unwrap();
    assert_eq!(one.complete(first, &policy()), Ok(true));
    assert_eq!((state(&one), &one.taken), (CallbackState::Open, &None), "it comes back");
    let again = said("joe", "23 10:31", NoAnswer, "");
    assert_eq!(one.complete(again, &policy()), Ok(false), "told twice");
    one.take("joe", at("23 10:50"), &policy()).unwrap();
    assert_eq!(one.complete(said("joe", "23 10:55", NoAnswer, ""), &policy()), Ok(true), "rung twice");
    assert_eq!(one.results.len(), 2);
    one.take("mia", at("23 11:00"), &policy()).unwrap();
    assert_eq!(one.complete(said("mia", "23 11:05", Safeguarding, ""), &policy()), Ok(true));
    assert_eq!(state(&one), CallbackState::SpokenTo(at("23 11:05")));
    assert_eq!(one.complete(said("mia", "23 11:06", Safeguarding, ""), &policy()), Ok(false));
    assert_eq!(one.complete(said("joe", "23 11:06", Helped, ""), &policy()), Err(DeskRefusal::NotOwed));
    assert_eq!(one.take("joe", at("23 11:07"), &policy()), Err(DeskRefusal::NotOwed));
    assert_eq!(one.raise(true, &policy()), Err(DeskRefusal::NotOwed));
}

#[test]
fn a_promise_that_comes_back_with_every_try_spent_is_told_anew() {
    let mut one = promised();
    for (name, time) in [("a", "23 10:10"), ("b", "23 10:20"), ("c", "23 10:30")] {
        one.learn(leg(name), Try::Missed(at(time)));
    }
    one.missed_told = true;
    one.learn(leg("d"), Try::SpokenTo(at("23 10:40")));
    one.complete(said("joe", "23 10:45", LeftMessage, "d"), &policy()).unwrap();
    one.unsettled = false;
    assert_eq!((state(&one), one.missed_told), (CallbackState::Missed, false));
    assert_eq!(one.review_at(&policy()), Some(one.requested_at));
}

#[test]
fn what_was_told_of_a_promise_that_is_owed_all_the_while_is_not_told_anew() {
    let mut one = promised();
    (one.missed_told, one.escalated) = (true, true);
    one.take("joe", at("23 10:20"), &policy()).unwrap();
    assert_eq!(one.complete(said("joe", "23 10:30", NoAnswer, ""), &policy()), Ok(true));
    assert_eq!((state(&one), one.missed_told, one.escalated), (CallbackState::Open, true, true));
}

#[test]
fn a_concern_is_to_be_told_once() {
    let mut one = promised();
    one.learn(leg("a"), Try::SpokenTo(at("23 10:20")));
    assert!(!one.is_concern_untold());
    one.complete(said("joe", "23 10:30", Safeguarding, "a"), &policy()).unwrap();
    assert!(one.is_concern_untold());
    one.concern_told = true;
    assert!(!one.is_concern_untold());
}

#[test]
fn what_is_cancelled_is_what_is_owed() {
    let news = || Cancelled::since_deleted(at("23 10:30"));
    let mut one = promised();
    one.learn(leg("a"), Try::Waiting);
    one.take("joe", at("23 10:20"), &policy()).unwrap();
    assert!(one.cancel_owed(news(), &policy()));
    assert!(!one.cancel_owed(news(), &policy()));
    assert_eq!((state(&one), &one.taken), (CallbackState::Cancelled(at("23 10:30")), &None));
    let mut kept = promised();
    kept.learn(leg("a"), Try::SpokenTo(at("23 10:20")));
    assert!(!kept.cancel_owed(news(), &policy()));
    assert_eq!(kept.cancelled, None);
    let by = ("joe", at("23 10:30"));
    assert_eq!(kept.cancel_by(by, CancelReason::Duplicate, &policy()), Err(DeskRefusal::NotOwed));

    let mut asked = promised();
    asked.learn(leg("a"), Try::Waiting);
    assert_eq!(asked.cancel_by(by, CancelReason::HeardOtherwise, &policy()), Ok(true));
    assert_eq!(asked.cancel_by(by, CancelReason::HeardOtherwise, &policy()), Ok(false), "a repeat");
    assert_eq!(asked.cancel_by(by, CancelReason::Mistake, &policy()), Err(DeskRefusal::NotOwed));
    assert_eq!(asked.cancelled.as_ref().unwrap().why, "heard_otherwise");
    assert_eq!((asked.to_stop().count(), asked.review_at(&policy())), (1, Some(asked.requested_at)));
    // An agent who had accepted it meanwhile may still say so.
    assert_eq!(asked.complete(said("mia", "23 10:35", Helped, "a"), &policy()), Ok(true));
    assert_eq!(state(&asked), CallbackState::SpokenTo(at("23 10:35")));
}

#[test]
fn a_promise_is_raised_and_put_back_once_each() {
    let mut one = promised();
    let done = [true, true, false, false].map(|raised| one.raise(raised, &policy()));
    assert_eq!(done, [Ok(true), Ok(false), Ok(true), Ok(false)]);
    assert!(!one.raised);
}

#[test]
fn a_promise_keeps_a_bounded_number_of_results() {
    let mut one = promised();
    for n in 0..MOST_RESULTS {
        let contact = format!("leg {n}");
        assert_eq!(one.complete(said("joe", "23 10:30", WrongPerson, &contact), &policy()), Ok(true));
    }
    let more = said("joe", "23 10:31", Helped, "one more");
    assert_eq!(one.complete(more, &policy()), Err(DeskRefusal::TooManyResults));
}

#[test]
fn promises_that_were_stored_before_can_be_read_and_new_parts_are_stored_when_there_are_any() {
    let stored = serde_json::to_value(promised()).unwrap();
    for field in ["taken", "raised", "results", "withdrawn", "unsettled", "cancelled"] {
        assert_eq!(stored.get(field), None, "{field}");
    }
    assert_eq!(serde_json::from_value::<Callback>(stored).unwrap(), promised());
    let mut one = promised();
    one.learn(leg("a"), Try::Waiting);
    one.raise(true, &policy()).unwrap();
    one.take("joe", at("23 10:20"), &policy()).unwrap();
    one.complete(said("joe", "23 10:30", NoAnswer, "a"), &policy()).unwrap();
    let stored = serde_json::to_value(&one).unwrap();
    let expected = serde_json::json!([{"at": "2026-11-23T10:30:00Z", "by": "joe",
        "disposition": "no_answer", "contact": "a"}]);
    assert_eq!(stored["results"], expected);
    assert_eq!(serde_json::from_value::<Callback>(stored).unwrap(), one);
}

#[derive(Clone, Debug)]
enum News {
    Leg(ContactId, Try),
    Word(AgentResult),
}

fn news() -> impl Strategy<Value = News> {
    let time = (0_i64..6).prop_map(|minute| at("23 10:10") + SignedDuration::from_mins(minute));
    let leg = prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")].prop_map(ContactId::new);
    let record = (leg.clone(), time.clone(), 0_u8..3).prop_map(|(leg, at, kind)| {
        let news = match kind {
            0 => Try::Waiting,
            1 => Try::Missed(at),
            _ => Try::SpokenTo(at),
        };
        News::Leg(leg, news)
    });
    let dispositions = prop_oneof![Just(Helped), Just(NoAnswer), Just(LeftMessage)];
    let word = (leg, any::<bool>(), time, dispositions).prop_map(|(leg, named, at, disposition)| {
        let contact = named.then_some(leg);
        News::Word(AgentResult { at, by: "joe".to_owned(), disposition, contact })
    });
    prop_oneof![record, word]
}

fn learn(one: &mut Callback, news: &News) -> bool {
    match news.clone() {
        News::Leg(leg, news) => one.learn(leg, news),
        News::Word(result) => one.learn_result(result),
    }
}

proptest! {
    #![proptest_config(seeded(0x0042, 2_000))]

    #[test]
    fn any_order_and_any_repetition_of_records_and_words_give_the_same_promise(
        (news, shuffled) in vec(news(), 1..=8).prop_flat_map(|news| {
            let twice: Vec<_> = news.iter().chain(&news).cloned().collect();
            (Just(news), Just(twice).prop_shuffle())
        }),
    ) {
        let (mut one, mut other) = (promised(), promised());
        for piece in &news {
            let before = one.clone();
            prop_assert_eq!(learn(&mut one, piece), one != before, "tells whether it was news");
        }
        for piece in &shuffled {
            learn(&mut other, piece);
        }
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.is_owed(), state(&one).is_owed());
        prop_assert_eq!(one.review_at(&policy()).is_some(), one.is_owed());

        // What was said last of a leg decides; the record where nothing was said.
        let spoken_of = |name: &ContactId| {
            let said = one.results.iter().rfind(|word| word.contact.as_ref() == Some(name));
            match said {
                Some(word) => word.disposition.is_spoken(),
                None => matches!(one.tries.get(name), Some(Try::SpokenTo(_))),
            }
        };
        let by_hand = one.results.iter().any(|word| word.contact.is_none() && word.disposition.is_spoken());
        let kept = by_hand || ["a", "b", "c", "d"].iter().any(|name| spoken_of(&leg(name)));
        prop_assert_eq!(!one.is_owed(), kept);
    }
}
