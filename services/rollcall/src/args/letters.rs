//! What can be said of dead letters.

use super::Place;
use clap::{Args, Subcommand};
use std::path::PathBuf;

const STATUS: &str = "\
LETTER is the id of a letter, or its beginning (4 characters at least), as `list` shows it.

Exit status: 0 done; 1 it could not be done, or not all of it, or (dry-run, replay of one letter) the message is
set aside again; 2 what was given (options, ids, the new message) cannot be used, and nothing was changed.";

/// Work on messages that could not be handled and were set aside
///
/// Messages are set aside because no repeat could help. Each tells where it
/// came from, which service set it aside, and why. Here they are looked at,
/// mended, sent back to where they came from, or discarded. Can be run while
/// `serve` runs; a message that is sent back is handled by it, or, with --aws, by
/// the functions.
#[derive(Debug, Args)]
#[command(after_help = STATUS)]
pub(crate) struct DeadLetters {
    #[command(subcommand)]
    pub(crate) command: LettersCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LettersCommand {
    List(ListLetters),
    Show(ShowLetter),
    DryRun(DryRun),
    Edit(EditLetter),
    Replay(ReplayLetters),
    /// Stop a replay of many, whoever began it
    Stop(StopReplay),
    Discard(DiscardLetters),
}

/// Which letters; all that is given must hold.
#[derive(Debug, Args)]
pub(crate) struct SomeLetters {
    /// From this queue or stream: uploads, rows, call_requests or outcomes
    #[arg(long, value_name = "Q")]
    pub(crate) queue: Option<String>,
    /// Of this kind, as `list` shows it
    #[arg(long, value_name = "K")]
    pub(crate) kind: Option<String>,
    /// With this in the reason, in small or capital letters; # stands for a number
    #[arg(long, value_name = "C")]
    pub(crate) cause: Option<String>,
    /// Set aside longer ago than this: 90s, 15m, 2h or 3d
    #[arg(long, value_name = "D")]
    pub(crate) older_than: Option<String>,
    /// Whose message names this resident, by the whole id
    #[arg(long, value_name = "ID")]
    pub(crate) resident: Option<String>,
}

/// List them, the oldest first; what is in them is not shown
#[derive(Debug, Args)]
pub(crate) struct ListLetters {
    #[command(flatten)]
    pub(crate) which: SomeLetters,
    /// Where they stand: waiting (open or being replayed), open, replaying, applied, discarded or all
    #[arg(long, value_name = "STATE", default_value = "waiting")]
    pub(crate) state: String,
    /// Count them by queue, kind and cause instead, with the age of the oldest; for all that wait
    #[arg(long)]
    pub(crate) groups: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Show one letter and what became of it
#[derive(Debug, Args)]
pub(crate) struct ShowLetter {
    /// The letter
    #[arg(value_name = "LETTER")]
    pub(crate) letter: String,
    /// Also show what is in it, for this purpose: diagnose, mend, complaint, audit or other. The audit log keeps it
    #[arg(long, value_name = "PURPOSE")]
    pub(crate) reveal: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Say what would come of letters if they were replayed now; nothing is done
#[derive(Debug, Args)]
#[command(name = "dry-run")]
pub(crate) struct DryRun {
    /// The letters; without any, those that match
    #[arg(value_name = "LETTER")]
    pub(crate) letters: Vec<String>,
    #[command(flatten)]
    pub(crate) which: SomeLetters,
    /// What would come of this file in place of what is in the (one) letter
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Write a letter anew; what it was is kept
///
/// Takes a file in place of what is in the letter, if its handler could read
/// that. The letter stays set aside until it is replayed.
#[derive(Debug, Args)]
pub(crate) struct EditLetter {
    /// The letter
    #[arg(value_name = "LETTER")]
    pub(crate) letter: String,
    /// The new message
    #[arg(long, value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Why it is edited
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) by: Author,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Send letters back to where they came from
///
/// Without a LETTER, all open letters that match are sent; with --all and
/// nothing else, all that are open. Ctrl-C stops it; the rest stays set aside. If
/// this program is killed, `serve` goes on with it, see `stop`.
#[derive(Debug, Args)]
pub(crate) struct ReplayLetters {
    /// The letters
    #[arg(value_name = "LETTER")]
    pub(crate) letters: Vec<String>,
    #[command(flatten)]
    pub(crate) which: SomeLetters,
    /// All that are open
    #[arg(long)]
    pub(crate) all: bool,
    /// How many a minute, 1 to 6000
    #[arg(long, allow_hyphen_values = true, value_name = "N", default_value = "300")]
    pub(crate) rate: String,
    #[command(flatten)]
    pub(crate) by: Author,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Which replay.
#[derive(Debug, Args)]
pub(crate) struct StopReplay {
    /// The id of the replay; without it, all that are running
    #[arg(value_name = "REPLAY")]
    pub(crate) replay: Option<String>,
    #[command(flatten)]
    pub(crate) by: Author,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// End letters that are not needed; their history stays
#[derive(Debug, Args)]
pub(crate) struct DiscardLetters {
    /// The letters; without any, all open ones that match
    #[arg(value_name = "LETTER")]
    pub(crate) letters: Vec<String>,
    #[command(flatten)]
    pub(crate) which: SomeLetters,
    /// Why they are not needed
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) by: Author,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Who does it, for the history and the audit log.
#[derive(Debug, Args)]
pub(crate) struct Author {
    /// Who does it, for the history and the audit log; who is signed in to this machine where nobody is named
    #[arg(long = "by", value_name = "NAME")]
    pub(crate) name: Option<String>,
}
