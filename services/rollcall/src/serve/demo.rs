//! Three people to try the portal with: their passwords are in a file of the
//! data directory, so that each start of a demo can tell them.

use crate::stop::Stop;
use crate::user;
use rollcall_domain::group::Group;
use rollcall_local::kept::kept;
use rollcall_local::machine::Machine;
use std::io::Error;
use std::path::Path;

/// The file in the data directory: a name and a password a line.
const FILE: &str = "demo-accounts";
const PEOPLE: [(&str, Group); 3] =
    [("uploader", Group::Uploaders), ("agent", Group::Agents), ("operator", Group::Operators)];
/// Letters and digits that nobody takes for one another.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Makes those accounts that are missing; answers the lines that tell them. The
/// passwords are in the file before there is an account, so that whoever is
/// killed in between leaves nobody with a password that is nowhere. Of a name
/// that somebody else's account has, nothing is told.
///
/// # Errors
/// When they cannot be made.
pub(super) async fn accounts(machine: &Machine, dir: &Path) -> Result<Vec<String>, Stop> {
    let (store, path) = (machine.store().accounts(), dir.join(FILE));
    let mut free = Vec::new();
    for (name, group) in PEOPLE {
        if store.get(name).await?.is_none() {
            free.push((name, group));
        }
    }
    let passwords = || free.iter().map(|(name, _)| Ok(format!("{name} {}\n", password()?))).collect();
    let text = kept(&path, passwords);
    let text = text.map_err(|error: Error| Stop::unusable(format_args!("{}: {error}", path.display())))?;
    let told: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(' ')).collect();
    for (name, group) in free {
        if let Some((_, password)) = told.iter().find(|(known, _)| *known == name) {
            // Another process may have been faster, with the same password.
            let _made: bool = user::make(machine, name, password, [group].into()).await?;
        }
    }
    Ok(told
        .into_iter()
        .map(|(name, password)| format!("Sign in as {name} with the password {password}"))
        .collect())
}

/// Sixteen random signs, in groups that can be typed.
fn password() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Error::other)?;
    let signs = bytes.map(|byte| char::from(SIGNS[usize::from(byte) % SIGNS.len()]));
    Ok(signs.chunks(4).map(|four| four.iter().collect()).collect::<Vec<String>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::{FILE, accounts};
    use crate::directory;
    use rollcall_api::auth::password;

    fn machine(dir: &std::path::Path) -> std::sync::Arc<rollcall_local::machine::Machine> {
        let policy = directory::policy(dir).unwrap();
        directory::open(dir, policy, directory::unheard()).unwrap()
    }

    #[tokio::test]
    async fn whoever_was_killed_before_the_accounts_were_made_has_them_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let machine = machine(dir.path());
        let told = "operator aaaa-bbbb-cccc-dddd\n";
        std::fs::write(dir.path().join(FILE), told).unwrap();
        let lines = accounts(&machine, dir.path()).await.unwrap();
        assert_eq!(lines, ["Sign in as operator with the password aaaa-bbbb-cccc-dddd"]);
        let account = machine.store().accounts().get("operator").await.unwrap().unwrap().value;
        assert!(password::verify("aaaa-bbbb-cccc-dddd", &account.password_hash));
        assert_eq!(accounts(&machine, dir.path()).await.unwrap(), lines);
    }

    #[tokio::test]
    async fn each_start_tells_the_same_three_and_nothing_of_a_name_that_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let machine = machine(dir.path());
        let own = crate::user::make(&machine, "agent", "a password of somebody", [].into());
        assert!(own.await.unwrap());
        let lines = accounts(&machine, dir.path()).await.unwrap();
        let names: Vec<_> = lines.iter().filter_map(|line| line.split(' ').nth(3)).collect();
        assert_eq!(names, ["uploader", "operator"]);
        assert_eq!(accounts(&machine, dir.path()).await.unwrap(), lines);
    }
}
