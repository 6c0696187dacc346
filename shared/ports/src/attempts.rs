use crate::{Cursor, Fault, Saved, Versioned};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::attempt::{Attempt, Disposition};
use rollcall_domain::breaker::Recent;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{AttemptId, ContactId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;

/// The intention to dial, recorded before the service is asked.
#[derive(Clone, Debug)]
pub struct Begin {
    /// The attempt; version 0 if it is new.
    pub attempt: Versioned<Attempt>,
    /// The resident with the mark of this attempt.
    pub resident: Versioned<Resident>,
    /// Their schedule with it.
    pub schedule: Schedule,
    /// The number that will ring.
    pub number: PhoneNumber,
    /// When it will ring.
    pub now: Timestamp,
    /// The number must not have rung after this moment, for whomever.
    pub quiet_since: Timestamp,
}

/// What became of the intention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Began {
    /// Recorded, for good: the one who hears this may dial, once.
    Granted,
    /// Somebody wrote the attempt or the resident since they were read.
    Changed,
    /// The number is on the suppression list: nobody who has it is called.
    Suppressed,
    /// The number rang at that moment, for this or another resident.
    NumberBusy(Timestamp),
}

/// So many dials of one hour came to the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tallied {
    /// The hour of UTC in which they began: its first moment.
    pub hour: Timestamp,
    /// What they came to.
    pub disposition: Disposition,
    /// How many.
    pub dials: u64,
}

/// What is known of each dial.
#[async_trait]
pub trait Attempts: Send + Sync {
    /// Records attempt, resident and ring of the number in one, or nothing of
    /// it; nothing if the number is on the suppression list at this moment. MUST
    /// be durable before it answers `Granted`; of any number of
    /// callers with the same versions, one at most is granted. A number that
    /// was last rung for this very attempt is not busy; one that rang exactly
    /// at `quiet_since` is not either. `Granted` raises both versions by one,
    /// so that the caller can write on without reading.
    async fn begin(&self, begin: &Begin) -> Result<Began, Fault>;

    /// One attempt.
    async fn get(&self, id: AttemptId) -> Result<Option<Versioned<Attempt>>, Fault>;

    /// The attempt whose call this contact is, once `facts.contact` was saved.
    /// May be slightly out of date: a contact that leads nowhere yet is asked
    /// for again, by its next news or by the sweep.
    async fn by_contact(&self, contact: &ContactId) -> Result<Option<Versioned<Attempt>>, Fault>;

    /// Writes an attempt back, if nobody did since the read. MUST NOT create
    /// one.
    async fn save(&self, attempt: &Versioned<Attempt>) -> Result<Saved, Fault>;

    /// Up to `most` attempts that began before `began_before` and are not
    /// closed, the oldest first.
    async fn open(&self, began_before: Timestamp, most: u32) -> Result<Vec<AttemptId>, Fault>;

    /// Up to `most` dials to a resident after the place `from` (`None`: the
    /// start), the latest first, and where the rest starts; `None` at the end.
    /// May be slightly out of date. Also of somebody who is no longer on the
    /// register.
    async fn of_resident(
        &self,
        resident: ResidentId,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<(Vec<Attempt>, Option<Cursor>), Fault>;

    /// Counts the dials that are closed, of the hours that begin at `from` or
    /// later and before `until`, by hour and disposition, in this order. May be
    /// slightly out of date.
    async fn tally(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Tallied>, Fault>;

    /// Up to `most` dials that are closed, of those that began at `from` or
    /// later and before `until`, the latest first. May be slightly out of date.
    async fn recent(&self, from: Timestamp, until: Timestamp, most: u32) -> Result<Vec<Recent>, Fault>;
}
