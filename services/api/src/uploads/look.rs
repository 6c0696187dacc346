//! Reading a file as ingest does: once, in slices, in constant memory.

use crate::problem::Problem;
use rollcall_contracts::topology::Topology;
use rollcall_contracts::upload::UploadRef;
use rollcall_ports::{Fault, Staged, Uploads};
use rollcall_roster::{Chunk, ChunkLimits, Layout, Opening, Refusal, SNIFF_BYTES, Scanner, open};

/// Bytes read at a time.
const SLICE: u64 = 1 << 20;

/// How much of a file is looked at.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Chunks that begin behind so many rows are left out.
    pub(super) rows: u64,
    /// Bytes from the start of the file.
    pub(super) bytes: u64,
}

/// A file, or its beginning.
pub(super) struct Looked {
    pub(super) opening: Opening,
    /// How rows are read, as far as what was looked at tells.
    pub(super) layout: Layout,
    pub(super) chunks: Vec<Chunk>,
    /// There is nothing behind these chunks.
    pub(super) complete: bool,
}

/// What a file is.
pub(super) enum Reading {
    Read(Box<Looked>),
    Refused(Refusal),
}

/// Looks at a file within bounds.
///
/// # Errors
/// 404 when it is gone.
pub(super) async fn look(uploads: &dyn Uploads, staged: &Staged, within: Bounds) -> Result<Reading, Problem> {
    let (upload, size) = (&staged.upload, staged.size);
    let sample = (SNIFF_BYTES as u64).min(size);
    let first = bytes(uploads, upload, (0, sample)).await?;
    let opening = match open(&first, sample == size) {
        Ok(opening) => opening,
        Err(refusal) => return Ok(Reading::Refused(refusal)),
    };
    let bounds = &Topology::shipped().bounds;
    let limits = ChunkLimits { lines: bounds.rows_per_chunk.into(), bytes: bounds.bytes_per_chunk.into() };
    let mut scanner = Scanner::new(&opening, limits);
    let (mut chunks, mut at): (Vec<Chunk>, u64) = (Vec::new(), 0);
    let rows = |chunks: &[Chunk]| chunks.iter().map(|chunk| chunk.rows).sum::<u64>();
    while at < size && at < within.bytes && rows(&chunks) < within.rows {
        let slice = bytes(uploads, upload, (at, (at + SLICE).min(size))).await?;
        if slice.is_empty() {
            return Err(super::nothing_there());
        }
        at += slice.len() as u64;
        chunks.extend(scanner.feed(&slice));
    }
    let mut complete = at >= size;
    let layout = match scanner.finish() {
        Ok(mut scanned) => {
            if complete {
                chunks.append(&mut scanned.chunks);
            }
            scanned.layout
        }
        Err(refusal) if complete => return Ok(Reading::Refused(refusal)),
        Err(_) => opening.layout.clone(),
    };
    // The last slice may hold more than is asked for.
    let mut before = 0;
    let wanted = chunks.iter().take_while(|chunk| {
        let wanted = before < within.rows;
        before += chunk.rows;
        wanted
    });
    let wanted = wanted.count();
    complete &= wanted == chunks.len();
    chunks.truncate(wanted);
    Ok(Reading::Read(Box::new(Looked { opening, layout, chunks, complete })))
}

/// The bytes of a part of the file.
///
/// # Errors
/// 404 when it is gone.
pub(super) async fn bytes(
    uploads: &dyn Uploads,
    upload: &UploadRef,
    (start, end): (u64, u64),
) -> Result<Vec<u8>, Problem> {
    let read: Result<Option<Vec<u8>>, Fault> = uploads.read(upload, start, end).await;
    read?.ok_or_else(super::nothing_there)
}
