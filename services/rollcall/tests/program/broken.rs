//! What the program does when the ground gives way: a disk that is full, a
//! directory that cannot be written, damaged pages, a clock that steps back. It
//! refuses or it recovers, and says what it found and what to do.

use crate::support::{Place, Ran, Running};
use crate::users::{ask, serve, sign_in};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

fn list(residents: usize) -> String {
    let mut csv = "firstName,lastName,number,reference\n".to_owned();
    for n in 0..residents {
        csv.push_str(&format!("Ada,Example {n},+447700900{:03},R-{n}\n", n % 1000));
    }
    csv
}

/// A program that runs, its lines as they come.
fn watched(mut child: Child) -> (Running, Receiver<String>) {
    let (sender, lines) = channel();
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let parts: [Option<Box<dyn Read + Send>>; 2] =
        [out.map(|out| Box::new(out) as _), err.map(|err| Box::new(err) as _)];
    for part in parts.into_iter().flatten() {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(part).lines().map_while(Result::ok) {
                // Nobody waits for it any more.
                let _unheard = sender.send(line);
            }
        });
    }
    (Running(child), lines)
}

/// Waits for a line with this part.
#[track_caller]
fn wait(lines: &Receiver<String>, part: &str) -> String {
    let mut said = Vec::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) if line.contains(part) => return line,
            Ok(line) => said.push(line),
            Err(error) => panic!("{part}: {error} after {said:?}"),
        }
    }
}

/// The token of an operator.
fn operator(place: &Place, address: &str) -> String {
    let session = sign_in(address, "ada", "correct horse").1;
    session["token"].as_str().unwrap_or_else(|| panic!("{session} of {}", place.root().display())).to_owned()
}

fn account(place: &Place) {
    place.file("password", "correct horse");
    let add = ["user", "add", "ada", "--group", "operators", "--password-file", "password"];
    place.run(&add).with(0);
}

#[test]
fn on_a_full_disk_changes_are_refused_and_it_goes_on_once_there_is_space() {
    let place = Place::new();
    place.import(list(30)).with(0);
    account(&place);
    // No file may grow past this: to a process, a disk that is full.
    let shell = "trap '' XFSZ; ulimit -S -f 400; exec \"$0\" serve --listen 127.0.0.1:0";
    let mut limited = Command::new("sh");
    limited.args(["-c", shell, env!("CARGO_BIN_EXE_rollcall")]).current_dir(place.root()).env_clear();
    limited.env("PATH", "/usr/bin:/bin").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (process, lines) = watched(limited.spawn().unwrap());
    let health = wait(&lines, "Health: http://");
    let address = health.trim_start_matches("Health: http://").trim_end_matches("/healthz").to_owned();
    wait(&lines, "stop with Ctrl-C");
    let token = operator(&place, &address);
    let ids: Vec<String> =
        place.residents().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();

    let mut kept: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut note = |number: usize| -> u16 {
        let (id, text) = (&ids[number % ids.len()], format!("{number} {}", "x".repeat(900)));
        let body = json!({ "text": text }).to_string();
        let (status, _) = ask(&address, &format!("POST /api/residents/{id}/notes"), &token, &body);
        if status == 200 {
            kept.entry(id.clone()).or_default().push(text);
        }
        status
    };
    let failed = (0..1_000).find(|number| note(*number) != 200).unwrap();
    assert_eq!(note(failed), 503, "a change that cannot be kept is not said to be done");
    let told = wait(&lines, "was not answered");
    assert!(told.contains("the disk cannot be written; look at its space"), "{told}");
    assert_eq!(ask(&address, "GET /healthz", "", "").0, 200, "who only looks is answered");
    // Somebody makes room.
    let pid = process.0.id().to_string();
    assert!(Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status().unwrap().success());
    assert_eq!(note(failed + 1), 200);
    for id in kept.keys() {
        let (status, resident) = ask(&address, &format!("GET /api/residents/{id}"), &token, "");
        assert_eq!(status, 200, "{resident}");
        let notes: Vec<&str> = resident["staff_notes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|note| note["text"].as_str().unwrap())
            .collect();
        for text in &kept[id] {
            assert_eq!(notes.iter().filter(|note| *note == text).count(), 1, "of {id}");
        }
    }
    assert_eq!(place.run(&["ledger", "--json"]).with(0).json()["total"], 30);
    assert_eq!({ process }.stop("TERM"), Some(0));
    place.run(&["backup", "sound"]).with(0);
}

/// Runs the program as somebody whom the rights of files bind: they do not bind
/// the superuser.
fn run_as_anybody(place: &Place, args: &[&str]) -> Ran {
    let is_superuser = fs::metadata("/proc/self").unwrap().uid() == 0;
    let program = place.path("program");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_rollcall"), &program).unwrap();
    }
    let mut command = if is_superuser {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command
        .args(args)
        .current_dir(place.root())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null());
    Ran::of(command.output().unwrap())
}

#[test]
fn a_directory_that_cannot_be_written_is_refused_and_left_as_it_is() {
    let place = Place::new();
    place.import(list(3)).with(0);
    let everything = || -> BTreeMap<_, _> {
        let files = fs::read_dir(place.path("data")).unwrap().map(|entry| entry.unwrap());
        files
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
            .collect()
    };
    let rights = |mode: u32, file_mode: u32| {
        fs::set_permissions(place.path("data"), Permissions::from_mode(mode)).unwrap();
        for name in everything().keys() {
            fs::set_permissions(place.path("data").join(name), Permissions::from_mode(file_mode)).unwrap();
        }
    };
    fs::set_permissions(place.root(), Permissions::from_mode(0o755)).unwrap();
    let before = everything();
    rights(0o555, 0o444);
    for args in [
        &["serve", "--listen", "127.0.0.1:0"] as &[&str],
        &["import", "residents.csv"],
        &["ledger"],
        &["dialing", "stop", "--reason", "a test"],
    ] {
        let ran = run_as_anybody(&place, args).with(2);
        assert!(ran.err.contains("./data") && ran.err.contains("ermission denied"), "{args:?}: {}", ran.err);
        assert!(
            ran.err.contains("this user may write") || ran.err.contains("may not write"),
            "{args:?}: {}",
            ran.err
        );
        assert_eq!(ran.err.lines().count(), 1, "{args:?}: {}", ran.err);
    }
    assert!(everything() == before, "nothing was changed");
    rights(0o700, 0o600);
    assert_eq!(place.run(&["ledger", "--json"]).with(0).json()["total"], 3);
}

