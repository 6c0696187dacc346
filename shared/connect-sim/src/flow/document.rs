//! The flow document as JSON, with its placeholders filled in.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{FlowProblem, FlowRule};

/// Parses the document and fills the placeholders inside its texts. A substitution can therefore never break the JSON.
pub(super) fn read(
    json: &str,
    substitutions: &BTreeMap<String, String>,
) -> Result<Document, Vec<FlowProblem>> {
    let broken = |error: serde_json::Error| {
        vec![FlowProblem { action: None, rule: FlowRule::Shape, detail: error.to_string() }]
    };
    let mut value: Value = serde_json::from_str(json).map_err(broken)?;
    let mut problems = Vec::new();
    fill(&mut value, substitutions, &mut problems);
    if !problems.is_empty() {
        problems.dedup();
        return Err(problems);
    }
    serde_json::from_value(value).map_err(broken)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Document {
    pub(super) version: String,
    pub(super) start_action: String,
    pub(super) actions: Vec<RawAction>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RawAction {
    pub(super) identifier: String,
    #[serde(rename = "Type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) parameters: Map<String, Value>,
    #[serde(default)]
    pub(super) transitions: Transitions,
}

impl RawAction {
    /// The parameter as text; the empty text when it is absent or no text, which the check has reported by then.
    pub(super) fn text(&self, name: &str) -> &str {
        self.parameters.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Where the error branch leads.
    pub(super) fn on_error(&self, kind: &str) -> Option<&str> {
        let branch = self.transitions.errors.iter().find(|branch| branch.error_type == kind);
        branch.map(|branch| branch.next_action.as_str())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Transitions {
    pub(super) next_action: Option<String>,
    pub(super) errors: Vec<ErrorBranch>,
    pub(super) conditions: Vec<ConditionBranch>,
}

impl Transitions {
    /// Every identifier that is named.
    pub(super) fn targets(&self) -> impl Iterator<Item = &str> {
        let errors = self.errors.iter().map(|branch| &branch.next_action);
        let conditions = self.conditions.iter().map(|branch| &branch.next_action);
        self.next_action.iter().chain(errors).chain(conditions).map(String::as_str)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ErrorBranch {
    pub(super) error_type: String,
    pub(super) next_action: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConditionBranch {
    pub(super) next_action: String,
    pub(super) condition: Condition,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Condition {
    pub(super) operator: String,
    pub(super) operands: Vec<String>,
}

fn fill(value: &mut Value, substitutions: &BTreeMap<String, String>, problems: &mut Vec<FlowProblem>) {
    match value {
        Value::String(text) if text.contains("${") => *text = filled(text, substitutions, problems),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, substitutions, problems)),
        Value::Object(entries) => {
            entries.values_mut().for_each(|entry| fill(entry, substitutions, problems));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `${Name}` becomes its substitution, `${!Name}` the literal `${Name}`, as `Fn::Sub` has it.
fn filled(text: &str, substitutions: &BTreeMap<String, String>, problems: &mut Vec<FlowProblem>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        result.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            let detail = "a placeholder is not closed".to_owned();
            problems.push(FlowProblem { action: None, rule: FlowRule::Placeholder, detail });
            return result;
        };
        match (name.strip_prefix('!'), substitutions.get(name)) {
            (Some(literal), _) => {
                result.push_str("${");
                result.push_str(literal);
                result.push('}');
            }
            (None, Some(value)) => result.push_str(value),
            (None, None) => {
                let detail = format!("${{{name}}} has no substitution");
                problems.push(FlowProblem { action: None, rule: FlowRule::Placeholder, detail });
            }
        }
        rest = after;
    }
    result.push_str(rest);
    result
}
