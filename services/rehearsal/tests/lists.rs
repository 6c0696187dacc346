//! Lists that real councils have: people in other zones, with hours of their
//! own, many on one phone, who did not agree; and desks and days out of the
//! ordinary.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use rollcall_connect_sim::ResidentMix;
use rollcall_domain::policy::Policy;
use rollcall_rehearsal::{Faults, Report, Scenario, ScenarioError, run};
use std::fmt::Write as _;

const HEADER: &str = "reference,firstName,lastName,number,timezone,windowStart,windowEnd,consent\n";

fn scenario(rows: &str, faults: Faults) -> Scenario {
    Scenario {
        csv: format!("{HEADER}{rows}").into_bytes(),
        agents: 4,
        days: 2,
        seed: 11,
        faults,
        start: "2026-11-23T08:00:00Z".parse().unwrap(),
        answers: ResidentMix::default(),
        policy: Policy::default(),
        officers: false,
        misconfigured: None,
    }
}

#[track_caller]
fn rehearse(scenario: &Scenario) -> Report {
    let report = run(scenario, &mut |_| {}).unwrap();
    assert_eq!(report.violations, Vec::<String>::new(), "{report:#?}");
    report
}

#[test]
fn people_in_other_zones_and_with_hours_of_their_own() {
    let places = [
        ("America/Los_Angeles", "", ""),
        ("America/New_York", "08:00", "11:30"),
        ("Asia/Kolkata", "", ""),
        ("Pacific/Auckland", "", ""),
        ("", "18:00", "23:55"),
        ("", "00:05", "07:00"),
    ];
    let mut rows = String::new();
    for person in 0..72 {
        let (zone, from, until) = places[person % places.len()];
        writeln!(rows, "Z-{person},First,Last{person},+447700900{person:03},{zone},{from},{until},yes")
            .unwrap();
    }
    for faults in [Faults::None, Faults::Harsh] {
        let report = rehearse(&scenario(&rows, faults));
        assert_eq!((report.residents, report.ledger.balanced), (72, true));
        assert!(report.calls_started > 40, "{report:?}");
    }
}

#[test]
fn a_home_with_one_phone_for_twelve() {
    let mut rows = String::new();
    for person in 0..12 {
        writeln!(rows, "H-{person},First,Last{person},+441632960001,,,,").unwrap();
    }
    for faults in [Faults::None, Faults::Harsh] {
        let report = rehearse(&scenario(&rows, faults));
        assert!(report.calls_started >= 12, "{report:?}");
        assert_eq!(report.ledger.trying, 0);
    }
}

#[test]
fn whoever_did_not_agree_is_not_called_and_accounted_for() {
    let rows =
        "A,Ann,One,+447700900001,,,,no\nB,Bob,Two,+447700900002,,,,yes\nC,Cy,Three,+447700900003,,,,\n";
    let report = rehearse(&scenario(rows, Faults::None));
    assert_eq!((report.ledger.excluded, report.ledger.total), (1, 3));
}

#[test]
fn without_agents_nobody_is_called_and_everybody_is_reported() {
    let rows = "A,Ann,One,+447700900001,,,,\nB,Bob,Two,+447700900002,,,,\n";
    let report = rehearse(&Scenario { agents: 0, ..scenario(rows, Faults::None) });
    assert_eq!((report.calls_started, report.ledger.escalated), (0, 2));
}

#[test]
fn a_week_with_its_weekend() {
    let mut rows = String::new();
    for person in 0..20 {
        writeln!(rows, "W-{person},First,Last{person},+442079460{person:03},,,,").unwrap();
    }
    let report = rehearse(&Scenario { days: 7, ..scenario(&rows, Faults::Mild) });
    assert_eq!(report.virtual_seconds, 7 * 86_400 - 8 * 3_600 - 1);
    assert!(report.calls_started >= 5 * 15, "{report:?}");
}

#[test]
fn a_saturday_alone_is_quiet() {
    let rows = "A,Ann,One,+447700900001,,,,\n";
    let start = "2026-11-28T08:00:00Z".parse().unwrap();
    let report = rehearse(&Scenario { days: 1, start, ..scenario(rows, Faults::None) });
    assert_eq!((report.calls_started, report.ledger.not_due), (0, 1));
}

#[test]
fn a_file_that_is_refused_is_no_rehearsal() {
    let csv = b"firstName,lastName\nAnn,One\n".to_vec();
    let refused = run(&Scenario { csv, ..scenario("", Faults::None) }, &mut |_| {});
    assert!(
        matches!(&refused, Err(ScenarioError::Refused { code, .. }) if code == "no_number_column"),
        "{refused:?}"
    );
}
