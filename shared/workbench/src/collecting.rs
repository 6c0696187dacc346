//! Collecting what machinery set aside by itself: a queue that handed a message
//! out too often, a service that gave up on a record.
//!
//! Each is made a letter, then deleted where it lay. Killed between the two, it
//! comes again and is a letter already; killed before, it comes again and is
//! none yet. A copy that a queue gave up becomes part of its letter's history.

use futures_util::future::join_all;
use jiff::Timestamp;
use rollcall_ports::{Arrival, Arrivals, Clock, DeadLetters, Fault, Signal, Signals};
use std::sync::Arc;

/// What is received at once: as much as SQS hands out.
const AT_ONCE: u32 = 10;

/// Makes letters of what arrives.
#[derive(Clone)]
pub struct Collector {
    /// Where machinery sets messages aside.
    pub from: Vec<Arc<dyn Arrivals>>,
    /// Where they are letters.
    pub letters: Arc<dyn DeadLetters>,
    /// Happenings.
    pub signals: Arc<dyn Signals>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Collector {
    /// Collects what is there, until `until` at the latest; answers how many
    /// messages that were. One that cannot be made a letter, and one place that
    /// does not answer, hold up nobody else.
    ///
    /// # Errors
    /// The first fault, after everything that could be collected was.
    pub async fn collect(&self, until: Timestamp) -> Result<u64, Fault> {
        // Side by side: a place in which nothing is waits before it says so.
        let emptied = join_all(self.from.iter().map(|from| self.empty(from.as_ref(), until))).await;
        let (collected, trouble): (Vec<u64>, Vec<Option<Fault>>) = emptied.into_iter().unzip();
        trouble.into_iter().flatten().next().map_or_else(|| Ok(collected.iter().sum()), Err)
    }

    /// How many were collected from one place, and the first fault.
    async fn empty(&self, from: &dyn Arrivals, until: Timestamp) -> (u64, Option<Fault>) {
        let (mut collected, mut trouble) = (0, None);
        while self.clock.now() < until {
            let arrivals = match from.receive(AT_ONCE).await {
                Ok(arrivals) => arrivals,
                Err(fault) => return (collected, trouble.or(Some(fault))),
            };
            if arrivals.is_empty() {
                break;
            }
            for arrival in arrivals {
                match self.take(from, arrival).await {
                    Ok(()) => collected += 1,
                    // It stays where it is, hidden for a while, so that those
                    // behind it are received.
                    Err(fault) => trouble = trouble.or(Some(fault)),
                }
            }
        }
        (collected, trouble)
    }

    async fn take(&self, from: &dyn Arrivals, arrival: Arrival) -> Result<(), Fault> {
        for letter in arrival.letters? {
            self.letters.park(&letter).await?;
            let (source, reason) = (letter.source, letter.reason);
            self.signals.emit(&Signal::Parked { source, reason });
        }
        from.delete(&arrival.receipt).await
    }
}
