//! What batches from queues and streams have in common.

use super::{Invocation, refused};
use crate::queue::Surroundings;
use jiff::{SignedDuration, Timestamp};
use rollcall_ports::{Clock, DeadLetter, Fault, Signal};
use serde_json::{Value, json};

/// The records of an event, each as it came: one that cannot be read must not
/// hide its neighbours.
///
/// # Errors
/// When this is no event with records.
pub(super) fn records(event: Value) -> Result<Vec<Value>, Fault> {
    let Value::Object(mut event) = event else { return Err(refused("expected an event with records")) };
    match event.remove("Records") {
        Some(Value::Array(records)) => Ok(records),
        _ => Err(refused("expected an event with records")),
    }
}

/// The id of a record that must come again.
pub(super) struct Left(pub(super) String);

/// What Lambda is told: which records are not settled.
pub(super) fn answer(left: &[Left]) -> Value {
    let failures: Vec<Value> = left.iter().map(|Left(id)| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": failures })
}

/// How much of an invocation's time is for what. Its limit ends the process:
/// what was being done would be interrupted, and what was done not answered.
pub(super) struct Window {
    /// The time limits of the handlers leave room for two of the longest
    /// records, so the second half is for the last that was begun.
    last_start: Timestamp,
    /// What is not done then is left, so that the answer still goes out.
    end: Timestamp,
}

/// For the answer.
const SPARE: SignedDuration = SignedDuration::from_millis(500);

impl Window {
    pub(super) fn of(invocation: &Invocation, now: Timestamp) -> Self {
        let time = invocation.deadline.duration_since(now);
        let after = |by: SignedDuration| now.checked_add(by).unwrap_or(Timestamp::MAX);
        Self { last_start: after(time / 2), end: after(time.saturating_sub(SPARE)) }
    }

    /// Whether another record may be begun.
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        now < self.last_start
    }

    /// The outcome of `work`, if it ends in time.
    pub(super) async fn within<T>(&self, clock: &dyn Clock, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = clock.sleep_until(self.end) => None,
        }
    }
}

/// A record that is not of the form its source gives to records.
pub(super) struct Odd<'a> {
    pub(super) record: &'a Value,
    pub(super) id: Option<&'a Value>,
    pub(super) index: usize,
    pub(super) invocation: &'a Invocation,
}

/// Sets an odd record aside as it came; answers whether that worked.
pub(super) async fn park((source, handler): (&str, &str), odd: &Odd<'_>, around: &Surroundings) -> bool {
    let reason = "the record is not of the form that its source gives to records".to_owned();
    let own = || format!("{}/{}", odd.invocation.id, odd.index);
    let letter = DeadLetter {
        source: source.to_owned(),
        message_id: odd.id.and_then(Value::as_str).map_or_else(own, str::to_owned),
        reason: reason.clone(),
        handler: handler.to_owned(),
        parked_at: around.clock.now(),
        receives: 1,
        body: odd.record.to_string().into_bytes(),
        replay: None,
    };
    let signal = match around.letters.park(&letter).await {
        Ok(()) => Signal::Parked { source: source.to_owned(), reason },
        Err(fault) => Signal::Retried { source: source.to_owned(), reason: fault.to_string() },
    };
    around.signals.emit(&signal);
    matches!(signal, Signal::Parked { .. })
}
