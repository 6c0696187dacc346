//! Contents that are too large for the item of their letter.

use super::head::{Contents, Head};
use super::{LETTER, Letters, key};
use crate::dynamodb::consumed::Operation;
use crate::dynamodb::item::{Item, read_text};
use crate::dynamodb::schema::LETTERS;
use crate::dynamodb::write::Write;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use jiff::Timestamp;
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::Letter;
use rollcall_ports::{Fault, Versioned};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Bytes of one piece; an item takes 400 kB with its keys (Developer Guide,
/// quotas).
const PIECE: usize = 380_000;

/// The name of a content: the same bytes have the same, so that writing it
/// again changes nothing.
pub(super) fn name_of(bytes: &[u8]) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, bytes)
}

/// The parts under which a content of so many bytes lies.
fn parts(name: &Uuid, bytes: usize) -> impl Iterator<Item = String> {
    (0..bytes.div_ceil(PIECE)).map(move |number| format!("content#{name}#{number:04}"))
}

impl Letters {
    /// Writes the contents that the stored letter does not name yet.
    pub(super) async fn keep_apart(
        &self,
        operation: Operation,
        id: LetterId,
        apart: &Contents,
    ) -> Result<(), Fault> {
        if apart.is_empty() {
            return Ok(());
        }
        let stored = self.0.get(operation, &LETTERS, key(id.as_uuid(), LETTER)).await?;
        let there = stored.map(|item| Head::read(&item)).transpose()?.map(|head| head.apart());
        let there = there.unwrap_or_default();
        for (name, bytes) in apart.iter().filter(|(name, _)| !there.contains_key(*name)) {
            self.put_content(operation, (id, None), (name, bytes)).await?;
        }
        Ok(())
    }

    /// Writes all contents of a letter that is over once more, with the mark by which
    /// they go when it goes.
    pub(super) async fn put_pieces(
        &self,
        operation: Operation,
        letter: &Letter,
        apart: &Contents,
    ) -> Result<(), Fault> {
        for content in apart {
            self.put_content(operation, (letter.id, letter.over_since()), content).await?;
        }
        Ok(())
    }

    async fn put_content(
        &self,
        operation: Operation,
        (id, over_since): (LetterId, Option<Timestamp>),
        (name, bytes): (&Uuid, &Vec<u8>),
    ) -> Result<(), Fault> {
        for (part, piece) in parts(name, bytes.len()).zip(bytes.chunks(PIECE)) {
            let mut new = key(id.as_uuid(), &part);
            new.insert("bytes".to_owned(), AttributeValue::B(Blob::new(piece)));
            self.0.ages(&mut new, Class::Letters, over_since);
            self.0.write(operation, Write::put(LETTERS, new)).await?;
        }
        Ok(())
    }

    /// A letter with all its contents.
    pub(super) async fn whole(&self, operation: Operation, head: &Head) -> Result<Versioned<Letter>, Fault> {
        head.letter(&self.contents(operation, head).await?)
    }

    /// The contents that a letter has apart and that are whole.
    pub(super) async fn contents(&self, operation: Operation, head: &Head) -> Result<Contents, Fault> {
        let wanted = head.apart();
        if wanted.is_empty() {
            return Ok(Contents::new());
        }
        let keys = wanted.iter().flat_map(|(name, bytes)| parts(name, *bytes));
        let keys = keys.map(|part| key(&head.id, &part)).collect();
        let mut pieces = BTreeMap::new();
        for item in self.0.get_each(operation, (&LETTERS, true), keys).await? {
            pieces.insert(read_text(super::PORT, &item, "part")?.to_owned(), piece(item));
        }
        let whole = wanted.into_iter().filter_map(|(name, bytes)| {
            let all: Option<Vec<_>> = parts(&name, bytes).map(|part| pieces.remove(&part)?).collect();
            Some((name, all?.concat()))
        });
        Ok(whole.collect())
    }
}

fn piece(mut item: Item) -> Option<Vec<u8>> {
    match item.remove("bytes") {
        Some(AttributeValue::B(bytes)) => Some(bytes.into_inner()),
        _ => None,
    }
}
