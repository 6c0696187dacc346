//! The records of a shard, in order, up to the first that cannot be settled.

use crate::queue::Surroundings;
use crate::{StreamHandler, Verdict};
use rollcall_ports::{DeadLetter, Fault, Replay, Signal, StreamReader};

/// One turn of a poller: reads up to `most` records of `shard`, delivers them
/// in order, parks what can never be applied, stops at the first that must
/// come again, and moves the checkpoint. A crash before the checkpoint brings the same records again.
///
/// # Errors
/// When the stream could not be read or the checkpoint not written.
pub async fn turn<H: StreamHandler + ?Sized>(
    handler: &H,
    reader: &dyn StreamReader,
    shard: u32,
    most: u32,
    around: &Surroundings,
) -> Result<Progress, Fault> {
    let entries = reader.read(shard, most).await?;
    let mut settled = None;
    for entry in &entries {
        let id = format!("{shard}/{}", entry.sequence);
        if !deliver(handler, &id, (&entry.data, entry.replay), around).await {
            break;
        }
        settled = Some(&entry.sequence);
    }
    if let Some(sequence) = settled {
        reader.checkpoint(shard, sequence).await?;
    }
    Ok(match entries.last() {
        None => Progress::Idle,
        Some(last) if settled == Some(&last.sequence) => Progress::Advanced,
        Some(_) => Progress::Stopped,
    })
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Progress {
    /// There was nothing.
    Idle,
    /// Everything that was read is settled.
    Advanced,
    /// A record must come again before the shard can go on.
    Stopped,
}

/// The name of the stream in signals and dead letters.
pub const SOURCE: &str = "outcomes";

/// Delivers one record, and says which copy of a dead letter it is, where it
/// is one; returns whether it is settled: applied, or parked.
pub async fn deliver<H: StreamHandler + ?Sized>(
    handler: &H,
    id: &str,
    (data, replay): (&[u8], Option<Replay>),
    around: &Surroundings,
) -> bool {
    let reason = match handler.handle(data).await {
        Ok(Verdict::Done) => match settled(replay, around).await {
            Ok(()) => return true,
            Err(fault) => fault.to_string(),
        },
        Ok(Verdict::Retry { reason, .. }) => reason.to_owned(),
        Err(fault) => fault.to_string(),
        Ok(Verdict::Poison(reason)) => {
            let letter = DeadLetter {
                source: SOURCE.to_owned(),
                message_id: id.to_owned(),
                reason: reason.clone(),
                handler: handler.name().to_owned(),
                parked_at: around.clock.now(),
                receives: 1,
                body: data.to_vec(),
                replay,
            };
            match around.letters.park(&letter).await {
                Ok(()) => {
                    around.signals.emit(&Signal::Parked { source: SOURCE.to_owned(), reason });
                    return true;
                }
                Err(fault) => fault.to_string(),
            }
        }
    };
    around.signals.emit(&Signal::Retried { source: SOURCE.to_owned(), reason });
    false
}

/// A copy of a dead letter is settled only after the letter says so.
async fn settled(replay: Option<Replay>, around: &Surroundings) -> Result<(), Fault> {
    match replay {
        Some(replay) => around.letters.applied(replay, around.clock.now()).await,
        None => Ok(()),
    }
}
