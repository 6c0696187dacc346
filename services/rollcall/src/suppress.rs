//! `rollcall suppress`, `suppressions` and `unsuppress`: the suppression list.

use crate::args::{Directory, Suppress, Unsuppress};
use crate::dialing::by;
use crate::directory::{look, zone};
use crate::output::{Output, plain};
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::times;
use crate::why::find;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rollcall_domain::ids::SuppressionId;
use rollcall_domain::suppression::{Entry, Ground, LiftReason, Subject};
use rollcall_local::machine::Machine;
use rollcall_recording::suppression::{Change, Lifted, Listed, Suppressor, log_entry};
use rollcall_roster::typed;
use serde::Serialize;
use std::io::Write;

/// Entries read at a time.
const PAGE: u32 = 100;

/// Puts a number or a resident on the list.
///
/// # Errors
/// [`Stop::Unusable`] for nobody and without a usable reason, [`Stop::Failed`]
/// when the store does not behave.
pub(crate) fn add(args: &Suppress) -> Result<(), Stop> {
    let machine = look(&args.directory.data_dir)?;
    let (entry, new) = runtime()?.block_on(async {
        let subject = subject(&machine, &args.who).await?;
        let (by, now) = (by(), machine.clock().now());
        let entry = Entry::new(subject, (Ground::Staff, &args.reason), (&by, now))
            .map_err(|refusal| Stop::unusable(format_args!("--reason: {refusal}")))?;
        if suppressor(&machine).standing(subject).await?.is_none() {
            record(&machine, Change::Add, &entry).await?;
        }
        match suppressor(&machine).add(entry).await? {
            Listed::Added(entry) => Ok((entry, true)),
            Listed::Known(entry) => Ok((entry, false)),
            Listed::Contended => Err(contended()),
        }
    })?;
    let first = if new { "Is not called any more" } else { "Was on the list already" };
    show(&machine, &entry, first, args.directory.json)
}

/// Takes an entry off the list.
///
/// # Errors
/// [`Stop::Unusable`] for whoever is not on the list, as [`add`] besides.
pub(crate) fn lift(args: &Unsuppress) -> Result<(), Stop> {
    let Some(reason) = LiftReason::ALL.into_iter().find(|known| known.code() == args.reason) else {
        let expected = LiftReason::ALL.map(LiftReason::code).join(", ");
        return Err(Stop::unusable(format_args!("--reason {:?} is none; expected {expected}", args.reason)));
    };
    let machine = look(&args.directory.data_dir)?;
    let entry = runtime()?.block_on(async {
        let entry = on_list(&machine, &args.who).await?;
        record(&machine, Change::Lift(reason), &entry).await?;
        match suppressor(&machine).lift(entry.suppression.id).await? {
            Lifted::Done(entry) => Ok(entry),
            Lifted::Unknown => Err(Stop::failed("somebody else lifted it at this moment")),
            Lifted::Contended => Err(contended()),
        }
    })?;
    show(&machine, &entry, "Is called again by the rules", args.directory.json)
}

/// Shows the list, the latest first.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn list(args: &Directory) -> Result<(), Stop> {
    let machine = look(&args.data_dir)?;
    runtime()?.block_on(async {
        let (mut out, zone) = (Output::take(), zone(machine.policy()));
        let (mut from, mut shown) = (None, 0_u64);
        loop {
            let (page, next) = machine.ports().suppressions.list(from.as_ref(), PAGE).await?;
            for entry in &page {
                Shown::of(entry).write(&mut out, args.json, &zone)?;
                shown += 1;
            }
            from = next;
            if from.is_none() {
                break;
            }
        }
        if shown == 0 && !args.json {
            writeln!(out, "Nobody is on the suppression list.")?;
        }
        Ok(out.finish()?)
    })
}

/// An entry as it is shown; of a number, two digits.
#[derive(Serialize)]
struct Shown<'a> {
    id: String,
    number_ends: Option<String>,
    resident_id: Option<String>,
    at: Timestamp,
    by: &'a str,
    ground: &'static str,
    reason: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(entry: &'a Entry) -> Self {
        let told = &entry.suppression;
        let (number_ends, resident_id) = match entry.subject {
            Subject::Number(number) => {
                let text = number.e164();
                (text.get(text.len().saturating_sub(2)..).map(str::to_owned), None)
            }
            Subject::Resident(id) => (None, Some(id.to_string())),
        };
        Self {
            id: told.id.to_string(),
            number_ends,
            resident_id,
            at: told.at,
            by: &told.by,
            ground: told.ground.code(),
            reason: told.reason.as_deref(),
        }
    }

    fn write(&self, out: &mut impl Write, json: bool, zone: &TimeZone) -> std::io::Result<()> {
        if json {
            serde_json::to_writer(&mut *out, self).map_err(std::io::Error::from)?;
            return writeln!(out);
        }
        let whom = match (&self.number_ends, &self.resident_id) {
            (Some(ends), _) => format!("number …{ends}"),
            (None, Some(id)) => format!("resident {}", id.get(..8).unwrap_or(id)),
            (None, None) => String::new(),
        };
        let why = self.reason.unwrap_or("they pressed 9 twice in a check call");
        let (at, by) = (times::long(self.at, zone), plain(self.by));
        writeln!(out, "{}  {whom:<17}  {at}  by {by}: {}", self.id, plain(why))
    }
}

fn show(machine: &Machine, entry: &Entry, first: &str, json: bool) -> Result<(), Stop> {
    let mut out = Output::take();
    if !json {
        writeln!(out, "{first}:")?;
    }
    Shown::of(entry).write(&mut out, json, &zone(machine.policy()))?;
    Ok(out.finish()?)
}

fn suppressor(machine: &Machine) -> Suppressor {
    machine.services().outcomes.recorder.suppressor()
}

/// Whom the text means: what can be read as a number is one.
async fn subject(machine: &Machine, text: &str) -> Result<Subject, Stop> {
    match typed::number(text, machine.policy().region) {
        Ok(number) => Ok(Subject::Number(number)),
        Err(_) => Ok(Subject::Resident(find(machine.ports().residents.as_ref(), text.trim()).await?.id)),
    }
}

/// The entry that the text means: by its own id, or by whom it is of.
async fn on_list(machine: &Machine, text: &str) -> Result<Entry, Stop> {
    if let Ok(id) = text.trim().parse::<SuppressionId>()
        && let Some(found) = machine.ports().suppressions.find(id).await?
        && found.value.standing().is_some()
    {
        return Ok(found.value);
    }
    let subject = subject(machine, text).await?;
    suppressor(machine).standing(subject).await?.ok_or_else(|| {
        Stop::unusable(
            "this number or resident is not on the list by itself; `rollcall suppressions` shows who is",
        )
    })
}

/// Before the change: none can be missing.
async fn record(machine: &Machine, change: Change, entry: &Entry) -> Result<(), Stop> {
    let noted = log_entry(change, entry, (&by(), machine.clock().now()));
    Ok(machine.ports().audit.record(&noted).await?)
}

fn contended() -> Stop {
    Stop::failed("others changed the same records again and again; the sweep of `serve` does the rest")
}
