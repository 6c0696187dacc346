//! Events and records arrive late, twice and out of order as often as configured; records always arrive.

#![expect(clippy::unwrap_used, reason = "a missing record fails the test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rollcall_connect_sim::{EmissionConfig, OutsideKind, SimConfig};
use rollcall_contracts::connect::{ContactEventType, ContactRecord};
use support::{World, agents, roomy, seconds};

const CALLS: usize = 2_000;

fn day(emission: EmissionConfig) -> World {
    let mut world = World::new(SimConfig { emission, agents: agents(20), ..roomy(23) });
    for index in 0..CALLS {
        world.start(index).unwrap();
        world.run(seconds(1));
    }
    world.run(seconds(86_400));
    world
}

fn of_contacts(world: &World) -> BTreeMap<&str, Vec<&(Timestamp, ContactRecord)>> {
    let mut records: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for arrived in &world.records {
        records.entry(&arrived.1.contact_id).or_default().push(arrived);
    }
    records
}

fn assert_about(count: usize, expected: f64, what: &str) {
    let ratio = count as f64 / expected;
    assert!((0.85..1.15).contains(&ratio), "{count} {what}, expected about {expected}");
}

#[test]
fn a_calm_feed_brings_everything_once() {
    let world = day(EmissionConfig::exact());
    let callbacks = world.seen(OutsideKind::CallbackEnded).len();
    assert!(callbacks > 50, "{callbacks} callbacks");
    let records = of_contacts(&world);
    assert_eq!(records.len(), CALLS + callbacks);
    assert_eq!(world.records.len(), records.len());
    let ended =
        world.events.iter().filter(|(_, event)| event.detail.event_type == ContactEventType::Disconnected);
    assert_eq!(ended.count(), CALLS + callbacks);
}

#[test]
fn no_record_is_ever_lost_and_repeats_come_as_often_as_configured() {
    let emission = EmissionConfig::harsh();
    let world = day(emission.clone());
    let records = of_contacts(&world);
    let contacts = CALLS + world.seen(OutsideKind::CallbackEnded).len();
    assert_eq!(records.len(), contacts, "every leg has a record");

    let newer = |copies: &[&(Timestamp, ContactRecord)]| {
        copies.iter().map(|(_, record)| record.last_update_timestamp).collect::<BTreeSet<_>>().len() > 1
    };
    let updated = records.values().filter(|copies| newer(copies)).count();
    let copies = world.records.len();
    assert_about(updated, contacts as f64 * emission.records_updated, "updated");
    let expected = contacts as f64 * (1.0 + emission.records_updated + emission.records_twice);
    assert_about(copies, expected, "copies");
    let overtaken = |copies: &&Vec<&(Timestamp, ContactRecord)>| {
        copies.windows(2).any(|pair| pair[1].1.last_update_timestamp < pair[0].1.last_update_timestamp)
    };
    assert!(records.values().filter(overtaken).count() > 10, "an old copy sometimes comes after a newer one");

    let late = |(arrived, record): &&(Timestamp, ContactRecord)| {
        let done = record.agent.as_ref().and_then(|agent| agent.after_contact_work_end_timestamp);
        let done = done.or(record.disconnect_timestamp).unwrap();
        arrived.duration_since(done) > seconds(300)
    };
    let firsts: Vec<_> = records.values().map(|copies| copies[0]).filter(late).collect();
    assert_about(firsts.len(), contacts as f64 * emission.records_late, "late");
    for (arrived, record) in &world.records {
        assert!(record.last_update_timestamp.unwrap() <= *arrived, "written before it arrived");
        assert!(record.disconnect_timestamp.unwrap() <= record.last_update_timestamp.unwrap());
    }
}

#[test]
fn events_are_lost_repeated_and_out_of_order_as_often_as_configured() {
    let emission = EmissionConfig::harsh();
    let world = day(emission.clone());
    let exact = day(EmissionConfig::exact());
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, event) in &world.events {
        *ids.entry(event.id.as_deref().unwrap()).or_default() += 1;
    }
    let sent = exact.events.len() as f64;
    assert_about(ids.len(), sent * (1.0 - emission.events_lost), "events");
    let twice = ids.values().filter(|count| **count == 2).count();
    assert_about(twice, ids.len() as f64 * emission.events_twice, "twice");
    assert!(ids.values().all(|count| *count <= 2));
    let mut last: BTreeMap<&str, Timestamp> = BTreeMap::new();
    let mut disorder = 0;
    for (_, event) in &world.events {
        let happened = event.time.unwrap();
        let latest = last.entry(&event.detail.contact_id).or_insert(happened);
        disorder += usize::from(happened < *latest);
        *latest = happened.max(*latest);
    }
    assert!(disorder > 500, "{disorder} events arrived after a later one");
}

#[test]
fn what_happens_on_the_line_does_not_depend_on_the_feed() {
    let (calm, harsh) = (day(EmissionConfig::exact()), day(EmissionConfig::harsh()));
    assert_eq!(calm.seen, harsh.seen);
    let silent = day(EmissionConfig { events: false, ..EmissionConfig::exact() });
    assert!(silent.events.is_empty());
    assert_eq!(silent.records.len(), calm.records.len());
}
