//! Ports of which one call is interrupted, for the tests of whatever asks them:
//! each call of an undisturbed run is cut once in each way.

use crate::{
    Arrival, Arrivals, Audit, AuditEntry, CallOrder, Callbacks, Cursor, DeadLetter, DeadLetters, Described,
    Fault, Jobs, LetterGroup, Letters, Page, Question, Receipt, Removed, Replay, Replays, Resent, Residents,
    Saved, Search, Started, Telephony, Upserted, Versioned,
};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::callback::Callback;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{CallbackId, ContactId, JobId, LetterId, ResidentId};
use rollcall_domain::letter::job::Job;
use rollcall_domain::letter::{Filter, Letter};
use rollcall_domain::pace::Staffing;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a call is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The question is lost.
    LostBefore,
    /// The answer is lost.
    LostAfter,
    /// The port asks for patience.
    Throttled,
    /// The process ends before the question.
    CrashBefore,
    /// The process ends before the answer.
    CrashAfter,
}

impl Kind {
    /// Each way.
    pub const ALL: [Self; 5] =
        [Self::LostBefore, Self::LostAfter, Self::Throttled, Self::CrashBefore, Self::CrashAfter];

    /// Whether the process ends.
    #[must_use]
    pub fn is_crash(self) -> bool {
        matches!(self, Self::CrashBefore | Self::CrashAfter)
    }
}

/// Which call, from 1, and how; `None` for none.
pub type Cut = Option<(usize, Kind)>;

/// Cuts one of the calls that pass it, and counts them. A process that has
/// ended never gets an answer: whoever waits for it must have a time limit.
#[derive(Clone, Default)]
pub struct Gate(Arc<Mutex<Passed>>);

#[derive(Default)]
struct Passed {
    calls: usize,
    cut: Cut,
    dead: bool,
}

impl Gate {
    /// Lets one call through, unless it is the one that is to be cut.
    ///
    /// # Errors
    /// Those of the call, and those of the cut.
    pub async fn pass<T>(&self, call: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let kind = self.next();
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

    fn next(&self) -> Option<Kind> {
        let mut passed = self.passed();
        passed.calls += 1;
        // Whoever is dead asks nothing more, whatever else it had under way.
        let kind = if passed.dead {
            Some(Kind::CrashBefore)
        } else {
            passed.cut.filter(|(index, _)| *index == passed.calls).map(|(_, kind)| kind)
        };
        passed.dead = kind.is_some_and(Kind::is_crash);
        kind
    }

    /// Cuts this call, counted from now; whoever was dead has started again.
    pub fn cut(&self, cut: Cut) {
        *self.passed() = Passed { cut, ..Passed::default() };
    }

    /// Calls since the last [`Gate::cut`].
    #[must_use]
    pub fn calls(&self) -> usize {
        self.passed().calls
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A port behind a gate.
pub struct Gated<P: ?Sized>(pub Arc<P>, pub Gate);

/// Writes an implementation whose every method passes the gate.
macro_rules! gated {
    ($port:ident { $(async fn $method:ident(&self $(, $arg:ident: $type:ty)*) -> $out:ty;)* }) => {
        #[async_trait]
        impl $port for Gated<dyn $port> {
            $(async fn $method(&self $(, $arg: $type)*) -> Result<$out, Fault> {
                self.1.pass(self.0.$method($($arg),*)).await
            })*
        }
    };
}

gated!(Residents {
    async fn add(&self, residents: &[(Resident, Schedule)]) -> Vec<Upserted>;
    async fn get(&self, id: ResidentId) -> Option<Versioned<Resident>>;
    async fn get_each(&self, ids: &[ResidentId]) -> Vec<Option<Versioned<Resident>>>;
    async fn save(&self, resident: &Versioned<Resident>, schedule: Schedule) -> Saved;
    async fn remove(&self, resident: &Versioned<Resident>) -> Removed;
    async fn search(&self, question: &Question<'_>, from: Option<&Cursor>, most: u32) -> Search;
    async fn due(&self, now: Timestamp, most: u32) -> Vec<ResidentId>;
    async fn to_review(&self, now: Timestamp, most: u32) -> Vec<ResidentId>;
    async fn with_number(&self, number: PhoneNumber) -> Vec<ResidentId>;
    async fn sharing(&self, number: PhoneNumber, besides: ResidentId) -> u64;
    async fn page(&self, from: Option<&Cursor>, most: u32) -> Page;
    async fn count(&self) -> u64;
});
gated!(Callbacks {
    async fn get(&self, id: CallbackId) -> Option<Versioned<Callback>>;
    async fn save(&self, callback: &Versioned<Callback>, review_at: Option<Timestamp>, open: bool) -> Saved;
    async fn to_review(&self, now: Timestamp, most: u32) -> Vec<CallbackId>;
    async fn list_owed(&self, most: u32) -> Vec<Versioned<Callback>>;
    async fn count_open(&self) -> u64;
});
gated!(Audit {
    async fn record(&self, entry: &AuditEntry) -> ();
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Vec<(Cursor, AuditEntry)>;
    async fn recent(&self, before: Option<&Cursor>, most: u32) -> Vec<(Cursor, AuditEntry)>;
});
gated!(Telephony {
    async fn start(&self, order: &CallOrder) -> Started;
    async fn staffing(&self) -> Staffing;
    async fn describe(&self, contact: &ContactId) -> Described;
    async fn stop(&self, contact: &ContactId) -> ();
});
gated!(Letters {
    async fn get(&self, id: LetterId) -> Option<Versioned<Letter>>;
    async fn save(&self, letter: &Versioned<Letter>) -> Saved;
    async fn find(&self, filter: &Filter, after: Option<&Cursor>, most: u32) -> Vec<(Cursor, Versioned<Letter>)>;
    async fn tally(&self, filter: &Filter) -> u64;
    async fn groups(&self, most: u32) -> Vec<LetterGroup>;
    async fn forget(&self, resident: ResidentId) -> u64;
});
gated!(Replays {
    async fn resend(&self, source: &str, body: &[u8], replay: Replay) -> Resent;
});
gated!(Jobs {
    async fn get(&self, id: JobId) -> Option<Versioned<Job>>;
    async fn save(&self, job: &Versioned<Job>) -> Saved;
    async fn recent(&self, most: u32) -> Vec<Versioned<Job>>;
    async fn running(&self, most: u32) -> Vec<Versioned<Job>>;
});
gated!(Arrivals {
    async fn receive(&self, most: u32) -> Vec<Arrival>;
    async fn delete(&self, receipt: &Receipt) -> ();
});
gated!(DeadLetters {
    async fn park(&self, letter: &DeadLetter) -> ();
    async fn applied(&self, replay: Replay, at: Timestamp) -> ();
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Vec<(Cursor, DeadLetter)>;
    async fn count(&self) -> u64;
});
