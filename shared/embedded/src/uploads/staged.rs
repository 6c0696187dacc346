//! Files between the offer of a place and their loading. Loading names the same
//! bytes under another key, so that none are copied.

use super::{ABANDONED_AFTER, PORT, UploadStore, arrived, put, record, upload};
use crate::db::{DbError, Durability};
use crate::values::{count, int, nanos, time_at};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_contracts::upload::{loaded_key, staged_key};
use rollcall_domain::ids::UploadId;
use rollcall_ports::{Deposits, Fault, Intake, Offer, Pieces, Released, Slot, Staged, Taken};
use rusqlite::{Connection, OptionalExtension, params};
use std::io;

/// The file that was put into a place.
pub(super) fn file(connection: &Connection, id: UploadId) -> Result<Option<(i64, u64)>, DbError> {
    Ok(connection
        .prepare_cached("SELECT file, size FROM staged WHERE id = ?1 AND file IS NOT NULL")?
        .query_row([id.as_uuid().as_bytes()], |row| Ok((row.get(0)?, count(row, 1)?)))
        .optional()?)
}

#[async_trait]
impl Deposits for UploadStore {
    async fn offer(&self, offer: &Offer) -> Result<Slot, Fault> {
        let Offer { id, file_name, by, most, until } = offer;
        self.db.write(PORT, Durability::Process, |session| {
            session
                .connection
                .prepare_cached(
                    "INSERT INTO staged (id, file_name, offered_by, most, until) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![id.as_uuid().as_bytes(), file_name, by, int(*most), nanos(*until)])?;
            Ok(Slot::Here)
        })
    }

    async fn staged(&self, id: UploadId) -> Result<Option<Staged>, Fault> {
        self.db.read(PORT, |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT file, size, file_name, offered_by FROM staged
                     WHERE id = ?1 AND file IS NOT NULL",
                )?
                .query_row([id.as_uuid().as_bytes()], |row| {
                    Ok(Staged {
                        upload: upload(&staged_key(id), row.get(0)?),
                        size: count(row, 1)?,
                        file_name: row.get(2)?,
                        by: row.get(3)?,
                    })
                })
                .optional()?)
        })
    }

    async fn release(&self, id: UploadId) -> Result<Released, Fault> {
        let (key, now) = (loaded_key(id), self.clock.now());
        self.db.write(PORT, Durability::Power, |session| {
            let connection = &session.connection;
            if put(connection, &key)?.is_some() {
                return Ok(Released::Done);
            }
            let Some((number, size)) = file(connection, id)? else { return Ok(Released::Missing) };
            record(connection, &arrived(&key, number, size), number, now)?;
            Ok(Released::Done)
        })
    }
}

#[async_trait]
impl Intake for UploadStore {
    async fn take(&self, id: UploadId, pieces: &mut dyn Pieces) -> Result<Taken, Fault> {
        let most = match self.place(id)? {
            Ok(most) => most,
            Err(taken) => return Ok(taken),
        };
        let number = self.begin()?;
        let taken = self.write_pieces(number, most, pieces).await;
        let taken = match taken {
            Ok(Taken::Done(size)) => self.keep(id, number, size),
            other => other,
        };
        if !matches!(taken, Ok(Taken::Done(_))) {
            self.files.remove(number);
        }
        taken
    }
}

impl UploadStore {
    /// How much a place takes, or why nothing.
    fn place(&self, id: UploadId) -> Result<Result<u64, Taken>, Fault> {
        let now = self.clock.now();
        self.db.read(PORT, |connection| {
            if put(connection, &loaded_key(id))?.is_some() {
                return Ok(Err(Taken::Released));
            }
            let most = connection
                .prepare_cached("SELECT most, until FROM staged WHERE id = ?1")?
                .query_row([id.as_uuid().as_bytes()], |row| Ok((count(row, 0)?, time_at(row, 1)?)))
                .optional()?;
            Ok(most.filter(|(_, until)| now < *until).map(|(most, _)| most).ok_or(Taken::NotOffered))
        })
    }

    async fn write_pieces(&self, number: i64, most: u64, pieces: &mut dyn Pieces) -> Result<Taken, Fault> {
        let unwritten = |error: io::Error| Fault::Refused {
            port: PORT,
            reason: format!("a file cannot be written: {}", error.kind()),
        };
        let mut writing = self.db.step_aside(|| self.files.begin(number)).map_err(unwritten)?;
        let mut size = 0_u64;
        loop {
            let piece = match pieces.next().await {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(_) => return Ok(Taken::Broken),
            };
            size = size.saturating_add(piece.len() as u64);
            if size > most {
                return Ok(Taken::TooLarge);
            }
            self.db.step_aside(|| writing.add(&piece)).map_err(unwritten)?;
        }
        self.db.step_aside(|| writing.finish()).map_err(unwritten)?;
        Ok(Taken::Done(size))
    }

    /// Makes a file that was written the one of its place.
    fn keep(&self, id: UploadId, number: i64, size: u64) -> Result<Taken, Fault> {
        let key = id.as_uuid().as_bytes();
        let (taken, former) = self.db.write(PORT, Durability::Power, |session| {
            let connection = &session.connection;
            // Again: it may have been loaded while this one was on its way.
            if put(connection, &loaded_key(id))?.is_some() {
                return Ok((Taken::Released, None));
            }
            let former = file(connection, id)?;
            let kept = connection
                .prepare_cached("UPDATE staged SET file = ?2, size = ?3 WHERE id = ?1")?
                .execute(params![key, number, int(size)])?;
            connection.prepare_cached("DELETE FROM upload_parts WHERE file = ?1")?.execute([number])?;
            Ok(if kept > 0 { (Taken::Done(size), former) } else { (Taken::NotOffered, None) })
        })?;
        if let Some((former, _)) = former {
            self.files.remove(former);
        }
        Ok(taken)
    }

    /// Forgets the places that were offered more than a day ago, and removes
    /// what is in them and was not loaded.
    pub(crate) fn forget_staged(&self, now: Timestamp) -> Result<u64, Fault> {
        let before = now.checked_sub(ABANDONED_AFTER).unwrap_or(Timestamp::MIN);
        let (places, files) = self.db.write(PORT, Durability::Process, |session| {
            let mut statement =
                session.connection.prepare_cached("DELETE FROM staged WHERE until < ?1 RETURNING file")?;
            let mut rows = statement.query([nanos(before)])?;
            let (mut places, mut files) = (0, Vec::new());
            while let Some(row) = rows.next()? {
                places += 1;
                files.extend(row.get::<_, Option<i64>>(0)?);
            }
            let mut loaded =
                session.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM uploads WHERE file = ?1)")?;
            let mut unloaded = Vec::new();
            for file in files {
                if !loaded.query_row([file], |row| row.get::<_, bool>(0))? {
                    unloaded.push(file);
                }
            }
            Ok((places, unloaded))
        })?;
        for file in files {
            self.files.remove(file);
        }
        Ok(places)
    }
}
