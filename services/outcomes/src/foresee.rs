//! What would come of a record, told without doing anything.

use super::{Outcomes, evidence_of};
use rollcall_contracts::evidence::Evidence;
use rollcall_domain::attempt::{Attempt, Facts};
use rollcall_domain::ids::{AttemptId, ContactId};
use rollcall_ports::{Fault, Foreseen, Prospect, Versioned};

impl Outcomes {
    /// What would come of this record now, by the decisions of
    /// [`StreamHandler::handle`](rollcall_host::StreamHandler::handle).
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn foresee(&self, data: &[u8]) -> Result<Foreseen, Fault> {
        let evidence = match evidence_of(data) {
            Ok(evidence) => evidence,
            Err(undecodable) => return Ok(Foreseen::malformed(&undecodable.to_string())),
        };
        Ok(match evidence {
            Evidence::Check(attempt, facts) => news(self.attempts.get(attempt).await?, &facts),
            Evidence::Contact(contact, facts) => news(self.attempts.by_contact(&contact).await?, &facts),
            Evidence::Callback { promised_at: None, .. } => not_ours("callback_without_time"),
            Evidence::Callback { attempt, first, .. } => match self.call_of(attempt, &first).await? {
                Some(call) => {
                    let text =
                        format!("would note a try to keep the callback promised in call {}", call.value.id);
                    Foreseen::new(Prospect::Applies, "callback_try", text)
                }
                None => not_ours("unknown_contact"),
            },
            Evidence::NotOurs(code) => not_ours(code),
        })
    }

    /// The check call in which a callback was promised.
    pub(crate) async fn call_of(
        &self,
        attempt: Option<AttemptId>,
        first: &ContactId,
    ) -> Result<Option<Versioned<Attempt>>, Fault> {
        match attempt {
            Some(id) => self.attempts.get(id).await,
            None => self.attempts.by_contact(first).await,
        }
    }
}

fn news(found: Option<Versioned<Attempt>>, facts: &Facts) -> Foreseen {
    let Some(Versioned { value: mut attempt, .. }) = found else { return not_ours("unknown_contact") };
    let id = attempt.id;
    if attempt.facts.merge(facts) {
        let text = format!("would add to what is known of call {id}");
        Foreseen::new(Prospect::Applies, "news", text)
    } else {
        let text = format!("would change nothing: all of it is known of call {id} already");
        Foreseen::new(Prospect::Nothing, "known_already", text)
    }
}

fn not_ours(code: &'static str) -> Foreseen {
    let text = match code {
        "unknown_contact" => {
            "would be ignored: it tells of a call that nobody here made, or of one that is gone"
        }
        _ => "would be ignored: it does not tell of a call of ours",
    };
    Foreseen::new(Prospect::Nothing, code, text)
}
