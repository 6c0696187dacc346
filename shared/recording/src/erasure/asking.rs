//! An erasure begins: somebody asks for it.

use super::{Eraser, Progress};
use rollcall_domain::erasure::{Erasure, ErasureReason};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::resident::Resident;
use rollcall_ports::{AuditEntry, Fault, Saved, Versioned};

impl Eraser {
    /// Erases somebody in the name of the account `by`, as far as that can be
    /// done now. `stored` is the record as it was read; `None` for somebody who
    /// was taken off the register before. `None`: somebody else asked at this
    /// very moment, and nothing was done here.
    ///
    /// # Errors
    /// When a store did not behave before the erasure was written down; from
    /// then on the sweep goes on.
    pub async fn erase(
        &self,
        id: ResidentId,
        stored: Option<&Versioned<Resident>>,
        (by, reason): (&str, ErasureReason),
    ) -> Result<Option<Progress>, Fault> {
        let known = self.erasures.get(id).await?;
        if let Some(known) = &known
            && (known.value.done_at.is_none() || stored.is_none())
        {
            // Asked again: it is in the log already.
            return self.progress(known.clone()).await.map(Some);
        }
        let now = self.recorder.clock.now();
        let version = stored.map_or(0, |stored| stored.version);
        self.audit
            .record(&AuditEntry {
                key: format!("resident.erase {id} {version} {by}"),
                at: now,
                actor: by.to_owned(),
                action: "resident.erase".to_owned(),
                resident: Some(id),
                detail: reason.word().to_owned(),
            })
            .await?;
        let traces = match stored {
            Some(stored) => Some(self.traces(&stored.value).await?),
            None => None,
        };
        let erasure = Erasure::asked(id, (by, now), reason, traces);
        let mut begun = Versioned { value: erasure, version: known.map_or(0, |known| known.version) };
        match self.erasures.save(&begun).await? {
            Saved::Done(version) => begun.version = version,
            // Somebody else asked at this very moment.
            Saved::Changed => return Ok(None),
        }
        self.progress(begun).await.map(Some)
    }
}
