//! What can be said of the suppression list.

use super::Directory;
use clap::Args;

/// Never call a number or a resident again
///
/// Puts a number, whoever has it, or a resident, whatever their number is, on
/// the suppression list. From then on no call to them is begun; one that rings
/// goes on, and callbacks that were promised are kept. Can be run while `serve`
/// runs. What can be read as a phone number is one: a resident whose reference
/// looks like one is named by id.
#[derive(Debug, Args)]
pub(crate) struct Suppress {
    /// The number as people write it; or the resident, as for `rollcall why`
    #[arg(value_name = "NUMBER|RESIDENT")]
    pub(crate) who: String,
    /// Why, for whoever looks at the list later
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) directory: Directory,
}

/// Take a number or a resident off the suppression list
///
/// They are called again by the rules, unless another entry concerns them too:
/// whoever opts out on the telephone is on the list as a person and by number.
#[derive(Debug, Args)]
pub(crate) struct Unsuppress {
    /// The number, the resident, or the id of the entry as `rollcall suppressions` shows it
    #[arg(value_name = "NUMBER|RESIDENT|ID")]
    pub(crate) who: String,
    /// Why; the audit log keeps it
    #[arg(long, value_name = "asked|mistake|reassigned|other")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) directory: Directory,
}
