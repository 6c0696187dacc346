//! The functions, and what hands them their work.

use super::by_hand::{Desk, Question};
use super::{Asked, Check, Pace, State};
use crate::connect::Instance;
use rollcall_ports::Fault;
use serde_json::Value;

/// Each function; what hands it its work, if that is a queue or the stream;
/// and whether it speaks to Connect.
const FUNCTIONS: [(&str, Option<&str>, bool); 11] = [
    ("ingest", Some("uploads"), false),
    ("loader", Some("rows"), false),
    ("planner", None, true),
    ("dialer", Some("call-requests"), true),
    ("outcomes", Some("outcomes"), false),
    ("key-press", None, false),
    ("sweep", None, true),
    ("books", None, true),
    ("letters", None, true),
    ("erasures", None, true),
    ("api", None, true),
];
const INSTANCE: &str = "ROLLCALL_CONNECT_INSTANCE_ID";
const FLOW: &str = "ROLLCALL_CONNECT_FLOW_ID";
const QUEUE: &str = "ROLLCALL_CONNECT_QUEUE_ID";
const NUMBER: &str = "ROLLCALL_CONNECT_SOURCE_NUMBER";
/// What the template says before there is an instance.
const NONE: &str = "none";

/// What Lambda said of all functions.
pub(super) struct Functions {
    all: Vec<Function>,
}

struct Function {
    name: &'static str,
    speaks: bool,
    full_name: String,
    said: Result<Value, Check>,
    work: Option<Check>,
}

impl Functions {
    /// Asks Lambda.
    pub(super) async fn read(desk: &Desk, prefix: &str) -> Self {
        let mut all = Vec::new();
        for (name, source, speaks) in FUNCTIONS {
            let full_name = format!("{prefix}-{name}");
            let resource = desk.caller.arn("lambda", &format!("function:{full_name}"));
            let missing = "Its part of the work stands still: make deploy.";
            let asked = Asked::new(format!("function {name}"), "lambda:GetFunction", resource, missing);
            let question = Question::Get(format!("/2015-03-31/functions/{full_name}"));
            let said = desk.ask("lambda", question).await.map_err(|fault| asked.without_answer(&fault));
            let work = match (&said, source) {
                (Ok(_), Some(source)) => Some(work(desk, prefix, name, source).await),
                _ => None,
            };
            all.push(Function { name, speaks, full_name, said, work });
        }
        Self { all }
    }

    /// What the dialer uses of Connect, if that can be told.
    pub(super) fn instance(&self) -> Option<Instance> {
        let dialer = self.variables("dialer")?;
        let id = |name: &str| variable(dialer, name).map(str::to_owned);
        Some(Instance {
            instance_id: id(INSTANCE)?,
            flow_id: id(FLOW)?,
            queue_id: id(QUEUE)?,
            source_number: id(NUMBER),
        })
    }

    /// How fast the dialer calls, if that can be told.
    pub(super) fn pace(&self) -> Option<Pace> {
        let dialer = self.variables("dialer")?;
        let number = |name: &str| variable(dialer, name)?.parse().ok();
        Some(Pace {
            starts_per_second: number("ROLLCALL_POLICY_STARTS_PER_SECOND")?,
            at_once: number("ROLLCALL_POLICY_CONCURRENT_CALLS")?,
        })
    }

    /// Whether Lambda said what there is of the dialer.
    pub(super) fn are_told(&self) -> bool {
        let dialer = self.all.iter().find(|one| one.name == "dialer");
        dialer.is_some_and(|one| one.said.as_ref().map_or_else(|check| check.state == State::Wrong, |_| true))
    }

    fn variables(&self, name: &str) -> Option<&Value> {
        let function = self.all.iter().find(|one| one.name == name)?;
        function.said.as_ref().ok()?.pointer("/Configuration/Environment/Variables")
    }

    /// Whether they run, and with which instance.
    pub(super) fn checks(self, instance: Option<&Instance>) -> Vec<Check> {
        let mut checks = Vec::new();
        for one in self.all {
            checks.push(match &one.said {
                Ok(said) => one.check(said, instance),
                Err(check) => check.clone(),
            });
            checks.extend(one.work);
        }
        checks
    }
}

