use std::time::Duration;
use tokio::time::Instant;

/// Time as one core spends it: real time, less the time in which this thread
/// could run and another program had the core. Waiting for the disk counts.
/// Where the system does not tell, it is real time.
///
/// Without this, a busy machine would tell of itself: whatever takes longer is
/// interrupted more often.
pub(crate) struct Stopwatch {
    queued: Duration,
    began: Instant,
}

impl Stopwatch {
    /// Starts.
    pub(crate) fn start() -> Self {
        Self { queued: queued(), began: Instant::now() }
    }

    /// Time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        let real = self.began.elapsed();
        real.saturating_sub(queued().saturating_sub(self.queued))
    }
}

/// How long this thread has waited for a core: the second figure of schedstat,
/// in nanoseconds (Linux, scheduler statistics).
fn queued() -> Duration {
    let known = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(known.split_whitespace().nth(1).and_then(|figure| figure.parse().ok()).unwrap_or(0))
}
