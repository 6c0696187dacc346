//! `rollcall dead-letters list`.

use super::Desk;
use super::which::standing;
use crate::args::ListLetters;
use crate::directory::zone;
use crate::output::{Output, plain};
use crate::stop::Stop;
use crate::times;
use jiff::Timestamp;
use rollcall_contracts::letters::label;
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::{Letter, LetterState, cause_of};
use rollcall_ports::Versioned;
use serde::Serialize;
use std::io::Write;

/// Groups that are shown.
const MOST_GROUPS: u32 = 500;
/// Characters of an id in a line: enough to name a letter by.
const SHORT: usize = 8;

/// A letter without its body, which may hold anything.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    pub(super) id: LetterId,
    source: &'a str,
    message_id: &'a str,
    kind: &'a str,
    kind_version: Option<u32>,
    trace_id: Option<String>,
    state: LetterState,
    handler: &'a str,
    reason: &'a str,
    cause: String,
    first_parked_at: Timestamp,
    parked_at: Timestamp,
    receives: u32,
    replays: u32,
    bytes: usize,
}

impl<'a> Shown<'a> {
    pub(super) fn of(letter: &'a Letter) -> Self {
        let label = label(letter.body.as_bytes());
        Self {
            id: letter.id,
            source: &letter.source,
            message_id: &letter.message_id,
            kind: &letter.kind,
            kind_version: label.version,
            trace_id: label.trace,
            state: letter.state,
            handler: &letter.handler,
            reason: &letter.reason,
            cause: cause_of(&letter.reason),
            first_parked_at: letter.first_parked_at,
            parked_at: letter.parked_at,
            receives: letter.receives,
            replays: letter.round,
            bytes: letter.body.as_bytes().len(),
        }
    }
}

/// The beginning of an id.
pub(super) fn short(id: LetterId) -> String {
    id.to_string().chars().take(SHORT).collect()
}

pub(super) async fn run(desk: &Desk, args: &ListLetters) -> Result<(), Stop> {
    if args.groups {
        return groups(desk, args.place.json).await;
    }
    let filter = args.which.filter(standing(&args.state)?, desk.clock.now())?;
    let mut out = Output::take();
    let zone = zone(&desk.policy);
    let mut count = 0_u64;
    desk.each(&filter, async |Versioned { value: letter, .. }| {
        count += 1;
        let shown = Shown::of(&letter);
        if args.place.json {
            serde_json::to_writer(&mut out, &shown).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            let at = times::long(letter.parked_at, &zone);
            let (id, reason) = (short(letter.id), plain(&letter.reason));
            let state = match letter.state {
                LetterState::Open => String::new(),
                other => format!(" [{}]", other.word()),
            };
            let (source, kind, handler) = (&letter.source, &letter.kind, &letter.handler);
            writeln!(out, "{id}  {at}  {source}, {kind} ({handler}): {reason}{state}")?;
        }
        Ok(())
    })
    .await?;
    if !args.place.json && count == 0 {
        let all = args.which.is_empty() && args.state == "waiting";
        writeln!(out, "{}", if all { "Nothing was set aside." } else { "No letter matches." })?;
    }
    Ok(out.finish()?)
}

#[derive(Serialize)]
struct Group<'a> {
    source: &'a str,
    kind: &'a str,
    cause: &'a str,
    letters: u64,
    replaying: u64,
    oldest_at: Timestamp,
    newest_at: Timestamp,
}

async fn groups(desk: &Desk, json: bool) -> Result<(), Stop> {
    let groups = desk.workbench.letters.groups(MOST_GROUPS).await?;
    let (mut out, zone) = (Output::take(), zone(&desk.policy));
    if !json && groups.is_empty() {
        writeln!(out, "Nothing was set aside.")?;
    }
    for group in &groups {
        let oldest = times::long(group.oldest_at, &zone);
        if json {
            let shown = Group {
                source: &group.source,
                kind: &group.kind,
                cause: &group.cause,
                letters: group.letters,
                replaying: group.replaying,
                oldest_at: group.oldest_at,
                newest_at: group.newest_at,
            };
            serde_json::to_writer(&mut out, &shown).map_err(std::io::Error::from)?;
            writeln!(out)?;
        } else {
            let (letters, source, kind) = (group.letters, &group.source, &group.kind);
            writeln!(out, "{letters:>6}  oldest {oldest}  {source}, {kind}: {}", plain(&group.cause))?;
        }
    }
    Ok(out.finish()?)
}
