//! What the staff may change of a resident, and what no change of theirs can.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its data must stop")]

use crate::common::arbitrary::{moment, scene, seeded};
use crate::common::{at, attempt, newcomer, policy, request, resident};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::{option, prop_oneof};
use rollcall_domain::ids::PauseId;
use rollcall_domain::ledger::{DayState, day_state};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::record::Pause;
use rollcall_domain::resident::Resident;
use rollcall_domain::rules::{Asking, Hold, Verdict, why};
use rollcall_domain::staff::{
    Change, Changed, Correction, LONGEST_NOTE, LONGEST_REASON, MOST_NOTES, MOST_PAUSES, Refusal, apply,
};

const NOW: &str = "24 10:00";

#[track_caller]
fn changed(before: &Resident, change: &Change) -> Changed {
    apply(before, change, ("clerk", at(NOW)), &policy()).ok().flatten().unwrap()
}

#[track_caller]
fn refused(before: &Resident, change: &Change, expected: Refusal) {
    match apply(before, change, ("clerk", at(NOW)), &policy()) {
        Err(refusal) => assert_eq!(refusal, expected),
        Ok(_) => panic!("expected {expected:?}"),
    }
}

fn same(before: &Resident, change: &Change) -> bool {
    matches!(apply(before, change, ("clerk", at(NOW)), &policy()), Ok(None))
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::from_e164(text).unwrap()
}

fn renumber(text: &str) -> Change {
    Change::Correct(Correction { number: Some(number(text)), ..Correction::default() })
}

fn switch(enabled: bool) -> Change {
    Change::Switch { enabled, reason: "by their daughter".to_owned() }
}

fn pause(from: &str, until: &str) -> Change {
    Change::Pause { from: at(from), until: at(until), reason: "hospital".to_owned() }
}

#[test]
fn only_the_fields_that_change_are_named_and_never_their_values() {
    let correction = Correction {
        first_name: Some("Ada".to_owned()),
        last_name: Some("Married".to_owned()),
        timezone: Some(Some("Europe/Paris".to_owned())),
        notes: Some(None),
        ..Correction::default()
    };
    let after = changed(&newcomer(), &Change::Correct(correction.clone()));
    assert_eq!((after.deed.action, after.deed.detail.as_str()), ("resident.correct", "last_name timezone"));
    assert_eq!((after.resident.id, after.resident.last_name.as_str()), (newcomer().id, "Married"));
    assert!(same(&after.resident, &Change::Correct(correction)), "a repeat changes nothing");
    let nameless = Correction {
        first_name: Some(String::new()),
        last_name: Some(String::new()),
        ..Correction::default()
    };
    for one_name in [
        Correction { first_name: None, ..nameless.clone() },
        Correction { last_name: None, ..nameless.clone() },
    ] {
        assert_eq!(
            changed(&newcomer(), &Change::Correct(one_name)).resident.corrections,
            1,
            "one name will do"
        );
    }
    refused(&newcomer(), &Change::Correct(nameless), Refusal::NameMissing);
}

#[test]
fn a_change_is_told_by_its_kind_and_a_refusal_by_its_word() {
    let words = "Mrs Quackenbush";
    for (change, kind) in [
        (
            Change::Correct(Correction { notes: Some(Some(words.to_owned())), ..Correction::default() }),
            "Correct",
        ),
        (Change::Switch { enabled: false, reason: words.to_owned() }, "Switch"),
        (Change::Pause { from: at(NOW), until: at(NOW), reason: words.to_owned() }, "Pause"),
        (Change::EndPause(PauseId::derive(&["one"])), "EndPause"),
        (Change::Note(words.to_owned()), "Note"),
    ] {
        assert_eq!(format!("{change:?}"), kind);
    }
    let refusals = [
        Refusal::NameMissing,
        Refusal::ReasonMissing,
        Refusal::ReasonTooLong,
        Refusal::PauseBackwards,
        Refusal::PauseOver,
        Refusal::TooManyPauses,
        Refusal::PauseUnknown,
        Refusal::NoteEmpty,
        Refusal::NoteTooLong,
        Refusal::TooManyNotes,
    ];
    assert_eq!(
        refusals.map(Refusal::code).join(" "),
        "name_missing reason_missing reason_too_long pause_backwards pause_over too_many_pauses pause_unknown \
         note_empty note_too_long too_many_notes"
    );
}

