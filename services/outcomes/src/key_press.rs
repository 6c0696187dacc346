//! The function that the call flow invokes when a key was pressed, while the
//! resident listens to silence: one read, one or two conditional writes, and
//! an answer. Connect gives it eight seconds at most and repeats it up to three
//! times (Administrator Guide, invoke Lambda functions), so it is idempotent.
//! The flow confirms to the resident only what this answered as recorded; to
//! whoever opted out that is: their entries stand on the suppression list, and
//! on their record.

use async_trait::async_trait;
use rollcall_contracts::connect::{FlowAnswer, FlowInvocation, names};
use rollcall_contracts::evidence::{attempt_of, key_of};
use rollcall_domain::attempt::{Facts, Press};
use rollcall_domain::ids::ContactId;
use rollcall_host::FlowHandler;
use rollcall_ports::{Clock, Fault};
use rollcall_recording::{Learned, Recorder};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The key-press function.
pub struct KeyPress {
    /// Where the press is written.
    pub recorder: Recorder,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl KeyPress {
    /// Records the answer of one invocation. The answer's `status` is
    /// `recorded` only when it is stored; anything else makes the flow say
    /// that it could not be noted.
    ///
    /// # Errors
    /// When a store did not behave; Connect repeats the invocation, then the
    /// flow takes its error branch, and the contact record brings the answer.
    pub async fn answer(&self, invocation: &FlowInvocation) -> Result<FlowAnswer, Fault> {
        let contact = &invocation.details.contact_data;
        let Some(attempt) = attempt_of(&contact.attributes) else {
            return Ok(status("not_a_check_call"));
        };
        let parameters = &invocation.details.parameters;
        let answer = parameters.get(names::ANSWER);
        let key = key_of(answer);
        let opted_out = answer == Some(names::OPTED_OUT);
        if key.is_none() && !opted_out && answer != Some(names::NONE) {
            return Ok(status("unknown_answer"));
        }
        let first = contact.initial_contact_id.as_deref().unwrap_or(&contact.contact_id);
        let now = self.clock.now();
        let facts = Facts {
            contact: (!first.is_empty()).then(|| ContactId::new(first)),
            press: key.map(|key| Press { key, at: now }),
            opted_out: opted_out.then_some(now),
            ..Facts::default()
        };
        let mut learned = self.recorder.learn_call(attempt, &facts).await?;
        let failed = parameters.get(names::CALLBACK) == Some(names::FAILED);
        if failed && learned == Learned::Applied {
            learned = self.recorder.callback_unqueued(attempt).await?;
        }
        match learned {
            Learned::Applied => Ok(status(names::RECORDED)),
            Learned::Unknown => Ok(status("unknown_attempt")),
            Learned::Contended => Err(Fault::Throttled("another writer of the same call")),
        }
    }
}

#[async_trait]
impl FlowHandler for KeyPress {
    async fn answer(&self, invocation: &FlowInvocation) -> Result<FlowAnswer, Fault> {
        Self::answer(self, invocation).await
    }
}

fn status(text: &str) -> FlowAnswer {
    FlowAnswer(BTreeMap::from([(names::STATUS.to_owned(), text.to_owned())]))
}
