//! What the functions logged, all day long: ids, and nobody's name or number.
//!
//! Of a process that was killed the emulator loses the last lines, and it writes
//! no log of the gateway.

use crate::stage::Stage;
use rollcall_host::clock::SystemClock;
use rollcall_ports::Clock as _;
use rollcall_system::FUNCTIONS;

/// Names of whoever is in a list of this test, as words.
const NAMES: [&str; 12] = [
    "Ada",
    "Example",
    "Grace",
    "Hopper",
    "Lovelace",
    "Erasmus",
    "Quackenbush",
    "Bertram",
    "Oddfellow",
    "Clementine",
    "Applethwaite",
    "heating",
];
/// All of their numbers, however they are written.
const NUMBERS: [&str; 3] = ["447700900", "07700900", "7700 900"];

/// Nobody is named in any log, and a name that is put there is found.
pub(crate) async fn tell_of_nobody(stage: &Stage) {
    for function in FUNCTIONS {
        let lines = stage.deployment.logged(function).await.unwrap();
        // Without START, END and REPORT, which the emulator writes.
        assert!(lines.iter().any(|line| line.starts_with('{')), "{function} logs: {lines:?}");
    }
    assert_eq!(told(stage).await, Vec::<String>::new());
    let dialed = stage.deployment.logged("dialer").await.unwrap().concat();
    let called = stage.called();
    let known = called.iter().filter(|id| dialed.contains(*id)).count();
    assert!(known > called.len() / 2, "{known} of {} are told of by their ids", called.len());

    let leak = "{\"reason\":\"Quackenbush has no number\"}";
    stage.deployment.log("erasures", leak, SystemClock.now()).await.unwrap();
    assert_eq!(told(stage).await, [format!("erasures: {leak}")]);
}

/// Every line that tells of somebody, by function.
async fn told(stage: &Stage) -> Vec<String> {
    let mut told = Vec::new();
    for function in FUNCTIONS {
        let lines = stage.deployment.logged(function).await.unwrap();
        told.extend(lines.iter().filter(|line| tells(line)).map(|line| format!("{function}: {line}")));
    }
    told
}

fn tells(line: &str) -> bool {
    let mut words = line.split(|sign: char| !sign.is_alphanumeric());
    words.any(|word| NAMES.contains(&word)) || NUMBERS.iter().any(|number| line.contains(number))
}

#[test]
fn a_line_that_tells_of_somebody() {
    for line in
        ["{\"to\":\"+447700900600\"}", "loaded Quackenbush, E.", "07700 900600", "\"first_name\":\"Ada\""]
    {
        assert!(tells(line), "{line}");
    }
    for line in
        ["{\"resident\":\"6f9c1d52-4f1e-5c0a-9d3b-21a760b844c2\"}", "Adapter, quackenbushes", "770090"]
    {
        assert!(!tells(line), "{line}");
    }
}
