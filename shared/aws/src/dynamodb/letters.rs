//! Dead letters, with what became of them.
//!
//! A letter is one item under `letter` and, where what it holds or held before
//! an edit is large, pieces under `content#…` beside it: DynamoDB takes 400 kB
//! an item, a queue 1 MiB a message. Pieces are written first, under a name that
//! their bytes give, and count when the letter names them.
//!
//! All that letters are searched by, but for the resident, stands in their
//! place in the index: groups, counts and searches read no letter that they do
//! not show. What is found is read again before anything is done with it.
//!
//! Absent on purpose: the messages that SQS and Lambda set aside by themselves
//! and nobody has collected yet ([`sqs::Arrivals`](crate::sqs::Arrivals)).

mod content;
mod find;
mod forget;
mod head;
mod jobs;
mod place;

pub use jobs::Jobs;

use super::consumed::Operation;
use super::item::{Item, item, number, text};
use super::schema::LETTERS;
use super::write::{Write, Written};
use super::{Dynamo, TRIES, back_off};
use async_trait::async_trait;
use head::Head;
use jiff::Timestamp;
use place::{ENDED, Entry, WAITING};
use rollcall_contracts::letters::label;
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::{LetterId, ResidentId};
use rollcall_domain::letter::{Filter, LONGEST_REASON, Letter, Parking};
use rollcall_ports::{Cursor, DeadLetter, DeadLetters, Fault, LetterGroup, Replay, Saved, Versioned};
use uuid::Uuid;

const PORT: &str = "dead_letters";
const PARK: Operation = Operation { port: PORT, name: "park" };
const APPLIED: Operation = Operation { port: PORT, name: "applied" };
const COUNT: Operation = Operation { port: PORT, name: "count" };
const GET: Operation = Operation { port: PORT, name: "get" };
const SAVE: Operation = Operation { port: PORT, name: "save" };

/// The part of a letter that is not its contents.
const LETTER: &str = "letter";

/// The dead letters.
#[derive(Clone, Debug)]
pub struct Letters(Dynamo);

impl Letters {
    /// The letters in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }

    async fn read(&self, operation: Operation, id: LetterId) -> Result<Option<Versioned<Letter>>, Fault> {
        match self.0.get(operation, &LETTERS, key(id.as_uuid(), LETTER)).await? {
            Some(item) => self.whole(operation, &Head::read(&item)?).await.map(Some),
            None => Ok(None),
        }
    }

    /// Writes a letter if its stored version is the one given; 0 for none.
    async fn write(&self, operation: Operation, letter: &Versioned<Letter>) -> Result<Saved, Fault> {
        let Versioned { value, version } = letter;
        let (head, apart) = Head::of(value);
        self.keep_apart(operation, value.id, &apart).await?;
        let list = if value.state.is_ended() { ENDED } else { WAITING };
        let mut new = item([
            ("id", text(value.id)),
            ("part", text(LETTER)),
            ("version", number(version + 1)),
            ("listed", number(list)),
            ("place", text(Entry::of(value).place())),
            ("data", super::item::json(PORT, &head)?),
        ]);
        self.0.ages(&mut new, Class::Letters, value.over_since());
        let put = Write::put(LETTERS, new).only_if_version(*version);
        if let Written::Refused(_) = self.0.write(operation, put).await? {
            return Ok(Saved::Changed);
        }
        // Only now: pieces of a letter that is open after all must not go. Whoever is
        // killed here leaves pieces that nobody names.
        if value.over_since().is_some() {
            self.put_pieces(operation, value, &apart).await?;
        }
        Ok(Saved::Done(version + 1))
    }

    /// Reads a letter, changes it and writes it back, again while others write
    /// at the same moment. Answers whether there is such a letter.
    async fn change(
        &self,
        operation: Operation,
        id: LetterId,
        change: impl Fn(&mut Letter) -> bool + Send,
    ) -> Result<bool, Fault> {
        for tries in 1..=TRIES {
            let Some(mut found) = self.read(operation, id).await? else { return Ok(false) };
            if !change(&mut found.value) {
                return Ok(true);
            }
            if let Saved::Done(_) = self.write(operation, &found).await? {
                return Ok(true);
            }
            back_off(tries).await;
        }
        // The message comes again, and finds them done.
        Err(Fault::Throttled(PORT))
    }
}

#[async_trait]
impl DeadLetters for Letters {
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault> {
        let DeadLetter { source, message_id, reason, handler, parked_at, receives, body, replay } = letter;
        // Of a program, not of a person: usually a few words, and never so long
        // that its letter could not be stored.
        let reason: String = reason.chars().take(LONGEST_REASON).collect();
        let how = Parking { reason: &reason, handler, at: *parked_at, receives: *receives };
        if let Some(Replay { letter, round }) = *replay
            && self.change(PARK, letter, |letter| letter.park_again(round, how)).await?
        {
            return Ok(());
        }
        let message = (label(body).kind.to_owned(), body.clone());
        let letter = Letter::parked(source, message_id, message, how);
        // Refused, its message is a letter already.
        let _refused_or_done: Saved = self.write(PARK, &Versioned { value: letter, version: 0 }).await?;
        Ok(())
    }

    async fn applied(&self, replay: Replay, at: Timestamp) -> Result<(), Fault> {
        self.change(APPLIED, replay.letter, |letter| letter.apply(replay.round, at)).await.map(drop)
    }

    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault> {
        let found = self.search(&Filter::default(), after, most).await?;
        Ok(found.into_iter().map(|(place, found)| (place, parked(found.value))).collect())
    }

    async fn count(&self) -> Result<u64, Fault> {
        let [list] = LETTERS.indexes else { return Ok(0) };
        self.0.count_part(COUNT, (&LETTERS, list), WAITING).await
    }
}

#[async_trait]
impl rollcall_ports::Letters for Letters {
    async fn get(&self, id: LetterId) -> Result<Option<Versioned<Letter>>, Fault> {
        self.read(GET, id).await
    }

    async fn save(&self, letter: &Versioned<Letter>) -> Result<Saved, Fault> {
        self.write(SAVE, letter).await
    }

    async fn find(
        &self,
        filter: &Filter,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<Vec<(Cursor, Versioned<Letter>)>, Fault> {
        self.search(filter, after, most).await
    }

    async fn tally(&self, filter: &Filter) -> Result<u64, Fault> {
        self.counted(filter).await
    }

    async fn groups(&self, most: u32) -> Result<Vec<LetterGroup>, Fault> {
        self.grouped(most).await
    }

    async fn forget(&self, resident: ResidentId) -> Result<u64, Fault> {
        self.delete_about(resident).await
    }
}

/// As it was set aside.
fn parked(letter: Letter) -> DeadLetter {
    DeadLetter {
        body: letter.body.as_bytes().to_vec(),
        source: letter.source,
        message_id: letter.message_id,
        reason: letter.reason,
        handler: letter.handler,
        parked_at: letter.parked_at,
        receives: letter.receives,
        replay: None,
    }
}

/// The key of one part of a letter.
fn key(id: &Uuid, part: &str) -> Item {
    item([("id", text(id)), ("part", text(part))])
}
