//! Opening the database: who may, what is refused, and how it is set.

use crate::dead_letters::name_old_ones;
use crate::schema::{NotMigrated, STEPS, migrate};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

/// The database's name in the data directory.
pub(crate) const DATABASE: &str = "rollcall.sqlite";
/// Uploaded files in the data directory.
pub(crate) const UPLOADS: &str = "uploads";
/// Held while a process opens the database.
const LOCK: &str = "rollcall.lock";

/// How long one process waits for the writing of another.
pub(crate) const BUSY: Duration = Duration::from_secs(10);
/// Statements that are kept compiled: more than there are.
const STATEMENTS: usize = 160;

/// What to do about a damaged database.
pub(crate) const RESTORE: &str = "nothing more is done with it; move the directory away, and restore the latest backup with `rollcall restore`";

/// What to do about what SQLite answered, where that is clear.
pub(crate) fn advice(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::DiskFull => ": the disk is full; free some space",
        ErrorCode::SystemIoFailure => {
            ": the disk cannot be read or written; look at its space and its health"
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
            ": this user may not write there; mend the rights of the data directory"
        }
        _ => "",
    }
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or a file in it cannot be used.
    #[error(
        "the data directory cannot be used: {what}: {source}; expected a directory in which this user may write, on \
         a disk with some space"
    )]
    Io {
        /// What was tried.
        what: &'static str,
        /// What came of it.
        source: io::Error,
    },
    /// The file is something else.
    #[error(
        "expected rollcall.sqlite to be a database of Rollcall, found something else; name another data directory"
    )]
    NotRollcall,
    /// The file was written by a newer program.
    #[error("the database is of version {found}, this program knows up to {known}; use the newer program")]
    TooNew {
        /// The version of the file.
        found: usize,
        /// The highest version that this program knows.
        known: usize,
    },
    /// The file is damaged.
    #[error("the database is damaged: SQLite answered {code:?} (code {extended}); {RESTORE}")]
    Damaged {
        /// What SQLite said.
        code: ErrorCode,
        /// Its extended code.
        extended: i32,
    },
    /// SQLite cannot open it for another reason.
    #[error("the database cannot be opened: SQLite answered {code:?} (code {extended}){}", advice(*code))]
    Sqlite {
        /// What SQLite said.
        code: ErrorCode,
        /// Its extended code.
        extended: i32,
    },
}

/// Opens, or creates, the database in `dir`.
pub(crate) fn file(dir: &Path) -> Result<Connection, OpenError> {
    create_dir(dir, "the directory cannot be created")?;
    create_dir(&dir.join(UPLOADS), "the directory of uploads cannot be created")?;
    // One process at a time creates, migrates and switches to the write-ahead
    // log, which SQLite refuses instead of waiting. Ends with the process.
    let _held =
        lock(&dir.join(LOCK)).map_err(|source| OpenError::Io { what: "its lock cannot be taken", source })?;
    let path = dir.join(DATABASE);
    let mut create = OpenOptions::new();
    create.write(true).create(true).truncate(false);
    for_the_owner_only(&mut create);
    // SQLite gives its log the permissions of the file.
    create.open(&path).map_err(|source| OpenError::Io { what: "the database cannot be opened", source })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    // Before anything that could change a file of somebody else.
    migrate(&mut connection, STEPS)?;
    name_old_ones(&mut connection)?;
    // The cache holds the inner pages of a register of a million. A larger one
    // finds few more of its rows, and each commit that split a page walks
    // through all of it: with 24 MB a tick took a twentieth longer, and an import
    // twice the memory.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = NORMAL;
         PRAGMA cache_size = -6144;
         PRAGMA mmap_size = 0;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    finish(connection)
}

/// A database in memory.
pub(crate) fn memory() -> Result<Connection, OpenError> {
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection, STEPS)?;
    finish(connection)
}

fn finish(connection: Connection) -> Result<Connection, OpenError> {
    connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")?;
    // Plans depend on the statement alone: without this, SQLite compiles some
    // statements anew at each use, to look at the values bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Names and numbers of people are nobody else's business on this machine.
pub(crate) fn for_the_owner_only(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _unused = options;
}

pub(crate) fn create_dir(dir: &Path, what: &'static str) -> Result<(), OpenError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|source| OpenError::Io { what, source })
}

fn lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    for_the_owner_only(&mut options);
    let file = options.open(path)?;
    file.lock()?;
    Ok(file)
}

impl From<NotMigrated> for OpenError {
    fn from(error: NotMigrated) -> Self {
        match error {
            NotMigrated::Foreign => Self::NotRollcall,
            NotMigrated::TooNew { found, known } => Self::TooNew { found, known },
            NotMigrated::Sqlite(error) => error.into(),
        }
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        let (code, extended) = match error {
            rusqlite::Error::SqliteFailure(failure, _) => (failure.code, failure.extended_code),
            _ => (ErrorCode::Unknown, 0),
        };
        match code {
            ErrorCode::NotADatabase => Self::NotRollcall,
            ErrorCode::DatabaseCorrupt => Self::Damaged { code, extended },
            code => Self::Sqlite { code, extended },
        }
    }
}
