//! `rollcall ledger --date`: a day that is over.

use super::{balance, rows};
use crate::directory::zone;
use crate::output::Output;
use crate::stop::Stop;
use crate::times;
use jiff::civil::Date;
use rollcall_domain::day::{DayAccount, DayCheck, DayRecord, today};
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::DayState;
use rollcall_local::machine::Machine;
use rollcall_ports::PartOf;
use rollcall_roster::{Delimiter, csv_line};
use serde::Serialize;
use std::io::Write;

/// Shows the account of a day, and what came of holding it against the books.
///
/// # Errors
/// [`Stop::Failed`] when there is none, or it differs.
pub(super) async fn show(machine: &Machine, day: Date, json: bool) -> Result<(), Stop> {
    let (record, account) = find(machine, day).await?;
    let check = machine.services().books.reproduce(&record).await?;
    // There is an account, so there is a check.
    let check = check.unwrap_or_default();
    let agrees = check.agrees(&account);
    let mut out = Output::take();
    if json {
        let shown = Shown { day, agrees, account, check: &check };
        serde_json::to_writer(&mut out, &shown).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        text(&mut out, machine, &record, (&account, &check))?;
    }
    out.finish()?;
    if agrees {
        return Ok(());
    }
    let found = if check.adds_up(&account) {
        format!("{} residents differ from the books", check.differences)
    } else {
        format!(
            "it names {} residents, and counts {} of {} on the register",
            check.ledger.counted(),
            account.ledger.counted(),
            account.ledger.total
        )
    };
    Err(Stop::failed(format_args!("the account of {day} is not right: {found}")))
}

/// Lists everybody by state, in the order of the account.
///
/// # Errors
/// [`Stop::Failed`] when there is no account of that day.
pub(super) async fn residents(machine: &Machine, day: Date, json: bool) -> Result<(), Stop> {
    let (record, account) = find(machine, day).await?;
    let mut out = Output::take();
    if !json {
        write!(out, "{}", csv_line(Delimiter::Comma, ["state", "id", "first name", "last name"]))?;
    }
    let mut everybody = Vec::new();
    for part in 0..account.parts {
        let of = PartOf { day, taking: record.taking, part };
        let found = machine.ports().days.part(of).await?;
        let missing = || Stop::failed(format_args!("part {part} of the account of {day} is missing"));
        everybody.extend(found.ok_or_else(missing)?.people);
    }
    everybody.sort_by_key(|(_, state)| *state);
    for some in everybody.chunks(NAMED) {
        let ids: Vec<ResidentId> = some.iter().map(|(id, _)| *id).collect();
        let known = machine.ports().residents.get_each(&ids).await?;
        for ((id, state), known) in some.iter().zip(known) {
            let known = known.as_ref();
            let name =
                known.map_or(("", ""), |one| (one.value.first_name.as_str(), one.value.last_name.as_str()));
            let id = id.to_string();
            if json {
                let line = Person { state: word(*state), id, first_name: name.0, last_name: name.1 };
                serde_json::to_writer(&mut out, &line).map_err(std::io::Error::from)?;
                writeln!(out)?;
            } else {
                write!(out, "{}", csv_line(Delimiter::Comma, [word(*state), &id, name.0, name.1]))?;
            }
        }
    }
    Ok(out.finish()?)
}

/// People of whom names are asked at a time.
const NAMED: usize = 500;

async fn find(machine: &Machine, day: Date) -> Result<(DayRecord, DayAccount), Stop> {
    let Some(record) = machine.services().books.day(day).await? else {
        let policy = machine.policy();
        if policy.keeps_no_account_of(day, today(policy, machine.clock().now())) {
            let kept = policy.retention.words(Class::Accounts).unwrap_or_default();
            return Err(Stop::failed(format_args!(
                "there is no account of {day} any more: accounts of days are kept for {kept} and then deleted"
            )));
        }
        return Err(Stop::failed(format_args!(
            "there is no account of {day}: nothing ran on that day, or it is from before days were recorded"
        )));
    };
    let Some(account) = record.account else {
        return Err(Stop::failed(format_args!(
            "{day} is not closed yet: its account is written once it is over for everybody and the results of all \
             its calls are known, the next time the books are looked at by `rollcall serve`"
        )));
    };
    Ok((record, account))
}

fn text(
    out: &mut Output,
    machine: &Machine,
    record: &DayRecord,
    (account, check): (&DayAccount, &DayCheck),
) -> Result<(), Stop> {
    let zone = zone(machine.policy());
    writeln!(out, "How {} ended ({})\n", record.day, times::zone_name(&zone))?;
    for (name, count) in rows(&account.ledger) {
        let name = if name == "trying" { "MISSED" } else { name };
        writeln!(out, "  {name:<15}{count:>9}")?;
    }
    writeln!(out, "  {:<15}{:>9}  {}\n", "total", account.ledger.total, balance(&account.ledger))?;
    writeln!(out, "Written {}", times::long(account.taken_at, &zone))?;
    let (from, until) = (times::long(record.first_run, &zone), times::long(record.last_run, &zone));
    writeln!(out, "Rollcall ran from {from} to {until}")?;
    for one in &check.first {
        let found = one.found.map_or("nothing of that day", word);
        writeln!(out, "  DIFFERS  {}  written: {}  books: {found}", one.resident, word(one.written))?;
    }
    let named = check.first.len() as u64;
    if check.differences > named {
        writeln!(out, "  and {} more", check.differences - named)?;
    }
    if check.forgotten > 0 {
        writeln!(out, "Of {} residents nothing is kept any more that could be compared.", check.forgotten)?;
    }
    let verdict = if check.agrees(account) { "agrees with the books" } else { "DIFFERS from the books" };
    Ok(writeln!(out, "The account {verdict}.")?)
}

/// Of a day that is over, nobody is being tried any more.
fn word(state: DayState) -> &'static str {
    if state == DayState::Trying { "missed" } else { state.word() }
}

#[derive(Serialize)]
struct Shown<'a> {
    day: Date,
    agrees: bool,
    account: DayAccount,
    check: &'a DayCheck,
}

#[derive(Serialize)]
struct Person<'a> {
    state: &'static str,
    id: String,
    first_name: &'a str,
    last_name: &'a str,
}
