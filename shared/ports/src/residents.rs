use crate::{Cursor, Fault, Question, Saved, Search, Versioned};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{BatchId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;

/// What became of one new resident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upserted {
    /// They are on the register now.
    Created,
    /// They were there already, brought by this line of this batch, and were
    /// not changed.
    Known {
        /// The upload that brought them.
        batch: BatchId,
        /// Its line.
        line: u64,
        /// Whether what the upload says of the person ([`Profile`]) equals what
        /// is stored. The rest always differs: another line, another day.
        ///
        /// [`Profile`]: rollcall_domain::resident::Profile
        same: bool,
    },
}

/// What became of taking somebody off the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Removed {
    /// They are gone.
    Done,
    /// Somebody wrote in between, or they were gone already; nothing was
    /// changed.
    Changed,
}

/// A page of the register.
#[derive(Clone, Debug)]
pub struct Page {
    /// Residents in the order of the register.
    pub residents: Vec<Versioned<Resident>>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Cursor>,
}

/// The register.
#[async_trait]
pub trait Residents: Send + Sync {
    /// Adds those who are not there yet; MUST NOT change anybody who is. The
    /// answers stand in the order of the question. May be interrupted between
    /// two residents; a repeat completes it.
    async fn add(&self, residents: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, Fault>;

    /// One resident.
    async fn get(&self, id: ResidentId) -> Result<Option<Versioned<Resident>>, Fault>;

    /// Those of many who are on the register, in the order of the question; for
    /// uploads, where one question a row would take longer than the row. May be
    /// slightly out of date.
    async fn get_each(&self, ids: &[ResidentId]) -> Result<Vec<Option<Versioned<Resident>>>, Fault> {
        let mut answers = Vec::with_capacity(ids.len());
        for id in ids {
            answers.push(self.get(*id).await?);
        }
        Ok(answers)
    }

    /// Writes a resident back with their schedule, if nobody did since the
    /// read. MUST NOT create one.
    async fn save(&self, resident: &Versioned<Resident>, schedule: Schedule) -> Result<Saved, Fault>;

    /// Takes a resident off the register with all that it holds of them, if
    /// nobody wrote them since the read. The count of the register and of their
    /// number MUST go down in the same step: at no moment may the ledger meet
    /// one without the other. Every later [`Residents::save`] and
    /// [`Attempts::begin`] with a version that was read before MUST answer that
    /// it changed. Attempts, promises and results of days stay where they are:
    /// they name nobody.
    ///
    /// [`Attempts::begin`]: crate::Attempts::begin
    async fn remove(&self, resident: &Versioned<Resident>) -> Result<Removed, Fault>;

    /// Up to `most` residents of whom the question is, after `from` (`None`:
    /// the start). What one request looks at is bounded, so that fewer may be
    /// answered, even nobody, with a place where the rest starts.
    ///
    /// Whoever is on the register during a whole walk and keeps their place in
    /// the order is met once, whoever else is added or taken off meanwhile. May
    /// be slightly out of date.
    async fn search(
        &self,
        question: &Question<'_>,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<Search, Fault>;

    /// Up to `most` of those whose `next_due` is at or before `now`, the
    /// longest due first. MUST cost what is due, not what is registered. May
    /// be slightly out of date: callers check again.
    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault>;

    /// Up to `most` of those whose `review_at` is at or before `now`, the
    /// oldest first. As [`Residents::due`].
    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault>;

    /// Everybody who has this number, in no order. MUST see every write that
    /// was answered before. For the suppression list; may take as long as a
    /// look at the whole register.
    async fn with_number(&self, number: PhoneNumber) -> Result<Vec<ResidentId>, Fault>;

    /// How many other residents have this number.
    async fn sharing(&self, number: PhoneNumber, besides: ResidentId) -> Result<u64, Fault>;

    /// [`Residents::sharing`] of many at once, in the order of the question;
    /// for uploads, where one question a row would take longer than the row.
    async fn sharing_each(&self, asked: &[(PhoneNumber, ResidentId)]) -> Result<Vec<u64>, Fault> {
        let mut answers = Vec::with_capacity(asked.len());
        for (number, besides) in asked {
            answers.push(self.sharing(*number, *besides).await?);
        }
        Ok(answers)
    }

    /// A page of everybody, from `from` (`None`: the start). For exports and
    /// the ledger, never on a path that must be fast.
    async fn page(&self, from: Option<&Cursor>, most: u32) -> Result<Page, Fault>;

    /// How many residents there are, counted without looking at them.
    async fn count(&self) -> Result<u64, Fault>;
}
