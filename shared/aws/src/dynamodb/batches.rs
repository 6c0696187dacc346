//! What became of each upload, line by line.
//!
//! All uploads are listed by an index of the items `batch`, by the moment they
//! were first seen. An upload is one partition: `batch` (the upload itself), `chunk#00007` (the
//! counts of a chunk, and where its notes are) and `notes#…` (the notes, many
//! to an item). A report is written notes first, under keys of its own, and
//! stands when the item of its chunk names them.

mod names;
mod notes;

use super::Dynamo;
use super::consumed::Operation;
use super::item::{Item, from_json, item, json, number, read_text, read_uuid, text};
use super::read::AT_ONCE;
use super::schema::BATCHES;
use super::write::Write;
use async_trait::async_trait;
use futures_util::future::try_join_all;
use notes::{Kind, NOTES_OF_A_LINE, Part, pack};
use rollcall_domain::batch::{Batch, BatchStage, ChunkReport, LineNote, Tally};
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::BatchId;
use rollcall_ports::{Clock, Cursor, Fault};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

const PORT: &str = "batches";
const PUT: Operation = Operation { port: PORT, name: "put" };
const GET: Operation = Operation { port: PORT, name: "get" };
const FIND: Operation = Operation { port: PORT, name: "find" };
const LIST: Operation = Operation { port: PORT, name: "list" };
const CHUNK_DONE: Operation = Operation { port: PORT, name: "chunk_done" };
const NOTES: Operation = Operation { port: PORT, name: "notes" };

/// The account of each upload. It ages from when it was first seen, once it was read: what
/// is to be loaded of it waits in a queue for 14 days at most. Its chunks and
/// notes age from when they were written, which is later.
#[derive(Clone)]
pub struct Batches {
    dynamo: Dynamo,
    clock: Arc<dyn Clock>,
}

/// What is stored of a chunk.
#[derive(Debug, Serialize, Deserialize)]
struct Chunk {
    loaded: u64,
    already_known: u64,
    rejected: u64,
    parts: Vec<Part>,
}

impl Batches {
    /// The accounts in these tables. The clock says until when notes are kept.
    #[must_use]
    pub fn new(dynamo: &Dynamo, clock: Arc<dyn Clock>) -> Self {
        Self { dynamo: dynamo.clone(), clock }
    }

    /// The batch, if it is known, and its chunks; never the notes, whose keys
    /// come behind those of both.
    async fn account(&self, operation: Operation, id: BatchId) -> Result<(Option<Batch>, Vec<Chunk>), Fault> {
        let (mut batch, mut chunks, mut from) = (None, Vec::new(), None);
        loop {
            let answer = self
                .dynamo
                .query(&BATCHES, None)
                .consistent_read(true)
                .key_condition_expression("#batch = :batch AND #part < :notes")
                .expression_attribute_names("#batch", "batch")
                .expression_attribute_names("#part", "part")
                .expression_attribute_values(":batch", text(id))
                .expression_attribute_values(":notes", text("notes"))
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.dynamo.noted(operation, answer)?;
            for item in answer.items() {
                if read_text(PORT, item, "part")? == "batch" {
                    batch = Some(from_json(PORT, item)?);
                } else {
                    chunks.push(from_json(PORT, item)?);
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok((batch, chunks));
            }
        }
    }

    /// Up to `most` notes behind a position, each with its own.
    async fn notes(
        &self,
        (id, kind): (BatchId, Kind),
        after: u64,
        most: u32,
    ) -> Result<Vec<(u64, LineNote)>, Fault> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let (_, chunks) = self.account(NOTES, id).await?;
        let parts = chunks.into_iter().flat_map(|chunk| chunk.parts);
        let mut parts: Vec<Part> = parts.filter(|part| part.kind == kind && part.last > after).collect();
        parts.sort_by_key(|part| part.first);
        let mut found: Vec<(u64, LineNote)> = Vec::new();
        for part in parts {
            // All that is still to come stands behind what is found.
            if found.len() >= most && found.iter().filter(|(at, _)| *at < part.first).count() >= most {
                break;
            }
            let key = item([("batch", text(id)), ("part", text(&part.key))]);
            // Without it, the notes were kept for as long as they are kept.
            let Some(item) = self.dynamo.get(NOTES, &BATCHES, key).await? else { continue };
            let stored: Vec<(u64, LineNote)> = from_json(PORT, &item)?;
            found.extend(stored.into_iter().filter(|(at, _)| *at > after));
        }
        found.sort_by_key(|(at, _)| *at);
        found.truncate(most);
        Ok(found)
    }

    /// Places and ids of up to `most` batches before a place, the newest first.
    async fn places(&self, before: &str, most: usize) -> Result<Vec<(String, BatchId)>, Fault> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let left = i32::try_from(most.saturating_sub(found.len())).unwrap_or(i32::MAX);
            let answer = self
                .dynamo
                .query(&BATCHES, BATCHES.indexes.first())
                .key_condition_expression("#listed = :listed AND #place < :before")
                .expression_attribute_names("#listed", "listed")
                .expression_attribute_names("#place", "place")
                .expression_attribute_values(":listed", number(LISTED))
                .expression_attribute_values(":before", text(before))
                .scan_index_forward(false)
                .limit(left)
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.dynamo.noted(LIST, answer)?;
            for entry in answer.items() {
                let place = read_text(PORT, entry, "place")?.to_owned();
                found.push((place, BatchId::from_uuid(read_uuid(PORT, entry, "batch")?)));
            }
            from = answer.last_evaluated_key;
            if from.is_none() || found.len() >= most {
                return Ok(found);
            }
        }
    }
}

