//! The account of the day: every resident in one state, against the register.
//!
//! That of now is taken to be told of. When a day is over its account is written
//! for good (`closing`), and a day later held against what stands in the books
//! (`checking`). Both read a page of the register after the other and keep what
//! they have after each: whoever is interrupted, or runs out of time, goes on
//! there.

mod checking;
mod closing;
mod evidence;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::messages::Notice;
use rollcall_contracts::topology::Topology;
use rollcall_domain::day::{DayRecord, today};
use rollcall_domain::ledger::{Ledger, day_state};
use rollcall_domain::policy::Policy;
use rollcall_host::Periodic;
use rollcall_ports::{
    Attempts, Audit, Callbacks, Checks, Clock, Days, EvidenceHorizon, Fault, Notices, Residents, Saved,
    Signal, Signals, Versioned,
};
use std::sync::Arc;

/// Takes the account.
pub struct Books {
    /// The register.
    pub residents: Arc<dyn Residents>,
    /// The dials.
    pub attempts: Arc<dyn Attempts>,
    /// The promises.
    pub callbacks: Arc<dyn Callbacks>,
    /// The results of the days.
    pub checks: Arc<dyn Checks>,
    /// The accounts of days that are over.
    pub days: Arc<dyn Days>,
    /// Who was taken off the register.
    pub audit: Arc<dyn Audit>,
    /// How far the stream has been taken in.
    pub horizon: Arc<dyn EvidenceHorizon>,
    /// Operators.
    pub notices: Arc<dyn Notices>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Happenings.
    pub signals: Arc<dyn Signals>,
    /// The rules.
    pub policy: Arc<Policy>,
    /// Bounds.
    pub topology: &'static Topology,
}

#[async_trait]
impl Periodic for Books {
    fn name(&self) -> &'static str {
        "books"
    }

    async fn run(&self) -> Result<(), Fault> {
        // Each part by itself, as in the sweep.
        let now = self.tell_of_now().await;
        let open = self.open_day().await;
        let until = later(self.clock.now(), TIME);
        let closed = self.close_days(until).await;
        let checked = self.check_days(until).await;
        now.and(open).and(closed).and(checked)
    }
}

/// Days that are looked back on for what is still to be done.
const DAYS: u32 = 31;

/// Time for days that are over, in one run. The function on AWS has ten minutes,
/// also for the account of now; what is left is done by the next run.
const TIME: SignedDuration = SignedDuration::from_mins(4);

/// How often it is tried to write today's record.
const TRIES: u32 = 3;

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl Books {
    async fn tell_of_now(&self) -> Result<(), Fault> {
        let Some(ledger) = self.settled_account().await? else {
            // The register grew while it was read; the next run counts again.
            return Ok(());
        };
        self.signals.emit(&Signal::LedgerTaken { ledger });
        self.tell_mismatch(&ledger).await
    }

    async fn tell_mismatch(&self, ledger: &Ledger) -> Result<(), Fault> {
        if ledger.balanced {
            return Ok(());
        }
        let (counted, register) = (ledger.counted(), ledger.total);
        self.notices.tell(&Notice::LedgerMismatch { counted, register }).await
    }

    /// Notes that the books were looked at today. A day without such a note has
    /// no account: nothing ran.
    async fn open_day(&self) -> Result<(), Fault> {
        let now = self.clock.now();
        let day = today(&self.policy, now);
        for _ in 0..TRIES {
            let mut stored = match self.days.get(day).await? {
                Some(stored) => stored,
                None => Versioned::new(DayRecord::begin(day, now)),
            };
            stored.value.last_run = stored.value.last_run.max(now);
            if let Saved::Done(_) = self.days.save(&stored).await? {
                break;
            }
        }
        Ok(())
    }
}

impl Books {
    /// The account as of now. Residents are read page by page in constant
    /// memory; the register is counted by itself.
    ///
    /// # Errors
    /// When the register could not be read.
    pub async fn account(&self) -> Result<Ledger, Fault> {
        let now = self.clock.now();
        let mut ledger = Ledger::default();
        let mut from = None;
        loop {
            let page = self.residents.page(from.as_ref(), self.topology.bounds.sweep_page).await?;
            for resident in &page.residents {
                ledger.count(day_state(&resident.value, &self.policy, now));
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        Ok(ledger.close(self.residents.count().await?))
    }

    /// The account, unless the register grew while it was taken.
    async fn settled_account(&self) -> Result<Option<Ledger>, Fault> {
        let before = self.residents.count().await?;
        let ledger = self.account().await?;
        Ok((ledger.total == before).then_some(ledger))
    }
}
