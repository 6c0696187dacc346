//! The flow of one machine: the shipped conversation, but Connect asks nobody.
//! What a resident is told must be true by what the contact's record carries.

#![expect(clippy::unwrap_used, reason = "a flow that cannot be read fails the test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use rollcall_connect_sim::flow::{CHECK_CALL, CHECK_CALL_WITHOUT_FUNCTION, Flow, Step, Text};
use rollcall_connect_sim::{Place, ResidentKind, ResidentMix, SimConfig};
use rollcall_contracts::evidence::{Evidence, of_record};
use serde_json::Value;
use support::{World, agents, roomy, seconds};

/// Without a value for the function: a flow that named it would not be read.
fn flow() -> Flow {
    let values = BTreeMap::from([
        ("CallbackQueueArn".to_owned(), Place::default().queue_arn()),
        ("OrganisationName".to_owned(), "Example Reassurance".to_owned()),
        ("OrganisationTelephone".to_owned(), "020 7946 0100".to_owned()),
    ]);
    Flow::parse(CHECK_CALL_WITHOUT_FUNCTION, &values).unwrap()
}

/// What is written on the way to an action: the answer, and whether Connect
/// took the callback.
type Written = (Option<String>, bool);

fn walk(flow: &Flow) -> BTreeSet<(usize, Written)> {
    let mut seen = BTreeSet::new();
    let mut open = vec![(flow.start(), (None, false))];
    while let Some((at, written)) = open.pop() {
        if !seen.insert((at, written.clone())) {
            continue;
        }
        match &flow.actions()[at].step {
            Step::SetAttributes { values, next, error } => {
                let answer = values.iter().find_map(|(name, value)| match value {
                    Text::Fixed(text) if name == "answer" => Some(text.clone()),
                    _ => None,
                });
                open.push((*next, (answer.or_else(|| written.0.clone()), written.1)));
                open.push((*error, written));
            }
            Step::CreateCallback { next, error, .. } => {
                open.push((*next, (written.0.clone(), true)));
                open.push((*error, written));
            }
            step => {
                assert!(!matches!(step, Step::Invoke { .. }), "nobody is there to be asked");
                open.extend(step.leads_to().into_iter().map(|next| (next, written.clone())));
            }
        }
    }
    seen
}

#[test]
fn nothing_is_confirmed_that_was_not_written() {
    let flow = flow();
    let walked = walk(&flow);
    let at = |id: &str| {
        let index = flow.actions().iter().position(|action| action.id == id).unwrap();
        let found: Vec<_> =
            walked.iter().filter(|(at, _)| *at == index).map(|(_, written)| written).collect();
        assert!(!found.is_empty(), "nothing leads to {id}");
        found
    };
    assert!(at("say-well").iter().all(|(answer, _)| answer.as_deref() == Some("well")));
    assert!(at("say-opted-out").iter().all(|(answer, _)| answer.as_deref() == Some("opted_out")));
    assert!(at("say-opted-out-unsure").iter().all(|(answer, _)| answer.is_none()));
    assert!(at("say-well-unsure").iter().all(|(answer, _)| answer.is_none()));
    // A callback that Connect has taken stands in the record by itself.
    assert!(at("say-callback").iter().all(|(_, callback)| *callback));
    assert!(at("say-please-ring").iter().all(|(_, callback)| !callback));
}

#[test]
fn it_is_the_shipped_conversation() {
    let actions = |text: &str| -> BTreeMap<String, Value> {
        let document: Value = serde_json::from_str(text).unwrap();
        let actions = document["Actions"].as_array().unwrap().clone();
        actions.into_iter().map(|one| (one["Identifier"].as_str().unwrap().to_owned(), one)).collect()
    };
    let (shipped, alone) = (actions(CHECK_CALL), actions(CHECK_CALL_WITHOUT_FUNCTION));
    let left_out: Vec<&str> =
        shipped.keys().filter(|id| !alone.contains_key(*id)).map(String::as_str).collect();
    assert_eq!(
        left_out,
        [
            "check-callback-failed",
            "check-opted-out",
            "check-talk",
            "check-well",
            "record-callback-failed",
            "record-none",
            "record-opted-out",
            "record-talk",
            "record-well",
            "say-callback-unsure",
            "say-one-moment",
            "say-person-told",
        ]
    );
    for (id, action) in &alone {
        if id != "say-well" && id != "say-opted-out" {
            let same = shipped.get(id).unwrap();
            assert_eq!(
                (&action["Type"], &action["Parameters"]),
                (&same["Type"], &same["Parameters"]),
                "{id}"
            );
        }
    }
}

#[test]
fn each_answer_is_read_from_the_record_alone() {
    for (kind, key, callback) in [
        (ResidentKind::Well, Some("Well"), false),
        (ResidentKind::Talk, Some("Talk"), true),
        (ResidentKind::Silent, None, false),
        (ResidentKind::OptOut, None, false),
    ] {
        let residents = ResidentMix::only(kind);
        let mut config = SimConfig { flow: flow(), residents, agents: agents(1), ..roomy(7) };
        config.resident_habits.thinks_better = 0.0;
        let mut world = World::new(config);
        let contact = world.start(0).unwrap();
        world.run(seconds(600));
        let record = world.record(&contact).clone();
        let attempt = "0e0d3c22-0000-5000-8000-000000000000";
        let mut named = record.clone();
        named.attributes.insert("attemptId", attempt);
        let Evidence::Check(_, facts) = of_record(&named) else { panic!("{kind:?}: not a check call") };
        let pressed = facts.press.map(|press| format!("{:?}", press.key));
        assert_eq!(pressed.as_deref(), key, "{kind:?}");
        assert_eq!(facts.opted_out.is_some(), kind == ResidentKind::OptOut, "{kind:?}");
        assert_eq!(facts.next_contact.is_some(), callback, "{kind:?}");
        assert!(facts.complete.is_some() && world.invocations.is_empty(), "{kind:?}");
    }
}
