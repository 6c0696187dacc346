//! The database without what was deleted.

use super::{Db, DbError, Durability, Session};
use rollcall_ports::Fault;

impl Db {
    /// Writes the whole database anew and empties its log, so that nothing is
    /// left of what was deleted. Not if others read in the log at this moment:
    /// answers whether it was done. Others wait meanwhile; a register of a
    /// million takes some ten seconds.
    pub(crate) fn write_anew(&self, port: &'static str) -> Result<bool, Fault> {
        self.step_aside(|| {
            let mut session = self.lock();
            let level = Durability::Power.min(self.strongest);
            let done = session.prepare(level, false).and_then(|()| session.write_anew());
            done.map_err(|error| session.fault(error, port))
        })
    }
}

impl Session {
    fn write_anew(&self) -> Result<bool, DbError> {
        self.connection.execute_batch("VACUUM")?;
        // In memory there is no log, and nothing that could be busy.
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }
}
