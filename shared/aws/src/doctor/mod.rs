//! Whether what Amazon runs for us is set up as we need it: each check asks one
//! thing, says what it found and, where that is wrong, what to do.
//!
//! Absent on purpose: any change of what is looked at, and whether the roles of
//! the functions suffice, which their alarms tell. What cannot be asked is said
//! to be unknown, never to be well.

mod bucket;
mod by_hand;
mod caller;
mod connect;
mod functions;
mod kinesis;
mod queues;
mod quotas;
mod settings;
mod tables;
mod timers;
mod topics;

use crate::Aws;
use crate::connect::Instance;
use by_hand::Desk;
use rollcall_ports::{Clock, Fault};
use serde::Serialize;
use std::sync::Arc;

pub use settings::settings_of;

/// Everything of `scope`, in the order in which it is put right.
///
/// `shipped` are the call flows that Rollcall ships, as JSON.
///
/// # Errors
/// Why nothing could be asked at all, in one line.
pub async fn examine(
    aws: &Aws,
    clock: &Arc<dyn Clock>,
    scope: &Scope,
    shipped: &[&str],
) -> Result<Vec<Check>, String> {
    let (caller, clock_check) = caller::caller(aws, clock).await?;
    let desk = Desk::new(aws, caller);
    let account = format!("{} in {}", desk.caller.account, desk.caller.region);
    let mut checks = vec![Check::ok("account", account.as_str()), clock_check];
    let mut instance = scope.instance.clone();
    let mut pace = scope.pace;
    let mut told = true;
    if let Some(prefix) = &scope.prefix {
        let functions = functions::Functions::read(&desk, prefix).await;
        instance = instance.or_else(|| functions.instance());
        told = functions.are_told();
        pace = functions.pace().unwrap_or(pace);
        let (tables, queues, bucket, topics, timers) = Box::pin(futures_util::future::join5(
            tables::checks(aws, &desk.caller, prefix),
            queues::checks(aws, &desk.caller, prefix),
            bucket::checks(aws, &desk.caller, prefix),
            topics::checks(aws, &desk.caller, prefix),
            timers::checks(&desk, prefix),
        ))
        .await;
        let all = [tables, queues, bucket, topics, functions.checks(instance.as_ref()), timers].concat();
        if all.iter().all(|check| check.found == NONE) {
            let found = format!("there is none: nothing in account {account} begins with {prefix}-");
            let advice = "Is --prefix the Prefix of the settings, and are AWS_REGION and AWS_PROFILE right?";
            return Ok([checks, vec![Check::wrong("deployment", found, advice)]].concat());
        }
        checks.extend(all);
    }
    checks.push(kinesis::check(aws, &desk.caller, &scope.stream).await);
    if let Some(instance) = &instance {
        checks.extend(connect::checks(aws, &desk.caller, instance, (&scope.stream, shipped)).await);
    } else {
        let advice = "The functions name none, or could not be asked: deploy infra/connect.yaml and make deploy \
                      again, or set ROLLCALL_CONNECT_INSTANCE_ID, …_FLOW_ID and …_QUEUE_ID.";
        checks.push(if told {
            Check::wrong("instance", "not known", advice)
        } else {
            Check::unknown("instance", "not known", advice)
        });
    }
    checks.extend(quotas::checks(&desk, instance.as_ref(), pace).await);
    Ok(checks)
}

/// What is looked at.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What of Connect is used; of a deployment, what its functions say if
    /// none is given.
    pub instance: Option<Instance>,
    /// The name of the stream of contact records.
    pub stream: String,
    /// The parameter `Prefix` of the template; nothing where one machine is the
    /// whole deployment, which has Connect and the stream only.
    pub prefix: Option<String>,
    /// How fast we call, unless a deployment says otherwise.
    pub pace: Pace,
}

/// How fast we call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Calls started in a second.
    pub starts_per_second: u32,
    /// Calls at once.
    pub at_once: u32,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it must be.
    Ok,
    /// Not so.
    Wrong,
    /// These credentials may not ask.
    Denied,
    /// It was asked, and there was no answer.
    Unknown,
    /// No service tells: people must look.
    ByHand,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// How it came out.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do; empty when all is well.
    pub advice: String,
}

impl Check {
    fn ok(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Ok, found: found.into(), advice: String::new() }
    }

    fn wrong(name: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Wrong, found: found.into(), advice: advice.into() }
    }

    fn unknown(name: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name: name.into(), state: State::Unknown, found: found.into(), advice: advice.into() }
    }

    /// Well, if there is nothing wrong with it.
    fn of_problems(
        name: impl Into<String>,
        well: impl Into<String>,
        problems: &[String],
        advice: &str,
    ) -> Self {
        if problems.is_empty() {
            Self::ok(name, well)
        } else {
            Self::wrong(name, problems.join("; "), advice)
        }
    }
}

/// What is asked for one check, and what it takes to be allowed to ask it.
#[derive(Clone, Debug)]
struct Asked {
    name: String,
    /// As IAM calls it.
    action: &'static str,
    /// As IAM calls it.
    resource: String,
    /// What to do if there is no such thing.
    missing: String,
}

impl Asked {
    fn new(
        name: impl Into<String>,
        action: &'static str,
        resource: impl Into<String>,
        missing: impl Into<String>,
    ) -> Self {
        Self { name: name.into(), action, resource: resource.into(), missing: missing.into() }
    }

    /// What a fault says: that there is no such thing is an answer, and that
    /// we may not ask is one about these credentials.
    fn without_answer(&self, fault: &Fault) -> Check {
        match fault {
            Fault::Refused { reason, .. } if is_missing(reason) => {
                Check::wrong(&self.name, NONE, &self.missing)
            }
            Fault::Refused { reason, .. } if DENIALS.contains(&reason.as_str()) => Check {
                name: self.name.clone(),
                state: State::Denied,
                found: format!("may not be asked: {} on {}", self.action, self.resource),
                advice: "Give these credentials that action on that resource (infra/DEPLOY.md, \"Looking at it\")."
                    .to_owned(),
            },
            Fault::Refused { reason, .. } => {
                let advice = "AWS names the reason; if it is about credentials, sign in anew and ask again.";
                Check::unknown(&self.name, format!("refused: {reason}"), advice)
            }
            Fault::Throttled(_) => Check::unknown(&self.name, "AWS is too busy", "Ask again in a minute."),
            Fault::Unanswered(_) => {
                let advice = "Ask again; then see the AWS Health Dashboard.";
                Check::unknown(&self.name, "no answer", advice)
            }
        }
    }
}

/// What is found of something that is missing.
const NONE: &str = "there is none";

/// Names by which the services say that something is not there; those of
/// Connect, DynamoDB, Kinesis, Lambda and Scheduler are alike.
fn is_missing(reason: &str) -> bool {
    const NAMES: [&str; 6] = [
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "NotFound",
        "NotFoundException",
        "QueueDoesNotExist",
        "TableNotFoundException",
    ];
    reason == "ResourceNotFoundException" || NAMES.contains(&reason)
}

/// Names by which the services say that one may not.
const DENIALS: [&str; 5] = [
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthorizationError",
    "AuthorizationErrorException",
];
