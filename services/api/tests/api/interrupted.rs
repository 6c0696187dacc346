//! Every interruption of a change: each call of a port lost before or after its
//! effect, throttled, or the last thing that the process did. Whoever asked
//! asks again as a portal does, after reading; the end is the same as if
//! nothing had happened, with no change that the log does not have.

use crate::people::path;
use crate::support::World;
use rollcall_domain::attempt::Key;
use rollcall_domain::group::Group;
use rollcall_domain::ids::ResidentId;
use rollcall_ports::suite::gate::{Cut, Gate, Gated, Kind};
use rollcall_ports::{Audit, Callbacks, Residents};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

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
    let dies = cut.is_some_and(|(_, kind)| kind.is_crash());
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
            for kind in Kind::ALL {
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
