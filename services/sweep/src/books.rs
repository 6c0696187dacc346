//! The account of the day: every resident in one state, against the register.

use async_trait::async_trait;
use rollcall_contracts::messages::Notice;
use rollcall_contracts::topology::Topology;
use rollcall_domain::ledger::{Ledger, day_state};
use rollcall_domain::policy::Policy;
use rollcall_host::Periodic;
use rollcall_ports::{Clock, Fault, Notices, Residents, Signal, Signals};
use std::sync::Arc;

/// Takes the account.
pub struct Books {
    /// The register.
    pub residents: Arc<dyn Residents>,
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
        let Some(ledger) = self.settled_account().await? else {
            // The register grew while it was read; the next run counts again.
            return Ok(());
        };
        self.signals.emit(&Signal::LedgerTaken { ledger });
        if !ledger.balanced {
            let (counted, register) = (ledger.counted(), ledger.total);
            self.notices.tell(&Notice::LedgerMismatch { counted, register }).await?;
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
