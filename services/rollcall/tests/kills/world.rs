//! The data directory, the program that serves it and is killed, and what can
//! be read of both.

use crate::client::{Address, PASSWORD, PEOPLE};
use crate::{Load, operator};
use fastrand::Rng;
use jiff::Timestamp;
use rollcall_connect_sim::{OutsideEvent, OutsideKind};
use rollcall_domain::letter::{Filter, LetterState, Which};
use rollcall_domain::resident::Resident;
use rollcall_embedded::Store;
use rollcall_host::clock::SystemClock;
use rollcall_ports::DeadLetter;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// The day begins here, whatever the real time is: a Monday, just before the
/// calling window opens.
const MORNING: &str = "2026-11-23T08:59:00Z";
/// A minute passes in two thirds of a second: a hundred kills are some hours
/// of one day.
const SPEED: &str = "90";
/// When nobody is killed any more, it may go faster.
const SPEED_TO_REST: &str = "300";
/// How long anything may take to come to its end.
const PATIENCE: Duration = Duration::from_secs(150);

pub(crate) struct World {
    dir: TempDir,
    address: Address,
    process: Option<Child>,
    starts: u32,
    letters: u32,
}

impl World {
    /// A directory with a clock of its own, accounts, and people to call.
    pub(crate) fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = Self { dir, address: Arc::default(), process: None, starts: 0, letters: 0 };
        world.write("password", PASSWORD);
        let mut list = "firstName,lastName,number,reference\n".to_owned();
        for row in 0..150 {
            list.push_str(&format!("Ada,Example first {row},+447700900{row:03},first-{row}\n"));
        }
        world.write("first.csv", &list);
        world.run(&["import", "first.csv"]);
        world.write(
            "data/clock.json",
            &format!(r#"{{"shown":"{MORNING}","resume":"{MORNING}","speed":{SPEED}}}"#),
        );
        for (name, group) in PEOPLE {
            world.run(&["user", "add", name, "--group", group, "--password-file", "password"]);
        }
        world
    }

