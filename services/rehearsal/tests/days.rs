//! Whole days on small lists: every degree of faults, fixed seeds, and that a
//! seed gives the same day again.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use rollcall_connect_sim::ResidentMix;
use rollcall_domain::policy::Policy;
use rollcall_rehearsal::{Faults, Report, Scenario, run};
use std::fmt::Write as _;

/// So many made-up people; every ninth shares the number of the one before.
fn list(people: usize) -> Vec<u8> {
    let mut csv = String::from("firstName,lastName,number\n");
    for person in 0..people {
        let number = if person % 9 == 8 { person - 1 } else { person };
        let prefix = ["+447700900", "+441632960", "+442079460"][number / 1000 % 3];
        writeln!(csv, "First{person},Last{person},{prefix}{:03}", number % 1000).unwrap();
    }
    csv.into_bytes()
}

fn scenario(people: usize, days: u32, seed: u64, faults: Faults) -> Scenario {
    Scenario {
        csv: list(people),
        agents: 5,
        days,
        seed,
        faults,
        start: "2026-11-23T08:00:00Z".parse().unwrap(),
        answers: ResidentMix::default(),
        policy: Policy::default(),
        officers: true,
        misconfigured: None,
    }
}

#[track_caller]
fn rehearse(scenario: &Scenario) -> Report {
    let report = run(scenario, &mut |_| {}).unwrap();
    assert_eq!(report.violations, Vec::<String>::new(), "seed {}: {report:#?}", scenario.seed);
    report
}

#[test]
fn a_calm_day_reaches_most_people_and_accounts_for_all() {
    let report = rehearse(&scenario(200, 1, 1, Faults::None));
    let ledger = &report.ledger;
    assert_eq!((report.residents, ledger.total, ledger.balanced), (200, 200, true));
    assert_eq!(ledger.trying + ledger.not_due + ledger.paused + ledger.excluded, 0, "{ledger:?}");
    assert!(ledger.well + ledger.spoken_to > 150, "{ledger:?}");
    assert!(report.callbacks.completed > 5, "{report:?}");
    assert_eq!(report.dead_letters, 0);
}

#[test]
fn the_same_seed_gives_the_same_day_and_another_seed_another() {
    let traces: Vec<String> =
        [7, 7, 8].map(|seed| rehearse(&scenario(60, 1, seed, Faults::Harsh)).trace_hash).into();
    assert_eq!(traces[0], traces[1]);
    assert_ne!(traces[0], traces[2]);
}

#[test]
fn harsh_days_break_no_rule() {
    let mut stops = 0;
    for seed in 1..=6 {
        let report = rehearse(&scenario(120, 2, seed, Faults::Harsh));
        assert_eq!(report.dialing_trips, 0, "trouble that mends itself stops nobody: {report:#?}");
        stops += report.dialing_stops;
    }
    assert!(stops > 12, "the operator stopped dialing, and nobody was called meanwhile: {stops}");
}

/// On the first morning somebody breaks Connect's setup for forty minutes, and
/// the operator tries every ten whether it is mended.
#[test]
fn a_broken_setup_does_not_burn_the_list() {
    for (seed, faults) in [(1, Faults::None), (2, Faults::Mild), (3, Faults::Harsh)] {
        let at = |time: &str| format!("2026-11-23T{time}Z").parse().unwrap();
        let broken = Some((at("09:00:00"), at("09:40:00")));
        let report = rehearse(&Scenario { misconfigured: broken, ..scenario(200, 1, seed, faults) });
        assert!((2..=6).contains(&report.dialing_trips), "{report:#?}");
        // Of two dialers each may have a call in hand when the other one is told.
        assert!(report.calls_misconfigured <= 3 * report.dialing_trips, "{report:#?}");
        let ledger = &report.ledger;
        assert_eq!((report.residents, ledger.balanced, ledger.trying), (200, true, 0), "{ledger:?}");
        assert!(ledger.well + ledger.spoken_to > 140, "everybody had their day of calls: {ledger:?}");
    }
}

/// Whoever presses 9 twice is never called again, nor is whoever shares their
/// number, whatever is lost; and the ledger knows it.
#[test]
fn whoever_opts_out_is_never_called_again() {
    let answers = ResidentMix::parse("opt_out=0.12").unwrap();
    for (seed, faults) in [(1, Faults::None), (2, Faults::Mild), (3, Faults::Harsh), (4, Faults::Harsh)] {
        let scenario = Scenario { answers: answers.clone(), ..scenario(120, 3, seed, faults) };
        let report = rehearse(&scenario);
        assert!(report.outcomes.opted_out > 8, "{report:#?}");
        assert!(report.ledger.excluded >= report.outcomes.opted_out, "{report:#?}");
    }
}

#[test]
fn mild_days_break_no_rule() {
    for seed in 1..=4 {
        rehearse(&scenario(120, 2, seed, Faults::Mild));
    }
}

/// Now and then the message that names the upload cannot be read five times.
#[test]
fn a_list_that_was_set_aside_is_loaded_once_an_operator_replays_it() {
    let report = (1..600)
        .map(|seed| rehearse(&scenario(3, 1, seed, Faults::Harsh)))
        .find(|report| report.calls_started == 0 && report.dead_letters == 1)
        .unwrap();
    assert_eq!((report.residents, report.ledger.not_due), (3, 3), "loaded in the evening: {report:#?}");
}

#[test]
fn days_on_which_nobody_is_called_do_not_pass() {
    let mut scenario = scenario(20, 1, 1, Faults::None);
    scenario.policy.concurrent_calls = 0;
    let report = run(&scenario, &mut |_| {}).unwrap();
    assert_eq!(report.calls_started, 0);
    assert!(report.violations.iter().any(|one| one.starts_with("nobody was called at all")), "{report:#?}");
}
