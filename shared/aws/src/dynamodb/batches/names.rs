//! What uploaders called files, where that tells of somebody who is erased.

use super::{Batches, PORT};
use crate::dynamodb::consumed::Operation;
use crate::dynamodb::item::{Item, from_json, item, json, text};
use crate::dynamodb::schema::BATCHES;
use crate::dynamodb::write::{Write, Written};
use rollcall_contracts::upload::loaded_under;
use rollcall_domain::batch::Batch;
use rollcall_domain::erasure::Traces;
use rollcall_ports::Fault;

const FORGET: Operation = Operation { port: PORT, name: "forget" };
/// Uploads read at a time.
const PAGE: usize = 100;
/// What a file is called whose name is forgotten.
const NAMELESS: &str = "list.csv";

impl Batches {
    /// Forgets the names of files, and keys under which somebody put them by
    /// hand, that tell of somebody. Reads every upload.
    pub(in crate::dynamodb) async fn forget_names(&self, traces: &Traces) -> Result<u64, Fault> {
        let (mut gone, mut before) = (0, "~".to_owned());
        loop {
            let places = self.places(&before, PAGE).await?;
            let Some((last, _)) = places.last() else { return Ok(gone) };
            before.clone_from(last);
            let keys = places.iter().map(|(_, id)| item([("batch", text(id)), ("part", text("batch"))]));
            for found in self.dynamo.get_each(FORGET, (&BATCHES, true), keys.collect()).await? {
                gone += u64::from(self.forget_name(traces, found).await?);
            }
        }
    }

    async fn forget_name(&self, traces: &Traces, mut found: Item) -> Result<bool, Fault> {
        loop {
            let mut batch: Batch = from_json(PORT, &found)?;
            let tells = |name: &String| traces.are_in_name(name);
            let (name, key) = (batch.file_name.as_ref().is_some_and(tells), tells(&batch.upload));
            let key = key && loaded_under(&batch.upload).is_none();
            if name {
                batch.file_name = None;
            }
            if key {
                NAMELESS.clone_into(&mut batch.upload);
            }
            let former = found.remove("data").filter(|_| name || key);
            let Some(former) = former else { return Ok(false) };
            let place = item([("batch", text(batch.id)), ("part", text("batch"))]);
            let update = Write::update(BATCHES, place, "SET #data = :new")
                .only_if("#data = :former")
                .with(":new", json(PORT, &batch)?)
                .with(":former", former);
            match self.dynamo.write(FORGET, update).await? {
                Written::Done => return Ok(true),
                // It has come further meanwhile.
                Written::Refused(Some(now)) => found = now,
                Written::Refused(None) => return Ok(false),
            }
        }
    }
}
