//! Every interruption of a change: each call of a port lost before or after its
//! effect, throttled, or the last thing that the process did. Whoever asked
//! asks again as a portal does, after reading; the end is the same as if
//! nothing had happened, with no change that the log does not have.

use crate::people::path;
use crate::support::World;
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::attempt::Key;
use rollcall_domain::callback::Callback;
use rollcall_domain::duty::Schedule;
use rollcall_domain::group::Group;
use rollcall_domain::ids::{CallbackId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_ports::{
    Audit, AuditEntry, Callbacks, Cursor, Fault, Page, Question, Removed, Residents, Saved, Search, Upserted,
    Versioned,
};
use serde_json::{Value, json};
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    LostBefore,
    LostAfter,
    Throttled,
    CrashBefore,
    CrashAfter,
}

pub(crate) const ALL: [Kind; 5] =
    [Kind::LostBefore, Kind::LostAfter, Kind::Throttled, Kind::CrashBefore, Kind::CrashAfter];

/// Cuts one of the calls that pass it, and counts them.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Mutex<(usize, Cut)>>);

/// Which call, from 1, and how; `None` for none.
pub(crate) type Cut = Option<(usize, Kind)>;

impl Gate {
    pub(crate) async fn pass<T>(&self, call: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let kind = {
            let mut gate = self.0.lock().unwrap();
            gate.0 += 1;
            gate.1.filter(|(index, _)| *index == gate.0).map(|(_, kind)| kind)
        };
        match kind {
            None => call.await,
            Some(Kind::LostBefore) => Err(Fault::Unanswered("test")),
            Some(Kind::Throttled) => Err(Fault::Throttled("test")),
            Some(Kind::CrashBefore) => pending().await,
            Some(Kind::LostAfter) => call.await.and(Err(Fault::Unanswered("test"))),
            Some(Kind::CrashAfter) => {
                let _effect = call.await;
                pending().await
            }
        }
    }

    /// Cuts this call, counted from now.
    pub(crate) fn cut(&self, cut: Cut) {
        *self.0.lock().unwrap() = (0, cut);
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.lock().unwrap().0
    }
}

pub(crate) struct Gated<P: ?Sized>(pub(crate) Arc<P>, pub(crate) Gate);

#[async_trait]
impl Residents for Gated<dyn Residents> {
    async fn add(&self, residents: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, Fault> {
        self.1.pass(self.0.add(residents)).await
    }
    async fn get(&self, id: ResidentId) -> Result<Option<Versioned<Resident>>, Fault> {
        self.1.pass(self.0.get(id)).await
    }
    async fn save(&self, resident: &Versioned<Resident>, schedule: Schedule) -> Result<Saved, Fault> {
        self.1.pass(self.0.save(resident, schedule)).await
    }
    async fn remove(&self, resident: &Versioned<Resident>) -> Result<Removed, Fault> {
        self.1.pass(self.0.remove(resident)).await
    }
    async fn search(
        &self,
        question: &Question<'_>,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<Search, Fault> {
        self.1.pass(self.0.search(question, from, most)).await
    }
    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        self.1.pass(self.0.due(now, most)).await
    }
    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        self.1.pass(self.0.to_review(now, most)).await
    }
    async fn with_number(&self, number: PhoneNumber) -> Result<Vec<ResidentId>, Fault> {
        self.1.pass(self.0.with_number(number)).await
    }
    async fn sharing(&self, number: PhoneNumber, besides: ResidentId) -> Result<u64, Fault> {
        self.1.pass(self.0.sharing(number, besides)).await
    }
    async fn page(&self, from: Option<&Cursor>, most: u32) -> Result<Page, Fault> {
        self.1.pass(self.0.page(from, most)).await
    }
    async fn count(&self) -> Result<u64, Fault> {
        self.1.pass(self.0.count()).await
    }
}

#[async_trait]
impl Callbacks for Gated<dyn Callbacks> {
    async fn get(&self, id: CallbackId) -> Result<Option<Versioned<Callback>>, Fault> {
        self.1.pass(self.0.get(id)).await
    }
    async fn save(
        &self,
        callback: &Versioned<Callback>,
        review_at: Option<Timestamp>,
        open: bool,
    ) -> Result<Saved, Fault> {
        self.1.pass(self.0.save(callback, review_at, open)).await
    }
    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<CallbackId>, Fault> {
        self.1.pass(self.0.to_review(now, most)).await
    }
    async fn list_owed(&self, most: u32) -> Result<Vec<Versioned<Callback>>, Fault> {
        self.1.pass(self.0.list_owed(most)).await
    }
    async fn count_open(&self) -> Result<u64, Fault> {
        self.1.pass(self.0.count_open()).await
    }
}

