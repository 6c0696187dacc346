use crate::db::{Db, DbError, Durability};
use crate::values::{count, from_json, int, json, nanos, small, time_at};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_contracts::messages::Notice;
use rollcall_ports::{Clock, Fault, Notices};
use rusqlite::{Connection, params};
use std::sync::Arc;

/// A notice as it stands on the notice board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldNotice {
    /// Its place on the board; grows from 1.
    pub position: u64,
    /// When it was told first.
    pub at: Timestamp,
    /// How often it was told.
    pub times: u32,
    /// The notice.
    pub notice: Notice,
}

/// The notice board: on one machine a notice is kept for whoever looks.
pub(crate) struct Board {
    pub(crate) db: Arc<Db>,
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl Notices for Board {
    async fn tell(&self, notice: &Notice) -> Result<(), Fault> {
        let now = self.clock.now();
        self.db.write("notices", Durability::Power, |session| {
            session
                .connection
                .prepare_cached(
                    "INSERT INTO notices (key, at, times, data) VALUES (?1, ?2, 1, ?3)
                     ON CONFLICT DO UPDATE SET times = times + 1",
                )?
                .execute(params![notice.key(), nanos(now), json(notice, "notice")?])?;
            Ok(())
        })
    }
}

/// Notices after a position, the oldest first.
pub(crate) fn told(connection: &Connection, after: u64, most: u32) -> Result<Vec<ToldNotice>, DbError> {
    let mut statement = connection
        .prepare_cached("SELECT seq, at, times, data FROM notices WHERE seq > ?1 ORDER BY seq LIMIT ?2")?;
    let mut rows = statement.query((int(after), most))?;
    let mut notices = Vec::new();
    while let Some(row) = rows.next()? {
        notices.push(ToldNotice {
            position: count(row, 0)?,
            at: time_at(row, 1)?,
            times: small(row, 2)?,
            notice: from_json(row, 3, "notice")?,
        });
    }
    Ok(notices)
}
