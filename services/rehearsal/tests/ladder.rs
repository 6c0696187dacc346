//! Days on which nobody answers: each resident is escalated on time, rung by
//! rung, to the last one.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use rollcall_connect_sim::{ResidentKind, ResidentMix};
use rollcall_domain::policy::Policy;
use rollcall_rehearsal::{Faults, Report, Scenario, run};
use std::fmt::Write as _;

/// So many made-up people; every third has one keyholder, every sixth two.
fn list(people: usize) -> Vec<u8> {
    let pairs = "keyholderName,keyholderNumber,keyholderName,keyholderNumber";
    let mut csv = format!("firstName,lastName,number,{pairs}\n");
    for person in 0..people {
        let first =
            if person % 3 == 0 { format!("Kim{person},+441632960{person:03}") } else { ",".to_owned() };
        let second =
            if person % 6 == 0 { format!("Lee{person},+442079460{person:03}") } else { ",".to_owned() };
        writeln!(csv, "First{person},Last{person},+447700900{person:03},{first},{second}").unwrap();
    }
    csv.into_bytes()
}

fn nobody_answers(people: usize, days: u32, (seed, faults): (u64, Faults), officers: bool) -> Report {
    let scenario = Scenario {
        csv: list(people),
        agents: 5,
        days,
        seed,
        faults,
        start: "2026-11-23T08:00:00Z".parse().unwrap(),
        answers: ResidentMix::only(ResidentKind::NoAnswer),
        policy: Policy::default(),
        officers,
        misconfigured: None,
    };
    let report = run(&scenario, &mut |_| {}).unwrap();
    assert_eq!(report.violations, Vec::<String>::new(), "seed {seed}: {report:#?}");
    report
}

/// Each rung within one run of the sweep after it is due, in order: the
/// properties of every rehearsal. Here everybody gets to the last one.
#[test]
fn everybody_is_escalated_to_the_last_rung() {
    let report = nobody_answers(60, 1, (1, Faults::None), false);
    assert_eq!(report.ledger.escalated, 60);
    let of = report.escalations;
    assert_eq!((of.raised, of.to_the_last_rung), (60, 60));
    assert_eq!((of.accepted, of.all_clear), (0, 0));
    // A duty officer and a visit for each, 20 keyholders and 10 second ones.
    assert_eq!(of.rungs_told, 150);
}

/// The same while everything breaks: until the evening nothing is left undone.
#[test]
fn whatever_breaks_everybody_is_escalated() {
    for (seed, faults) in [(1, Faults::Mild), (2, Faults::Harsh), (3, Faults::Harsh), (4, Faults::Harsh)] {
        let report = nobody_answers(60, 1, (seed, faults), false);
        assert_eq!((report.ledger.escalated, report.escalations.to_the_last_rung), (60, 60), "{seed}");
    }
}

/// Duty officers accept some and forget some of these; the others go on.
#[test]
fn who_is_seen_to_is_not_told_of_and_who_is_forgotten_is() {
    for (seed, faults) in [(1, Faults::None), (2, Faults::Mild), (3, Faults::Harsh)] {
        let report = nobody_answers(60, 2, (seed, faults), true);
        let of = report.escalations;
        assert!(of.all_clear > 5, "{of:?}");
        assert!(of.accepted > of.all_clear, "{of:?}");
        assert!(of.to_the_last_rung > 20 && of.to_the_last_rung < of.raised, "{of:?}");
        assert!(report.ledger.escalated < 60, "{report:#?}");
    }
}
