mod anew;

use crate::keys::Keys;
use crate::open::{RESTORE, advice};
use crate::places::Places;
use rollcall_ports::Fault;
use rusqlite::{Connection, ErrorCode};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Notify;

/// So many transactions that nobody waits for are one commit at most. In memory
/// all are: SQLite walks through its whole page cache at each commit that split a
/// page.
const GROUP: u32 = 10_000;

tokio::task_local! {
    /// Set while [`Db::together`] runs.
    static TOGETHER: ();
}

/// What a commit survives once it is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// The end of the process, however sudden. Costs no disk flush.
    Process,
    /// Also the loss of power, together with every commit before it. Costs one
    /// disk flush (about 4 ms on a virtual disk).
    Power,
}

/// The one connection of a store.
pub(crate) struct Db {
    session: Mutex<Session>,
    strongest: Durability,
    /// In memory nothing ever blocks.
    blocks: bool,
    damaged: Arc<Notify>,
}

/// The connection, and what is remembered along with it.
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) keys: Keys,
    pub(crate) places: Places,
    level: Durability,
    /// Transactions that wait for their commit, each a savepoint that was
    /// released. Whoever is not one of them commits them first.
    waiting: u32,
    /// How often such a commit failed.
    lost: u64,
    /// A transaction is under way, or was when somebody panicked.
    inside: bool,
    /// It is a savepoint of a larger one.
    nested: bool,
    /// Rung when SQLite finds damage.
    damaged: Arc<Notify>,
}

