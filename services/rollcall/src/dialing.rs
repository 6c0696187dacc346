//! `rollcall dialing`: the switch over all dialing.

use crate::args::{Dialing, DialingCommand, Directory};
use crate::directory::{look, zone};
use crate::output::{Output, plain};
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::times;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rollcall_domain::switch::{self, Hand, Standing};
use rollcall_host::settings::{ProcessVars, Vars};
use rollcall_local::machine::Machine;
use rollcall_recording::switch::{Lever, Turned};
use serde::Serialize;
use std::io::Write;
use std::sync::Arc;

/// Shows or turns the switch.
///
/// # Errors
/// [`Stop::Unusable`] without a usable reason or register, [`Stop::Failed`]
/// when the store does not behave or somebody else turned it meanwhile.
pub(crate) fn run(args: &Dialing) -> Result<(), Stop> {
    let runtime = runtime()?;
    let directory = match &args.command {
        DialingCommand::Status(directory) => directory,
        DialingCommand::Stop(turn) | DialingCommand::Start(turn) => &turn.directory,
    };
    let machine = look(&directory.data_dir)?;
    let ports = machine.ports();
    let lever = Lever { switch: Arc::clone(&ports.switch), audit: Arc::clone(&ports.audit) };
    let dialing = runtime.block_on(async {
        match &args.command {
            DialingCommand::Status(_) => Ok(lever.look().await?),
            DialingCommand::Stop(turn) => done(lever.stop(&hand(&turn.reason, &machine)?).await?),
            DialingCommand::Start(turn) => {
                // What this person has seen is what they are told of right now.
                let seen = lever.look().await?.change;
                done(lever.start(&hand(&turn.reason, &machine)?, seen).await?)
            }
        }
    })?;
    show(&dialing, directory, &zone(machine.policy()))
}

/// Stops all dialing, unless it is stopped.
///
/// # Errors
/// When the store does not behave.
pub(crate) async fn stop(machine: &Machine, why: &str) -> Result<(), Stop> {
    let ports = machine.ports();
    let lever = Lever { switch: Arc::clone(&ports.switch), audit: Arc::clone(&ports.audit) };
    done(lever.stop(&hand(why, machine)?).await?).map(drop)
}

fn hand(reason: &str, machine: &Machine) -> Result<Hand, Stop> {
    // Whoever may write into the directory may do this; the name is for people.
    let user = ProcessVars.get("USER").filter(|name| !name.is_empty());
    let by = user.map_or_else(|| "command line".to_owned(), |name| format!("{name} (command line)"));
    Hand::new(&by, machine.clock().now(), reason)
        .map_err(|refusal| Stop::unusable(format_args!("--reason: {refusal}")))
}

fn done(turned: Turned) -> Result<switch::Dialing, Stop> {
    match turned {
        Turned::Done(dialing) => Ok(dialing),
        Turned::Outdated(_) => {
            Err(Stop::failed("somebody else turned the switch at this moment; look again"))
        }
    }
}

/// The switch as the API shows it.
#[derive(Serialize)]
struct Shown<'a> {
    state: &'static str,
    change: u64,
    since: Option<Timestamp>,
    by: Option<&'a str>,
    why: Option<String>,
    cause: Option<&'static str>,
}

impl<'a> Shown<'a> {
    fn of(dialing: &'a switch::Dialing) -> Self {
        let (state, hand) = match dialing.standing() {
            Standing::Running => ("running", dialing.started.as_ref()),
            Standing::Stopped(hand) => ("stopped", Some(hand)),
            Standing::Tripped(_) => ("tripped", None),
        };
        let trip = dialing.tripped.as_ref();
        let tripped = trip.filter(|_| hand.is_none());
        Self {
            state,
            change: dialing.change,
            since: hand.map(|hand| hand.at).or_else(|| tripped.map(|trip| trip.at)),
            by: hand.map(|hand| hand.by.as_str()),
            why: hand.map(|hand| hand.why.clone()).or_else(|| tripped.map(|trip| trip.cause.to_string())),
            cause: trip.map(|trip| trip.cause.code()),
        }
    }
}

fn show(dialing: &switch::Dialing, args: &Directory, zone: &TimeZone) -> Result<(), Stop> {
    let mut out = Output::take();
    let shown = Shown::of(dialing);
    if args.json {
        serde_json::to_writer(&mut out, &shown).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(out.finish()?);
    }
    let since = shown.since.map(|at| times::long(at, zone)).unwrap_or_default();
    let (by, why) = (plain(shown.by.unwrap_or_default()), plain(&shown.why.unwrap_or_default()));
    match shown.state {
        "stopped" => writeln!(out, "Dialing is STOPPED since {since}, by {by}: {why}")?,
        "tripped" => {
            writeln!(out, "Dialing STOPPED BY ITSELF at {since}: {why}")?;
            writeln!(out, "Put that right, then start again with `rollcall dialing start --reason TEXT`.")?;
        }
        _ if since.is_empty() => writeln!(out, "Dialing runs.")?,
        _ => writeln!(out, "Dialing runs; started again at {since} by {by}: {why}")?,
    }
    if let (Some(trip), Standing::Stopped(_)) = (&dialing.tripped, dialing.standing()) {
        writeln!(out, "Before that it had stopped by itself: {}", trip.cause)?;
    }
    Ok(out.finish()?)
}
