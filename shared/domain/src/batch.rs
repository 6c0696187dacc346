//! One upload: what became of each of its lines.

use crate::ids::BatchId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One upload of a file of residents.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Which upload.
    pub id: BatchId,
    /// The object that was uploaded.
    pub upload: String,
    /// When it was first seen: by whoever had it loaded, or by ingest.
    pub seen_at: Timestamp,
    /// How far it has come.
    pub stage: BatchStage,
    /// The account that had it loaded; `None` where the file was put into the
    /// store by other means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What the uploader calls the file. May hold the name of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
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
    /// The people whom it brought are being taken off the register again.
    Undoing {
        /// Chunks in all.
        chunks: u32,
        /// Rows in all.
        rows: u64,
    },
    /// They were.
    Undone {
        /// Chunks in all.
        chunks: u32,
        /// Rows in all.
        rows: u64,
    },
}

impl BatchStage {
    /// How far it is: a batch moves to a stage of a greater rank only.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Self::Reading => 0,
            Self::Refused { .. } | Self::Loading { .. } => 1,
            Self::Undoing { .. } => 2,
            Self::Undone { .. } => 3,
        }
    }

    /// Whether nothing of the upload may be loaded any more.
    #[must_use]
    pub fn is_undone(&self) -> bool {
        matches!(self, Self::Undoing { .. } | Self::Undone { .. })
    }
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
    /// An upload that is seen for the first time, of which nobody said who
    /// brought it.
    #[must_use]
    pub fn seen(id: BatchId, upload: String, seen_at: Timestamp) -> Self {
        Self { id, upload, seen_at, stage: BatchStage::Reading, by: None, file_name: None }
    }

    /// Whether every line is accounted for.
    #[must_use]
    pub fn is_finished(&self, tally: &Tally) -> bool {
        match self.stage {
            BatchStage::Reading => false,
            BatchStage::Refused { .. } | BatchStage::Undoing { .. } | BatchStage::Undone { .. } => true,
            BatchStage::Loading { chunks, .. } => tally.chunks_done >= chunks,
        }
    }
}

impl fmt::Debug for Batch {
    /// Without the names that people gave it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, seen_at, stage, .. } = self;
        f.debug_struct("Batch")
            .field("id", id)
            .field("seen_at", seen_at)
            .field("stage", stage)
            .finish_non_exhaustive()
    }
}