#[async_trait]
impl rollcall_ports::Batches for Batches {
    async fn put(&self, batch: &Batch) -> Result<(), Fault> {
        let settled = batch.stage.rank();
        let mut new = stored(batch.id, "batch", batch)?;
        new.insert("settled".to_owned(), number(settled));
        new.insert("listed".to_owned(), number(LISTED));
        new.insert("place".to_owned(), text(place(batch)));
        let open = matches!(batch.stage, BatchStage::Reading | BatchStage::Undoing { .. });
        self.dynamo.ages(&mut new, Class::Batches, (!open).then_some(batch.seen_at));
        let put = Write::put(BATCHES, new)
            .only_if("attribute_not_exists(#settled) OR #settled < :settled")
            .with(":settled", number(settled));
        // Refused, it has come as far or further already.
        self.dynamo.write(PUT, put).await.map(drop)
    }

    async fn get(&self, id: BatchId) -> Result<Option<(Batch, Tally)>, Fault> {
        let (batch, chunks) = self.account(GET, id).await?;
        Ok(batch.map(|batch| (batch, tally(chunks))))
    }

    async fn find(&self, id: BatchId) -> Result<Option<Batch>, Fault> {
        let key = item([("batch", text(id)), ("part", text("batch"))]);
        let item = self.dynamo.get(FIND, &BATCHES, key).await?;
        item.map(|item| from_json(PORT, &item)).transpose()
    }

    async fn list(&self, before: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, (Batch, Tally))>, Fault> {
        // After every place: each begins with a digit.
        let before = before.map_or("~", |cursor| cursor.0.as_str());
        let places = self.places(before, usize::try_from(most).unwrap_or(usize::MAX)).await?;
        let mut listed = Vec::with_capacity(places.len());
        for some in places.chunks(AT_ONCE) {
            let accounts = some.iter().map(|(_, id)| self.account(LIST, *id));
            let accounts = try_join_all(accounts).await?;
            for ((place, _), (batch, chunks)) in some.iter().zip(accounts) {
                let Some(batch) = batch else { continue };
                listed.push((Cursor(place.clone()), (batch, tally(chunks))));
            }
        }
        Ok(listed)
    }

    async fn chunk_done(&self, id: BatchId, chunk: u32, report: &ChunkReport) -> Result<(), Fault> {
        let packed = pack(PORT, (id, chunk), report)?;
        let now = Some(self.clock.now());
        try_join_all(packed.iter().map(|(part, notes)| {
            let mut new = item([("batch", text(id)), ("part", text(&part.key)), ("data", text(notes))]);
            self.dynamo.ages(&mut new, Class::Batches, now);
            self.dynamo.write(CHUNK_DONE, Write::put(BATCHES, new))
        }))
        .await?;
        let done = Chunk {
            loaded: report.loaded,
            already_known: report.already_known,
            rejected: report.rejections.len() as u64,
            parts: packed.into_iter().map(|(part, _)| part).collect(),
        };
        // Last: this is what replaces the former report. The notes of a report
        // that differed, or that was never finished, are named by nobody and
        // go with time.
        let mut done = stored(id, &format!("chunk#{chunk:010}"), &done)?;
        self.dynamo.ages(&mut done, Class::Batches, now);
        self.dynamo.write(CHUNK_DONE, Write::put(BATCHES, done)).await.map(drop)
    }

    async fn rejections(&self, id: BatchId, after: u64, most: u32) -> Result<Vec<LineNote>, Fault> {
        // Behind the last note that the line could have.
        let after = after.saturating_add(1).saturating_mul(NOTES_OF_A_LINE).saturating_sub(1);
        let notes = self.notes((id, Kind::Rejection), after, most).await?;
        Ok(notes.into_iter().map(|(_, note)| note).collect())
    }

    async fn warnings(&self, id: BatchId, after: u64, most: u32) -> Result<Vec<(u64, LineNote)>, Fault> {
        self.notes((id, Kind::Warning), after, most).await
    }
}

fn tally(chunks: Vec<Chunk>) -> Tally {
    let mut tally = Tally::default();
    for chunk in chunks {
        tally.chunks_done += 1;
        tally.loaded += chunk.loaded;
        tally.already_known += chunk.already_known;
        tally.rejected += chunk.rejected;
    }
    tally
}

/// The one part of the index by time.
const LISTED: u8 = 0;

/// Digits of the nanoseconds since 1970, as many as the year 9999 has.
const DIGITS: usize = 21;

/// By moment, then by id: as text in the order of the list.
fn place(batch: &Batch) -> String {
    format!("{:0DIGITS$}#{}", batch.seen_at.as_nanosecond().max(0), batch.id)
}

fn stored<T: Serialize>(id: BatchId, part: &str, value: &T) -> Result<Item, Fault> {
    Ok(item([("batch", text(id)), ("part", text(part)), ("data", json(PORT, value)?)]))
}
