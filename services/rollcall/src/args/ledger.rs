use super::Directory;
use clap::Args;

/// Show the account of the day: where everyone on the register stands
///
/// Without --date, everybody as of now. With it, how that day ended: the account
/// that was written when it was over, held against what stands in the books
/// (calls, key presses, callbacks, escalations) by now. Of a day that is not
/// over, everybody as of now.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 the account balances and agrees with the books; 1 it does not (every difference is named by the id \
of the resident, and operators are notified), or there is no account of that day; 2 the date cannot be used.")]
pub(crate) struct Ledger {
    /// The day, in the zone of the service, for example 2026-11-20
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<String>,
    /// List the residents by state instead, as CSV: state, id and, of those who are on the register, the name
    #[arg(long, requires = "date")]
    pub(crate) residents: bool,
    #[command(flatten)]
    pub(crate) directory: Directory,
}
