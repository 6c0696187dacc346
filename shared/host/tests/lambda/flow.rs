//! Invocations by a call flow.

use crate::support::{invocation, sample};
use async_trait::async_trait;
use rollcall_contracts::connect::{FlowAnswer, FlowInvocation};
use rollcall_host::FlowHandler;
use rollcall_host::lambda::{FlowFunction, Function};
use rollcall_ports::Fault;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Answers what was asked of which contact.
struct Echo;

#[async_trait]
impl FlowHandler for Echo {
    async fn answer(&self, invocation: &FlowInvocation) -> Result<FlowAnswer, Fault> {
        let details = &invocation.details;
        if details.contact_data.contact_id.is_empty() {
            return Err(Fault::Unanswered("store"));
        }
        let answer = details.parameters.get("answer").unwrap_or("-");
        let contact = &details.contact_data.contact_id;
        let text = format!("{answer} of …{}", &contact[contact.len() - 3..]);
        Ok(FlowAnswer(BTreeMap::from([("status".to_owned(), text)])))
    }
}

async fn call(event: Value) -> Result<Value, Fault> {
    FlowFunction(Echo).call(event, &invocation()).await
}

#[tokio::test]
async fn every_invocation_of_the_samples_is_answered_with_a_flat_map_of_texts() {
    for (text, status) in [
        (include_str!("samples/connect-flow-happy.json"), "well of …101"),
        (include_str!("samples/connect-flow-talk-with-queue.json"), "talk of …102"),
        (include_str!("samples/connect-flow-no-input.json"), "none of …105"),
        (include_str!("samples/connect-flow-agent-whisper-callback.json"), "- of …202"),
        (include_str!("samples/connect-flow-null-endpoint-REJECTED-by-crate-type.json"), "well of …101"),
    ] {
        assert_eq!(call(sample(text)).await, Ok(json!({ "status": status })));
    }
}

#[tokio::test]
async fn a_fault_fails_the_invocation_so_that_connect_repeats_it() {
    assert_eq!(call(json!({})).await, Err(Fault::Unanswered("store")));
    assert!(matches!(call(json!("Hello")).await, Err(Fault::Refused { .. })));
}
