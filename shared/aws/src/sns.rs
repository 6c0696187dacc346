//! Notices on Amazon SNS.

use crate::Aws;
use crate::fault::fault;
use async_trait::async_trait;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use rollcall_contracts::envelope::Envelope;
use rollcall_contracts::messages::Notice;
use rollcall_ports::{Clock, Fault, Notices, trace};
use serde_json::Value;
use std::sync::Arc;

const PORT: &str = "notices";

/// The topic that people subscribe to.
///
/// A message is the notice's JSON envelope, with a subject for those who read
/// it as email. Attributes for filter policies: `notice` (which kind) and,
/// where there are such, `cause` and `rung`; never who it is about. A repeat of a notice has
/// another `sent_at`, so receivers go by `Notice::key`.
#[derive(Clone)]
pub struct Topic {
    client: Client,
    arn: String,
    clock: Arc<dyn Clock>,
}

impl Topic {
    /// The topic `arn`; the clock says when a notice was sent.
    #[must_use]
    pub fn new(aws: &Aws, arn: &str, clock: Arc<dyn Clock>) -> Self {
        Self { client: Client::new(&aws.shared), arn: arn.to_owned(), clock }
    }
}

impl std::fmt::Debug for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Topic").field("arn", &self.arn).finish_non_exhaustive()
    }
}

#[async_trait]
impl Notices for Topic {
    async fn tell(&self, notice: &Notice) -> Result<(), Fault> {
        let unwritable = || Fault::Refused { port: PORT, reason: "the notice cannot be written".to_owned() };
        let envelope = trace::carrying(Envelope::new(notice.clone(), self.clock.now()));
        let message = envelope.encode().map_err(|_| unwritable())?;
        let words = serde_json::to_value(notice).map_err(|_| unwritable())?;
        let mut request =
            self.client.publish().topic_arn(&self.arn).subject(subject(notice)).message(message);
        for name in FILTERED {
            if let Some(word) = words.get(name).and_then(Value::as_str) {
                let value = MessageAttributeValue::builder().data_type("String").string_value(word);
                request = request.message_attributes(name, value.build().map_err(|_| unwritable())?);
            }
        }
        request.send().await.map_err(|error| fault(PORT, &error))?;
        Ok(())
    }
}

/// Fields of a notice that subscribers may choose by: words of ours, of which
/// there are few.
const FILTERED: [&str; 3] = ["notice", "cause", "rung"];

/// At most 100 characters of ASCII (API reference, Publish).
fn subject(notice: &Notice) -> &'static str {
    match notice {
        Notice::Escalated { rung, .. } if rung == "welfare_visit" => {
            "Rollcall: a resident was not reached and needs a welfare visit"
        }
        Notice::Escalated { rung, .. } if rung == "keyholder" => {
            "Rollcall: a resident was not reached; ask a keyholder to look in"
        }
        Notice::Escalated { .. } => "Rollcall: a resident was not reached",
        Notice::CallbackOverdue { .. } => "Rollcall: a promised callback is overdue",
        Notice::Concern { .. } => "Rollcall: an agent fears for a resident's safety",
        Notice::LedgerMismatch { .. } => "Rollcall: the account of the day does not add up",
        Notice::DayDiffers { .. } => "Rollcall: the account of a past day is not what the books say",
        Notice::DialingStopped { .. } => "Rollcall: all dialing was stopped",
        Notice::DialingTripped { .. } => "Rollcall: dialing stopped by itself and waits for a person",
        Notice::DialingStarted { .. } => "Rollcall: dialing was started again",
    }
}