/// Why a query failed.
#[derive(Debug)]
pub(crate) enum DbError {
    Sqlite(rusqlite::Error),
    /// A stored value has a form that this version does not know.
    Unreadable(&'static str),
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Db {
    /// Takes over a connection that is set to `synchronous=NORMAL`.
    pub(crate) fn new(connection: Connection, strongest: Durability, blocks: bool) -> Self {
        let (keys, places) = (Keys::default(), Places::default());
        let (level, damaged) = (Durability::Process, Arc::new(Notify::new()));
        let session = Session {
            connection,
            keys,
            places,
            level,
            waiting: 0,
            lost: 0,
            inside: false,
            nested: false,
            damaged: Arc::clone(&damaged),
        };
        Self { session: Mutex::new(session), strongest, blocks, damaged }
    }

    /// Runs one query, or several that need not see the same moment.
    pub(crate) fn read<T>(
        &self,
        port: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, DbError>,
    ) -> Result<T, Fault> {
        self.look(port, |session| work(&session.connection))
    }

    /// As [`Db::read`], along with what is remembered.
    pub(crate) fn look<T>(
        &self,
        port: &'static str,
        work: impl FnOnce(&mut Session) -> Result<T, DbError>,
    ) -> Result<T, Fault> {
        self.step_aside(|| {
            let mut session = self.lock();
            work(&mut session).map_err(|error| session.fault(error, port))
        })
    }

    /// Runs queries that see one moment.
    pub(crate) fn snapshot<T>(
        &self,
        port: &'static str,
        work: impl FnOnce(&mut Session) -> Result<T, DbError>,
    ) -> Result<T, Fault> {
        self.step_aside(|| {
            let mut session = self.lock();
            let begin = if session.connection.is_autocommit() { "BEGIN DEFERRED" } else { SAVEPOINT };
            session.transaction(port, begin, work)
        })
    }

    /// Runs a transaction that writes: all of it is done, or nothing.
    pub(crate) fn write<T>(
        &self,
        port: &'static str,
        durability: Durability,
        work: impl FnOnce(&mut Session) -> Result<T, DbError>,
    ) -> Result<T, Fault> {
        let waits = self.waits();
        self.step_aside(|| {
            let mut session = self.lock();
            let prepared = session.prepare(durability.min(self.strongest), waits);
            prepared.map_err(|error| session.fault(error, port))?;
            // IMMEDIATE: a transaction that reads before it writes would be
            // refused halfway when another process wrote in between.
            let value = session.transaction(port, if waits { SAVEPOINT } else { IMMEDIATE }, work)?;
            session.waited(waits).map_err(|error| error.into_doubt(port))?;
            Ok(value)
        })
    }

    /// Runs one statement that writes. SQLite does it whole or not at all, so it
    /// needs no transaction of its own.
    pub(crate) fn statement<T>(
        &self,
        port: &'static str,
        durability: Durability,
        work: impl FnOnce(&Connection) -> Result<T, DbError>,
    ) -> Result<T, Fault> {
        let waits = self.waits();
        self.step_aside(|| {
            let mut session = self.lock();
            let prepared = session.prepare(durability.min(self.strongest), waits);
            prepared.map_err(|error| session.fault(error, port))?;
            let done = work(&session.connection);
            if waits && session.connection.is_autocommit() {
                session.forget();
            }
            let value = done.map_err(|error| match error.is_of_the_disk() {
                true if !waits => error.into_doubt(port),
                _ => session.fault(error, port),
            })?;
            session.waited(waits).map_err(|error| error.into_doubt(port))?;
            Ok(value)
        })
    }

    /// Whether nobody waits for the commit of a write.
    fn waits(&self) -> bool {
        !self.blocks || TOGETHER.try_with(|()| ()).is_ok()
    }

    /// Runs `work`, whose writes are committed as one: when it is over, or
    /// before anybody else's write. Until then the end of the process undoes
    /// them, so `work` must be done again if it does not come to its end.
    /// Others see them meanwhile, as far as they share this connection.
    ///
    /// # Errors
    /// `Unanswered` when they may not have been committed.
    pub(crate) async fn together<T>(
        &self,
        port: &'static str,
        work: impl Future<Output = T>,
    ) -> Result<T, Fault> {
        let settled = Settled(self);
        let lost = self.lock().lost;
        let value = TOGETHER.scope((), work).await;
        drop(settled);
        if self.lock().lost == lost { Ok(value) } else { Err(Fault::Unanswered(port)) }
    }

    /// Returns when SQLite has found damage, and with what to do about it.
    pub(crate) async fn damaged(&self) -> &'static str {
        self.damaged.notified().await;
        RESTORE
    }

    /// Runs `work` on this thread, for which a runtime of several threads must
    /// know that it may block.
    pub(crate) fn step_aside<T>(&self, work: impl FnOnce() -> T) -> T {
        if !self.blocks {
            return work();
        }
        match Handle::try_current().map(|handle| handle.runtime_flavor()) {
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
            _ => work(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Session> {
        // A panic elsewhere leaves at most an open transaction behind, which
        // the next one rolls back.
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Commits what waits at its end, also when it is dropped halfway.
struct Settled<'a>(&'a Db);

impl Drop for Settled<'_> {
    fn drop(&mut self) {
        if self.0.blocks {
            // That it failed is remembered.
            self.0.step_aside(|| drop(self.0.lock().settle()));
        }
    }
}

const IMMEDIATE: &str = "BEGIN IMMEDIATE";
const SAVEPOINT: &str = "SAVEPOINT one";

impl Session {
    /// Makes ready for a write, which `waits` for its commit or not.
    fn prepare(&mut self, level: Durability, waits: bool) -> Result<(), DbError> {
        if self.inside {
            self.roll_back();
        }
        if !waits || level != self.level {
            self.settle()?;
            self.set_level(level)?;
        }
        if waits && self.connection.is_autocommit() { run(&self.connection, IMMEDIATE) } else { Ok(()) }
    }

    /// A write was done.
    fn waited(&mut self, waits: bool) -> Result<(), DbError> {
        self.waiting += u32::from(waits);
        if self.waiting >= GROUP { self.settle() } else { Ok(()) }
    }

    /// SQLite has rolled back all that waited, as it does when the disk is full.
    fn forget(&mut self) {
        (self.waiting, self.lost) = (0, self.lost + 1);
        self.keys.forget();
    }

    /// Commits what waits for it.
    fn settle(&mut self) -> Result<(), DbError> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        if self.inside {
            self.roll_back();
        }
        self.waiting = 0;
        let committed = run(&self.connection, "COMMIT");
        if committed.is_err() {
            self.forget();
            // Fails only when SQLite has rolled back by itself.
            let _rolled_back = run(&self.connection, "ROLLBACK");
        }
        committed
    }

    fn transaction<T>(
        &mut self,
        port: &'static str,
        begin: &str,
        work: impl FnOnce(&mut Self) -> Result<T, DbError>,
    ) -> Result<T, Fault> {
        if self.inside {
            self.roll_back();
        }
        (self.inside, self.nested) = (true, begin == SAVEPOINT);
        run(&self.connection, begin).map_err(|error| self.fault(error, port))?;
        let value = match work(self) {
            Ok(value) => value,
            Err(error) => {
                self.roll_back();
                return Err(self.fault(error, port));
            }
        };
        run(&self.connection, if self.nested { "RELEASE one" } else { "COMMIT" }).map_err(|error| {
            self.roll_back();
            // The log may hold the commit although its flush failed.
            error.into_doubt(port)
        })?;
        self.inside = false;
        Ok(value)
    }

    /// What is told of an error.
    fn fault(&self, error: DbError, port: &'static str) -> Fault {
        if error.is_damage() {
            self.damaged.notify_one();
        }
        error.into_fault(port)
    }

    fn roll_back(&mut self) {
        self.keys.forget();
        self.inside = false;
        let statements: &[&str] =
            if self.nested { &["ROLLBACK TO one", "RELEASE one"] } else { &["ROLLBACK"] };
        for statement in statements {
            // Fails only when SQLite has rolled back by itself.
            let _rolled_back = run(&self.connection, statement);
        }
        if self.nested && self.connection.is_autocommit() {
            self.forget();
        }
    }

    /// Applies to the following commits; cannot change inside a transaction.
    fn set_level(&mut self, level: Durability) -> Result<(), DbError> {
        if level == self.level {
            return Ok(());
        }
        // Takes effect while the statement is compiled, so it is never cached.
        self.connection.execute_batch(match level {
            Durability::Process => "PRAGMA synchronous = NORMAL",
            Durability::Power => "PRAGMA synchronous = FULL",
        })?;
        self.level = level;
        Ok(())
    }
}

fn run(connection: &Connection, statement: &str) -> Result<(), DbError> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}

impl DbError {
    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => Some(failure.code),
            Self::Sqlite(_) | Self::Unreadable(_) => None,
        }
    }

    /// The log may hold the commit although it could not be written to its end.
    fn is_of_the_disk(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::SystemIoFailure | ErrorCode::DiskFull))
    }

    /// Nothing that is read can be trusted any more.
    fn is_damage(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }

    /// For what may have been done or not.
    fn into_doubt(self, port: &'static str) -> Fault {
        Fault::Unanswered(match self.code() {
            Some(ErrorCode::DiskFull) => {
                "the store: the disk is full; free some space, and it goes on by itself"
            }
            Some(ErrorCode::SystemIoFailure) => {
                "the store: the disk cannot be written; look at its space and its health"
            }
            _ => port,
        })
    }

    /// Codes only: SQLite's own texts may quote what was stored.
    fn into_fault(self, port: &'static str) -> Fault {
        let reason = match self {
            Self::Unreadable(what) => format!("a stored {what} is not of the expected form"),
            Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => match failure.code {
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                    return Fault::Throttled(port);
                }
                code => format!("SQLite answered {code:?} (code {}){}", failure.extended_code, advice(code)),
            },
            Self::Sqlite(_) => "a stored value is not of the expected type".to_owned(),
        };
        Fault::Refused { port, reason }
    }
}

#[cfg(test)]
mod tests;
