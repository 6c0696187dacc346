//! What must be true in the end.

use crate::promised::{Asked, Promised};
use crate::world::World;
use rollcall_connect_sim::OutsideKind;
use rollcall_domain::batch::BatchStage;
use rollcall_domain::ids::{BatchId, CallbackId, JobId, LetterId};
use rollcall_domain::letter::job::JobState;
use rollcall_domain::letter::{Filter, What, Which};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_embedded::Store;
use rollcall_rehearsal::broken_rules;
use std::collections::BTreeMap;
use std::fmt::Debug;

pub(crate) async fn judge(world: &World, promised: &Promised) {
    let store = world.store();
    assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
    let register = world.register(&store).await;
    let ledger = world.balanced();
    assert_eq!(ledger["total"], register.len(), "{ledger}");
    check_lists(&store, &register, promised).await;
    check_notes(&register, promised);
    check_results(&store, promised).await;
    check_letters(&store, promised, world.letters_parked()).await;
    check_calls(world, &register);
}

/// Each list that is being loaded, as was answered, is on the register, and
/// nobody is there twice.
async fn check_lists(store: &Store, register: &BTreeMap<String, Resident>, promised: &Promised) {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for resident in register.values() {
        *known.entry(resident.profile.reference.as_deref().unwrap()).or_default() += 1;
    }
    let lists = promised.lists.lock().unwrap().clone();
    assert!(lists.len() >= 4, "only {} lists were uploaded", lists.len());
    for list in &lists {
        for reference in &list.references {
            let count = known.get(reference.as_str());
            assert_eq!(count, Some(&1), "{reference} of the batch {}", list.batch);
        }
        let batch: BatchId = list.batch.parse().unwrap();
        let (batch, tally) = store.batches().get(batch).await.unwrap().unwrap();
        assert!(matches!(batch.stage, BatchStage::Loading { .. }) && batch.is_finished(&tally), "{batch:?}");
        assert_eq!(tally.loaded + tally.already_known, list.references.len() as u64, "{tally:?}");
    }
    let expected: std::collections::BTreeSet<_> = lists.iter().flat_map(|list| &list.references).collect();
    let uploaded = register.len() - 150;
    assert!(uploaded >= expected.len(), "{uploaded} residents of {}", expected.len());
}

/// It is there if that was answered, and no more often than it was asked.
fn check_deed<K: Debug>(key: &K, asked: Asked, found: usize) {
    assert!(found >= asked.promised.min(1), "{key:?} was promised and is missing");
    assert!(found <= asked.asked, "{key:?} is there {found} times; {asked:?}");
}

fn check_notes(register: &BTreeMap<String, Resident>, promised: &Promised) {
    for (key, asked) in promised.notes.lock().unwrap().iter() {
        let notes = &register[&key.0].staff_notes;
        check_deed(key, *asked, notes.iter().filter(|note| note.text == key.1).count());
        // Whoever was cut off and asks again is told that it is there already.
        assert!(
            notes.windows(2).all(|two| two[0].text != two[1].text || two[0].by != two[1].by),
            "{key:?} is there twice"
        );
    }
}

async fn check_results(store: &Store, promised: &Promised) {
    let results = promised.results.lock().unwrap().clone();
    for (key @ (id, by, disposition), asked) in &results {
        let id: CallbackId = id.parse().unwrap();
        let callback = store.callbacks().get(id).await.unwrap().unwrap().value;
        let same = |result: &&rollcall_domain::desk::AgentResult| {
            result.by == *by && result.disposition.word() == disposition
        };
        check_deed(key, *asked, callback.results.iter().filter(same).count());
    }
}

async fn check_letters(store: &Store, promised: &Promised, parked: u32) {
    let letters = store.letters();
    let all = Filter { which: Which::All, source: Some("call_requests".to_owned()), ..Filter::default() };
    assert_eq!(letters.tally(&all).await.unwrap(), u64::from(parked), "letters are lost or doubled");
    let get = async |id: &str| {
        let id: LetterId = id.parse().unwrap();
        letters.get(id).await.unwrap().unwrap().value
    };
    let discards = promised.discards.lock().unwrap().clone();
    for (key @ (id, why), asked) in &discards {
        let found = |what: &What| matches!(what, What::Discarded { reason, .. } if reason == why);
        let letter = get(id).await;
        check_deed(key, *asked, letter.history.iter().filter(|event| found(&event.what)).count());
    }
    let edits = promised.edits.lock().unwrap().clone();
    for (key @ (id, why), asked) in &edits {
        let found = |what: &What| matches!(what, What::Edited { reason, .. } if reason == why);
        let letter = get(id).await;
        check_deed(key, *asked, letter.history.iter().filter(|event| found(&event.what)).count());
    }
    let replays = promised.replays.lock().unwrap().clone();
    for (id, asked) in &replays {
        let letter = get(id).await;
        let alone = |what: &What| matches!(what, What::Replayed { job: None, .. });
        let found = letter.history.iter().filter(|event| alone(&event.what)).count();
        assert!((asked.promised..=asked.asked).contains(&found), "{id}: {found} replays, {asked:?}");
    }
    let jobs = promised.jobs.lock().unwrap().clone();
    for id in &jobs {
        let id: JobId = id.parse().unwrap();
        let job = store.jobs().get(id).await.unwrap().unwrap().value;
        assert_eq!(job.state, JobState::Finished, "{id}");
        assert!(job.sent + job.skipped >= job.total, "{id}: {} of {}", job.sent + job.skipped, job.total);
    }
}

/// The rules of calling, by what the simulated Connect saw.
fn check_calls(world: &World, register: &BTreeMap<String, Resident>) {
    let events = world.events();
    let count = |kind| events.iter().filter(|event| event.kind == kind).count();
    let (calls, asked) = (count(OutsideKind::DialAccepted), count(OutsideKind::CallbackRequested));
    println!("{} residents, {calls} calls, {asked} callbacks asked for", register.len());
    assert!(calls > 30, "only {calls} calls were made");
    // The services decide a little before the phone rings: where a second is a
    // minute and a half, and the machine is busy, that is half a minute.
    let policy = Policy {
        gap_minutes: Policy::default().gap_minutes - 1,
        start_burst: Policy::default().start_burst + Policy::default().concurrent_calls,
        ..Policy::default()
    };
    assert_eq!(broken_rules(&events, register, &policy), Vec::<String>::new());
}
