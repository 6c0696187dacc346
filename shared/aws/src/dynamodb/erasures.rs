//! Who is erased, and forgetting them for good.
//!
//! What is deleted here stays in the backups of the tables ("point-in-time
//! recovery") for 35 days, which nobody can change (Developer Guide). Messages in
//! SQS and records in Kinesis cannot be deleted by whom they are about: both are
//! gone by themselves ([`Forgotten::Passes`]). Files and letters have ports of
//! their own.

mod accounts;
mod forget;
mod kept;

use super::consumed::Operation;
use super::item::{Item, moment, number as n, read_text, read_uuid, read_versioned, text, versioned};
use super::read::key;
use super::schema::{ERASURES, Index, Key, Table};
use super::write::{Write, Written};
use super::{Attempts, Batches, Dynamo};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::topology::Topology;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::erasure::{Class, Erasure};
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{Attempts as _, Clock, Cursor, Fault, Forgotten, Known, Saved, Versioned, Whose};
use std::sync::Arc;

const PORT: &str = "erasures";
const GET: Operation = Operation { port: PORT, name: "get" };
const SAVE: Operation = Operation { port: PORT, name: "save" };
const TO_REVIEW: Operation = Operation { port: PORT, name: "to_review" };
const PAGE: Operation = Operation { port: PORT, name: "page" };
const FORGET: Operation = Operation { port: PORT, name: "forget" };
const KEPT: Operation = Operation { port: PORT, name: "kept" };

/// The one part of the list by time.
const LISTED: u8 = 0;
/// Calls read at a time.
const CALLS: u32 = 100;
/// For how long somebody may still send a message who had read the person
/// before: no function runs longer (Lambda quotas).
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(15);
/// For how long records may still come to the stream of a call that was begun
/// before: longer than anybody talks, and than EventBridge tries to deliver.
const LONGEST_CALL: SignedDuration = SignedDuration::from_hours(24);

/// Who is erased.
#[derive(Clone)]
pub struct Erasures {
    dynamo: Dynamo,
    batches: Batches,
    clock: Arc<dyn Clock>,
}

impl Erasures {
    /// The erasures in these tables. The clock says what is gone by itself.
    #[must_use]
    pub fn new(dynamo: &Dynamo, clock: Arc<dyn Clock>) -> Self {
        let batches = Batches::new(dynamo, Arc::clone(&clock));
        Self { dynamo: dynamo.clone(), batches, clock }
    }

    /// When a message that may be on its way now about somebody of whom it was
    /// asked then is gone; `None` if it was before.
    fn passes(&self, asked_at: Timestamp, after: SignedDuration) -> Option<Timestamp> {
        let at = asked_at.checked_add(after).unwrap_or(Timestamp::MAX);
        (at > self.clock.now()).then_some(at)
    }
}

#[async_trait]
impl rollcall_ports::Erasures for Erasures {
    async fn get(&self, resident: ResidentId) -> Result<Option<Versioned<Erasure>>, Fault> {
        get(&self.dynamo, GET, resident).await
    }

    /// A write whose answer is lost may be repeated by the SDK and then find
    /// itself: `Changed`, and whoever reads again sees their own change.
    async fn save(&self, erasure: &Versioned<Erasure>) -> Result<Saved, Fault> {
        let version = erasure.version + 1;
        let mut item = versioned(PORT, erasure.value.resident.as_uuid(), &erasure.value, version)?;
        if let Some(at) = erasure.value.review_at() {
            item.insert("review_shard".to_owned(), n(LISTED));
            item.insert("review_at".to_owned(), moment(at));
        }
        self.dynamo.ages(&mut item, Class::Erasures, erasure.value.over_since());
        let put = Write::put(ERASURES, item).only_if_version(erasure.version);
        Ok(match self.dynamo.write(SAVE, put).await? {
            Written::Done => Saved::Done(version),
            Written::Refused(_) => Saved::Changed,
        })
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        let [review] = ERASURES.indexes else { return Ok(Vec::new()) };
        if most == 0 {
            return Ok(Vec::new());
        }
        let found = self.dynamo.list_part(TO_REVIEW, (&ERASURES, review), (LISTED, now), most).await?;
        Ok(found.into_iter().map(|(_, id)| ResidentId::from_uuid(id)).collect())
    }

