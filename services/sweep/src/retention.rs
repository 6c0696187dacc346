//! What is past its time is deleted, in the night.
//!
//! All of a night's work goes by one limit, so that it is the same however often
//! it is done: whoever is killed is followed by the next minute. The log is told
//! first how much is due, once a class and night; then it is deleted, slice by
//! slice, and a minute takes a bounded number of them. Nothing is deleted on the
//! word of a clock that jumped: the books must have been looked at on the day
//! before, by the same clock, and a machine that was off waits for a day.

use crate::{Sweep, Trouble};
use jiff::civil::Date;
use rollcall_domain::callback::ROLLCALL;
use rollcall_domain::day::today;
use rollcall_domain::erasure::Class;
use rollcall_domain::retention::{Limit, Retention};
use rollcall_ports::{AuditEntry, Days, Fault, Retain, Signal};
use std::sync::{Arc, Mutex, PoisonError};

/// Of more than this the log says that it is so many or more.
const COUNTED: u32 = 100_000;

/// Deletes what is past its time.
pub struct Retainer {
    retain: Arc<dyn Retain>,
    days: Arc<dyn Days>,
    /// The night of which nothing is left to do, as far as this process knows.
    done: Mutex<Option<Date>>,
}

impl Retainer {
    /// Over a store that does not delete by itself; by the days on which the books were looked at it knows
    /// whether the clock can be trusted.
    #[must_use]
    pub fn new(retain: Arc<dyn Retain>, days: Arc<dyn Days>) -> Self {
        Self { retain, days, done: Mutex::default() }
    }

    fn is_done(&self, night: Date) -> bool {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) == Some(night)
    }

    fn is_over(&self, night: Date) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = Some(night);
    }
}

impl Sweep {
    /// Goes on with the night's work.
    pub(crate) async fn retain_no_longer(&self) -> Result<(), Fault> {
        let Some(retainer) = &self.retainer else { return Ok(()) };
        let night = today(&self.policy, self.clock.now());
        if retainer.is_done(night) {
            return Ok(());
        }
        let Ok(before) = night.yesterday() else { return Ok(()) };
        if retainer.days.get(before).await?.is_none() {
            return Ok(());
        }
        let (zone, mut trouble) = (self.policy.own_zone(), Trouble::default());
        let mut slices = self.topology.bounds.retain_slices;
        for class in Retention::aging() {
            let Some(limit) = self.policy.retention.limit(class, night, &zone) else { continue };
            let gone_on = self.delete_old(retainer, (class, limit), night, &mut slices).await;
            if class == Class::Accounts && gone_on.is_err() {
                // An account must not stand without its evidence.
                return gone_on;
            }
            trouble.note(gone_on)?;
        }
        trouble.end()?;
        if slices > 0 {
            retainer.is_over(night);
        }
        Ok(())
    }

    async fn delete_old(
        &self,
        retainer: &Retainer,
        (class, limit): (Class, Limit),
        night: Date,
        slices: &mut u32,
    ) -> Result<(), Fault> {
        let due = retainer.retain.due(class, &limit, COUNTED).await?;
        if due == 0 || *slices == 0 {
            return Ok(());
        }
        self.audit.record(&self.entry((class, limit), due, night)).await?;
        let (mut gone, mut outcome) = (0, Ok(()));
        while *slices > 0 {
            *slices -= 1;
            match retainer.retain.expire(class, &limit, self.topology.bounds.retain_items).await {
                Ok(expired) => {
                    gone += expired.gone;
                    if !expired.more {
                        break;
                    }
                }
                Err(fault) => {
                    outcome = Err(fault);
                    break;
                }
            }
        }
        if gone > 0 {
            self.signals.emit(&Signal::Expired { class: class.word(), gone });
        }
        outcome
    }

    /// One line a class and night: how much, and of when; of nobody.
    fn entry(&self, (class, limit): (Class, Limit), due: u64, night: Date) -> AuditEntry {
        let more = if due >= COUNTED.into() { " or more" } else { "" };
        AuditEntry {
            key: format!("retention {} {night}", class.word()),
            at: self.clock.now(),
            actor: ROLLCALL.to_owned(),
            action: "retention.delete".to_owned(),
            resident: None,
            detail: format!("{}: {due}{more} from before {}", class.word(), limit.day),
        }
    }
}
