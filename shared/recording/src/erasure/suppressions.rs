//! What an erasure leaves of the suppression list.

use super::{Eraser, Step, TRIES};
use crate::Learned;
use rollcall_domain::callback::ROLLCALL;
use rollcall_domain::erasure::Erasure;
use rollcall_domain::suppression::{Entry, Subject};
use rollcall_ports::{Fault, Saved};

impl Eraser {
    /// The entry of the person goes. That of the number stays for as long as
    /// nobody may be rung on it, which outlasts the record: without a word of
    /// the staff.
    pub(super) async fn leave_the_list(&self, erasure: &Erasure) -> Result<Step, Fault> {
        let mut subjects = vec![Subject::Resident(erasure.resident)];
        subjects.extend(erasure.traces.as_ref().map(|traces| Subject::Number(traces.number)));
        for subject in subjects {
            if !self.is_off_the_list(subject).await? {
                return Ok(Step::Waits("others keep changing the suppression list"));
            }
        }
        Ok(Step::Clean)
    }

    async fn is_off_the_list(&self, subject: Subject) -> Result<bool, Fault> {
        let list = &self.recorder.suppressions;
        for _ in 0..TRIES {
            let Some(mut stored) = list.of(&[subject]).await?.into_iter().next().flatten() else {
                return Ok(true);
            };
            if let Subject::Resident(_) = subject {
                let _read_again_either_way: Saved = list.remove(&stored).await?;
                continue;
            }
            if !is_bare(&stored.value) {
                strip(&mut stored.value);
                let Saved::Done(version) = list.put(&stored).await? else { continue };
                stored.version = version;
            }
            // Those who have the number carry a copy of the entry.
            return Ok(self.recorder.suppressor().settle(&stored).await? == Learned::Applied);
        }
        Ok(false)
    }
}

/// Whether an entry says nothing but its ground.
fn is_bare(entry: &Entry) -> bool {
    entry.suppression.reason.is_none() && entry.suppression.by == ROLLCALL
}

/// Takes the words of the staff off an entry, of which the records of those who
/// have the number are to be told.
fn strip(entry: &mut Entry) {
    entry.suppression.reason = None;
    ROLLCALL.clone_into(&mut entry.suppression.by);
    entry.settled = false;
}
