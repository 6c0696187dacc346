//! The cases of residents who were not reached. They lie in the table of the
//! promises: the same functions write both, and both are listed by time and by
//! whether they are open. Each has marks of its own in the indexes.

use super::Dynamo;
use super::consumed::Operation;
use super::item::{Item, item, moment, number as n, read_uuid, read_versioned, shard_of, text, versioned};
use super::read::key;
use super::schema::{CALLBACKS, SHARDS};
use super::write::{Write, Written};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::erasure::Class;
use rollcall_domain::escalation::Escalation;
use rollcall_domain::ids::EscalationId;
use rollcall_ports::{Cursor, Fault, OpenCases, Saved, Versioned};
use uuid::Uuid;

const PORT: &str = "escalations";
const GET: Operation = Operation { port: PORT, name: "get" };
const SAVE: Operation = Operation { port: PORT, name: "save" };
const TO_REVIEW: Operation = Operation { port: PORT, name: "to_review" };
const LIST_OPEN: Operation = Operation { port: PORT, name: "list_open" };
const COUNT_OPEN: Operation = Operation { port: PORT, name: "count_open" };

/// What `open` holds where a case is open. Promises have 1 and 2.
const OPEN: u8 = 3;
/// The first part of the list by time that holds cases; those before hold
/// promises.
const FIRST_SHARD: u8 = SHARDS;
/// What `kind` holds of a case.
pub(super) const CASE: &str = "case";

/// The cases.
#[derive(Clone, Debug)]
pub struct Escalations(Dynamo);

impl Escalations {
    /// The cases in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }
}

#[async_trait]
impl rollcall_ports::Escalations for Escalations {
    async fn get(&self, id: EscalationId) -> Result<Option<Versioned<Escalation>>, Fault> {
        let item = self.0.get(GET, &CALLBACKS, key(&CALLBACKS, text(id))).await?;
        item.map(|item| read_versioned(PORT, &item)).transpose()
    }

    async fn save(
        &self,
        escalation: &Versioned<Escalation>,
        review_at: Option<Timestamp>,
    ) -> Result<Saved, Fault> {
        let id = escalation.value.id.as_uuid();
        let version = escalation.version + 1;
        let mut item = versioned(PORT, id, &escalation.value, version)?;
        item.insert("resident".to_owned(), text(escalation.value.resident));
        item.insert("kind".to_owned(), text(CASE));
        if let Some(at) = review_at {
            item.insert("review_shard".to_owned(), n(FIRST_SHARD + shard_of(id)));
            item.insert("review_at".to_owned(), moment(at));
        }
        if escalation.value.is_open() {
            item.insert("open".to_owned(), n(OPEN));
        }
        self.0.ages(&mut item, Class::Escalations, escalation.value.over_since());
        let put = Write::put(CALLBACKS, item).only_if_version(escalation.version);
        Ok(match self.0.write(SAVE, put).await? {
            Written::Done => Saved::Done(version),
            Written::Refused(_) => Saved::Changed,
        })
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<EscalationId>, Fault> {
        let [review, _, _] = CALLBACKS.indexes else { return Ok(Vec::new()) };
        let ids = self.0.list_from(TO_REVIEW, (&CALLBACKS, review, FIRST_SHARD), now, most).await?;
        Ok(ids.into_iter().map(EscalationId::from_uuid).collect())
    }

    async fn list_open(&self, from: Option<&Cursor>, most: u32) -> Result<OpenCases, Fault> {
        let [_, open, _] = CALLBACKS.indexes else { return Ok(OpenCases { cases: Vec::new(), next: None }) };
        let from = from.map(place).transpose()?;
        let answer = self
            .0
            .query(&CALLBACKS, Some(open))
            .key_condition_expression("#open = :open")
            .expression_attribute_names("#open", "open")
            .expression_attribute_values(":open", n(OPEN))
            .limit(i32::try_from(most.max(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(from)
            .send()
            .await;
        let answer = self.0.noted(LIST_OPEN, answer)?;
        let mut keys = Vec::new();
        for entry in answer.items() {
            keys.push(key(&CALLBACKS, text(read_uuid(PORT, entry, CALLBACKS.partition.name)?)));
        }
        let items = self.0.get_each(LIST_OPEN, (&CALLBACKS, true), keys).await?;
        let cases: Result<Vec<Versioned<Escalation>>, Fault> =
            items.iter().map(|item| read_versioned(PORT, item)).collect();
        let mut cases = cases?;
        // The index lags behind.
        cases.retain(|one| one.value.is_open());
        let next = match answer.last_evaluated_key {
            Some(last) => Some(Cursor(read_uuid(PORT, &last, CALLBACKS.partition.name)?.to_string())),
            None => None,
        };
        Ok(OpenCases { cases, next })
    }

    async fn count_open(&self) -> Result<u64, Fault> {
        let [_, open, _] = CALLBACKS.indexes else { return Ok(0) };
        self.0.count_part(COUNT_OPEN, (&CALLBACKS, open), OPEN).await
    }
}

/// The key in the index after which a list goes on.
fn place(cursor: &Cursor) -> Result<Item, Fault> {
    let not_ours = |_| Fault::Refused { port: PORT, reason: "a cursor that is not ours".to_owned() };
    let id = Uuid::parse_str(&cursor.0).map_err(not_ours)?;
    Ok(item([("open", n(OPEN)), (CALLBACKS.partition.name, text(id))]))
}
