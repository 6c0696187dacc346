//! Every interruption of a deed at the desk: each call of a port lost before or
//! after its effect, throttled, or the last thing that the process did. Whoever
//! asked reads and asks again; the end is the same as if nothing had happened.
//! Whoever does not ask again leaves what the sweep finds.

use crate::desk::{JOE, callback_path};
use crate::line::{Leg, Line};
use crate::support::World;
use rollcall_domain::callback::{Callback, Try};
use rollcall_domain::ids::CallbackId;
use rollcall_domain::policy::Policy;
use rollcall_ports::suite::gate::{Cut, Gate, Gated, Kind};
use rollcall_ports::{Audit, Callbacks, Clock, Residents, Telephony};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// One deed, on a promise of which this is known.
struct Wish {
    method: &'static str,
    part: &'static str,
    body: Value,
    /// Taken by the caller before.
    taken: bool,
    /// Connect's record says that the resident was spoken to.
    recorded: bool,
}

fn wishes() -> Vec<Wish> {
    let wish = |method, part, body| Wish { method, part, body, taken: false, recorded: false };
    let not_spoken = json!({"disposition": "no_answer", "contact_id": "leg", "notes": "rang twice"});
    vec![
        wish("POST", "/take", json!({})),
        Wish { taken: true, ..wish("DELETE", "/take", json!({})) },
        wish("PUT", "/raised", json!({"raised": true})),
        wish("POST", "/cancel", json!({"reason": "duplicate"})),
        wish("POST", "/complete", not_spoken.clone()),
        Wish { recorded: true, ..wish("POST", "/complete", not_spoken) },
        Wish { taken: true, ..wish("POST", "/complete", json!({"disposition": "helped", "notes": "fine"})) },
        Wish { taken: true, ..wish("POST", "/complete", json!({"disposition": "wrong_person"})) },
    ]
}

/// How a wish ended.
#[derive(Debug, PartialEq)]
struct End {
    callback: Callback,
    resident: Value,
    line: Vec<Leg>,
    log: BTreeSet<String>,
    open: u64,
    to_review: Vec<CallbackId>,
}

/// Makes the wish with this cut, and again if it was not answered well and
/// `asks_again`; answers how it ended, how many calls the first try made, and
/// whether the sweep has something left to do.
async fn play(wish: &Wish, cut: Cut, asks_again: bool) -> (End, usize, bool) {
    let (gate, line) = (Gate::default(), Line::default());
    let world = World::without_accounts(|api| {
        line.put_into(api);
        api.residents = Arc::new(Gated::<dyn Residents>(Arc::clone(&api.residents), gate.clone()));
        api.callbacks = Arc::new(Gated::<dyn Callbacks>(Arc::clone(&api.callbacks), gate.clone()));
        api.audit = Arc::new(Gated::<dyn Audit>(Arc::clone(&api.audit), gate.clone()));
        api.telephony = Arc::new(Gated::<dyn Telephony>(Arc::clone(&api.telephony), gate.clone()));
    });
    let (resident, id) = world.waiting(1, "leg", &line).await;
    if wish.taken {
        assert_eq!(world.deed(JOE, ("POST", "/take"), id, json!({})).await.status, 200);
    }
    if wish.recorded {
        world.record_of(id, "leg", Try::SpokenTo(world.clock.now())).await;
    }
    gate.cut(cut);
    let dies = cut.is_some_and(|(_, kind)| kind.is_crash());
    let first = attempt(&world, id, wish, if dies { 50 } else { 10_000 }).await;
    let calls = gate.calls();
    gate.cut(None);
    if asks_again && first.is_none_or(|status| status >= 300) {
        let again = attempt(&world, id, wish, 10_000).await;
        assert_eq!(again, Some(200), "{} {} {cut:?}", wish.method, wish.part);
    }
    let callback = world.promise(id).await.value;
    let later = world.clock.now() + jiff::SignedDuration::from_mins(1);
    let to_review = world.store.callbacks().to_review(later, 9).await.unwrap();
    let swept_next = callback.unsettled && to_review == [id];
    let log = world.audited().await.into_iter().map(|(action, _, detail)| format!("{action} {detail}"));
    let end = End {
        resident: serde_json::to_value(&world.stored(resident).await.unwrap().value).unwrap(),
        callback,
        line: line.legs(),
        log: log.collect(),
        open: world.store.callbacks().count_open().await.unwrap(),
        to_review,
    };
    (end, calls, swept_next)
}

/// Reads the version, and asks; `None` when the process died meanwhile.
async fn attempt(world: &World, id: CallbackId, wish: &Wish, patience: u64) -> Option<u16> {
    let etag = format!("\"{}\"", world.promise(id).await.version);
    let path = callback_path(id, wish.part);
    let asked = world.deed_for(&etag, JOE, (wish.method, &path), wish.body.clone());
    let answer = tokio::time::timeout(Duration::from_millis(patience), asked).await.ok()?;
    Some(answer.status.as_u16())
}

#[tokio::test(start_paused = true)]
async fn a_deed_that_is_interrupted_anywhere_and_asked_again_is_done_once_and_logged() {
    let mut cases = 0;
    for wish in wishes() {
        let (undisturbed, calls, _) = play(&wish, None, true).await;
        let what = format!("{} {}", wish.method, wish.part);
        assert!(calls >= 4, "{what}: {calls}");
        assert!(!undisturbed.callback.unsettled && undisturbed.to_review.is_empty(), "{what}");
        for index in 1..=calls {
            for kind in Kind::ALL {
                let (end, ..) = play(&wish, Some((index, kind)), true).await;
                assert_eq!(end, undisturbed, "{what}, call {index} {kind:?}");
                cases += 1;
            }
        }
    }
    assert!(cases >= 250, "{cases}");
}

/// Of a deed that was interrupted, and whose author went home, either nothing
/// happened, or all of it, or the sweep finds the rest within the minute.
#[tokio::test(start_paused = true)]
async fn what_an_interruption_leaves_is_found_by_the_sweep() {
    let mut found = 0;
    for wish in wishes() {
        let (undisturbed, calls, _) = play(&wish, None, true).await;
        let (untouched, ..) = play(&wish, Some((1, Kind::LostBefore)), false).await;
        for index in 1..=calls {
            for kind in [Kind::CrashBefore, Kind::CrashAfter, Kind::LostAfter] {
                let (end, _, swept_next) = play(&wish, Some((index, kind)), false).await;
                let what = format!("{} {}, call {index} {kind:?}", wish.method, wish.part);
                let nothing = end.callback == untouched.callback && end.line == untouched.line;
                let all = end == undisturbed;
                assert!(nothing || all || swept_next, "{what}: {end:?}");
                found += usize::from(swept_next);
                let owed = end.callback.state(&Policy::default()).is_owed();
                assert!(swept_next || owed != end.resident["callback"].is_null(), "{what}: {end:?}");
            }
        }
    }
    assert!(found >= 20, "{found}");
}
