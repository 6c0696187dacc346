//! `rollcall erase --since`: the tables of a deployment were restored, and with
//! them came back who was erased since that moment.
//!
//! Each erasure says by itself that it was begun anew, so this may be killed
//! anywhere and run again.

use crate::args::{Erase, Place};
use crate::directory::zone;
use crate::erasing;
use crate::output::Output;
use crate::runtime::runtime;
use crate::stop::{self, Stop};
use crate::times;
use jiff::Timestamp;
use rollcall_domain::erasure::Erasure;
use rollcall_recording::erasure::{Anew, Eraser};
use serde::Serialize;
use std::io::{BufRead, IsTerminal, Write};

/// What was done.
#[derive(Serialize)]
struct Done {
    restored_to: Timestamp,
    /// Erasures that the restore may have undone.
    looked_at: usize,
    erased_anew: usize,
    /// By this command before.
    known: usize,
    /// On the register since they were erased.
    registered_since: usize,
    /// Not begun, or still on the register.
    failed: usize,
}

/// Erases anew whoever was erased since the moment to which tables were restored.
///
/// # Errors
/// [`Stop::Unusable`] for a moment that is none, or when something else was
/// typed; [`Stop::Failed`] when not all of it could be done.
pub(super) fn run(args: &Erase, since: &str) -> Result<(), Stop> {
    let restored_to: Timestamp = since.trim().parse().map_err(|_| {
        Stop::unusable(format_args!(
            "--since {since:?} is no moment; expected a date and time with its offset, such as 2026-11-23T09:30:00Z"
        ))
    })?;
    runtime()?.block_on(async {
        let eraser = erasing::open(&args.place, "erase").await?;
        if restored_to > eraser.recorder.clock.now() {
            return Err(Stop::unusable(
                "--since lies ahead; expected the moment to which the tables were restored",
            ));
        }
        let undone = eraser.undone(restored_to).await?;
        if !undone.is_empty() && !args.yes {
            confirm(undone.len(), &args.place, &times::long(restored_to, &zone(&eraser.recorder.policy)))?;
        }
        let (done, fault) = all(&eraser, &undone, restored_to).await;
        show(&done, &args.place)?;
        match fault {
            None => Ok(()),
            Some(why) => Err(Stop::failed(format_args!(
                "{} could not be erased anew: {why}; run it again",
                done.failed
            ))),
        }
    })
}

/// Each by themselves: one who cannot be erased keeps nobody else. Answers why
/// the first of them could not be.
async fn all(eraser: &Eraser, undone: &[Erasure], restored_to: Timestamp) -> (Done, Option<String>) {
    let mut done = Done {
        restored_to,
        looked_at: undone.len(),
        erased_anew: 0,
        known: 0,
        registered_since: 0,
        failed: 0,
    };
    let mut first = None;
    for erasure in undone {
        let failed = match eraser.erase_anew(erasure, Some(restored_to)).await {
            Ok(Anew::Begun) => {
                done.erased_anew += 1;
                continue;
            }
            Ok(Anew::Known) => {
                done.known += 1;
                continue;
            }
            Ok(Anew::Registered) => {
                done.registered_since += 1;
                continue;
            }
            Ok(Anew::Delayed | Anew::Contended) => "somebody else keeps changing the record".to_owned(),
            Err(fault) => fault.to_string(),
        };
        done.failed += 1;
        first.get_or_insert(failed);
    }
    (done, first)
}

/// Asks for what only somebody knows who means this deployment.
fn confirm(people: usize, place: &Place, restored_to: &str) -> Result<(), Stop> {
    let prefix = place.aws.as_deref().unwrap_or_default();
    if std::io::stdin().is_terminal() {
        stop::tell(&format!(
            "{people} erasures were not over at {restored_to}, to which the tables were restored; what they erased may \
             be back. This cannot be undone.\nType {prefix} to erase them again:"
        ));
    }
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed).map_err(|_| Stop::unusable("nothing could be read"))?;
    if typed.trim() == prefix {
        return Ok(());
    }
    Err(Stop::unusable("expected the Prefix of the deployment, found something else; nobody was erased"))
}

fn show(done: &Done, place: &Place) -> Result<(), Stop> {
    let mut out = Output::take();
    if place.json {
        serde_json::to_writer(&mut out, done).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(out.finish()?);
    }
    if done.looked_at == 0 {
        writeln!(out, "All erasures were over before: nobody had to be erased anew.")?;
        return Ok(out.finish()?);
    }
    let Done { looked_at, erased_anew, known, registered_since, .. } = done;
    writeln!(
        out,
        "Of {looked_at} whose erasure was not over then, {erased_anew} were erased anew, {known} had been by this \
         command before,\nand {registered_since} are on the register by a list that came after they had been erased."
    )?;
    if *erased_anew > 0 {
        let prefix = place.aws.as_deref().unwrap_or_default();
        writeln!(
            out,
            "They are off the register. The function {prefix}-erasures does the rest, which begins within a quarter of \
             an hour."
        )?;
    }
    Ok(out.finish()?)
}
