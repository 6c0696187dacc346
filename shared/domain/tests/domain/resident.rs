//! What a resident's record remembers: news commute, and `begin` forgets only what no rule asks for.

use crate::common::arbitrary::{heard, mark_state, seeded};
use crate::common::{at, attempt, policy, request, resident};
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, proptest};
use rollcall_domain::ids::NoteId;
use rollcall_domain::policy::Policy;
use rollcall_domain::record::{Pause, StaffNote, Switched};
use rollcall_domain::resident::{Heard, Keyholder, MarkState, Reached, Resident};

/// The record in one line: marks, last news, escalation.
fn record(one: &Resident) -> String {
    let mut parts: Vec<String> =
        one.marks.iter().map(|mark| format!("{:?} {}", mark.state, mark.at)).collect();
    parts.extend(one.reached.map(|reached| format!("{:?} {}", reached.how, reached.at)));
    parts.extend(one.escalation.as_ref().map(|_| "escalated".to_owned()));
    parts.join("; ")
}

#[track_caller]
fn check(one: &Resident, expected: &str) {
    assert_eq!(record(one), expected);
}

#[test]
fn knowledge_of_a_mark_never_moves_back() {
    let table = [
        (MarkState::NotPlaced, true, "NotPlaced 2026-11-23T10:00:00Z"),
        (MarkState::Open, false, "NotPlaced 2026-11-23T10:00:00Z"),
        (MarkState::NotPlaced, false, "NotPlaced 2026-11-23T10:00:00Z"),
        (MarkState::Settled, true, "Settled 2026-11-23T10:00:00Z"),
        (MarkState::NotPlaced, false, "Settled 2026-11-23T10:00:00Z"),
        (MarkState::Open, false, "Settled 2026-11-23T10:00:00Z"),
    ];
    let mut one = resident("open 23 10:00");
    for (news, is_new, expected) in table {
        assert_eq!(one.learn_mark(attempt("dial 1"), at("23 10:00"), news), is_new, "{news:?}");
        check(&one, expected);
    }
}

#[test]
fn the_evidence_of_a_real_call_tells_when_it_was_and_nothing_else_does() {
    let mut one = resident("open 23 10:00; open 23 10:01");
    for (dial, when, state, is_new, expected) in [
        ("dial 2", "23 10:05", MarkState::NotPlaced, true, "Open 10:00 NotPlaced 10:01"),
        ("dial 1", "23 10:02", MarkState::Settled, true, "NotPlaced 10:01 Settled 10:02"),
        ("dial 1", "23 10:02", MarkState::Settled, false, "NotPlaced 10:01 Settled 10:02"),
        ("dial 1", "23 10:00", MarkState::Settled, false, "NotPlaced 10:01 Settled 10:02"),
        ("dial 1", "23 10:04", MarkState::Settled, true, "NotPlaced 10:01 Settled 10:04"),
        ("dial 1", "23 10:06", MarkState::NotPlaced, false, "NotPlaced 10:01 Settled 10:04"),
    ] {
        assert_eq!(one.learn_mark(attempt(dial), at(when), state), is_new, "{dial} {state:?} {when}");
        let marks = one.marks.iter().map(|mark| format!("{:?} {}", mark.state, mark.at.strftime("%H:%M")));
        assert_eq!(marks.collect::<Vec<_>>().join(" "), expected, "{dial} {state:?} {when}");
    }
}

#[test]
fn a_dial_that_was_forgotten_comes_back_only_as_a_real_call() {
    let mut one = resident("settled 23 11:00");
    for news in [MarkState::NotPlaced, MarkState::Open] {
        assert!(!one.learn_mark(attempt("forgotten"), at("23 10:00"), news), "{news:?}");
        check(&one, "Settled 2026-11-23T11:00:00Z");
    }
    assert!(one.learn_mark(attempt("forgotten"), at("23 10:00"), MarkState::Settled));
    check(&one, "Settled 2026-11-23T10:00:00Z; Settled 2026-11-23T11:00:00Z");
}

