//! `rollcall dead-letters`.

use crate::args::{DeadLetters, Directory, LettersCommand};
use crate::directory::{look, zone};
use crate::output::{Output, plain};
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::times;
use jiff::Timestamp;
use rollcall_local::machine::Machine;
use serde::Serialize;
use std::io::Write;

/// Letters read at a time.
const PAGE: u32 = 200;

/// Shows what was set aside.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn run(args: &DeadLetters) -> Result<(), Stop> {
    let LettersCommand::List(args) = &args.command;
    let machine = look(&args.data_dir)?;
    runtime()?.block_on(list(&machine, args))
}

/// A letter without its body, which may hold anything.
#[derive(Serialize)]
struct Shown<'a> {
    position: &'a str,
    source: &'a str,
    message_id: &'a str,
    handler: &'a str,
    reason: &'a str,
    parked_at: Timestamp,
    receives: u32,
    bytes: usize,
}

async fn list(machine: &Machine, args: &Directory) -> Result<(), Stop> {
    let mut out = Output::take();
    let zone = zone(machine.policy());
    let letters = machine.store().dead_letters();
    let mut after = None;
    let mut count = 0_u64;
    loop {
        let page = letters.list(after.as_ref(), PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        for (position, letter) in &page {
            count += 1;
            let shown = Shown {
                position: &position.0,
                source: &letter.source,
                message_id: &letter.message_id,
                handler: &letter.handler,
                reason: &letter.reason,
                parked_at: letter.parked_at,
                receives: letter.receives,
                bytes: letter.body.len(),
            };
            if args.json {
                serde_json::to_writer(&mut out, &shown).map_err(std::io::Error::from)?;
                writeln!(out)?;
            } else {
                let at = times::long(shown.parked_at, &zone);
                let (source, handler, reason) = (shown.source, shown.handler, plain(shown.reason));
                writeln!(out, "{:>6}  {at}  {source} ({handler}): {reason}", shown.position)?;
            }
        }
    }
    if !args.json && count == 0 {
        writeln!(out, "Nothing was set aside.")?;
    }
    Ok(out.finish()?)
}
