//! Whether what Amazon runs for us is set up as we need it: each check asks one
//! thing, says what it found and, where that is wrong, what to do.
//!
//! Absent on purpose: any change of what is looked at. What cannot be asked is
//! said to be unknown, never to be well.

#[cfg(feature = "connect")]
pub mod connect;
#[cfg(feature = "kinesis")]
pub mod kinesis;

use rollcall_ports::Fault;
use serde::Serialize;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it must be.
    Ok,
    /// Not so.
    Wrong,
    /// It could not be asked.
    Unknown,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it came out.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do; empty when all is well.
    pub advice: String,
}

impl Check {
    /// What is as it must be.
    #[must_use]
    pub fn ok(name: &'static str, found: String) -> Self {
        Self { name, state: State::Ok, found, advice: String::new() }
    }

    /// What is not, and what to do.
    #[must_use]
    pub fn wrong(name: &'static str, found: String, advice: &str) -> Self {
        Self { name, state: State::Wrong, found, advice: advice.to_owned() }
    }

    /// What could not be asked, and where to look.
    #[must_use]
    pub fn unknown(name: &'static str, found: String, advice: &str) -> Self {
        Self { name, state: State::Unknown, found, advice: advice.to_owned() }
    }

    /// What a fault says: only that there is no such thing is an answer.
    fn of_fault(name: &'static str, fault: &Fault, advice: &str) -> Self {
        match fault {
            Fault::Refused { reason, .. } if reason == "ResourceNotFoundException" => {
                Self::wrong(name, "there is none".to_owned(), advice)
            }
            Fault::Refused { reason, .. } => Self::unknown(
                name,
                format!("refused: {reason}"),
                "These credentials must be those of the account and may look at this (infra/DEPLOY.md).",
            ),
            Fault::Throttled(_) | Fault::Unanswered(_) => Self::unknown(
                name,
                fault.to_string(),
                "Are there credentials and a network, and is AWS_REGION right? Then ask again.",
            ),
        }
    }
}

/// The checks of one machine: Connect, the stream of its records, and what
/// nobody can be asked.
///
/// `shipped` are the call flows that Rollcall ships, as JSON.
#[cfg(all(feature = "connect", feature = "kinesis"))]
pub async fn of_calls(
    aws: &crate::Aws,
    instance: &crate::connect::Instance,
    stream: &str,
    shipped: &[&str],
) -> Vec<Check> {
    let mut checks = connect::checks(aws, instance, stream, shipped).await;
    checks.push(kinesis::check(aws, stream).await);
    checks.push(Check::unknown(
        "quotas",
        "not asked".to_owned(),
        "Look in Service Quotas, Amazon Connect: concurrent active calls, rate of StartOutboundVoiceContact \
         (L-4E9BCC96). Calls to UK mobiles need a request: infra/DEPLOY.md, step 4.",
    ));
    checks.push(Check::unknown(
        "clock",
        "not asked".to_owned(),
        "The calling hours go by this machine's clock: see that `timedatectl` says it is synchronized.",
    ));
    checks
}
