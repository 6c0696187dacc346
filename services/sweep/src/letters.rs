//! Dead letters, every minute: collects what queues and services set aside by
//! themselves, carries on the replays and discards of many, and tells how many
//! letters wait.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_host::Periodic;
use rollcall_ports::{Fault, LetterGroup, Signal};
use rollcall_workbench::{Collector, Workbench};
use std::collections::BTreeMap;

/// What letters come from: a source without any is told of too, so that an
/// alarm knows that all is well.
const SOURCES: [&str; 4] = ["call_requests", "outcomes", "rows", "uploads"];
/// Letters of one job in one go. With the ten jobs that are driven at once it
/// says by how much a run may take longer than it should.
const MOST: u32 = 20;
/// Groups that are added up: causes are a few.
const GROUPS: u32 = 100_000;

/// Looks after dead letters.
pub struct Letters {
    /// Makes letters of what was set aside elsewhere; from nowhere on one
    /// machine, whose queues keep no letters themselves.
    pub collector: Collector,
    /// Replays and discards them.
    pub workbench: Workbench,
    /// For how long one run goes on while there is something to do.
    pub lasts: SignedDuration,
}

#[async_trait]
impl Periodic for Letters {
    fn name(&self) -> &'static str {
        "letters"
    }

    async fn run(&self) -> Result<(), Fault> {
        let now = self.workbench.clock.now();
        let after = |by: SignedDuration| now.checked_add(by).unwrap_or(Timestamp::MAX);
        // Each part by itself. A flood leaves half of the time for the replays.
        let collected = self.collector.collect(after(self.lasts / 2)).await;
        let mended = self.workbench.mend().await;
        let driven = self.drive(after(self.lasts)).await;
        let told = self.tell().await;
        collected.and(mended).and(driven).and(told)
    }
}

impl Letters {
    /// Drives what is running at its pace until `until`.
    async fn drive(&self, until: Timestamp) -> Result<(), Fault> {
        let Workbench { jobs, clock, .. } = &self.workbench;
        loop {
            let running = self.workbench.drive_running(MOST).await?;
            let Some(next) = running.iter().map(|job| job.next_at).min() else { return Ok(()) };
            if next.max(clock.now()) >= until {
                return Ok(());
            }
            // Somebody may stop it, or begin another.
            let soon = clock.now().checked_add(SignedDuration::from_secs(1)).unwrap_or(until);
            clock.sleep_until(next.min(soon)).await;
            if jobs.running(1).await?.is_empty() {
                return Ok(());
            }
        }
    }

    async fn tell(&self) -> Result<(), Fault> {
        let groups = self.workbench.letters.groups(GROUPS).await?;
        let now = self.workbench.clock.now();
        let mut waiting: BTreeMap<&str, (u64, u64)> = SOURCES.map(|source| (source, (0, 0))).into();
        for LetterGroup { source, letters, oldest_at, .. } in &groups {
            let seconds = u64::try_from(now.duration_since(*oldest_at).as_secs()).unwrap_or(0);
            let (number, oldest) = waiting.entry(source).or_default();
            (*number, *oldest) = (*number + letters, seconds.max(*oldest));
        }
        for (source, (letters, oldest_seconds)) in waiting {
            let source = source.to_owned();
            self.collector.signals.emit(&Signal::LettersWait { source, letters, oldest_seconds });
        }
        Ok(())
    }
}
