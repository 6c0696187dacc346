//! What is opened, what is refused, and with which words.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::SignedDuration;
use rollcall_contracts::topology::Topology;
use rollcall_embedded::{OpenError, Options, Store};
use rollcall_ports::suite::ManualClock;
use rollcall_ports::{Clock, Depth, Inbox, StreamReader, StreamWriter, Uploads};
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::default())
}

fn open(dir: &Path) -> Result<Store, OpenError> {
    Store::open(dir, clock())
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// Opening what the directory holds is refused with this text, and changes
/// nothing.
fn check_refused(file: &[u8], expected: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rollcall.sqlite");
    fs::write(&path, file).unwrap();
    let error = open(dir.path()).map(|_| ()).unwrap_err();
    assert!(error.to_string().starts_with(expected), "expected {expected:?}, found {error}");
    assert_eq!(fs::read(&path).unwrap(), file, "a file of somebody else is left as it is");
}

/// The bytes of a database, made by `statements`.
fn database(statements: &str) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("made");
    rusqlite::Connection::open(&path).unwrap().execute_batch(statements).unwrap();
    fs::read(path).unwrap()
}

#[test]
fn a_directory_is_made_and_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let inside = dir.path().join("a").join("data directory");
    let first = open(&inside).unwrap();
    first.rows_queue().send_raw("x", SignedDuration::ZERO).unwrap();
    drop(first);
    assert_eq!(run(open(&inside).unwrap().rows_queue().depth()), Ok(1));
}

#[test]
fn foreign_files_are_refused_and_left_alone() {
    let foreign = "expected rollcall.sqlite to be a database of Rollcall, found something else";
    check_refused(b"firstName,lastName,number\nAda,Example,+447700900001\n".repeat(40).as_slice(), foreign);
    check_refused(&database("CREATE TABLE people (name TEXT)"), foreign);
    check_refused(&database("PRAGMA user_version = 1"), foreign);
    check_refused(&database("PRAGMA application_id = 7; CREATE TABLE t (x)"), foreign);
}

#[test]
fn a_newer_database_is_refused_with_both_versions() {
    let newer = database("PRAGMA application_id = 1383033964; PRAGMA user_version = 99; CREATE TABLE t (x)");
    check_refused(&newer, "the database is of version 99, this program knows up to 14");
}

#[test]
fn a_damaged_database_is_refused_or_reported() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let path = dir.path().join("rollcall.sqlite");
    let sound = fs::read(&path).unwrap();
    // The page that lists the tables.
    let mut damaged = sound.clone();
    damaged.get_mut(100..200).unwrap().fill(0xFF);
    check_refused(&damaged, "the database is damaged: SQLite answered DatabaseCorrupt");
    let cut = sound.get(..5000).unwrap();
    check_refused(cut, "the database is damaged: SQLite answered DatabaseCorrupt");

    // Damage in the middle of the data is found by the full check.
    let store = open(dir.path()).unwrap();
    for n in 0..2000 {
        store.rows_queue().send_raw(&format!("message {n}"), SignedDuration::ZERO).unwrap();
    }
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
    drop(store);
    let mut damaged = fs::read(&path).unwrap();
    let end = damaged.len();
    damaged.get_mut(end - 8192..end - 4096).unwrap().fill(0);
    fs::write(&path, damaged).unwrap();
    let store = open(dir.path()).unwrap();
    assert!(!store.integrity_check().is_ok_and(|problems| problems.is_empty()));
}

#[test]
fn a_path_that_is_no_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let error = open(&file).map(|_| ()).unwrap_err().to_string();
    assert!(
        error.starts_with("the data directory cannot be used: the directory cannot be created"),
        "{error}"
    );
}

#[test]
#[cfg(unix)]
fn nobody_else_on_the_machine_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let store = open(&data).unwrap();
    store.uploads().put("list.csv", &mut b"Ada".as_slice()).unwrap();
    let mut files = vec![data.clone(), data.join("uploads")];
    for parent in [&data, &data.join("uploads")] {
        files.extend(fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path()));
    }
    assert!(files.len() >= 6, "database, log, its index, lock, uploads, one upload: {files:?}");
    for path in files {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is open to others", path.display());
    }
}

