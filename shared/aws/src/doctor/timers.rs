//! What sets the functions going by the clock, and the rule for contact events.

use super::by_hand::{Desk, Question};
use super::{Asked, Check};
use serde_json::{Value, json};

/// The five schedules, and the rule.
pub(super) async fn checks(desk: &Desk, prefix: &str) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, function) in [
        ("planner", "planner"),
        ("sweep", "sweep"),
        ("letters", "letters"),
        ("erasures", "erasures"),
        ("ledger", "books"),
    ] {
        checks.push(schedule(desk, prefix, name, function).await);
    }
    checks.push(rule(desk, prefix).await);
    checks
}

async fn schedule(desk: &Desk, prefix: &str, name: &str, function: &str) -> Check {
    let resource = desk.caller.arn("scheduler", &format!("schedule/default/{prefix}-{name}"));
    let asked = Asked::new(
        format!("schedule {name}"),
        "scheduler:GetSchedule",
        resource,
        format!("The function {function} never runs: make deploy."),
    );
    let question = Question::Get(format!("/schedules/{prefix}-{name}?groupName=default"));
    let found = match desk.ask("scheduler", question).await {
        Ok(found) => found,
        Err(fault) => return asked.without_answer(&fault),
    };
    let wanted = desk.caller.arn("lambda", &format!("function:{prefix}-{function}"));
    if found.pointer("/Target/Arn").and_then(Value::as_str) != Some(&wanted) {
        let advice = format!("It must run {wanted}: make deploy puts it back.");
        return Check::wrong(asked.name, "runs something else", advice);
    }
    let state = found.get("State").and_then(Value::as_str).unwrap_or("no state");
    match (state, name) {
        ("ENABLED", _) => {
            let when = found.get("ScheduleExpression").and_then(Value::as_str).unwrap_or_default();
            Check::ok(asked.name, format!("ENABLED, {when}"))
        }
        // The master switch of the template, and so before the first call.
        ("DISABLED", "planner") => {
            Check::ok(asked.name, "DISABLED: calls are off, nobody is called (Calls=on)")
        }
        _ => {
            let advice = format!(
                "Somebody stopped it by hand; in EventBridge Scheduler's console, enable {prefix}-{name}."
            );
            Check::wrong(asked.name, state, advice)
        }
    }
}

/// Without it the results of calls come later, with the contact records.
async fn rule(desk: &Desk, prefix: &str) -> Check {
    let name = format!("{prefix}-contact-events");
    let resource = desk.caller.arn("events", &format!("rule/{name}"));
    let missing = "Results of calls come minutes late: make deploy.";
    let asked = Asked::new("contact events", "events:DescribeRule", resource, missing);
    match desk.ask("events", Question::Call("AWSEvents.DescribeRule", json!({ "Name": name }))).await {
        Ok(found) if found.get("State").and_then(Value::as_str) == Some("ENABLED") => {
            Check::ok(asked.name, "ENABLED")
        }
        Ok(_) => {
            let advice = "Results of calls come minutes late: make deploy with the ids of Connect, or in EventBridge's \
                          console enable the rule.";
            Check::wrong(asked.name, "not ENABLED", advice)
        }
        Err(fault) => asked.without_answer(&fault),
    }
}
