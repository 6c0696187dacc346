//! The promises.

use super::Dynamo;
use super::consumed::Operation;
use super::item::{moment, number as n, read_uuid, read_versioned, shard, text, versioned};
use super::read::key;
use super::schema::CALLBACKS;
use super::write::{Write, Written};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::callback::Callback;
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::CallbackId;
use rollcall_ports::{Fault, Saved, Versioned};
use uuid::Uuid;

const PORT: &str = "callbacks";
const GET: Operation = Operation { port: PORT, name: "get" };
const SAVE: Operation = Operation { port: PORT, name: "save" };
const TO_REVIEW: Operation = Operation { port: PORT, name: "to_review" };
const LIST_OWED: Operation = Operation { port: PORT, name: "list_owed" };
const COUNT_OPEN: Operation = Operation { port: PORT, name: "count_open" };

/// What `open` holds where a promise waits to be kept.
const OPEN: u8 = 1;
/// What it holds where somebody must ring although Connect tries no more; of
/// promises that are not owed it is absent.
const OWED: u8 = 2;
/// What `kind` holds of a promise.
pub(super) const PROMISE: &str = "promise";

/// The promises.
#[derive(Clone, Debug)]
pub struct Callbacks(Dynamo);

impl Callbacks {
    /// The promises in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }
}

#[async_trait]
impl rollcall_ports::Callbacks for Callbacks {
    async fn get(&self, id: CallbackId) -> Result<Option<Versioned<Callback>>, Fault> {
        let item = self.0.get(GET, &CALLBACKS, key(&CALLBACKS, text(id))).await?;
        item.map(|item| read_versioned(PORT, &item)).transpose()
    }

    async fn save(
        &self,
        callback: &Versioned<Callback>,
        review_at: Option<Timestamp>,
        open: bool,
    ) -> Result<Saved, Fault> {
        let id = callback.value.id.as_uuid();
        let version = callback.version + 1;
        let mut item = versioned(PORT, id, &callback.value, version)?;
        item.insert("resident".to_owned(), text(callback.value.resident));
        item.insert("kind".to_owned(), text(PROMISE));
        if let Some(at) = review_at {
            item.insert("review_shard".to_owned(), shard(id));
            item.insert("review_at".to_owned(), moment(at));
        }
        if open {
            item.insert("open".to_owned(), n(OPEN));
        } else if callback.value.is_owed() {
            item.insert("open".to_owned(), n(OWED));
        }
        self.0.ages(&mut item, Class::Callbacks, callback.value.over_since());
        let put = Write::put(CALLBACKS, item).only_if_version(callback.version);
        Ok(match self.0.write(SAVE, put).await? {
            Written::Done => Saved::Done(version),
            Written::Refused(_) => Saved::Changed,
        })
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<CallbackId>, Fault> {
        let [review, _, _] = CALLBACKS.indexes else { return Ok(Vec::new()) };
        let ids = self.0.list(TO_REVIEW, (&CALLBACKS, review), now, most).await?;
        Ok(ids.into_iter().map(CallbackId::from_uuid).collect())
    }

    async fn list_owed(&self, most: u32) -> Result<Vec<Versioned<Callback>>, Fault> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut ids = Vec::new();
        for owed in [OPEN, OWED] {
            self.listed(owed, most, &mut ids).await?;
        }
        // Somebody who moved from one to the other may be in both.
        ids.sort_unstable();
        ids.dedup();
        let keys = ids.into_iter().map(|id| key(&CALLBACKS, text(id))).collect();
        let items = self.0.get_each(LIST_OWED, (&CALLBACKS, true), keys).await?;
        let found: Result<Vec<Versioned<Callback>>, Fault> =
            items.iter().map(|item| read_versioned(PORT, item)).collect();
        let mut found = found?;
        // The index lags behind.
        found.retain(|one| one.value.is_owed());
        found.truncate(most);
        Ok(found)
    }

    async fn count_open(&self) -> Result<u64, Fault> {
        let [_, open, _] = CALLBACKS.indexes else { return Ok(0) };
        self.0.count_part(COUNT_OPEN, (&CALLBACKS, open), OPEN).await
    }
}

impl Callbacks {
    /// Adds the ids with this mark, as long as there are fewer than `most`.
    async fn listed(&self, owed: u8, most: usize, ids: &mut Vec<Uuid>) -> Result<(), Fault> {
        let [_, open, _] = CALLBACKS.indexes else { return Ok(()) };
        let mut from = None;
        while ids.len() < most {
            let left = i32::try_from(most - ids.len()).unwrap_or(i32::MAX);
            let answer = self
                .0
                .query(&CALLBACKS, Some(open))
                .key_condition_expression("#open = :open")
                .expression_attribute_names("#open", "open")
                .expression_attribute_values(":open", n(owed))
                .limit(left)
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.0.noted(LIST_OWED, answer)?;
            for entry in answer.items() {
                ids.push(read_uuid(PORT, entry, CALLBACKS.partition.name)?);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        Ok(())
    }
}
