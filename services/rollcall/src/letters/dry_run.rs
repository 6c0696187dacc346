//! `rollcall dead-letters dry-run`.

use super::Desk;
use super::change::content_of;
use super::list::short;
use crate::args::DryRun;
use crate::output::{Output, plain};
use crate::stop::Stop;
use jiff::Timestamp;
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::{Letter, LetterState, Which};
use rollcall_ports::{Foreseen, Foresight, Prospect};
use serde::Serialize;
use std::io::Write;

#[derive(Serialize)]
struct Shown<'a> {
    id: LetterId,
    outcome: &'a str,
    code: &'a str,
    text: &'a str,
    until: Option<Timestamp>,
}

pub(super) async fn run(desk: &Desk, args: &DryRun) -> Result<(), Stop> {
    let draft = args.file.as_deref().map(content_of).transpose()?;
    if draft.is_some() && args.letters.len() != 1 {
        return Err(Stop::unusable("--file stands for what is in one letter; name that letter"));
    }
    let mut out = Output::take();
    let (mut told, mut malformed) = (0_u64, 0_u64);
    let mut tell = async |letter: &Letter| {
        let body = draft.as_ref().map_or(letter.body.as_bytes(), |draft| draft.as_bytes());
        let foreseen = tell_one(&mut out, (letter, body), desk.foresight.as_ref(), args.place.json).await?;
        told += 1;
        malformed += u64::from(foreseen.prospect == Prospect::ParksAgain);
        Ok::<(), Stop>(())
    };
    if args.letters.is_empty() {
        let open = Which::Only(LetterState::Open);
        let filter = args.which.filter(open, desk.clock.now())?;
        desk.each(&filter, async |letter| tell(&letter.value).await).await?;
    } else {
        for letter in desk.named(&args.letters).await? {
            tell(&letter.value).await?;
        }
    }
    if told == 0 && !args.place.json {
        writeln!(out, "No letter matches.")?;
    }
    out.finish()?;
    if malformed == 0 {
        return Ok(());
    }
    Err(Stop::failed(format_args!("{malformed} of {told} would be set aside again")))
}

async fn tell_one(
    out: &mut Output,
    (letter, body): (&Letter, &[u8]),
    foresight: &dyn Foresight,
    json: bool,
) -> Result<Foreseen, Stop> {
    let foreseen = foresight.foresee(&letter.source, body).await?;
    if json {
        let Foreseen { prospect, code, text, until } = &foreseen;
        let shown = Shown { id: letter.id, outcome: prospect.word(), code, text, until: *until };
        serde_json::to_writer(&mut *out, &shown).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{}  {}", short(letter.id), plain(&foreseen.text))?;
    }
    Ok(foreseen)
}
