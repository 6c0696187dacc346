//! `rollcall dead-letters edit` and `discard`.

use super::Desk;
use super::list::short;
use crate::args::{DiscardLetters, EditLetter};
use crate::output::Output;
use crate::stop::{Stop, tell};
use rollcall_domain::letter::{LetterState, Which};
use rollcall_workbench::Stopped;
use std::io::Write;
use std::path::Path;

pub(super) async fn edit(desk: &Desk, args: &EditLetter) -> Result<(), Stop> {
    let message = content_of(&args.file)?;
    let letter = desk.one(&args.letter).await?;
    let seen = (letter.value.id, letter.version);
    desk.workbench.edit(&args.by.who(), seen, (&message, &args.reason)).await?;
    let mut out = Output::take();
    if args.place.json {
        writeln!(out, "{{\"id\":\"{}\",\"edited\":true}}", letter.value.id)?;
    } else {
        let id = short(letter.value.id);
        writeln!(
            out,
            "{id} is edited; what it was is kept. Send it with `rollcall dead-letters replay {id}`."
        )?;
    }
    Ok(out.finish()?)
}

pub(super) async fn discard(desk: &Desk, args: &DiscardLetters) -> Result<(), Stop> {
    if args.letters.is_empty() && args.which.is_empty() {
        return Err(Stop::unusable("name the letters, or say which: --queue, --kind, --cause, --older-than"));
    }
    let letters = if args.letters.is_empty() {
        let open = Which::Only(LetterState::Open);
        let filter = args.which.filter(open, desk.clock.now())?;
        let mut found = Vec::new();
        desk.each(&filter, async |letter| {
            found.push((letter.value.id, letter.version));
            Ok(())
        })
        .await?;
        found
    } else {
        let named = desk.named(&args.letters).await?;
        named.iter().map(|letter| (letter.value.id, letter.version)).collect()
    };
    let (by, total, mut discarded) = (args.by.who(), letters.len(), 0_usize);
    for seen in letters {
        match desk.workbench.discard(&by, seen, &args.reason).await {
            Ok(_) => discarded += 1,
            // One that somebody else works on does not hold up the others.
            Err(stopped @ (Stopped::Changed | Stopped::Missing)) => {
                tell(&format!("{}: {stopped}", short(seen.0)));
            }
            Err(Stopped::Refused(refusal)) if total > 1 => tell(&format!("{}: {refusal}", short(seen.0))),
            Err(other) => return Err(other.into()),
        }
    }
    let mut out = Output::take();
    if args.place.json {
        writeln!(out, "{{\"total\":{total},\"discarded\":{discarded}}}")?;
    } else {
        writeln!(out, "Discarded {discarded} of {total}.")?;
    }
    out.finish()?;
    if discarded < total { Err(Stop::failed("not all were discarded")) } else { Ok(()) }
}

/// A message from a file.
pub(super) fn content_of(path: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(path)
        .map_err(|error| Stop::unusable(format_args!("{} cannot be read as text: {error}", path.display())))
}
