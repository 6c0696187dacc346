//! Handlers as AWS Lambda functions, on the runtime `provided.al2023`.
//!
//! [`run`] is the whole of a program: it reads the settings, has the function
//! built, and hands it to the runtime's loop. [`QueueFunction`],
//! [`StreamFunction`], [`TimerFunction`] and [`FlowFunction`] are what a
//! function can be. The forms of events are read by hand, record by record:
//! types that read a whole event fail it for one odd record.
//!
//! Absent on purpose: any client of AWS; adapters come through ports.

mod batch;
mod flow;
pub mod lines;
mod queue;
mod run;
mod stream;
mod timer;

pub use flow::FlowFunction;
pub use queue::QueueFunction;
pub use run::{Start, run};
pub use stream::StreamFunction;
pub use timer::TimerFunction;

use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_ports::Fault;
use rollcall_ports::trace::Trace;
use serde_json::Value;

/// What Lambda invokes.
#[async_trait]
pub trait Function: Send + Sync {
    /// Answers one event. An error fails the invocation as a whole.
    async fn call(&self, event: Value, invocation: &Invocation) -> Result<Value, Fault>;
}

/// One invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Lambda's id of it; a repeat has the same.
    pub id: String,
    /// When Lambda ends the process.
    pub deadline: Timestamp,
    /// What it is part of.
    pub trace: Option<Trace>,
}

fn refused(reason: &str) -> Fault {
    Fault::Refused { port: "the function", reason: reason.to_owned() }
}
