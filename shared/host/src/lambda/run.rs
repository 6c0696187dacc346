use super::lines::Lines;
use super::{Function, Invocation};
use crate::clock::SystemClock;
use crate::metrics::{Kind, Metric, Severity, Unit};
use crate::queue::Surroundings;
use crate::settings::{ProcessVars, Vars, policy};
use jiff::Timestamp;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, service_fn};
use rollcall_domain::policy::Policy;
use rollcall_ports::trace::{Trace, within};
use rollcall_ports::{Clock, DeadLetters, Fault, Signals};
use serde_json::{Map, Value, json};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What every function is made of, whatever it does.
#[derive(Clone)]
pub struct Start {
    /// The rules, from the environment.
    pub policy: Arc<Policy>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Happenings: lines on the standard output.
    pub signals: Arc<dyn Signals>,
}

impl Start {
    /// The variable of this name, where it is set and not empty.
    #[must_use]
    pub fn var(name: &str) -> Option<String> {
        ProcessVars.get(name).filter(|text| !text.is_empty())
    }

    /// What a delivery needs.
    #[must_use]
    pub fn around(&self, letters: Arc<dyn DeadLetters>) -> Surroundings {
        Surroundings { letters, signals: Arc::clone(&self.signals), clock: Arc::clone(&self.clock) }
    }
}

/// Runs a function until Lambda ends the process. `build` makes it once, or
/// answers every problem of its settings; these and those of the policy are
/// written as one line, and the program ends before the first invocation.
pub fn run<F: Function>(
    service: &'static str,
    build: impl AsyncFnOnce(&Start) -> Result<F, Vec<String>>,
) -> ExitCode {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let lines = Arc::new(Lines::new(service, Arc::clone(&clock), Box::new(std::io::stdout())));
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&lines, &[format!("no runtime: {error}")]),
    };
    runtime.block_on(async {
        let (policy, mut problems) = match policy(None, &ProcessVars) {
            Ok(policy) => (policy, Vec::new()),
            Err(problems) => (Policy::default(), problems),
        };
        let signals: Arc<dyn Signals> = Arc::clone(&lines) as Arc<dyn Signals>;
        let function = build(&Start { policy: Arc::new(policy), clock: Arc::clone(&clock), signals }).await;
        if Start::var("AWS_LAMBDA_RUNTIME_API").is_none() {
            problems.push("AWS_LAMBDA_RUNTIME_API is missing; this program is run by AWS Lambda".to_owned());
        }
        match function {
            Ok(function) if problems.is_empty() => serve(&function, &clock, &lines).await,
            Ok(_) => failed(&lines, &problems),
            Err(more) => {
                problems.extend(more);
                failed(&lines, &problems)
            }
        }
    })
}

fn failed(lines: &Lines, problems: &[String]) -> ExitCode {
    let fields = Map::from_iter([("problems".to_owned(), json!(problems))]);
    lines.write(Severity::Error, fields, &[]);
    ExitCode::FAILURE
}

async fn serve<F: Function>(function: &F, clock: &Arc<dyn Clock>, lines: &Lines) -> ExitCode {
    let warm = AtomicBool::new(false);
    let warm = &warm;
    let served = lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let cold = !warm.swap(true, Ordering::Relaxed);
        let began = clock.now();
        let invocation = invocation(&event.context, began);
        let answer = function.call(event.payload, &invocation).await;
        let milliseconds = clock.now().duration_since(began).as_millis();
        let told = async { tell(lines, &answer, cold, u64::try_from(milliseconds).unwrap_or(0)) };
        within(invocation.trace.clone(), told).await;
        answer.map_err(|fault| Diagnostic {
            error_type: kind(&fault).to_owned(),
            error_message: fault.to_string(),
        })
    }));
    match served.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(lines, &[format!("the runtime's loop ended: {error}")]),
    }
}

fn invocation(context: &Context, now: Timestamp) -> Invocation {
    let xray = context.xray_trace_id.as_deref().and_then(Trace::from_xray);
    let deadline = i64::try_from(context.deadline).ok().and_then(|at| Timestamp::from_millisecond(at).ok());
    Invocation {
        id: context.request_id.clone(),
        deadline: deadline.unwrap_or(now),
        trace: xray.or_else(|| Trace::of_request(&context.request_id)),
    }
}

/// One line an invocation: how long it took, and whether it failed.
fn tell(lines: &Lines, answer: &Result<Value, Fault>, cold: bool, milliseconds: u64) {
    let mut fields = Map::new();
    fields.insert("invocation".to_owned(), json!(if answer.is_ok() { "answered" } else { "failed" }));
    let left = match answer {
        Ok(answer) => answer.get("batchItemFailures").and_then(Value::as_array).map_or(0, Vec::len),
        Err(fault) => {
            fields.insert("reason".to_owned(), json!(fault.to_string()));
            0
        }
    };
    let count = |name, value| Metric { name, unit: Unit::Count, kind: Kind::Counter, value };
    let figures = [
        Metric {
            name: "invocation_milliseconds",
            unit: Unit::Milliseconds,
            kind: Kind::Gauge,
            value: milliseconds,
        },
        count("cold_starts", cold.into()),
        count("invocations_failed", answer.is_err().into()),
        count("records_left", left as u64),
    ];
    let severity = if answer.is_ok() { Severity::Info } else { Severity::Error };
    lines.write(severity, fields, &figures);
}

const fn kind(fault: &Fault) -> &'static str {
    match fault {
        Fault::Unanswered(_) => "Unanswered",
        Fault::Throttled(_) => "Throttled",
        Fault::Refused { .. } => "Refused",
    }
}
