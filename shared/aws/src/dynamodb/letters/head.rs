//! A letter without its large contents.

use super::PORT;
use super::content::name_of;
use crate::dynamodb::item::{Item, from_json, read_number, read_uuid, unreadable};
use jiff::Timestamp;
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::{Content, Event, Letter, LetterState, What};
use rollcall_ports::{Fault, Versioned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Bytes of contents that stand in the item itself, the present one first. As
/// JSON they may take six times as much; the longest history that is kept takes
/// 300 kB beside them, an item 400 kB.
const HERE: usize = 8_192;

/// What is stored of a letter.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    source: String,
    message_id: String,
    kind: String,
    state: LetterState,
    reason: String,
    handler: String,
    first_parked_at: Timestamp,
    parked_at: Timestamp,
    receives: u32,
    body: Kept,
    round: u32,
    body_since: u32,
    /// Without what was before an edit.
    history: Vec<Event>,
    /// What was before each edit, in their order.
    former: Vec<Kept>,
}

/// Where a content is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Here(Content),
    /// In pieces under this name.
    Apart {
        name: Uuid,
        bytes: usize,
    },
}

/// A letter as its item has it.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) id: Uuid,
    version: u64,
    stored: Stored,
}

/// Contents that are in pieces, by name.
pub(super) type Contents = BTreeMap<Uuid, Vec<u8>>;

impl Head {
    /// What is stored of a letter, and the contents that are too large for it.
    pub(super) fn of(letter: &Letter) -> (impl Serialize + use<>, Contents) {
        let mut keeper = Keeper { left: HERE, apart: Contents::new() };
        let body = keeper.keep(&letter.body);
        let mut former = Vec::new();
        let history = letter.history.iter().map(|event| {
            let mut event = event.clone();
            if let What::Edited { former: content, .. } = &mut event.what {
                former.push(keeper.keep(content));
                *content = Content::new(Vec::new());
            }
            event
        });
        let history = history.collect();
        let stored = Stored {
            source: letter.source.clone(),
            message_id: letter.message_id.clone(),
            kind: letter.kind.clone(),
            state: letter.state,
            reason: letter.reason.clone(),
            handler: letter.handler.clone(),
            first_parked_at: letter.first_parked_at,
            parked_at: letter.parked_at,
            receives: letter.receives,
            body,
            round: letter.round,
            body_since: letter.body_since,
            history,
            former,
        };
        (stored, keeper.apart)
    }

    pub(super) fn read(item: &Item) -> Result<Self, Fault> {
        Ok(Self {
            id: read_uuid(PORT, item, "id")?,
            version: read_number(PORT, item, "version")?,
            stored: from_json(PORT, item)?,
        })
    }

    /// The contents that it has apart, by name, with their size.
    pub(super) fn apart(&self) -> BTreeMap<Uuid, usize> {
        let all = self.stored.former.iter().chain([&self.stored.body]);
        let apart = all.filter_map(|kept| match kept {
            Kept::Here(_) => None,
            Kept::Apart { name, bytes } => Some((*name, *bytes)),
        });
        apart.collect()
    }

    /// The letter, with the contents that it has apart.
    pub(super) fn letter(&self, contents: &Contents) -> Result<Versioned<Letter>, Fault> {
        let content = |kept: &Kept| match kept {
            Kept::Here(content) => Ok(content.clone()),
            Kept::Apart { name, .. } => {
                let bytes = contents.get(name).ok_or_else(|| unreadable(PORT, "content"))?;
                Ok(Content::new(bytes.clone()))
            }
        };
        let stored = &self.stored;
        let mut before = stored.former.iter();
        let mut history = stored.history.clone();
        for event in &mut history {
            if let What::Edited { former, .. } = &mut event.what {
                *former = content(before.next().ok_or_else(|| unreadable(PORT, "history"))?)?;
            }
        }
        let letter = Letter {
            id: LetterId::from_uuid(self.id),
            source: stored.source.clone(),
            message_id: stored.message_id.clone(),
            kind: stored.kind.clone(),
            state: stored.state,
            reason: stored.reason.clone(),
            handler: stored.handler.clone(),
            first_parked_at: stored.first_parked_at,
            parked_at: stored.parked_at,
            receives: stored.receives,
            body: content(&stored.body)?,
            round: stored.round,
            body_since: stored.body_since,
            history,
        };
        Ok(Versioned { value: letter, version: self.version })
    }
}

/// Decides where contents go.
struct Keeper {
    left: usize,
    apart: Contents,
}

impl Keeper {
    fn keep(&mut self, content: &Content) -> Kept {
        let bytes = content.as_bytes();
        if let Some(left) = self.left.checked_sub(bytes.len()) {
            self.left = left;
            return Kept::Here(content.clone());
        }
        let name = name_of(bytes);
        self.apart.insert(name, bytes.to_vec());
        Kept::Apart { name, bytes: bytes.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::Head;
    use crate::dynamodb::item::{item, json, number, text};
    use rollcall_domain::letter::{Letter, MOST_EVENTS, Parking};

    fn letter(body: Vec<u8>) -> Letter {
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        let how = Parking { reason: "cut", handler: "loader", at, receives: 1 };
        Letter::parked("rows", "1", ("unreadable".to_owned(), body), how)
    }

    #[test]
    fn a_letter_comes_back_as_it_was_whatever_its_contents() {
        let mut letter = letter(vec![1; 300_000]);
        let at = letter.parked_at;
        for (n, size) in [10_usize, 262_144, 0, 5_000, 5_000].into_iter().enumerate() {
            let body = ("unreadable".to_owned(), vec![u8::try_from(n).unwrap(); size]);
            letter.edit(body, ("joe", "a try"), at).unwrap();
        }
        let (stored, apart) = Head::of(&letter);
        assert_eq!(apart.values().map(Vec::len).collect::<std::collections::BTreeSet<_>>().len(), 3);
        let item =
            item([("id", text(letter.id)), ("version", number(7)), ("data", json("test", &stored).unwrap())]);
        let head = Head::read(&item).unwrap();
        assert_eq!(head.apart().len(), apart.len());
        let read = head.letter(&apart).unwrap();
        assert_eq!((read.value, read.version), (letter, 7));
        assert!(head.letter(&super::Contents::new()).is_err(), "never a letter without its content");
    }

    #[test]
    fn the_longest_history_fits_into_an_item() {
        // Control characters take six bytes in JSON, and a reason may be of four-byte characters.
        let mut letter = letter(vec![1; super::HERE]);
        let at = letter.parked_at;
        let reason = "\u{1F600}".repeat(300);
        for _ in 0..MOST_EVENTS + 9 {
            let body = ("unreadable".to_owned(), vec![1; 9_000]);
            letter.edit(body, ("somebody@anytown.example", &reason), at).unwrap();
        }
        let (stored, _) = Head::of(&letter);
        let bytes = serde_json::to_vec(&stored).unwrap().len();
        assert!(bytes < 395_000, "{bytes}");
    }
}
