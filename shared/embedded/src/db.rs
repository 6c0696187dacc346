use crate::keys::Keys;
use crate::places::Places;
use rollcall_ports::Fault;
use rusqlite::Connection;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::runtime::{Handle, RuntimeFlavor};

/// In memory, so many transactions are one commit: SQLite walks through its whole
/// page cache at each commit that split a page, and nobody waits for a flush.
const GROUP: u32 = 1_000;

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

/// How transactions begin and end.
#[derive(Clone, Copy)]
enum Bounds {
    /// Each is one of SQLite's.
    Own,
    /// Each is a savepoint in a transaction of many, of which there were so many.
    Group(u32),
}

/// The connection, and what is remembered along with it.
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) keys: Keys,
    pub(crate) places: Places,
    level: Durability,
    bounds: Bounds,
    /// A transaction is under way, or was when somebody panicked.
    inside: bool,
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
        let bounds = if blocks { Bounds::Own } else { Bounds::Group(0) };
        let level = Durability::Process;
        let session = Session { connection, keys, places, level, bounds, inside: false };
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
        self.step_aside(|| self.lock().transaction(port, "BEGIN DEFERRED", work))
    }

    /// Runs a transaction that writes: all of it is done, or nothing.
    pub(crate) fn write<T>(
        &self,
        port: &'static str,
        durability: Durability,
        work: impl FnOnce(&mut Session) -> Result<T, DbError>,
    ) -> Result<T, Fault> {
        self.step_aside(|| {
            let mut session = self.lock();
            session.set_level(durability.min(self.strongest)).map_err(|error| error.into_fault(port))?;
            // IMMEDIATE: a transaction that reads before it writes would be
            // refused halfway when another process wrote in between.
            session.transaction(port, "BEGIN IMMEDIATE", work)
        })
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

impl Session {
    fn transaction<T>(
        &mut self,
        port: &'static str,
        begin: &str,
        work: impl FnOnce(&mut Self) -> Result<T, DbError>,
    ) -> Result<T, Fault> {
        if self.inside {
            self.roll_back();
        }
        self.begin(begin).map_err(|error| error.into_fault(port))?;
        let value = match work(self) {
            Ok(value) => value,
            Err(error) => {
                self.roll_back();
                return Err(error.into_fault(port));
            }
        };
        self.commit().map_err(|_| {
            self.roll_back();
            // The log may hold the commit although its flush failed.
            Fault::Unanswered(port)
        })?;
        Ok(value)
    }

    fn begin(&mut self, begin: &str) -> Result<(), DbError> {
        self.inside = true;
        match self.bounds {
            Bounds::Own => run(&self.connection, begin),
            Bounds::Group(_) => {
                if self.connection.is_autocommit() {
                    run(&self.connection, "BEGIN")?;
                }
                run(&self.connection, "SAVEPOINT one")
            }
        }
    }

    fn commit(&mut self) -> Result<(), DbError> {
        match &mut self.bounds {
            Bounds::Own => run(&self.connection, "COMMIT")?,
            Bounds::Group(many) => {
                run(&self.connection, "RELEASE one")?;
                *many = (*many + 1) % GROUP;
                if *many == 0 {
                    run(&self.connection, "COMMIT")?;
                }
            }
        }
        self.inside = false;
        Ok(())
    }

    fn roll_back(&mut self) {
        self.keys.forget();
        self.inside = false;
        let statements: &[&str] = match self.bounds {
            Bounds::Own => &["ROLLBACK"],
            Bounds::Group(_) => &["ROLLBACK TO one", "RELEASE one"],
        };
        for statement in statements {
            // Fails only when SQLite has rolled back by itself.
            let _rolled_back = run(&self.connection, statement);
        }
    }

    /// Applies to the following commits; cannot change inside a transaction.
    fn set_level(&mut self, level: Durability) -> Result<(), DbError> {
        if level == self.level || matches!(self.bounds, Bounds::Group(_)) {
            return Ok(());
        }
        if self.inside {
            self.roll_back();
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
mod tests {
    use super::{Db, DbError, Durability, GROUP};
    use crate::open;
    use rollcall_ports::Fault;
    use rusqlite::Connection;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn level(db: &Db, durability: Durability) -> i64 {
        db.write("test", durability, |session| {
            Ok(session.connection.pragma_query_value(None, "synchronous", |row| row.get(0))?)
        })
        .unwrap()
    }

    fn count(db: &Db) -> i64 {
        db.read(
            "test",
            |connection| Ok(connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?),
        )
        .unwrap()
    }

    fn insert(connection: &Connection) -> Result<(), DbError> {
        Ok(connection.execute("INSERT INTO t VALUES (1)", []).map(|_| ())?)
    }

    fn table(blocks: bool) -> Db {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        Db::new(connection, Durability::Power, blocks)
    }

    /// SQLite's numbers: 1 is NORMAL, 2 is FULL.
    #[test]
    fn each_commit_is_as_durable_as_it_must_be() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::new(open::file(dir.path()).unwrap(), Durability::Power, true);
        let order = [Durability::Process, Durability::Power, Durability::Power, Durability::Process];
        assert_eq!(order.map(|durability| level(&db, durability)), [1, 2, 2, 1]);
        let bench = Db::new(open::file(dir.path()).unwrap(), Durability::Process, true);
        assert_eq!(level(&bench, Durability::Power), 1);
    }

    #[test]
    fn a_database_that_stays_busy_is_throttling() {
        let dir = tempfile::tempdir().unwrap();
        let holder = open::file(dir.path()).unwrap();
        let waiting = open::file(dir.path()).unwrap();
        waiting.busy_timeout(std::time::Duration::ZERO).unwrap();
        let db = Db::new(waiting, Durability::Power, true);
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let answer = db.write("test", Durability::Power, |_| Ok(()));
        assert_eq!(answer, Err(Fault::Throttled("test")));
        assert_eq!(db.read("test", |_| Ok(())), Ok(()), "reading does not wait for a writer");
        holder.execute_batch("COMMIT").unwrap();
        assert_eq!(db.write("test", Durability::Power, |_| Ok(())), Ok(()));
    }

    #[test]
    fn a_transaction_that_fails_or_panics_leaves_nothing() {
        for blocks in [true, false] {
            fails_or_panics(&table(blocks));
        }
    }

    #[test]
    fn in_memory_many_are_one_commit_and_each_is_whole() {
        let db = table(false);
        for number in 1..=i64::from(GROUP) + 2 {
            db.write("test", Durability::Power, |session| insert(&session.connection)).unwrap();
            let failed = db.write("test", Durability::Power, |session| {
                insert(&session.connection)?;
                Err::<(), _>(DbError::Unreadable("thing"))
            });
            assert!(failed.is_err());
            assert_eq!(count(&db), number);
        }
    }

    fn fails_or_panics(db: &Db) {
        let failed = db.write("test", Durability::Process, |session| {
            insert(&session.connection)?;
            Err::<(), _>(DbError::Unreadable("thing"))
        });
        let reason = "a stored thing is not of the expected form".to_owned();
        assert_eq!(failed, Err(Fault::Refused { port: "test", reason }));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            db.write("test", Durability::Process, |session| {
                insert(&session.connection)?;
                panic!("in the middle of a transaction");
                #[expect(unreachable_code, reason = "gives the closure its type")]
                Ok(())
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(db.write("test", Durability::Power, |session| insert(&session.connection)), Ok(()));
        assert_eq!(count(db), 1);
    }

    #[test]
    fn it_works_within_every_kind_of_runtime_and_without_one() {
        let db = table(true);
        let write = || db.write("test", Durability::Process, |session| insert(&session.connection)).unwrap();
        write();
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async { write() });
        let several = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        several.block_on(async { write() });
        let db = std::sync::Arc::new(table(true));
        let task = async move {
            db.write("test", Durability::Process, |session| insert(&session.connection)).unwrap();
            count(&db)
        };
        assert_eq!(several.block_on(several.spawn(task)).unwrap(), 1);
    }
}