#[test]
fn a_pause_that_is_over_is_shown_for_forty_days() {
    let mut before = newcomer();
    let over = |text: &str| Pause::between(at("2026-09-01T00:00:00Z"), at(text));
    let dropped = over("2026-10-15T10:00:00Z");
    let kept = over("2026-10-15T10:00:01Z");
    before.pauses = vec![dropped, kept.clone()];
    let after = changed(&before, &pause("26 09:00", "27 09:00")).resident;
    assert_eq!((after.pauses.len(), &after.pauses[0]), (2, &kept));
}

#[test]
fn a_new_number_is_called_by_the_rules_and_what_is_learned_of_the_old_one_says_nothing_of_it() {
    let before = resident("bad-number 24 09:00; settled 24 09:58");
    let after = changed(&before, &renumber("+447700900102"));
    assert_eq!(after.resident.number_bad_since, None);
    assert_eq!(
        why(&after.resident, &policy(), at(NOW), Asking::Planner),
        Verdict::Hold(Hold::Gap(at("24 10:03")))
    );
    assert_eq!(
        after.schedule.next_due,
        Some(at("24 10:03")),
        "the gap after the last dial holds all the same"
    );
    let mut late = after.resident.clone();
    late.learn_bad_number(before.number_changes, at("24 09:58"));
    assert_eq!(late, after.resident);
    late.learn_bad_number(after.resident.number_changes, at("24 10:10"));
    assert_eq!(late.number_bad_since, Some(at("24 10:10")));
}

#[test]
fn switching_off_bars_the_order_that_was_given_and_leaves_call_and_promise() {
    let before = resident("claim order 24 10:05; open 24 09:58; promise talk; escalated 23 17:00");
    let off = changed(&before, &switch(false)).resident;
    let asking = Asking::Dialer(request("order"));
    assert_eq!(why(&off, &policy(), at(NOW), asking), Verdict::Hold(Hold::Disabled));
    assert!(off.has_open_attempt(), "a call that rings goes on");
    assert_eq!(day_state(&off, &policy(), at(NOW)), DayState::CallbackOpen, "the promise is owed");
    assert_eq!(off.switched.as_ref().map(|switched| switched.by.as_str()), Some("clerk"));
    assert!(same(&off, &switch(false)));
    let on = changed(&off, &switch(true)).resident;
    assert_eq!(Resident { switched: None, ..on }, before, "all is as before");
    refused(&before, &Change::Switch { enabled: false, reason: " ".to_owned() }, Refusal::ReasonMissing);
    let longest = Change::Switch { enabled: false, reason: "x".repeat(LONGEST_REASON) };
    assert!(!changed(&before, &longest).resident.enabled);
    let longest = Change::Note("x".repeat(LONGEST_NOTE));
    assert_eq!(changed(&before, &longest).resident.staff_notes.len(), 1);
    let long = "x".repeat(LONGEST_REASON + 1);
    refused(&before, &Change::Switch { enabled: false, reason: long }, Refusal::ReasonTooLong);
}

