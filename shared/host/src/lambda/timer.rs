//! A run by the clock (EventBridge Scheduler User Guide, targets).

use super::{Function, Invocation, refused};
use crate::Periodic;
use async_trait::async_trait;
use rollcall_ports::Fault;
use rollcall_ports::trace::within;
use serde_json::Value;
use std::sync::Arc;

/// Periodic services as one Lambda function. The first runs, unless the
/// schedule's input names another: `{"run": "books"}`. A run that failed fails
/// the invocation; the next tick makes up for it.
pub struct TimerFunction(pub Vec<Arc<dyn Periodic>>);

#[async_trait]
impl Function for TimerFunction {
    async fn call(&self, event: Value, invocation: &Invocation) -> Result<Value, Fault> {
        let service = match event.get("run") {
            None => self.0.first(),
            Some(name) => self.0.iter().find(|service| Some(service.name()) == name.as_str()),
        };
        let service = service.ok_or_else(|| refused("the event names a run that this function has not"))?;
        within(invocation.trace.clone(), service.run()).await?;
        Ok(Value::Null)
    }
}
