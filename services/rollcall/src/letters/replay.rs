//! `rollcall dead-letters replay` and `stop`.

use super::Desk;
use super::list::short;
use crate::args::{ReplayLetters, StopReplay};
use crate::output::{Output, plain};
use crate::stop::{Stop, tell};
use rollcall_domain::ids::{JobId, LetterId};
use rollcall_domain::letter::job::{FASTEST, Job, JobState, MOST_NAMED, Selection};
use rollcall_domain::letter::{Letter, LetterState, Which};
use rollcall_ports::Versioned;
use std::io::Write;

/// Letters that are sent before it is looked again.
const MOST: u32 = 200;
/// How often it is looked what became of one letter, before it is left to itself.
const LOOKS: u32 = 50;

pub(super) async fn run(desk: &Desk, args: &ReplayLetters) -> Result<(), Stop> {
    let per_minute = match args.rate.trim().parse() {
        Ok(rate) if (1..=FASTEST).contains(&rate) => rate,
        _ => return Err(Stop::unusable(format_args!("--rate {:?}: expected 1 to {FASTEST}", args.rate))),
    };
    if args.letters.is_empty() && args.which.is_empty() && !args.all {
        return Err(Stop::unusable(
            "name the letters, or say which (--queue, --kind, --cause, --older-than), or --all",
        ));
    }
    let mut letters = desk.named(&args.letters).await?;
    if let ([_], true) = (letters.as_slice(), args.letters.len() == 1)
        && let Some(letter) = letters.pop()
    {
        return one(desk, args, letter).await;
    }
    let selection = if letters.is_empty() {
        let open = Which::Only(LetterState::Open);
        Selection::Matching(args.which.filter(open, desk.clock.now())?)
    } else if letters.len() > MOST_NAMED {
        return Err(Stop::unusable(format_args!("at most {MOST_NAMED} letters can be named at once")));
    } else {
        Selection::Named(letters.iter().map(|letter| letter.value.id).collect())
    };
    let by = args.by.who();
    let job = desk.workbench.start(&by, selection, per_minute).await?;
    let served = desk.is_driven;
    let id = job.value.id;
    let job = tokio::select! {
        job = follow(desk, job.value, served) => job?,
        _ = tokio::signal::ctrl_c() => desk.workbench.stop(&by, id).await?.value,
    };
    report(&job, args.place.json, served)
}

/// Drives a job to its end; where the directory is served, that process does.
async fn follow(desk: &Desk, mut job: Job, served: bool) -> Result<Job, Stop> {
    while job.state == JobState::Running {
        let before = job.sent;
        let found = if served {
            desk.workbench.jobs.get(job.id).await?
        } else {
            desk.workbench.drive(job.id, MOST).await?
        };
        job = found.ok_or_else(|| Stop::failed("the replay is gone"))?.value;
        if job.sent != before {
            tell(&format!("Sent {} of {}.", job.sent, job.total));
        }
        if job.state == JobState::Running {
            tokio::time::sleep(desk.look).await;
        }
    }
    Ok(job)
}

fn report(job: &Job, json: bool, served: bool) -> Result<(), Stop> {
    let Job { id, total, sent, skipped, .. } = job;
    let stopped = job.state == JobState::Stopped;
    let mut out = Output::take();
    if json {
        let state = if stopped { "stopped" } else { "finished" };
        writeln!(
            out,
            "{{\"id\":\"{id}\",\"state\":\"{state}\",\"total\":{total},\"sent\":{sent},\"skipped\":{skipped}}}"
        )?;
    } else {
        writeln!(out, "Sent {sent} of {total} back to where they came from.{}", later(served))?;
    }
    out.finish()?;
    if stopped {
        return Err(Stop::failed("stopped; the rest stays set aside"));
    }
    if *skipped > 0 {
        return Err(Stop::failed(format_args!("{skipped} were no longer open when their turn came")));
    }
    Ok(())
}

fn later(served: bool) -> &'static str {
    if served { "" } else { " They are handled when `rollcall serve` runs." }
}

async fn one(desk: &Desk, args: &ReplayLetters, letter: Versioned<Letter>) -> Result<(), Stop> {
    let seen = (letter.value.id, letter.version);
    let letter = desk.workbench.replay(&args.by.who(), seen).await?.value;
    let served = desk.is_driven;
    let letter = if served { outcome(desk, letter).await? } else { letter };
    let mut out = Output::take();
    let id = short(letter.id);
    if args.place.json {
        writeln!(out, "{{\"id\":\"{}\",\"state\":\"{}\"}}", letter.id, letter.state.word())?;
    } else {
        match letter.state {
            LetterState::Applied => writeln!(out, "{id} is applied.")?,
            LetterState::Open => writeln!(out, "{id} was set aside again: {}", plain(&letter.reason))?,
            LetterState::Replaying | LetterState::Discarded => {
                writeln!(out, "{id} was sent back to where it came from.{}", later(served))?;
            }
        }
    }
    out.finish()?;
    if letter.state == LetterState::Open {
        return Err(Stop::failed("the message was set aside again"));
    }
    Ok(())
}

/// What became of a letter, if that is known soon.
async fn outcome(desk: &Desk, mut letter: Letter) -> Result<Letter, Stop> {
    for _ in 0..LOOKS {
        if letter.state != LetterState::Replaying {
            break;
        }
        tokio::time::sleep(desk.look).await;
        letter = again(desk, letter.id).await?;
    }
    Ok(letter)
}

async fn again(desk: &Desk, id: LetterId) -> Result<Letter, Stop> {
    Ok(desk.workbench.letter(id).await?.value)
}

pub(super) async fn stop(desk: &Desk, args: &StopReplay) -> Result<(), Stop> {
    let ids: Vec<JobId> =
        match &args.replay {
            Some(text) => vec![text.trim().parse().map_err(|_| {
                Stop::unusable(format_args!("no replay is known by {text:?}; expected its id"))
            })?],
            None => {
                let running = desk.workbench.jobs.running(MOST).await?;
                running.into_iter().map(|job| job.value.id).collect()
            }
        };
    let mut out = Output::take();
    if ids.is_empty() && !args.place.json {
        writeln!(out, "No replay is running.")?;
    }
    for id in ids {
        let job = desk.workbench.stop(&args.by.who(), id).await?.value;
        if args.place.json {
            let state = if job.state == JobState::Stopped { "stopped" } else { "finished" };
            writeln!(out, "{{\"id\":\"{id}\",\"state\":\"{state}\",\"sent\":{}}}", job.sent)?;
        } else {
            let how = if job.state == JobState::Stopped { "is stopped" } else { "was over already" };
            writeln!(out, "{id} {how}; it did {} of {}.", job.sent, job.total)?;
        }
    }
    Ok(out.finish()?)
}
