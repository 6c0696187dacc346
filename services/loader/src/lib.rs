//! The loader: turns one chunk of an upload into residents.
//!
//! Trigger: a byte range on the rows queue. It reads the range back from the
//! upload store, adds those who are not on the register yet, never changes
//! those who are, and records what became of every line. Whoever is on the
//! suppression list is loaded, marked and warned of.
//!
//! Crash behaviour: the message comes again; residents that this very line
//! brought count as loaded again, and the chunk's report is replaced.
//!
//! A chunk that comes once more after its upload was undone brings nobody back:
//! whom it added before it learned of that, it takes off again.

mod foresee;

use async_trait::async_trait;
use rollcall_contracts::messages::RowsChunk;
use rollcall_domain::batch::{ChunkReport, LineNote};
use rollcall_domain::duty::Schedule;
use rollcall_domain::identity::resident_id;
use rollcall_domain::ids::{BatchId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::undo::{Since, since_loaded};
use rollcall_host::{Handler, Verdict, decode_message};
use rollcall_ports::{
    Batches, Clock, Fault, Removed, Residents, Signal, Signals, Suppressions, Uploads, Upserted,
};
use rollcall_recording::Learned;
use rollcall_recording::suppression::Suppressor;
use rollcall_roster::{Line, Row, read_rows};
use std::sync::Arc;

/// The loader and everything it touches.
pub struct Loader {
    /// The uploaded files.
    pub uploads: Arc<dyn Uploads>,
    /// The register.
    pub residents: Arc<dyn Residents>,
    /// The suppression list.
    pub suppressions: Arc<dyn Suppressions>,
    /// The account of each upload.
    pub batches: Arc<dyn Batches>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Happenings.
    pub signals: Arc<dyn Signals>,
    /// The rules, for when a new resident is due.
    pub policy: Arc<Policy>,
}

#[async_trait]
impl Handler for Loader {
    type Input = RowsChunk;

    fn name(&self) -> &'static str {
        "loader"
    }

    fn decode(&self, body: &str) -> Result<RowsChunk, String> {
        decode_message(body)
    }

    async fn handle(&self, chunk: RowsChunk) -> Result<Verdict, Fault> {
        let bytes = match self.bytes(&chunk).await? {
            Ok(bytes) => bytes,
            Err(reason) => return Ok(Verdict::Poison(reason.to_owned())),
        };
        let mut report = ChunkReport::default();
        let people = self.read(&bytes, &chunk, &mut report);
        drop(bytes);
        if self.is_undone(chunk.batch).await? {
            return self.take_back(&people).await;
        }
        let answers = self.residents.add(&people).await?;
        // Again: it may have been undone since, and did not meet these people.
        if self.is_undone(chunk.batch).await? {
            return self.take_back(&people).await;
        }
        let mut loaded = Vec::new();
        for ((resident, _), answer) in people.iter().zip(&answers) {
            if account(resident, answer, &chunk, &mut report) {
                loaded.push((resident.number, resident.id, resident.batch_line));
            }
        }
        if self.suppress(&loaded, &mut report).await? == Learned::Contended {
            return Ok(Verdict::Retry { after: None, reason: "contended" });
        }
        self.warn_of_shared_numbers(&loaded, &mut report).await?;
        self.batches.chunk_done(chunk.batch, chunk.chunk, &report).await?;
        self.signals.emit(&Signal::ChunkLoaded {
            batch: chunk.batch,
            chunk: chunk.chunk,
            loaded: report.loaded,
            already_known: report.already_known,
            rejected: report.rejections.len() as u64,
        });
        Ok(Verdict::Done)
    }
}

