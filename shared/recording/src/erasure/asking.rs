//! An erasure begins: somebody asks for it.

use super::{Eraser, Progress};
use jiff::Timestamp;
use rollcall_domain::erasure::{Class, Erasure, ErasureReason};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::resident::Resident;
use rollcall_ports::{AuditEntry, Fault, Saved, Versioned};

/// What an erasure begins with.
pub(super) struct Found<'a> {
    /// The record; `None` for somebody who is off the register.
    pub(super) stored: Option<&'a Versioned<Resident>>,
    /// The erasure of the same person before.
    pub(super) known: Option<Versioned<Erasure>>,
    /// The stores were restored to this moment.
    pub(super) restored_to: Option<Timestamp>,
}

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
        whose: (&str, ErasureReason),
    ) -> Result<Option<Progress>, Fault> {
        let known = self.erasures.get(id).await?;
        match known {
            // Asked again: it is in the log already.
            Some(known) if stored.is_none() || !self.is_over(&known.value).await? => {
                self.progress(known).await.map(Some)
            }
            known => self.begin(id, Found { stored, known, restored_to: None }, whose).await,
        }
    }

    /// Whether somebody who is on the register was erased before that. What is
    /// left of an erasure may pass by itself for days, and meanwhile a list can
    /// bring them back.
    async fn is_over(&self, known: &Erasure) -> Result<bool, Fault> {
        if known.done_at.is_some() {
            return Ok(true);
        }
        let is_off = known.done.contains(&Class::Register);
        // Whoever asks may have read the record right before it was deleted.
        Ok(is_off && self.recorder.residents.get(known.resident).await?.is_some())
    }

    /// Writes it down, and goes on as far as that can be done now. `None`:
    /// somebody else wrote since the erasure before was read.
    pub(super) async fn begin(
        &self,
        id: ResidentId,
        Found { stored, known, restored_to }: Found<'_>,
        (by, reason): (&str, ErasureReason),
    ) -> Result<Option<Progress>, Fault> {
        let now = self.recorder.clock.now();
        // Who comes back and is erased again is another deed.
        let record = stored.map_or_else(String::new, |stored| {
            format!("{} of {}", stored.version, stored.value.registered_at)
        });
        let (again, detail) = match restored_to {
            Some(at) => (format!(" restored to {at}"), format!("{}, again after a restore", reason.word())),
            None => (String::new(), reason.word().to_owned()),
        };
        self.audit
            .record(&AuditEntry {
                key: format!("resident.erase {id} {record} {by}{again}"),
                at: now,
                actor: by.to_owned(),
                action: "resident.erase".to_owned(),
                resident: Some(id),
                detail,
            })
            .await?;
        let (version, known) = known.map_or((0, None), |known| (known.version, Some(known.value)));
        let traces = match stored {
            Some(stored) => Some(self.traces(&stored.value).await?),
            None => known.as_ref().and_then(|known| known.traces.clone()),
        };
        let mut erasure = Erasure::asked(id, (by, now), reason, traces);
        erasure.restored_to = restored_to;
        // News of these calls may still come.
        erasure.calls = known.map(|known| known.calls).unwrap_or_default();
        let mut begun = Versioned { value: erasure, version };
        match self.erasures.save(&begun).await? {
            Saved::Done(version) => begun.version = version,
            // Somebody else asked at this very moment.
            Saved::Changed => return Ok(None),
        }
        self.progress(begun).await.map(Some)
    }
}
