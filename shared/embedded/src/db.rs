use crate::keys::Keys;
use crate::places::Places;
use rollcall_ports::Fault;
use rusqlite::Connection;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::runtime::{Handle, RuntimeFlavor};

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
        let level = Durability::Process;
        let session =
            Session { connection, keys, places, level, waiting: 0, lost: 0, inside: false, nested: false };
        Self { session: Mutex::new(session), strongest, blocks }
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
        self.step_aside(|| work(&mut self.lock()).map_err(|error| error.into_fault(port)))
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
            prepared.map_err(|error| error.into_fault(port))?;
            // IMMEDIATE: a transaction that reads before it writes would be
            // refused halfway when another process wrote in between.
            let value = session.transaction(port, if waits { SAVEPOINT } else { IMMEDIATE }, work)?;
            session.waited(waits).map_err(|_| Fault::Unanswered(port))?;
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
            prepared.map_err(|error| error.into_fault(port))?;
            let done = work(&session.connection);
            if waits && session.connection.is_autocommit() {
                session.forget();
            }
            let value = done.map_err(|error| match error.is_of_the_disk() {
                true if !waits => Fault::Unanswered(port),
                _ => error.into_fault(port),
            })?;
            session.waited(waits).map_err(|_| Fault::Unanswered(port))?;
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
        run(&self.connection, begin).map_err(|error| error.into_fault(port))?;
        let value = match work(self) {
            Ok(value) => value,
            Err(error) => {
                self.roll_back();
                return Err(error.into_fault(port));
            }
        };
        run(&self.connection, if self.nested { "RELEASE one" } else { "COMMIT" }).map_err(|_| {
            self.roll_back();
            // The log may hold the commit although its flush failed.
            Fault::Unanswered(port)
        })?;
        self.inside = false;
        Ok(value)
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
    /// The log may hold the commit although it could not be written to its end.
    fn is_of_the_disk(&self) -> bool {
        use rusqlite::ErrorCode::{DiskFull, SystemIoFailure};
        matches!(self, Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _))
            if matches!(failure.code, SystemIoFailure | DiskFull))
    }

    /// Codes only: SQLite's own texts may quote what was stored.
    fn into_fault(self, port: &'static str) -> Fault {
        let reason = match self {
            Self::Unreadable(what) => format!("a stored {what} is not of the expected form"),
            Self::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => match failure.code {
                rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked => {
                    return Fault::Throttled(port);
                }
                code => format!("SQLite answered {code:?} (code {})", failure.extended_code),
            },
            Self::Sqlite(_) => "a stored value is not of the expected type".to_owned(),
        };
        Fault::Refused { port, reason }
    }
}

#[cfg(test)]
mod tests;
