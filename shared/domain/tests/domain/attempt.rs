//! What is known of a dial only grows, in any order; what became of it follows from that.

use crate::common::arbitrary::seeded;
use crate::common::{at, request};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, proptest};
use proptest::prop_oneof;
use proptest::sample::select;
use rollcall_domain::attempt::{Attempt, Disposition, End, EndReason, Facts, Key, Press, Withdrawal};
use rollcall_domain::ids::{ContactId, ResidentId};

fn begun() -> Attempt {
    Attempt::begin(ResidentId::derive(&["ada"]), request("first"), at("23 10:00"))
}

/// The facts that `text` lists, separated by commas.
#[track_caller]
fn facts(text: &str) -> Facts {
    let mut facts = Facts::default();
    let end = |reason| Some(End { version: Some(at("23 10:02")), reason, at: at("23 10:01") });
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match word {
            "contact" => facts.contact = Some(ContactId::new("c-1")),
            "next contact" => facts.next_contact = Some(ContactId::new("c-2")),
            "answered" => facts.answered_at = Some(at("23 10:00:20")),
            "pressed 1" => facts.press = Some(Press { key: Key::Well, at: at("23 10:00:40") }),
            "pressed 2" => facts.press = Some(Press { key: Key::Talk, at: at("23 10:00:40") }),
            "opted out" => facts.opted_out = Some(at("23 10:00:50")),
            "record" => facts.complete = Some(at("23 10:02")),
            "ended by event" => {
                facts.end = Some(End { version: None, reason: EndReason::Unsaid, at: at("23 10:01") });
            }
            "ended" => facts.end = end(EndReason::Unsaid),
            "busy" => facts.end = end(EndReason::Busy),
            "network" => facts.end = end(EndReason::Network),
            "invalid" => facts.end = end(EndReason::NumberInvalid),
            "machine" => facts.end = end(EndReason::Machine),
            _ => panic!("no fact is called {word:?}"),
        }
    }
    facts
}

/// What became of a dial of which `known` is known, and whether more is waited for.
#[track_caller]
fn check(withdrawn: Option<Withdrawal>, known: &str, expected: &str) {
    let dial = Attempt { withdrawn, facts: facts(known), ..begun() };
    let waiting = if dial.is_closed() { "closed" } else { "waiting" };
    assert_eq!(format!("{:?}, {waiting}", dial.disposition()), expected, "{withdrawn:?}: {known}");
}

#[test]
fn a_contact_record_decides_what_became_of_a_dial() {
    for (known, expected) in [
        ("record, answered, ended, pressed 1", "Well, closed"),
        ("record, answered, ended, pressed 2", "Talk, closed"),
        ("record, answered, ended, opted out", "OptedOut, closed"),
        ("record, answered, ended, opted out, pressed 1", "OptedOut, closed"),
        // Who asked for help is helped, and neither is lost.
        ("record, answered, ended, opted out, pressed 2", "Talk, closed"),
        ("opted out", "OptedOut, waiting"),
        ("record, answered, ended, pressed 2, next contact", "Talk, closed"),
        ("record, answered, machine", "Machine, closed"),
        ("record, answered, ended", "Unconfirmed, closed"),
        ("record, answered", "Unconfirmed, closed"),
        ("record, answered, network", "Unconfirmed, closed"),
        ("record, busy", "Busy, closed"),
        ("record, ended", "NoAnswer, closed"),
        ("record", "NoAnswer, closed"),
        ("record, machine", "NoAnswer, closed"),
        ("record, network", "Network, closed"),
        ("record, invalid", "BadNumber, closed"),
        // A press outranks whatever the record says of the end.
        ("record, busy, pressed 1", "Well, closed"),
        ("record, invalid, pressed 2", "Talk, closed"),
        ("record, answered, machine, pressed 1", "Well, closed"),
    ] {
        check(None, known, expected);
    }
}

