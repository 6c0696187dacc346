use crate::db::{Db, DbError, Durability};
use crate::values::{count, cursor, from_json, int, json, row_before, small};
use async_trait::async_trait;
use rollcall_domain::batch::{Batch, ChunkReport, LineNote, Tally};
use rollcall_domain::ids::BatchId;
use rollcall_ports::{Batches, Cursor, Fault};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;

const PORT: &str = "batches";

/// What became of each upload.
pub(crate) struct Accounts(pub(crate) Arc<Db>);

/// Which notes.
#[derive(Clone, Copy)]
enum Kind {
    Rejection = 0,
    Warning = 1,
}

/// Notes of one line that are told apart; one line never has as many.
const NOTES_OF_A_LINE: u64 = 65_536;

#[async_trait]
impl Batches for Accounts {
    async fn put(&self, batch: &Batch) -> Result<(), Fault> {
        self.0.write(PORT, Durability::Process, |session| {
            session
                .connection
                .prepare_cached(
                    "INSERT INTO batches (id, settled, data) VALUES (?1, ?2, ?3) ON CONFLICT (id)
                     DO UPDATE SET settled = excluded.settled, data = excluded.data
                     WHERE excluded.settled > settled",
                )?
                .execute(params![batch.id.as_uuid().as_bytes(), batch.stage.rank(), json(batch, "batch")?])?;
            Ok(())
        })
    }

    async fn get(&self, id: BatchId) -> Result<Option<(Batch, Tally)>, Fault> {
        self.0.snapshot(PORT, |session| {
            let Some(batch) = find(&session.connection, id)? else { return Ok(None) };
            Ok(Some((batch, tally(&session.connection, id)?)))
        })
    }

    async fn find(&self, id: BatchId) -> Result<Option<Batch>, Fault> {
        self.0.read(PORT, |connection| find(connection, id))
    }

    async fn list(&self, before: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, (Batch, Tally))>, Fault> {
        let before = if before.is_some() { row_before(PORT, before)? } else { i64::MAX };
        self.0.snapshot(PORT, |session| list(&session.connection, before, most))
    }

    async fn chunk_done(&self, id: BatchId, chunk: u32, report: &ChunkReport) -> Result<(), Fault> {
        self.0.write(PORT, Durability::Process, |session| {
            forget_chunk(&session.connection, id, chunk)?;
            store_chunk(&session.connection, id, chunk, report)
        })
    }

    async fn rejections(&self, id: BatchId, after: u64, most: u32) -> Result<Vec<LineNote>, Fault> {
        // After the last note that the line could have.
        let after = after.saturating_add(1).saturating_mul(NOTES_OF_A_LINE).saturating_sub(1);
        let notes = self.0.read(PORT, |connection| notes(connection, id, Kind::Rejection, after, most))?;
        Ok(notes.into_iter().map(|(_, note)| note).collect())
    }

    async fn warnings(&self, id: BatchId, after: u64, most: u32) -> Result<Vec<(u64, LineNote)>, Fault> {
        self.0.read(PORT, |connection| notes(connection, id, Kind::Warning, after, most))
    }
}

fn find(connection: &Connection, id: BatchId) -> Result<Option<Batch>, DbError> {
    let mut statement = connection.prepare_cached("SELECT data FROM batches WHERE id = ?1")?;
    let mut rows = statement.query([id.as_uuid().as_bytes()])?;
    rows.next()?.map(|row| from_json(row, 0, "batch")).transpose()
}

/// The latest uploads, the newest first.
pub(crate) fn recent(connection: &Connection, most: u32) -> Result<Vec<(Batch, Tally)>, DbError> {
    Ok(list(connection, i64::MAX, most)?.into_iter().map(|(_, one)| one).collect())
}

/// A batch in the list, with its place and its account.
type Listed = (Cursor, (Batch, Tally));

fn list(connection: &Connection, before: i64, most: u32) -> Result<Vec<Listed>, DbError> {
    let mut statement = connection
        .prepare_cached("SELECT data, seq FROM batches WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2")?;
    let mut rows = statement.query((before, most))?;
    let mut batches = Vec::new();
    while let Some(row) = rows.next()? {
        let batch: Batch = from_json(row, 0, "batch")?;
        let tally = tally(connection, batch.id)?;
        batches.push((cursor(row, 1)?, (batch, tally)));
    }
    Ok(batches)
}

