//! One upload: what became of each of its lines.

use crate::ids::BatchId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One upload of a file of residents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Which upload.
    pub id: BatchId,
    /// The object that was uploaded.
    pub upload: String,
    /// When ingest first saw it.
    pub seen_at: Timestamp,
    /// How far it has come.
    pub stage: BatchStage,
}

/// How far an upload has come. Only moves forward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum BatchStage {
    /// Ingest is reading it.
    Reading,
    /// It was refused as a whole, for this reason; nothing was stored.
    Refused {
        /// A stable word.
        code: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// Cut into chunks, which the loader takes one by one.
    Loading {
        /// Chunks in all. The first is the header, which ingest reports on.
        chunks: u32,
        /// Rows in all.
        rows: u64,
    },
}

/// What became of the lines of one chunk. Loading a chunk again gives the same
/// report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkReport {
    /// Rows that became residents.
    pub loaded: u64,
    /// Rows whose resident was on the register already.
    pub already_known: u64,
    /// Rows that were rejected, each with its reason.
    pub rejections: Vec<LineNote>,
    /// Remarks about rows that were taken, or about blank lines.
    pub warnings: Vec<LineNote>,
}

/// A remark about one line of an upload, in a clerk's words and without the
/// values of the row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineNote {
    /// The line, as a spreadsheet counts (header = 1).
    pub line: u64,
    /// The column concerned, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// A stable word.
    pub code: String,
    /// What was found and what was expected.
    pub reason: String,
}

/// The account of one upload so far. `rows = loaded + already_known +
/// rejected`, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Chunks that the loader has done.
    pub chunks_done: u32,
    /// Rows that became residents.
    pub loaded: u64,
    /// Rows whose resident was on the register already.
    pub already_known: u64,
    /// Rows that were rejected.
    pub rejected: u64,
}

impl Tally {
    /// All rows accounted for so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.loaded + self.already_known + self.rejected
    }
}

impl Batch {
    /// Whether every line is accounted for.
    #[must_use]
    pub fn is_finished(&self, tally: &Tally) -> bool {
        match self.stage {
            BatchStage::Reading => false,
            BatchStage::Refused { .. } => true,
            BatchStage::Loading { chunks, .. } => tally.chunks_done >= chunks,
        }
    }
}
