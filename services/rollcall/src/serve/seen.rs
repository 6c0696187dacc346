//! What the simulated Connect saw, written down: each event once, although a
//! process that was killed may have written its last ones without having noted
//! that it did.

use crate::stop::{Stop, tell};
use rollcall_connect_sim::OutsideEvent;
use rollcall_local::machine::Seen;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// How much of the end of the file may hold what a killed process wrote last.
const TAIL: i64 = 1 << 16;

/// Appends each event to a file, as one line in one write, so that a process
/// that is killed leaves whole lines.
///
/// # Errors
/// [`Stop::Unusable`] when the file cannot be written.
pub(super) fn sink(path: Option<&Path>) -> Result<Seen, Stop> {
    let Some(path) = path else {
        return Ok(Arc::new(|_| {}));
    };
    let book = Book::open(path)
        .map_err(|error| Stop::unusable(format_args!("{} cannot be written: {error}", path.display())))?;
    let book = Mutex::new(Some(book));
    Ok(Arc::new(move |event| {
        let mut open = book.lock().unwrap_or_else(PoisonError::into_inner);
        // After an error nothing more is written: a file with a gap would mislead.
        if let Some(Err(error)) = open.as_mut().map(|book| book.write(event)) {
            tell(&format!("rollcall: events are no longer written down: {error}"));
            *open = None;
        }
    }))
}

struct Book {
    file: File,
    /// The last lines of a former process.
    former: BTreeSet<Vec<u8>>,
}

impl Book {
    fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let size = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
        file.seek(SeekFrom::End(-size.min(TAIL)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        Ok(Self { file, former: tail.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect() })
    }

    fn write(&mut self, event: &OutsideEvent) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        // No two events are the same: each names its contact and moment.
        if self.former.remove(&line) { Ok(()) } else { self.file.write_all(&line) }
    }
}