    pub(crate) fn address(&self) -> Address {
        Arc::clone(&self.address)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn program(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
        command.args(args).current_dir(self.dir.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// Runs a command, which must succeed; what it prints.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = self.program(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{args:?}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    /// Starts the program and waits until it answers.
    pub(crate) async fn start(&mut self) {
        self.start_at(SPEED).await;
    }

    async fn start_at(&mut self, speed: &str) {
        self.spawn(speed);
        let said = self.path(&format!("said-{}.txt", self.starts));
        for _ in 0..600 {
            let text = std::fs::read_to_string(&said).unwrap();
            let health = text.lines().find_map(|line| line.split_once("Health: http://"));
            if let Some((_, address)) = health.filter(|_| text.contains("stop with Ctrl-C")) {
                let address = address.trim_end_matches("/healthz").to_owned();
                *self.address.lock().unwrap() = Some(address);
                return;
            }
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "start {} ended by itself: {ended:?}\n{text}", self.starts);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("start {} did not come to its end", self.starts);
    }

    /// Starts the program and does not wait.
    pub(crate) fn start_unheard(&mut self) {
        self.spawn(SPEED);
    }

    fn spawn(&mut self, speed: &str) {
        self.starts += 1;
        // Kept apart, so that a start that ends by itself is told with its words.
        let said = File::create(self.path(&format!("said-{}.txt", self.starts))).unwrap();
        let mut program = self.program(&["serve", "--listen", "127.0.0.1:0", "--speed", speed]);
        program.args(["--events", "events.ndjson"]).stdout(said.try_clone().unwrap()).stderr(said);
        self.process = Some(program.spawn().unwrap());
    }

    /// As `kill -9`.
    pub(crate) fn kill(&mut self) {
        *self.address.lock().unwrap() = None;
        let mut process = self.process.take().unwrap();
        let ended = process.try_wait().unwrap();
        assert!(ended.is_none(), "start {} ended by itself: {ended:?}", self.starts);
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Another process accounts for everybody; what it says.
    pub(crate) fn balanced(&self) -> Value {
        let ledger: Value = serde_json::from_str(&self.run(&["ledger", "--json"])).unwrap();
        assert_eq!(ledger["balanced"], true, "{ledger}");
        ledger
    }

    /// Copies the directory in the middle of it all: what was copied balances
    /// by itself.
    pub(crate) fn back_up(&self, number: u32) {
        let copy = format!("copies/{number}");
        self.run(&["backup", &copy]);
        let ledger: Value =
            serde_json::from_str(&self.run(&["ledger", "--json", "--data-dir", &copy])).unwrap();
        assert_eq!(ledger["balanced"], true, "{ledger}");
        std::fs::remove_dir_all(self.path(&copy)).unwrap();
    }

    /// The store, while nobody else may be killed who has it open.
    pub(crate) fn store(&self) -> Store {
        Store::open(&self.path("data"), Arc::new(SystemClock)).unwrap()
    }

    /// Sets orders to dial aside, as if they had failed: some that can never be
    /// read, some that are void, and some that are as good as new, for anybody.
    pub(crate) async fn park_letters(&mut self, rng: &mut Rng) {
        let store = self.store();
        let page = store.residents().page(None, 500).await.unwrap();
        for _ in 0..12 {
            self.letters += 1;
            let resident = page.residents[rng.usize(0..page.residents.len())].value.id.to_string();
            let request = format!("{:08x}-4f1e-5c0a-9d3b-21a760b844c1", self.letters);
            let body = match rng.u8(0..4) {
                0 => r#"{"kind":"call_request","version":1,"body":"nothing"}"#.to_owned(),
                1 => order(&request, &resident, "2020-11-23T09:10:00Z"),
                _ => order(&request, &resident, "2026-11-30T09:10:00Z"),
            };
            let letter = DeadLetter {
                source: "call_requests".to_owned(),
                message_id: format!("m{}", self.letters),
                reason: format!("broken at line {}", self.letters % 3),
                handler: "dialer".to_owned(),
                parked_at: MORNING.parse().unwrap(),
                receives: 2,
                body: body.into_bytes(),
                replay: None,
            };
            store.dead_letters().park(&letter).await.unwrap();
        }
    }

    pub(crate) fn letters_parked(&self) -> u32 {
        self.letters
    }

    /// Lets everything that was begun come to its end: lists, copies of
    /// letters, then calls, after dialing was stopped.
    pub(crate) async fn come_to_rest(&mut self, load: &Load) {
        self.kill();
        self.start_at(SPEED_TO_REST).await;
        let store = self.store();
        self.wait("lists to be loaded", || async {
            operator::replay_what_was_set_aside(load).await;
            operator::restart_dialing(load).await;
            let waiting = store.queue_statuses().unwrap();
            let of = |name: &str| waiting.iter().find(|queue| queue.name == name).unwrap().clone();
            let left = |name| of(name).waiting.unwrap_or(0) + of(name).dead_letters;
            (left("uploads") + left("rows") > 0).then(|| format!("{waiting:?}"))
        })
        .await;
        self.run(&["dialing", "stop", "--reason", "the end of a test"]);
        self.wait("calls to end", || async {
            let open = store.attempts().open(Timestamp::MAX, 20).await.unwrap();
            let filter = Filter { which: Which::Only(LetterState::Replaying), ..Filter::default() };
            let copies = store.letters().tally(&filter).await.unwrap();
            let waiting =
                store.queue_statuses().unwrap().iter().filter_map(|queue| queue.waiting).sum::<u64>();
            let count = |kind| self.events().iter().filter(|event| event.kind == kind).count();
            let calls = count(OutsideKind::DialAccepted) - count(OutsideKind::Ended);
            let left = !open.is_empty() || copies > 0 || waiting > 0 || calls > 0;
            left.then(|| format!("{open:?}, {copies} copies, {waiting} messages, {calls} calls"))
        })
        .await;
        drop(store);
        let mut process = self.process.take().unwrap();
        let pid = process.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
        assert_eq!(process.wait().unwrap().code(), Some(0));
    }

    /// Waits until nothing is left.
    async fn wait<F: Future<Output = Option<String>>>(&self, what: &str, left: impl Fn() -> F) {
        let waiting = async {
            while left().await.is_some() {
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            panic!("waited {PATIENCE:?} for {what}; left: {:?}", left().await);
        }
    }

    /// What the simulated Connect saw.
    pub(crate) fn events(&self) -> Vec<OutsideEvent> {
        let text = std::fs::read_to_string(self.path("events.ndjson")).unwrap();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Everybody, by id.
    pub(crate) async fn register(&self, store: &Store) -> BTreeMap<String, Resident> {
        let (mut register, mut from) = (BTreeMap::new(), None);
        loop {
            let page = store.residents().page(from.as_ref(), 500).await.unwrap();
            for one in page.residents {
                let id = one.value.id.to_string();
                assert!(register.insert(id, one.value).is_none(), "somebody is on the register twice");
            }
            from = page.next;
            if from.is_none() {
                return register;
            }
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            // It may have ended already.
            let _gone = process.kill();
            let _waited = process.wait();
        }
        if std::thread::panicking() {
            let kept = self.dir.path().with_extension("kept");
            if std::fs::rename(self.dir.path(), &kept).is_ok() {
                eprintln!("what the program left is in {}", kept.display());
            }
        }
    }
}

/// An order to dial, as a message.
pub(crate) fn order(request: &str, resident: &str, expires_at: &str) -> String {
    format!(
        r#"{{"kind":"call_request","version":1,"sent_at":"2026-11-23T09:00:00Z","body":{{"request":"{request}","resident":"{resident}","expires_at":"{expires_at}"}}}}"#
    )
}