#[test]
fn a_damaged_page_is_found_at_the_start_and_a_backup_brings_all_back() {
    let place = Place::new();
    place.import(list(2_000)).with(0);
    place.run(&["backup", "copy"]).with(0);
    let path = place.path("data/rollcall.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 4096].fill(0x5A);
    fs::write(&path, &bytes).unwrap();
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]).with(2).err;
    assert!(
        refused.contains("the database is damaged: ") && refused.contains("`rollcall restore`"),
        "{refused}"
    );
    assert!(refused.contains("nothing was changed"), "{refused}");
    assert!(fs::read(&path).unwrap() == bytes, "the damaged file is left for who can read more of it");
    let refused = place.run(&["backup", "another"]).with(1).err;
    assert!(
        refused.contains("the database is damaged: ") && refused.contains("there is no new copy"),
        "{refused}"
    );

    fs::rename(place.path("data"), place.path("damaged")).unwrap();
    place.run(&["restore", "copy"]).with(0);
    assert_eq!(place.run(&["ledger", "--json"]).with(0).json()["total"], 2_000);
    let (_process, address, _) = serve(&place, &[]);
    assert_eq!(ask(&address, "GET /healthz", "", "").0, 200);
}

#[test]
fn damage_while_it_runs_ends_it_before_anybody_relies_on_what_is_read() {
    let place = Place::new();
    // The register alone is more than it keeps in memory, so that each look
    // through it reads the file, whatever was read before.
    place.import(list(80_000)).with(0);
    account(&place);
    let mut program = place.program(&["serve", "--listen", "127.0.0.1:0"]);
    let (mut process, lines) =
        watched(program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let health = wait(&lines, "Health: http://");
    let address = health.trim_start_matches("Health: http://").trim_end_matches("/healthz").to_owned();
    wait(&lines, "stop with Ctrl-C");
    let token = operator(&place, &address);
    let path = place.path("data/rollcall.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0x5A);
    fs::write(&path, bytes).unwrap();
    std::thread::spawn(move || {
        for n in 0..200 {
            let body = json!({ "text": format!("Example {n}77") }).to_string();
            // It may be gone already.
            let _gone =
                std::panic::catch_unwind(|| ask(&address, "POST /api/residents/search", &token, &body));
        }
    });
    let told = wait(&lines, "rollcall: ");
    assert!(told.contains("the database is damaged") && told.contains("`rollcall restore`"), "{told}");
    assert_eq!(process.0.wait().unwrap().code(), Some(1));
}

#[test]
fn a_clock_that_steps_back_an_hour_stops_all_dialing_until_a_person_has_looked() {
    let place = Place::new();
    fs::create_dir(place.path("data")).unwrap();
    let set = |time: &str| {
        let clock = format!(r#"{{"shown":"{time}","resume":"{time}","speed":300}}"#);
        fs::write(place.path("data/clock.json"), clock).unwrap();
    };
    let start = || {
        let mut program = place.program(&[
            "serve",
            "--speed",
            "300",
            "--listen",
            "127.0.0.1:0",
            "--events",
            "events.ndjson",
        ]);
        watched(program.stdout(Stdio::piped()).spawn().unwrap())
    };
    let calls = || -> Vec<Value> {
        let text = fs::read_to_string(place.path("events.ndjson")).unwrap();
        let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
        events.filter(|event: &Value| event["kind"] == "dial_accepted").collect()
    };
    set("2026-11-23T10:00:00Z");
    // By that clock: by today's they might be due weeks later.
    place.import(list(60)).with(0);
    let (mut process, lines) = start();
    for _ in 0..10 {
        wait(&lines, "is being called");
    }
    // In more than a minute, so the sweep has seen what time it is.
    process.kill();
    set("2026-11-23T09:00:00Z");
    let before = calls().len();
    let (mut process, lines) = start();
    let told = wait(&lines, "dialing stopped by itself");
    assert!(told.contains("clock"), "{told}");
    let status = place.run(&["dialing", "status"]).with(0).out;
    assert!(status.contains("STOPPED BY ITSELF") && status.contains("clock"), "{status}");
    let stopped = calls().len();
    // Each is a quarter of an hour.
    wait(&lines, "LEDGER");
    wait(&lines, "LEDGER");
    assert_eq!(calls().len(), stopped, "nobody is called");
    // At most in the minute until the sweep looked, and nobody who was called before.
    let called = |event: &Value| event["resident_id"].as_str().unwrap().to_owned();
    let former: Vec<String> = calls()[..before].iter().map(called).collect();
    assert!(
        calls()[before..].iter().all(|event| !former.contains(&called(event))),
        "somebody was called again"
    );
    assert_eq!(place.run(&["ledger", "--json"]).with(0).json()["balanced"], true);
    place.run(&["dialing", "start", "--reason", "the clock is right now"]).with(0);
    wait(&lines, "dialing was started again");
    assert_eq!(process.stop("TERM"), Some(0));
}
