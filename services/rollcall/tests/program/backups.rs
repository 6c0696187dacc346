//! Backups of a directory that is in use, and what is restored of them.

use crate::support::Place;
use crate::users::serve;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

/// The account of a directory, without the moment of asking.
#[track_caller]
fn account(place: &Place, dir: &str) -> Value {
    let mut ledger = place.run(&["ledger", "--json", "--data-dir", dir]).with(0).json();
    assert_eq!(ledger["balanced"], true, "{ledger}");
    ledger.as_object_mut().unwrap().remove("at").unwrap();
    ledger
}

/// The register of a directory, without what follows from the moment of asking.
#[track_caller]
fn register(place: &Place, dir: &str) -> Vec<Value> {
    let mut all = place.run(&["residents", "--json", "--data-dir", dir]).with(0).lines();
    for one in &mut all {
        one.as_object_mut().unwrap().remove("next_due_at").unwrap();
    }
    all
}

#[test]
fn a_copy_made_while_calls_are_made_and_lists_come_in_answers_as_the_original() {
    let place = Place::new();
    let (mut process, ..) = serve(&place, &["--demo", "--speed", "300"]);
    let mut seen = Vec::new();
    for copy in 0..4 {
        let list = format!("firstName,lastName,number\nAda,Example {copy},+4477009005{copy:02}\n");
        if copy > 0 {
            assert_eq!(place.import(list).with(0).json()["loaded"], 1);
        }
        let name = format!("backups/{copy}");
        let told = place.run(&["backup", &name, "--json"]).with(0).json();
        let ledger = account(&place, &name);
        assert_eq!(ledger["total"], told["residents"], "{told}");
        seen.push(told["residents"].as_u64().unwrap());
    }
    assert!(
        seen.windows(2).all(|two| two[0] < two[1]),
        "each import that was answered is in the next: {seen:?}"
    );
    assert_eq!(process.stop("TERM"), Some(0));

    place.run(&["backup", "last"]).with(0);
    let restored = place.run(&["restore", "last", "--data-dir", "again"]).with(0);
    assert!(restored.out.contains("Dialing is STOPPED there"), "{}", restored.out);
    assert_eq!(account(&place, "again"), account(&place, "data"));
    assert_eq!(register(&place, "again"), register(&place, "data"));
    let calls = |dir| {
        let all = register(&place, dir);
        all.iter().filter(|one| one["last_attempt_at"] != Value::Null).count()
    };
    assert_eq!(calls("again"), calls("data"));
    for name in ["signing-keys", "demo-accounts", "connect.ndjson", "rollcall.sqlite"] {
        let mode = std::fs::metadata(place.path("again").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} is open to others");
    }
    let same = |name: &str| {
        let read = |dir: &str| std::fs::read(place.path(dir).join(name)).unwrap();
        read("again") == read("data")
    };
    assert!(same("signing-keys") && same("demo-accounts"), "people stay signed in");
    let status = place.run(&["dialing", "status", "--data-dir", "again", "--json"]).with(0).json();
    assert_eq!(status["state"], "stopped");
    assert!(status["why"].as_str().unwrap().contains("restored from a backup"), "{status}");
    assert_eq!(place.run(&["dialing", "status", "--json"]).with(0).json()["state"], "running");
}

