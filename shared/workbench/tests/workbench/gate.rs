//! Ports of which one call is interrupted.

use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::ids::{JobId, LetterId, ResidentId};
use rollcall_domain::letter::job::Job;
use rollcall_domain::letter::{Filter, Letter};
use rollcall_ports::{
    Arrival, Arrivals, Audit, AuditEntry, Cursor, DeadLetter, DeadLetters, Fault, Jobs, LetterGroup, Letters,
    Receipt, Replay, Replays, Resent, Saved, Versioned,
};
use std::future::pending;
use std::sync::{Arc, Mutex};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    LostBefore,
    LostAfter,
    Throttled,
    CrashBefore,
    CrashAfter,
}

pub(crate) const ALL: [Kind; 5] =
    [Kind::LostBefore, Kind::LostAfter, Kind::Throttled, Kind::CrashBefore, Kind::CrashAfter];

/// Which call, from 1, and how; `None` for none.
pub(crate) type Cut = Option<(usize, Kind)>;

/// Cuts one of the calls that pass it, and counts them.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Mutex<(usize, Cut, bool)>>);

impl Gate {
    async fn pass<T>(&self, call: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let kind = {
            let mut gate = self.0.lock().unwrap();
            gate.0 += 1;
            // Whoever is dead asks nothing more, whatever else it had under way.
            let dead = gate.2.then_some(Kind::CrashBefore);
            let kind = dead.or_else(|| gate.1.filter(|(index, _)| *index == gate.0).map(|(_, kind)| kind));
            gate.2 = matches!(kind, Some(Kind::CrashBefore | Kind::CrashAfter));
            kind
        };
        match kind {
            None => call.await,
            Some(Kind::LostBefore) => Err(Fault::Unanswered("test")),
            Some(Kind::Throttled) => Err(Fault::Throttled("test")),
            Some(Kind::CrashBefore) => pending().await,
            Some(Kind::LostAfter) => call.await.and(Err(Fault::Unanswered("test"))),
            Some(Kind::CrashAfter) => {
                let _effect = call.await;
                pending().await
            }
        }
    }

    /// Cuts this call, counted from now.
    pub(crate) fn cut(&self, cut: Cut) {
        *self.0.lock().unwrap() = (0, cut, false);
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().0
    }
}

pub(crate) struct Gated<P: ?Sized>(pub(crate) Arc<P>, pub(crate) Gate);

#[async_trait]
impl Letters for Gated<dyn Letters> {
    async fn get(&self, id: LetterId) -> Result<Option<Versioned<Letter>>, Fault> {
        self.1.pass(self.0.get(id)).await
    }
    async fn save(&self, letter: &Versioned<Letter>) -> Result<Saved, Fault> {
        self.1.pass(self.0.save(letter)).await
    }
    async fn find(
        &self,
        filter: &Filter,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<Vec<(Cursor, Versioned<Letter>)>, Fault> {
        self.1.pass(self.0.find(filter, after, most)).await
    }
    async fn tally(&self, filter: &Filter) -> Result<u64, Fault> {
        self.1.pass(self.0.tally(filter)).await
    }
    async fn groups(&self, most: u32) -> Result<Vec<LetterGroup>, Fault> {
        self.1.pass(self.0.groups(most)).await
    }
    async fn forget(&self, resident: ResidentId) -> Result<u64, Fault> {
        self.1.pass(self.0.forget(resident)).await
    }
}

#[async_trait]
impl Replays for Gated<dyn Replays> {
    async fn resend(&self, source: &str, body: &[u8], replay: Replay) -> Result<Resent, Fault> {
        self.1.pass(self.0.resend(source, body, replay)).await
    }
}

#[async_trait]
impl Jobs for Gated<dyn Jobs> {
    async fn get(&self, id: JobId) -> Result<Option<Versioned<Job>>, Fault> {
        self.1.pass(self.0.get(id)).await
    }
    async fn save(&self, job: &Versioned<Job>) -> Result<Saved, Fault> {
        self.1.pass(self.0.save(job)).await
    }
    async fn recent(&self, most: u32) -> Result<Vec<Versioned<Job>>, Fault> {
        self.1.pass(self.0.recent(most)).await
    }
    async fn running(&self, most: u32) -> Result<Vec<Versioned<Job>>, Fault> {
        self.1.pass(self.0.running(most)).await
    }
}

#[async_trait]
impl Audit for Gated<dyn Audit> {
    async fn record(&self, entry: &AuditEntry) -> Result<(), Fault> {
        self.1.pass(self.0.record(entry)).await
    }
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        self.1.pass(self.0.list(after, most)).await
    }
    async fn recent(&self, before: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        self.1.pass(self.0.recent(before, most)).await
    }
}

#[async_trait]
impl Arrivals for Gated<dyn Arrivals> {
    async fn receive(&self, most: u32) -> Result<Vec<Arrival>, Fault> {
        self.1.pass(self.0.receive(most)).await
    }
    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault> {
        self.1.pass(self.0.delete(receipt)).await
    }
}

#[async_trait]
impl DeadLetters for Gated<dyn DeadLetters> {
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault> {
        self.1.pass(self.0.park(letter)).await
    }
    async fn applied(&self, replay: Replay, at: Timestamp) -> Result<(), Fault> {
        self.1.pass(self.0.applied(replay, at)).await
    }
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault> {
        self.1.pass(self.0.list(after, most)).await
    }
    async fn count(&self) -> Result<u64, Fault> {
        self.1.pass(self.0.count()).await
    }
}
