//! Each rule of the flow language fires, and fires alone.

#![expect(clippy::unwrap_used, reason = "a document that cannot be changed as planned fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use rollcall_connect_sim::flow::{CHECK_CALL, Flow, FlowRule};
use serde_json::{Value, json};

fn substitutions() -> BTreeMap<String, String> {
    [
        ("KeyPressFunctionArn", "arn:aws:lambda:eu-west-2:111122223333:function:key-press"),
        ("CallbackQueueArn", "arn:aws:connect:eu-west-2:111122223333:instance/i/queue/q"),
        ("OrganisationName", "Example \"Reassurance\""),
        ("OrganisationTelephone", "020 7946 0100"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The rules that the shipped flow breaks after `change`.
fn broken(change: impl FnOnce(&mut Value)) -> Vec<FlowRule> {
    let mut document: Value = serde_json::from_str(CHECK_CALL).unwrap();
    change(&mut document);
    match Flow::parse(&document.to_string(), &substitutions()) {
        Ok(_) => Vec::new(),
        Err(problems) => {
            assert!(problems.iter().all(|problem| !problem.to_string().is_empty()));
            let rules: BTreeSet<FlowRule> = problems.into_iter().map(|problem| problem.rule).collect();
            rules.into_iter().collect()
        }
    }
}

/// The action with that identifier.
fn action<'d>(document: &'d mut Value, id: &str) -> &'d mut Value {
    let actions = document["Actions"].as_array_mut().unwrap();
    actions.iter_mut().find(|action| action["Identifier"] == id).unwrap()
}

/// Renames an action everywhere.
fn rename(document: &mut Value, from: &str, to: &str) {
    let text = document.to_string().replace(&format!("\"{from}\""), &json!(to).to_string());
    *document = serde_json::from_str(&text).unwrap();
}

#[test]
fn the_shipped_flow_keeps_them_all() {
    assert_eq!(broken(|_| {}), []);
}

#[test]
fn a_text_that_is_no_flow_document() {
    for text in
        ["", "{", "[]", "{}", r#"{"Version":"2019-10-30","StartAction":"a","Actions":[{"Type":"Loop"}]}"#]
    {
        let problems = Flow::parse(text, &substitutions()).unwrap_err();
        assert_eq!(problems.len(), 1, "{text}");
        assert_eq!(problems[0].rule, FlowRule::Shape, "{text}");
    }
}

#[test]
fn a_placeholder_without_substitution_is_named() {
    let problems = Flow::parse(CHECK_CALL, &BTreeMap::new()).unwrap_err();
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.iter().all(|problem| problem.rule == FlowRule::Placeholder), "{text:?}");
    for name in substitutions().keys() {
        assert!(text.iter().any(|line| line.contains(name)), "{name} in {text:?}");
    }
    let unclosed = |doc: &mut Value| action(doc, "say-well")["Parameters"]["Text"] = json!("Hello ${Name");
    assert_eq!(broken(unclosed), [FlowRule::Placeholder]);
    let literal = |doc: &mut Value| action(doc, "say-well")["Parameters"]["Text"] = json!("Hello ${!Name}");
    assert_eq!(broken(literal), []);
}

#[test]
fn the_document_as_a_whole() {
    assert_eq!(broken(|doc| doc["Version"] = json!("2018-01-01")), [FlowRule::Version]);
    assert_eq!(broken(|doc| doc["Metadata"] = json!("x".repeat(256_000))), [FlowRule::TooLong]);
    // Without a start nothing is reached.
    assert_eq!(
        broken(|doc| doc["StartAction"] = json!("nowhere")),
        [FlowRule::Dangling, FlowRule::Unreachable]
    );
    let padded = |doc: &mut Value| {
        let actions = doc["Actions"].as_array_mut().unwrap();
        let first_new = actions.len();
        for number in first_new..251 {
            let next = if number == 250 { "logging".to_owned() } else { format!("pad-{}", number + 1) };
            actions.push(json!({"Identifier": format!("pad-{number}"), "Type": "UpdateFlowLoggingBehavior",
                "Parameters": {"FlowLoggingBehavior": "Enabled"}, "Transitions": {"NextAction": next}}));
        }
        doc["StartAction"] = json!(format!("pad-{first_new}"));
    };
    assert_eq!(broken(padded), [FlowRule::TooManyActions]);
}

#[test]
fn identifiers() {
    assert_eq!(broken(|doc| rename(doc, "say-well", "say:well")), [FlowRule::Identifier]);
    assert_eq!(broken(|doc| rename(doc, "say-well", "say\\well")), [FlowRule::Identifier]);
    assert_eq!(broken(|doc| rename(doc, "say-well", &"s".repeat(51))), [FlowRule::Identifier]);
    assert_eq!(broken(|doc| rename(doc, "say-well", &"s".repeat(50))), []);
    let twice = |doc: &mut Value| {
        let copy = action(doc, "say-well").clone();
        doc["Actions"].as_array_mut().unwrap().push(copy);
    };
    assert_eq!(broken(twice), [FlowRule::Duplicate]);
}

#[test]
fn where_actions_lead() {
    let dangling = |doc: &mut Value| {
        action(doc, "say-none")["Transitions"]["NextAction"] = json!("nowhere");
    };
    assert_eq!(broken(dangling), [FlowRule::Dangling]);
    let unreachable = |doc: &mut Value| {
        let mut copy = action(doc, "say-well").clone();
        copy["Identifier"] = json!("lonely");
        doc["Actions"].as_array_mut().unwrap().push(copy);
    };
    assert_eq!(broken(unreachable), [FlowRule::Unreachable]);
    let stops = |doc: &mut Value| {
        action(doc, "say-none")["Transitions"].as_object_mut().unwrap().remove("NextAction");
    };
    assert_eq!(broken(stops), [FlowRule::NextAction]);
    let goes_on = |doc: &mut Value| action(doc, "hang-up")["Transitions"]["NextAction"] = json!("say-none");
    assert_eq!(broken(goes_on), [FlowRule::NextAction]);
    let not_mirrored =
        |doc: &mut Value| action(doc, "ask-again")["Transitions"]["NextAction"] = json!("set-none");
    assert_eq!(broken(not_mirrored), [FlowRule::NextAction]);
    let loop_not_mirrored =
        |doc: &mut Value| action(doc, "repeats")["Transitions"]["NextAction"] = json!("ask-again");
    assert_eq!(broken(loop_not_mirrored), [FlowRule::NextAction]);
}

#[test]
fn types_of_action() {
    let retyped = |kind: &'static str| move |doc: &mut Value| action(doc, "logging")["Type"] = json!(kind);
    assert_eq!(broken(retyped("SetWorkingQueue")), [FlowRule::UnknownType]);
    let valid_elsewhere = |doc: &mut Value| {
        let hang_up = action(doc, "hang-up");
        hang_up["Type"] = json!("EndFlowExecution");
    };
    assert_eq!(broken(valid_elsewhere), [FlowRule::NotSimulated]);
}

#[test]
fn parameters() {
    let parameter = |id: &'static str, name: &'static str, value: Value| {
        broken(move |doc| action(doc, id)["Parameters"][name] = value)
    };
    assert_eq!(parameter("ask-again", "InputTimeLimitSeconds", json!(10)), [FlowRule::NumberNotText]);
    assert_eq!(parameter("ask-again", "InputTimeLimitSeconds", json!("0")), [FlowRule::Parameter]);
    assert_eq!(parameter("ask-again", "InputTimeLimitSeconds", json!("181")), [FlowRule::Parameter]);
    assert_eq!(parameter("ask-again", "StoreInput", json!(false)), [FlowRule::NumberNotText]);
    assert_eq!(parameter("ask-again", "DTMFConfiguration", json!({})), [FlowRule::Parameter]);
    assert_eq!(parameter("ask-again", "SSML", json!("<speak/>")), [FlowRule::Parameter]);
    assert_eq!(parameter("say-well", "Text", json!("a".repeat(6001))), [FlowRule::Parameter]);
    assert_eq!(parameter("record-well", "InvocationTimeLimitSeconds", json!("9")), [FlowRule::Parameter]);
    assert_eq!(
        parameter("record-well", "LambdaInvocationAttributes", json!({"a": 1})),
        [FlowRule::NumberNotText, FlowRule::Parameter]
    );
    assert_eq!(parameter("set-well", "Attributes", json!({"a$": "x"})), [FlowRule::Parameter]);
    assert_eq!(parameter("set-well", "TargetContact", json!("Other")), [FlowRule::Parameter]);
    assert_eq!(parameter("callback-number", "CallbackNumber", json!("+447700900101")), [FlowRule::Parameter]);
    assert_eq!(parameter("callback", "InitialCallDelaySeconds", json!("259201")), [FlowRule::Parameter]);
    assert_eq!(parameter("callback", "MaximumConnectionAttempts", json!("0")), [FlowRule::Parameter]);
    assert_eq!(
        parameter("callback-queue", "AgentId", json!("a")),
        [FlowRule::Parameter, FlowRule::NotSimulated]
    );
    assert_eq!(parameter("check-well", "ComparisonValue", json!("recorded")), [FlowRule::Parameter]);
    assert_eq!(parameter("repeats", "LoopCount", json!("101")), [FlowRule::Parameter]);
    let silent = |doc: &mut Value| {
        action(doc, "say-well")["Parameters"].as_object_mut().unwrap().remove("Text");
    };
    assert_eq!(broken(silent), [FlowRule::Parameter]);
}

#[test]
fn event_hooks_have_one_key_each() {
    let hooked = |hooks: Value| {
        broken(|doc| {
            let logging = action(doc, "logging");
            logging["Type"] = json!("UpdateContactEventHooks");
            logging["Parameters"] = json!({"EventHooks": hooks});
            logging["Transitions"]["Errors"] =
                json!([{"ErrorType": "NoMatchingError", "NextAction": "recording-off"}]);
        })
    };
    assert_eq!(hooked(json!({"AgentWhisper": "flow"})), []);
    assert_eq!(hooked(json!({"AgentWhisper": "flow", "CustomerQueue": "flow"})), [FlowRule::Parameter]);
    assert_eq!(hooked(json!({"OutboundWhisper": "flow"})), [FlowRule::Parameter]);
}

#[test]
fn error_branches() {
    let without = |id: &'static str, kind: &'static str| {
        broken(move |doc| {
            let errors = action(doc, id)["Transitions"]["Errors"].as_array_mut().unwrap();
            let before = errors.len();
            errors.retain(|error| error["ErrorType"] != kind);
            assert_eq!(errors.len(), before - 1, "{id} {kind}");
        })
    };
    let missing = [
        ("ask-again", "InputTimeLimitExceeded"),
        ("ask-again", "NoMatchingCondition"),
        ("ask-again", "NoMatchingError"),
        ("record-well", "NoMatchingError"),
        ("callback-number", "InvalidCallbackNumber"),
        ("callback-number", "CallbackNumberNotDialable"),
        ("callback", "NoMatchingError"),
        ("callback-queue", "NoMatchingError"),
        ("check-well", "NoMatchingCondition"),
        ("set-well", "NoMatchingError"),
        ("say-well", "NoMatchingError"),
        ("voice", "NoMatchingError"),
    ];
    for (id, kind) in missing {
        assert_eq!(without(id, kind), [FlowRule::MissingError], "{id} {kind}");
    }
    let with = |id: &'static str, kind: &'static str| {
        broken(move |doc| {
            let transitions = &mut action(doc, id)["Transitions"];
            let branch = json!({"ErrorType": kind, "NextAction": "say-none"});
            match transitions["Errors"].as_array_mut() {
                Some(errors) => errors.push(branch),
                None => transitions["Errors"] = json!([branch]),
            }
        })
    };
    let surplus = [
        ("recording-off", "NoMatchingError"),
        ("logging", "NoMatchingError"),
        ("askings", "NoMatchingError"),
        ("callback-number", "NoMatchingError"),
        ("check-well", "NoMatchingError"),
        ("say-well", "InvalidPhoneNumber"),
        ("say-well", "NoMatchingError"),
        ("hang-up", "NoMatchingError"),
    ];
    for (id, kind) in surplus {
        assert_eq!(with(id, kind), [FlowRule::SurplusError], "{id} {kind}");
    }
}

#[test]
fn conditions() {
    let operand = |id: &'static str, at: usize, value: Value| {
        broken(move |doc| action(doc, id)["Transitions"]["Conditions"][at]["Condition"]["Operands"] = value)
    };
    assert_eq!(operand("ask-again", 0, json!(["12"])), [FlowRule::Conditions]);
    assert_eq!(operand("ask-again", 0, json!(["a"])), [FlowRule::Conditions]);
    assert_eq!(operand("ask-again", 0, json!(["2"])), [FlowRule::Conditions]);
    assert_eq!(operand("ask-again", 0, json!(["*"])), []);
    assert_eq!(operand("ask-again", 0, json!([])), [FlowRule::Conditions]);
    assert_eq!(operand("askings", 0, json!(["GoOn"])), [FlowRule::Conditions]);
    let unknown = |doc: &mut Value| {
        action(doc, "check-well")["Transitions"]["Conditions"][0]["Condition"]["Operator"] = json!("IsLike");
    };
    assert_eq!(broken(unknown), [FlowRule::Conditions]);
    let none_left = |doc: &mut Value| {
        let transitions = &mut action(doc, "check-well")["Transitions"];
        transitions["Conditions"] = json!([]);
        let to_well = json!([{"ErrorType": "NoMatchingCondition", "NextAction": "say-well"}]);
        transitions["Errors"] = to_well;
    };
    assert_eq!(broken(none_left), [FlowRule::Conditions]);
    let on_speech = |doc: &mut Value| {
        action(doc, "say-well")["Transitions"]["Conditions"] =
            json!([{"NextAction": "hang-up", "Condition": {"Operator": "Equals", "Operands": ["1"]}}]);
    };
    assert_eq!(broken(on_speech), [FlowRule::Conditions]);
}
