//! What the shipped call flow promises, shown on every path through it.

#![expect(clippy::unwrap_used, reason = "a flow that cannot be read fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use rollcall_connect_sim::flow::{CHECK_CALL, Flow, Step, Text};
use serde_json::Value;

fn flow() -> Flow {
    let names = ["KeyPressFunctionArn", "CallbackQueueArn", "OrganisationName", "OrganisationTelephone"];
    let substitutions = names.map(|name| (name.to_owned(), format!("the {name}"))).into();
    Flow::parse(CHECK_CALL, &substitutions).unwrap()
}

/// What has happened on the way to an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Story {
    /// The last key that was offered and pressed.
    key: Option<char>,
    /// Attributes the flow has set.
    attributes: BTreeMap<String, String>,
    /// Parameters of the last call of the function.
    told: BTreeMap<String, String>,
    /// The function answered `recorded` to the last call.
    recorded: bool,
    /// Connect took the callback.
    callback: bool,
}

/// Every action with every story that can lead to it.
fn walk(flow: &Flow) -> BTreeSet<(usize, Story)> {
    let mut seen = BTreeSet::new();
    let mut open = vec![(flow.start(), Story::default())];
    while let Some((at, story)) = open.pop() {
        if seen.insert((at, story.clone())) {
            open.extend(after(&flow.actions()[at].step, &story));
        }
    }
    seen
}

fn after(step: &Step, story: &Story) -> Vec<(usize, Story)> {
    let same = |next: &usize| (*next, story.clone());
    let fixed = |values: &[(String, Text)]| -> BTreeMap<String, String> {
        let text = |value: &Text| match value {
            Text::Fixed(text) => text.clone(),
            Text::Reference(path) => format!("$.{path}"),
        };
        values.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    };
    match step {
        Step::Ask { keys, silence, other_key, error, .. } => {
            let none = Story { key: None, ..story.clone() };
            let pressed = keys.iter().map(|(key, next)| (*next, Story { key: Some(*key), ..story.clone() }));
            pressed.chain([silence, other_key, error].map(|next| (*next, none.clone()))).collect()
        }
        Step::SetAttributes { values, next, error } => {
            let mut set = story.clone();
            set.attributes.extend(fixed(values));
            vec![(*next, set), same(error)]
        }
        Step::Invoke { parameters, next, error, .. } => {
            let told = Story { told: fixed(parameters), recorded: false, ..story.clone() };
            vec![(*next, told.clone()), (*error, told)]
        }
        Step::Compare { cases, otherwise, .. } => {
            let case = |case: &rollcall_connect_sim::flow::Case| {
                (case.next, Story { recorded: case.operand == "recorded", ..story.clone() })
            };
            cases.iter().map(case).chain([same(otherwise)]).collect()
        }
        Step::CreateCallback { next, error, .. } => {
            vec![(*next, Story { callback: true, ..story.clone() }), same(error)]
        }
        other => other.leads_to().iter().map(same).collect(),
    }
}

fn at<'s>(flow: &Flow, walked: &'s BTreeSet<(usize, Story)>, id: &str) -> Vec<&'s Story> {
    let index = flow.actions().iter().position(|action| action.id == id).unwrap();
    let stories: Vec<_> = walked.iter().filter(|(at, _)| *at == index).map(|(_, story)| story).collect();
    assert!(!stories.is_empty(), "nothing leads to {id}");
    stories
}

#[test]
fn every_way_to_the_end_has_told_the_function_what_was_pressed() {
    let flow = flow();
    let walked = walk(&flow);
    let mut endings = 0;
    for (index, story) in &walked {
        let step = &flow.actions()[*index].step;
        assert_eq!(step.leads_to().is_empty(), *step == Step::HangUp, "a dead end");
        if *step == Step::HangUp {
            let expected = match story.key {
                Some('1') => "well",
                Some('2') => "talk",
                Some('9') => "opted_out",
                _ => "none",
            };
            assert_eq!(story.told.get("answer").map(String::as_str), Some(expected), "{story:?}");
            endings += 1;
        }
    }
    assert!(endings > 10, "{endings} endings");
}

#[test]
fn the_durable_attribute_says_the_same_as_the_function_was_told() {
    let flow = flow();
    for story in at(&flow, &walk(&flow), "hang-up") {
        // An attribute may be missing, when setting it failed; it never says something else.
        for (name, value) in &story.attributes {
            assert_eq!(story.told.get(name), Some(value), "{story:?}");
        }
    }
}

