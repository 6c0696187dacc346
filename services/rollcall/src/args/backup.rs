//! What can be said about backups.

use clap::Args;
use std::path::PathBuf;

/// Copy the data directory, also while `serve` runs
///
/// Copies everything that a data directory holds into a new directory: the
/// register and all that is known of calls, as of one moment, the files of
/// uploads, the settings and the keys by which tokens are signed. Everything
/// that was answered before is in the copy. It is checked before this ends well,
/// and holds names and numbers of people: keep it as you keep the original.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 the copy is whole and sound; 1 it could not be made (the directory \
                        TO.part is worth nothing then); 2 what was given cannot be used.")]
pub(crate) struct Backup {
    /// The directory to be made for the copy
    #[arg(value_name = "TO")]
    pub(crate) to: PathBuf,
    /// The directory that holds the register
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// Report as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Make a data directory of a backup; dialing is stopped in it until a person starts it again
///
/// Checks a copy that `rollcall backup` made, and makes a new data directory
/// of it. What was done after the backup is not known in it: whoever was called
/// since would be called again. So dialing is stopped there; start it with
/// `rollcall dialing start` once that is no harm, at the latest a day after the
/// last call that was made without it. Whoever was erased after the backup is in
/// it still: with --erased they are erased anew.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 the directory can be served; 1 it could not be made; 2 what was given \
                        cannot be used, such as a copy that is damaged, or a directory that is not empty."
)]
pub(crate) struct Restore {
    /// The directory that `rollcall backup` made
    #[arg(value_name = "FROM")]
    pub(crate) from: PathBuf,
    /// The data directory to be made: it must not be there, or be empty
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// Erase anew whoever was erased in DIR: the directory that was in use before, or a later backup; can be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) erased: Vec<PathBuf>,
    /// Report as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
