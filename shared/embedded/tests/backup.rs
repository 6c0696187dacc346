//! Copies of a store that is in use.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::SignedDuration;
use rollcall_embedded::{BackupError, Store};
use rollcall_ports::suite::ManualClock;
use rollcall_ports::{Depth, Uploads};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Says that it is over, also when the test fails: or whoever writes would go on
/// for ever.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn open(dir: &Path) -> Store {
    Store::open(dir, Arc::new(ManualClock::default())).unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

#[test]
fn a_copy_holds_everything_that_was_answered_before_while_others_write() {
    let place = tempfile::tempdir().unwrap();
    let from = place.path().join("data");
    let store = open(&from);
    let (answered, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let upload = store.uploads().put("list.csv", &mut b"first".as_slice()).unwrap();
    std::thread::scope(|scope| {
        let _over = Over(&over);
        scope.spawn(|| {
            let writer = open(&from);
            while !over.load(Ordering::Relaxed) {
                writer.rows_queue().send_raw("row", SignedDuration::ZERO).unwrap();
                answered.fetch_add(1, Ordering::SeqCst);
            }
        });
        for copy in 0..5 {
            let to = place.path().join(format!("copy-{copy}"));
            while answered.load(Ordering::SeqCst) < 20 * (copy + 1) {
                std::thread::yield_now();
            }
            let before = answered.load(Ordering::SeqCst);
            let done = Store::back_up(&from, &to).unwrap();
            let after = answered.load(Ordering::SeqCst) + 1;
            assert_eq!((done.residents, done.files), (0, 1));
            assert_eq!(Store::check_backup(&to).unwrap(), done);
            let restored = open(&to);
            let rows = u64::from(run(restored.rows_queue().depth()).unwrap());
            assert!((before..=after).contains(&rows), "{before} <= {rows} <= {after}");
            assert_eq!(restored.integrity_check().unwrap(), Vec::<String>::new());
            let bytes = run(restored.uploads().read(&upload.upload, 0, 9)).unwrap();
            assert_eq!(bytes, Some(b"first".to_vec()));
        }
    });
}

#[test]
fn uploads_that_are_replaced_all_the_while_are_in_the_copy_in_one_form() {
    let place = tempfile::tempdir().unwrap();
    let from = place.path().join("data");
    let store = open(&from);
    store.uploads().put("list.csv", &mut b"form 0".as_slice()).unwrap();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _over = Over(&over);
        scope.spawn(|| {
            let writer = open(&from);
            for form in 1_u64.. {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                writer.uploads().put("list.csv", &mut format!("form {form}").as_bytes()).unwrap();
                // Nobody replaces one list as fast as this.
                std::thread::park_timeout(std::time::Duration::from_millis(400));
            }
        });
        for copy in 0..5 {
            let to = place.path().join(format!("copy-{copy}"));
            Store::back_up(&from, &to).unwrap();
            let restored = open(&to);
            let latest = restored.uploads().latest("list.csv").unwrap().unwrap();
            let bytes = run(restored.uploads().read(&latest, 0, 99)).unwrap().unwrap();
            assert!(bytes.starts_with(b"form "), "{bytes:?}");
        }
    });
}

#[test]
fn what_is_missing_or_damaged_is_told() {
    let place = tempfile::tempdir().unwrap();
    let (from, to) = (place.path().join("data"), place.path().join("copy"));
    let store = open(&from);
    store.uploads().put("list.csv", &mut b"Ada".as_slice()).unwrap();
    for n in 0..2000 {
        store.rows_queue().send_raw(&format!("message {n}"), SignedDuration::ZERO).unwrap();
    }
    Store::back_up(&from, &to).unwrap();
    fs::remove_file(to.join("uploads/upload-1")).unwrap();
    let told = Store::check_backup(&to).unwrap_err().to_string();
    assert_eq!(told, "the file upload-1 of an upload is missing");
    fs::remove_file(from.join("uploads/upload-1")).unwrap();
    let told = Store::back_up(&from, &place.path().join("second")).unwrap_err();
    assert!(matches!(told, BackupError::Missing(_)), "{told}");

    assert_eq!(store.damage().unwrap(), None);
    drop(store);
    let path = from.join("rollcall.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 8192..end - 4096].fill(0x5A);
    fs::write(&path, bytes).unwrap();
    let told = Store::back_up(&from, &place.path().join("third")).unwrap_err();
    assert!(matches!(told, BackupError::Damaged(_)), "{told}");
    assert!(open(&from).damage().unwrap().is_some());
}

#[test]
fn whoever_meets_damage_is_told_what_to_do() {
    let place = tempfile::tempdir().unwrap();
    let store = open(place.path());
    for n in 0..2000 {
        store.rows_queue().send_raw(&format!("message {n}"), SignedDuration::ZERO).unwrap();
    }
    drop(store);
    // Reads the tables' names, and few pages besides.
    let store = open(place.path());
    let path = place.path().join("rollcall.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0x5A);
    fs::write(&path, bytes).unwrap();
    let fault = run(store.rows_queue().depth()).unwrap_err().to_string();
    assert!(fault.contains("DatabaseCorrupt"), "{fault}");
    assert!(run(store.damaged()).contains("rollcall restore"));
}
