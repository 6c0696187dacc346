//! What can be said of erasing somebody.

use super::Place;
use clap::Args;

/// Erase a person for good, from everything that Rollcall keeps
///
/// Deletes the record, calls, callbacks, escalations, notes, keyholders and
/// messages, and blanks their rows in the lists that brought them. The audit log
/// keeps that it was done, by whom and why, with an id and no name. A number on
/// the suppression list stays there, without a word about whose it was. Asks for the
/// reference or the name once more. What cannot be done at this moment, such as
/// while a list is loaded, `serve` does within minutes. Backups are not changed:
/// whoever restores one erases again. Can be run while `serve` runs, and again.
/// With --aws they are off the register at once, and the function `erasures` does
/// the rest, which begins within a quarter of an hour. With --since TIME instead of
/// a RESIDENT, all who were erased since are erased again after a restore of the
/// tables to TIME; the same TIME once more erases nobody twice.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 they are erased, or with --aws off the register and the rest is written down; 1 it \
                        goes on, or could not be begun; 2 what was given cannot be used."
)]
pub(crate) struct Erase {
    /// The resident, as for `rollcall why`; by the whole id also somebody who was taken off before
    #[arg(value_name = "RESIDENT", required_unless_present = "since", conflicts_with = "since")]
    pub(crate) resident: Option<String>,
    /// Why; the audit log keeps it
    #[arg(
        long,
        value_name = "asked|died|left|mistake|other",
        required_unless_present = "since",
        conflicts_with = "since"
    )]
    pub(crate) reason: Option<String>,
    /// After tables were restored to this moment: erase again everybody whose erasure was not over then
    #[arg(long, value_name = "TIME", requires = "aws")]
    pub(crate) since: Option<String>,
    /// Do not ask for the reference, the name or, with --since, the Prefix once more
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// Write down everything that is kept of a person, to be handed to them
///
/// Makes one JSON file, named by the id, with all that would be erased: class by
/// class, with what it is for and how long it is kept. Without the numbers of
/// keyholders, and without the names of the staff. The audit log keeps that it
/// was made. Can be run while `serve` runs. With --aws it takes as long as it
/// takes, where the portal has 29 seconds.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The resident, as for `rollcall why`
    #[arg(value_name = "RESIDENT")]
    pub(crate) resident: String,
    /// The directory in which the file is made; with --json it goes to standard output instead
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) to: std::path::PathBuf,
    #[command(flatten)]
    pub(crate) place: Place,
}
