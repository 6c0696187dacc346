use super::PORT;
use super::shards::{Got, Listed, Source};
use crate::Aws;
use async_trait::async_trait;
use rollcall_ports::{Checkpoints, Entry, Fault, Sequence, Settled, StreamReader};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Mutex;

/// Reads a stream by polling its shards, for one machine.
///
/// It begins at the oldest record that is kept. What was read and is not
/// settled is held in memory, so that reading it again costs no request. A
/// shard that was split or merged is read to its end and settled before those
/// that came of it give anything. There may be one reader of a stream for one
/// set of checkpoints.
///
/// A shard takes five reads a second (API reference, GetRecords): whoever
/// polls should leave a quarter of a second between two empty answers.
pub struct Reader {
    source: Source,
    checkpoints: Arc<dyn Checkpoints>,
    /// By number, and never taken away: a number means one shard for ever.
    shards: Mutex<Vec<Arc<Shard>>>,
    count: AtomicU32,
}

struct Shard {
    listed: Listed,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What was read and is not settled, in order.
    held: VecDeque<Entry>,
    /// Where reading goes on.
    at: Position,
    /// Whether the checkpoint was looked up.
    begun: bool,
    /// Whether, at its end, the shards that came of it were looked for.
    followed: bool,
    settled: Option<Sequence>,
}

#[derive(Default)]
enum Position {
    /// After the last held record, else after the checkpoint.
    #[default]
    Unknown,
    Iterator(String),
    /// Closed, and read to its end.
    End,
}

/// Empty answers in a row, from a shard that has more, before the caller is
/// answered that there is nothing now.
const EMPTY_ANSWERS: u32 = 5;

impl Reader {
    /// Reads `stream`, by its name, after what is settled.
    ///
    /// # Errors
    /// When the stream does not exist or may not be read.
    pub async fn open(aws: &Aws, stream: &str, checkpoints: Arc<dyn Checkpoints>) -> Result<Self, Fault> {
        let reader = Self {
            source: Source::new(aws, stream),
            checkpoints,
            shards: Mutex::default(),
            count: AtomicU32::new(0),
        };
        reader.look_for_more().await?;
        Ok(reader)
    }

    /// Gives shards that are new a number.
    async fn look_for_more(&self) -> Result<(), Fault> {
        let listed = self.source.list().await?;
        let mut shards = self.shards.lock().await;
        let known: BTreeSet<String> = shards.iter().map(|shard| shard.listed.id.clone()).collect();
        for listed in listed {
            if !known.contains(&listed.id) {
                shards.push(Arc::new(Shard { listed, state: Mutex::default() }));
            }
        }
        self.count.store(u32::try_from(shards.len()).unwrap_or(u32::MAX), Ordering::Release);
        Ok(())
    }

    async fn shard(&self, number: u32) -> Option<Arc<Shard>> {
        let number = usize::try_from(number).ok()?;
        self.shards.lock().await.get(number).cloned()
    }

    /// Whether every shard that this one came from is settled to its end. None
    /// of the parents' locks is held while another is asked for.
    async fn is_its_turn(&self, shard: &Shard) -> bool {
        let known: Vec<Arc<Shard>> = self.shards.lock().await.clone();
        for parent in known.iter().filter(|one| shard.listed.parents.contains(&one.listed.id)) {
            let state = parent.state.lock().await;
            if !(matches!(state.at, Position::End) && state.held.is_empty()) {
                return false;
            }
        }
        true
    }

    /// Reads until `most` records are held, or nothing more is there.
    async fn fill(&self, shard: &Shard, state: &mut State, most: usize) -> Result<(), Fault> {
        let mut empty = 0;
        while state.held.len() < most && empty < EMPTY_ANSWERS {
            let iterator = match &state.at {
                Position::End => break,
                Position::Iterator(iterator) => iterator.clone(),
                Position::Unknown => match self.iterator(shard, state).await? {
                    Some(iterator) => iterator,
                    None => {
                        state.at = Position::End;
                        break;
                    }
                },
            };
            let wanted = u32::try_from(most - state.held.len()).unwrap_or(u32::MAX);
            let page = match self.source.records(&iterator, wanted).await? {
                Got::Page(page) => page,
                Got::Expired => {
                    state.at = Position::Unknown;
                    empty += 1;
                    continue;
                }
            };
            empty += u32::from(page.entries.is_empty());
            state.held.extend(page.entries);
            state.at = page.next.map_or(Position::End, Position::Iterator);
            if page.at_tip {
                break;
            }
        }
        Ok(())
    }

    /// `None` when the shard is no longer kept.
    async fn iterator(&self, shard: &Shard, state: &mut State) -> Result<Option<String>, Fault> {
        if !state.begun {
            state.settled = self.checkpoints.of(&shard.listed.id).await?.map(|settled| settled.sequence);
            state.begun = true;
        }
        let after = state.held.back().map(|entry| &entry.sequence).or(state.settled.as_ref());
        if let Some(iterator) = self.source.iterator(&shard.listed.id, after).await? {
            return Ok(Some(iterator));
        }
        // The same error means that the stream itself is gone; then this fails.
        let kept = self.source.list().await?;
        if kept.iter().any(|listed| listed.id == shard.listed.id) {
            return Err(Fault::Refused { port: PORT, reason: "ResourceNotFoundException".to_owned() });
        }
        Ok(None)
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("source", &self.source).finish_non_exhaustive()
    }
}

#[async_trait]
impl StreamReader for Reader {
    fn shards(&self) -> u32 {
        self.count.load(Ordering::Acquire)
    }

    async fn read(&self, shard: u32, most: u32) -> Result<Vec<Entry>, Fault> {
        let Some(shard) = self.shard(shard).await else { return Ok(Vec::new()) };
        if !self.is_its_turn(&shard).await {
            return Ok(Vec::new());
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut state = shard.state.lock().await;
        let mut filled = self.fill(&shard, &mut state, most).await;
        if filled.is_ok() && matches!(state.at, Position::End) && !state.followed {
            // Nobody who holds the list of shards waits for a shard.
            filled = self.look_for_more().await;
            state.followed = filled.is_ok();
        }
        match filled {
            // What is held does not need the stream.
            Err(fault) if state.held.is_empty() => Err(fault),
            _ => Ok(state.held.iter().take(most).cloned().collect()),
        }
    }

    async fn checkpoint(&self, shard: u32, sequence: &Sequence) -> Result<(), Fault> {
        let Some(shard) = self.shard(shard).await else { return Ok(()) };
        let mut state = shard.state.lock().await;
        let done = state.held.iter().take_while(|entry| entry.sequence <= *sequence).count();
        // Nothing held: it is settled already.
        let Some(last) = done.checked_sub(1).and_then(|last| state.held.get(last)) else { return Ok(()) };
        let settled = Settled { sequence: last.sequence.clone(), arrived_at: last.arrived_at };
        self.checkpoints.settle(&shard.listed.id, &settled).await?;
        state.settled = Some(settled.sequence);
        state.held.drain(..done);
        Ok(())
    }
}
