use crate::{Cursor, Fault, Saved, Versioned};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::ids::{JobId, LetterId, ResidentId};
use rollcall_domain::letter::job::Job;
use rollcall_domain::letter::{Filter, Letter};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Which copy of which dead letter a message is. It travels beside the
/// message, never in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// The letter.
    pub letter: LetterId,
    /// The number of the copy.
    pub round: u32,
}

impl Replay {
    /// The name of the attribute that says it beside a message of a queue.
    pub const ATTRIBUTE: &'static str = "replay";
    /// Before what says it, where a record of a stream has no attributes: in
    /// its partition key, which no other record begins so.
    const KEY: &'static str = "replay/";

    /// The partition key of the copy as a record of a stream. Records commute,
    /// so that it does not matter where it goes.
    #[must_use]
    pub fn partition_key(&self) -> String {
        format!("{}{self}", Self::KEY)
    }

    /// The copy that a record with this partition key is, if it is one.
    #[must_use]
    pub fn of_partition_key(key: &str) -> Option<Self> {
        key.strip_prefix(Self::KEY)?.parse().ok()
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.letter, self.round)
    }
}

/// A text that names no copy of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of a letter, a slash and a number")]
pub struct NotAReplay;

impl FromStr for Replay {
    type Err = NotAReplay;

    fn from_str(text: &str) -> Result<Self, NotAReplay> {
        let (letter, round) = text.split_once('/').ok_or(NotAReplay)?;
        Ok(Self {
            letter: letter.parse().map_err(|_| NotAReplay)?,
            round: round.parse().map_err(|_| NotAReplay)?,
        })
    }
}

/// Letters of one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterGroup {
    /// The queue or stream they came from.
    pub source: String,
    /// Their cause: [`cause_of`](rollcall_domain::letter::cause_of) the reason.
    pub cause: String,
    /// Their kind.
    pub kind: String,
    /// How many are not over.
    pub letters: u64,
    /// How many of these are being replayed.
    pub replaying: u64,
    /// When the first of them was set aside (the last time).
    pub oldest_at: Timestamp,
    /// When the last of them was set aside.
    pub newest_at: Timestamp,
}

/// Dead letters as people work on them; [`DeadLetters`](crate::DeadLetters) is
/// where they come from.
#[async_trait]
pub trait Letters: Send + Sync {
    /// One letter, also one that is over.
    async fn get(&self, id: LetterId) -> Result<Option<Versioned<Letter>>, Fault>;

    /// Writes a letter back. MUST refuse with [`Saved::Changed`] when anybody,
    /// also a handler that set a copy of it aside or settled it, wrote since it
    /// was read. MUST be durable before it answers: a copy is sent next.
    async fn save(&self, letter: &Versioned<Letter>) -> Result<Saved, Fault>;

    /// Up to `most` letters that match, in the order in which they were first
    /// set aside, after the place `after` (`None`: from the start). None at all
    /// only at the end.
    async fn find(
        &self,
        filter: &Filter,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<Vec<(Cursor, Versioned<Letter>)>, Fault>;

    /// How many letters match.
    async fn tally(&self, filter: &Filter) -> Result<u64, Fault>;

    /// The letters that are not over by source, cause and kind, up to `most`
    /// groups, those of most letters first.
    async fn groups(&self, most: u32) -> Result<Vec<LetterGroup>, Fault>;

    /// Deletes for good all letters, with their edits and history, whose message
    /// names the resident; answers how many. A message names somebody by their
    /// id or by that of a call to them: to be asked while the calls are known.
    async fn forget(&self, resident: ResidentId) -> Result<u64, Fault>;
}

/// What became of sending a copy of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Resent {
    /// It was taken at least once.
    Done,
    /// It can never be sent there, for this reason.
    Never(&'static str),
}

/// Sends letters back where they came from.
#[async_trait]
pub trait Replays: Send + Sync {
    /// Sends `body` to the queue or stream `source` as the copy `replay`: what
    /// is received there MUST say so, also after it was received before, and
    /// whatever sets it aside MUST be told.
    async fn resend(&self, source: &str, body: &[u8], replay: Replay) -> Result<Resent, Fault>;
}

/// Replays of many letters.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// One job.
    async fn get(&self, id: JobId) -> Result<Option<Versioned<Job>>, Fault>;

    /// Adds a job (version 0) or writes one back; [`Saved::Changed`] when
    /// somebody else did since it was read.
    async fn save(&self, job: &Versioned<Job>) -> Result<Saved, Fault>;

    /// Up to `most` jobs, the newest first.
    async fn recent(&self, most: u32) -> Result<Vec<Versioned<Job>>, Fault>;

    /// Up to `most` jobs that are running, the oldest first.
    async fn running(&self, most: u32) -> Result<Vec<Versioned<Job>>, Fault>;
}

#[cfg(test)]
mod tests {
    use super::{NotAReplay, Replay};
    use rollcall_domain::ids::LetterId;

    #[test]
    fn a_copy_is_named_in_one_way() {
        let replay = Replay { letter: LetterId::of("rows", "17"), round: 3 };
        assert_eq!(replay.to_string().parse(), Ok(replay));
        assert_eq!(Replay::of_partition_key(&replay.partition_key()), Some(replay));
        assert_eq!(Replay::of_partition_key(&replay.to_string()), None);
        for text in [
            "",
            "/",
            "x/1",
            "6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1",
            "6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1/-1",
        ] {
            assert_eq!(text.parse::<Replay>(), Err(NotAReplay), "{text}");
        }
    }
}
