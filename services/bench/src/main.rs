//! `rollcall-bench`: the figures of the README, each with its aim.
//!
//! Every figure is a ratio or a rate taken in one run, from the real handlers
//! over the real store, so that it means something on a noisy machine. A figure
//! that misses its aim is printed as such; only what cannot be measured fails.

mod args;
mod figures;
mod import;
mod meta;
mod outcomes;
mod pace;
mod people;
mod rehearse;
mod shell;
mod stopwatch;
mod tick;
mod town;
mod virtual_time;

use args::Args;
use clap::Parser;
use figures::{Failed, Figures};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when this fails, too.
            let _written = writeln!(std::io::stderr(), "rollcall-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Failed> {
    let mut figures = Figures::default();
    let mut measure = |part: &str, work: &mut dyn FnMut(&mut Figures) -> Result<(), Failed>| {
        if !args.wants(part) {
            return Ok(());
        }
        writeln!(std::io::stderr(), "measuring: {part}")?;
        work(&mut figures)
    };
    let scratch = args.scratch()?;
    measure("pace", &mut |figures| pace::measure(scratch.path(), pace::BACKLOG, figures))?;
    measure("rehearse", &mut |figures| rehearse::measure(rehearse::RESIDENTS, figures))?;
    measure("outcomes", &mut |figures| outcomes::measure(scratch.path(), outcomes::CALLS, figures))?;
    measure("tick", &mut |figures| tick::measure(scratch.path(), &tick::FULL, figures))?;
    measure("import", &mut |figures| import::measure(&args.rollcall()?, scratch.path(), figures))?;
    std::io::stdout().lock().write_all(figures.table().as_bytes())?;
    std::fs::write(&args.out, figures.summary(&meta::gather()))?;
    Ok(())
}
