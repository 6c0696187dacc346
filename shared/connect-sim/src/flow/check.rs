//! Holding a document against the rules.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::{Document, RawAction};
use super::rules::{Conditions, MENU, Parameter, RULES, Rule, SPEECH, STORE};
use super::{FlowProblem, FlowRule, prepare};

/// All problems of the document, those of the whole first.
pub(super) fn problems(length: usize, document: &Document) -> Vec<FlowProblem> {
    let mut found = Found { action: None, problems: Vec::new() };
    if length > 256_000 {
        found.add(FlowRule::TooLong, format!("{length} characters"));
    }
    if document.version != "2019-10-30" {
        found.add(FlowRule::Version, document.version.clone());
    }
    if document.actions.len() > 250 {
        found.add(FlowRule::TooManyActions, format!("{} actions", document.actions.len()));
    }
    let by_id: BTreeMap<&str, &RawAction> =
        document.actions.iter().map(|action| (action.identifier.as_str(), action)).collect();
    if !by_id.contains_key(document.start_action.as_str()) {
        found.add(FlowRule::Dangling, format!("the start {} does not exist", document.start_action));
    }
    let reached = reached(document, &by_id);
    let mut seen = BTreeSet::new();
    for action in &document.actions {
        found.action = Some(action.identifier.clone());
        if !seen.insert(&action.identifier) {
            found.add(FlowRule::Duplicate, "the identifier is used twice".to_owned());
        }
        if !reached.contains(action.identifier.as_str()) {
            found.add(FlowRule::Unreachable, "nothing leads here".to_owned());
        }
        for target in action.transitions.targets().filter(|target| !by_id.contains_key(target)) {
            found.add(FlowRule::Dangling, format!("{target} does not exist"));
        }
        identifier(action, &mut found);
        of_type(action, &mut found);
    }
    found.problems
}

struct Found {
    action: Option<String>,
    problems: Vec<FlowProblem>,
}

impl Found {
    fn add(&mut self, rule: FlowRule, detail: String) {
        self.problems.push(FlowProblem { action: self.action.clone(), rule, detail });
    }
}

fn reached<'d>(document: &'d Document, by_id: &BTreeMap<&'d str, &'d RawAction>) -> BTreeSet<&'d str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![document.start_action.as_str()];
    while let Some(id) = open.pop() {
        if let Some(action) = by_id.get(id)
            && reached.insert(id)
        {
            open.extend(action.transitions.targets());
        }
    }
    reached
}

fn identifier(action: &RawAction, found: &mut Found) {
    let length = action.identifier.chars().count();
    if length == 0 || length > 50 {
        found.add(FlowRule::Identifier, format!("{length} characters"));
    }
    if let Some(wrong) = action.identifier.chars().find(|character| r"%:(\/)=$,;[]{}".contains(*character)) {
        found.add(FlowRule::Identifier, format!("{wrong} is not allowed"));
    }
}

fn of_type(action: &RawAction, found: &mut Found) {
    let rule = match (action.kind.as_str(), action.text("StoreInput")) {
        ("GetParticipantInput", "True") => &STORE,
        ("GetParticipantInput", _) => &MENU,
        (kind, _) => match RULES.iter().find(|rule| rule.kind == kind) {
            Some(rule) => rule,
            None => return found.add(FlowRule::UnknownType, kind.to_owned()),
        },
    };
    parameters(action, rule, found);
    speech(action, found);
    errors(action, rule, found);
    conditions(action, rule.conditions, found);
    next(action, rule, found);
    if !prepare::is_simulated(action) {
        found.add(FlowRule::NotSimulated, action.kind.clone());
    }
}

fn parameters(action: &RawAction, rule: &Rule, found: &mut Found) {
    for (name, form) in rule.required {
        match action.parameters.get(*name) {
            Some(value) => parameter(name, value, *form, found),
            None => found.add(FlowRule::Parameter, format!("{name} is missing")),
        }
    }
    for (name, form) in rule.optional {
        if let Some(value) = action.parameters.get(*name) {
            parameter(name, value, *form, found);
        }
    }
    let speaks = speaks(action);
    for (name, value) in &action.parameters {
        if has_number(value) {
            found.add(FlowRule::NumberNotText, format!("{name} holds a number or boolean"));
        }
        let known = rule.required.iter().chain(rule.optional).any(|(known, _)| known == name)
            || (speaks && SPEECH.contains(&name.as_str()));
        if !known {
            found.add(FlowRule::Parameter, format!("{name} is not known here"));
        }
    }
    if action.kind == "UpdateContactTargetQueue"
        && action.parameters.contains_key("QueueId") == action.parameters.contains_key("AgentId")
    {
        found.add(FlowRule::Parameter, "needs QueueId or AgentId, and only one of them".to_owned());
    }
}