impl Loader {
    /// The bytes of a chunk, or why there are none.
    async fn bytes(&self, chunk: &RowsChunk) -> Result<Result<Vec<u8>, &'static str>, Fault> {
        let Some(bytes) = self.uploads.read(&chunk.upload, chunk.start, chunk.end).await? else {
            return Ok(Err("the uploaded file is no longer in the store, or was replaced there"));
        };
        if bytes.len() as u64 != chunk.end.saturating_sub(chunk.start) {
            return Ok(Err("the uploaded file is shorter than when it was scanned"));
        }
        Ok(Ok(bytes))
    }

    fn read(&self, bytes: &[u8], chunk: &RowsChunk, report: &mut ChunkReport) -> Vec<(Resident, Schedule)> {
        let now = self.clock.now();
        let mut people = Vec::new();
        for line in read_rows(bytes, &chunk.layout, chunk.first_line, self.policy.region) {
            match line {
                Line::Row(Row { line, profile, notes }) => {
                    report.warnings.extend(notes.into_iter().map(LineNote::from));
                    let id = resident_id(
                        profile.reference.as_deref(),
                        profile.number,
                        &profile.first_name,
                        &profile.last_name,
                    );
                    let resident = Resident::new(id, profile, (chunk.batch, line), now);
                    let schedule = Schedule::of(&resident, &self.policy, now);
                    people.push((resident, schedule));
                }
                Line::Rejected(note) => report.rejections.push(note.into()),
                Line::Blank(note) => report.warnings.push(note.into()),
            }
        }
        people
    }

    async fn is_undone(&self, batch: BatchId) -> Result<bool, Fault> {
        Ok(self.batches.find(batch).await?.is_some_and(|batch| batch.stage.is_undone()))
    }

    /// Takes off whom these very lines brought, as the undoing of the upload
    /// would have done.
    async fn take_back(&self, people: &[(Resident, Schedule)]) -> Result<Verdict, Fault> {
        for (offered, _) in people {
            let Some(found) = self.residents.get(offered.id).await? else { continue };
            let by_this = (found.value.batch, found.value.batch_line) == (offered.batch, offered.batch_line);
            if by_this
                && since_loaded(&found.value) == Since::Nothing
                && self.residents.remove(&found).await? == Removed::Changed
            {
                return Ok(Verdict::Retry { after: None, reason: "changed_while_undoing" });
            }
        }
        Ok(Verdict::Done)
    }

    /// Brings the records of those who are on the suppression list to it. Asked
    /// after they were added: an entry that was made meanwhile either finds them
    /// or is found here.
    async fn suppress(
        &self,
        loaded: &[(PhoneNumber, ResidentId, u64)],
        report: &mut ChunkReport,
    ) -> Result<Learned, Fault> {
        let suppressor = self.suppressor();
        let asked: Vec<_> = loaded.iter().map(|(number, id, _)| (*id, *number)).collect();
        let on_list = suppressor.on_list(&asked).await?;
        for ((_, id, line), _) in loaded.iter().zip(on_list).filter(|(_, on_list)| *on_list) {
            if suppressor.reconcile(*id).await? == Learned::Contended {
                return Ok(Learned::Contended);
            }
            report.warnings.push(note(*line, "suppressed", "suppressed: will not be called"));
        }
        Ok(Learned::Applied)
    }

    fn suppressor(&self) -> Suppressor {
        Suppressor {
            suppressions: Arc::clone(&self.suppressions),
            residents: Arc::clone(&self.residents),
            clock: Arc::clone(&self.clock),
            policy: Arc::clone(&self.policy),
        }
    }

    /// Asked once for the whole chunk: one look-up a row would be half the time
    /// of loading.
    async fn warn_of_shared_numbers(
        &self,
        loaded: &[(PhoneNumber, ResidentId, u64)],
        report: &mut ChunkReport,
    ) -> Result<(), Fault> {
        let asked: Vec<_> = loaded.iter().map(|(number, id, _)| (*number, *id)).collect();
        let sharing = self.residents.sharing_each(&asked).await?;
        for ((_, _, line), others) in loaded.iter().zip(sharing) {
            if others > 0 {
                report.warnings.push(note(
                    *line,
                    "shared_number",
                    "another person has the same number; both are called, never within minutes of each other",
                ));
            }
        }
        Ok(())
    }
}

/// Accounts for one row that was offered; answers whether it was loaded, now or
/// by an earlier delivery of the same chunk.
fn account(resident: &Resident, answer: &Upserted, chunk: &RowsChunk, report: &mut ChunkReport) -> bool {
    let line = resident.batch_line;
    match answer {
        Upserted::Known { batch, line: stored, same } if (*batch, *stored) != (chunk.batch, line) => {
            report.already_known += 1;
            if !same {
                report.warnings.push(note(
                    line,
                    "known_differs",
                    "this person is on the register already with other details; the register was not changed",
                ));
            }
            false
        }
        Upserted::Known { .. } | Upserted::Created => {
            report.loaded += 1;
            true
        }
    }
}

fn note(line: u64, code: &str, reason: &str) -> LineNote {
    LineNote { line, column: None, code: code.to_owned(), reason: reason.to_owned() }
}
