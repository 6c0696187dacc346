//! `rollcall erase`: a person, for good.

mod since;

use crate::args::{Erase, Place};
use crate::dialing::by;
use crate::directory::zone;
use crate::erasing;
use crate::output::Output;
use crate::runtime::runtime;
use crate::stop::{self, Stop};
use crate::times;
use crate::why::find;
use jiff::Timestamp;
use rollcall_domain::erasure::{Class, ErasureReason};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::resident::Resident;
use rollcall_ports::{Residents, Versioned};
use rollcall_recording::erasure::{Eraser, Progress};
use serde::Serialize;
use std::io::{BufRead, IsTerminal, Write};

/// Erases somebody, as far as that can be done now.
///
/// # Errors
/// [`Stop::Unusable`] for nobody, without a known reason or when something else
/// was typed, [`Stop::Failed`] when it goes on or the store does not behave.
pub(crate) fn run(args: &Erase) -> Result<(), Stop> {
    if let Some(since) = &args.since {
        return since::run(args, since);
    }
    // Neither is missing without --since: the command line was read so.
    let [resident, word] = [&args.resident, &args.reason].map(|text| text.as_deref().unwrap_or_default());
    let reason = ErasureReason::ALL.into_iter().find(|reason| reason.word() == word).ok_or_else(|| {
        Stop::unusable(format_args!("--reason: expected asked, died, left, mistake or other, found {word:?}"))
    })?;
    runtime()?.block_on(async {
        let eraser = erasing::open(&args.place, "erase").await?;
        let residents = eraser.recorder.residents.as_ref();
        let (id, stored) = whom(residents, resident).await?;
        if let Some(stored) = &stored
            && !args.yes
        {
            confirm(&stored.value)?;
        }
        let progress = eraser.erase(id, stored.as_ref(), (&by(), reason)).await?.ok_or_else(changed)?;
        show(&eraser, &progress, &args.place)?;
        left(&progress, args.place.aws.as_deref())
    })
}

fn changed() -> Stop {
    Stop::failed("somebody else changed the record at this moment; try again")
}

/// What of it is left to others is no failure where others alone may do it.
fn left(progress: &Progress, aws: Option<&str>) -> Result<(), Stop> {
    let erasure = &progress.erasure;
    let is_off = erasure.done.contains(&Class::Register);
    match aws {
        _ if erasure.done_at.is_some() => Ok(()),
        Some(_) if is_off => Ok(()),
        Some(prefix) => Err(Stop::failed(format_args!(
            "the erasure is written down, but they are on the register still: the function {prefix}-erasures goes on \
             within a quarter of an hour"
        ))),
        None => Err(Stop::failed("the erasure is written down and goes on: `rollcall serve` finishes it")),
    }
}

/// Somebody on the register; or, by the whole id, somebody who was there once.
async fn whom(
    residents: &dyn Residents,
    text: &str,
) -> Result<(ResidentId, Option<Versioned<Resident>>), Stop> {
    if let Ok(id) = text.trim().parse::<ResidentId>() {
        return Ok((id, residents.get(id).await?));
    }
    let found = find(residents, text.trim()).await?;
    Ok((found.id, residents.get(found.id).await?))
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

fn show(eraser: &Eraser, progress: &Progress, place: &Place) -> Result<(), Stop> {
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
    if place.json {
        serde_json::to_writer(&mut out, &shown).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(out.finish()?);
    }
    let zone = zone(&eraser.recorder.policy);
    let whoever = match &place.aws {
        Some(prefix) => format!("The function {prefix}-erasures"),
        None => "`rollcall serve`".to_owned(),
    };
    let Some(at) = erasure.done_at else {
        let waits = progress.waits.unwrap_or("a store did not answer");
        let is_off = erasure.done.contains(&Class::Register);
        let whether = if is_off { "is off the register and" } else { "is on the register still and" };
        writeln!(
            out,
            "Resident {} {whether} being erased: {clean} of {all} done; {waits}.",
            shown.resident_id
        )?;
        return Ok(out.finish()?);
    };
    writeln!(out, "Resident {} is erased since {}.", shown.resident_id, times::long(at, &zone))?;
    if let Some(at) = erasure.look_again_at {
        let at = times::long(at, &zone);
        writeln!(out, "{whoever} looks once more at {at} for news of calls that were under way.")?;
    }
    let backups = match place.aws {
        Some(_) => {
            "Backups of the tables still hold them, for 35 days: whoever restores one runs `rollcall erase --since`."
        }
        None => {
            "Backups still hold them: whoever restores one names this directory by --erased, or runs this again."
        }
    };
    writeln!(out, "{backups}")?;
    Ok(out.finish()?)
}