#[test]
fn nothing_is_claimed_that_was_not_recorded() {
    let flow = flow();
    let walked = walk(&flow);
    for story in at(&flow, &walked, "say-well") {
        assert!(story.recorded && story.told["answer"] == "well", "{story:?}");
    }
    for story in at(&flow, &walked, "say-callback") {
        assert!(story.recorded && story.callback && story.told["answer"] == "talk", "{story:?}");
    }
    for story in at(&flow, &walked, "say-callback-unsure") {
        assert!(story.callback, "{story:?}");
    }
    for story in at(&flow, &walked, "say-person-told") {
        assert!(story.recorded && !story.callback && story.told["callback"] == "failed", "{story:?}");
    }
    for story in at(&flow, &walked, "say-opted-out") {
        assert!(story.recorded && story.told["answer"] == "opted_out", "{story:?}");
    }
    for id in ["say-well-unsure", "say-please-ring", "say-opted-out-unsure"] {
        assert!(at(&flow, &walked, id).iter().all(|story| !story.recorded), "{id}");
    }
}

/// The second key must be the same one, pressed at once: any other, or none, leads back to the question.
#[test]
fn only_two_keys_in_a_row_end_the_calls() {
    let flow = flow();
    let index = |id: &str| flow.actions().iter().position(|action| action.id == id).unwrap();
    let (confirm, set) = (index("confirm-opt-out"), index("set-opted-out"));
    let mut to_confirm = Vec::new();
    for action in flow.actions() {
        let leads = action.step.leads_to();
        if leads.contains(&set) {
            assert_eq!(action.id, "confirm-opt-out", "nothing else leads there");
        }
        if leads.contains(&confirm) {
            to_confirm.push(action.id.as_str());
        }
        if let Step::Ask { keys, silence, other_key, error, .. } = &action.step {
            for (key, next) in keys {
                assert_eq!(*key == '9', [confirm, set].contains(next), "{}: {key}", action.id);
            }
            assert!(![silence, other_key, error].iter().any(|next| [confirm, set].contains(next)));
        }
    }
    assert_eq!(to_confirm, ["ask-first", "ask-again"]);
    let Step::Ask { keys, silence, other_key, .. } = &flow.actions()[confirm].step else {
        panic!("no question")
    };
    assert_eq!(keys.as_slice(), [('9', set)]);
    for back in [silence, other_key] {
        let Step::Loop { again, .. } = &flow.actions()[*back].step else { panic!("not bounded") };
        assert_eq!(*again, index("ask-again"));
    }
}

#[test]
fn a_callback_that_connect_refuses_is_reported_as_failed() {
    let flow = flow();
    for story in at(&flow, &walk(&flow), "hang-up") {
        if story.key == Some('2') {
            let failed = story.told.get("callback").is_some_and(|value| value == "failed");
            assert_eq!(failed, !story.callback, "{story:?}");
        }
    }
}

#[test]
fn the_callback_is_made_as_agreed() {
    let flow = flow();
    let created = flow.actions().iter().find_map(|action| match &action.step {
        Step::CreateCallback { initial_delay, attempts, retry_delay, .. } => {
            Some((*initial_delay, *attempts, *retry_delay))
        }
        _ => None,
    });
    assert_eq!(created, Some((SignedDuration::from_secs(99), 3, SignedDuration::from_secs(600))));
}

/// Silence or wrong keys only: how often is the question asked before the flow gives up?
#[test]
fn silence_and_wrong_keys_lead_to_three_askings() {
    let flow = flow();
    for (choose, wrong) in [(false, "silence"), (true, "wrong key")] {
        let mut passes: BTreeMap<usize, u32> = BTreeMap::new();
        let (mut at, mut asked) = (flow.start(), 0);
        loop {
            at = match &flow.actions()[at].step {
                Step::Ask { silence, other_key, .. } => {
                    asked += 1;
                    if choose { *other_key } else { *silence }
                }
                Step::Loop { count, again, done } => {
                    let pass = passes.entry(at).or_default();
                    *pass += 1;
                    if *pass <= *count { *again } else { *done }
                }
                Step::HangUp => break,
                step => step.leads_to()[0],
            };
        }
        assert_eq!(asked, 3, "{wrong}");
    }
}

#[test]
fn the_words_name_the_option_before_the_key_and_hold_nothing_of_ours() {
    let document: Value = serde_json::from_str(CHECK_CALL).unwrap();
    let mut spoken = String::new();
    for action in document["Actions"].as_array().unwrap() {
        let text = action["Parameters"]["Text"].as_str().unwrap_or_default();
        for sentence in text.split(['.', '?', '!']).map(str::trim) {
            assert!(!sentence.to_lowercase().starts_with("press"), "{sentence}");
        }
        spoken += text;
    }
    assert!(spoken.contains("This is ${OrganisationName}"));
    assert!(spoken.contains("${OrganisationTelephone}"));
    assert!(!CHECK_CALL.contains("arn:") && !CHECK_CALL.contains("firstName"));
    let digits = spoken.chars().filter(char::is_ascii_digit).collect::<BTreeSet<_>>();
    assert_eq!(digits, BTreeSet::from(['1', '2', '3', '9']), "only the keys are numbers");
    let recording = &document["Actions"][1]["Parameters"]["RecordingBehavior"]["RecordedParticipants"];
    assert_eq!(recording, &serde_json::json!([]), "recording is off before anything is said");
}