#[test]
fn begin_forgets_what_no_rule_can_ask_for_but_never_an_open_mark() {
    let mut one = resident(
        "open 20 10:00; settled 22 09:59:59.999; settled 22 10:00; settled 22 10:00:00.001; not-placed 22 11:00",
    );
    one.begin(attempt("new"), at("23 10:00"), &policy());
    check(
        &one,
        "Open 2026-11-20T10:00:00Z; Settled 2026-11-22T10:00:00.001Z; \
         NotPlaced 2026-11-22T11:00:00Z; Open 2026-11-23T10:00:00Z",
    );
    // A gap longer than the rolling window is remembered for as long.
    let slow = Policy { gap_minutes: 3 * 24 * 60, ..policy() };
    let mut one = resident("settled 20 10:00; settled 20 10:00:00.001");
    one.begin(attempt("new"), at("23 10:00"), &slow);
    check(&one, "Settled 2026-11-20T10:00:00.001Z; Open 2026-11-23T10:00:00Z");
}

#[test]
fn begin_repeated_is_one_mark_and_marks_stay_oldest_first() {
    let mut one = resident("");
    one.begin(attempt("first"), at("23 10:00"), &policy());
    one.begin(attempt("first"), at("23 10:00"), &policy());
    check(&one, "Open 2026-11-23T10:00:00Z");
    // The clock of another dialer may be a little behind.
    one.learn_mark(attempt("first"), at("23 10:00"), MarkState::NotPlaced);
    one.begin(attempt("second"), at("23 09:59:59.900"), &policy());
    check(&one, "Open 2026-11-23T09:59:59.9Z; NotPlaced 2026-11-23T10:00:00Z");
}

#[test]
fn the_latest_news_of_a_person_wins() {
    let mut one = resident("");
    let news = |time: &str, how| Reached { at: at(time), how };
    assert!(one.learn_reached(news("23 10:00", Heard::Well)));
    assert!(!one.learn_reached(news("23 10:00", Heard::Well)));
    assert!(one.learn_reached(news("23 10:00", Heard::WantsToTalk)), "of one moment, the graver");
    assert!(!one.learn_reached(news("23 09:00", Heard::SpokenTo)));
    check(&one, "WantsToTalk 2026-11-23T10:00:00Z");
    assert!(one.learn_reached(news("23 11:00", Heard::SpokenTo)));
    check(&one, "SpokenTo 2026-11-23T11:00:00Z");
}

#[test]
fn an_escalation_ends_with_news_from_when_its_duty_arose() {
    for (time, cleared) in [("23 08:59:59.999", false), ("23 09:00", true), ("23 12:00", true)] {
        let mut one = resident("escalated 23 09:00");
        assert!(one.learn_reached(Reached { at: at(time), how: Heard::Well }));
        assert_eq!(one.escalation.is_none(), cleared, "news of {time}");
    }
    // Late news that is older than the last still ends what it belongs to.
    let mut one = resident("well 20 10:00; escalated 23 09:00");
    one.reached = Some(Reached { at: at("24 10:00"), how: Heard::Well });
    assert!(one.learn_reached(Reached { at: at("23 09:30"), how: Heard::Well }));
    check(&one, "Well 2026-11-24T10:00:00Z");
}

#[test]
fn a_claim_is_ended_only_by_its_own_order() {
    let mut one = resident("claim first 23 10:10");
    assert!(!one.end_claim(request("second")));
    assert!(one.claim.is_some());
    assert!(one.end_claim(request("first")));
    assert!(!one.end_claim(request("first")));
    assert!(one.claim.is_none());
}

