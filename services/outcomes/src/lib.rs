//! Outcomes: takes in what Connect tells of calls.
//!
//! Two triggers. [`Outcomes`] reads the stream of contact records and contact
//! events; [`KeyPress`] is the function that the call flow invokes when a key
//! was pressed. Both translate into facts and let the recorder write them.
//!
//! Records come minutes late, in any order and more than once: taking one in
//! again changes nothing. A record that can never be read is parked; one that
//! is not ours is counted and ignored; neither holds up its neighbours.

mod foresee;
mod key_press;

use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_contracts::connect::{StreamRecord, Undecodable, decode_stream_record};
use rollcall_contracts::evidence::{Evidence, of_event, of_record};
use rollcall_domain::callback::Try;
use rollcall_domain::ids::{AttemptId, ContactId};
use rollcall_host::{StreamHandler, Verdict};
use rollcall_ports::{Attempts, Fault, Signal, Signals};
use rollcall_recording::{Learned, Recorder};
use std::sync::Arc;

pub use key_press::KeyPress;

/// The reader of the stream.
pub struct Outcomes {
    /// The dials.
    pub attempts: Arc<dyn Attempts>,
    /// Where news is written.
    pub recorder: Recorder,
    /// Happenings.
    pub signals: Arc<dyn Signals>,
}

#[async_trait]
impl StreamHandler for Outcomes {
    fn name(&self) -> &'static str {
        "outcomes"
    }

    async fn handle(&self, data: &[u8]) -> Result<Verdict, Fault> {
        let evidence = match evidence_of(data) {
            Ok(evidence) => evidence,
            Err(undecodable) => return Ok(Verdict::Poison(undecodable.to_string())),
        };
        let learned = match evidence {
            Evidence::Check(attempt, facts) => self.recorder.learn_call(attempt, &facts).await?,
            Evidence::Contact(contact, facts) => self.recorder.learn_contact(&contact, &facts).await?,
            Evidence::Callback { attempt, first, contact, news, promised_at } => {
                let Some(promised_at) = promised_at else {
                    return Ok(self.ignored("callback_without_time"));
                };
                self.callback(attempt, &first, contact, (news, promised_at)).await?
            }
            Evidence::NotOurs(code) => return Ok(self.ignored(code)),
        };
        Ok(match learned {
            Learned::Applied => Verdict::Done,
            Learned::Unknown => self.ignored("unknown_contact"),
            Learned::Contended => Verdict::Retry { after: None, reason: "contended" },
        })
    }
}

/// What a record says.
fn evidence_of(data: &[u8]) -> Result<Evidence, Undecodable> {
    Ok(match decode_stream_record(data)? {
        StreamRecord::Contact(record) => of_record(&record),
        StreamRecord::Event(event) => of_event(&event.detail),
        StreamRecord::Foreign => Evidence::NotOurs("foreign"),
    })
}

impl Outcomes {
    async fn callback(
        &self,
        attempt: Option<AttemptId>,
        first: &ContactId,
        contact: ContactId,
        (news, promised_at): (Try, Timestamp),
    ) -> Result<Learned, Fault> {
        match self.call_of(attempt, first).await? {
            Some(attempt) => self.recorder.learn_callback(&attempt.value, contact, news, promised_at).await,
            None => Ok(Learned::Unknown),
        }
    }

    fn ignored(&self, code: &'static str) -> Verdict {
        self.signals.emit(&Signal::RecordIgnored { code });
        Verdict::Done
    }
}
