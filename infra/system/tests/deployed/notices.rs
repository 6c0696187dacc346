//! What somebody is told who subscribed to notices.

use crate::stage::Stage;
use rollcall_contracts::messages::Notice;
use serde_json::Value;
use std::collections::BTreeSet;

/// Parts of everybody's names, numbers and references.
const PERSONAL: [&str; 5] = ["Ada", "Example", "+44", "7700900", "R-"];

/// Residents who were reported as not reached, until now. Of anything else, and
/// of anybody's name or number, nothing is said.
pub(crate) async fn told(stage: &Stage, queue: &str, told: &mut BTreeSet<String>) {
    for body in stage.deployment.receive(queue).await.unwrap() {
        // What SNS wraps around it, signed with letters of all kinds.
        let wrapped: Value = serde_json::from_str(&body).unwrap();
        for ours in ["Subject", "Message", "MessageAttributes"] {
            let text = wrapped[ours].to_string();
            assert!(!PERSONAL.iter().any(|part| text.contains(part)), "{text}");
        }
        assert_eq!(wrapped["TopicArn"], stage.deployment.output("NoticesTopicArn"));
        let attributes = &wrapped["MessageAttributes"];
        assert_eq!(attributes["notice"]["Value"], "escalated", "{body}");
        let envelope: Value = serde_json::from_str(wrapped["Message"].as_str().unwrap()).unwrap();
        let notice: Notice = serde_json::from_value(envelope["body"].clone()).unwrap();
        match notice {
            Notice::Escalated { resident, .. } => told.insert(resident.to_string()),
            other => panic!("{other:?}"),
        };
    }
}