#[test]
fn what_cannot_be_copied_or_restored_is_refused_with_what_to_do() {
    let place = Place::new();
    assert!(place.run(&["backup", "copy"]).with(2).err.contains("holds no register"));
    place.import("firstName,lastName,number\nAda,Example,+447700900101\n").with(0);
    place.run(&["backup", "copy"]).with(0);
    let again = place.run(&["backup", "copy"]).with(2).err;
    assert!(again.contains("copy: found a directory that is not empty, expected none"), "{again}");
    std::fs::create_dir(place.path("other.part")).unwrap();
    let cut = place.run(&["backup", "other"]).with(2).err;
    assert!(cut.contains("other.part is there") && cut.contains("then delete it"), "{cut}");
    let onto = place.run(&["restore", "copy"]).with(2).err;
    assert!(onto.contains("data: found a directory that is not empty"), "{onto}");
    let none = place.run(&["restore", "nowhere", "--data-dir", "new"]).with(2).err;
    assert!(
        none.contains("nowhere holds no register; expected a directory that `rollcall backup` made"),
        "{none}"
    );

    let list = place.path("copy/uploads/upload-1");
    let bytes = std::fs::read(&list).unwrap();
    std::fs::remove_file(&list).unwrap();
    let missing = place.run(&["restore", "copy", "--data-dir", "new"]).with(2).err;
    assert!(missing.contains("the file upload-1 of an upload is missing; use another backup"), "{missing}");
    assert!(!place.path("new").exists());
    std::fs::write(&list, bytes).unwrap();
    let told = place.run(&["restore", "copy", "--data-dir", "new", "--json"]).with(0).json();
    assert_eq!((&told["residents"], &told["upload_files"]), (&1.into(), &1.into()));
}

#[test]
fn whoever_was_erased_after_a_backup_is_erased_in_what_is_restored_of_it() {
    let place = Place::new();
    let ada = "firstName,lastName,number,reference\nWilhelmina,Quackenbush,+447700900101,R-1\n";
    let bob = "firstName,lastName,number,reference\nBob,Example,+447700900102,R-2\n";
    place.import(ada).with(0);
    place.import(bob).with(0);
    place.run(&["backup", "copy"]).with(0);
    let erase = |who| place.run(&["erase", who, "--reason", "asked", "--yes"]).with(0);
    let told = erase("R-1").out;
    assert!(told.contains("Backups still hold them: whoever restores one names this directory"), "{told}");
    erase("R-2");
    // Came back by a list, for good reason.
    place.import(bob).with(0);

    let names = |dir| {
        let all = place.run(&["residents", "--json", "--data-dir", dir]).with(0).lines();
        all.iter().map(|one| one["first_name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let plain = place.run(&["restore", "copy", "--data-dir", "plain"]).with(0).out;
    assert!(plain.contains("Whoever was erased after the backup is in it still"), "{plain}");
    assert_eq!(names("plain").len(), 2);

    let nowhere = ["restore", "copy", "--data-dir", "new", "--erased", "nowhere"];
    let refused = place.run(&nowhere).with(2).err;
    assert!(refused.contains("--erased: nowhere holds no register"), "{refused}");
    assert!(!place.path("new").exists() && !place.path("new.part").exists(), "nothing was begun");

    // The same directory twice, and one in which nobody was erased: no harm.
    let mut command = vec!["restore", "copy", "--data-dir", "new", "--json"];
    for dir in ["data", "data", "plain"] {
        command.extend(["--erased", dir]);
    }
    assert_eq!(place.run(&command).with(0).json()["erased_anew"], 2);
    assert_eq!(names("new"), Vec::<String>::new());
    for entry in walk(&place.path("new")) {
        let bytes = std::fs::read(&entry).unwrap();
        let found = bytes.windows(11).any(|part| part == b"Quackenbush" || part == b"47700900101");
        assert!(!found, "{}", entry.display());
    }
    let log = std::fs::read(place.path("plain/rollcall.sqlite")).unwrap();
    assert!(log.windows(11).any(|part| part == b"Quackenbush"), "what is looked for can be found");

    // Of a later backup the one who came back stays.
    place.run(&["backup", "later"]).with(0);
    let later = place.run(&["restore", "later", "--data-dir", "newest", "--erased", "data"]).with(0).out;
    assert!(later.contains("Nobody had to be erased anew."), "{later}");
    assert_eq!(names("newest"), names("data"));
    assert_eq!(names("newest").len(), 1);
}

/// Every file of a directory.
fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
