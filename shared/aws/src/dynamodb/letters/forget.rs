//! Deleting for good the letters that name a resident.

use super::find::{Walk, names};
use super::head::Head;
use super::place::behind;
use super::{LETTER, Letters, PORT, key};
use crate::dynamodb::Attempts;
use crate::dynamodb::consumed::Operation;
use crate::dynamodb::item::{Item, read_text, text};
use crate::dynamodb::schema::LETTERS;
use crate::dynamodb::write::Write;
use rollcall_domain::ids::{LetterId, ResidentId};
use rollcall_domain::letter::{Filter, What, Which};
use rollcall_ports::{Attempts as _, Fault, call_ids};

const FORGET: Operation = Operation { port: PORT, name: "forget" };

/// Writes of one transaction (API reference, TransactWriteItems).
const DELETED_AT_ONCE: usize = 100;

/// Calls read at a time.
const CALLS: u32 = 100;

impl Letters {
    /// Deletes the letters whose message names the resident, or named them
    /// before an edit. Interrupted, it is done by repeating it. Reads every
    /// letter.
    pub(super) async fn delete_about(&self, resident: ResidentId) -> Result<u64, Fault> {
        let ids = self.ids_of(resident).await?;
        let all = Filter { which: Which::All, ..Filter::default() };
        let mut walk = Walk::over(self, &all, &behind(None)?, FORGET);
        let mut forgotten = 0;
        while let Some(entry) = walk.next().await? {
            if self.names(entry.id, &ids).await? {
                self.delete(entry.id).await?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// By which messages name them: their id, and those of the calls to them. In
    /// small letters.
    async fn ids_of(&self, resident: ResidentId) -> Result<Vec<String>, Fault> {
        let calls = Attempts::new(&self.0);
        let (mut ids, mut from) = (vec![resident.to_string()], None);
        loop {
            let (attempts, next) = calls.of_resident(resident, from.as_ref(), CALLS).await?;
            for attempt in attempts {
                let contacts: Vec<_> =
                    attempt.facts.contact.iter().chain(&attempt.facts.next_contact).collect();
                ids.extend(call_ids(attempt.id, &contacts).into_iter().map(|id| id.to_ascii_lowercase()));
            }
            from = next;
            if from.is_none() {
                return Ok(ids);
            }
        }
    }

    async fn names(&self, letter: LetterId, ids: &[String]) -> Result<bool, Fault> {
        let Some(item) = self.0.get(FORGET, &LETTERS, key(letter.as_uuid(), LETTER)).await? else {
            return Ok(false);
        };
        let head = Head::read(&item)?;
        let contents = self.contents(FORGET, &head).await?;
        if contents.len() < head.apart().len() {
            // Whoever deleted the rest was interrupted: nobody else does.
            return Ok(true);
        }
        let letter = head.letter(&contents)?.value;
        let former = letter.history.iter().filter_map(|event| match &event.what {
            What::Edited { former, .. } => Some(former),
            _ => None,
        });
        Ok(former.chain([&letter.body]).any(|content| ids.iter().any(|id| names(content.as_bytes(), id))))
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
