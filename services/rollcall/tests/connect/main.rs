//! `serve --telephony connect`: the real binary, a simulated Connect behind
//! its HTTP API, and the Kinesis stream of an emulator.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod doctor;
mod refusals;
mod world;

use rollcall_aws::kinesis::Reader;
use rollcall_connect_sim::OutsideKind;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_embedded::Store;
use rollcall_host::clock::SystemClock;
use rollcall_ports::{Settled, StreamReader};
use rollcall_rehearsal::broken_rules;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use world::World;

const PEOPLE: usize = 16;
const SHARDS: [&str; 2] = ["shardId-000000000000", "shardId-000000000001"];
const WINDOW: &str = "{ days = [true, true, true, true, true, true, true], daily = { start = \"00:00:00\", end = \"23:59:00\" } }";

/// Killed at the end of the test at the latest.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _waited = self.0.wait();
    }
}

fn program(dir: &Path, vars: &[(String, String)], args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
    command.args(args).current_dir(dir).env_clear().stdin(Stdio::null());
    command.envs(vars.iter().map(|(name, value)| (name, value)));
    command
}

fn serve(dir: &Path, vars: &[(String, String)]) -> Served {
    let args = ["serve", "--telephony", "connect", "--listen", "127.0.0.1:0"];
    // Shown where a test fails.
    let said = std::fs::File::options().create(true).append(true).open(dir.join("said.txt")).unwrap();
    Served(program(dir, vars, &args).stdout(said).spawn().unwrap())
}

fn store(dir: &Path) -> Store {
    Store::open(&dir.join("data"), Arc::new(SystemClock)).unwrap()
}

async fn register(dir: &Path) -> BTreeMap<String, Resident> {
    let page = store(dir).residents().page(None, 100).await.unwrap();
    page.residents.into_iter().map(|one| (one.value.id.to_string(), one.value)).collect()
}

async fn settled(dir: &Path) -> Vec<Option<Settled>> {
    let checkpoints = store(dir).checkpoints();
    let mut all = Vec::new();
    for shard in SHARDS {
        all.push(checkpoints.of(shard).await.unwrap());
    }
    all
}

/// With the same hours: they are in the time at which a resident is due.
fn import(dir: &Path, vars: &[(String, String)]) {
    let mut csv = "firstName,lastName,number,reference\n".to_owned();
    for n in 0..PEOPLE {
        csv.push_str(&format!("Ada,Example {n},+447700900{n:03},R-{n}\n"));
    }
    std::fs::write(dir.join("list.csv"), csv).unwrap();
    let mut import = program(dir, vars, &["import", "list.csv"]);
    assert!(import.stdout(Stdio::null()).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_called_once_and_every_answer_arrives_however_often_it_is_killed() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    let world = World::open().await;
    let mut vars = world.variables();
    vars.push(("ROLLCALL_POLICY_WINDOW".to_owned(), WINDOW.to_owned()));
    vars.push(("ROLLCALL_POLICY_MAX_ATTEMPTS".to_owned(), "1".to_owned()));
    vars.push(("ROLLCALL_POLICY_TIMEZONE".to_owned(), "UTC".to_owned()));
    import(dir, &vars);

    let kinds = |kind| world.seen().into_iter().filter(move |event| event.kind == kind);
    let called = || kinds(OutsideKind::DialAccepted).count();
    // Each start orders calls at once; each end comes in the middle of some.
    let mut kills = 0;
    let mut first = None;
    while called() < PEOPLE || kills < 3 {
        let served = serve(dir, &vars);
        tokio::time::sleep(Duration::from_secs(7)).await;
        // Dropped: killed as by `kill -9`.
        drop(served);
        kills += 1;
        let said = std::fs::read_to_string(dir.join("said.txt")).unwrap();
        assert!(kills < 12, "{} of {PEOPLE} are called after {kills} starts:\n{said}", called());
        if first.is_none() && settled(dir).await.iter().all(Option::is_some) {
            first = Some(settled(dir).await);
        }
    }
    let _served = serve(dir, &vars);
    let pressed: BTreeSet<String> = world.rested().await;
    assert!(pressed.len() > PEOPLE / 2, "{} pressed a key", pressed.len());
    for _ in 0..60 {
        if register(dir).await.values().filter(|one| one.reached.is_some()).count() == pressed.len() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    let known = register(dir).await;
    for (id, resident) in &known {
        assert_eq!(resident.reached.is_some(), pressed.contains(id), "{id}");
    }
    assert_eq!(called(), PEOPLE, "nobody is called twice");
    let policy = Policy { max_attempts: 1, ..policy() };
    assert_eq!(broken_rules(&world.seen(), &known, &policy), Vec::<String>::new());
    assert_eq!(world.functions_asked(), 0, "this flow needs no function");
    world.all_is_settled(dir, &first.unwrap()).await;
}

impl World {
    /// Checkpoints went on from where a killed process had left them, to the
    /// end of the stream.
    async fn all_is_settled(&self, dir: &Path, first: &[Option<Settled>]) {
        let store = store(dir);
        for _ in 0..30 {
            let reader = Reader::open(&self.aws, &self.stream, store.checkpoints()).await.unwrap();
            assert_eq!(reader.shards(), 2);
            let mut left = 0;
            for shard in 0..2 {
                left += reader.read(shard, 1_000).await.unwrap().len();
            }
            if left == 0 {
                let last = settled(dir).await;
                for (first, last) in first.iter().zip(&last) {
                    let place = |of: &Option<Settled>| of.as_ref().unwrap().sequence.clone();
                    assert!(place(first) < place(last), "{first:?} {last:?}");
                }
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("records are left on the stream");
    }
}

fn policy() -> Policy {
    let vars = BTreeMap::from([
        ("ROLLCALL_POLICY_WINDOW".to_owned(), WINDOW.to_owned()),
        ("ROLLCALL_POLICY_TIMEZONE".to_owned(), "UTC".to_owned()),
    ]);
    rollcall_host::settings::policy(None, &vars).unwrap()
}
