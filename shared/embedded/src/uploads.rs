use crate::db::{Db, DbError, Durability};
use crate::queue;
use crate::values::{count, int, nanos};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::upload::{Arrived, Form, UploadRef, notification, staged_under};
use rollcall_ports::{Clock, Fault, UploadInfo, Uploads};
use rusqlite::{Connection, OptionalExtension, params};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

mod files;
mod old;
mod shelf;
mod staged;

use files::Files;
pub(crate) use files::file_name;

const PORT: &str = "uploads";

/// The bucket that notifications name.
const BUCKET: &str = "uploads";

/// A file that was begun so long ago will not be finished.
const ABANDONED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The store of uploaded files. Cheap to clone. A key may be any text; it is
/// never part of a path.
#[derive(Clone)]
pub struct UploadStore {
    db: Arc<Db>,
    clock: Arc<dyn Clock>,
    files: Arc<Files>,
}

/// Why a file was not taken. Nothing of it is visible then.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The content could not be read.
    #[error("the file could not be read: {0}")]
    Read(#[source] std::io::Error),
    /// The content could not be stored.
    #[error("the file could not be stored: {0}")]
    Write(#[source] std::io::Error),
    /// The database did not behave.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl UploadStore {
    /// The store of files in `dir`, or in memory.
    pub(crate) fn new(db: Arc<Db>, clock: Arc<dyn Clock>, dir: Option<PathBuf>) -> Self {
        Self { db, clock, files: Arc::new(dir.map_or_else(Files::memory, Files::Directory)) }
    }

    /// Takes in a file under `key`, instead of any former one, and puts its
    /// notification on the uploads queue: both or none. Answers what the
    /// notification says. Survives the loss of power once it has answered.
    /// Whoever still asks for the former file is told that it is gone. Blocks while it reads; on a runtime of
    /// several threads, other tasks go on.
    ///
    /// # Errors
    /// When `content` cannot be read or the store cannot write.
    pub fn put(&self, key: &str, content: &mut dyn Read) -> Result<Arrived, PutError> {
        self.db.step_aside(|| self.take_in(key, content))
    }

    fn take_in(&self, key: &str, content: &mut dyn Read) -> Result<Arrived, PutError> {
        let file = self.begin()?;
        let size = match self.files.write(file, content) {
            Ok(size) => size,
            Err(error) => {
                self.files.remove(file);
                return Err(error);
            }
        };
        // From here on the file is durable; the row makes it visible, and the
        // notification is in the same commit, so neither is ever without the
        // other.
        let arrived = arrived(key, file, size);
        let former = self.db.write(PORT, Durability::Power, |session| {
            record(&session.connection, &arrived, file, self.clock.now())
        })?;
        if let Some(former) = former {
            self.files.remove(former);
        }
        Ok(arrived)
    }

    /// A number for a file that is about to be written, so that it is not
    /// taken for what nobody names.
    fn begin(&self) -> Result<i64, Fault> {
        let now = self.clock.now();
        self.db.write(PORT, Durability::Process, |session| {
            session
                .connection
                .prepare_cached("INSERT INTO upload_parts (started_at) VALUES (?1)")?
                .execute([nanos(now)])?;
            Ok(session.connection.last_insert_rowid())
        })
    }

    /// The file that is under `key` now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn latest(&self, key: &str) -> Result<Option<UploadRef>, Fault> {
        Ok(self.find(key)?.map(|(file, _)| upload(key, file)))
    }

    /// Removes files that no key names: replaced, or never finished. To be
    /// called when the store is opened.
    pub(crate) fn clean(&self) -> Result<(), Fault> {
        let before = self.clock.now().checked_sub(ABANDONED_AFTER).unwrap_or(Timestamp::MIN);
        self.files.remove_unfinished();
        let present = self.files.list();
        let orphans = self.db.write(PORT, Durability::Process, |session| {
            let connection = &session.connection;
            connection
                .prepare_cached("DELETE FROM upload_parts WHERE started_at < ?1")?
                .execute([nanos(before)])?;
            let mut named = connection.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM uploads WHERE file = ?1)
                     OR EXISTS (SELECT 1 FROM staged WHERE file = ?1)
                     OR EXISTS (SELECT 1 FROM upload_parts WHERE file = ?1)",
            )?;
            let mut orphans = Vec::new();
            for file in present {
                if !named.query_row([file], |row| row.get::<_, bool>(0))? {
                    orphans.push(file);
                }
            }
            Ok(orphans)
        })?;
        for file in orphans {
            self.files.remove(file);
        }
        Ok(())
    }

    /// The file that is under the key, if it is the one that is asked for.
    fn find_form(&self, asked: &UploadRef) -> Result<Option<(i64, u64)>, Fault> {
        Ok(self.find(&asked.key)?.filter(|(file, _)| upload(&asked.key, *file) == *asked))
    }

    fn find(&self, key: &str) -> Result<Option<(i64, u64)>, Fault> {
        self.db.read(PORT, |connection| {
            let found = put(connection, key)?;
            match staged_under(key) {
                Some(id) if found.is_none() => staged::file(connection, id),
                _ => Ok(found),
            }
        })
    }
}

#[async_trait]
impl Uploads for UploadStore {
    async fn info(&self, upload: &UploadRef) -> Result<Option<UploadInfo>, Fault> {
        Ok(self.find_form(upload)?.map(|(_, size)| UploadInfo { size }))
    }

    async fn read(&self, upload: &UploadRef, start: u64, end: u64) -> Result<Option<Vec<u8>>, Fault> {
        let Some((file, size)) = self.find_form(upload)? else { return Ok(None) };
        match self.db.step_aside(|| self.files.read(file, start, end.min(size))) {
            Ok(bytes) => Ok(Some(bytes)),
            // Replaced since it was looked up.
            Err(_) if self.find_form(upload)?.is_none() => Ok(None),
            Err(error) => {
                let reason = format!("a file cannot be read: {}", error.kind());
                Err(Fault::Refused { port: PORT, reason })
            }
        }
    }
}

/// What was put under a key.
fn put(connection: &Connection, key: &str) -> Result<Option<(i64, u64)>, DbError> {
    Ok(connection
        .prepare_cached("SELECT file, size FROM uploads WHERE key = ?1")?
        .query_row([key], |row| Ok((row.get(0)?, count(row, 1)?)))
        .optional()?)
}

fn arrived(key: &str, file: i64, size: u64) -> Arrived {
    let (bucket, upload) = (BUCKET.to_owned(), upload(key, file));
    Arrived { bucket, upload, size, sequencer: format!("{file:016X}") }
}

/// Each file has a number of its own, which is never given again.
fn upload(key: &str, file: i64) -> UploadRef {
    UploadRef { key: key.to_owned(), form: Form::Version(format!("{file:016X}")) }
}

/// Makes a file visible and tells of it; returns the file that it replaces.
fn record(
    connection: &Connection,
    arrived: &Arrived,
    file: i64,
    now: Timestamp,
) -> Result<Option<i64>, DbError> {
    let former = connection
        .prepare_cached("SELECT file FROM uploads WHERE key = ?1")?
        .query_row([&arrived.upload.key], |row| row.get(0))
        .optional()?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO uploads (key, file, size, put_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![arrived.upload.key, file, int(arrived.size), nanos(now)])?;
    connection.prepare_cached("DELETE FROM upload_parts WHERE file = ?1")?.execute([file])?;
    queue::enqueue(connection, "uploads", &notification(arrived), (now, now))?;
    Ok(former)
}