fn parameter(name: &str, value: &Value, form: Parameter, found: &mut Found) {
    let fits = match (form, value) {
        (Parameter::Text, Value::String(text)) => !text.is_empty(),
        (Parameter::Reference, Value::String(text)) => text.starts_with("$."),
        (Parameter::Number(least, most), Value::String(text)) => {
            text.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number))
        }
        (Parameter::OneOf(words), Value::String(text)) => words.contains(&text.as_str()),
        (Parameter::Map, Value::Object(entries)) => {
            let name_fits = |name: &String| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            };
            entries.iter().all(|(name, value)| name_fits(name) && value.is_string())
        }
        (Parameter::OneKey(keys), Value::Object(entries)) => {
            entries.len() == 1 && entries.keys().all(|key| keys.contains(&key.as_str()))
        }
        (Parameter::Nested, _) => true,
        // Reported as a number that is no text.
        (_, Value::Number(_) | Value::Bool(_)) => true,
        (_, Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_)) => false,
    };
    if !fits {
        found.add(FlowRule::Parameter, format!("{name} does not have the required form"));
    }
}

fn has_number(value: &Value) -> bool {
    match value {
        Value::Number(_) | Value::Bool(_) => true,
        Value::Array(items) => items.iter().any(has_number),
        Value::Object(entries) => entries.values().any(has_number),
        Value::Null | Value::String(_) => false,
    }
}

fn speaks(action: &RawAction) -> bool {
    matches!(action.kind.as_str(), "MessageParticipant" | "GetParticipantInput")
}

fn speech(action: &RawAction, found: &mut Found) {
    if !speaks(action) {
        return;
    }
    let given = SPEECH.iter().filter(|form| action.parameters.contains_key(**form)).count();
    if given != 1 {
        found.add(FlowRule::Parameter, format!("needs exactly one of {SPEECH:?}, has {given}"));
    }
    let length = action.text("Text").chars().count().max(action.text("SSML").chars().count());
    if length > 6000 {
        found.add(FlowRule::Parameter, format!("speech of {length} characters"));
    }
}

fn errors(action: &RawAction, rule: &Rule, found: &mut Found) {
    for required in rule.errors {
        if action.on_error(required).is_none() {
            found.add(FlowRule::MissingError, format!("{required} is required"));
        }
    }
    let with_phone =
        action.parameters.get("InputValidation").and_then(|value| value.get("PhoneNumberValidation"));
    for branch in &action.transitions.errors {
        let extra = with_phone.is_some() && branch.error_type == "InvalidPhoneNumber";
        if !extra && !rule.errors.contains(&branch.error_type.as_str()) {
            found
                .add(FlowRule::SurplusError, format!("{} is not an error of this action", branch.error_type));
        }
    }
    let mut kinds = BTreeSet::new();
    for branch in &action.transitions.errors {
        if !kinds.insert(&branch.error_type) {
            found.add(FlowRule::SurplusError, format!("{} comes twice", branch.error_type));
        }
    }
}

fn conditions(action: &RawAction, expected: Conditions, found: &mut Found) {
    let given = &action.transitions.conditions;
    for branch in given {
        let condition = &branch.condition;
        if prepare::operator(&condition.operator).is_none() {
            found.add(FlowRule::Conditions, format!("{} is no operator", condition.operator));
        }
        if condition.operands.len() != 1 {
            found.add(FlowRule::Conditions, format!("{} operands", condition.operands.len()));
        }
    }
    let operands: Vec<&str> = given
        .iter()
        .filter(|branch| branch.condition.operator == "Equals")
        .flat_map(|branch| branch.condition.operands.iter().map(String::as_str))
        .collect();
    let distinct: BTreeSet<&str> = operands.iter().copied().collect();
    let fits = match expected {
        Conditions::None => given.is_empty(),
        Conditions::Some => !given.is_empty(),
        Conditions::Keys => {
            let is_key = |operand: &&str| operand.len() == 1 && "0123456789*#".contains(*operand);
            !given.is_empty() && distinct.len() == given.len() && operands.iter().all(is_key)
        }
        Conditions::Exactly(words) => {
            given.len() == words.len() && words.iter().all(|word| distinct.contains(word))
        }
    };
    if !fits {
        found.add(FlowRule::Conditions, format!("{} conditions, not as required", given.len()));
    }
}

fn next(action: &RawAction, rule: &Rule, found: &mut Found) {
    let transitions = &action.transitions;
    match &transitions.next_action {
        None if rule.goes_on => found.add(FlowRule::NextAction, "is missing".to_owned()),
        Some(_) if !rule.goes_on => found.add(FlowRule::NextAction, "a last action has none".to_owned()),
        _ => {}
    }
    let mirrored = match action.kind.as_str() {
        "GetParticipantInput" => action.on_error("NoMatchingCondition"),
        "Loop" => {
            let done = |operands: &Vec<String>| operands.first().is_some_and(|word| word == "DoneLooping");
            let branch = transitions.conditions.iter().find(|branch| done(&branch.condition.operands));
            branch.map(|branch| branch.next_action.as_str())
        }
        _ => None,
    };
    if let (Some(next), Some(mirrored)) = (&transitions.next_action, mirrored)
        && next != mirrored
    {
        found.add(FlowRule::NextAction, format!("must be {mirrored}, as its branch is"));
    }
}
