//! Every route is made of a queue, stream or timer of `topology.toml`, and each of those has its one route.

use crate::repo::Repo;
use rollcall_local::{ROUTES, Route, Trigger};
use std::collections::BTreeSet;
use toml::{Table, Value};

const FILE: &str = "contracts/topology.toml";

/// Every name that only one side knows.
pub(crate) fn check(repo: &Repo) -> Vec<String> {
    let shipped = rollcall_contracts::topology::Topology::shipped().problems();
    let text = repo.text(FILE).unwrap();
    compare(ROUTES, text).into_iter().chain(shipped).collect()
}

fn compare(routes: &[Route], topology: &str) -> Vec<String> {
    let topology: Table = topology.parse().unwrap();
    let mut problems = Vec::new();
    let mut open: BTreeSet<String> = ["queues", "streams", "timers"]
        .into_iter()
        .flat_map(|kind| names(&topology, kind).map(move |name| format!("{kind}.{name}")))
        .collect();
    let mut handlers = BTreeSet::new();
    for Route { handler, trigger } in routes {
        if !handlers.insert(handler) {
            problems.push(format!("{handler} has two routes"));
        }
        let name = match trigger {
            Trigger::Queue(name) => format!("queues.{name}"),
            Trigger::Stream(name) => format!("streams.{name}"),
            Trigger::Timer(name) => format!("timers.{name}_seconds"),
            Trigger::Flow => continue,
        };
        if !open.remove(&name) {
            problems.push(format!("{handler} waits for {name}: {FILE} has none, or it has another handler"));
        }
    }
    problems.extend(open.into_iter().map(|name| format!("{FILE}: nobody waits for {name}")));
    problems
}

fn names<'t>(topology: &'t Table, kind: &str) -> impl Iterator<Item = &'t String> {
    topology.get(kind).and_then(Value::as_table).into_iter().flat_map(Table::keys)
}

#[test]
fn each_side_alone_is_told() {
    let routes = [
        Route { handler: "a", trigger: Trigger::Queue("rows") },
        Route { handler: "b", trigger: Trigger::Timer("tick") },
        Route { handler: "c", trigger: Trigger::Flow },
    ];
    let both = "[queues.rows]\nbatch_size = 1\n[timers]\ntick_seconds = 60\n";
    assert_eq!(compare(&routes, both), [""; 0]);
    assert_eq!(compare(&routes[..1], both), [format!("{FILE}: nobody waits for timers.tick_seconds")]);
    let stream = [routes.as_slice(), &[Route { handler: "d", trigger: Trigger::Stream("rows") }]].concat();
    assert_eq!(compare(&stream, both).len(), 1);
    let twice = [routes.as_slice(), &routes[..1]].concat();
    assert_eq!(compare(&twice, both).len(), 2);
}
