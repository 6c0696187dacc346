//! One message at a time, whoever polls.

use crate::{Handler, Verdict};
use jiff::{SignedDuration, Timestamp};
use rollcall_ports::{Clock, DeadLetter, DeadLetters, Fault, Inbox, Received, Replay, Signal, Signals};
use std::sync::Arc;

/// What every delivery needs besides the handler.
#[derive(Clone)]
pub struct Surroundings {
    /// Where messages are set aside.
    pub letters: Arc<dyn DeadLetters>,
    /// Where happenings go.
    pub signals: Arc<dyn Signals>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// What is to be done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Settlement {
    /// It is applied or parked.
    Delete,
    /// The queue hands it out again by itself.
    Leave,
    /// Hand it out again after this.
    RetryAfter(SignedDuration),
}

/// Delivers one message and says what is to be done with it. A crash at any
/// point leaves the message on its queue.
pub async fn deliver<H: Handler + ?Sized>(
    handler: &H,
    source: &str,
    message: &Received,
    around: &Surroundings,
) -> Settlement {
    let verdict = match handler.decode(&message.body) {
        Ok(input) => handler.handle(input).await,
        Err(reason) => Ok(Verdict::Poison(reason)),
    };
    match verdict {
        Ok(Verdict::Done) => done(source, message.replay, around).await,
        Ok(Verdict::Retry { after, reason }) => {
            retried(source, reason.to_owned(), around);
            after.map_or(Settlement::Leave, Settlement::RetryAfter)
        }
        Ok(Verdict::Poison(reason)) => {
            let letter = DeadLetter {
                source: source.to_owned(),
                message_id: message.id.clone(),
                reason: reason.clone(),
                handler: handler.name().to_owned(),
                parked_at: around.clock.now(),
                receives: message.receives,
                body: message.body.clone().into_bytes(),
                replay: message.replay,
            };
            match around.letters.park(&letter).await {
                Ok(()) => {
                    around.signals.emit(&Signal::Parked { source: source.to_owned(), reason });
                    Settlement::Delete
                }
                Err(fault) => {
                    retried(source, fault.to_string(), around);
                    Settlement::Leave
                }
            }
        }
        Err(fault) => {
            retried(source, fault.to_string(), around);
            Settlement::Leave
        }
    }
}

/// A copy of a dead letter is gone only after the letter says that it was
/// applied; should that fail, it comes again and finds its work done.
async fn done(source: &str, replay: Option<Replay>, around: &Surroundings) -> Settlement {
    let Some(replay) = replay else { return Settlement::Delete };
    match around.letters.applied(replay, around.clock.now()).await {
        Ok(()) => Settlement::Delete,
        Err(fault) => {
            retried(source, fault.to_string(), around);
            Settlement::Leave
        }
    }
}

fn retried(source: &str, reason: String, around: &Surroundings) {
    around.signals.emit(&Signal::Retried { source: source.to_owned(), reason });
}

/// One turn of a poller: receives up to `most` messages and delivers each,
/// settling it at once, until `deadline`. Returns how many were received.
///
/// # Errors
/// When nothing could be received.
pub async fn turn<H: Handler + ?Sized>(
    handler: &H,
    inbox: &dyn Inbox,
    most: u32,
    deadline: Option<Timestamp>,
    around: &Surroundings,
) -> Result<usize, Fault> {
    let messages = inbox.receive(most).await?;
    for message in &messages {
        if deadline.is_some_and(|deadline| around.clock.now() >= deadline) {
            // What is left becomes visible again by itself.
            break;
        }
        let settled = match deliver(handler, inbox.name(), message, around).await {
            Settlement::Delete => inbox.delete(&message.receipt).await,
            Settlement::RetryAfter(after) => inbox.retry_after(&message.receipt, after).await,
            Settlement::Leave => Ok(()),
        };
        if let Err(fault) = settled {
            // It comes again and finds its work done.
            retried(inbox.name(), fault.to_string(), around);
        }
    }
    Ok(messages.len())
}
