//! Notes on lines, many to an item.

use super::super::item::unreadable;
use super::Uuid;
use rollcall_domain::batch::{ChunkReport, LineNote};
use rollcall_domain::ids::BatchId;
use rollcall_ports::Fault;
use serde::{Deserialize, Serialize};

/// Bytes of one part: a quarter of what an item may have (400 kB), so that
/// even the longest note behind a nearly full part fits.
const FULL: usize = 100_000;

/// Notes of one line that are told apart; one line never has as many. The
/// position of a note is its line times this, plus its place in the line.
pub(super) const NOTES_OF_A_LINE: u64 = 65_536;

/// Which notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Rejection,
    Warning,
}

/// Where some notes of a chunk are, and which positions they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) key: String,
    pub(super) first: u64,
    pub(super) last: u64,
}

/// The notes of a report in parts, each as JSON text.
///
/// The keys are derived from what is reported: a report that is made again is
/// written over itself, and another one never touches what still stands.
pub(super) fn pack(
    port: &'static str,
    (batch, chunk): (BatchId, u32),
    report: &ChunkReport,
) -> Result<Vec<(Part, String)>, Fault> {
    let unwritable = |_| unreadable(port, "notes");
    let whole = serde_json::to_vec(&(chunk, report)).map_err(unwritable)?;
    let id = Uuid::new_v5(batch.as_uuid(), &whole);
    let mut packed: Vec<(Part, String)> = Vec::new();
    for (kind, notes) in [(Kind::Rejection, &report.rejections), (Kind::Warning, &report.warnings)] {
        let mut open = false;
        for (position, note) in positions(notes) {
            let note = serde_json::to_string(&(position, note)).map_err(unwritable)?;
            match packed.last_mut().filter(|(_, text)| open && text.len() + note.len() < FULL) {
                Some((part, text)) => {
                    part.last = position;
                    text.push(',');
                    text.push_str(&note);
                }
                None => {
                    let key = format!("notes#{id}#{:04}", packed.len());
                    let part = Part { kind, key, first: position, last: position };
                    packed.push((part, format!("[{note}")));
                    open = true;
                }
            }
        }
    }
    for (_, text) in &mut packed {
        text.push(']');
    }
    Ok(packed)
}

/// The position of each note: by line, then in the order of the report.
fn positions(notes: &[LineNote]) -> Vec<(u64, &LineNote)> {
    let mut sorted: Vec<&LineNote> = notes.iter().collect();
    sorted.sort_by_key(|note| note.line);
    let mut placed: Vec<(u64, &LineNote)> = Vec::with_capacity(sorted.len());
    for note in sorted {
        let first = note.line.saturating_mul(NOTES_OF_A_LINE);
        let position = match placed.last() {
            Some((position, before)) if before.line == note.line => position.saturating_add(1),
            _ => first,
        };
        placed.push((position, note));
    }
    placed
}
