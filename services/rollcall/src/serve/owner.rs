//! Which telephone service a directory belongs to. Answers that a simulated
//! service made up must never stand beside those of people, and what one
//! instance knows of a call another does not.

use crate::stop::Stop;
use rollcall_local::machine::connect::was_simulated;
use rollcall_local::machine::lasting;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The file in a data directory that names its real telephone service.
const FILE: &str = "telephony.txt";

/// Makes the directory that of the real telephone service `wanted`, or sees
/// that it is not when the simulated one is wanted.
///
/// # Errors
/// [`Stop::Unusable`] when it belongs to another one.
pub(super) fn claim(dir: &Path, wanted: Option<&str>) -> Result<(), Stop> {
    let path = dir.join(FILE);
    let shown = dir.display();
    let owner = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(Stop::unusable(format_args!("{}: {error}", path.display()))),
    };
    match (wanted, owner) {
        (None, None) => Ok(()),
        (None, Some(owner)) => Err(Stop::unusable(format_args!(
            "{shown} makes its calls through {owner}, and a simulated service would write down answers that \
             nobody gave; serve it with --telephony connect, or name another directory with --data-dir"
        ))),
        (Some(wanted), Some(owner)) if wanted == owner => Ok(()),
        (Some(wanted), Some(owner)) => Err(Stop::unusable(format_args!(
            "{shown} makes its calls through {owner}, not {wanted}; name another directory with --data-dir or, \
             if that one is replaced for good and no call is under way, delete {}",
            path.display()
        ))),
        (Some(wanted), None) => {
            if was_simulated(dir) || lasting::read(dir).map_err(Stop::unusable)?.is_some() {
                return Err(Stop::unusable(format_args!(
                    "{shown} was served with the simulated telephone service, and its register may hold answers \
                     that nobody gave; name another directory with --data-dir"
                )));
            }
            written(&path, wanted)
                .map_err(|error| Stop::unusable(format_args!("{}: {error}", path.display())))
        }
    }
}

fn written(path: &Path, wanted: &str) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    writeln!(file, "{wanted}")?;
    file.sync_all()
}
