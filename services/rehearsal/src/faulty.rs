//! Every port behind a gate: its calls are lost, throttled, delayed, or are the
//! last thing that their process does.

use crate::trouble::Gate;
use async_trait::async_trait;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::envelope::{Envelope, Message};
use rollcall_contracts::messages::Notice;
use rollcall_contracts::upload::UploadRef;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::batch::{Batch, ChunkReport, LineNote, Tally};
use rollcall_domain::breaker::Recent;
use rollcall_domain::callback::Callback;
use rollcall_domain::day::{DayPart, DayRecord};
use rollcall_domain::duty::Schedule;
use rollcall_domain::erasure::{Class, Erasure};
use rollcall_domain::escalation::Escalation;
use rollcall_domain::ids::{
    AttemptId, BatchId, CallbackId, ContactId, EscalationId, LetterId, ResidentId, SuppressionId,
};
use rollcall_domain::letter::{Filter, Letter};
use rollcall_domain::pace::{Grant, Limits, Staffing};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_domain::retention::Limit;
use rollcall_domain::suppression::{Entry as SuppressionEntry, Subject};
use rollcall_domain::switch::Dialing;
use rollcall_ports::{
    Attempts, Audit, AuditEntry, Batches, Began, Begin, CallOrder, Callbacks, CheckResult, Checks, Cursor,
    Days, DeadLetter, DeadLetters, Depth, Described, Entry, Erasures, Escalations, EvidenceHorizon, Expired,
    Fault, Forgotten, Inbox, LetterGroup, Letters, Notices, OpenCases, Pace, Page, PartOf, Place, Question,
    Receipt, Received, Removed, Replay, Residents, Retain, Saved, Search, Sender, Sequence, Shelf, Started,
    StreamReader, Suppressions, Switch, Tallied, Telephony, UploadInfo, Uploads, Upserted, Versioned, Whose,
};
use std::sync::{Arc, Mutex, PoisonError};

/// A port behind a gate.
pub(crate) struct Faulty<P: ?Sized> {
    inner: Arc<P>,
    gate: Gate,
    stale: Stale,
}

/// What an index answered the last time it was asked.
#[derive(Default)]
struct Stale {
    residents: Mutex<Option<Vec<ResidentId>>>,
    attempts: Mutex<Option<(Timestamp, Vec<AttemptId>)>>,
}

impl<P: ?Sized> Faulty<P> {
    pub(crate) fn new(inner: Arc<P>, gate: &Gate) -> Arc<Self> {
        Arc::new(Self { inner, gate: gate.clone(), stale: Stale::default() })
    }

    /// The former answer of an index in place of today's, now and then: an
    /// index that is only eventually consistent.
    fn aged<T: Clone>(&self, last: &Mutex<Option<T>>, fresh: T) -> T {
        let former = last.lock().unwrap_or_else(PoisonError::into_inner).replace(fresh.clone());
        if self.gate.trouble.stale() { former.unwrap_or(fresh) } else { fresh }
    }
}

/// Writes an implementation whose every method passes the gate.
macro_rules! gated {
    ($port:ident, $name:literal { $(async fn $method:ident(&self $(, $arg:ident: $type:ty)*) -> $out:ty;)* }) => {
        #[async_trait]
        impl $port for Faulty<dyn $port> {
            $(async fn $method(&self $(, $arg: $type)*) -> Result<$out, Fault> {
                self.gate.pass(concat!($name, ".", stringify!($method)), self.inner.$method($($arg),*)).await
            })*
        }
    };
}