#[test]
fn files_that_nothing_names_are_removed_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::default());
    let store = Store::open(dir.path(), clock.clone()).unwrap();
    let kept = store.uploads().put("kept.csv", &mut b"kept".as_slice()).unwrap();
    let files = dir.path().join("uploads");
    // A process that was killed while it wrote a replaced file, or deleted it.
    fs::write(files.join("upload-77"), "orphan").unwrap();
    fs::write(files.join("somebody's notes.txt"), "not ours").unwrap();
    // Another process that is writing now: its number is taken.
    struct Slow<'a>(&'a Path, Arc<ManualClock>, bool);
    impl std::io::Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.2, true) {
                return Ok(0);
            }
            drop(Store::open(self.0, self.1.clone()).unwrap());
            buffer[..4].copy_from_slice(b"slow");
            Ok(4)
        }
    }
    let slow = store.uploads().put("slow.csv", &mut Slow(dir.path(), clock.clone(), false)).unwrap();
    assert!(!files.join("upload-77").exists());
    assert!(files.join("somebody's notes.txt").exists());
    assert_eq!(run(store.uploads().read(&slow.upload, 0, 9)), Ok(Some(b"slow".to_vec())));
    assert_eq!(run(store.uploads().read(&kept.upload, 0, 9)), Ok(Some(b"kept".to_vec())));

    // One that was never finished goes after a day.
    let number = |statement: &str| -> i64 {
        let connection = rusqlite::Connection::open(dir.path().join("rollcall.sqlite")).unwrap();
        connection.query_row(statement, [], |row| row.get(0)).unwrap()
    };
    let begun =
        number("INSERT INTO upload_parts (started_at) SELECT max(put_at) FROM uploads RETURNING file");
    let part = files.join(format!("upload-{begun}"));
    fs::write(&part, "half").unwrap();
    clock.advance(SignedDuration::from_hours(23));
    drop(Store::open(dir.path(), clock.clone()).unwrap());
    assert!(part.exists());
    clock.advance(SignedDuration::from_hours(2));
    drop(Store::open(dir.path(), clock).unwrap());
    assert!(!part.exists());
    assert_eq!(number("SELECT count(*) FROM upload_parts"), 0);
}

#[test]
fn a_file_that_cannot_be_read_is_not_taken() {
    struct Broken(usize);
    impl std::io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            if self.0 > 2 { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(buffer.len()) }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    for store in [Store::in_memory(clock()).unwrap(), open(dir.path()).unwrap()] {
        let error = store.uploads().put("list.csv", &mut Broken(0)).unwrap_err();
        assert_eq!(error.to_string(), "the file could not be read: unexpected end of file");
        assert_eq!(store.uploads().latest("list.csv"), Ok(None));
        assert_eq!(run(store.uploads_queue().depth()), Ok(0));
    }
    assert_eq!(fs::read_dir(dir.path().join("uploads")).unwrap().count(), 0);
}

#[test]
fn fewer_shards_leave_no_record_unread() {
    let dir = tempfile::tempdir().unwrap();
    let with_shards = |shards| {
        let mut topology = Topology::shipped().clone();
        topology.streams.outcomes.shards = shards;
        let options = Options { topology, ..Options::default() };
        Store::open_with(dir.path(), clock(), options).unwrap().outcomes_stream()
    };
    let before = with_shards(8);
    for n in 0..40 {
        run(before.put(&format!("key {n}"), b"x")).unwrap();
    }
    drop(before);
    let after = with_shards(1);
    let waiting: usize = (0..after.shards()).map(|shard| run(after.read(shard, 100)).unwrap().len()).sum();
    assert_eq!(waiting, 40);
    run(after.put("key 1", b"x")).unwrap();
    assert_eq!(
        run(after.read(0, 100)).unwrap().last().unwrap().data,
        b"x",
        "new records go where they are read"
    );
}

#[test]
fn tidying_parks_what_is_too_old_and_drops_what_was_taken_in() {
    let clock = Arc::new(ManualClock::default());
    let store = Store::in_memory(clock.clone()).unwrap();
    let (orders, stream) = (store.call_requests_queue(), store.outcomes_stream());
    orders.send_raw("old", SignedDuration::ZERO).unwrap();
    for data in [b"taken in".as_slice(), b"waits"] {
        run(stream.put("key", data)).unwrap();
    }
    let first = run(stream.read(0, 1)).unwrap().remove(0).sequence;
    run(stream.checkpoint(0, &first)).unwrap();
    clock.advance(SignedDuration::from_hours(2));
    orders.send_raw("new", SignedDuration::ZERO).unwrap();
    let tidied = store.tidy(clock.now()).unwrap();
    assert_eq!((tidied.expired, tidied.trimmed), (1, 0));
    assert_eq!(run(orders.receive(10)).unwrap().first().unwrap().body, "new");
    let (_, letter) = run(store.dead_letters().list(None, 10)).unwrap().remove(0);
    assert_eq!((letter.source.as_str(), letter.body.as_slice()), ("call_requests", b"old".as_slice()));
    assert_eq!(letter.reason, "not handled within 3600 s");

    clock.advance(SignedDuration::from_hours(200));
    let tidied = store.tidy(clock.now()).unwrap();
    assert_eq!((tidied.expired, tidied.trimmed), (1, 1));
    assert_eq!(run(stream.read(0, 10)).unwrap().first().unwrap().data, b"waits", "whatever its age");
    let statuses = store.queue_statuses().unwrap();
    let seen: Vec<_> =
        statuses.iter().map(|one| (one.name.as_str(), one.waiting, one.dead_letters)).collect();
    let expected = [
        ("call_requests", Some(0), 2),
        ("outcomes", Some(1), 0),
        ("rows", Some(0), 0),
        ("uploads", Some(0), 0),
    ];
    assert_eq!(seen, expected);
}
