//! `rollcall why`.

use crate::args::Why;
use crate::directory::look;
use crate::output::Output;
use crate::residents::words;
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::times;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rollcall_domain::identity::resident_id;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::{DayState, day_state};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::rules::{Asking, Verdict, next_due, why};
use rollcall_ports::Residents;
use serde::Serialize;
use std::io::Write;

/// Residents read at a time while looking for one.
const PAGE: u32 = 500;
/// Fewer characters of an id name nobody on purpose.
const LEAST: usize = 4;

/// Finds the resident and says why.
///
/// # Errors
/// [`Stop::Unusable`] for a moment that cannot be read and for a resident who
/// is not, or not surely, meant by the text.
pub(crate) fn run(args: &Why) -> Result<(), Stop> {
    let at = args.at.as_deref().map(moment).transpose()?;
    let machine = look(&args.directory.data_dir)?;
    let runtime = runtime()?;
    let resident = runtime.block_on(find(machine.ports().residents.as_ref(), args.resident.trim()))?;
    let stopped_at = runtime.block_on(machine.ports().switch.read())?.value.stopped_at();
    let at = at.unwrap_or_else(|| machine.clock().now());
    let answer = Answer::of(&resident, machine.policy(), at, stopped_at);
    let mut out = Output::take();
    if args.directory.json {
        serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        answer.write(&mut out, &machine.policy().zone(&resident))?;
    }
    Ok(out.finish()?)
}

fn moment(text: &str) -> Result<Timestamp, Stop> {
    text.parse().map_err(|_| {
        Stop::unusable(format_args!(
            "--at {text:?} is no moment; expected a date and time with its offset, such as 2026-11-23T09:30:00Z"
        ))
    })
}

/// The answer, and what it was made of.
#[derive(Serialize)]
struct Answer {
    id: ResidentId,
    at: Timestamp,
    may_call: bool,
    /// `may_call`, or the stable word of the rule that says no.
    code: &'static str,
    reason: String,
    /// When that rule stops saying no, if time alone does it.
    until: Option<Timestamp>,
    /// When every rule allows a call, if nothing else happens.
    next_due_at: Option<Timestamp>,
    state: DayState,
    timezone: String,
    /// Since when nobody at all is called, whatever the rules say of this one.
    dialing_stopped_at: Option<Timestamp>,
}

impl Answer {
    fn of(resident: &Resident, policy: &Policy, at: Timestamp, stopped_at: Option<Timestamp>) -> Self {
        let (may_call, code, reason, until) = match why(resident, policy, at, Asking::Planner) {
            Verdict::MayCall => (true, "may_call", "may be called now".to_owned(), None),
            Verdict::Hold(hold) => (false, hold.code(), hold.to_string(), hold.until()),
        };
        Self {
            id: resident.id,
            at,
            may_call,
            code,
            reason,
            until,
            next_due_at: next_due(resident, policy, at),
            state: day_state(resident, policy, at),
            timezone: times::zone_name(&policy.zone(resident)).to_owned(),
            dialing_stopped_at: stopped_at,
        }
    }

    /// In the resident's own time.
    fn write(&self, out: &mut impl Write, zone: &TimeZone) -> std::io::Result<()> {
        let local = |at: Timestamp| format!("{} ({})", times::long(at, zone), self.timezone);
        writeln!(out, "Resident {}, as of {}", self.id, local(self.at))?;
        if self.may_call {
            writeln!(out, "May be called now.")?;
        } else {
            writeln!(out, "May not be called: {}.", self.reason)?;
            match self.until {
                Some(until) => writeln!(out, "That changes on {}.", local(until))?,
                None => writeln!(out, "Time alone does not change that.")?,
            }
            if let Some(due) = self.next_due_at.filter(|due| Some(*due) != self.until) {
                writeln!(out, "The next call can be made on {}.", local(due))?;
            }
        }
        if let Some(stopped) = self.dialing_stopped_at {
            writeln!(
                out,
                "But nobody is called: dialing is STOPPED since {}; why: rollcall dialing status.",
                local(stopped)
            )?;
        }
        writeln!(out, "In the account of the day: {}.", words(self.state))
    }
}

/// Whoever is meant: by id, by the uploader's reference, or by the beginning of
/// an id if only one begins so.
pub(crate) async fn find(residents: &dyn Residents, text: &str) -> Result<Resident, Stop> {
    let by_reference = reference_id(text);
    for id in text.parse().ok().into_iter().chain(by_reference) {
        if let Some(found) = residents.get(id).await? {
            return Ok(found.value);
        }
    }
    let beginning = text.to_ascii_lowercase();
    let is_beginning =
        beginning.len() >= LEAST && beginning.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    if !is_beginning {
        return Err(unknown(text));
    }
    let mut found = None;
    let mut from = None;
    loop {
        let page = residents.page(from.as_ref(), PAGE).await?;
        for resident in page.residents {
            if resident.value.id.to_string().starts_with(&beginning)
                && found.replace(resident.value).is_some()
            {
                return Err(Stop::unusable(format_args!(
                    "several residents have an id that begins with {text:?}; give more of it"
                )));
            }
        }
        from = page.next;
        if from.is_none() {
            return found.ok_or_else(|| unknown(text));
        }
    }
}

/// The id of whoever has this reference: with one, nothing else decides.
fn reference_id(text: &str) -> Option<ResidentId> {
    let any = PhoneNumber::from_e164("+447700900000").ok()?;
    (!text.is_empty()).then(|| resident_id(Some(text), any, "", ""))
}

fn unknown(text: &str) -> Stop {
    Stop::unusable(format_args!(
        "no resident is known by {text:?}; expected an id, its beginning (at least {LEAST} characters) or a \
         reference, as `rollcall residents` shows them"
    ))
}