#[test]
fn the_debug_form_of_a_resident_holds_no_personal_data() {
    let mut one = resident("open 23 10:00; zone America/New_York");
    one.profile.notes = Some("diabetic".to_owned());
    one.profile.reference = Some("H-1".to_owned());
    let text = format!("{one:?} {:?} {one:#?}", one.profile);
    for secret in ["Ada", "Example", "7700900101", "900101", "diabetic", "H-1", "New_York"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// One piece of news of a resident.
#[derive(Clone, Debug)]
enum News {
    Mark(u8, MarkState),
    Heard(Reached),
}

fn news() -> impl Strategy<Value = News> {
    (any::<bool>(), 0_u8..5, mark_state(), heard(), 0_i64..6).prop_map(|(of_mark, n, state, how, hour)| {
        if of_mark {
            News::Mark(n, state)
        } else {
            News::Heard(Reached { at: at("23 07:00") + SignedDuration::from_hours(hour), how })
        }
    })
}

fn learned(mut one: Resident, news: &[News]) -> String {
    for piece in news {
        match piece {
            News::Mark(n, state) => {
                // Dials 1 to 3 were begun; 4 and 5 were forgotten since.
                let began = at("23 10:00") + SignedDuration::from_hours(i64::from(*n));
                one.learn_mark(attempt(&format!("dial {}", n + 1)), began, *state);
            }
            News::Heard(reached) => {
                one.learn_reached(*reached);
            }
        }
    }
    record(&one)
}

#[test]
fn somebody_is_called_by_reference_or_whole_name_and_by_nothing_less() {
    let mut one = resident("");
    (one.profile.first_name, one.profile.last_name) = ("Mary Ann".to_owned(), "Example".to_owned());
    for theirs in ["Mary Ann Example", " mary  ann\tEXAMPLE\n"] {
        assert!(one.is_called(theirs), "{theirs:?}");
    }
    for other in ["", " ", "Mary", "Mary Ann", "Example", "Mary Ann Examples", "NB 17"] {
        assert!(!one.is_called(other), "{other:?}");
    }
    one.profile.reference = Some("NB 17".to_owned());
    assert!(one.is_called("nb  17") && one.is_called("Mary Ann Example"));
    assert!(!one.is_called("NB 1") && !one.is_called(""));
}

#[test]
fn what_was_never_changed_is_not_stored() {
    let stored = |change: fn(&mut Resident)| {
        let mut one = resident("");
        change(&mut one);
        let stored = serde_json::to_value(&one).unwrap();
        assert_eq!(serde_json::from_value::<Resident>(stored.clone()).unwrap(), one);
        ["corrections", "number_changes"].map(|field| stored.get(field).map(ToString::to_string))
    };
    assert_eq!(stored(|_| {}), [None, None]);
    assert_eq!(stored(|one| one.corrections = 2), [Some("2".to_owned()), None]);
    assert_eq!(stored(|one| one.number_changes = 1), [None, Some("1".to_owned())]);
}

#[test]
fn what_the_staff_wrote_of_a_person_is_told_without_their_words() {
    let (at, by) = (at("23 09:00"), "joe".to_owned());
    let mut pause = Pause::between(at, at + SignedDuration::from_hours(1));
    let words = "in Northbridge hospital";
    pause.reason = Some(words.to_owned());
    let note = StaffNote { id: NoteId::derive(&["1"]), at, by: by.clone(), text: words.to_owned() };
    let switched = Switched { at, by, reason: words.to_owned() };
    let number = resident("").number;
    let keyholder = Keyholder { name: "Mrs Quackenbush".to_owned(), number };
    for (told, kind) in [
        (format!("{pause:?}"), "Pause { id: "),
        (format!("{note:?}"), "StaffNote { id: "),
        (format!("{switched:?}"), "Switched { at: "),
        (format!("{keyholder:?}"), "Keyholder { .."),
        (format!("{:?}", resident("")), "Resident { id: "),
        (format!("{:?}", resident("").profile), "Profile {"),
    ] {
        assert!(told.starts_with(kind) && told.ends_with(".. }"), "{told}");
        assert!(
            !told.contains("Ada")
                && !told.contains("Northbridge")
                && !told.contains("Quackenbush")
                && !told.contains("7700"),
            "{told}"
        );
    }
}

proptest! {
    #![proptest_config(seeded(0x0021, 1_000))]

    #[test]
    fn news_of_a_resident_commute_and_repeat_without_effect(
        (news, shuffled) in vec(news(), 1..=6).prop_flat_map(|news| {
            let twice: Vec<News> = news.iter().chain(&news).cloned().collect();
            (Just(news), Just(twice).prop_shuffle())
        }),
        escalated in any::<bool>(),
    ) {
        let story = "open 23 10:00; open 23 11:00; open 23 12:00";
        let one = resident(&format!("{story}{}", if escalated { "; escalated 23 09:00" } else { "" }));
        prop_assert_eq!(learned(one.clone(), &shuffled), learned(one, &news));
    }

    #[test]
    fn begin_never_forgets_an_open_mark(
        (policy, one, now) in crate::common::arbitrary::scene(),
    ) {
        let mut after = one.clone();
        after.begin(attempt("new"), now + SignedDuration::from_hours(90), &policy);
        for mark in one.marks.iter().filter(|mark| mark.state == MarkState::Open) {
            prop_assert!(after.marks.contains(mark));
        }
        prop_assert!(after.marks.is_sorted_by_key(|mark| mark.at));
    }
}
