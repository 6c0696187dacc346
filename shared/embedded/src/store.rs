use crate::accounts::People;
use crate::attempts::Dials;
use crate::audit::Log;
use crate::backup;
use crate::batches;
use crate::callbacks::Promises;
use crate::checks::Days;
use crate::days::Closings;
use crate::db::{Db, DbError, Durability};
use crate::dead_letters::{Letters, Replayings, Resending};
use crate::erasures::Erasing;
use crate::escalations::Cases;
use crate::notices::{self, Board, ToldNotice};
use crate::open::{self, OpenError, UPLOADS};
use crate::options::{Options, Tidied};
use crate::pace::Limiter;
use crate::queue::Queue;
use crate::residents::{self, Register};
use crate::retain::Keeper;
use crate::statuses::{self, Statuses};
use crate::stream::{self, Progress, Stream};
use crate::suppressions::List;
use crate::switch::OneSwitch;
use crate::uploads::UploadStore;
use crate::values::count;
use jiff::Timestamp;
use rollcall_contracts::topology::{QueueSpec, Topology};
use rollcall_domain::batch::{Batch, Tally};
use rollcall_ports::{
    Accounts, Attempts, Audit, Batches, Callbacks, Checkpoints, Checks, Clock, DeadLetters, Erasures,
    Escalations, Fault, Jobs, Notices, Pace, QueueStatus, Queues, Replays, Residents, Retain, Suppressions,
    Switch,
};
use rusqlite::Connection;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PORT: &str = "store";

/// The database of one machine, and every port on it. Cheap to clone; all
/// clones share one connection. Several stores, also of several processes, may
/// be open on one directory at once.
#[derive(Clone)]
pub struct Store {
    db: Arc<Db>,
    clock: Arc<dyn Clock>,
    topology: Arc<Topology>,
    shards: u32,
    uploads: UploadStore,
}

