//! The operator of a rehearsal, who stops dialing now and then and looks after
//! the switch when it tripped; and a Connect whose setup somebody broke.

use crate::properties::ask;
use crate::scenario::{Faults, ScenarioError};
use crate::world::World;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::ids::ContactId;
use rollcall_domain::pace::Staffing;
use rollcall_domain::switch::{Hand, Standing};
use rollcall_ports::{AuditEntry, CallOrder, Clock, Described, Fault, Rejection, Started, Telephony};
use rollcall_recording::switch::{Lever, Turned};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often the operator looks whether dialing stopped by itself.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// From a stop on, this long may pass until nothing dials: one tick.
const TICK: SignedDuration = SignedDuration::from_mins(1);

/// Starts what stopped by itself; what the operator stopped is theirs to start.
pub(crate) async fn look_after(world: Rc<World>) {
    loop {
        world.sleep(LOOKS_EVERY).await;
        let Ok(dialing) = lever(&world).look().await else { continue };
        if matches!(dialing.standing(), Standing::Tripped(_)) {
            start(&world, dialing.change).await;
        }
    }
}

/// Stops dialing for a while now and then, as long as there is trouble: of what
/// is done in the last minute nobody could be told before the end.
pub(crate) async fn stop_now_and_then(world: Rc<World>, faults: Faults) {
    if faults == Faults::None {
        return;
    }
    loop {
        world.sleep(SignedDuration::from_mins(90) + world.trouble.seconds(4 * 3600)).await;
        if !world.trouble.is_active() {
            return;
        }
        let Ok(hand) = hand(&world) else { return };
        let Ok(Turned::Done(dialing)) = lever(&world).stop(&hand).await else { continue };
        world.sleep(SignedDuration::from_mins(3) + world.trouble.seconds(30 * 60)).await;
        start(&world, dialing.change).await;
    }
}

async fn start(world: &World, seen: u64) {
    if let Ok(hand) = hand(world) {
        // Whoever is late finds it running, or looks again.
        drop(lever(world).start(&hand, seen).await);
    }
}

/// The portal of the operator: behind no gate, since an operator who gets no
/// answer asks again.
fn lever(world: &World) -> Lever {
    Lever { switch: world.store.switch(), audit: world.store.audit() }
}

fn hand(world: &World) -> Result<Hand, rollcall_domain::staff::Refusal> {
    Hand::new("operator", world.clock.now(), "a rehearsal")
}

/// When nobody may have been called: from a tick after each stop or trip until
/// a person started dialing again. By the audit log, which is told of each.
pub(crate) fn quiet_times(world: &World) -> Result<Vec<(Timestamp, Timestamp)>, ScenarioError> {
    let (mut quiet, mut since) = (Vec::new(), None);
    for (at, action) in turns(world)? {
        match (action.as_str(), since) {
            ("dialing.stop" | "dialing.trip", None) => since = Some(at),
            ("dialing.start", Some(stopped)) => {
                quiet.push((stopped + TICK, at));
                since = None;
            }
            _ => {}
        }
    }
    quiet.extend(since.map(|stopped: Timestamp| (stopped + TICK, Timestamp::MAX)));
    Ok(quiet)
}

/// How often dialing stopped by itself, and how often a person stopped it.
pub(crate) fn stops(world: &World) -> Result<(u64, u64), ScenarioError> {
    let turns = turns(world)?;
    let count = |wanted: &str| turns.iter().filter(|(_, action)| action == wanted).count() as u64;
    Ok((count("dialing.trip"), count("dialing.stop")))
}

/// What the audit log has of the switch, in the order of its changes.
fn turns(world: &World) -> Result<Vec<(Timestamp, String)>, ScenarioError> {
    let entries = ask(world.store.audit().list(None, u32::MAX))?;
    let number =
        |entry: &AuditEntry| entry.key.strip_prefix("dialing/").and_then(|text| text.parse::<u64>().ok());
    let mut turns: Vec<_> = entries
        .into_iter()
        .filter_map(|(_, entry)| Some((number(&entry)?, (entry.at, entry.action))))
        .collect();
    turns.sort_unstable();
    Ok(turns.into_iter().map(|(_, turn)| turn).collect())
}

/// Connect; for some time it says that it knows no such instance.
pub(crate) struct Misconfigured<T> {
    pub(crate) inner: T,
    pub(crate) between: Option<(Timestamp, Timestamp)>,
    pub(crate) clock: Arc<dyn Clock>,
    /// How often it said so of a call.
    pub(crate) refused: Arc<AtomicU64>,
}

#[async_trait]
impl<T: Telephony> Telephony for Misconfigured<T> {
    async fn start(&self, order: &CallOrder) -> Result<Started, Fault> {
        let now = self.clock.now();
        if self.between.is_some_and(|(from, until)| from <= now && now < until) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            let code = "ResourceNotFoundException".to_owned();
            return Ok(Started::Rejected(Rejection::Misconfigured(code)));
        }
        self.inner.start(order).await
    }

    async fn staffing(&self) -> Result<Staffing, Fault> {
        self.inner.staffing().await
    }

    async fn describe(&self, contact: &ContactId) -> Result<Described, Fault> {
        self.inner.describe(contact).await
    }

    async fn stop(&self, contact: &ContactId) -> Result<(), Fault> {
        self.inner.stop(contact).await
    }
}
