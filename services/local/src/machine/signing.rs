//! The keys by which this machine signs the tokens of its accounts, in a file
//! of the data directory: made once, read by nobody else.
//!
//! One key a line, in base64; the last one signs, the others are still
//! accepted. To change keys, delete the file: everybody signs in again.

use crate::kept::kept;
use rollcall_api::auth::local::{BadKey, Issuer};
use std::path::Path;

/// The file in the data directory.
const FILE: &str = "signing-keys";

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The file cannot be read or written.
    #[error("the file {FILE} of the data directory cannot be used: {0}")]
    Io(#[from] std::io::Error),
    /// The file holds something else.
    #[error("the file {FILE} of the data directory does not hold keys ({0}); delete it to have new ones")]
    Unreadable(#[from] BadKey),
    /// No randomness.
    #[error("the system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

/// The issuer of a directory. Its first key is made if there is none.
///
/// # Errors
/// When the keys cannot be read or made.
pub fn issuer(dir: &Path) -> Result<Issuer, SigningError> {
    let text = kept(&dir.join(FILE), || Ok::<_, SigningError>(format!("{}\n", Issuer::new_secret()?)))?;
    let secrets: Vec<String> = text.lines().map(str::to_owned).collect();
    Ok(Issuer::new(&secrets)?)
}

#[cfg(test)]
mod tests {
    use super::{FILE, issuer};
    use rollcall_api::auth::local::Issuer;

    #[test]
    fn keys_are_made_once_and_read_by_their_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let made = issuer(dir.path()).unwrap().published();
        assert_eq!(issuer(dir.path()).unwrap().published(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_is_added_by_a_line() {
        let dir = tempfile::tempdir().unwrap();
        let first = issuer(dir.path()).unwrap().published();
        let path = dir.path().join(FILE);
        let former = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{former}{}\n", Issuer::new_secret().unwrap())).unwrap();
        let both = issuer(dir.path()).unwrap().published();
        assert_eq!((both.keys.len(), &both.keys[0]), (2, &first.keys[0]));
    }

    #[test]
    fn a_file_of_something_else_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "not a key\n").unwrap();
        let problem = issuer(dir.path()).err().unwrap().to_string();
        assert!(problem.contains("delete it to have new ones"), "{problem}");
        std::fs::write(dir.path().join(FILE), "").unwrap();
        assert!(issuer(dir.path()).is_err());
    }
}
