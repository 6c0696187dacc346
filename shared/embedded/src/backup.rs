//! A copy of the store that is of one moment, while others write.
//!
//! SQLite copies the database page by page within one reading transaction; the
//! files of uploads never change under their numbers, so they are copied
//! afterwards. One that was replaced in between is missing then, and the copy of
//! the database is made once more.

use crate::Store;
use crate::open::{DATABASE, OpenError, UPLOADS, create_dir, for_the_owner_only};
use crate::uploads::file_name;
use rollcall_domain::erasure::Erasure;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// How often the database is copied while uploads are replaced at the same
/// moment: more than once is rare, and more than a few times is no coincidence.
const TRIES: u32 = 5;

/// What a copy holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackedUp {
    /// Residents on the register.
    pub residents: u64,
    /// Files of uploads.
    pub files: u64,
    /// Bytes, of the database and these files.
    pub bytes: u64,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file cannot be read or written.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// What came of it.
        source: io::Error,
    },
    /// The database cannot be copied, or the copy cannot be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The copy is damaged, because what was copied is.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// A file that the database names is not there.
    #[error("the file {0} of an upload is missing")]
    Missing(String),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

impl Store {
    /// Copies the store of the directory `from` into the directory `to`, which
    /// must hold none. Everything that was answered before this began is in the
    /// copy. Others may go on reading and writing meanwhile. The copy is checked
    /// and survives the loss of power when this has answered.
    ///
    /// # Errors
    /// When anything cannot be read or written, or the copy is not sound; what is
    /// in `to` is worth nothing then.
    pub fn back_up(from: &Path, to: &Path) -> Result<BackedUp, BackupError> {
        create_dir(&to.join(UPLOADS), "the copy cannot be made")?;
        for tries_left in (0..TRIES).rev() {
            let mut done = copy_database(&from.join(DATABASE), &to.join(DATABASE))?;
            match copy_files(from, to, &mut done) {
                Err(BackupError::Missing(_)) if tries_left > 0 => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    settle(&to.join(UPLOADS)).and_then(|()| settle(to)).map_err(unwritten)?;
                    return Ok(done);
                }
            }
        }
        // The last try answers in any case.
        Err(BackupError::Missing(UPLOADS.to_owned()))
    }

    /// Looks whether the copy in `dir` is whole and sound; changes nothing.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_backup(dir: &Path) -> Result<BackedUp, BackupError> {
        let path = dir.join(DATABASE);
        let mut done = check_database(&path)?;
        for name in files(&path)? {
            let found = std::fs::metadata(dir.join(UPLOADS).join(&name));
            done.bytes += found.map_err(|_| BackupError::Missing(name))?.len();
            done.files += 1;
        }
        Ok(done)
    }
}

/// Who was erased in the store of a directory, or was being erased.
///
/// # Errors
/// When that cannot be read.
pub fn erasures_in(dir: &Path) -> Result<Vec<Erasure>, BackupError> {
    // Without the right to write, the log of who writes could not be read.
    let connection = Connection::open_with_flags(dir.join(DATABASE), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(crate::open::BUSY)?;
    // A store that nobody has opened since people can be erased has none.
    let is_there: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'erasures')",
        [],
        |row| row.get(0),
    )?;
    if !is_there {
        return Ok(Vec::new());
    }
    let mut named = connection.prepare("SELECT data FROM erasures ORDER BY rowid")?;
    let texts = named.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let read = |text: &String| {
        serde_json::from_str(text).map_err(|_| BackupError::Damaged("an erasure cannot be read".to_owned()))
    };
    texts.iter().map(read).collect()
}

fn copy_database(from: &Path, to: &Path) -> Result<BackedUp, BackupError> {
    match std::fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritten(error)),
        _ => {}
    }
    let mut create = OpenOptions::new();
    create.write(true).create_new(true);
    for_the_owner_only(&mut create);
    create.open(to).map_err(unwritten)?;
    // Without the right to write, the log of who writes could not be read.
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(crate::open::BUSY)?;
    {
        let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let backup = Backup::new(&source, &mut copy)?;
        // All of it at once, so that no write of others begins it anew.
        if backup.step(-1)? != StepResult::Done {
            let source = io::Error::from(io::ErrorKind::ResourceBusy);
            return Err(BackupError::Io { what: "the database cannot be copied", source });
        }
    }
    {
        let copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // One file, with nothing beside it that could be forgotten. Whoever
        // opens the copy as a store sets what a store needs.
        copy.pragma_update(None, "journal_mode", "DELETE")?;
    }
    File::open(to).and_then(|file| file.sync_all()).map_err(unwritten)?;
    check_database(to)
}

fn check_database(path: &Path) -> Result<BackedUp, BackupError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if let Some(problem) = first_problem(&connection)? {
        return Err(BackupError::Damaged(problem));
    }
    let residents: i64 = connection.query_row("SELECT count(*) FROM residents", [], |row| row.get(0))?;
    let bytes = std::fs::metadata(path).map_err(unread)?.len();
    Ok(BackedUp { residents: u64::try_from(residents).unwrap_or(0), files: 0, bytes })
}

/// What SQLite's check finds first. It reads every page, but does not compare
/// indexes with their tables.
pub(crate) fn first_problem(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match found {
        Ok(text) if text == "ok" => Ok(None),
        Ok(text) => Ok(Some(text.replace('\n', " "))),
        // The check itself falls over the damage.
        Err(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ErrorCode::DatabaseCorrupt =>
        {
            Ok(Some(format!("SQLite answered {:?} (code {})", failure.code, failure.extended_code)))
        }
        Err(error) => Err(error),
    }
}

fn copy_files(from: &Path, to: &Path, done: &mut BackedUp) -> Result<(), BackupError> {
    for name in files(&to.join(DATABASE))? {
        let mut source = match File::open(from.join(UPLOADS).join(&name)) {
            Ok(source) => source,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(BackupError::Missing(name)),
            Err(error) => return Err(unread(error)),
        };
        let mut create = OpenOptions::new();
        create.write(true).create(true).truncate(true);
        for_the_owner_only(&mut create);
        let mut copy = create.open(to.join(UPLOADS).join(&name)).map_err(unwritten)?;
        done.bytes += io::copy(&mut source, &mut copy).map_err(unwritten)?;
        copy.sync_all().map_err(unwritten)?;
        done.files += 1;
    }
    Ok(())
}

/// The files that a database names.
fn files(database: &Path) -> Result<Vec<String>, BackupError> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut named = connection.prepare(
        "SELECT file FROM uploads UNION SELECT file FROM staged WHERE file IS NOT NULL ORDER BY 1",
    )?;
    let names = named.query_map([], |row| Ok(file_name(row.get(0)?)))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn settle(dir: &Path) -> io::Result<()> {
    File::open(dir).and_then(|dir| dir.sync_all())
}

fn unwritten(source: io::Error) -> BackupError {
    BackupError::Io { what: "the copy cannot be written", source }
}

fn unread(source: io::Error) -> BackupError {
    BackupError::Io { what: "a file cannot be read", source }
}
