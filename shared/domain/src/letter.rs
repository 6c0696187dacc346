//! A dead letter: a message that was set aside, what people did with it, and
//! what became of it.
//!
//! Letters only ever go forward: a copy that is sent carries the round in
//! which it was sent, and what is told of a copy counts only where it tells of
//! the present content. So the same message may be replayed twice, late, or all
//! at once: "applied" outranks "parked again" within a round, and nothing that a
//! person ended is opened by a copy that comes late.

mod content;
mod filter;
pub mod job;

pub use content::Content;
pub use filter::{Filter, Which, cause_of};

use crate::ids::{JobId, LetterId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Characters of a reason at most.
pub const LONGEST_REASON: usize = 300;
/// Bytes of an edited message at most: as much as every queue takes.
pub const LARGEST_EDIT: usize = 262_144;
/// Events of one letter that are kept; of more, edits and the first are.
pub const MOST_EVENTS: usize = 200;

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterState {
    /// It waits for a person.
    Open,
    /// A copy of it is on its way to the handler, or about to be.
    Replaying,
    /// The handler has settled it.
    Applied,
    /// A person decided that it is not needed.
    Discarded,
}

impl LetterState {
    /// Whether nothing will happen to it any more.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Applied | Self::Discarded)
    }

    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Replaying => "replaying",
            Self::Applied => "applied",
            Self::Discarded => "discarded",
        }
    }
}

/// A message that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its id.
    pub id: LetterId,
    /// The queue or stream it came from.
    pub source: String,
    /// The id of the message there.
    pub message_id: String,
    /// What kind of message it is, as far as anybody can tell.
    pub kind: String,
    /// Where it stands.
    pub state: LetterState,
    /// Why it was set aside the last time.
    pub reason: String,
    /// What set it aside the last time.
    pub handler: String,
    /// When it was set aside the first time.
    pub first_parked_at: Timestamp,
    /// When it was set aside the last time.
    pub parked_at: Timestamp,
    /// How often it had been received then.
    pub receives: u32,
    /// What a replay sends.
    pub body: Content,
    /// How often it was replayed: the number of the last copy.
    pub round: u32,
    /// The number of the first copy that has, or will have, this content.
    pub body_since: u32,
    /// What became of it, the oldest first.
    pub history: Vec<Event>,
}

/// Something that became of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It was set aside.
    Parked {
        /// Why.
        reason: String,
        /// What did so.
        handler: String,
        /// How often it had been received.
        receives: u32,
    },
    /// Somebody wrote it anew.
    Edited {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// What it was before.
        former: Content,
    },
    /// Somebody wants it handled again.
    Replayed {
        /// Who.
        by: String,
        /// As part of what.
        job: Option<JobId>,
    },
    /// A copy of it was sent.
    Sent,
    /// A handler has settled a copy of it.
    Applied,
    /// Somebody decided that it is not needed.
    Discarded {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// As part of what.
        #[serde(default)]
        job: Option<JobId>,
    },
}

impl What {
    /// A stable word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Parked { .. } => "parked",
            Self::Edited { .. } => "edited",
            Self::Replayed { .. } => "replayed",
            Self::Sent => "sent",
            Self::Applied => "applied",
            Self::Discarded { .. } => "discarded",
        }
    }
}

/// How a message comes to be set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parking<'a> {
    /// Why, without its content.
    pub reason: &'a str,
    /// What sets it aside.
    pub handler: &'a str,
    /// When.
    pub at: Timestamp,
    /// How often it had been received.
    pub receives: u32,
}

/// Why something cannot be done with a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is over.
    #[error("it was {} already", .0.word())]
    Ended(LetterState),
    /// A copy is on its way.
    #[error("a copy of it is on its way; wait until that is applied or set aside again")]
    OnItsWay,
    /// No reason was given.
    #[error("a reason of 1 to {LONGEST_REASON} characters")]
    Reason,
    /// Too much was written.
    #[error("at most {LARGEST_EDIT} bytes")]
    TooLarge,
}

impl Letter {
    /// A message that is set aside for the first time.
    #[must_use]
    pub fn parked(source: &str, message_id: &str, (kind, body): (String, Vec<u8>), how: Parking<'_>) -> Self {
        let mut letter = Self {
            id: LetterId::of(source, message_id),
            source: source.to_owned(),
            message_id: message_id.to_owned(),
            kind,
            state: LetterState::Open,
            reason: String::new(),
            handler: String::new(),
            first_parked_at: how.at,
            parked_at: how.at,
            receives: 0,
            body: Content::new(body),
            round: 0,
            body_since: 1,
            history: Vec::new(),
        };
        letter.set_aside(how);
        letter
    }

    /// The copy of this round was set aside. Answers whether that is news: it
    /// is not of a copy that another one has followed, nor of a letter that is
    /// not being replayed.
    pub fn park_again(&mut self, round: u32, how: Parking<'_>) -> bool {
        let is_news = self.state == LetterState::Replaying && round == self.round;
        if is_news {
            self.state = LetterState::Open;
            self.set_aside(how);
        }
        is_news
    }

