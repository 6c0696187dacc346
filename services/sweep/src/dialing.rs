//! The switch: what trips it, and telling people of its changes.

use crate::Sweep;
use jiff::Timestamp;
use rollcall_contracts::messages::Notice;
use rollcall_domain::breaker::{
    TripCause, clock_back, clock_forward, failures, looks_back_to, may_be_silent, silence,
};
use rollcall_domain::policy::Policy;
use rollcall_domain::switch::{Change, Dialing, Hand, Turn};
use rollcall_ports::{Fault, Saved, Signal, Versioned};
use rollcall_recording::switch::entry;
use std::sync::{Mutex, PoisonError};

/// What this process itself knows of the clock. A process that was started
/// anew knows nothing, and that is right: the time it was not there is no leap.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Watched>);

#[derive(Debug, Default)]
struct Watched {
    /// When the last run ended.
    looked_at: Option<Timestamp>,
    /// A leap that is not on record yet.
    leapt: Option<TripCause>,
}

impl Watch {
    /// The next run begins. Answers a leap of the clock that is not on record.
    fn begins(&self, now: Timestamp, policy: &Policy) -> Option<TripCause> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(looked_at) = watched.looked_at.take()
            && let Some(leap) = clock_forward(looked_at, policy, now)
        {
            watched.leapt = Some(leap);
        }
        watched.leapt.clone()
    }

    /// The leap is on record, or nothing was running that it could trip.
    fn recorded(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).leapt = None;
    }

    /// The run ends: what it took does not count.
    pub(crate) fn ends(&self, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).looked_at = Some(now);
    }
}

impl Sweep {
    /// Trips the switch if there is cause, and tells people of every change.
    pub(crate) async fn watch_dialing(&self, now: Timestamp) -> Result<(), Fault> {
        let leapt = self.watch.begins(now, &self.policy);
        let mut stored = self.switch.read().await?;
        let cause = self.what_trips(&stored.value, leapt, now).await;
        let mut dialing = stored.value.clone();
        if let Ok(Some(cause)) = &cause {
            dialing.trip(now, cause.clone());
        }
        dialing.see(now);
        if dialing != stored.value {
            let written = Versioned { value: dialing, version: stored.version };
            match self.switch.save(&written).await? {
                Saved::Done(version) => stored = Versioned { version, ..written },
                // Somebody wrote in between: the next minute looks again.
                Saved::Changed => return Ok(()),
            }
        }
        self.watch.recorded();
        self.tell_of_dialing(stored).await?;
        cause.map(drop)
    }

    /// What is to trip it; nothing trips what does not run.
    async fn what_trips(
        &self,
        dialing: &Dialing,
        leapt: Option<TripCause>,
        now: Timestamp,
    ) -> Result<Option<TripCause>, Fault> {
        let (policy, bounds) = (&self.policy, &self.topology.bounds);
        if !dialing.is_running() {
            return Ok(None);
        }
        // A process that was frozen, as Lambda does with those it has too many of,
        // is no clock that leapt: another has looked in the meantime.
        let unseen = |seen| clock_forward(seen, policy, now).is_some();
        let leapt = leapt.filter(|_| dialing.seen.is_none_or(unseen));
        if let Some(cause) = clock_back(dialing, policy, now).or(leapt) {
            return Ok(Some(cause));
        }
        let from = looks_back_to(dialing, policy, now);
        let recent = self.attempts.recent(from, now, bounds.breaker_dials).await?;
        if let Some(cause) = failures(&recent, dialing, policy, now) {
            return Ok(Some(cause));
        }
        let Some(began_before) = may_be_silent(&recent, policy, now) else { return Ok(None) };
        let open = self.attempts.open(began_before, bounds.sweep_items).await?;
        let some = usize::try_from(bounds.silence_dials).unwrap_or(usize::MAX);
        let mut out = Vec::new();
        // The latest of them: older ones may be of another time.
        for id in open.into_iter().rev().take(some) {
            out.extend(self.attempts.get(id).await?.map(|attempt| attempt.value));
        }
        Ok(silence(&out, dialing, policy, now))
    }

    /// Tells of every change that nobody was told of; told twice, if this is
    /// interrupted, but never not at all.
    async fn tell_of_dialing(&self, stored: Versioned<Dialing>) -> Result<(), Fault> {
        let Versioned { value: mut dialing, version } = stored;
        if dialing.untold.is_empty() {
            return Ok(());
        }
        for change in &dialing.untold {
            self.audit.record(&entry(change)).await?;
            self.notices.tell(&notice(change)).await?;
        }
        let changes = dialing.untold.clone();
        dialing.told(dialing.change);
        // If somebody turned it in between, the next minute tells of all.
        if let Saved::Done(_) = self.switch.save(&Versioned { value: dialing, version }).await? {
            changes.into_iter().for_each(|change| self.signals.emit(&signal(change)));
        }
        Ok(())
    }
}

fn notice(Change { number, turn }: &Change) -> Notice {
    let (change, at) = (*number, turn.at());
    match turn {
        Turn::Stopped(Hand { by, .. }) => Notice::DialingStopped { change, at, by: by.clone() },
        Turn::Started(Hand { by, .. }) => Notice::DialingStarted { change, at, by: by.clone() },
        Turn::Tripped(trip) => {
            let (cause, why) = (trip.cause.code().to_owned(), trip.cause.to_string());
            Notice::DialingTripped { change, at, cause, why }
        }
    }
}

fn signal(Change { number: change, turn }: Change) -> Signal {
    match turn {
        Turn::Stopped(Hand { by, .. }) => Signal::DialingStopped { change, by },
        Turn::Started(Hand { by, .. }) => Signal::DialingStarted { change, by },
        Turn::Tripped(trip) => Signal::DialingTripped { change, trip: trip.cause },
    }
}

#[cfg(test)]
mod tests {
    use super::{TripCause, Watch};
    use jiff::Timestamp;
    use rollcall_domain::policy::Policy;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-23T{text}Z").parse().unwrap()
    }

    #[test]
    fn a_leap_is_known_until_it_is_on_record_and_only_to_a_process_that_was_there() {
        let (policy, watch) = (Policy::default(), Watch::default());
        let begins = |time| watch.begins(at(time), &policy);
        assert_eq!(begins("10:00:00"), None, "a new process knows of no time before");
        // However long a run takes, it is no leap.
        watch.ends(at("10:45:00"));
        assert_eq!(begins("10:46:00"), None);
        watch.ends(at("10:46:01"));
        let leap = Some(TripCause::ClockForward { seconds: 7_199 });
        assert_eq!(begins("12:46:00"), leap);
        // The store did not take it: the next run tries again.
        watch.ends(at("12:46:01"));
        assert_eq!(begins("12:47:00"), leap);
        watch.recorded();
        watch.ends(at("12:47:01"));
        assert_eq!(begins("12:48:00"), None);
    }
}
