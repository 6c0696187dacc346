//! The functions' processes on this machine, and their end.

use crate::deployment::endpoint;
use crate::sign::Caller;
use std::collections::BTreeMap;
use std::io::Error;
use tokio::process::Command;

/// Kills the process at the other end of a connection from the port `from` to
/// the port `to` of this machine, if it is one of `function`: no other process
/// of it is hurt, wherever that is in its work. Answers how many were hit.
///
/// # Errors
/// When processes cannot be listed or killed.
pub(crate) async fn kill(function: &str, (from, to): (u16, u16)) -> Result<usize, Error> {
    let Some(socket) = socket(&std::fs::read_to_string("/proc/net/tcp")?, (from, to)) else { return Ok(0) };
    let mut hit = 0;
    for (pid, _) in running(function)? {
        let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { continue };
        let mut leads = open.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
        if leads.any(|to| to.to_str() == Some(&socket)) {
            hit += usize::from(Command::new("kill").args(["-9", &pid]).status().await?.success());
        }
    }
    Ok(hit)
}

/// How the kernel names the near end of a connection, in its table of them
/// (proc(5), `/proc/net/tcp`).
fn socket(table: &str, (from, to): (u16, u16)) -> Option<String> {
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next()?, 16).ok();
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let ends = (port(fields.get(1)?)?, port(fields.get(2)?)?);
        (ends == (from, to)).then(|| fields.get(9).map(|inode| format!("socket:[{inode}]")))?
    })
}

/// Who a function is: the credentials that its process was given.
///
/// # Errors
/// When no process of it runs, or it has none.
pub fn credentials(function: &str) -> Result<Caller, Error> {
    let (_, environment) =
        running(function)?.pop().ok_or_else(|| Error::other(format!("no process of {function}")))?;
    let variable = |name: &str| environment.get(name).cloned();
    let caller = || {
        Some(Caller {
            key: variable("AWS_ACCESS_KEY_ID")?,
            secret: variable("AWS_SECRET_ACCESS_KEY")?,
            token: Some(variable("AWS_SESSION_TOKEN")?),
        })
    };
    caller().ok_or_else(|| Error::other(format!("{function} has no credentials")))
}

type Variables = BTreeMap<String, String>;

/// Ids and environments, as the kernel tells them.
fn running(function: &str) -> Result<Vec<(String, Variables)>, Error> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let entry = entry?;
        // Processes of others, and those that have just ended, do not tell.
        let Ok(environment) = std::fs::read(entry.path().join("environ")) else { continue };
        let environment: Variables = environment
            .split(|byte| *byte == 0)
            .filter_map(|line| {
                String::from_utf8_lossy(line).split_once('=').map(|(name, value)| (name.into(), value.into()))
            })
            .collect();
        let is = |name: &str, value: &str| environment.get(name).is_some_and(|found| found == value);
        if is("AWS_LAMBDA_FUNCTION_NAME", function) && is("AWS_ENDPOINT_URL", &endpoint()) {
            found.push((entry.file_name().to_string_lossy().into_owned(), environment));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::socket;

    #[test]
    fn the_near_end_of_a_connection() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            \x20  0: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 11 1 0\n\
            \x20  1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0\n";
        assert_eq!(socket(table, (50_000, 8_080)).as_deref(), Some("socket:[12]"));
        assert_eq!(socket(table, (50_001, 8_080)), None);
    }
}
