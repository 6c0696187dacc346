//! By what somebody's rows, texts and files are known, and how far an erasure has come.

use crate::common::{at, newcomer};
use jiff::SignedDuration;
use rollcall_domain::erasure::{Class, Erasure, ErasureReason, Traces};
use rollcall_domain::phone::PhoneNumber;

/// Zoë O'Brien of +44 7700 900101, reference NB-17.
fn traces(number_alone: bool) -> Traces {
    let mut one = newcomer();
    (one.profile.first_name, one.profile.last_name) = ("Zoë".to_owned(), "O'Brien".to_owned());
    one.profile.reference = Some("NB-17".to_owned());
    Traces::of(&one, number_alone)
}

fn cells(line: &str) -> Vec<String> {
    line.split(';').map(str::to_owned).collect()
}

fn asked() -> Erasure {
    let by = ("joe", at("23 09:00"));
    Erasure::asked(newcomer().id, by, ErasureReason::Asked, Some(traces(true)))
}

#[test]
fn a_row_is_theirs_by_reference_or_both_names_or_a_number_of_theirs_alone() {
    for (row, by_names, by_number) in [
        ("NB-17;x;y", true, true),
        ("nb 17;x;y", true, true),
        ("NB-171;x;y", false, false),
        ("xNB-17;x;y", false, false),
        ("Zoë;O'Brien;x", true, true),
        ("x;O'BRIEN, ZOË;", true, true),
        ("Zoë;Smith;x", false, false),
        ("Ada;O'Brien;x", false, false),
        ("Zoëy;O'Brien;x", false, false),
        ("x;y;07700 900101", false, true),
        ("x;y;0044 (7700) 900-101", false, true),
        ("x;y;07700 900102", false, false),
        ("x;07700;900101", false, false),
        ("", false, false),
    ] {
        assert_eq!(traces(false).are_in_cells(&cells(row)), by_names, "{row}");
        assert_eq!(traces(true).are_in_cells(&cells(row)), by_number, "{row}, number alone");
    }
}

#[test]
fn of_somebody_with_one_name_that_name_is_enough() {
    let one = Traces { last_name: String::new(), reference: None, ..traces(false) };
    assert!(one.are_in_cells(&cells("x;Zoë;y")));
    assert!(!one.are_in_cells(&cells("x;O'Brien;y")));
}

#[test]
fn a_text_is_theirs_as_a_row_is() {
    let of = |text| (traces(false).are_in_text(text), traces(true).are_in_text(text));
    assert_eq!(of("line 7: O'Brien (Zoë) has no number"), (true, true));
    assert_eq!(of("line 7: \"077 0090 0101\" is no number"), (false, true));
    assert_eq!(of("line 7: Zoë has no number"), (false, false));
}

#[test]
fn a_file_tells_of_them_by_any_name_of_three_letters_the_reference_or_the_number() {
    let tells = |file| traces(false).are_in_name(file);
    for theirs in ["zoë.csv", "Mrs o'brien's list.csv", "nb-17.csv", "list 07700900101.csv", "MyZoëList.csv"]
    {
        assert!(tells(theirs), "{theirs}");
    }
    for other in ["northbridge.csv", "brien.csv", "17.csv", "list 07700900102.csv", ""] {
        assert!(!tells(other), "{other}");
    }
    let short =
        Traces { first_name: "Jo".to_owned(), last_name: "Li".to_owned(), reference: None, ..traces(false) };
    assert!(
        !short.are_in_name("Major list.csv") && !short.are_in_name("jo li.csv"),
        "too many have two letters"
    );
    let three = Traces { first_name: "Ada".to_owned(), ..short };
    assert!(three.are_in_name("ada.csv"));
}

#[test]
fn a_short_number_is_known_by_all_of_its_digits() {
    let number = PhoneNumber::from_e164("+12025550143").expect("a number");
    let one = Traces { number, ..traces(true) };
    assert!(one.are_in_text("(202) 555-0143") && one.are_in_text("12025550143"));
    assert!(!one.are_in_text("202 555 0144"));
}

#[test]
fn traces_are_told_without_the_person() {
    assert_eq!(format!("{:?}", traces(true)), "Traces { .. }");
}

#[test]
fn classes_are_left_until_they_are_clean_and_none_once_it_is_done() {
    let mut one = asked();
    assert_eq!((one.left().next(), one.left().count()), (Some(Class::Register), 14));
    assert_eq!(one.progress(), (0, 14));
    one.cleaned(Class::Register);
    assert_eq!((one.left().next(), one.progress()), (Some(Class::Callbacks), (1, 14)));
    one.finish(at("23 10:00"), SignedDuration::from_hours(2));
    assert_eq!((one.left().count(), one.progress()), (0, (14, 14)));
}

#[test]
fn names_are_kept_until_the_lists_are_clean_and_no_longer_for_what_nobody_can_delete() {
    let wordless = [Class::Queues, Class::Stream, Class::Residue];
    for last in Class::erased().filter(|class| !wordless.contains(class)) {
        let mut one = asked();
        for class in Class::erased().filter(|class| *class != last) {
            one.cleaned(class);
        }
        assert!(one.traces.is_some(), "{last:?} is still searched by them");
        one.cleaned(last);
        assert!(one.traces.is_none(), "{last:?} was the last");
    }
    let mut one = asked();
    for class in Class::erased().filter(|class| !wordless.contains(class)) {
        one.cleaned(class);
    }
    assert_eq!((one.traces.as_ref(), one.progress().0), (None, 11));
}

#[test]
fn somebody_sees_to_it_at_once_then_when_something_is_gone_then_when_news_have_come() {
    let mut one = asked();
    assert_eq!(one.review_at(), Some(at("23 09:00")));
    one.rests_until = Some(at("25 09:00"));
    one.calls.insert("contact".to_owned());
    assert_eq!(one.review_at(), Some(at("25 09:00")));
    one.finish(at("25 09:01"), SignedDuration::from_hours(2));
    assert_eq!((one.done_at, one.rests_until), (Some(at("25 09:01")), None));
    assert_eq!((one.review_at(), one.calls.len()), (Some(at("25 11:01")), 1));
    one.looked_again();
    assert_eq!((one.review_at(), one.calls.len()), (None, 0));
    assert_eq!(one.done_at, Some(at("25 09:01")));
}

#[test]
fn somebody_who_is_back_is_erased_from_the_start() {
    let mut one = asked();
    one.cleaned(Class::Register);
    one.finish(at("23 10:00"), SignedDuration::from_hours(2));
    one.traces = None;
    one.again(traces(false));
    assert_eq!((one.left().count(), one.progress()), (14, (0, 14)));
    assert_eq!((one.done_at, one.look_again_at, one.traces), (None, None, Some(traces(false))));
}

#[test]
fn a_restore_may_have_undone_what_was_not_over_and_looked_at_again_a_day_before() {
    let news_for = SignedDuration::from_hours(2);
    let may = |one: &Erasure, restored_to| one.may_be_undone(at(restored_to), news_for);
    let mut one = asked();
    assert!(may(&one, "23 08:00") && may(&one, "30 00:00"), "it is not over");
    one.finish(at("25 09:00"), news_for);
    assert_eq!(["24 09:00", "25 09:00", "26 11:00"].map(|to| may(&one, to)), [true; 3]);
    assert_eq!(["26 11:00:00.001", "30 00:00"].map(|to| may(&one, to)), [false; 2]);
}
