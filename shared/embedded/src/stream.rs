use crate::db::{Db, DbError, Durability};
use crate::values::{count, int, nanos, replay, time_at};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::topology::StreamSpec;
use rollcall_ports::{
    Checkpoints, Clock, Entry, EvidenceHorizon, Fault, Replay, Sequence, Settled, StreamReader, StreamWriter,
};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;

pub(crate) const NAME: &str = "outcomes";

/// The outcome stream: both ends of it, and how far it has been taken in.
/// Cheap to clone.
#[derive(Clone)]
pub struct Stream {
    db: Arc<Db>,
    clock: Arc<dyn Clock>,
    spec: StreamSpec,
    /// Shards that are read: those of the topology, and any with records from
    /// a topology that had more.
    shards: u32,
}

impl Stream {
    pub(crate) fn new(db: Arc<Db>, clock: Arc<dyn Clock>, spec: StreamSpec, shards: u32) -> Self {
        Self { db, clock, spec, shards }
    }

    /// The numbers of this stream.
    #[must_use]
    pub fn spec(&self) -> StreamSpec {
        self.spec
    }

    /// Appends a copy of a letter. Records commute, so any shard will do.
    pub(crate) fn put_again(&self, data: &[u8], replay: Replay) -> Result<(), Fault> {
        let shard = shard_of(&replay.letter.to_string(), self.spec.shards);
        let now = self.clock.now();
        self.db.write(NAME, Durability::Process, |session| {
            session
                .connection
                .prepare_cached(
                    "INSERT INTO stream (shard, arrived_at, data, replay) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![shard, nanos(now), data, replay.to_string()])?;
            Ok(())
        })
    }

    /// Drops what is past the stream's retention and has been taken in; what
    /// has not been stays for as long as it takes. Returns how many records
    /// that were.
    pub(crate) fn trim(&self, connection: &Connection, now: Timestamp) -> Result<u64, DbError> {
        let kept = SignedDuration::from_hours(i64::from(self.spec.retention_hours));
        let before = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let trimmed = connection
            .prepare_cached(
                "DELETE FROM stream WHERE seq IN (
                    SELECT s.seq FROM checkpoints c JOIN stream s ON s.shard = c.shard AND s.seq <= c.seq
                    WHERE s.arrived_at < ?1)",
            )?
            .execute([nanos(before)])?;
        Ok(u64::try_from(trimmed).unwrap_or(u64::MAX))
    }
}

#[async_trait]
impl StreamWriter for Stream {
    async fn put(&self, partition_key: &str, data: &[u8]) -> Result<(), Fault> {
        let shard = shard_of(partition_key, self.spec.shards);
        let now = self.clock.now();
        self.db.statement(NAME, Durability::Process, |connection| {
            connection
                .prepare_cached("INSERT INTO stream (shard, arrived_at, data) VALUES (?1, ?2, ?3)")?
                .execute(params![shard, nanos(now), data])?;
            Ok(())
        })
    }
}

#[async_trait]
impl StreamReader for Stream {
    fn shards(&self) -> u32 {
        self.shards
    }

    async fn read(&self, shard: u32, most: u32) -> Result<Vec<Entry>, Fault> {
        self.db.read(NAME, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT seq, arrived_at, data, replay FROM stream WHERE shard = ?1
                 AND seq > coalesce((SELECT seq FROM checkpoints WHERE shard = ?1), 0) ORDER BY seq LIMIT ?2",
            )?;
            let rows = statement.query_map((shard, most), |row| {
                Ok(Entry {
                    sequence: count(row, 0)?.into(),
                    arrived_at: time_at(row, 1)?,
                    data: row.get(2)?,
                    replay: replay(row, 3)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    async fn checkpoint(&self, shard: u32, sequence: &Sequence) -> Result<(), Fault> {
        let sequence: u64 = sequence
            .as_str()
            .parse()
            .map_err(|_| Fault::Refused { port: NAME, reason: "a place that is not ours".to_owned() })?;
        self.db.statement(NAME, Durability::Process, |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO checkpoints (shard, seq) VALUES (?1, ?2)
                     ON CONFLICT DO UPDATE SET seq = excluded.seq WHERE excluded.seq > seq",
                )?
                .execute(params![shard, int(sequence)])?;
            Ok(())
        })
    }
}

#[async_trait]
impl EvidenceHorizon for Stream {
    async fn horizon(&self, now: Timestamp) -> Result<Timestamp, Fault> {
        self.db.read(NAME, |connection| {
            let mut oldest = now;
            for shard in 0..self.shards {
                // Of all that wait, not of the first: the clock may have been
                // put back between two arrivals.
                let waits: Option<i64> = connection
                    .prepare_cached(
                        "SELECT min(arrived_at) FROM stream WHERE shard = ?1
                         AND seq > coalesce((SELECT seq FROM checkpoints WHERE shard = ?1), 0)",
                    )?
                    .query_row([shard], |row| row.get(0))?;
                oldest = waits.map_or(oldest, |waits| oldest.min(crate::values::time(waits)));
            }
            Ok(oldest)
        })
    }
}

/// How far a stream of others, such as a Kinesis stream that is polled, is
/// settled.
pub(crate) struct Progress(pub(crate) Arc<Db>);

#[async_trait]
impl Checkpoints for Progress {
    async fn of(&self, shard: &str) -> Result<Option<Settled>, Fault> {
        self.0.read(NAME, |connection| {
            Ok(connection
                .prepare_cached("SELECT sequence, arrived_at FROM settled WHERE shard = ?1")?
                .query_row([shard], |row| {
                    let sequence = Sequence::new(&row.get::<_, String>(0)?);
                    Ok(Settled { sequence, arrived_at: time_at(row, 1)? })
                })
                .optional()?)
        })
    }

    async fn settle(&self, shard: &str, settled: &Settled) -> Result<(), Fault> {
        self.0.statement(NAME, Durability::Process, |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO settled (shard, sequence, arrived_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET sequence = excluded.sequence, arrived_at = excluded.arrived_at
                     WHERE (length(ltrim(excluded.sequence, '0')), ltrim(excluded.sequence, '0'))
                         > (length(ltrim(sequence, '0')), ltrim(sequence, '0'))",
                )?
                .execute(params![shard, settled.sequence.as_str(), nanos(settled.arrived_at)])?;
            Ok(())
        })
    }
}

/// How many shards must be read: at least `spec` says, and all that hold
/// records.
pub(crate) fn shards(connection: &Connection, spec: StreamSpec) -> Result<u32, rusqlite::Error> {
    let highest: Option<u32> = connection.query_row("SELECT max(shard) FROM stream", [], |row| row.get(0))?;
    Ok(spec.shards.max(highest.map_or(0, |shard| shard.saturating_add(1))))
}

/// Records that have not been taken in.
pub(crate) fn waiting(connection: &Connection) -> Result<u64, DbError> {
    Ok(connection
        .prepare_cached(
            "SELECT count(*) FROM stream s
             WHERE seq > coalesce((SELECT seq FROM checkpoints c WHERE c.shard = s.shard), 0)",
        )?
        .query_row([], |row| count(row, 0))?)
}

/// FNV-1a: the same on every machine and in every version, so that records of
/// one key stay in one shard.
fn shard_of(partition_key: &str, shards: u32) -> u32 {
    let hash = partition_key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // Less than a u32, so this cannot fail.
    u32::try_from(hash % u64::from(shards.max(1))).unwrap_or(0)
}
