//! Ingest: reads an upload once and cuts it into chunks for the loader.
//!
//! Trigger: the object store's notification that a file has arrived. The file
//! is read in slices, in constant memory; what goes on the rows queue are byte
//! ranges, never rows. A file that cannot be read is refused as a whole, with
//! what was found and what was expected, and nothing of it is stored.
//!
//! Crash behaviour: the batch stays "reading" and the notification comes again;
//! the same file gives the same batch and the same chunks, and loading a chunk
//! twice changes nothing.

mod foresee;

use async_trait::async_trait;
use rollcall_contracts::envelope::Envelope;
use rollcall_contracts::messages::RowsChunk;
use rollcall_contracts::topology::Topology;
use rollcall_contracts::upload::{Arrived, UploadRef, arrived, loaded_under};
use rollcall_domain::batch::{Batch, BatchStage, ChunkReport, LineNote};
use rollcall_domain::ids::BatchId;
use rollcall_host::{Handler, Verdict};
use rollcall_ports::{Audit, AuditEntry, Batches, Clock, Fault, Sender, Signal, Signals, Uploads};
use rollcall_roster::{Chunk, ChunkLimits, Opening, Refusal, SNIFF_BYTES, Scanned, Scanner, open};
use std::sync::Arc;

/// Bytes read at a time.
const SLICE: u64 = 1 << 20;

/// Why nothing can be read.
const GONE: &str = "the uploaded file is not in the store, or was replaced there";

/// Ingest and everything it touches.
pub struct Ingest {
    /// The uploaded files.
    pub uploads: Arc<dyn Uploads>,
    /// The account of each upload.
    pub batches: Arc<dyn Batches>,
    /// Where chunks go.
    pub rows: Arc<dyn Sender<RowsChunk>>,
    /// Who did what.
    pub audit: Arc<dyn Audit>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Happenings.
    pub signals: Arc<dyn Signals>,
    /// Bounds.
    pub topology: &'static Topology,
}

/// A file that was read to its end.
struct Cut {
    opening: Opening,
    scanned: Scanned,
    chunks: Vec<Chunk>,
}

/// What reading a file came to.
enum Reading {
    Cut(Box<Cut>),
    Refused(Refusal),
    Gone,
}

/// The batch of a file: repeats of one notification give the same, two uploads
/// under one key do not. What the API had loaded is one batch, known by the
/// upload: it is put under its key once, however often that is repeated.
#[must_use]
pub fn batch_of(file: &Arrived) -> BatchId {
    if let Some(upload) = loaded_under(&file.upload.key) {
        return BatchId::of_upload(upload);
    }
    BatchId::derive(&[&file.bucket, &file.upload.key, &file.sequencer])
}

#[async_trait]
impl Handler for Ingest {
    type Input = Vec<Arrived>;

    fn name(&self) -> &'static str {
        "ingest"
    }

    fn decode(&self, body: &str) -> Result<Vec<Arrived>, String> {
        arrived(body).map_err(|error| error.to_string())
    }

    async fn handle(&self, files: Vec<Arrived>) -> Result<Verdict, Fault> {
        for file in &files {
            let verdict = self.take(file).await?;
            if verdict != Verdict::Done {
                // Files before this one find their batch taken already.
                return Ok(verdict);
            }
        }
        Ok(Verdict::Done)
    }
}

