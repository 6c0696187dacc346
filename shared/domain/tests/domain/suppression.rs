//! The suppression list: its entries, and what of them stands on records.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its data must stop")]

use crate::common::{at, attempt, newcomer};
use rollcall_domain::ids::{ResidentId, SuppressionId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_domain::rules::{Hold, excluded};
use rollcall_domain::staff::{LONGEST_REASON, Refusal};
use rollcall_domain::suppression::{BY_KEY, Entry, Ground, LiftReason, Subject, Suppressed, Suppression};
use rollcall_domain::undo::{Since, since_loaded};

fn number() -> Subject {
    Subject::Number(PhoneNumber::from_e164("+447700900101").unwrap())
}

fn person() -> Subject {
    Subject::Resident(ResidentId::derive(&["ada"]))
}

fn entry(subject: Subject, time: &str) -> Entry {
    Entry::new(subject, (Ground::Staff, " rang us "), ("clerk", at(time))).unwrap()
}

#[test]
fn why_an_entry_is_lifted_and_what_is_told_of_one() {
    assert_eq!(LiftReason::ALL.map(LiftReason::code), ["asked", "mistake", "reassigned", "other"]);
    let told = format!("{:?}", entry(number(), "23 10:00").suppression);
    assert!(told.starts_with("Suppression { id: ") && told.contains("ground: Staff"), "{told}");
    assert!(!told.contains("rang us"), "{told}");
}

#[test]
fn an_entry_tells_who_when_and_why() {
    let one = entry(number(), "23 10:00");
    let told = one.standing().unwrap();
    assert_eq!((told.at, told.by.as_str(), told.ground.code()), (at("23 10:00"), "clerk", "staff"));
    assert_eq!(told.reason.as_deref(), Some("rang us"));
    let out = Entry::opted_out(person(), attempt("one"), at("23 10:00:50"));
    assert_eq!((out.suppression.by.as_str(), out.suppression.ground.code()), (BY_KEY, "opted_out"));
    assert_eq!(out, Entry::opted_out(person(), attempt("one"), at("23 10:00:50")), "a repeat is the same");
    assert_ne!(
        out.suppression.id,
        Entry::opted_out(number(), attempt("one"), at("23 10:00:50")).suppression.id
    );
}

#[test]
fn whoever_suppresses_says_why() {
    let refused = |reason: &str| Entry::new(number(), (Ground::List, reason), ("clerk", at("23 10:00")));
    assert_eq!(refused(" "), Err(Refusal::ReasonMissing));
    assert_eq!(refused(&"x".repeat(LONGEST_REASON + 1)), Err(Refusal::ReasonTooLong));
}

#[test]
fn what_was_lifted_stands_no_more() {
    let mut one = entry(number(), "23 10:00");
    one.settled = true;
    let lifted = one.lift(at("23 11:00"));
    assert_eq!((lifted.standing(), lifted.settled, lifted.lifted_at), (None, false, Some(at("23 11:00"))));
    assert_eq!(lifted.lift(at("23 12:00")), lifted, "once is enough");
    assert_eq!(Suppressed::by(Some(&lifted), None), Suppressed::default());
}

#[test]
fn a_record_keeps_the_person_and_the_number_apart() {
    let (one, other) = (entry(person(), "23 10:00"), entry(number(), "23 11:00"));
    let both = Suppressed::by(Some(&one), Some(&other));
    assert_eq!(both.person.as_ref(), one.standing());
    assert_eq!(both.number.as_ref(), other.standing());
    let mut ada = newcomer();
    for marks in [both, Suppressed::by(Some(&one), None), Suppressed::by(None, Some(&other))] {
        ada.suppressed = marks;
        assert_eq!(excluded(&ada), Some(Hold::Suppressed));
    }
    assert_eq!(since_loaded(&ada), Since::Nothing, "a number on the list does not bar an undo");
    ada.suppressed = Suppressed::by(Some(&one), None);
    assert_eq!(since_loaded(&ada), Since::Changed);
}

#[test]
fn ids_stand_in_the_order_of_time() {
    let times = ["21 10:00", "23 10:00", "23 10:00:00.001", "24 00:00"];
    let ids: Vec<String> =
        times.iter().map(|time| entry(number(), time).suppression.id.to_string()).collect();
    let mut sorted = ids.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(ids, sorted);
    assert_ne!(SuppressionId::at(at("23 10:00"), &["one"]), SuppressionId::at(at("23 10:00"), &["two"]));
}

#[test]
fn what_was_stored_as_a_mere_yes_or_no_can_be_read() {
    let mut ada = newcomer();
    let before = serde_json::to_value(&ada).unwrap();
    assert_eq!(before["suppressed"], false, "as it always was, where nothing stands");
    let mut yes = before;
    yes["suppressed"] = true.into();
    let read: Resident = serde_json::from_value(yes).unwrap();
    assert_eq!(read.suppressed, Suppressed::from(Suppression::untold()));
    let (one, other) = (entry(person(), "23 10:00"), entry(number(), "23 11:00"));
    for (person, number) in
        [(Some(&one), Some(&other)), (Some(&one), None), (None, Some(&other)), (None, None)]
    {
        ada.suppressed = Suppressed::by(person, number);
        let text = serde_json::to_string(&ada).unwrap();
        assert_eq!(serde_json::from_str::<Resident>(&text).unwrap(), ada);
    }
    let text = serde_json::to_string(&other).unwrap();
    assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), other);
}

#[test]
fn neither_number_nor_reason_is_in_debug_output() {
    let text = format!("{:?}", entry(number(), "23 10:00"));
    assert!(!text.contains("900101") && !text.contains("rang"), "{text}");
}
