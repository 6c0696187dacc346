//! `rollcall ledger`.

mod day;

use crate::args;
use crate::directory::{look, zone};
use crate::output::Output;
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::times;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_domain::day::today;
use rollcall_domain::ledger::Ledger;
use rollcall_local::machine::Machine;
use serde::Serialize;
use std::io::Write;

/// How often the account is taken when residents are added meanwhile.
const TRIES: usize = 5;

/// Takes the account of the day and shows it.
///
/// # Errors
/// [`Stop::Failed`] when it does not balance, or there is none of the day that is asked for.
pub(crate) fn run(args: &args::Ledger) -> Result<(), Stop> {
    let wanted = args.date.as_deref().map(date).transpose()?;
    let (whole, args) = (args.residents, &args.directory);
    let machine = look(&args.data_dir)?;
    if let Some(day) = wanted {
        let today = today(machine.policy(), machine.clock().now());
        if day > today {
            return Err(Stop::unusable(format_args!("--date is {day}; expected {today} or a day before")));
        }
        if whole {
            return runtime()?.block_on(day::residents(&machine, day, args.json));
        }
        if day < today {
            return runtime()?.block_on(day::show(&machine, day, args.json));
        }
    }
    let (at, ledger) = runtime()?.block_on(account(&machine))?;
    let mut out = Output::take();
    if args.json {
        serde_json::to_writer(&mut out, &Account { at, ledger }).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        let zone = zone(machine.policy());
        writeln!(out, "The account of {} ({})\n", times::long(at, &zone), times::zone_name(&zone))?;
        for (name, count) in rows(&ledger) {
            writeln!(out, "  {name:<15}{count:>9}")?;
        }
        writeln!(out, "  {:<15}{:>9}  {}", "total", ledger.total, balance(&ledger))?;
    }
    out.finish()?;
    if ledger.balanced {
        Ok(())
    } else {
        Err(Stop::failed(format_args!(
            "the account does not balance: {} residents are in a state of the day, {} are on the register",
            ledger.counted(),
            ledger.total
        )))
    }
}

fn date(text: &str) -> Result<Date, Stop> {
    let expected = "a date such as 2026-11-20";
    text.parse().map_err(|_| Stop::unusable(format_args!("--date is {text:?}; expected {expected}")))
}

/// The states of the day with their words, in the order of the account.
pub(crate) fn rows(ledger: &Ledger) -> [(&'static str, u64); 8] {
    [
        ("well", ledger.well),
        ("callback open", ledger.callback_open),
        ("spoken to", ledger.spoken_to),
        ("trying", ledger.trying),
        ("escalated", ledger.escalated),
        ("paused", ledger.paused),
        ("excluded", ledger.excluded),
        ("not due", ledger.not_due),
    ]
}

/// Whether everyone is accounted for, in words.
pub(crate) fn balance(ledger: &Ledger) -> &'static str {
    if ledger.balanced { "balanced" } else { "NOT BALANCED" }
}

#[derive(Serialize)]
struct Account {
    at: Timestamp,
    #[serde(flatten)]
    ledger: Ledger,
}

async fn account(machine: &Machine) -> Result<(Timestamp, Ledger), Stop> {
    let mut taken = None;
    for _ in 0..TRIES {
        let at = machine.clock().now();
        let ledger = machine.services().books.account().await?;
        let balanced = ledger.balanced;
        taken = Some((at, ledger));
        if balanced {
            break;
        }
    }
    // The loop runs at least once.
    taken.ok_or_else(|| Stop::failed("the account was not taken"))
}
