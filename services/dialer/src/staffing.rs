//! The agents' figures, read at most every few seconds: Connect allows five
//! readings a second for everyone together (service quotas), and its figures
//! are some seconds old anyway.

use jiff::{SignedDuration, Timestamp};
use rollcall_domain::pace::Staffing;
use rollcall_ports::{Fault, Telephony};
use std::sync::{Mutex, PoisonError};

/// The last reading and when it was taken.
pub struct StaffingCache {
    lifetime: SignedDuration,
    last: Mutex<Option<(Timestamp, Staffing)>>,
}

impl StaffingCache {
    /// A cache whose readings are used for `seconds`.
    #[must_use]
    pub fn new(seconds: u32) -> Self {
        Self { lifetime: SignedDuration::from_secs(seconds.into()), last: Mutex::new(None) }
    }

    /// The figures as of now, or some seconds ago.
    ///
    /// # Errors
    /// When the service did not answer and the last reading is too old.
    pub async fn at(&self, now: Timestamp, telephony: &dyn Telephony) -> Result<Staffing, Fault> {
        if let Some((at, staffing)) = self.last()
            && now.duration_since(at) < self.lifetime
        {
            return Ok(staffing);
        }
        let staffing = telephony.staffing().await?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, staffing));
        Ok(staffing)
    }

    fn last(&self) -> Option<(Timestamp, Staffing)> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
