//! What people do with dead letters: the one way in which they are edited,
//! replayed and discarded, for the portal's API and for the command line.
//!
//! Each deed is in the audit log before it is done, and each write of a letter
//! is on the condition that nobody, person or handler, wrote since it was read.
//!
//! A replay writes its intention, sends a copy, then notes that it was sent.
//! Killed between the first two, it leaves a letter that says "a copy is to be
//! sent" and not "was sent": [`Workbench::mend`] sends it. Killed after, the copy
//! is on its way and tells the letter itself what becomes of it. A copy that is
//! sent twice is handled twice, which no handler minds.
//!
//! [`Collector`] makes letters of what queues and services set aside by
//! themselves.
//!
//! Absent on purpose: any decision about what may become of a letter, which is
//! the domain's.

mod collecting;
mod jobs;

pub use collecting::Collector;

use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::letters::{label, readable};
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::{Filter, Letter, LetterState, Parking, Refusal, Which};
use rollcall_ports::{
    Audit, AuditEntry, Clock, Fault, Jobs, Letters, Replay, Replays, Resent, Saved, Versioned,
};
use std::sync::Arc;

/// After this, whoever wanted to send a copy is taken to have been interrupted.
const INTERRUPTED_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// Letters that are being replayed and are looked at in one go.
const LOOKED_AT: u32 = 200;

/// Dead letters, and all that it takes to work on them.
#[derive(Clone)]
pub struct Workbench {
    /// The letters.
    pub letters: Arc<dyn Letters>,
    /// Sends them back.
    pub replays: Arc<dyn Replays>,
    /// Replays of many.
    pub jobs: Arc<dyn Jobs>,
    /// Who did what.
    pub audit: Arc<dyn Audit>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// There is no such letter or job.
    #[error("there is no such thing")]
    Missing,
    /// Somebody else wrote since it was read.
    #[error("somebody else changed it since it was read")]
    Changed,
    /// The letter does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The handler could not read the new message either.
    #[error("its handler could not read it: {0}")]
    Unreadable(String),
    /// The outside did not behave.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A letter at the version in which somebody saw it.
pub type Seen = (LetterId, u64);

impl Workbench {
    /// A letter.
    ///
    /// # Errors
    /// [`Stopped::Missing`], and faults.
    pub async fn letter(&self, id: LetterId) -> Result<Versioned<Letter>, Stopped> {
        self.letters.get(id).await?.ok_or(Stopped::Missing)
    }

    /// Writes a letter anew, if its handler can read what is new.
    ///
    /// # Errors
    /// As [`Stopped`] says.
    pub async fn edit(
        &self,
        by: &str,
        seen: Seen,
        (message, reason): (&str, &str),
    ) -> Result<Versioned<Letter>, Stopped> {
        let mut letter = self.as_seen(seen).await?;
        let body = (label(message.as_bytes()).kind.to_owned(), message.as_bytes().to_vec());
        letter.value.edit(body, (by, reason), self.clock.now())?;
        readable(&letter.value.source, message.as_bytes()).map_err(Stopped::Unreadable)?;
        self.write(by, "letter.edit", letter).await
    }

    /// Ends a letter that is not needed.
    ///
    /// # Errors
    /// As [`Stopped`] says.
    pub async fn discard(&self, by: &str, seen: Seen, reason: &str) -> Result<Versioned<Letter>, Stopped> {
        let mut letter = self.as_seen(seen).await?;
        letter.value.discard(by, reason, self.clock.now())?;
        self.write(by, "letter.discard", letter).await
    }

    /// Sends a letter back to where it came from.
    ///
    /// # Errors
    /// As [`Stopped`] says. After a fault the copy may have been sent, or is
    /// sent by [`Workbench::mend`].
    pub async fn replay(&self, by: &str, seen: Seen) -> Result<Versioned<Letter>, Stopped> {
        let mut letter = self.as_seen(seen).await?;
        letter.value.replay(by, None, self.clock.now())?;
        let letter = self.write(by, "letter.replay", letter).await?;
        Ok(self.send(letter).await?)
    }

    /// Sends the copies that somebody wanted to send when they were interrupted.
    ///
    /// # Errors
    /// When the outside did not behave; the rest is sent the next time.
    pub async fn mend(&self) -> Result<(), Fault> {
        let before = self.clock.now().checked_sub(INTERRUPTED_AFTER).unwrap_or(Timestamp::MIN);
        let filter = Filter { which: Which::Only(LetterState::Replaying), ..Filter::default() };
        let mut after = None;
        loop {
            let found = self.letters.find(&filter, after.as_ref(), LOOKED_AT).await?;
            let Some((place, _)) = found.last() else { return Ok(()) };
            after = Some(place.clone());
            for (_, letter) in found {
                if letter.value.unsent_since().is_some_and(|since| since <= before) {
                    self.send(letter).await?;
                }
            }
        }
    }

    /// Writes something into the log. A repeat with the same key is the same
    /// deed.
    async fn log(&self, key: String, by: &str, (action, detail): (&str, String)) -> Result<(), Fault> {
        let entry = AuditEntry {
            key,
            at: self.clock.now(),
            actor: by.to_owned(),
            action: action.to_owned(),
            resident: None,
            detail,
        };
        self.audit.record(&entry).await
    }

    async fn as_seen(&self, (id, version): Seen) -> Result<Versioned<Letter>, Stopped> {
        let letter = self.letter(id).await?;
        if letter.version == version { Ok(letter) } else { Err(Stopped::Changed) }
    }

    /// Writes a deed into the log, then does it.
    async fn write(
        &self,
        by: &str,
        action: &str,
        letter: Versioned<Letter>,
    ) -> Result<Versioned<Letter>, Stopped> {
        let (id, version) = (letter.value.id, letter.version);
        self.log(format!("{action} {id} {version} {by}"), by, (action, id.to_string())).await?;
        match self.letters.save(&letter).await? {
            Saved::Done(version) => Ok(Versioned { version, ..letter }),
            Saved::Changed => {
                let detail = format!("{id}: {action} came to nothing: somebody else wrote first");
                self.log(format!("no {action} {id} {version} {by}"), by, ("letter.unchanged", detail))
                    .await?;
                Err(Stopped::Changed)
            }
        }
    }

    /// Sends the copy that the letter says is to be sent, and notes that it was.
    async fn send(&self, letter: Versioned<Letter>) -> Result<Versioned<Letter>, Fault> {
        let Letter { id, round, .. } = letter.value;
        let replay = Replay { letter: id, round };
        let resent = self.replays.resend(&letter.value.source, letter.value.body.as_bytes(), replay).await?;
        let (mut letter, now) = (letter, self.clock.now());
        match resent {
            Resent::Done => {
                letter.value.sent(round, now);
            }
            Resent::Never(reason) => {
                letter.value.park_again(round, Parking { reason, handler: "replay", at: now, receives: 0 });
            }
        }
        match self.letters.save(&letter).await? {
            Saved::Done(version) => Ok(Versioned { version, ..letter }),
            // A handler was faster than this note, which is not needed then.
            Saved::Changed => Ok(self.letters.get(id).await?.unwrap_or(letter)),
        }
    }
}
