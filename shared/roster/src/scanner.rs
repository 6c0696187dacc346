//! Cutting a whole file into chunks between records, in one pass and bounded memory.

use crate::layout::{Layout, Opening};
use crate::records::{Found, RECORD_UNITS, Shape, after_line, is_blank, next_record};
use crate::refusal::Refusal;
use crate::text::{TextSeen, unit_bytes, units};
use std::mem;

/// A range of bytes of the file that begins and ends between records. Chunks are in order and do not overlap;
/// between two of them there is at most the rest of a record that is too long to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// First byte.
    pub start: u64,
    /// First byte behind it.
    pub end: u64,
    /// The line of the first record, as a spreadsheet counts.
    pub first_line: u64,
    /// Records, blank lines among them.
    pub lines: u64,
    /// Records without the blank lines: what is loaded, already known or rejected.
    pub rows: u64,
}

/// When a chunk is full: at the first of the two. A chunk holds at least one record, however long it is, up
/// to [`RECORD_UNITS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkLimits {
    /// Most records.
    pub lines: u64,
    /// Most bytes.
    pub bytes: u64,
}

/// What is known at the end of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The chunks that [`Scanner::feed`] has not given yet.
    pub chunks: Vec<Chunk>,
    /// How to read all the chunks. The encoding may be another than the beginning of the file let expect.
    pub layout: Layout,
    /// Records of all chunks without blank lines.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Takes a whole file in slices of any size and gives chunks as they become full.
///
/// Keeps at most one record and one slice in memory.
#[derive(Debug)]
pub struct Scanner {
    layout: Layout,
    shape: Shape,
    limits: ChunkLimits,
    /// Bytes of the file that were fed.
    fed: u64,
    /// Bytes from the beginning of the file that are not records.
    skip: u64,
    /// Place in the file of the first byte that is not yet in a record: the first of `pending`.
    at: u64,
    pending: Vec<u8>,
    /// Inside the rest of a record that is too long.
    swallowing: bool,
    draft: Chunk,
    rows: u64,
    seen: TextSeen,
}

impl Scanner {
    /// Begins a file that was opened.
    #[must_use]
    pub fn new(opening: &Opening, limits: ChunkLimits) -> Self {
        let (start, first_line) = (opening.data_start, opening.first_line);
        Self {
            layout: opening.layout.clone(),
            shape: opening.layout.shape(),
            limits,
            fed: 0,
            skip: start,
            at: start,
            pending: Vec::new(),
            swallowing: false,
            draft: Chunk { start, end: start, first_line, lines: 0, rows: 0 },
            rows: 0,
            seen: TextSeen::default(),
        }
    }

    /// Takes the next slice of the file, from its very first byte on, and gives the chunks that became full.
    pub fn feed(&mut self, slice: &[u8]) -> Vec<Chunk> {
        self.fed += slice.len() as u64;
        if unit_bytes(self.layout.dialect.encoding) == 1 {
            self.seen.feed(slice);
        }
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(slice.len());
        self.skip -= skipped as u64;
        let slice = &slice[skipped..];
        let mut full = Vec::new();
        if self.pending.is_empty() {
            let used = self.take(slice, false, &mut full);
            self.pending.extend_from_slice(&slice[used..]);
        } else {
            let mut bytes = mem::take(&mut self.pending);
            bytes.extend_from_slice(slice);
            let used = self.take(&bytes, false, &mut full);
            bytes.drain(..used);
            self.pending = bytes;
        }
        full
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// [`Refusal::HeaderOnly`] when no record but blank lines was found.
    pub fn finish(mut self) -> Result<Scanned, Refusal> {
        let mut chunks = Vec::new();
        let bytes = mem::take(&mut self.pending);
        self.take(&bytes, true, &mut chunks);
        chunks.extend(self.end_chunk());
        if self.rows == 0 {
            return Err(Refusal::HeaderOnly);
        }
        let mut layout = self.layout;
        if unit_bytes(layout.dialect.encoding) == 1 {
            layout.dialect.encoding = self.seen.encoding();
        }
        Ok(Scanned { chunks, layout, rows: self.rows, bytes: self.fed })
    }

    /// Takes the records at the beginning of `bytes`, and says how many bytes they are.
    fn take(&mut self, bytes: &[u8], eof: bool, full: &mut Vec<Chunk>) -> usize {
        let encoding = self.layout.dialect.encoding;
        let size = unit_bytes(encoding);
        // A unit that is not there completely waits for the next slice.
        let bytes = if eof { bytes } else { &bytes[..bytes.len() - bytes.len() % size] };
        let units = units(bytes, encoding);
        let mut at = 0;
        while at < units.len() {
            if self.swallowing {
                let Some(next) = after_line(&units, at, eof) else {
                    // A carriage return at the end waits for its line feed.
                    let waits = usize::from(!eof && units.last() == Some(&b'\r'));
                    self.pass((units.len() - at - waits) * size);
                    at = units.len() - waits;
                    break;
                };
                self.pass((next - at) * size);
                self.swallowing = false;
                self.begin_chunk();
                at = next;
                continue;
            }
            let rest = &units[at..];
            let (next, row) = match next_record(rest, eof, &self.shape) {
                Found::Record { content, next } => (next, !is_blank(&rest[..content], self.shape.delimiter)),
                Found::Broken { next, .. } => (next, true),
                Found::Endless { .. } => {
                    full.extend(self.end_chunk());
                    self.add(RECORD_UNITS * size, true);
                    full.extend(self.end_chunk());
                    self.swallowing = true;
                    at += RECORD_UNITS;
                    continue;
                }
                Found::More => break,
            };
            let length = next * size;
            if self.draft.end - self.draft.start + length as u64 > self.limits.bytes {
                full.extend(self.end_chunk());
            }
            self.add(length, row);
            if self.draft.lines >= self.limits.lines {
                full.extend(self.end_chunk());
            }
            at += next;
        }
        (at * size).min(bytes.len())
    }

    /// Moves on in the file. The last unit of UTF-16 may lack a byte.
    fn pass(&mut self, length: usize) {
        self.at = (self.at + length as u64).min(self.fed);
    }

    /// Adds a record of so many bytes to the chunk.
    fn add(&mut self, length: usize, row: bool) {
        self.pass(length);
        self.draft.end = self.at;
        self.draft.lines += 1;
        self.draft.rows += u64::from(row);
        self.rows += u64::from(row);
    }

    /// Gives the chunk away if there is anything in it, and begins the next one.
    fn end_chunk(&mut self) -> Option<Chunk> {
        let chunk = (self.draft.lines > 0).then_some(self.draft);
        self.begin_chunk();
        chunk
    }

    fn begin_chunk(&mut self) {
        let first_line = self.draft.first_line + self.draft.lines;
        self.draft = Chunk { start: self.at, end: self.at, first_line, lines: 0, rows: 0 };
    }
}
