//! What the simulated Connect saw, written down.

use crate::stop::{Stop, tell};
use rollcall_connect_sim::OutsideEvent;
use rollcall_local::machine::Seen;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Appends each event to a file, as one line in one write, so that a process
/// that is killed leaves whole lines.
///
/// # Errors
/// [`Stop::Unusable`] when the file cannot be written.
pub(super) fn sink(path: Option<&Path>) -> Result<Seen, Stop> {
    let Some(path) = path else {
        return Ok(Arc::new(|_| {}));
    };
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .map_err(|error| Stop::unusable(format_args!("{} cannot be written: {error}", path.display())))?;
    let file = Mutex::new(Some(file));
    Ok(Arc::new(move |event| write(&file, event)))
}

/// After an error nothing more is written: a file with a gap would mislead.
fn write(file: &Mutex<Option<File>>, event: &OutsideEvent) {
    let mut open = file.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(file) = open.as_mut() else { return };
    let written = serde_json::to_vec(event).map_err(std::io::Error::from).and_then(|mut line| {
        line.push(b'\n');
        file.write_all(&line)
    });
    if let Err(error) = written {
        tell(&format!("rollcall: events are no longer written down: {error}"));
        *open = None;
    }
}
