//! A clock of its own for a data directory: it starts anywhere, may run faster
//! than the world, and outlives its process.
//!
//! What it shows never goes back, not even when the process is killed. The file
//! therefore holds a moment a little ahead, and the clock shows nothing later
//! than what is in the file: whoever starts again goes on from there.

use crate::clock::FastClock;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_ports::Clock;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The file in the data directory.
const FILE: &str = "clock.json";
/// How often the file is written, in real time.
const KEEP_EVERY: Duration = Duration::from_millis(100);
/// How far ahead the file is, in real time: one write may be this late before
/// the clock stands still.
const AHEAD: SignedDuration = SignedDuration::from_millis(400);

/// What the clock of a directory shows, as of the last write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What it showed.
    pub shown: Timestamp,
    /// Where it goes on when its process has ended; it never showed more.
    pub resume: Timestamp,
    /// How many times as fast as the world it ran.
    pub speed: u32,
}

/// Why the clock of a directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// The file cannot be read or written.
    #[error("the file {FILE} of the data directory cannot be used: {0}")]
    Io(#[from] std::io::Error),
    /// The file holds something else.
    #[error("the file {FILE} of the data directory does not hold a clock; expected what `serve` has written")]
    Unreadable,
}

/// Reads the clock of a directory; `None` when it has none and the system's
/// holds.
///
/// # Errors
/// When there is a file that cannot be read.
pub fn read(dir: &Path) -> Result<Option<Shown>, ClockError> {
    match std::fs::read(dir.join(FILE)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| ClockError::Unreadable),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The running clock of a directory. Only one process may run it.
pub struct LastingClock {
    fast: FastClock,
    speed: u32,
    dir: PathBuf,
    limit: Mutex<Timestamp>,
}

impl LastingClock {
    /// Goes on where the directory's clock stopped, or starts at `first`.
    ///
    /// # Errors
    /// When its file cannot be read or written.
    pub fn start(dir: &Path, first: Timestamp, speed: u32) -> Result<Self, ClockError> {
        let start = read(dir)?.map_or(first, |known| known.resume);
        let fast = FastClock::new(start, speed);
        let clock = Self { fast, speed, dir: dir.to_owned(), limit: Mutex::new(start) };
        clock.write_ahead()?;
        Ok(clock)
    }

    /// Keeps the file ahead of the clock, until it is dropped. Comes back only
    /// when the file can no longer be written; the clock then stands still.
    pub async fn keep(&self) -> ClockError {
        loop {
            tokio::time::sleep(KEEP_EVERY).await;
            if let Err(error) = self.write_ahead() {
                return error;
            }
        }
    }

    /// Stops the clock for good and writes where.
    ///
    /// # Errors
    /// When the file cannot be written; it is then at most as far ahead as
    /// after a kill.
    pub fn stop(&self) -> Result<(), ClockError> {
        let mut limit = self.limit.lock().unwrap_or_else(PoisonError::into_inner);
        *limit = self.fast.now().min(*limit);
        self.write(Shown { shown: *limit, resume: *limit, speed: self.speed })
    }

    fn write_ahead(&self) -> Result<(), ClockError> {
        let now = self.now();
        let speed = i32::try_from(self.speed).unwrap_or(i32::MAX);
        let resume = self.fast.now().checked_add(AHEAD.saturating_mul(speed)).unwrap_or(Timestamp::MAX);
        self.write(Shown { shown: now, resume, speed: self.speed })?;
        *self.limit.lock().unwrap_or_else(PoisonError::into_inner) = resume;
        Ok(())
    }

    /// Replaces the file in one step. Not flushed to the disk: this is a clock
    /// for demonstrations, and after a loss of power it may go back.
    fn write(&self, shown: Shown) -> Result<(), ClockError> {
        let text = serde_json::to_vec(&shown).map_err(std::io::Error::other)?;
        let new = self.dir.join(format!("{FILE}.new"));
        std::fs::write(&new, text)?;
        Ok(std::fs::rename(new, self.dir.join(FILE))?)
    }
}

#[async_trait]
impl Clock for LastingClock {
    fn now(&self) -> Timestamp {
        self.fast.now().min(*self.limit.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn sleep_until(&self, at: Timestamp) {
        loop {
            self.fast.sleep_until(at).await;
            if self.now() >= at {
                return;
            }
            // Rounding, or the file is late.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const FIRST: &str = "2026-11-23T08:58:00Z";

    #[tokio::test(start_paused = true)]
    async fn a_killed_clock_goes_on_and_never_back() {
        let dir = tempfile::tempdir().unwrap();
        let clock = LastingClock::start(dir.path(), at(FIRST), 60).unwrap();
        assert_eq!(clock.now(), at(FIRST));
        tokio::time::sleep(Duration::from_millis(100)).await;
        clock.write_ahead().unwrap();
        tokio::time::sleep(Duration::from_millis(350)).await;
        let last = clock.now();
        assert_eq!(last, at("2026-11-23T08:58:27Z"));
        drop(clock);
        let again = LastingClock::start(dir.path(), at(FIRST), 60).unwrap();
        assert!(again.now() >= last, "{} after {last}", again.now());
        assert!(again.now() <= at("2026-11-23T08:58:30Z"), "{}", again.now());
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_file_that_is_ahead_it_stands_still() {
        let dir = tempfile::tempdir().unwrap();
        let clock = LastingClock::start(dir.path(), at(FIRST), 60).unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(clock.now(), at("2026-11-23T08:58:24Z"));
        clock.write_ahead().unwrap();
        assert_eq!(clock.now(), at("2026-11-23T09:58:00Z"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stopped_clock_goes_on_exactly_there() {
        let dir = tempfile::tempdir().unwrap();
        let clock = LastingClock::start(dir.path(), at(FIRST), 10).unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
        clock.stop().unwrap();
        let stopped = at("2026-11-23T08:58:02Z");
        let known = read(dir.path()).unwrap().unwrap();
        assert_eq!(known, Shown { shown: stopped, resume: stopped, speed: 10 });
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(clock.now(), stopped);
    }

    #[test]
    fn a_file_that_is_no_clock_is_refused_and_none_is_none() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(dir.path()).unwrap().is_none());
        std::fs::write(dir.path().join(FILE), "half past nine").unwrap();
        assert!(matches!(read(dir.path()), Err(ClockError::Unreadable)));
    }
}
