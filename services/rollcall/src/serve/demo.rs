//! Three people to try the portal with: their passwords are in a file of the
//! data directory, so that each start of a demo can tell them.

use crate::stop::Stop;
use crate::user;
use rollcall_domain::group::Group;
use rollcall_local::machine::Machine;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The file in the data directory: a name and a password a line.
const FILE: &str = "demo-accounts";
const PEOPLE: [(&str, Group); 3] =
    [("uploader", Group::Uploaders), ("agent", Group::Agents), ("operator", Group::Operators)];
/// Letters and digits that nobody takes for one another.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Makes the accounts if they have never been made; answers the lines that
/// tell them.
///
/// # Errors
/// When they cannot be made.
pub(super) async fn accounts(machine: &Machine, dir: &Path) -> Result<Vec<String>, Stop> {
    let path = dir.join(FILE);
    let problem = |error| Stop::unusable(format_args!("{}: {error}", path.display()));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut text = String::new();
            for (name, group) in PEOPLE {
                let password = password()?;
                if user::make(machine, name, &password, [group].into()).await? {
                    text.push_str(&format!("{name} {password}\n"));
                }
            }
            let mut options = OpenOptions::new();
            let mut file = options.write(true).create_new(true).mode(0o600).open(&path).map_err(problem)?;
            file.write_all(text.as_bytes()).map_err(problem)?;
            text
        }
        Err(error) => return Err(problem(error)),
    };
    let told = text.lines().filter_map(|line| line.split_once(' '));
    Ok(told.map(|(name, password)| format!("Sign in as {name} with the password {password}")).collect())
}

/// Sixteen random signs, in groups that can be typed.
fn password() -> Result<String, Stop> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Stop::failed)?;
    let signs = bytes.map(|byte| char::from(SIGNS[usize::from(byte) % SIGNS.len()]));
    Ok(signs.chunks(4).map(|four| four.iter().collect()).collect::<Vec<String>>().join("-"))
}