    async fn page(&self, from: Option<&Cursor>, most: u32) -> Result<(Vec<Erasure>, Option<Cursor>), Fault> {
        let from = from.map(|cursor| key(&ERASURES, text(&cursor.0)));
        let answer = self
            .dynamo
            .client
            .scan()
            .table_name(self.dynamo.tables.name(&ERASURES))
            // Nobody who was erased a moment ago may be passed over.
            .consistent_read(true)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .set_exclusive_start_key(from)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let answer = self.dynamo.noted(PAGE, answer)?;
        let found = answer.items().iter().map(|item| Ok(read_versioned(PORT, item)?.value));
        let found: Result<Vec<Erasure>, Fault> = found.collect();
        let next = answer.last_evaluated_key.map(|last| read_uuid(PORT, &last, "id")).transpose()?;
        Ok((found?, next.map(|id| Cursor(id.to_string()))))
    }

    async fn forget(&self, class: Class, whose: &Whose<'_>) -> Result<Forgotten, Fault> {
        self.forget_class(class, whose).await
    }

    async fn kept(&self, class: Class, whose: &Whose<'_>) -> Result<Vec<String>, Fault> {
        self.kept_of(class, whose).await
    }
}

/// For how long an order to dial may be in its queue that was sent by somebody
/// who had read the person before.
fn orders_stay() -> SignedDuration {
    let kept = Topology::shipped().queues.call_requests.retention_seconds;
    UNDER_WAY + SignedDuration::from_secs(kept.into())
}

/// The same of records on the stream.
fn records_stay() -> SignedDuration {
    let kept = Topology::shipped().streams.outcomes.retention_hours;
    LONGEST_CALL + SignedDuration::from_hours(kept.into())
}

async fn get(
    dynamo: &Dynamo,
    operation: Operation,
    resident: ResidentId,
) -> Result<Option<Versioned<Erasure>>, Fault> {
    let item = dynamo.get(operation, &ERASURES, key(&ERASURES, text(resident))).await?;
    item.map(|item| read_versioned(PORT, &item)).transpose()
}

/// By what messages are known to be about somebody: with the calls to them that
/// are stored, and what an erasure tells.
pub(super) async fn known(
    dynamo: &Dynamo,
    resident: ResidentId,
    erasure: Option<&Erasure>,
) -> Result<Known, Fault> {
    let mut known = Known::of(resident, erasure);
    for attempt in calls(dynamo, resident).await? {
        known.add_call(&attempt);
    }
    Ok(known)
}

/// The same with the erasure that is stored, if there is one.
pub(super) async fn known_so_far(
    dynamo: &Dynamo,
    operation: Operation,
    resident: ResidentId,
) -> Result<Known, Fault> {
    let erasure = get(dynamo, operation, resident).await?.map(|found| found.value);
    known(dynamo, resident, erasure.as_ref()).await
}

/// All calls to somebody.
async fn calls(dynamo: &Dynamo, resident: ResidentId) -> Result<Vec<Attempt>, Fault> {
    let (attempts, mut all, mut from) = (Attempts::new(dynamo), Vec::new(), None);
    loop {
        let (some, next) = attempts.of_resident(resident, from.as_ref(), CALLS).await?;
        all.extend(some);
        from = next;
        if from.is_none() {
            return Ok(all);
        }
    }
}

/// The keys in a table of all that is listed under `value`, in a table or an
/// index of it.
async fn listed(
    dynamo: &Dynamo,
    operation: Operation,
    (table, index): (&Table, Option<&Index>),
    value: (Key, &str),
    kind: Option<(Key, &str)>,
) -> Result<Vec<Item>, Fault> {
    let keys: Vec<Key> = std::iter::once(table.partition).chain(table.sort).collect();
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let mut query = dynamo
            .query(table, index)
            // An index cannot be read consistently.
            .consistent_read(index.is_none())
            .expression_attribute_names("#value", value.0.name)
            .expression_attribute_values(":value", text(value.1))
            .set_exclusive_start_key(from);
        query = match kind {
            Some((attribute, kind)) => query
                .key_condition_expression("#value = :value AND #kind = :kind")
                .expression_attribute_names("#kind", attribute.name)
                .expression_attribute_values(":kind", text(kind)),
            None => query.key_condition_expression("#value = :value"),
        };
        let answer = dynamo.noted(operation, query.send().await)?;
        for entry in answer.items() {
            let mut key = Item::default();
            for part in &keys {
                key.insert(part.name.to_owned(), text(read_text(PORT, entry, part.name)?));
            }
            found.push(key);
        }
        from = answer.last_evaluated_key;
        if from.is_none() {
            return Ok(found);
        }
    }
}
