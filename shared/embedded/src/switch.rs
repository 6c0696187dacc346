use crate::db::{Db, Durability};
use crate::values::{count, from_json, int, json};
use async_trait::async_trait;
use rollcall_domain::switch::Dialing;
use rollcall_ports::{Fault, Saved, Switch, Versioned};
use std::sync::Arc;

const PORT: &str = "switch";

/// The one switch of this database.
pub(crate) struct OneSwitch(pub(crate) Arc<Db>);

#[async_trait]
impl Switch for OneSwitch {
    async fn read(&self) -> Result<Versioned<Dialing>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached("SELECT version, data FROM switch WHERE id = 1")?;
            let mut rows = statement.query([])?;
            let Some(row) = rows.next()? else { return Ok(Versioned::new(Dialing::default())) };
            Ok(Versioned { version: count(row, 0)?, value: from_json(row, 1, "switch")? })
        })
    }

    /// Power: a stop that was answered holds, whatever happens to the machine.
    async fn save(&self, dialing: &Versioned<Dialing>) -> Result<Saved, Fault> {
        self.0.write(PORT, Durability::Power, |session| {
            let version = dialing.version + 1;
            let statement = if dialing.version == 0 {
                "INSERT INTO switch (id, version, data) VALUES (1, ?1, ?2) ON CONFLICT DO NOTHING"
            } else {
                "UPDATE switch SET version = ?1, data = ?2 WHERE id = 1 AND version = ?1 - 1"
            };
            let changed = session
                .connection
                .prepare_cached(statement)?
                .execute((int(version), json(&dialing.value, "switch")?))?;
            Ok(if changed > 0 { Saved::Done(version) } else { Saved::Changed })
        })
    }
}
