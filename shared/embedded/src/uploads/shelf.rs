//! Files as an erasure goes through them.

use super::{PORT, UploadStore, upload};
use crate::values::{cursor, row_before};
use async_trait::async_trait;
use rollcall_contracts::upload::{UploadRef, staged_key};
use rollcall_domain::ids::UploadId;
use rollcall_ports::{Cursor, Fault, Place, Shelf};
use uuid::Uuid;

#[async_trait]
impl Shelf for UploadStore {
    /// By their numbers, which grow: a file that is loaded keeps its number and
    /// is met once, under the key by which it can be read.
    async fn files(
        &self,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<(Vec<UploadRef>, Option<Cursor>), Fault> {
        let from = row_before(PORT, from)?;
        self.db.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT file, key, NULL FROM uploads WHERE file > ?1
                 UNION ALL SELECT file, NULL, id FROM staged WHERE file > ?1
                     AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.file = staged.file)
                 ORDER BY file LIMIT ?2",
            )?;
            let mut rows = statement.query((from, most))?;
            let (mut found, mut last) = (Vec::new(), None);
            while let Some(row) = rows.next()? {
                let key = match row.get::<_, Option<String>>(1)? {
                    Some(key) => key,
                    None => staged_key(UploadId::from_uuid(Uuid::from_bytes(row.get(2)?))),
                };
                found.push(upload(&key, row.get(0)?));
                last = Some(cursor(row, 0)?);
            }
            let full = u32::try_from(found.len()).is_ok_and(|found| found == most);
            Ok((found, last.filter(|_| full)))
        })
    }

    async fn blank(&self, upload: &UploadRef, places: &[Place]) -> Result<(), Fault> {
        let Some((file, _)) = self.find_form(upload)? else { return Ok(()) };
        match self.db.step_aside(|| self.files.blank(file, places)) {
            Ok(()) => Ok(()),
            // Replaced or deleted since it was looked up.
            Err(_) if self.find_form(upload)?.is_none() => Ok(()),
            Err(error) => {
                let reason = format!("a file cannot be written anew: {}", error.kind());
                Err(Fault::Refused { port: PORT, reason })
            }
        }
    }
}