impl Store {
    /// Opens, or creates, the store in the directory `dir`.
    ///
    /// # Errors
    /// When the directory cannot be used, or what is in it is no database of
    /// Rollcall, is damaged, or is of a newer version.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_with(dir, clock, Options::default())
    }

    /// As [`Store::open`], with other options.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(dir: &Path, clock: Arc<dyn Clock>, options: Options) -> Result<Self, OpenError> {
        let connection = open::file(dir)?;
        Self::over(connection, clock, options, Some(dir.join(UPLOADS)))
    }

    /// A store in memory, for rehearsals and tests.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory(clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::in_memory_with(clock, Options::default())
    }

    /// As [`Store::in_memory`], with other options.
    ///
    /// # Errors
    /// As [`Store::in_memory`].
    pub fn in_memory_with(clock: Arc<dyn Clock>, options: Options) -> Result<Self, OpenError> {
        Self::over(open::memory()?, clock, options, None)
    }

    fn over(
        connection: Connection,
        clock: Arc<dyn Clock>,
        options: Options,
        files: Option<PathBuf>,
    ) -> Result<Self, OpenError> {
        let shards = stream::shards(&connection, options.topology.streams.outcomes)?;
        let blocks = files.is_some();
        let strongest = if blocks { options.durability } else { Durability::Process };
        let db = Arc::new(Db::new(connection, strongest, blocks));
        let uploads = UploadStore::new(Arc::clone(&db), Arc::clone(&clock), files);
        // What cannot be tidied now is tidied another time.
        let _tidied = uploads.clean();
        Ok(Self { db, clock, topology: Arc::new(options.topology), shards, uploads })
    }

    /// The register.
    #[must_use]
    pub fn residents(&self) -> Arc<dyn Residents> {
        Arc::new(Register(Arc::clone(&self.db)))
    }

    /// What is known of each dial.
    #[must_use]
    pub fn attempts(&self) -> Arc<dyn Attempts> {
        Arc::new(Dials(Arc::clone(&self.db)))
    }

    /// Who may sign in on this machine.
    #[must_use]
    pub fn accounts(&self) -> Arc<dyn Accounts> {
        Arc::new(People(Arc::clone(&self.db)))
    }

    /// The results of the days.
    #[must_use]
    pub fn checks(&self) -> Arc<dyn Checks> {
        Arc::new(Days(Arc::clone(&self.db)))
    }

    /// The accounts of the days.
    #[must_use]
    pub fn days(&self) -> Arc<dyn rollcall_ports::Days> {
        Arc::new(Closings(Arc::clone(&self.db)))
    }

    /// The promises.
    #[must_use]
    pub fn callbacks(&self) -> Arc<dyn Callbacks> {
        Arc::new(Promises(Arc::clone(&self.db)))
    }

    /// The cases of residents who were not reached.
    #[must_use]
    pub fn escalations(&self) -> Arc<dyn Escalations> {
        Arc::new(Cases(Arc::clone(&self.db)))
    }

    /// Who is erased.
    #[must_use]
    pub fn erasures(&self) -> Arc<dyn Erasures> {
        Arc::new(Erasing(Arc::clone(&self.db)))
    }

    /// Deletes what is past its time.
    #[must_use]
    pub fn retain(&self) -> Arc<dyn Retain> {
        Arc::new(Keeper { db: Arc::clone(&self.db), uploads: self.uploads.clone() })
    }

    /// What became of each upload.
    #[must_use]
    pub fn batches(&self) -> Arc<dyn Batches> {
        Arc::new(batches::Accounts(Arc::clone(&self.db)))
    }

    /// The limiter over all dialers.
    #[must_use]
    pub fn pace(&self) -> Arc<dyn Pace> {
        Arc::new(Limiter(Arc::clone(&self.db)))
    }

    /// The one switch over all dialing.
    #[must_use]
    pub fn switch(&self) -> Arc<dyn Switch> {
        Arc::new(OneSwitch(Arc::clone(&self.db)))
    }

    /// The suppression list.
    #[must_use]
    pub fn suppressions(&self) -> Arc<dyn Suppressions> {
        Arc::new(List(Arc::clone(&self.db)))
    }

    /// Where messages are set aside.
    #[must_use]
    pub fn dead_letters(&self) -> Arc<dyn DeadLetters> {
        Arc::new(Letters(Arc::clone(&self.db)))
    }

    /// What was set aside, as people work on it.
    #[must_use]
    pub fn letters(&self) -> Arc<dyn rollcall_ports::Letters> {
        Arc::new(Letters(Arc::clone(&self.db)))
    }

    /// Sends letters back to the queues and the stream of this store.
    #[must_use]
    pub fn replays(&self) -> Arc<dyn Replays> {
        Arc::new(Resending {
            db: Arc::clone(&self.db),
            clock: Arc::clone(&self.clock),
            queues: vec!["uploads", "rows", "call_requests"],
            stream: self.outcomes_stream(),
        })
    }

    /// Replays of many letters.
    #[must_use]
    pub fn jobs(&self) -> Arc<dyn Jobs> {
        Arc::new(Replayings(Arc::clone(&self.db)))
    }

    /// The audit log.
    #[must_use]
    pub fn audit(&self) -> Arc<dyn Audit> {
        Arc::new(Log(Arc::clone(&self.db)))
    }

    /// The notice board: notices are kept for whoever looks, see
    /// [`Store::notices_told`].
    #[must_use]
    pub fn notices(&self) -> Arc<dyn Notices> {
        Arc::new(Board { db: Arc::clone(&self.db), clock: Arc::clone(&self.clock) })
    }

    /// The queue of the object store's notifications: raw S3 JSON, see
    /// `rollcall_contracts::upload`.
    #[must_use]
    pub fn uploads_queue(&self) -> Queue {
        self.queue("uploads", self.topology.queues.uploads)
    }

    /// The queue of byte ranges to be loaded.
    #[must_use]
    pub fn rows_queue(&self) -> Queue {
        self.queue("rows", self.topology.queues.rows)
    }

    /// The queue of orders to dial.
    #[must_use]
    pub fn call_requests_queue(&self) -> Queue {
        self.queue("call_requests", self.topology.queues.call_requests)
    }

    /// The stream of contact records and contact events.
    #[must_use]
    pub fn outcomes_stream(&self) -> Stream {
        let spec = self.topology.streams.outcomes;
        Stream::new(Arc::clone(&self.db), Arc::clone(&self.clock), spec, self.shards)
    }

    /// Runs `work`, whose writes are committed as one: when it is over, or
    /// before anybody else's write. Until then the end of the process undoes
    /// them: for work that is done again unless it came to its end, as a turn
    /// of a stream's reader up to its checkpoint.
    ///
    /// # Errors
    /// `Unanswered` when they may not have been committed.
    pub async fn together<T>(&self, work: impl Future<Output = T>) -> Result<T, Fault> {
        self.db.together(PORT, work).await
    }

    /// How far a stream that is not in this store is settled.
    #[must_use]
    pub fn checkpoints(&self) -> Arc<dyn Checkpoints> {
        Arc::new(Progress(Arc::clone(&self.db)))
    }

    /// The store of uploaded files.
    #[must_use]
    pub fn uploads(&self) -> UploadStore {
        self.uploads.clone()
    }

    fn queue(&self, name: &'static str, spec: QueueSpec) -> Queue {
        Queue::new(Arc::clone(&self.db), Arc::clone(&self.clock), name, spec)
    }

    /// The latest `most` uploads, the newest first, each with its account.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn batches_recent(&self, most: u32) -> Result<Vec<(Batch, Tally)>, Fault> {
        self.db.snapshot(PORT, |session| batches::recent(&session.connection, most))
    }

    /// How many residents are on the register.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn residents_count(&self) -> Result<u64, Fault> {
        self.db.read(PORT, residents::registered)
    }

    /// As [`Queues::statuses`], for who cannot wait.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn queue_statuses(&self) -> Result<Vec<QueueStatus>, Fault> {
        statuses::of(&self.db)
    }

    /// Every queue and the stream, and every other source of dead letters.
    #[must_use]
    pub fn queues(&self) -> Arc<dyn Queues> {
        Arc::new(Statuses(Arc::clone(&self.db)))
    }

    /// Up to `most` notices after position `after` (0 for the start), the
    /// oldest first.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn notices_told(&self, after: u64, most: u32) -> Result<Vec<ToldNotice>, Fault> {
        self.db.read(PORT, |connection| notices::told(connection, after, most))
    }

    /// What is wrong with the database, in words; empty when nothing is. Reads
    /// all of it.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn integrity_check(&self) -> Result<Vec<String>, Fault> {
        self.db.snapshot(PORT, |session| problems(&session.connection))
    }

    /// Returns when SQLite has found damage in the database, with what to do:
    /// nothing that it answers can be trusted any more.
    pub async fn damaged(&self) -> &'static str {
        self.db.damaged().await
    }

    /// What is wrong with the pages of the database, if anything: for who is
    /// about to rely on them. Reads all of it, but compares less than
    /// [`Store::integrity_check`].
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn damage(&self) -> Result<Option<String>, Fault> {
        self.db.read(PORT, |connection| Ok(backup::first_problem(connection)?))
    }

    /// Ends what is past its time: messages past their retention become dead
    /// letters, stream records past theirs are dropped once they are taken in, and uploads
    /// that nobody loaded within a day.
    ///
    /// # Errors
    /// When the database does not behave.
    pub fn tidy(&self, now: Timestamp) -> Result<Tidied, Fault> {
        let forgotten = self.uploads.forget_staged(now)?;
        self.db.write(PORT, Durability::Process, |session| {
            let connection = &session.connection;
            let mut tidied = Tidied { forgotten, ..Tidied::default() };
            for queue in [self.uploads_queue(), self.rows_queue(), self.call_requests_queue()] {
                tidied.expired += queue.expire(connection, now)?;
            }
            tidied.trimmed = self.outcomes_stream().trim(connection, now)?;
            Ok(tidied)
        })
    }
}

/// SQLite's own check, and that what is counted twice agrees.
fn problems(connection: &Connection) -> Result<Vec<String>, DbError> {
    let mut problems = Vec::new();
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        if text != "ok" {
            problems.push(text);
        }
    }
    let counted = connection.query_row("SELECT count(*) FROM residents", [], |row| count(row, 0))?;
    let register = residents::registered(connection)?;
    if counted != register {
        problems.push(format!("the register counts {register} residents, the table holds {counted}"));
    }
    let entered = "SELECT (SELECT count(*) FROM resident_ids) + (SELECT count(*) FROM resident_ids_spill),
        (SELECT coalesce(sum(residents), 0) FROM numbers),
        (SELECT count(*) FROM residents WHERE seq <= (SELECT value FROM counters WHERE name = 'indexed'))";
    let (ids, numbers, residents) =
        connection.query_row(entered, [], |row| Ok((count(row, 0)?, count(row, 1)?, count(row, 2)?)))?;
    if ids != residents || numbers != residents {
        problems.push(format!("{residents} residents are entered; found {ids} ids and {numbers} numbers"));
    }
    Ok(problems)
}
