//! How the simulator runs flows other than the shipped one.

#![expect(clippy::unwrap_used, reason = "a flow that cannot be built fails the test")]

mod support;

use std::collections::BTreeMap;

use rollcall_connect_sim::flow::{Flow, Operator};
use rollcall_connect_sim::{ResidentKind, ResidentMix, SimConfig};
use rollcall_contracts::connect::{ContactRecord, DisconnectReason};
use serde_json::{Value, json};
use support::{World, roomy, seconds};

/// Runs a flow made of `actions`, beginning with the first, on one answered call; gives its record.
fn run(actions: &Value) -> ContactRecord {
    let start = &actions[0]["Identifier"];
    let document = json!({"Version": "2019-10-30", "StartAction": start, "Actions": actions});
    let flow = Flow::parse(&document.to_string(), &BTreeMap::new()).unwrap();
    let residents = ResidentMix::only(ResidentKind::Silent);
    let mut world = World::new(SimConfig { flow, residents, ..roomy(4) });
    let contact = world.start(0).unwrap();
    world.run(seconds(600));
    world.record(&contact).clone()
}

fn set(id: &str, name: &str, value: &str, next: &str, error: &str) -> Value {
    json!({"Identifier": id, "Type": "UpdateContactAttributes",
        "Parameters": {"TargetContact": "Current", "Attributes": {name: value}},
        "Transitions": {"NextAction": next, "Errors": [{"ErrorType": "NoMatchingError", "NextAction": error}]}})
}

fn compare(id: &str, path: &str, operand: &str, yes: &str, no: &str) -> Value {
    json!({"Identifier": id, "Type": "Compare", "Parameters": {"ComparisonValue": path},
        "Transitions": {"NextAction": no, "Errors": [{"ErrorType": "NoMatchingCondition", "NextAction": no}],
            "Conditions": [{"NextAction": yes, "Condition": {"Operator": "Equals", "Operands": [operand]}}]}})
}

fn hang_up() -> Value {
    json!({"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}})
}

#[test]
fn a_flow_that_spins_is_ended() {
    let record =
        run(&json!([compare("spin", "$.Attributes.residentId", "nobody", "end", "spin"), hang_up()]));
    assert_eq!(record.disconnect_reason, Some(DisconnectReason::OtherReason));
    assert_eq!(record.disconnect_timestamp, record.connected_to_system_timestamp);
}

#[test]
fn attributes_above_the_limit_take_the_error_branch_and_change_nothing() {
    let record = run(&json!([
        set("large", "large", &"x".repeat(32_768), "end", "mark"),
        set("mark", "mark", "too large", "end", "end"),
        hang_up()
    ]));
    assert_eq!((record.attributes.get("large"), record.attributes.get("mark")), (None, Some("too large")));
}

#[test]
fn references_are_resolved_when_the_action_runs() {
    let record = run(&json!([
        set("copy", "copied", "$.Attributes.attemptId", "number", "end"),
        set("number", "number", "$.CustomerEndpoint.Address", "check", "end"),
        compare("check", "$.Attributes.copied", "attempt-0", "same", "end"),
        set("same", "same", "yes", "unknown", "end"),
        set("unknown", "unknown", "$.External.nothing", "end", "end"),
        hang_up()
    ]));
    assert_eq!(record.attributes.get("number"), Some("+441632960000"));
    assert_eq!(record.attributes.get("same"), Some("yes"));
    assert_eq!(record.attributes.get("unknown"), None);
}

#[test]
fn a_loop_counts_its_passes_and_begins_anew_after_the_last() {
    let count = |id: &str, again: &str, done: &str| {
        json!({"Identifier": id, "Type": "Loop", "Parameters": {"LoopCount": "2"},
            "Transitions": {"NextAction": done, "Conditions": [
                {"NextAction": again, "Condition": {"Operator": "Equals", "Operands": ["ContinueLooping"]}},
                {"NextAction": done, "Condition": {"Operator": "Equals", "Operands": ["DoneLooping"]}}]}})
    };
    let say = |id: &str, next: &str| {
        json!({"Identifier": id, "Type": "MessageParticipant", "Parameters": {"Text": "x".repeat(139)},
            "Transitions": {"NextAction": next, "Errors": [{"ErrorType": "NoMatchingError", "NextAction": next}]}})
    };
    // Two rounds of an outer loop, each with two of an inner one: four times ten seconds of speech.
    let record = run(&json!([
        count("outer", "inner", "end"),
        count("inner", "say", "outer"),
        say("say", "inner"),
        hang_up()
    ]));
    let answered = record.connected_to_system_timestamp.unwrap();
    let lasted = record.disconnect_timestamp.unwrap().duration_since(answered).as_secs();
    assert_eq!(lasted, 40);
}

#[test]
fn comparisons() {
    let check = |operator: Operator, value: &str, operand: &str, holds: bool| {
        assert_eq!(operator.holds(value, operand), holds, "{value} {operator:?} {operand}");
    };
    check(Operator::Equals, "a", "a", true);
    check(Operator::Equals, "a", "A", false);
    check(Operator::TextStartsWith, "recorded", "rec", true);
    check(Operator::TextEndsWith, "recorded", "rec", false);
    check(Operator::TextContains, "recorded", "cord", true);
    check(Operator::NumberGreaterThan, "10", "9", true);
    check(Operator::NumberGreaterThan, "9", "9", false);
    check(Operator::NumberGreaterOrEqualTo, "9.0", "9", true);
    check(Operator::NumberLessThan, "ten", "11", false);
    check(Operator::NumberLessOrEqualTo, "-1", "0", true);
}