#[test]
fn without_a_contact_record_only_a_key_press_decides() {
    for (known, expected) in [
        ("", "Open, waiting"),
        ("contact", "Open, waiting"),
        ("contact, answered", "Open, waiting"),
        ("contact, answered, ended by event", "Open, waiting"),
        ("contact, busy", "Open, waiting"),
        ("contact, answered, pressed 1", "Well, waiting"),
        ("pressed 2", "Talk, waiting"),
    ] {
        check(None, known, expected);
    }
}

#[test]
fn proof_of_a_call_outranks_the_belief_that_there_was_none() {
    for withdrawal in [Withdrawal::Throttled, Withdrawal::Refused, Withdrawal::NoEvidence] {
        for (known, expected) in [
            ("", "NotPlaced, closed"),
            ("contact", "Open, waiting"),
            ("ended by event", "Open, waiting"),
            ("pressed 1", "Well, waiting"),
            ("pressed 2", "Talk, waiting"),
            ("record", "NoAnswer, closed"),
            ("record, invalid", "BadNumber, closed"),
            ("record, answered", "Unconfirmed, closed"),
        ] {
            check(Some(withdrawal), known, expected);
        }
    }
}

#[test]
fn of_two_ends_the_newer_record_is_believed_and_a_record_before_an_event() {
    let end = |version: Option<&str>, reason| Facts {
        end: Some(End { version: version.map(at), reason, at: at("23 10:01") }),
        ..Facts::default()
    };
    let event = end(None, EndReason::Unsaid);
    let older = end(Some("23 10:02"), EndReason::Network);
    let newer = end(Some("23 10:03"), EndReason::Busy);
    for order in [[&event, &older, &newer], [&newer, &event, &older], [&older, &newer, &event]] {
        assert_eq!(joined(&order.map(Clone::clone)), newer, "{order:?}");
    }
    assert_eq!(joined(&[older.clone(), event]), older);
}

fn joined(news: &[Facts]) -> Facts {
    let mut known = Facts::default();
    for one in news {
        known.merge(one);
    }
    known
}

fn arbitrary_facts() -> impl Strategy<Value = Facts> {
    // Few values, so that ties and contradictions are common.
    let moment = || (0_i64..4).prop_map(|s| at("23 10:00") + SignedDuration::from_secs(s));
    let contact = || select(vec![ContactId::new("c-1"), ContactId::new("c-2"), ContactId::new("c-3")]);
    let press =
        (prop_oneof![Just(Key::Well), Just(Key::Talk)], moment()).prop_map(|(key, at)| Press { key, at });
    let reason = select(vec![
        EndReason::Unsaid,
        EndReason::Busy,
        EndReason::Network,
        EndReason::NumberInvalid,
        EndReason::Machine,
    ]);
    let end = (option::of(moment()), reason, moment()).prop_map(|(version, reason, at)| End {
        version,
        reason,
        at,
    });
    (
        option::of(contact()),
        option::of(moment()),
        option::of(moment()),
        option::of(press),
        option::of(moment()),
        option::of(end),
        option::of(moment()),
        option::of(contact()),
    )
        .prop_map(|(contact, dialed_by, answered_at, press, opted_out, end, complete, next_contact)| {
            Facts { contact, dialed_by, answered_at, press, opted_out, end, complete, next_contact }
        })
}

/// How far a disposition has come: later knowledge may only raise it.
fn rank(disposition: Disposition) -> u8 {
    match disposition {
        Disposition::NotPlaced => 0,
        Disposition::Open => 1,
        Disposition::Unconfirmed
        | Disposition::Machine
        | Disposition::Busy
        | Disposition::NoAnswer
        | Disposition::Network
        | Disposition::BadNumber => 2,
        Disposition::Well => 3,
        Disposition::OptedOut => 4,
        Disposition::Talk => 5,
    }
}

