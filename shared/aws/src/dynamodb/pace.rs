//! The limiter over all dialers together: one item, which holds the state of
//! `rollcall_domain::pace`.

use super::consumed::Operation;
use super::item::{from_json, item, json, number, read_number, text};
use super::read::key;
use super::schema::CONTROL;
use super::write::{Write, Written};
use super::{Dynamo, back_off};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::ids::AttemptId;
use rollcall_domain::pace::{Grant, Limits, PaceState};
use rollcall_ports::{Fault, Versioned};

const PORT: &str = "pace";
const RESERVE: Operation = Operation { port: PORT, name: "reserve" };
const RELEASE: Operation = Operation { port: PORT, name: "release" };
const BACK_OFF: Operation = Operation { port: PORT, name: "back_off" };
const IN_FLIGHT: Operation = Operation { port: PORT, name: "in_flight" };

/// The key of the item.
const NAME: &str = "pace";

/// How often a change is tried while others change the item too. One of all
/// who try at once succeeds, so that even twenty who begin together are done
/// long before.
const TRIES: u32 = 16;
/// The limiter of all dialers that use the same tables.
#[derive(Clone, Debug)]
pub struct Pace(Dynamo);

impl Pace {
    /// The limiter in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }

    async fn load(&self, operation: Operation) -> Result<Versioned<PaceState>, Fault> {
        let Some(item) = self.0.get(operation, &CONTROL, key(&CONTROL, text(NAME))).await? else {
            return Ok(Versioned::new(PaceState::default()));
        };
        Ok(Versioned { value: from_json(PORT, &item)?, version: read_number(PORT, &item, "version")? })
    }

    /// Decides by the state as it is, and writes what was decided if nobody
    /// wrote in between. `change` answers, and whether there is something to
    /// write: whoever must wait pays for reading only.
    ///
    /// A write whose answer is lost may be repeated by the SDK and then find
    /// itself: the decision is made anew, and a turn is given away at most,
    /// never one too many taken.
    async fn change<T>(
        &self,
        operation: Operation,
        change: impl Fn(&mut PaceState) -> (T, bool),
    ) -> Result<T, Fault> {
        for tries in 1..=TRIES {
            let Versioned { mut value, version } = self.load(operation).await?;
            let (answer, changed) = change(&mut value);
            if !changed {
                return Ok(answer);
            }
            let next = item([
                (CONTROL.partition.name, text(NAME)),
                ("version", number(version + 1)),
                ("data", json(PORT, &value)?),
            ]);
            let write = Write::put(CONTROL, next).only_if_version(version);
            if self.0.write(operation, write).await? == Written::Done {
                return Ok(answer);
            }
            back_off(tries).await;
        }
        Err(Fault::Throttled(PORT))
    }
}

#[async_trait]
impl rollcall_ports::Pace for Pace {
    async fn reserve(&self, attempt: AttemptId, now: Timestamp, limits: Limits) -> Result<Grant, Fault> {
        self.change(RESERVE, |state| {
            let grant = state.reserve(attempt, now, &limits);
            (grant, matches!(grant, Grant::At(_)))
        })
        .await
    }

    async fn release(&self, attempt: AttemptId) -> Result<(), Fault> {
        self.change(RELEASE, |state| ((), state.release(attempt))).await
    }

    async fn back_off(&self, until: Timestamp, limits: Limits) -> Result<(), Fault> {
        self.change(BACK_OFF, |state| {
            let before = state.next;
            state.back_off(until, &limits);
            ((), state.next != before)
        })
        .await
    }

    async fn in_flight(&self, now: Timestamp) -> Result<u32, Fault> {
        Ok(self.load(IN_FLIGHT).await?.value.in_flight(now))
    }
}
