//! `rollcall residents`.

use crate::args::Directory;
use crate::directory::{look, zone};
use crate::output::{Output, plain};
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::times;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::ledger::{DayState, day_state};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::rules::next_due;
use rollcall_local::machine::Machine;
use serde::Serialize;
use std::io::Write;

/// Residents read at a time.
const PAGE: u32 = 500;

/// Lists everybody on the register, page by page.
///
/// # Errors
/// When the register cannot be read.
pub(crate) fn run(args: &Directory) -> Result<(), Stop> {
    let machine = look(&args.data_dir)?;
    runtime()?.block_on(list(&machine, args.json))
}

async fn list(machine: &Machine, json: bool) -> Result<(), Stop> {
    let mut out = Output::take();
    let (policy, now) = (machine.policy(), machine.clock().now());
    let zone = zone(policy);
    if !json {
        writeln!(out, "As of {} ({})\n", times::long(now, &zone), times::zone_name(&zone))?;
        writeln!(out, "{HEAD}")?;
    }
    let mut from = None;
    loop {
        let page = machine.ports().residents.page(from.as_ref(), PAGE).await?;
        for resident in &page.residents {
            let known = Known::of(&resident.value, policy, now);
            if json {
                serde_json::to_writer(&mut out, &known).map_err(std::io::Error::from)?;
                writeln!(out)?;
            } else {
                known.write_line(&mut out, &zone)?;
            }
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    Ok(out.finish()?)
}

const HEAD: &str = "id        state          tries  next call due              last heard of              number            name";

/// A resident as it is shown.
#[derive(Serialize)]
struct Known<'a> {
    id: String,
    first_name: &'a str,
    last_name: &'a str,
    number: String,
    timezone: &'a str,
    enabled: bool,
    state: DayState,
    next_due_at: Option<Timestamp>,
    attempts_24h: usize,
    last_reached_at: Option<Timestamp>,
}

impl<'a> Known<'a> {
    fn of(resident: &'a Resident, policy: &'a Policy, now: Timestamp) -> Self {
        let recent = |at: Timestamp| now.duration_since(at) < SignedDuration::from_hours(24);
        Self {
            id: resident.id.to_string(),
            first_name: &resident.first_name,
            last_name: &resident.last_name,
            number: resident.number.e164(),
            timezone: resident.timezone.as_deref().unwrap_or(&policy.timezone),
            enabled: resident.enabled,
            state: day_state(resident, policy, now),
            next_due_at: next_due(resident, policy, now),
            attempts_24h: resident.counted_marks().filter(|mark| recent(mark.at)).count(),
            last_reached_at: resident.reached.map(|reached| reached.at),
        }
    }

    fn write_line(&self, out: &mut impl Write, zone: &TimeZone) -> std::io::Result<()> {
        let moment = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| times::long(at, zone));
        let short = self.id.get(..8).unwrap_or(&self.id);
        let name = format!("{} {}", plain(self.first_name), plain(self.last_name));
        writeln!(
            out,
            "{short}  {:<13}  {:>5}  {:<25}  {:<25}  {:<16}  {}",
            words(self.state),
            self.attempts_24h,
            moment(self.next_due_at),
            moment(self.last_reached_at),
            self.number,
            name.trim(),
        )
    }
}

/// A state of the day in words.
pub(crate) fn words(state: DayState) -> &'static str {
    match state {
        DayState::Well => "well",
        DayState::CallbackOpen => "callback open",
        DayState::SpokenTo => "spoken to",
        DayState::Trying => "trying",
        DayState::Escalated => "escalated",
        DayState::Paused => "paused",
        DayState::Excluded => "excluded",
        DayState::NotDue => "not due",
    }
}
