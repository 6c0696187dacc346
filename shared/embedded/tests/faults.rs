//! What a caller hears when the database does not behave: the kind of fault,
//! and nothing about a person.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rollcall_domain::attempt::Attempt;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{BatchId, RequestId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::{Profile, Resident};
use rollcall_embedded::Store;
use rollcall_ports::suite::ManualClock;
use rollcall_ports::{Began, Begin, Clock, Fault, Inbox, Upserted, Versioned};
use rusqlite::Connection;
use std::sync::Arc;

struct World {
    _dir: tempfile::TempDir,
    store: Store,
    other: Connection,
    person: Resident,
    attempt: Attempt,
}

/// One person who was dialed, and a second connection that may do damage.
fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::default());
    let store = Store::open(dir.path(), clock.clone()).unwrap();
    let profile = Profile {
        reference: Some("H-1".to_owned()),
        first_name: "Marigold".to_owned(),
        last_name: "Testcase".to_owned(),
        number: PhoneNumber::from_e164("+447700900123").unwrap(),
        timezone: None,
        language: None,
        window: None,
        notes: Some("key under the mat".to_owned()),
        consent: None,
        keyholders: Vec::new(),
        risk: None,
    };
    let id = ResidentId::derive(&["faults"]);
    let person = Resident::new(id, profile, (BatchId::derive(&["faults"]), 2), clock.now());
    let attempt = Attempt::begin(id, RequestId::derive(&["faults"]), clock.now());
    run(async {
        let added = store.residents().add(&[(person.clone(), Schedule::default())]).await.unwrap();
        assert_eq!(added, [Upserted::Created]);
        let mut resident = store.residents().get(id).await.unwrap().unwrap();
        resident.value.enabled = false;
        let begin = Begin {
            attempt: Versioned::new(attempt.clone()),
            number: person.number,
            resident,
            schedule: Schedule::default(),
            now: clock.now(),
            quiet_since: clock.now(),
        };
        assert_eq!(store.attempts().begin(&begin).await.unwrap(), Began::Granted);
    });
    let other = Connection::open(dir.path().join("rollcall.sqlite")).unwrap();
    World { _dir: dir, store, other, person, attempt }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// The text of a refusal that names nobody.
fn refusal(fault: &Fault) -> String {
    assert!(matches!(fault, Fault::Refused { .. }), "{fault:?}");
    let all = format!("{fault} {fault:?}");
    for secret in ["Marigold", "Testcase", "7700900123", "H-1", "mat", "residents WHERE", "INSERT"] {
        assert!(!all.contains(secret), "{secret} is in {all}");
    }
    fault.to_string()
}

#[test]
fn a_damaged_row_is_reported_without_its_content() {
    let world = world();
    let residents = world.store.residents();
    let get = || run(residents.get(world.person.id)).map(|found| found.is_some());
    assert_eq!(get(), Ok(true));
    let damage = |statement: &str| assert_eq!(world.other.execute(statement, []).unwrap(), 1);

    damage(r#"UPDATE residents SET state = '{"marks":"Marigold Testcase +447700900123"}'"#);
    let fault = get().unwrap_err();
    assert_eq!(refusal(&fault), "residents refused: a stored resident is not of the expected form");
    damage("UPDATE residents SET state = NULL, number = 7");
    assert!(refusal(&get().unwrap_err()).contains("a stored phone number"));
    damage("UPDATE residents SET number = 447700900123, id = x'00'");
    refusal(&get().unwrap_err());

    damage(r#"UPDATE attempts SET data = '{"id":"Marigold +447700900123"}'"#);
    let fault = run(world.store.attempts().get(world.attempt.id)).unwrap_err();
    assert_eq!(refusal(&fault), "attempts refused: a stored attempt is not of the expected form");
}

#[test]
fn a_failing_write_leaves_nothing_and_names_nobody() {
    let world = world();
    let before = run(world.store.residents().get(world.person.id)).unwrap().unwrap();
    // Fails after the resident was written, within the same transaction.
    world
        .other
        .execute_batch(
            "CREATE TRIGGER t BEFORE UPDATE ON attempts BEGIN SELECT RAISE(ABORT, 'Marigold'); END",
        )
        .unwrap();
    let mut changed = before.clone();
    changed.value.enabled = true;
    let begin = Begin {
        attempt: Versioned { value: world.attempt.clone(), version: 1 },
        number: before.value.number,
        resident: changed,
        schedule: Schedule::default(),
        now: world.attempt.begun_at,
        quiet_since: world.attempt.begun_at,
    };
    let fault = run(world.store.attempts().begin(&begin)).unwrap_err();
    assert!(refusal(&fault).contains("ConstraintViolation"));
    assert_eq!(run(world.store.residents().get(world.person.id)).unwrap().unwrap(), before);

    world.other.execute_batch("DROP TRIGGER t").unwrap();
    assert_eq!(run(world.store.attempts().begin(&begin)).unwrap(), Began::Granted, "and works again");
}

#[test]
fn a_missing_table_is_a_refusal() {
    let world = world();
    world.other.execute_batch("DROP TABLE pace").unwrap();
    let fault = run(world.store.pace().in_flight(world.attempt.begun_at)).unwrap_err();
    assert!(refusal(&fault).starts_with("pace refused: SQLite answered"));
}

#[test]
fn an_upload_that_fails_halfway_is_as_if_it_never_was() {
    let world = world();
    let mut people = Vec::new();
    for n in 0..150 {
        let mut one = world.person.clone();
        one.id = ResidentId::derive(&["halfway", &n.to_string()]);
        one.batch_line = n;
        people.push((one, Schedule::default()));
    }
    world
        .other
        .execute_batch(
            "CREATE TRIGGER t BEFORE INSERT ON residents WHEN new.batch_line = 120
             BEGIN SELECT RAISE(ABORT, 'Marigold'); END",
        )
        .unwrap();
    let residents = world.store.residents();
    refusal(&run(residents.add(&people)).unwrap_err());
    assert_eq!(world.store.residents_count().unwrap(), 1);
    assert_eq!(run(residents.get(people.first().unwrap().0.id)), Ok(None));
    assert_eq!(run(residents.sharing(world.person.number, world.person.id)), Ok(0));

    world.other.execute_batch("DROP TRIGGER t").unwrap();
    assert_eq!(run(residents.add(&people)).unwrap(), vec![Upserted::Created; 150]);
    assert_eq!(run(residents.sharing(world.person.number, world.person.id)), Ok(150));
    assert_eq!(world.store.integrity_check().unwrap(), Vec::<String>::new());
}

#[test]
fn polling_and_reading_do_not_wait_for_a_writer() {
    let world = world();
    world.other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(run(world.store.rows_queue().receive(10)), Ok(Vec::new()));
    assert_eq!(run(world.store.residents().get(world.person.id)).map(|one| one.is_some()), Ok(true));
    assert_eq!(run(world.store.residents().get(ResidentId::derive(&["nobody"]))), Ok(None));
}
