//! Whom a search finds.

use crate::common::{at, newcomer, policy, resident};
use rollcall_domain::ids::BatchId;
use rollcall_domain::ledger::DayState;
use rollcall_domain::resident::Resident;
use rollcall_domain::search::{Filter, Words};
use std::collections::BTreeSet;

fn named(first: &str, last: &str, reference: Option<&str>) -> Resident {
    let mut one = newcomer();
    one.profile.first_name = first.to_owned();
    one.profile.last_name = last.to_owned();
    one.profile.reference = reference.map(str::to_owned);
    one
}

fn admits(filter: &Filter, one: &Resident) -> bool {
    filter.admits(one, &policy(), at("24 10:00"))
}

#[track_caller]
fn check(typed: &str, one: &Resident, expected: bool) {
    let filter = Filter { text: Words::read(typed), ..Filter::default() };
    assert_eq!(admits(&filter, one), expected, "{typed:?}");
}

#[test]
fn words_begin_words_of_the_name_in_any_order() {
    let ada = named("Ada Mary", "O'Example-Smith", None);
    for typed in ["ada", "ADA exa", "smith a", "  mary   ada ", "o'ex", "Ada Mary"] {
        check(typed, &ada, true);
    }
    for typed in ["da", "ada bob", "ample", "adaa"] {
        check(typed, &ada, false);
    }
    let zoe = named("Zo\u{eb}", "Mu\u{308}ller", None);
    for typed in ["zo\u{eb}", "ZO\u{cb} m\u{fc}l", "zo"] {
        check(typed, &zoe, true);
    }
    check("zoe", &zoe, false);
    for half in [named("ZO\u{cb}", "Smith", None), named("Smith", "ZO\u{cb}", None)] {
        check("zo\u{eb} smi", &half, true);
    }
    assert!(Words::read(" \t").is_none(), "nothing was typed");
}

#[test]
fn a_part_of_the_reference_or_of_the_number_is_enough() {
    let ada = named("Ada", "Example", Some("H-1042/b"));
    for typed in ["h-1042", "1042/B", "07700 900101", "+44 7700 900101", "900101", "(07700) 900-101"] {
        check(typed, &ada, true);
    }
    for typed in ["h-1043", "900102", "01", "number 900101"] {
        check(typed, &ada, false);
    }
}

#[test]
fn every_condition_must_hold() {
    let one = resident("bad-number 24 09:00; escalated 23 17:00; pause 24 09:00 to 24 11:00");
    let all = Filter {
        text: Words::read("ada"),
        states: BTreeSet::from([DayState::Escalated, DayState::Well]),
        enabled: Some(true),
        paused: Some(true),
        bad_number: Some(true),
        unreached: Some(true),
        batch: Some(BatchId::derive(&["upload"])),
    };
    assert!(admits(&all, &one));
    assert!(admits(&Filter::default(), &one));
    let but = [
        Filter { text: Words::read("bob"), ..all.clone() },
        Filter { states: BTreeSet::from([DayState::Well]), ..all.clone() },
        Filter { enabled: Some(false), ..all.clone() },
        Filter { paused: Some(false), ..all.clone() },
        Filter { bad_number: Some(false), ..all.clone() },
        Filter { unreached: Some(false), ..all.clone() },
        Filter { batch: Some(BatchId::derive(&["another"])), ..all },
    ];
    assert!(but.iter().all(|filter| !admits(filter, &one)));
}
