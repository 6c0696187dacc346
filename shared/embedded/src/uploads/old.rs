//! Files of lists that are past their time.

use super::{PORT, UploadStore};
use crate::db::Durability;
use crate::values::{count, nanos};
use jiff::Timestamp;
use rollcall_ports::{Expired, Fault};

/// Few files are kept, and what they are called is no matter: all are looked at.
const OLD: &str = "SELECT key FROM uploads WHERE put_at < ?1 ORDER BY put_at LIMIT ?2";

impl UploadStore {
    /// How many files were put here before `limit`, `most` at most.
    pub(crate) fn old(&self, limit: Timestamp, most: u32) -> Result<u64, Fault> {
        self.db.read(PORT, |connection| {
            let query = format!("SELECT count(*) FROM ({OLD})");
            Ok(connection.prepare_cached(&query)?.query_row((nanos(limit), most), |row| count(row, 0))?)
        })
    }

    /// Deletes up to `most` of them, the oldest first. Whoever is killed between
    /// the rows and the files leaves files that nobody names, which are removed
    /// when the store is opened.
    pub(crate) fn forget_old(&self, limit: Timestamp, most: u32) -> Result<Expired, Fault> {
        let files = self.db.write(PORT, Durability::Power, |session| {
            let connection = &session.connection;
            let query = format!("DELETE FROM uploads WHERE key IN ({OLD}) RETURNING file");
            let mut statement = connection.prepare_cached(&query)?;
            let rows = statement.query_map((nanos(limit), most), |row| row.get(0))?;
            let files = rows.collect::<Result<Vec<i64>, _>>()?;
            // The place in which it was put, if that is still on offer.
            let mut place = connection.prepare_cached("DELETE FROM staged WHERE file = ?1")?;
            for file in &files {
                place.execute([file])?;
            }
            Ok(files)
        })?;
        for file in &files {
            self.files.remove(*file);
        }
        let gone = files.len();
        Ok(Expired { gone: gone as u64, more: gone >= usize::try_from(most).unwrap_or(usize::MAX) })
    }
}
