//! Secrets in files of the data directory: for their owner only, and there as a
//! whole or not at all.

use std::io::{Error, ErrorKind, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// What the file at `path` holds. If there is none it is made of `first`; of
/// two processes that do so at once one is first, and both have its text.
/// Whoever is killed in between leaves at most a file of another name.
///
/// # Errors
/// What came of `first`, or when the file cannot be read or written.
pub fn kept<E: From<Error>>(path: &Path, first: impl FnOnce() -> Result<String, E>) -> Result<String, E> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        read => return Ok(read?),
    }
    let text = first()?;
    // Nobody but the owner may read what this makes.
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or_else(|| Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(text),
        Err(problem) if problem.error.kind() == ErrorKind::AlreadyExists => {
            Ok(std::fs::read_to_string(path)?)
        }
        Err(problem) => Err(problem.error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::kept;
    use std::io::Error;

    #[test]
    fn the_first_text_stands_and_its_owner_only_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        let text = |text: &str| kept(&path, || Ok::<_, Error>(text.to_owned())).unwrap();
        assert_eq!((text("one"), text("two")), ("one".to_owned(), "one".to_owned()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn whoever_is_stopped_before_the_end_leaves_nothing_under_the_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        assert!(kept(&path, || Err(Error::other("stopped"))).is_err());
        assert!(!path.exists());
        assert_eq!(kept(&path, || Ok::<_, Error>("later".to_owned())).unwrap(), "later");
    }

    #[test]
    fn of_two_at_once_both_have_the_text_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        // The other one comes between the look and the writing.
        let slow =
            kept(&path, || kept(&path, || Ok::<_, Error>("fast".to_owned())).map(|_| "slow".to_owned()));
        assert_eq!(slow.unwrap(), "fast");
    }
}
