//! Whom an upload brought, and what each field of their record says against taking them off again.

use crate::common::{at, attempt, newcomer, policy, request, resident};
use rollcall_domain::attempt::{Attempt, Withdrawal};
use rollcall_domain::ids::{CallbackId, ContactId, NoteId, RequestId};
use rollcall_domain::record::{Pause, StaffNote, Switched};
use rollcall_domain::resident::{Claim, Heard, MarkState, Reached, Resident};
use rollcall_domain::staff::{Change as Wish, Correction, apply};
use rollcall_domain::suppression::Suppression;
use rollcall_domain::undo::{Since, since_loaded, was_called};

/// What happened to a record.
type Change = fn(&mut Resident);

#[test]
fn each_field_by_itself_stands_against_it() {
    let changes: [(&str, Change); 11] = [
        ("reached", |one| one.reached = Some(Reached { at: at("23 10:00"), how: Heard::Well })),
        ("callback", |one| one.callback = Some(CallbackId::derive(&["one"]))),
        ("bad number", |one| one.number_bad_since = Some(at("23 10:00"))),
        ("off", |one| one.enabled = false),
        ("switched", |one| {
            one.switched =
                Some(Switched { at: at("23 10:00"), by: "joe".to_owned(), reason: "why".to_owned() });
        }),
        ("suppressed", |one| one.suppressed.person = Some(Suppression::untold())),
        ("corrected", |one| one.corrections = 1),
        ("new number", |one| one.number_changes = 1),
        ("paused", |one| one.pauses.push(Pause::between(at("23 10:00"), at("24 10:00")))),
        ("noted", |one| {
            let (id, by) = (NoteId::derive(&["one"]), "joe".to_owned());
            one.staff_notes.push(StaffNote { id, at: at("23 10:00"), by, text: "why".to_owned() });
        }),
        ("number of others suppressed", |one| one.suppressed.number = Some(Suppression::untold())),
    ];
    let found: Vec<_> = changes
        .into_iter()
        .map(|(name, change)| {
            let mut one = newcomer();
            change(&mut one);
            format!("{name}: {:?}", since_loaded(&one))
        })
        .collect();
    assert_eq!(
        found,
        [
            "reached: Called",
            "callback: Called",
            "bad number: Called",
            "off: Changed",
            "switched: Changed",
            "suppressed: Changed",
            "corrected: Changed",
            "new number: Changed",
            "paused: Changed",
            "noted: Changed",
            "number of others suppressed: Nothing",
        ]
    );
    assert_eq!(since_loaded(&resident("not-placed 23 09:00")), Since::Dials);
}

#[test]
fn a_dial_was_a_call_unless_it_was_withdrawn_and_nothing_proves_it() {
    let one = newcomer();
    let mut dial = Attempt::begin(one.id, RequestId::derive(&["one"]), at("23 10:00"));
    assert!(was_called(&dial), "in doubt");
    dial.withdrawn = Some(Withdrawal::Throttled);
    assert!(!was_called(&dial));
    dial.facts.contact = Some(ContactId::new("leg"));
    assert!(was_called(&dial), "the service took it after all");
}

#[test]
fn a_call_and_all_that_is_heard_of_one_stand_against_it() {
    for state in [MarkState::Open, MarkState::Settled, MarkState::NotPlaced] {
        let mut one = newcomer();
        one.begin(attempt("one"), at("23 10:00"), &policy());
        one.learn_mark(attempt("one"), at("23 10:00"), state);
        let expected = if state == MarkState::NotPlaced { Since::Dials } else { Since::Called };
        assert_eq!(since_loaded(&one), expected, "{state:?}");
    }
    let mut heard = newcomer();
    heard.learn_reached(Reached { at: at("23 10:00"), how: Heard::Well });
    assert_eq!(since_loaded(&heard), Since::Called);
    let mut bad = newcomer();
    bad.learn_bad_number(0, at("23 10:00"));
    assert_eq!(since_loaded(&bad), Since::Called);
}

#[test]
fn every_change_by_the_staff_is_kept() {
    let reason = || "on holiday".to_owned();
    let now = at("23 09:00");
    let correction = Correction { notes: Some(Some("rings late".to_owned())), ..Correction::default() };
    for wish in [
        Wish::Switch { enabled: false, reason: reason() },
        Wish::Pause { from: now, until: at("30 00:00"), reason: reason() },
        Wish::Note("a friend answers".to_owned()),
        Wish::Correct(correction),
    ] {
        let changed = apply(&newcomer(), &wish, ("clerk", now), &policy()).unwrap().unwrap();
        assert_eq!(since_loaded(&changed.resident), Since::Changed);
    }
}

#[test]
fn an_order_under_way_is_nothing() {
    let mut one = newcomer();
    assert_eq!(since_loaded(&one), Since::Nothing);
    one.claim = Some(Claim { request: request("one"), until: at("23 10:00") });
    assert_eq!(since_loaded(&one), Since::Nothing);
}