proptest! {
    #![proptest_config(seeded(0x0011, 2_000))]

    #[test]
    fn merging_is_a_join(a in arbitrary_facts(), b in arbitrary_facts(), c in arbitrary_facts()) {
        let of = |news: &[&Facts]| joined(&news.iter().map(|&one| one.clone()).collect::<Vec<_>>());
        prop_assert_eq!(of(&[&a, &b]), of(&[&b, &a]), "commutes");
        prop_assert_eq!(of(&[&of(&[&a, &b]), &c]), of(&[&a, &of(&[&b, &c])]), "associates");
        prop_assert_eq!(&of(&[&a, &a]), &a, "repeats without effect");
        prop_assert_eq!(&of(&[&a, &Facts::default()]), &a, "nothing adds nothing");
        let mut both = of(&[&a, &b]);
        prop_assert!(!both.merge(&a) && !both.merge(&b), "what is known is no news");
        let mut grown = a.clone();
        prop_assert_eq!(grown.merge(&b), grown != a, "tells whether anything was new");
    }

    #[test]
    fn any_order_and_any_repetition_give_the_same_state(
        (news, shuffled) in vec(arbitrary_facts(), 1..=6).prop_flat_map(|news| {
            let twice: Vec<Facts> = news.iter().chain(&news).cloned().collect();
            (Just(news), Just(twice).prop_shuffle())
        }),
    ) {
        let known = joined(&news);
        prop_assert_eq!(&joined(&shuffled), &known);
        let talk = news.iter().filter_map(|one| one.press).any(|press| press.key == Key::Talk);
        let pressed = news.iter().any(|one| one.press.is_some());
        let expected = if talk { Some(Key::Talk) } else { pressed.then_some(Key::Well) };
        prop_assert_eq!(known.press.map(|press| press.key), expected, "a key press is never lost");
        let opted_out = news.iter().filter_map(|one| one.opted_out).max();
        prop_assert_eq!(known.opted_out, opted_out, "nor is that they opted out");
    }

    #[test]
    fn knowledge_of_a_dial_only_moves_forward(
        news in vec(arbitrary_facts(), 1..=6),
        withdrawn in option::of(select(vec![Withdrawal::Throttled, Withdrawal::Refused, Withdrawal::NoEvidence])),
    ) {
        let mut dial = Attempt { withdrawn, ..begun() };
        for one in &news {
            let (before, closed) = (rank(dial.disposition()), dial.is_closed() && dial.is_proven());
            let told: Option<Timestamp> = dial.facts.complete;
            dial.facts.merge(one);
            prop_assert!(rank(dial.disposition()) >= before, "{before} then {:?}", dial.disposition());
            prop_assert!(!closed || dial.is_closed(), "a proven dial stays closed");
            prop_assert!(told <= dial.facts.complete);
        }
    }
}

#[test]
fn one_order_leads_to_one_attempt() {
    let other = Attempt::begin(ResidentId::derive(&["ada"]), request("first"), at("23 10:09"));
    assert_eq!(begun().id, other.id);
    assert_ne!(begun().id, Attempt::begin(begun().resident, request("second"), at("23 10:00")).id);
}

#[test]
fn a_dial_counts_from_the_moment_at_which_the_phone_was_dialed_at_the_latest() {
    let dialed_at = |dialed: Option<&str>| {
        let mut attempt = begun();
        attempt.facts.merge(&Facts { dialed_by: dialed.map(at), ..Facts::default() });
        attempt.dialed_at()
    };
    assert_eq!(dialed_at(None), at("23 10:00"), "nothing is known: when it began");
    assert_eq!(dialed_at(Some("23 10:00:07")), at("23 10:00:07"), "the telephone service was slow");
    assert_eq!(dialed_at(Some("23 09:59:58")), at("23 10:00"), "its clock is behind");
}

#[test]
fn a_dial_remembers_to_which_of_the_numbers_it_went() {
    assert_eq!(begun().number_changes, 0);
    let corrected = begun().with_number(3);
    assert_eq!(corrected.number_changes, 3);
    assert_eq!(corrected, Attempt { number_changes: 3, ..begun() });
}
