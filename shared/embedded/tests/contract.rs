//! The contract suite over the file and over memory.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::SignedDuration;
use rollcall_contracts::topology::Topology;
use rollcall_domain::ids::UploadId;
use rollcall_embedded::{Options, Store};
use rollcall_ports::suite::deposits::Sent;
use rollcall_ports::suite::queue::QueueUnderTest;
use rollcall_ports::suite::stream::StreamUnderTest;
use rollcall_ports::suite::{self, Case, ManualClock};
use rollcall_ports::{Clock, Deposits, Intake, Offer, Released, Slot, Taken, Uploads};
use std::sync::Arc;

/// Runs one part over both modes; the file on a runtime of several threads,
/// where queries step aside.
fn over_both(part: &impl AsyncFn(&Case<'_>, &Store)) {
    let clock = Arc::new(ManualClock::default());
    let case = Case { clock: clock.as_ref(), lag: SignedDuration::ZERO };
    let shared: Arc<dyn Clock> = clock.clone();

    let alone = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let memory = Store::in_memory_with(Arc::clone(&shared), options()).unwrap();
    alone.block_on(part(&case, &memory));
    assert_eq!(memory.integrity_check().unwrap(), Vec::<String>::new());

    let several = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = Store::open_with(dir.path(), shared, options()).unwrap();
    several.block_on(part(&case, &file));
    assert_eq!(file.integrity_check().unwrap(), Vec::<String>::new());
}

/// As shipped, but for several shards.
fn options() -> Options {
    let mut topology = Topology::shipped().clone();
    topology.streams.outcomes.shards = 4;
    Options { topology, ..Options::default() }
}

#[test]
fn residents() {
    over_both(&async |case, store| suite::residents::all(case, store.residents().as_ref()).await);
}

#[test]
fn accounts() {
    over_both(&async |_, store| suite::accounts::all(store.accounts().as_ref()).await);
}

#[test]
fn attempts() {
    over_both(&async |case, store| {
        suite::attempts::all(case, store.attempts().as_ref(), store.residents().as_ref()).await;
    });
}

#[test]
fn removing() {
    over_both(&async |case, store| {
        suite::removing::all(case, store.attempts().as_ref(), store.residents().as_ref()).await;
        assert_eq!(store.integrity_check().unwrap(), Vec::<String>::new());
    });
}

#[test]
fn searching() {
    over_both(&async |case, store| suite::searching::all(case, store.residents().as_ref()).await);
}

#[test]
fn callbacks() {
    over_both(&async |case, store| suite::callbacks::all(case, store.callbacks().as_ref()).await);
}

#[test]
fn escalations() {
    over_both(&async |case, store| suite::escalations::all(case, store.escalations().as_ref()).await);
}

#[test]
fn checks() {
    over_both(&async |_, store| suite::checks::all(store.checks().as_ref()).await);
}

#[test]
fn days() {
    over_both(&async |_, store| suite::days::all(store.days().as_ref()).await);
}

#[test]
fn batches() {
    over_both(&async |case, store| suite::batches::all(case, store.batches().as_ref()).await);
}

#[test]
fn pace() {
    over_both(&async |_, store| suite::pace::all(store.pace().as_ref()).await);
}

#[test]
fn switch() {
    over_both(&async |_, store| suite::switch::all(store.switch().as_ref()).await);
}

#[test]
fn suppressions() {
    over_both(&async |case, store| {
        let (list, residents) = (store.suppressions(), store.residents());
        suite::suppressions::all(case, list.as_ref(), store.attempts().as_ref(), residents.as_ref()).await;
    });
}

#[test]
fn dead_letters() {
    over_both(&async |case, store| suite::dead_letters::all(case, store.dead_letters().as_ref()).await);
}

#[test]
fn letters() {
    over_both(&async |_, store| {
        suite::letters::all(store.dead_letters().as_ref(), store.letters().as_ref()).await;
        suite::letters::jobs(store.jobs().as_ref()).await;
    });
}

#[test]
fn copies() {
    over_both(&async |case, store| {
        let (replays, queue) = (store.replays(), store.call_requests_queue());
        let hidden = SignedDuration::from_secs(i64::from(queue.spec().visibility_timeout_seconds));
        let (dead, letters) = (store.dead_letters(), store.letters());
        let letters = (dead.as_ref(), letters.as_ref());
        suite::letters::copies_on_a_queue(case, (replays.as_ref(), &queue), letters, hidden).await;
        suite::letters::copies_on_a_stream(replays.as_ref(), &store.outcomes_stream()).await;
    });
}

#[test]
fn audit() {
    over_both(&async |_, store| suite::audit::all(store.audit().as_ref()).await);
}

#[test]
fn retain() {
    over_both(&async |_, store| {
        let (retain, residents, attempts) = (store.retain(), store.residents(), store.attempts());
        let (callbacks, escalations, checks) = (store.callbacks(), store.escalations(), store.checks());
        let (days, batches, dead_letters) = (store.days(), store.batches(), store.dead_letters());
        let (letters, jobs, audit, erasures) =
            (store.letters(), store.jobs(), store.audit(), store.erasures());
        let stores = suite::retain::Aging {
            retain: retain.as_ref(),
            residents: residents.as_ref(),
            attempts: attempts.as_ref(),
            callbacks: callbacks.as_ref(),
            escalations: escalations.as_ref(),
            checks: checks.as_ref(),
            days: days.as_ref(),
            batches: batches.as_ref(),
            dead_letters: dead_letters.as_ref(),
            letters: letters.as_ref(),
            jobs: jobs.as_ref(),
            audit: audit.as_ref(),
            erasures: erasures.as_ref(),
        };
        suite::retain::all(&stores).await;
    });
}

#[test]
fn notices() {
    over_both(&async |case, store| {
        suite::notices::all(store.notices().as_ref()).await;
        let told = store.notices_told(0, 100).unwrap();
        let kinds: Vec<_> = told.iter().map(|told| told.notice.clone()).collect();
        assert_eq!(kinds, suite::notices::every_kind());
        assert!(told.iter().all(|told| told.times == 2 && told.at == case.clock.now()));
        let second = told.get(1).map(|told| told.position).unwrap();
        assert_eq!(store.notices_told(second, 1).unwrap().first(), told.get(2));
    });
}

#[test]
fn queues() {
    over_both(&async |case, store| {
        let dead_letters = store.dead_letters();
        let queue = store.call_requests_queue();
        let under_test = QueueUnderTest {
            sender: &queue,
            inbox: &queue,
            depth: &queue,
            dead_letters: dead_letters.as_ref(),
            spec: queue.spec(),
            duplicates: false,
            tells_next: true,
        };
        suite::queue::all(case, under_test).await;
    });
}

#[test]
fn stream() {
    over_both(&async |case, store| {
        let stream = store.outcomes_stream();
        let under_test = StreamUnderTest { writer: &stream, reader: &stream, horizon: Some(&stream) };
        suite::stream::all(case, under_test).await;
        suite::stream::settling(store.checkpoints().as_ref()).await;
    });
}

#[test]
fn uploads() {
    over_both(&async |case, store| {
        let uploads = store.uploads();
        let mut files = Vec::new();
        for (n, key) in suite::uploads::KEYS.into_iter().enumerate() {
            let bytes: Vec<u8> = (0..=250).cycle().take(n * 100_000).collect();
            let put = uploads.put(key, &mut bytes.as_slice()).unwrap();
            assert_eq!(put.size, bytes.len() as u64);
            assert_eq!(uploads.latest(key).unwrap().as_ref(), Some(&put.upload));
            suite::uploads::reading(&uploads, &put.upload, &bytes).await;
            files.push((key, bytes, put));
        }
        let (key, bytes, put) = &files[1];
        suite::uploads::missing(&uploads, &put.upload).await;
        assert_eq!(uploads.latest("nobody put this"), Ok(None));
        let sizes: Vec<_> = files.iter().map(|(key, _, put)| (*key, put.size)).collect();
        let told = suite::uploads::notified(case, &store.uploads_queue(), &sizes).await;
        assert!(files.iter().all(|(_, _, put)| told.contains(put)), "told as it was answered");

        // Put again, the key holds the new file, and is told of anew; the former is gone.
        let new = uploads.put(key, &mut b"new".as_slice()).unwrap();
        suite::uploads::replaced(&uploads, (&put.upload, bytes), (&new.upload, b"new")).await;
        assert_eq!(uploads.info(&put.upload).await, Ok(None));
        assert_eq!(suite::uploads::notified(case, &store.uploads_queue(), &[(*key, 3)]).await, [new]);
    });
}

#[test]
fn erasures() {
    over_both(&async |case, store| {
        suite::erasures::all(case, store.erasures().as_ref()).await;
        suite::erasures::letters(store.dead_letters().as_ref(), store.letters().as_ref()).await;
        let uploads = store.uploads();
        let bytes: Vec<u8> = (0..=250).cycle().take(300_001).collect();
        let put = uploads.put("list.csv", &mut bytes.as_slice()).unwrap();
        for key in ["one", "two", "three"] {
            let _other = uploads.put(key, &mut b"other".as_slice()).unwrap();
        }
        suite::erasures::blanking((&uploads, &uploads), &put.upload, &bytes).await;
    });
}

#[test]
fn deposits() {
    over_both(&async |case, store| {
        let (deposits, queue) = (store.uploads(), store.uploads_queue());
        let offer = suite::deposits::offer(case, "staging");
        let put = async |offer: &Offer, slot: &Slot, bytes: &[u8]| {
            assert_eq!(*slot, Slot::Here);
            let (first, last) = bytes.split_at(bytes.len() / 2);
            let taken = deposits.take(offer.id, &mut Sent::of(&[first, last])).await.unwrap();
            assert_eq!(taken, Taken::Done(bytes.len() as u64));
        };
        let file = suite::deposits::staging((&deposits, &deposits, &queue), &offer, put).await;
        suite::deposits::taking_in(case, &deposits, &deposits).await;

        // A day later the places are forgotten; what was loaded stays.
        let waiting = Offer { id: UploadId::derive(&["waiting"]), ..offer.clone() };
        let _slot = deposits.offer(&waiting).await.unwrap();
        put(&waiting, &Slot::Here, b"nobody loads this").await;
        let staged = deposits.staged(waiting.id).await.unwrap().unwrap().upload;
        let day = SignedDuration::from_hours(24);
        assert_eq!(store.tidy(offer.until + day).unwrap().forgotten, 1, "what was too late from the start");
        let later = offer.until + day + SignedDuration::from_secs(1);
        assert_eq!(store.tidy(later).unwrap().forgotten, 3);
        for id in [offer.id, waiting.id] {
            assert_eq!(deposits.staged(id).await, Ok(None));
        }
        assert_eq!(deposits.info(&staged).await, Ok(None));
        assert_eq!(deposits.release(waiting.id).await, Ok(Released::Missing));
        assert_eq!(deposits.release(offer.id).await, Ok(Released::Done), "still a repeat");
        assert_eq!(deposits.info(&file.upload).await.unwrap().unwrap().size, 26);
    });
}

#[test]
fn manual_clock() {
    over_both(&async |case, _| suite::clock::all(case.clock).await);
}
