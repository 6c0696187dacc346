//! Deleting for good the letters that name a resident, and telling them what
//! they say.

use super::find::Walk;
use super::head::Head;
use super::place::behind;
use super::{LETTER, Letters, PORT, key};
use crate::dynamodb::consumed::Operation;
use crate::dynamodb::erasures::known_so_far;
use crate::dynamodb::item::{Item, read_text, text};
use crate::dynamodb::schema::LETTERS;
use crate::dynamodb::write::Write;
use rollcall_domain::ids::{LetterId, ResidentId};
use rollcall_domain::letter::{Filter, Letter, What, Which};
use rollcall_ports::{Fault, Known};

const FORGET: Operation = Operation { port: PORT, name: "forget" };

/// Writes of one transaction (API reference, TransactWriteItems).
const DELETED_AT_ONCE: usize = 100;

/// What a letter is to somebody.
enum About {
    Nothing,
    /// Whoever deleted the rest of it was interrupted: nobody else does.
    Remains,
    Them(Box<Letter>),
}

impl Letters {
    /// Deletes the letters that are about the resident, or were before an edit.
    /// Interrupted, it is done by repeating it. Reads every letter.
    pub(super) async fn delete_about(&self, resident: ResidentId) -> Result<u64, Fault> {
        let known = known_so_far(&self.0, FORGET, resident).await?;
        let all = Filter { which: Which::All, ..Filter::default() };
        let mut walk = Walk::over(self, &all, &behind(None)?, FORGET);
        let mut forgotten = 0;
        while let Some(entry) = walk.next().await? {
            if !matches!(self.about_whom(entry.id, &known).await?, About::Nothing) {
                self.delete(entry.id).await?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// What the letters say that are about somebody. Reads every letter.
    pub(in crate::dynamodb) async fn about(&self, known: &Known) -> Result<Vec<String>, Fault> {
        let all = Filter { which: Which::All, ..Filter::default() };
        let mut walk = Walk::over(self, &all, &behind(None)?, FORGET);
        let mut found = Vec::new();
        while let Some(entry) = walk.next().await? {
            if let About::Them(letter) = self.about_whom(entry.id, known).await? {
                found.push(String::from_utf8_lossy(letter.body.as_bytes()).into_owned());
            }
        }
        Ok(found)
    }

    async fn about_whom(&self, letter: LetterId, known: &Known) -> Result<About, Fault> {
        let Some(item) = self.0.get(FORGET, &LETTERS, key(letter.as_uuid(), LETTER)).await? else {
            return Ok(About::Nothing);
        };
        let head = Head::read(&item)?;
        let contents = self.contents(FORGET, &head).await?;
        if contents.len() < head.apart().len() {
            return Ok(About::Remains);
        }
        let letter = head.letter(&contents)?.value;
        let told = letter.history.iter().any(|event| match &event.what {
            What::Edited { former, reason, .. } => {
                known.is_in(former.as_bytes()) || known.is_in_words(reason)
            }
            What::Discarded { reason, .. } => known.is_in_words(reason),
            What::Parked { .. } | What::Replayed { .. } | What::Sent | What::Applied => false,
        });
        let theirs = told || known.is_in(letter.body.as_bytes());
        Ok(if theirs { About::Them(Box::new(letter)) } else { About::Nothing })
    }

    /// Deletes all parts of a letter, itself last: until then it is found
    /// again. "content#…" stands before "letter".
    async fn delete(&self, letter: LetterId) -> Result<(), Fault> {
        for keys in self.parts(letter).await?.chunks(DELETED_AT_ONCE) {
            let writes: Vec<Write> = keys.iter().map(|key| Write::delete(LETTERS, key.clone())).collect();
            // Without conditions none is refused.
            self.0.transact(FORGET, &writes).await?;
        }
        Ok(())
    }

    async fn parts(&self, letter: LetterId) -> Result<Vec<Item>, Fault> {
        let (mut keys, mut from) = (Vec::new(), None);
        loop {
            let answer = self
                .0
                .query(&LETTERS, None)
                .key_condition_expression("#id = :id")
                .expression_attribute_names("#id", "id")
                .expression_attribute_names("#part", "part")
                .expression_attribute_values(":id", text(letter))
                .projection_expression("#id, #part")
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.0.noted(FORGET, answer)?;
            for entry in answer.items() {
                keys.push(key(letter.as_uuid(), read_text(PORT, entry, "part")?));
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(keys);
            }
        }
    }
}