gated!(Uploads, "uploads" {
    async fn info(&self, upload: &UploadRef) -> Option<UploadInfo>;
    async fn read(&self, upload: &UploadRef, start: u64, end: u64) -> Option<Vec<u8>>;
});
gated!(Depth, "depth" {
    async fn depth(&self) -> u32;
});
gated!(EvidenceHorizon, "horizon" {
    async fn horizon(&self, now: Timestamp) -> Timestamp;
});
gated!(Callbacks, "callbacks" {
    async fn get(&self, id: CallbackId) -> Option<Versioned<Callback>>;
    async fn save(&self, callback: &Versioned<Callback>, review_at: Option<Timestamp>, open: bool) -> Saved;
    async fn to_review(&self, now: Timestamp, most: u32) -> Vec<CallbackId>;
    async fn list_owed(&self, most: u32) -> Vec<Versioned<Callback>>;
    async fn count_open(&self) -> u64;
});
gated!(Escalations, "escalations" {
    async fn get(&self, id: EscalationId) -> Option<Versioned<Escalation>>;
    async fn save(&self, escalation: &Versioned<Escalation>, review_at: Option<Timestamp>) -> Saved;
    async fn to_review(&self, now: Timestamp, most: u32) -> Vec<EscalationId>;
    async fn list_open(&self, from: Option<&Cursor>, most: u32) -> OpenCases;
    async fn count_open(&self) -> u64;
});
gated!(Erasures, "erasures" {
    async fn get(&self, resident: ResidentId) -> Option<Versioned<Erasure>>;
    async fn save(&self, erasure: &Versioned<Erasure>) -> Saved;
    async fn to_review(&self, now: Timestamp, most: u32) -> Vec<ResidentId>;
    async fn page(&self, from: Option<&Cursor>, most: u32) -> (Vec<Erasure>, Option<Cursor>);
    async fn forget(&self, class: Class, whose: &Whose<'_>) -> Forgotten;
    async fn kept(&self, class: Class, whose: &Whose<'_>) -> Vec<String>;
});
gated!(Retain, "retain" {
    async fn due(&self, class: Class, limit: &Limit, most: u32) -> u64;
    async fn expire(&self, class: Class, limit: &Limit, most: u32) -> Expired;
});
gated!(Shelf, "shelf" {
    async fn files(&self, from: Option<&Cursor>, most: u32) -> (Vec<UploadRef>, Option<Cursor>);
    async fn blank(&self, upload: &UploadRef, places: &[Place]) -> ();
});
gated!(Letters, "letters" {
    async fn get(&self, id: LetterId) -> Option<Versioned<Letter>>;
    async fn save(&self, letter: &Versioned<Letter>) -> Saved;
    async fn find(&self, filter: &Filter, after: Option<&Cursor>, most: u32) -> Vec<(Cursor, Versioned<Letter>)>;
    async fn tally(&self, filter: &Filter) -> u64;
    async fn groups(&self, most: u32) -> Vec<LetterGroup>;
    async fn forget(&self, resident: ResidentId) -> u64;
});
gated!(Checks, "checks" {
    async fn record(&self, resident: ResidentId, day: Date, result: CheckResult) -> ();
    async fn of(&self, resident: ResidentId, first: Date, last: Date) -> Vec<(Date, CheckResult)>;
});
gated!(Days, "days" {
    async fn get(&self, day: Date) -> Option<Versioned<DayRecord>>;
    async fn save(&self, record: &Versioned<DayRecord>) -> Saved;
    async fn list(&self, before: Option<Date>, most: u32) -> Vec<Versioned<DayRecord>>;
    async fn add_part(&self, of: PartOf, part: &DayPart) -> DayPart;
    async fn part(&self, of: PartOf) -> Option<DayPart>;
});
gated!(Batches, "batches" {
    async fn put(&self, batch: &Batch) -> ();
    async fn get(&self, id: BatchId) -> Option<(Batch, Tally)>;
    async fn find(&self, id: BatchId) -> Option<Batch>;
    async fn list(&self, before: Option<&Cursor>, most: u32) -> Vec<(Cursor, (Batch, Tally))>;
    async fn chunk_done(&self, id: BatchId, chunk: u32, report: &ChunkReport) -> ();
    async fn rejections(&self, id: BatchId, after: u64, most: u32) -> Vec<LineNote>;
    async fn warnings(&self, id: BatchId, after: u64, most: u32) -> Vec<(u64, LineNote)>;
});
gated!(Pace, "pace" {
    async fn reserve(&self, attempt: AttemptId, now: Timestamp, limits: Limits) -> Grant;
    async fn release(&self, attempt: AttemptId) -> ();
    async fn back_off(&self, until: Timestamp, limits: Limits) -> ();
    async fn in_flight(&self, now: Timestamp) -> u32;
});
gated!(Switch, "switch" {
    async fn read(&self) -> Versioned<Dialing>;
    async fn save(&self, dialing: &Versioned<Dialing>) -> Saved;
});
gated!(Suppressions, "suppressions" {
    async fn put(&self, entry: &Versioned<SuppressionEntry>) -> Saved;
    async fn remove(&self, entry: &Versioned<SuppressionEntry>) -> Saved;
    async fn of(&self, subjects: &[Subject]) -> Vec<Option<Versioned<SuppressionEntry>>>;
    async fn find(&self, id: SuppressionId) -> Option<Versioned<SuppressionEntry>>;
    async fn list(&self, from: Option<&Cursor>, most: u32) -> (Vec<SuppressionEntry>, Option<Cursor>);
    async fn unsettled(&self, most: u32) -> Vec<Versioned<SuppressionEntry>>;
});
gated!(Telephony, "Connect" {
    async fn start(&self, order: &CallOrder) -> Started;
    async fn staffing(&self) -> Staffing;
    async fn describe(&self, contact: &ContactId) -> Described;
    async fn stop(&self, contact: &ContactId) -> ();
});
gated!(Notices, "notices" {
    async fn tell(&self, notice: &Notice) -> ();
});
gated!(Audit, "audit" {
    async fn record(&self, entry: &AuditEntry) -> ();
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Vec<(Cursor, AuditEntry)>;
    async fn recent(&self, before: Option<&Cursor>, most: u32) -> Vec<(Cursor, AuditEntry)>;
});
gated!(DeadLetters, "dead letters" {
    async fn park(&self, letter: &DeadLetter) -> ();
    async fn applied(&self, replay: Replay, at: Timestamp) -> ();
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Vec<(Cursor, DeadLetter)>;
    async fn count(&self) -> u64;
});

#[async_trait]
impl Residents for Faulty<dyn Residents> {
    async fn add(&self, residents: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, Fault> {
        self.gate.pass("residents.add", self.inner.add(residents)).await
    }

    async fn get(&self, id: ResidentId) -> Result<Option<Versioned<Resident>>, Fault> {
        self.gate.pass("residents.get", self.inner.get(id)).await
    }

    async fn save(&self, resident: &Versioned<Resident>, schedule: Schedule) -> Result<Saved, Fault> {
        self.gate.pass("residents.save", self.inner.save(resident, schedule)).await
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        let fresh = self.gate.pass("residents.due", self.inner.due(now, most)).await?;
        Ok(self.aged(&self.stale.residents, fresh))
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        let fresh = self.gate.pass("residents.to_review", self.inner.to_review(now, most)).await?;
        Ok(self.aged(&self.stale.residents, fresh))
    }

    async fn remove(&self, resident: &Versioned<Resident>) -> Result<Removed, Fault> {
        self.gate.pass("residents.remove", self.inner.remove(resident)).await
    }

    async fn search(
        &self,
        question: &Question<'_>,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<Search, Fault> {
        self.gate.pass("residents.search", self.inner.search(question, from, most)).await
    }

    async fn with_number(&self, number: PhoneNumber) -> Result<Vec<ResidentId>, Fault> {
        self.gate.pass("residents.with_number", self.inner.with_number(number)).await
    }

    async fn sharing(&self, number: PhoneNumber, besides: ResidentId) -> Result<u64, Fault> {
        self.gate.pass("residents.sharing", self.inner.sharing(number, besides)).await
    }

    async fn sharing_each(&self, asked: &[(PhoneNumber, ResidentId)]) -> Result<Vec<u64>, Fault> {
        self.gate.pass("residents.sharing_each", self.inner.sharing_each(asked)).await
    }

    async fn page(&self, from: Option<&Cursor>, most: u32) -> Result<Page, Fault> {
        self.gate.pass("residents.page", self.inner.page(from, most)).await
    }

    async fn count(&self) -> Result<u64, Fault> {
        self.gate.pass("residents.count", self.inner.count()).await
    }
}

#[async_trait]
impl Attempts for Faulty<dyn Attempts> {
    async fn begin(&self, begin: &Begin) -> Result<Began, Fault> {
        self.gate.pass("attempts.begin", self.inner.begin(begin)).await
    }

    async fn get(&self, id: AttemptId) -> Result<Option<Versioned<Attempt>>, Fault> {
        self.gate.pass("attempts.get", self.inner.get(id)).await
    }

    async fn by_contact(&self, contact: &ContactId) -> Result<Option<Versioned<Attempt>>, Fault> {
        let fresh = self.gate.pass("attempts.by_contact", self.inner.by_contact(contact)).await?;
        // An index that lags behind does not know the contact yet.
        Ok(if self.gate.trouble.stale() { None } else { fresh })
    }

    async fn save(&self, attempt: &Versioned<Attempt>) -> Result<Saved, Fault> {
        self.gate.pass("attempts.save", self.inner.save(attempt)).await
    }

    async fn open(&self, began_before: Timestamp, most: u32) -> Result<Vec<AttemptId>, Fault> {
        let fresh = self.gate.pass("attempts.open", self.inner.open(began_before, most)).await?;
        let (asked, former) = self.aged(&self.stale.attempts, (began_before, fresh.clone()));
        // Only what began as early as is asked for now can be an old answer.
        Ok(if asked <= began_before { former } else { fresh })
    }

    async fn of_resident(
        &self,
        resident: ResidentId,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<(Vec<Attempt>, Option<Cursor>), Fault> {
        self.gate.pass("attempts.of_resident", self.inner.of_resident(resident, from, most)).await
    }

    async fn tally(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Tallied>, Fault> {
        self.gate.pass("attempts.tally", self.inner.tally(from, until)).await
    }

    async fn recent(&self, from: Timestamp, until: Timestamp, most: u32) -> Result<Vec<Recent>, Fault> {
        self.gate.pass("attempts.recent", self.inner.recent(from, until, most)).await
    }
}

#[async_trait]
impl<M: Message> Sender<M> for Faulty<dyn Sender<M>> {
    /// Besides the gate: some messages are there twice, some are late, some
    /// are answered as not taken, and their order is mixed up.
    async fn send(&self, messages: &[Envelope<M>]) -> Result<Vec<usize>, Fault> {
        let trouble = &self.gate.trouble;
        let lost: Vec<usize> =
            (0..messages.len()).filter(|_| trouble.doubled() && trouble.doubled()).collect();
        let mut sent: Vec<Envelope<M>> = Vec::with_capacity(messages.len());
        for (index, message) in messages.iter().enumerate() {
            if !lost.contains(&index) {
                sent.push(message.clone());
                if trouble.doubled() {
                    sent.push(message.clone());
                }
            }
        }
        trouble.shuffle(&mut sent);
        self.gate.pass("queue.send", self.inner.send(&sent)).await?;
        Ok(lost)
    }
}

#[async_trait]
impl Inbox for Faulty<dyn Inbox> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    async fn receive(&self, most: u32) -> Result<Vec<Received>, Fault> {
        let mut messages = self.gate.pass("queue.receive", self.inner.receive(most)).await?;
        self.gate.trouble.shuffle(&mut messages);
        Ok(messages)
    }

    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault> {
        self.gate.pass("queue.delete", self.inner.delete(receipt)).await
    }

    async fn retry_after(&self, receipt: &Receipt, after: SignedDuration) -> Result<(), Fault> {
        self.gate.pass("queue.retry_after", self.inner.retry_after(receipt, after)).await
    }

    async fn next_visible(&self) -> Result<Option<Timestamp>, Fault> {
        self.inner.next_visible().await
    }
}

#[async_trait]
impl StreamReader for Faulty<dyn StreamReader> {
    fn shards(&self) -> u32 {
        self.inner.shards()
    }

    async fn read(&self, shard: u32, most: u32) -> Result<Vec<Entry>, Fault> {
        self.gate.pass("stream.read", self.inner.read(shard, most)).await
    }

    async fn checkpoint(&self, shard: u32, sequence: &Sequence) -> Result<(), Fault> {
        self.gate.pass("stream.checkpoint", self.inner.checkpoint(shard, sequence)).await
    }
}
