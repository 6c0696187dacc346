//! `rollcall dead-letters show`.

use super::Desk;
use super::list::Shown;
use crate::args::{Author, ShowLetter};
use crate::directory::zone;
use crate::output::{Output, plain};
use crate::stop::Stop;
use crate::times;
use rollcall_domain::letter::{Content, Event, Letter, What};
use rollcall_ports::AuditEntry;
use serde::Serialize;
use std::io::Write;

/// For what somebody may want to see what is in a message.
const PURPOSES: [&str; 5] = ["diagnose", "mend", "complaint", "audit", "other"];

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    letter: Shown<'a>,
    history: Vec<Told>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a Content>,
    /// What it was before each edit, the first of them as it was set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    former: Option<Vec<&'a Content>>,
}

/// Something that became of a letter.
#[derive(Serialize)]
struct Told {
    at: jiff::Timestamp,
    what: &'static str,
    text: String,
}

pub(super) async fn run(desk: &Desk, args: &ShowLetter) -> Result<(), Stop> {
    let letter = desk.one(&args.letter).await?.value;
    if let Some(purpose) = &args.reveal {
        note(desk, &letter, purpose).await?;
    }
    let mut out = Output::take();
    let former: Vec<_> = letter.history.iter().filter_map(former).collect();
    let history: Vec<Told> = letter.history.iter().map(told).collect();
    let reveals = args.reveal.is_some();
    if args.place.json {
        let message = reveals.then_some(&letter.body);
        let former = reveals.then_some(former);
        let whole = Whole { letter: Shown::of(&letter), history, message, former };
        serde_json::to_writer(&mut out, &whole).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(out.finish()?);
    }
    let zone = zone(&desk.policy);
    writeln!(out, "Letter {}: {}", letter.id, letter.state.word())?;
    writeln!(out, "From {}, message {}, {}", letter.source, plain(&letter.message_id), letter.kind)?;
    writeln!(out, "Reason: {}", plain(&letter.reason))?;
    for event in &history {
        writeln!(out, "  {}  {}", times::long(event.at, &zone), plain(&event.text))?;
    }
    if reveals {
        for (number, former) in former.into_iter().enumerate() {
            writeln!(out, "Before edit {}:\n{}", number + 1, text(former))?;
        }
        writeln!(out, "Message:\n{}", text(&letter.body))?;
    } else {
        writeln!(out, "What is in it ({} bytes) is shown with --reveal.", letter.body.as_bytes().len())?;
    }
    Ok(out.finish()?)
}

/// The audit log keeps who looked, and for what purpose, before anything is
/// shown.
async fn note(desk: &Desk, letter: &Letter, purpose: &str) -> Result<(), Stop> {
    if !PURPOSES.contains(&purpose) {
        return Err(Stop::unusable(format_args!(
            "--reveal {purpose:?} is no purpose; expected {}",
            PURPOSES.join(", ")
        )));
    }
    let at = desk.clock.now();
    let by = Author { name: None }.who();
    let entry = AuditEntry {
        key: format!("letter.view {} {by} {at}", letter.id),
        at,
        actor: by,
        action: "letter.view".to_owned(),
        resident: None,
        detail: format!("{} {purpose}", letter.id),
    };
    Ok(desk.workbench.audit.record(&entry).await?)
}

fn former(event: &Event) -> Option<&Content> {
    let What::Edited { former, .. } = &event.what else { return None };
    Some(former)
}

fn told(event: &Event) -> Told {
    let text = match &event.what {
        What::Parked { reason, handler, receives } => {
            format!("set aside by {handler} after {receives} receives: {reason}")
        }
        What::Edited { by, reason, .. } => format!("edited by {by}: {reason}"),
        What::Replayed { by, job: None } => format!("replay wanted by {by}"),
        What::Replayed { by, job: Some(job) } => format!("replay {job} wanted by {by}"),
        What::Sent => "a copy was sent back".to_owned(),
        What::Applied => "applied by its handler".to_owned(),
        What::Discarded { by, reason, job: _ } => format!("discarded by {by}: {reason}"),
    };
    Told { at: event.at, what: event.what.word(), text }
}

/// The message for a terminal, line by line.
fn text(content: &Content) -> String {
    match content.as_text() {
        Some(text) => {
            let line = |line: &str| -> String {
                line.chars().map(|sign| if sign.is_control() && sign != '\t' { ' ' } else { sign }).collect()
            };
            text.lines().map(line).collect::<Vec<_>>().join("\n")
        }
        None => format!("{} bytes that are no text; --json has them", content.as_bytes().len()),
    }
}
