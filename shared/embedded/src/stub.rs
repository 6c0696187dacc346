use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_contracts::messages::Notice;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::batch::{Batch, ChunkReport, LineNote, Tally};
use rollcall_domain::callback::Callback;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{AttemptId, BatchId, CallbackId, ContactId, ResidentId};
use rollcall_domain::pace::{Grant, Limits};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_ports::{
    Attempts, Audit, AuditEntry, Batches, Began, Begin, Callbacks, CheckResult, Checks, DeadLetter,
    DeadLetters, Fault, Notices, Pace, Page, Residents, Saved, Upserted, Versioned,
};

/// Stands in for what is not written yet.
pub(crate) struct Stub;

pub(crate) fn nothing<T>() -> Result<T, Fault> {
    Err(Fault::Refused { port: "store", reason: "not written yet".to_owned() })
}

#[async_trait]
impl Residents for Stub {
    async fn add(&self, _: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, Fault> {
        nothing()
    }
    async fn get(&self, _: ResidentId) -> Result<Option<Versioned<Resident>>, Fault> {
        nothing()
    }
    async fn save(&self, _: &Versioned<Resident>, _: Schedule) -> Result<Saved, Fault> {
        nothing()
    }
    async fn due(&self, _: Timestamp, _: u32) -> Result<Vec<ResidentId>, Fault> {
        nothing()
    }
    async fn to_review(&self, _: Timestamp, _: u32) -> Result<Vec<ResidentId>, Fault> {
        nothing()
    }
    async fn sharing(&self, _: PhoneNumber, _: ResidentId) -> Result<u64, Fault> {
        nothing()
    }
    async fn page(&self, _: Option<u64>, _: u32) -> Result<Page, Fault> {
        nothing()
    }
    async fn count(&self) -> Result<u64, Fault> {
        nothing()
    }
}

#[async_trait]
impl Attempts for Stub {
    async fn begin(&self, _: &Begin) -> Result<Began, Fault> {
        nothing()
    }
    async fn get(&self, _: AttemptId) -> Result<Option<Versioned<Attempt>>, Fault> {
        nothing()
    }
    async fn by_contact(&self, _: &ContactId) -> Result<Option<Versioned<Attempt>>, Fault> {
        nothing()
    }
    async fn save(&self, _: &Versioned<Attempt>) -> Result<Saved, Fault> {
        nothing()
    }
    async fn open(&self, _: Timestamp, _: u32) -> Result<Vec<AttemptId>, Fault> {
        nothing()
    }
}

#[async_trait]
impl Checks for Stub {
    async fn record(&self, _: ResidentId, _: Date, _: CheckResult) -> Result<(), Fault> {
        nothing()
    }
    async fn of(&self, _: ResidentId, _: Date, _: Date) -> Result<Vec<(Date, CheckResult)>, Fault> {
        nothing()
    }
}

#[async_trait]
impl Callbacks for Stub {
    async fn get(&self, _: CallbackId) -> Result<Option<Versioned<Callback>>, Fault> {
        nothing()
    }
    async fn save(&self, _: &Versioned<Callback>, _: Option<Timestamp>, _: bool) -> Result<Saved, Fault> {
        nothing()
    }
    async fn to_review(&self, _: Timestamp, _: u32) -> Result<Vec<CallbackId>, Fault> {
        nothing()
    }
    async fn count_open(&self) -> Result<u64, Fault> {
        nothing()
    }
}

#[async_trait]
impl Batches for Stub {
    async fn put(&self, _: &Batch) -> Result<(), Fault> {
        nothing()
    }
    async fn get(&self, _: BatchId) -> Result<Option<(Batch, Tally)>, Fault> {
        nothing()
    }
    async fn chunk_done(&self, _: BatchId, _: u32, _: &ChunkReport) -> Result<(), Fault> {
        nothing()
    }
    async fn rejections(&self, _: BatchId, _: u64, _: u32) -> Result<Vec<LineNote>, Fault> {
        nothing()
    }
    async fn warnings(&self, _: BatchId, _: u64, _: u32) -> Result<Vec<(u64, LineNote)>, Fault> {
        nothing()
    }
}

#[async_trait]
impl Pace for Stub {
    async fn reserve(&self, _: AttemptId, _: Timestamp, _: Limits) -> Result<Grant, Fault> {
        nothing()
    }
    async fn release(&self, _: AttemptId) -> Result<(), Fault> {
        nothing()
    }
    async fn back_off(&self, _: Timestamp, _: Limits) -> Result<(), Fault> {
        nothing()
    }
    async fn in_flight(&self, _: Timestamp) -> Result<u32, Fault> {
        nothing()
    }
}

#[async_trait]
impl DeadLetters for Stub {
    async fn park(&self, _: &DeadLetter) -> Result<(), Fault> {
        nothing()
    }
    async fn list(&self, _: u64, _: u32) -> Result<Vec<(u64, DeadLetter)>, Fault> {
        nothing()
    }
    async fn count(&self) -> Result<u64, Fault> {
        nothing()
    }
}

#[async_trait]
impl Audit for Stub {
    async fn record(&self, _: &AuditEntry) -> Result<(), Fault> {
        nothing()
    }
    async fn list(&self, _: u64, _: u32) -> Result<Vec<(u64, AuditEntry)>, Fault> {
        nothing()
    }
}

#[async_trait]
impl Notices for Stub {
    async fn tell(&self, _: &Notice) -> Result<(), Fault> {
        nothing()
    }
}