    /// A handler has settled the copy of this round. Answers whether that is
    /// news: it is not of a copy that had another content, nor of a letter that
    /// is over.
    pub fn apply(&mut self, round: u32, at: Timestamp) -> bool {
        let is_ours = (self.body_since..=self.round).contains(&round);
        let is_news = is_ours && !self.state.is_ended();
        if is_news {
            self.state = LetterState::Applied;
            self.note(at, What::Applied);
        }
        is_news
    }

    /// Writes it anew; what it was is kept.
    ///
    /// # Errors
    /// When it is not open, or without a reason, or far too large.
    pub fn edit(
        &mut self,
        (kind, body): (String, Vec<u8>),
        (by, reason): (&str, &str),
        at: Timestamp,
    ) -> Result<(), Refusal> {
        self.must_be_open()?;
        let reason = given(reason)?;
        if body.len() > LARGEST_EDIT {
            return Err(Refusal::TooLarge);
        }
        let former = std::mem::replace(&mut self.body, Content::new(body));
        self.kind = kind;
        self.body_since = self.round.saturating_add(1);
        self.note(at, What::Edited { by: by.to_owned(), reason, former });
        Ok(())
    }

    /// Somebody wants it handled again; a copy is to be sent next, under the
    /// round that is answered. A letter whose copy is on its way may be sent
    /// again: nobody can tell whether a copy was lost.
    ///
    /// # Errors
    /// When it is over.
    pub fn replay(&mut self, by: &str, job: Option<JobId>, at: Timestamp) -> Result<u32, Refusal> {
        if self.state.is_ended() {
            return Err(Refusal::Ended(self.state));
        }
        self.state = LetterState::Replaying;
        self.round = self.round.saturating_add(1);
        self.note(at, What::Replayed { by: by.to_owned(), job });
        Ok(self.round)
    }

    /// The copy of this round was sent. Answers whether that is news.
    pub fn sent(&mut self, round: u32, at: Timestamp) -> bool {
        let is_news = round == self.round && self.unsent_since().is_some();
        if is_news {
            self.note(at, What::Sent);
        }
        is_news
    }

    /// Since when it is known that a copy is to be sent, and not known that it
    /// was.
    #[must_use]
    pub fn unsent_since(&self) -> Option<Timestamp> {
        let last = self.history.last().filter(|_| self.state == LetterState::Replaying)?;
        matches!(last.what, What::Replayed { .. }).then_some(last.at)
    }

    /// Whether this job has wanted it handled again, or has ended it.
    #[must_use]
    pub fn was_taken_by(&self, wanted: JobId) -> bool {
        let by = |event: &Event| match event.what {
            What::Replayed { job, .. } | What::Discarded { job, .. } => job == Some(wanted),
            _ => false,
        };
        self.history.iter().any(by)
    }

    /// It is not needed.
    ///
    /// # Errors
    /// When it is not open, or without a reason.
    pub fn discard(&mut self, by: &str, reason: &str, at: Timestamp) -> Result<(), Refusal> {
        self.end((by, reason), None, at)
    }

    /// It is one of many that are not needed.
    ///
    /// # Errors
    /// When it is not open, or without a reason.
    pub fn discard_with_many(
        &mut self,
        job: JobId,
        (by, reason): (&str, &str),
        at: Timestamp,
    ) -> Result<(), Refusal> {
        self.end((by, reason), Some(job), at)
    }

    fn end(&mut self, (by, reason): (&str, &str), job: Option<JobId>, at: Timestamp) -> Result<(), Refusal> {
        self.must_be_open()?;
        let reason = given(reason)?;
        self.state = LetterState::Discarded;
        self.note(at, What::Discarded { by: by.to_owned(), reason, job });
        Ok(())
    }

    fn must_be_open(&self) -> Result<(), Refusal> {
        match self.state {
            LetterState::Open => Ok(()),
            LetterState::Replaying => Err(Refusal::OnItsWay),
            LetterState::Applied | LetterState::Discarded => Err(Refusal::Ended(self.state)),
        }
    }

    fn set_aside(&mut self, Parking { reason, handler, at, receives }: Parking<'_>) {
        (self.reason, self.handler) = (reason.to_owned(), handler.to_owned());
        (self.parked_at, self.receives) = (at, receives);
        self.note(at, What::Parked { reason: reason.to_owned(), handler: handler.to_owned(), receives });
    }

    fn note(&mut self, at: Timestamp, what: What) {
        self.history.push(Event { at, what });
        if self.history.len() > MOST_EVENTS {
            let is_edit = |event: &Event| matches!(event.what, What::Edited { .. });
            let least = self.history.iter().skip(1).position(|event| !is_edit(event)).map_or(1, |at| at + 1);
            self.history.remove(least);
        }
    }
}

/// A reason as it is kept.
///
/// # Errors
/// [`Refusal::Reason`] when there is none, or far too much.
pub fn given(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    let is_reason = !reason.is_empty() && reason.chars().count() <= LONGEST_REASON;
    is_reason.then(|| reason.to_owned()).ok_or(Refusal::Reason)
}
