//! The loops that run handlers where nobody calls them: they poll a queue, a
//! stream or the clock. The one-machine program and the rehearsal use the same.
//!
//! A loop never ends by itself; whoever runs it drops it.

use crate::bell::Bell;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::topology::{QueueSpec, StreamSpec};
use rollcall_embedded::Store;
use rollcall_host::queue::Surroundings;
use rollcall_host::stream::Progress;
use rollcall_host::{Handler, Periodic, StreamHandler, queue, stream};
use rollcall_ports::{Clock, Inbox, Signal, StreamReader};

/// How long a loop sleeps when there is nothing to do and no bell rings:
/// another process may have put something there.
#[derive(Clone, Copy, Debug)]
pub struct Idle(pub SignedDuration);

/// Reads a queue for ever.
pub async fn queue_loop<H: Handler + ?Sized>(
    handler: &H,
    inbox: &dyn Inbox,
    spec: QueueSpec,
    (bell, idle): (&Bell, Idle),
    around: &Surroundings,
) {
    loop {
        match queue::turn(handler, inbox, spec.batch_size, None, around).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(fault) => failed(handler.name(), &fault, around),
        }
        let now = around.clock.now();
        let visible = inbox.next_visible().await.ok().flatten();
        // Never at once: a message that is visible already was taken by
        // another reader between the two questions.
        let (soonest, latest) = (later(now, SignedDuration::from_millis(10)), later(now, idle.0));
        let wake = visible.unwrap_or(latest).clamp(soonest, latest);
        rest(around.clock.as_ref(), bell, wake).await;
    }
}

/// Reads a shard of a stream for ever. What a turn writes into `store` is one
/// commit, with its checkpoint: a turn that was cut off is done again.
pub async fn stream_loop<H: StreamHandler + ?Sized>(
    handler: &H,
    (reader, shard, store): (&dyn StreamReader, u32, &Store),
    spec: StreamSpec,
    (bell, idle): (&Bell, Idle),
    around: &Surroundings,
) {
    loop {
        let turn = stream::turn(handler, reader, shard, spec.batch_size, around);
        match store.together(turn).await.flatten() {
            Ok(Progress::Idle) => {}
            Ok(Progress::Advanced) => continue,
            Ok(Progress::Stopped) => {
                pause(around).await;
                continue;
            }
            Err(fault) => {
                failed(handler.name(), &fault, around);
                pause(around).await;
                continue;
            }
        }
        rest(around.clock.as_ref(), bell, later(around.clock.now(), idle.0)).await;
    }
}

/// Runs a periodic service at every full `period` of the clock, at once first.
pub async fn timer_loop<P: Periodic + ?Sized>(service: &P, period: SignedDuration, around: &Surroundings) {
    loop {
        if let Err(fault) = service.run().await {
            failed(service.name(), &fault, around);
        }
        let seconds = period.as_secs().max(1);
        let next = (around.clock.now().as_second().div_euclid(seconds) + 1).saturating_mul(seconds);
        around.clock.sleep_until(Timestamp::from_second(next).unwrap_or(Timestamp::MAX)).await;
    }
}

/// Between a turn that failed and the next: long enough not to be a storm,
/// short enough that nobody behind the failing record waits for it.
async fn pause(around: &Surroundings) {
    around.clock.sleep_until(later(around.clock.now(), SignedDuration::from_secs(2))).await;
}

async fn rest(clock: &dyn Clock, bell: &Bell, until: Timestamp) {
    tokio::select! {
        biased;
        () = bell.heard() => {}
        () = clock.sleep_until(until) => {}
    }
}

fn failed(name: &str, fault: &rollcall_ports::Fault, around: &Surroundings) {
    around.signals.emit(&Signal::Retried { source: name.to_owned(), reason: fault.to_string() });
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
