//! The settings of a data directory.

use rollcall_domain::policy::Policy;
use rollcall_host::settings::{Vars, policy};
use std::io::ErrorKind;
use std::path::Path;

/// The file in a data directory that holds its settings.
pub const FILE: &str = "rollcall.toml";

/// The policy of a data directory: defaults, then `rollcall.toml` in it if
/// there is one, then variables.
///
/// # Errors
/// Every problem at once, each naming what was found and what was expected.
pub fn of_directory(dir: &Path, vars: &dyn Vars) -> Result<Policy, Vec<String>> {
    let path = dir.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => policy(Some(&text), vars),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            policy(None, vars)
        }
        Err(error) => {
            let mut problems = vec![format!("{} cannot be read: {error}", path.display())];
            problems.extend(policy(None, vars).err().into_iter().flatten());
            Err(problems)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of_directory;
    use std::collections::BTreeMap;

    #[test]
    fn a_directory_without_a_file_has_the_defaults() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(of_directory(&dir.path().join("new"), &BTreeMap::new()), Ok(Default::default()));
    }

    #[test]
    fn problems_of_file_and_variables_come_together() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(super::FILE), "[policy]\nring_seconds = 5\n").unwrap();
        let vars = BTreeMap::from([("ROLLCALL_POLICY_GAP_MINUTES".to_owned(), "0".to_owned())]);
        let problems = of_directory(dir.path(), &vars).unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn a_file_that_cannot_be_read_hides_no_other_problem() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(super::FILE), b"ring = \xFF").unwrap();
        let vars = BTreeMap::from([("ROLLCALL_POLICY_GAP_MINUTES".to_owned(), "0".to_owned())]);
        let problems = of_directory(dir.path(), &vars).unwrap_err();
        assert!(problems[0].contains("rollcall.toml cannot be read"), "{problems:?}");
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}
