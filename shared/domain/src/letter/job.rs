//! The replay or discard of many letters: which, how fast, and how far it is. It is
//! stored, so that whoever is killed in the middle of it goes on, and anybody
//! can stop it.

use super::Filter;
use crate::ids::{JobId, LetterId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Letters a minute at most.
pub const FASTEST: u32 = 6_000;
/// Letters a minute, where nobody says how many.
pub const USUAL: u32 = 300;
/// Letters that can be named one by one.
pub const MOST_NAMED: usize = 500;
/// How much of the past may be made up for: a driver that comes once a second
/// sends what was due within it, one that comes after an hour does not storm.
const CATCH_UP: SignedDuration = SignedDuration::from_secs(1);

/// What a job does with its letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It sends them back to where they came from.
    #[default]
    Replay,
    /// It ends them: nobody needs them.
    Discard {
        /// Why.
        reason: String,
    },
}

/// The replay or discard of many letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What is done.
    #[serde(default)]
    pub deed: Deed,
    /// Who wants it.
    pub by: String,
    /// Since when. Letters that are set aside later are not part of it.
    pub started_at: Timestamp,
    /// How many letters a minute.
    pub per_minute: u32,
    /// Which.
    pub selection: Selection,
    /// Where it stands.
    pub state: JobState,
    /// Letters that were meant at its start.
    pub total: u64,
    /// Letters that were sent, or discarded.
    pub sent: u64,
    /// Letters that were no longer open when their turn came.
    pub skipped: u64,
    /// Behind which letter it goes on: a place in the list, or how many of
    /// those that were named.
    pub after: Option<String>,
    /// The letter that is being taken, and its place: whoever goes on begins
    /// with it.
    pub taking: Option<(LetterId, String)>,
    /// When the next letter may be sent.
    pub next_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who stopped it.
    pub stopped_by: Option<String>,
}

/// Which letters a job is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// These.
    Named(Vec<LetterId>),
    /// All that match, of those that are open.
    Matching(Filter),
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Letters are being sent.
    Running,
    /// Somebody stopped it.
    Stopped,
    /// Every letter had its turn.
    Finished,
}

impl Job {
    /// A replay that begins now; `per_minute` within 1 and [`FASTEST`].
    #[must_use]
    pub fn begin(
        id: JobId,
        by: &str,
        (selection, total): (Selection, u64),
        per_minute: u32,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            deed: Deed::Replay,
            by: by.to_owned(),
            started_at: now,
            per_minute: per_minute.clamp(1, FASTEST),
            selection,
            state: JobState::Running,
            total,
            sent: 0,
            skipped: 0,
            after: None,
            taking: None,
            next_at: now,
            ended_at: None,
            stopped_by: None,
        }
    }

    /// Whether a letter may be sent now.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state == JobState::Running && self.next_at <= now
    }

    /// A letter had its turn, and was `sent` or no longer open.
    pub fn took(&mut self, place: String, sent: bool, now: Timestamp) {
        self.after = Some(place);
        self.taking = None;
        if sent {
            self.sent += 1;
            let apart = SignedDuration::from_micros(60_000_000 / i64::from(self.per_minute.max(1)));
            let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
            self.next_at = self.next_at.max(earliest).checked_add(apart).unwrap_or(Timestamp::MAX);
        } else {
            self.skipped += 1;
        }
    }

    /// Every letter had its turn. Of those that match, the ones that others
    /// have taken meanwhile are not found any more: what is missing from the
    /// sum is they.
    pub fn finish(&mut self, now: Timestamp) {
        self.skipped = self.skipped.max(self.total.saturating_sub(self.sent));
        self.end(JobState::Finished, now);
    }

    /// Somebody stops it. Answers whether it was running.
    pub fn stop(&mut self, by: &str, now: Timestamp) -> bool {
        let was_running = self.state == JobState::Running;
        if was_running {
            self.stopped_by = Some(by.to_owned());
            self.end(JobState::Stopped, now);
        }
        was_running
    }

    fn end(&mut self, state: JobState, now: Timestamp) {
        self.state = state;
        self.ended_at = Some(now);
    }
}
