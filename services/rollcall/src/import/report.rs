//! What became of a file.

use crate::json::{Object, Rejection, Warning};
use crate::output::Output;
use crate::stop::Stop;
use rollcall_domain::batch::{LineNote, Tally};
use rollcall_domain::ids::BatchId;
use rollcall_local::machine::Machine;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Notes read at a time.
const PAGE: u32 = 1000;
/// Notes of each kind that a person is shown.
const SHOWN: usize = 20;

/// A file that was taken.
pub(super) struct Taken {
    pub(super) batch: BatchId,
    pub(super) tally: Tally,
    pub(super) seconds: f64,
}

/// The whole report as one JSON object.
pub(super) async fn json(machine: &Machine, taken: &Taken) -> Result<(), Stop> {
    let Taken { batch, tally, seconds } = taken;
    let mut object = Object::begin(Output::take())?;
    object.field("batch_id", batch)?;
    object.field("rows", &tally.rows())?;
    object.field("loaded", &tally.loaded)?;
    object.field("already_known", &tally.already_known)?;
    object.field("rejected", &tally.rejected)?;
    let mut list = object.list("rejections")?;
    let mut notes = Notes::rejections(machine, *batch);
    while let Some(note) = notes.next().await? {
        list.item(&Rejection::of(&note))?;
    }
    list.end()?;
    let mut list = object.list("warnings")?;
    let mut notes = Notes::warnings(machine, *batch);
    while let Some(note) = notes.next().await? {
        list.item(&Warning::of(&note))?;
    }
    list.end()?;
    object.field("seconds", &((seconds * 1000.0).round() / 1000.0))?;
    Ok(object.end()?.finish()?)
}

/// The report for a person.
pub(super) async fn text(machine: &Machine, taken: &Taken, path: &Path) -> Result<(), Stop> {
    let Taken { tally, seconds, batch } = taken;
    let mut out = Output::take();
    writeln!(out, "{} was taken in {seconds:.1} s: {} rows", path.display(), tally.rows())?;
    writeln!(out, "  {:>9}  loaded", tally.loaded)?;
    writeln!(out, "  {:>9}  already known, and not changed", tally.already_known)?;
    writeln!(out, "  {:>9}  rejected", tally.rejected)?;
    let rejections = Notes::rejections(machine, *batch);
    show(&mut out, "Rejected (line 1 is the header):", rejections).await?;
    show(&mut out, "Please check:", Notes::warnings(machine, *batch)).await?;
    Ok(out.finish()?)
}

async fn show(out: &mut Output, title: &str, mut notes: Notes<'_>) -> Result<(), Stop> {
    for shown in 0..=SHOWN {
        let Some(note) = notes.next().await? else { break };
        if shown == 0 {
            writeln!(out, "\n{title}")?;
        }
        if shown == SHOWN {
            writeln!(out, "  and more; --json tells of all of them")?;
            break;
        }
        let LineNote { line, column, reason, .. } = &note;
        match column {
            Some(column) => writeln!(out, "  line {line}, {column}: {reason}")?,
            None => writeln!(out, "  line {line}: {reason}")?,
        }
    }
    Ok(())
}

/// Tells that the file was refused as a whole.
pub(super) fn refused(path: &Path, code: &str, reason: &str, json: bool) -> Result<(), Stop> {
    #[derive(Serialize)]
    struct Error<'a> {
        code: &'a str,
        reason: &'a str,
    }
    if json {
        let mut object = Object::begin(Output::take())?;
        object.field("error", &Error { code, reason })?;
        object.end()?.finish()?;
    }
    Err(Stop::unusable(format_args!("{}: {reason}; nothing was stored", path.display())))
}

/// The notes of a batch, read page by page.
struct Notes<'m> {
    machine: &'m Machine,
    batch: BatchId,
    warnings: bool,
    page: std::vec::IntoIter<LineNote>,
    /// Line of the last rejection, or position of the last warning, read.
    after: u64,
    over: bool,
}

impl<'m> Notes<'m> {
    fn rejections(machine: &'m Machine, batch: BatchId) -> Self {
        Self { machine, batch, warnings: false, page: Vec::new().into_iter(), after: 0, over: false }
    }

    fn warnings(machine: &'m Machine, batch: BatchId) -> Self {
        Self { warnings: true, ..Self::rejections(machine, batch) }
    }

    async fn next(&mut self) -> Result<Option<LineNote>, Stop> {
        if let Some(note) = self.page.next() {
            return Ok(Some(note));
        }
        if self.over {
            return Ok(None);
        }
        let notes = self.read().await?;
        self.over = notes.is_empty();
        self.page = notes.into_iter();
        Ok(self.page.next())
    }

    async fn read(&mut self) -> Result<Vec<LineNote>, Stop> {
        let batches = &self.machine.ports().batches;
        if self.warnings {
            let found = batches.warnings(self.batch, self.after, PAGE).await?;
            self.after = found.last().map_or(self.after, |(position, _)| *position);
            return Ok(found.into_iter().map(|(_, note)| note).collect());
        }
        let found = batches.rejections(self.batch, self.after, PAGE).await?;
        self.after = found.last().map_or(self.after, |note| note.line);
        Ok(found)
    }
}
