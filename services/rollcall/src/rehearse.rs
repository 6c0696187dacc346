//! `rollcall rehearse`.

use crate::args::Rehearse;
use crate::output::Output;
use crate::stop::Stop;
use crate::{ledger, stop};
use rollcall_connect_sim::{OutsideEvent, ResidentMix};
use rollcall_host::settings::{ProcessVars, policy};
use rollcall_rehearsal::{Faults, Report, Scenario, ScenarioError};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::str::FromStr;

/// Agents and days that can be rehearsed: beyond, somebody mistyped.
const MOST: u32 = 10_000;

/// Rehearses and reports.
///
/// # Errors
/// [`Stop::Unusable`] when an option or the file cannot be used,
/// [`Stop::Failed`] when a property failed.
pub(crate) fn run(args: &Rehearse) -> Result<(), Stop> {
    let scenario = scenario(args).map_err(Stop::Unusable)?;
    let mut events = args.events.as_deref().map(|path| {
        let file = File::create(path);
        file.map(BufWriter::new)
            .map_err(|error| Stop::unusable(format_args!("{} cannot be written: {error}", path.display())))
    });
    let mut events = match events.take() {
        Some(file) => Some(file?),
        None => None,
    };
    let mut trouble = None;
    let outcome = rollcall_rehearsal::run(&scenario, &mut |event| {
        if let Some(file) = &mut events
            && trouble.is_none()
        {
            trouble = write_event(file, event).err();
        }
    });
    let report = outcome.map_err(|error| match &error {
        ScenarioError::Refused { .. } => Stop::unusable(format_args!("{}: {error}", args.file.display())),
        ScenarioError::Setup(_) => Stop::failed(error),
    })?;
    if let Some(error) = trouble.or_else(|| events.and_then(|mut file| file.flush().err())) {
        return Err(Stop::failed(format_args!("the events cannot be written: {error}")));
    }
    show(&report, args.json)?;
    if report.violations.is_empty() {
        Ok(())
    } else {
        Err(Stop::failed(format_args!(
            "{} properties failed; seed {} shows it again",
            report.violations.len(),
            report.seed
        )))
    }
}

fn write_event(out: &mut impl Write, event: &OutsideEvent) -> io::Result<()> {
    serde_json::to_writer(&mut *out, event)?;
    out.write_all(b"\n")
}

/// Reads every option; all problems at once.
fn scenario(args: &Rehearse) -> Result<Scenario, Vec<String>> {
    let mut problems = Vec::new();
    let agents = number("--agents", &args.agents, (0, MOST), &mut problems);
    let days = number("--days", &args.days, (1, MOST), &mut problems);
    let seed = read("--seed", &args.seed, "a whole number from 0", &mut problems);
    let faults: Faults = read("--faults", &args.faults, "none, mild or harsh", &mut problems);
    let start = read("--start", &args.start, "a moment such as 2026-11-23T08:00:00Z", &mut problems);
    let answers = match args.answers.as_deref().map(ResidentMix::parse) {
        None => ResidentMix::default(),
        Some(Ok(answers)) => answers,
        Some(Err(error)) => {
            problems.push(format!("--answers: {error}"));
            ResidentMix::default()
        }
    };
    let policy = policy(None, &ProcessVars).map_err(|more| problems.extend(more));
    let csv = std::fs::read(&args.file).map_err(|error| {
        problems.push(format!("{}: cannot be read: {error}; expected a CSV file", args.file.display()));
    });
    match (csv, policy) {
        (Ok(csv), Ok(policy)) if problems.is_empty() => {
            let (officers, misconfigured) = (!args.no_officers, None);
            Ok(Scenario { csv, agents, days, seed, faults, start, answers, policy, officers, misconfigured })
        }
        _ => Err(problems),
    }
}

fn number(option: &str, text: &str, (least, most): (u32, u32), problems: &mut Vec<String>) -> u32 {
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => number,
        _ => {
            problems.push(format!("{option} is {text:?}; expected a whole number from {least} to {most}"));
            least
        }
    }
}

/// A value; its default stands in for it until all problems are told.
fn read<T: FromStr + Default>(
    option: &str,
    text: &str,
    expected: impl Display,
    problems: &mut Vec<String>,
) -> T {
    text.parse().unwrap_or_else(|_| {
        problems.push(format!("{option} is {text:?}; expected {expected}"));
        T::default()
    })
}

fn show(report: &Report, json: bool) -> Result<(), Stop> {
    let mut out = Output::take();
    if json {
        serde_json::to_writer(&mut out, report).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        summary(&mut out, report)?;
    }
    out.finish()?;
    for violation in &report.violations {
        stop::tell(&format!("rollcall: property failed: {violation}"));
    }
    Ok(())
}

/// The report for a person.
fn summary(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let Report { days, residents, agents, seed, calls_started, calls_refused, calls_throttled, .. } = report;
    writeln!(out, "{days} day(s), {residents} residents, {agents} agent(s), seed {seed}\n")?;
    writeln!(
        out,
        "Calls: {calls_started} made, {calls_refused} refused, {calls_throttled} held back by the limit"
    )?;
    let of = &report.outcomes;
    writeln!(
        out,
        "  {} well, {} want to talk, {} no answer, {} busy, {} answered without a key, {} number does not exist, {} network, {} want no more calls",
        of.well, of.talk, of.no_answer, of.busy, of.unconfirmed, of.bad_number, of.network, of.opted_out
    )?;
    writeln!(
        out,
        "  at most {} in a second and {} at a time",
        report.peak_calls_per_second, report.peak_concurrent_calls
    )?;
    let Report { dialing_stops, dialing_trips, .. } = report;
    if dialing_stops + dialing_trips > 0 {
        writeln!(
            out,
            "Dialing was stopped {dialing_stops} times by the operator and {dialing_trips} times by itself"
        )?;
    }
    let of = &report.callbacks;
    writeln!(
        out,
        "Callbacks: {} asked for, {} kept, {} past their deadline; half waited at most {} s, 19 of 20 at most {} s",
        of.requested, of.completed, of.overdue, of.wait_p50_seconds, of.wait_p95_seconds
    )?;
    let of = &report.escalations;
    writeln!(
        out,
        "Escalations: {} raised, {} notices told, {} accepted, {} ended by an all-clear, {} told to the last rung",
        of.raised, of.rungs_told, of.accepted, of.all_clear, of.to_the_last_rung
    )?;
    writeln!(out, "\nThe account of the last day:")?;
    for (name, count) in ledger::rows(&report.ledger) {
        writeln!(out, "  {name:<15}{count:>9}")?;
    }
    writeln!(out, "  {:<15}{:>9}  {}", "total", report.ledger.total, ledger::balance(&report.ledger))?;
    let safe = if report.violations.is_empty() { "every property held" } else { "PROPERTIES FAILED" };
    writeln!(
        out,
        "\n{safe}: {} called twice, {} messages set aside, {} failed properties",
        report.double_dials,
        report.dead_letters,
        report.violations.len()
    )?;
    writeln!(out, "{} s were rehearsed in {:.1} s", report.virtual_seconds, report.wall_seconds)
}