pub(crate) fn tally(connection: &Connection, id: BatchId) -> Result<Tally, DbError> {
    Ok(connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(loaded), 0), coalesce(sum(already_known), 0),
             coalesce(sum(rejected), 0) FROM chunks WHERE batch = ?1",
        )?
        .query_row([id.as_uuid().as_bytes()], |row| {
            Ok(Tally {
                chunks_done: small(row, 0)?,
                loaded: count(row, 1)?,
                already_known: count(row, 2)?,
                rejected: count(row, 3)?,
            })
        })?)
}

fn forget_chunk(connection: &Connection, id: BatchId, chunk: u32) -> Result<(), DbError> {
    let batch = id.as_uuid().as_bytes();
    let former: Option<(i64, i64)> = connection
        .prepare_cached("DELETE FROM chunks WHERE batch = ?1 AND chunk = ?2 RETURNING first, last")?
        .query_row(params![batch, chunk], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((first, last)) = former {
        connection
            .prepare_cached(
                "DELETE FROM notes WHERE batch = ?1 AND kind IN (0, 1) AND position BETWEEN ?3 AND ?4
                 AND chunk = ?2",
            )?
            .execute(params![batch, chunk, first, last])?;
    }
    Ok(())
}

fn store_chunk(
    connection: &Connection,
    id: BatchId,
    chunk: u32,
    report: &ChunkReport,
) -> Result<(), DbError> {
    let batch = id.as_uuid().as_bytes();
    let mut first = i64::MAX;
    let mut last = 0;
    let mut insert = connection.prepare_cached(
        "INSERT INTO notes (batch, kind, position, chunk, line, field, code, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET chunk = excluded.chunk, line = excluded.line, field = excluded.field,
            code = excluded.code, reason = excluded.reason",
    )?;
    for (kind, notes) in [(Kind::Rejection, &report.rejections), (Kind::Warning, &report.warnings)] {
        for (position, note) in positions(notes) {
            first = first.min(position);
            last = last.max(position);
            insert.execute(params![
                batch,
                kind as i64,
                position,
                chunk,
                int(note.line),
                note.column,
                note.code,
                note.reason
            ])?;
        }
    }
    let rejected = int(u64::try_from(report.rejections.len()).unwrap_or(u64::MAX));
    connection
        .prepare_cached(
            "INSERT INTO chunks (batch, chunk, loaded, already_known, rejected, first, last)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            batch,
            chunk,
            int(report.loaded),
            int(report.already_known),
            rejected,
            first,
            last
        ])?;
    Ok(())
}

/// The position of each note: by line, then in the order of the report.
fn positions(notes: &[LineNote]) -> Vec<(i64, &LineNote)> {
    let mut sorted: Vec<&LineNote> = notes.iter().collect();
    sorted.sort_by_key(|note| note.line);
    let mut before: Option<(u64, u64)> = None;
    let place = |note: &&LineNote| {
        let of_line = match before {
            Some((line, of_line)) if line == note.line => of_line + 1,
            _ => 0,
        };
        before = Some((note.line, of_line));
        int(note.line.saturating_mul(NOTES_OF_A_LINE).saturating_add(of_line))
    };
    let positions: Vec<i64> = sorted.iter().map(place).collect();
    positions.into_iter().zip(sorted).collect()
}

fn notes(
    connection: &Connection,
    id: BatchId,
    kind: Kind,
    after: u64,
    most: u32,
) -> Result<Vec<(u64, LineNote)>, DbError> {
    let mut statement = connection.prepare_cached(
        "SELECT position, line, field, code, reason FROM notes
         WHERE batch = ?1 AND kind = ?2 AND position > ?3 ORDER BY position LIMIT ?4",
    )?;
    let rows =
        statement.query_map(params![id.as_uuid().as_bytes(), kind as i64, int(after), most], |row| {
            let note = LineNote {
                line: count(row, 1)?,
                column: row.get(2)?,
                code: row.get(3)?,
                reason: row.get(4)?,
            };
            Ok((count(row, 0)?, note))
        })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
