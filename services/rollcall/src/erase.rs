//! `rollcall erase`: a person, for good.

use crate::args::Erase;
use crate::dialing::by;
use crate::directory::{look, zone};
use crate::output::Output;
use crate::runtime::runtime;
use crate::stop::{self, Stop};
use crate::times;
use crate::why::find;
use jiff::Timestamp;
use rollcall_domain::erasure::ErasureReason;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::resident::Resident;
use rollcall_local::machine::Machine;
use rollcall_ports::Versioned;
use rollcall_recording::erasure::Progress;
use serde::Serialize;
use std::io::{BufRead, IsTerminal, Write};

/// Erases somebody, as far as that can be done now.
///
/// # Errors
/// [`Stop::Unusable`] for nobody, without a known reason or when something else
/// was typed, [`Stop::Failed`] when it goes on or the store does not behave.
pub(crate) fn run(args: &Erase) -> Result<(), Stop> {
    let reason =
        ErasureReason::ALL.into_iter().find(|reason| reason.word() == args.reason).ok_or_else(|| {
            Stop::unusable(format_args!(
                "--reason: expected asked, died, left, mistake or other, found {:?}",
                args.reason
            ))
        })?;
    let machine = look(&args.directory.data_dir)?;
    let progress = runtime()?.block_on(async {
        let (id, stored) = whom(&machine, &args.resident).await?;
        if let Some(stored) = &stored
            && !args.yes
        {
            confirm(&stored.value)?;
        }
        match machine.services().eraser.erase(id, stored.as_ref(), (&by(), reason)).await? {
            Some(progress) => Ok(progress),
            None => Err(Stop::failed("somebody else changed the record at this moment; try again")),
        }
    })?;
    show(&machine, &progress, args.directory.json)?;
    match progress.erasure.done_at {
        Some(_) => Ok(()),
        None => Err(Stop::failed("the erasure is written down and goes on: `rollcall serve` finishes it")),
    }
}

/// Somebody on the register; or, by the whole id, somebody who was there once.
async fn whom(machine: &Machine, text: &str) -> Result<(ResidentId, Option<Versioned<Resident>>), Stop> {
    if let Ok(id) = text.trim().parse::<ResidentId>() {
        return Ok((id, machine.ports().residents.get(id).await?));
    }
    let found = find(machine, text.trim()).await?;
    Ok((found.id, machine.ports().residents.get(found.id).await?))
}

/// Asks for what only somebody knows who means this person.
fn confirm(resident: &Resident) -> Result<(), Stop> {
    if std::io::stdin().is_terminal() {
        let question =
            format!("This cannot be undone. Type the reference or the whole name of {}:", resident.id);
        stop::tell(&question);
    }
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed).map_err(|_| Stop::unusable("nothing could be read"))?;
    if resident.is_called(&typed) {
        return Ok(());
    }
    Err(Stop::unusable(
        "expected the reference or the whole name of this resident, found something else; nobody was erased",
    ))
}

/// How far it has come.
#[derive(Serialize)]
struct Shown {
    resident_id: String,
    done: bool,
    classes_clean: usize,
    classes: usize,
    asked_at: Timestamp,
    done_at: Option<Timestamp>,
    looks_again_at: Option<Timestamp>,
    waits_for: Option<&'static str>,
}

fn show(machine: &Machine, progress: &Progress, json: bool) -> Result<(), Stop> {
    let erasure = &progress.erasure;
    let (clean, all) = erasure.progress();
    let shown = Shown {
        resident_id: erasure.resident.to_string(),
        done: erasure.done_at.is_some(),
        classes_clean: clean,
        classes: all,
        asked_at: erasure.asked_at,
        done_at: erasure.done_at,
        looks_again_at: erasure.look_again_at,
        waits_for: progress.waits,
    };
    let mut out = Output::take();
    if json {
        serde_json::to_writer(&mut out, &shown).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(out.finish()?);
    }
    let zone = zone(machine.policy());
    match erasure.done_at {
        Some(at) => {
            writeln!(out, "Resident {} is erased since {}.", shown.resident_id, times::long(at, &zone))?;
            if let Some(at) = erasure.look_again_at {
                let at = times::long(at, &zone);
                writeln!(
                    out,
                    "`rollcall serve` looks once more at {at} for news of calls that were under way."
                )?;
            }
            writeln!(
                out,
                "Backups still hold them: whoever restores one names this directory by --erased, or runs this again."
            )?;
        }
        None => {
            let waits = progress.waits.unwrap_or("a store did not answer");
            writeln!(
                out,
                "Resident {} is off the register and being erased: {clean} of {all} done; {waits}.",
                shown.resident_id
            )?;
        }
    }
    Ok(out.finish()?)
}
