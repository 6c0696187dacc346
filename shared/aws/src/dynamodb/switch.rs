//! The one switch over all dialing: one item.

use super::Dynamo;
use super::consumed::Operation;
use super::item::{from_json, item, json, number, read_number, text};
use super::read::key;
use super::schema::CONTROL;
use super::write::{Write, Written};
use async_trait::async_trait;
use rollcall_domain::switch::Dialing;
use rollcall_ports::{Fault, Saved, Versioned};

const PORT: &str = "switch";
const READ: Operation = Operation { port: PORT, name: "read" };
const SAVE: Operation = Operation { port: PORT, name: "save" };

/// The key of the item.
const NAME: &str = "switch";

/// The switch of all services that use the same tables.
#[derive(Clone, Debug)]
pub struct Switch(Dynamo);

impl Switch {
    /// The switch in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }
}

#[async_trait]
impl rollcall_ports::Switch for Switch {
    async fn read(&self) -> Result<Versioned<Dialing>, Fault> {
        let Some(item) = self.0.get(READ, &CONTROL, key(&CONTROL, text(NAME))).await? else {
            return Ok(Versioned::new(Dialing::default()));
        };
        Ok(Versioned { value: from_json(PORT, &item)?, version: read_number(PORT, &item, "version")? })
    }

    /// A write whose answer is lost may be repeated by the SDK and then find
    /// itself: `Changed`, and whoever reads again sees their own change.
    async fn save(&self, dialing: &Versioned<Dialing>) -> Result<Saved, Fault> {
        let version = dialing.version + 1;
        let next = item([
            (CONTROL.partition.name, text(NAME)),
            ("version", number(version)),
            ("data", json(PORT, &dialing.value)?),
        ]);
        let write = Write::put(CONTROL, next).only_if_version(dialing.version);
        Ok(match self.0.write(SAVE, write).await? {
            Written::Done => Saved::Done(version),
            Written::Refused(_) => Saved::Changed,
        })
    }
}
