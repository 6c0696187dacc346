use super::{Db, DbError, Durability, GROUP};
use crate::open;
use rollcall_ports::Fault;
use rusqlite::Connection;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn level(db: &Db, durability: Durability) -> i64 {
    db.write("test", durability, |session| {
        Ok(session.connection.pragma_query_value(None, "synchronous", |row| row.get(0))?)
    })
    .unwrap()
}

fn count(db: &Db) -> i64 {
    db.read("test", |connection| Ok(connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?))
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
    let answer = db.statement("test", Durability::Power, |connection| {
        Ok(connection.execute("UPDATE counters SET value = 1", [])?)
    });
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

fn in_file(dir: &std::path::Path) -> Db {
    let connection = open::file(dir).unwrap();
    connection.execute_batch("CREATE TABLE t (x)").unwrap();
    Db::new(connection, Durability::Power, true)
}

/// As another process sees it.
fn committed(dir: &std::path::Path) -> i64 {
    open::file(dir).unwrap().query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap()
}

fn write_one(db: &Db, durability: Durability) {
    db.write("test", durability, |session| insert(&session.connection)).unwrap();
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn writes_of_one_work_are_one_commit_at_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let db = in_file(dir.path());
    let work = async {
        for number in 1..=3 {
            write_one(&db, Durability::Process);
            assert_eq!((count(&db), committed(dir.path())), (number, 0));
        }
        let failed = db.write("test", Durability::Process, |session| {
            insert(&session.connection)?;
            Err::<(), _>(DbError::Unreadable("thing"))
        });
        assert!(failed.is_err());
        let seen = db.snapshot("test", |session| {
            Ok(session.connection.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0))?)
        });
        assert_eq!(seen, Ok(3));
        "done"
    };
    assert_eq!(wait(db.together("test", work)), Ok("done"));
    assert_eq!(committed(dir.path()), 3);
    write_one(&db, Durability::Process);
    assert_eq!(committed(dir.path()), 4, "each by itself again");
}

#[test]
fn a_statement_by_itself_is_whole_or_not_there() {
    for waits in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let db = in_file(dir.path());
        let both = async {
            let two = |text: &'static str| {
                db.statement("test", Durability::Process, |connection| Ok(connection.execute(text, [])?))
            };
            assert_eq!(two("INSERT INTO t VALUES (1), (2)"), Ok(2));
            let failed =
                two("INSERT INTO t SELECT CASE x WHEN 2 THEN abs(-9223372036854775808) ELSE x END FROM t");
            assert!(matches!(failed, Err(Fault::Refused { .. })));
            assert_eq!(count(&db), 2);
            assert_eq!(committed(dir.path()), if waits { 0 } else { 2 });
        };
        if waits {
            wait(db.together("test", both)).unwrap();
        } else {
            wait(both);
        }
        assert_eq!(committed(dir.path()), 2);
    }
}

#[test]
fn whoever_must_be_sure_commits_what_came_before_too() {
    let dir = tempfile::tempdir().unwrap();
    let db = in_file(dir.path());
    wait(db.together("test", async {
        write_one(&db, Durability::Process);
        std::thread::scope(|scope| scope.spawn(|| write_one(&db, Durability::Process)).join()).unwrap();
        assert_eq!(committed(dir.path()), 2, "somebody else's write waits for nobody");
        write_one(&db, Durability::Process);
        write_one(&db, Durability::Power);
        assert_eq!(committed(dir.path()), 3, "a level is one of a whole transaction");
    }))
    .unwrap();
    assert_eq!(committed(dir.path()), 4);
}

#[test]
fn work_that_is_dropped_halfway_leaves_nothing_open() {
    let dir = tempfile::tempdir().unwrap();
    let db = in_file(dir.path());
    wait(async {
        let work = db.together("test", async {
            write_one(&db, Durability::Process);
            std::future::pending::<()>().await;
        });
        let until = tokio::task::yield_now();
        tokio::select! { biased; _ = work => {}, () = until => {} }
    });
    let other = open::file(dir.path()).unwrap();
    other.busy_timeout(std::time::Duration::ZERO).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; COMMIT").unwrap();
    assert_eq!(committed(dir.path()), 1);
}

#[test]
fn work_learns_that_its_writes_were_lost() {
    let dir = tempfile::tempdir().unwrap();
    let db = in_file(dir.path());
    let answer = wait(db.together("test", async {
        write_one(&db, Durability::Process);
        // As SQLite does by itself when the disk is full.
        db.read("test", |connection| Ok(connection.execute_batch("ROLLBACK")?)).unwrap();
        let failed = db.write("test", Durability::Process, |session| {
            session.connection.execute_batch("ROLLBACK")?;
            Err::<(), _>(DbError::Unreadable("thing"))
        });
        assert!(failed.is_err());
    }));
    assert_eq!(answer, Err(Fault::Unanswered("test")));
    assert_eq!(wait(db.together("test", async { write_one(&db, Durability::Process) })), Ok(()));
    assert_eq!(committed(dir.path()), 1);
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