#[async_trait]
impl Audit for Gated<dyn Audit> {
    async fn record(&self, entry: &AuditEntry) -> Result<(), Fault> {
        self.1.pass(self.0.record(entry)).await
    }
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        self.1.pass(self.0.list(after, most)).await
    }
    async fn recent(&self, before: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        self.1.pass(self.0.recent(before, most)).await
    }
}

/// One change as somebody wants it.
struct Wish {
    method: &'static str,
    part: &'static str,
    body: Value,
}

/// What a wish came to.
#[derive(Debug, PartialEq)]
struct End {
    resident: Option<Value>,
    version: Option<u64>,
    registered: u64,
    log: Vec<String>,
    promises_open: u64,
}

fn wishes() -> Vec<Wish> {
    let pause = json!({"from": "2026-12-24T00:00:00Z", "until": "2026-12-27T00:00:00Z", "reason": "away"});
    vec![
        Wish { method: "PATCH", part: "", body: json!({"number": "07700 900555"}) },
        Wish { method: "PUT", part: "/enabled", body: json!({"enabled": false, "reason": "asked"}) },
        Wish { method: "POST", part: "/pauses", body: pause },
        Wish { method: "POST", part: "/notes", body: json!({"text": "hard of hearing"}) },
        Wish { method: "DELETE", part: "", body: json!({"reason": "moved"}) },
    ]
}

/// Makes the wish with this cut; answers how it ended, and how many calls its
/// first try made.
async fn play(wish: &Wish, cut: Cut) -> (End, usize) {
    let gate = Gate::default();
    let world = World::without_accounts(|api| {
        api.residents = Arc::new(Gated::<dyn Residents>(Arc::clone(&api.residents), gate.clone()));
        api.callbacks = Arc::new(Gated::<dyn Callbacks>(Arc::clone(&api.callbacks), gate.clone()));
        api.audit = Arc::new(Gated::<dyn Audit>(Arc::clone(&api.audit), gate.clone()));
    });
    let id = world.add(1, |_| {}).await;
    world.called(id, "talk", Key::Talk).await;
    gate.cut(cut);
    let dies = cut.is_some_and(|(_, kind)| matches!(kind, Kind::CrashBefore | Kind::CrashAfter));
    let first = attempt(&world, id, wish, if dies { 50 } else { 10_000 }).await;
    let calls = gate.calls();
    gate.cut(None);
    if first.is_none_or(|status| status >= 300) {
        // Whoever got no answer, or a refusal, looks and asks again. Nobody
        // there is as good as having been taken off.
        let again = attempt(&world, id, wish, 10_000).await.unwrap();
        assert!(again < 300 || (wish.method == "DELETE" && again == 404), "{again} {cut:?}");
    }
    let stored = world.stored(id).await;
    let mut log: Vec<String> = world.audited().await.into_iter().map(|(action, ..)| action).collect();
    log.dedup();
    let end = End {
        resident: stored.as_ref().map(|one| serde_json::to_value(&one.value).unwrap()),
        version: stored.map(|one| one.version),
        registered: world.store.residents_count().unwrap(),
        log,
        promises_open: world.store.callbacks().count_open().await.unwrap(),
    };
    (end, calls)
}

/// Reads the version, and asks; `None` when the process died meanwhile.
async fn attempt(world: &World, id: ResidentId, wish: &Wish, patience: u64) -> Option<u16> {
    let version = world.stored(id).await.map_or(0, |one| one.version);
    let etag = format!("\"{version}\"");
    let whole = format!("{}{}", path(id), wish.part);
    let asked = world.change(Group::Operators, (wish.method, &whole), Some(&etag), &wish.body);
    tokio::time::timeout(Duration::from_millis(patience), asked)
        .await
        .ok()
        .map(|answer| answer.status.as_u16())
}

#[tokio::test]
async fn a_change_that_is_interrupted_anywhere_and_asked_again_is_made_once_and_logged() {
    let mut cases = 0;
    for wish in wishes() {
        let (undisturbed, calls) = play(&wish, None).await;
        assert!(calls >= 3, "{} {}", wish.method, wish.part);
        assert_eq!(undisturbed.log.len(), 1);
        for index in 1..=calls {
            for kind in ALL {
                let (mut end, _) = play(&wish, Some((index, kind))).await;
                if wish.method == "DELETE" && end.promises_open == 1 {
                    // Interrupted between the two: the sweep cancels the promise
                    // (see `leaving` among the interruptions of the rehearsal).
                    assert!(index >= 3, "{index} {kind:?}");
                    end.promises_open = 0;
                }
                let what = format!("{} {}, call {index} {kind:?}", wish.method, wish.part);
                assert_eq!(end, undisturbed, "{what}");
                cases += 1;
            }
        }
    }
    assert!(cases >= 75, "{cases}");
}
