use crate::Store;
use rollcall_ports::Stores;

impl Store {
    /// The stores in which residents and calls to them are kept.
    #[must_use]
    pub fn stores(&self) -> Stores {
        Stores {
            residents: self.residents(),
            attempts: self.attempts(),
            callbacks: self.callbacks(),
            escalations: self.escalations(),
            checks: self.checks(),
            days: self.days(),
            pace: self.pace(),
            switch: self.switch(),
            suppressions: self.suppressions(),
        }
    }
}
