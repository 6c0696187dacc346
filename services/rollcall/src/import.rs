//! `rollcall import`: the way of an upload, in this process. The file goes into
//! the upload store; ingest and loader take it from there, here or in a `serve`
//! that runs on the same directory.

mod bar;
mod report;

use crate::args::Import;
use crate::directory;
use crate::runtime::runtime;
use crate::stop::Stop;
use bar::Bar;
use report::Taken;
use rollcall_domain::batch::{Batch, BatchStage, Tally};
use rollcall_domain::ids::BatchId;
use rollcall_embedded::PutError;
use rollcall_local::machine::Machine;
use rollcall_ports::{Signal, Signals};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How often we look how far the file has come.
const LOOK_EVERY: Duration = Duration::from_millis(15);
/// Without progress for so long, we look whether a part of it was set aside.
const STILL: Duration = Duration::from_secs(2);
/// Uploads among which ours is looked for: more than anybody puts in at once.
const RECENT: u32 = 64;

/// Takes a file in and reports.
///
/// # Errors
/// [`Stop::Unusable`] when the file or the directory cannot be used, and when
/// the file is refused as a whole.
pub(crate) fn run(args: &Import) -> Result<(), Stop> {
    let mut problems = Vec::new();
    let file = open(&args.file).map_err(|problem| problems.push(problem)).ok();
    let policy = directory::policy(&args.data_dir).map_err(|more| problems.extend(more)).ok();
    let (Some(mut file), Some(policy)) = (file, policy) else {
        return Err(Stop::Unusable(problems));
    };
    let runtime = runtime()?;
    runtime.block_on(async {
        let began = Instant::now();
        let machine = directory::open(&args.data_dir, policy, Arc::new(Unheard))?;
        let (batch, tally) = take(&machine, &args.file, &mut file).await?;
        let taken = Taken { batch: batch.id, tally, seconds: began.elapsed().as_secs_f64() };
        match batch.stage {
            BatchStage::Refused { code, reason } => report::refused(&args.file, &code, &reason, args.json),
            _ if args.json => report::json(&machine, &taken).await,
            _ => report::text(&machine, &taken, &args.file).await,
        }
    })
}

fn open(path: &Path) -> Result<File, String> {
    let problem = |what: &dyn std::fmt::Display| format!("{}: {what}; expected a CSV file", path.display());
    let file = File::open(path).map_err(|error| problem(&format_args!("cannot be opened: {error}")))?;
    match file.metadata() {
        Ok(known) if known.is_dir() => Err(problem(&"this is a directory")),
        _ => Ok(file),
    }
}

/// Puts the file into the store and works until each of its lines is
/// accounted for.
async fn take(machine: &Arc<Machine>, path: &Path, file: &mut File) -> Result<(Batch, Tally), Stop> {
    let bar = Bar::new(file.metadata().map_or(0, |known| known.len()));
    // Of its own for each import, so that the same file is a batch again.
    let key = format!("import/{}-{}", machine.clock().now().as_nanosecond(), std::process::id());
    machine.store().uploads().put(&key, &mut bar.reading(file)).map_err(|error| match error {
        PutError::Read(_) => Stop::unusable(format_args!("{}: {error}; expected a CSV file", path.display())),
        PutError::Write(_) | PutError::Fault(_) => Stop::failed(error),
    })?;
    let mut tasks = JoinSet::new();
    machine.take_in(&mut tasks);
    let done = finished(machine, &key, &bar).await;
    // What a loop has in hand comes again: to whoever takes it in next.
    tasks.shutdown().await;
    bar.done();
    done
}

/// Waits until the upload is finished, whoever works on it.
async fn finished(machine: &Machine, key: &str, bar: &Bar) -> Result<(Batch, Tally), Stop> {
    let mut id = None;
    let mut last = (None, Tally::default());
    let mut moved = Instant::now();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Some((batch, tally)) = known(machine, key, &mut id).await? {
            if batch.is_finished(&tally) {
                return Ok((batch, tally));
            }
            bar.loading(&batch, &tally);
            if last != (id, tally) {
                (last, moved) = ((id, tally), Instant::now());
            }
        }
        if moved.elapsed() > STILL {
            set_aside(machine, key, id).await?;
            moved = Instant::now();
        }
    }
}

/// The upload as far as it has come, by its id once that is known.
async fn known(
    machine: &Machine,
    key: &str,
    id: &mut Option<BatchId>,
) -> Result<Option<(Batch, Tally)>, Stop> {
    if let Some(id) = id {
        return Ok(machine.ports().batches.get(*id).await?);
    }
    let recent = machine.store().batches_recent(RECENT)?;
    let found = recent.into_iter().find(|(batch, _)| batch.upload == key);
    *id = found.as_ref().map(|(batch, _)| batch.id);
    Ok(found)
}

/// Stops when a part of the upload was set aside: it will never be finished.
async fn set_aside(machine: &Machine, key: &str, id: Option<BatchId>) -> Result<(), Stop> {
    let letters = machine.store().dead_letters();
    let id = id.map(|id| id.to_string());
    let mut after = None;
    loop {
        let page = letters.list(after.as_ref(), 100).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(last.clone());
        for (_, letter) in &page {
            let body = String::from_utf8_lossy(&letter.body);
            if body.contains(key) || id.as_ref().is_some_and(|id| body.contains(id)) {
                return Err(Stop::failed(format_args!(
                    "a part of the file was set aside and is not loaded: {}; see `rollcall dead-letters list`",
                    letter.reason
                )));
            }
        }
    }
}

/// The report tells what the signals would.
struct Unheard;

impl Signals for Unheard {
    fn emit(&self, _: &Signal) {}
}
