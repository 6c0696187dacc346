//! An invocation by a call flow (Amazon Connect Administrator Guide, "Invoke
//! Lambda functions"): the answer is a flat map of strings.

use super::{Function, Invocation, refused};
use crate::FlowHandler;
use async_trait::async_trait;
use rollcall_contracts::connect::FlowInvocation;
use rollcall_ports::Fault;
use rollcall_ports::trace::within;
use serde_json::Value;

/// What a call flow invokes, as a Lambda function. A fault fails the
/// invocation: Connect repeats it, then the flow takes its error branch.
pub struct FlowFunction<H>(pub H);

#[async_trait]
impl<H: FlowHandler> Function for FlowFunction<H> {
    async fn call(&self, event: Value, invocation: &Invocation) -> Result<Value, Fault> {
        let asked: FlowInvocation =
            serde_json::from_value(event).map_err(|_| refused("expected an invocation by a call flow"))?;
        let answer = within(invocation.trace.clone(), self.0.answer(&asked)).await?;
        serde_json::to_value(&answer).map_err(|_| refused("the answer could not be written"))
    }
}