impl Function {
    fn check(&self, said: &Value, instance: Option<&Instance>) -> Check {
        let name = format!("function {}", self.name);
        let text = |path: &str| said.pointer(path).and_then(Value::as_str).unwrap_or("not told");
        let (state, update) = (text("/Configuration/State"), text("/Configuration/LastUpdateStatus"));
        // One that was not used for weeks is Inactive, and wakes when it is.
        if !matches!(state, "Active" | "Inactive") || update != "Successful" {
            let reason = text("/Configuration/LastUpdateStatusReasonCode");
            let advice =
                format!("Lambda's console, {}, says why ({reason}); then make deploy.", self.full_name);
            return Check::wrong(name, format!("state {state}, last update {update}"), advice);
        }
        if said.pointer("/Concurrency/ReservedConcurrentExecutions").and_then(Value::as_u64) == Some(0) {
            let advice = format!(
                "Somebody stopped it by hand: aws lambda delete-function-concurrency --function-name {0}, or \
                 put-function-concurrency with the figure of template.yaml.",
                self.full_name
            );
            return Check::wrong(name, "may not run: 0 at once", advice);
        }
        let variables = said.pointer("/Configuration/Environment/Variables").unwrap_or(&Value::Null);
        let mut problems = Vec::new();
        if let Some(error) =
            said.pointer("/Configuration/Environment/Error/ErrorCode").and_then(Value::as_str)
        {
            problems.push(format!("its settings cannot be read ({error})"));
        } else if let (true, Some(instance)) = (self.speaks, instance) {
            let Instance { instance_id, flow_id, queue_id, source_number } = instance;
            let wanted = [
                (INSTANCE, Some(instance_id)),
                (FLOW, Some(flow_id)),
                (QUEUE, Some(queue_id)),
                (NUMBER, source_number.as_ref()),
            ];
            let others =
                wanted.iter().filter(|(name, value)| variable(variables, name) != value.map(String::as_str));
            problems.extend(others.map(|(name, _)| format!("its {name} is another")));
        }
        let advice = "It works with another instance, flow, queue or number than the one looked at here: correct the \
                      variables here, or make deploy, which sets them from infra/connect.yaml.";
        Check::of_problems(name, state, &problems, advice)
    }
}

fn variable<'v>(variables: &'v Value, name: &str) -> Option<&'v str> {
    variables.get(name)?.as_str().filter(|text| !text.is_empty() && *text != NONE)
}

/// Whether `source` hands the function its work.
async fn work(desk: &Desk, prefix: &str, name: &str, source: &str) -> Check {
    let asked = Asked::new(format!("work of {name}"), "lambda:ListEventSourceMappings", "*", "make deploy.");
    let question = Question::Get(format!("/2015-03-31/event-source-mappings/?FunctionName={prefix}-{name}"));
    let found = match desk.ask("lambda", question).await {
        Ok(found) => found,
        Err(Fault::Refused { reason, .. }) if reason == "ResourceNotFoundException" => Value::Null,
        Err(fault) => return asked.without_answer(&fault),
    };
    let wanted = if source == "outcomes" {
        desk.caller.arn("kinesis", &format!("stream/{prefix}-{source}"))
    } else {
        desk.caller.arn("sqs", &format!("{prefix}-{source}"))
    };
    let all =
        found.get("EventSourceMappings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let its = all.iter().find(|one| one.get("EventSourceArn").and_then(Value::as_str) == Some(&wanted));
    let Some(its) = its else {
        let advice = format!("Nothing reads {wanted}; what comes there waits: make deploy.");
        return Check::wrong(asked.name, "none is handed to it", advice);
    };
    let text = |member: &str| its.get(member).and_then(Value::as_str).unwrap_or_default();
    let (state, last) = (text("State"), text("LastProcessingResult"));
    let advice = format!(
        "What comes waits: aws lambda update-event-source-mapping --enabled --uuid {}; if it says PROBLEM, see the log \
         /aws/lambda/{prefix}-{name} and the role of the function.",
        text("UUID")
    );
    let mut problems = Vec::new();
    if !matches!(state, "Enabled" | "Enabling" | "Updating") {
        problems.push(format!("its event source is {state}"));
    }
    if last.starts_with("PROBLEM") {
        problems.push(last.to_owned());
    }
    let partly = its.get("FunctionResponseTypes").and_then(Value::as_array);
    if !partly.is_some_and(|types| types.iter().any(|one| one == "ReportBatchItemFailures")) {
        problems
            .push("one bad message makes its whole batch come again (no ReportBatchItemFailures)".to_owned());
    }
    Check::of_problems(asked.name, format!("{state}, from {source}"), &problems, &advice)
}