impl Ingest {
    async fn take(&self, file: &Arrived) -> Result<Verdict, Fault> {
        let id = batch_of(file);
        let now = self.clock.now();
        let mut batch = match self.batches.get(id).await? {
            Some((batch, _)) => batch,
            None => Batch::seen(id, file.upload.key.clone(), now),
        };
        if batch.stage != BatchStage::Reading {
            return Ok(Verdict::Done);
        }
        self.batches.put(&batch).await?;
        match self.read(&file.upload).await? {
            Reading::Gone => Ok(Verdict::Poison(GONE.to_owned())),
            Reading::Refused(refusal) => {
                let code = refusal.code().to_owned();
                batch.stage = BatchStage::Refused { code: code.clone(), reason: refusal.to_string() };
                self.finish(&batch, "upload_refused").await?;
                self.signals.emit(&Signal::UploadRefused { batch: id, code });
                Ok(Verdict::Done)
            }
            Reading::Cut(cut) => {
                let Cut { opening, scanned, chunks } = *cut;
                let messages = self.messages((id, &file.upload), &scanned, &chunks);
                if !self.rows.send(&messages).await?.is_empty() {
                    return Ok(Verdict::Retry { after: None, reason: "chunks_not_taken" });
                }
                self.batches.chunk_done(id, 0, &header_report(&opening)).await?;
                let count = u32::try_from(chunks.len()).unwrap_or(u32::MAX).saturating_add(1);
                batch.stage = BatchStage::Loading { chunks: count, rows: scanned.rows };
                self.finish(&batch, "upload_read").await?;
                self.signals.emit(&Signal::UploadRead { batch: id, chunks: count, rows: scanned.rows });
                Ok(Verdict::Done)
            }
        }
    }

    /// Reads the whole file once. Only the places of the chunks are kept.
    async fn read(&self, upload: &UploadRef) -> Result<Reading, Fault> {
        let Some(info) = self.uploads.info(upload).await? else {
            return Ok(Reading::Gone);
        };
        let sample = (SNIFF_BYTES as u64).min(info.size);
        let Some(first) = self.uploads.read(upload, 0, sample).await? else {
            return Ok(Reading::Gone);
        };
        let opening = match open(&first, sample == info.size) {
            Ok(opening) => opening,
            Err(refusal) => return Ok(Reading::Refused(refusal)),
        };
        let bounds = &self.topology.bounds;
        let limits =
            ChunkLimits { lines: bounds.rows_per_chunk.into(), bytes: bounds.bytes_per_chunk.into() };
        let mut scanner = Scanner::new(&opening, limits);
        let mut chunks = Vec::new();
        let mut at = 0;
        while at < info.size {
            let end = (at + SLICE).min(info.size);
            let Some(slice) = self.uploads.read(upload, at, end).await? else {
                return Ok(Reading::Gone);
            };
            if slice.is_empty() {
                break;
            }
            at += slice.len() as u64;
            chunks.extend(scanner.feed(&slice));
        }
        Ok(match scanner.finish() {
            Ok(mut scanned) => {
                chunks.append(&mut scanned.chunks);
                Reading::Cut(Box::new(Cut { opening, scanned, chunks }))
            }
            Err(refusal) => Reading::Refused(refusal),
        })
    }

    fn messages(
        &self,
        (batch, upload): (BatchId, &UploadRef),
        scanned: &Scanned,
        chunks: &[Chunk],
    ) -> Vec<Envelope<RowsChunk>> {
        let now = self.clock.now();
        let message = |(index, chunk): (usize, &Chunk)| {
            let body = RowsChunk {
                batch,
                upload: upload.clone(),
                chunk: u32::try_from(index + 1).unwrap_or(u32::MAX),
                start: chunk.start,
                end: chunk.end,
                first_line: chunk.first_line,
                layout: scanned.layout.clone(),
            };
            Envelope::new(body, now)
        };
        chunks.iter().enumerate().map(message).collect()
    }

    async fn finish(&self, batch: &Batch, action: &str) -> Result<(), Fault> {
        let entry = AuditEntry {
            key: format!("{action}/{}", batch.id),
            at: self.clock.now(),
            actor: "ingest".to_owned(),
            action: action.to_owned(),
            resident: None,
            detail: batch.id.to_string(),
        };
        self.audit.record(&entry).await?;
        // Last: a batch past its reading is never looked at again, so whatever
        // was not done before would never be done.
        self.batches.put(batch).await
    }
}

/// The remarks on the header: columns that nobody reads.
fn header_report(opening: &Opening) -> ChunkReport {
    let warnings = opening.unread_columns.iter().map(|name| LineNote {
        line: opening.first_line.saturating_sub(1),
        column: Some(name.clone()),
        code: "column_not_read".to_owned(),
        reason: format!("the column {name} is not one that is read; its values were left out"),
    });
    ChunkReport { warnings: warnings.collect(), ..ChunkReport::default() }
}