#[test]
fn a_pause_begins_and_ends_and_what_of_it_is_past_stays() {
    let day = changed(&newcomer(), &pause("24 09:00", "25 12:00")).resident;
    assert!(same(&day, &pause("24 09:00", "25 12:00")), "a repeat is no second pause");
    let held = changed(&newcomer(), &pause("24 09:00", "25 12:00")).schedule.next_due;
    assert_eq!(held, Some(at("25 12:00")));
    let [one] = day.pauses.as_slice() else { panic!("one pause") };
    let ended = changed(&day, &Change::EndPause(one.id));
    assert_eq!(ended.resident.pauses[0].until, at(NOW));
    assert_eq!(ended.schedule.next_due, Some(at(NOW)));
    refused(&ended.resident, &Change::EndPause(one.id), Refusal::PauseOver);

    let later = changed(&newcomer(), &pause("26 09:00", "27 09:00")).resident;
    let gone = changed(&later, &Change::EndPause(later.pauses[0].id)).resident;
    assert_eq!(gone, newcomer(), "it never began");
    let now = changed(&newcomer(), &pause(NOW, "27 09:00")).resident;
    let gone = changed(&now, &Change::EndPause(now.pauses[0].id)).resident;
    assert_eq!(gone, newcomer(), "it begins at this moment");
    refused(&gone, &Change::EndPause(PauseId::derive(&["none"])), Refusal::PauseUnknown);
    refused(&gone, &pause("26 09:00", "26 09:00"), Refusal::PauseBackwards);
    refused(&gone, &pause("24 08:00", NOW), Refusal::PauseOver);
    let mut full = newcomer();
    full.pauses = vec![Pause::between(at("28 09:00"), at("28 10:00")); MOST_PAUSES];
    refused(&full, &pause("26 09:00", "27 09:00"), Refusal::TooManyPauses);
    full.pauses[0] = Pause::between(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    assert_eq!(changed(&full, &pause("26 09:00", "27 09:00")).resident.pauses.len(), MOST_PAUSES);
}

#[test]
fn notes_are_added_and_never_twice_for_one_wish() {
    let note = |text: &str| Change::Note(text.to_owned());
    let once = changed(&newcomer(), &note(" hard of hearing ")).resident;
    assert_eq!(once.staff_notes[0].text, "hard of hearing");
    assert!(same(&once, &note("hard of hearing")));
    let twice = changed(&once, &note("rings twice")).resident;
    let again = changed(&twice, &note("hard of hearing")).resident;
    let mut ids: Vec<_> = again.staff_notes.iter().map(|note| note.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    refused(&once, &note(" "), Refusal::NoteEmpty);
    refused(&once, &note(&"x".repeat(LONGEST_NOTE + 1)), Refusal::NoteTooLong);
    let mut full = once.clone();
    full.staff_notes = vec![once.staff_notes[0].clone(); MOST_NOTES];
    refused(&full, &note("more"), Refusal::TooManyNotes);
}

#[test]
fn residents_and_pauses_that_were_stored_before_can_be_read() {
    let old = r#"{"id":"0ec3a12d-3dc4-5920-8b3f-e085181cad24","reference":null,"first_name":"Ada",
        "last_name":"Example","number":"+447700900101","timezone":null,"language":null,"window":null,
        "notes":null,"consent":null,"batch":"0ec3a12d-3dc4-5920-8b3f-e085181cad24","batch_line":2,
        "registered_at":"2026-11-23T08:00:00Z","enabled":true,"suppressed":false,"number_bad_since":null,
        "pauses":[{"from":"2026-11-24T09:00:00Z","until":"2026-11-25T09:00:00Z"}],"marks":[],
        "reached":null,"claim":null,"callback":null,"escalation":null}"#;
    let read: Resident = serde_json::from_str(old).unwrap();
    assert_eq!(read.pauses, [Pause::between(at("24 09:00"), at("25 09:00"))]);
    assert_eq!((read.number_changes, read.staff_notes.len(), read.switched.is_none()), (0, 0, true));
    let ended = changed(&read, &Change::EndPause(read.pauses[0].id)).resident;
    assert_eq!(ended.pauses[0].until, at(NOW), "it has an id all the same");
    let again: Resident = serde_json::from_str(&serde_json::to_string(&ended).unwrap()).unwrap();
    assert_eq!(again, ended);
}

#[test]
fn what_people_wrote_is_in_no_debug_output() {
    let mut one = changed(&newcomer(), &Change::Note("SECRET".to_owned())).resident;
    one.pauses.push(Pause { reason: Some("SECRET".to_owned()), ..Pause::between(at(NOW), at("25 10:00")) });
    one = changed(&one, &Change::Switch { enabled: false, reason: "SECRET".to_owned() }).resident;
    let shown = format!("{one:?} {:?} {:?} {:?}", one.pauses, one.staff_notes, one.switched);
    assert!(!shown.contains("SECRET"), "{shown}");
}

fn change(start: Timestamp) -> BoxedStrategy<Change> {
    let word = || prop_oneof![Just("a".to_owned()), Just("b c".to_owned()), Just(String::new())];
    let numbers = prop_oneof![Just("+447700900101"), Just("+447700900102")];
    let correction = (option::of(word()), option::of(numbers), option::of(crate::common::arbitrary::zone()));
    prop_oneof![
        correction.prop_map(|(name, digits, timezone)| Change::Correct(Correction {
            first_name: name,
            number: digits.map(number),
            timezone,
            ..Correction::default()
        })),
        (any::<bool>(), word()).prop_map(|(enabled, reason)| Change::Switch { enabled, reason }),
        (moment(start), moment(start), word()).prop_map(|(from, until, reason)| Change::Pause {
            from,
            until,
            reason
        }),
        (moment(start), moment(start))
            .prop_map(|(from, until)| { Change::EndPause(Pause::between(from, until).id) }),
        word().prop_map(Change::Note),
    ]
    .boxed()
}

/// The rules that follow from calls, in one word: what no change may soften.
fn by_calls(resident: &Resident, policy: &rollcall_domain::policy::Policy, now: Timestamp) -> Option<Hold> {
    // A person of whom nothing else is known, always within their hours.
    let mut one = newcomer();
    one.marks = resident.marks.clone();
    one.reached = resident.reached;
    one.claim = resident.claim;
    match why(&one, policy, now, Asking::Planner) {
        Verdict::Hold(hold) if !matches!(hold, Hold::OutsideWindow(_)) => Some(hold),
        Verdict::Hold(_) | Verdict::MayCall => None,
    }
}

proptest! {
    #![proptest_config(seeded(0x57aff, 2_000))]

    /// Whatever the staff does: the same person, with the same story of calls,
    /// order, promise and escalation; whoever may not be called because of
    /// calls may not be called after it; and the schedule is what the rules say.
    #[test]
    fn no_change_touches_what_calls_have_told(
        (policy, before, now) in scene(),
        changes in proptest::collection::vec(change(at("22 00:00")), 1..6),
        gap in 0_i64..600,
    ) {
        let mut after = before.clone();
        for change in &changes {
            if let Ok(Some(changed)) = apply(&after, change, ("clerk", now), &policy) {
                let expected = rollcall_domain::duty::Schedule::of(&changed.resident, &policy, now);
                prop_assert_eq!(changed.schedule, expected);
                prop_assert!(!changed.deed.detail.contains('+') && !changed.deed.action.is_empty());
                after = changed.resident;
            }
        }
        prop_assert_eq!(after.id, before.id);
        prop_assert_eq!(&after.marks, &before.marks);
        prop_assert_eq!(after.reached, before.reached);
        prop_assert_eq!(after.claim, before.claim);
        prop_assert_eq!(after.callback, before.callback);
        prop_assert_eq!(&after.escalation, &before.escalation);
        prop_assert_eq!((after.batch, after.batch_line), (before.batch, before.batch_line));
        prop_assert_eq!(after.registered_at, before.registered_at);
        prop_assert_eq!(&after.suppressed.person, &before.suppressed.person);
        let renumbered = after.number_changes != before.number_changes;
        let kept = if renumbered { None } else { before.suppressed.number.clone() };
        prop_assert_eq!(&after.suppressed.number, &kept, "a mark of the former number says nothing of the new");
        prop_assert_eq!(after.consent, before.consent);
        let then = now + SignedDuration::from_secs(gap);
        if by_calls(&before, &policy, then).is_some() {
            let verdict = why(&after, &policy, then, Asking::Planner);
            prop_assert!(verdict != Verdict::MayCall);
        }
        // One state of the day, whatever was done.
        let _state: DayState = day_state(&after, &policy, now);
        let bad_before = before.number_bad_since.is_some();
        prop_assert!(bad_before || after.number_bad_since.is_none(), "no change makes a number bad");
    }

    /// Outcomes commute with changes: it is the same whether the news of a call
    /// comes before or after the correction that was made while it rang.
    #[test]
    fn news_of_a_call_and_a_correction_commute((policy, before, now) in scene()) {
        let change = renumber("+447700900102");
        let dial = attempt("under way");
        let learn = |one: &mut Resident| {
            one.learn_mark(dial, now, rollcall_domain::resident::MarkState::Settled);
            one.learn_bad_number(before.number_changes, now);
        };
        let mut first = before.clone();
        learn(&mut first);
        let first = apply(&first, &change, ("clerk", now), &policy).unwrap().unwrap().resident;
        let mut then = apply(&before, &change, ("clerk", now), &policy).unwrap().unwrap().resident;
        learn(&mut then);
        prop_assert_eq!(first, then);
    }
}
