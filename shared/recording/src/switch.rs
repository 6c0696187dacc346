//! Turning the switch over all dialing: by a person, or by itself.
//!
//! A change and the duty to tell of it are one write (`untold`). Whoever turned
//! the switch for a person writes the audit log next; the sweep does so again
//! under the same key, tells people, and takes the change off the list. So
//! whoever is interrupted at any point has either changed nothing or has it
//! told by the sweep; and a repeat of a stop or a start changes nothing.

use jiff::Timestamp;
use rollcall_domain::breaker::TripCause;
use rollcall_domain::switch::{Change, Dialing, Hand, Outdated, Turn};
use rollcall_ports::{Audit, AuditEntry, Fault, Saved, Switch, Versioned};
use std::sync::Arc;

/// How often a change is tried while others write too: the sweep does now and
/// then, people hardly ever.
const TRIES: u32 = 8;

/// Turns the switch for people.
#[derive(Clone)]
pub struct Lever {
    /// The switch.
    pub switch: Arc<dyn Switch>,
    /// Who did what.
    pub audit: Arc<dyn Audit>,
}

/// What became of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turned {
    /// It is as wanted, by this turn or before it.
    Done(Dialing),
    /// It was changed since it was looked at; nothing was turned.
    Outdated(Dialing),
}

impl Lever {
    /// The switch as it is.
    ///
    /// # Errors
    /// When the store did not behave.
    pub async fn look(&self) -> Result<Dialing, Fault> {
        Ok(self.switch.read().await?.value)
    }

    /// Stops all dialing.
    ///
    /// # Errors
    /// When a store did not behave: whether it is stopped is not known then,
    /// and a repeat does no harm.
    pub async fn stop(&self, hand: &Hand) -> Result<Turned, Fault> {
        self.turn(|dialing| Ok(dialing.stop(hand.clone()))).await
    }

    /// Starts dialing again, for somebody who saw the change `seen`.
    ///
    /// # Errors
    /// As [`Lever::stop`].
    pub async fn start(&self, hand: &Hand, seen: u64) -> Result<Turned, Fault> {
        self.turn(|dialing| dialing.start(hand.clone(), seen)).await
    }

    async fn turn(&self, turn: impl Fn(&mut Dialing) -> Result<bool, Outdated>) -> Result<Turned, Fault> {
        let turned = write(self.switch.as_ref(), turn).await?;
        if let Turned::Done(dialing) = &turned {
            for change in &dialing.untold {
                self.audit.record(&entry(change)).await?;
            }
        }
        Ok(turned)
    }
}

/// Trips the switch, unless it does not run anyway. The sweep tells people.
///
/// # Errors
/// When the store did not behave; whoever finds the same again trips it then.
pub async fn trip(switch: &dyn Switch, at: Timestamp, cause: &TripCause) -> Result<(), Fault> {
    let _running_or_not: Turned = write(switch, |dialing| Ok(dialing.trip(at, cause.clone()))).await?;
    Ok(())
}

async fn write(
    switch: &dyn Switch,
    turn: impl Fn(&mut Dialing) -> Result<bool, Outdated>,
) -> Result<Turned, Fault> {
    for _ in 0..TRIES {
        let Versioned { mut value, version } = switch.read().await?;
        match turn(&mut value) {
            Err(Outdated) => return Ok(Turned::Outdated(value)),
            Ok(false) => return Ok(Turned::Done(value)),
            Ok(true) => {}
        }
        let written = Versioned { value, version };
        if let Saved::Done(_) = switch.save(&written).await? {
            return Ok(Turned::Done(written.value));
        }
    }
    Err(Fault::Throttled("switch"))
}

/// What the audit log keeps of a change: the same for every repeat.
#[must_use]
pub fn entry(change: &Change) -> AuditEntry {
    let (action, actor, detail) = match &change.turn {
        Turn::Stopped(Hand { by, why, .. }) => ("dialing.stop", by.clone(), why.clone()),
        Turn::Started(Hand { by, why, .. }) => ("dialing.start", by.clone(), why.clone()),
        Turn::Tripped(trip) => ("dialing.trip", "breaker".to_owned(), trip.cause.to_string()),
    };
    AuditEntry {
        key: format!("dialing/{}", change.number),
        at: change.turn.at(),
        actor,
        action: action.to_owned(),
        resident: None,
        detail,
    }
}
