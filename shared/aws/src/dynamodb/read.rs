//! Reading by key and by index.

use super::consumed::{Cost, Operation, Units};
use super::item::{Item, item, moment, number, read_moment, read_uuid};
use super::schema::{Index, SHARDS, Table};
use super::{Dynamo, TRIES, back_off};
use crate::fault::fault;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity, Select};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use rollcall_ports::Fault;
use uuid::Uuid;

/// Keys in one BatchGetItem (API reference).
const KEYS_A_REQUEST: usize = 100;
/// Requests of one call under way at once.
pub(super) const AT_ONCE: usize = 4;

impl Dynamo {
    /// Notes what a request consumed, and makes its error a fault.
    pub(super) fn noted<T: Cost, E: ProvideErrorMetadata>(
        &self,
        operation: Operation,
        answer: Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<T, Fault> {
        self.note(operation, &answer);
        answer.map_err(|error| fault(operation.port, &error))
    }

    /// Notes what a request consumed.
    pub(super) fn note<T: Cost, E>(&self, operation: Operation, answer: &Result<T, E>) {
        let failed = Units { requests: 1, ..Units::default() };
        self.consumed.add(operation, answer.as_ref().map_or(failed, Cost::units));
    }

    /// One item, as it is now.
    pub(super) async fn get(
        &self,
        operation: Operation,
        table: &Table,
        key: Item,
    ) -> Result<Option<Item>, Fault> {
        let answer = self
            .client
            .get_item()
            .table_name(self.tables.name(table))
            .set_key(Some(key))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        Ok(self.noted(operation, answer)?.item)
    }

    /// The items that exist under these keys, in no order. The keys must
    /// differ. `consistent` costs twice as much, and sees every write that was
    /// answered before.
    pub(super) async fn get_each(
        &self,
        operation: Operation,
        (table, consistent): (&Table, bool),
        keys: Vec<Item>,
    ) -> Result<Vec<Item>, Fault> {
        let table = self.tables.name(table);
        let parts: Vec<Vec<Item>> = keys.chunks(KEYS_A_REQUEST).map(<[Item]>::to_vec).collect();
        let requests = parts.into_iter().map(|keys| self.get_part(operation, (&table, consistent), keys));
        let found: Vec<Vec<Item>> = stream::iter(requests).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn get_part(
        &self,
        operation: Operation,
        (table, consistent): (&str, bool),
        mut keys: Vec<Item>,
    ) -> Result<Vec<Item>, Fault> {
        let mut found = Vec::with_capacity(keys.len());
        let mut tries = 0;
        loop {
            let asked = keys.len();
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(consistent);
            let unbuilt = |_| Fault::Refused { port: operation.port, reason: "no keys to read".to_owned() };
            let answer = self
                .client
                .batch_get_item()
                .request_items(table, wanted.build().map_err(unbuilt)?)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            let mut answer = self.noted(operation, answer)?;
            found.extend(answer.responses.as_mut().and_then(|all| all.remove(table)).into_iter().flatten());
            // 16 MB are answered at most, and less under load; the rest is
            // named, to be asked for again (API reference, BatchGetItem).
            let rest = answer.unprocessed_keys.and_then(|mut all| all.remove(table));
            keys = rest.map(|rest| rest.keys).unwrap_or_default();
            if keys.is_empty() {
                return Ok(found);
            }
            if keys.len() < asked {
                tries = 0;
                continue;
            }
            tries += 1;
            if tries >= TRIES {
                return Err(Fault::Throttled(operation.port));
            }
            back_off(tries).await;
        }
    }

    /// Up to `most` ids out of a list by time: those at or before `until`, the
    /// earliest first. All parts are asked at once; each may be the one that
    /// holds all of them.
    pub(super) async fn list(
        &self,
        operation: Operation,
        (table, index): (&Table, &Index),
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<Uuid>, Fault> {
        self.list_from(operation, (table, index, 0), until, most).await
    }

    /// The same, of a list whose parts begin with the part `first`.
    pub(super) async fn list_from(
        &self,
        operation: Operation,
        (table, index, first): (&Table, &Index, u8),
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<Uuid>, Fault> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let parts = (first..first + SHARDS)
            .map(|shard| self.list_part(operation, (table, index), (shard, until), most));
        let mut found = futures_util::future::try_join_all(parts).await?.concat();
        found.sort_unstable();
        found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    /// The entries of one part up to `until`, in the order of their times.
    pub(super) async fn list_part(
        &self,
        operation: Operation,
        (table, index): (&Table, &Index),
        (shard, until): (u8, Timestamp),
        most: u32,
    ) -> Result<Vec<(Timestamp, Uuid)>, Fault> {
        let by_time = index.sort.map_or("", |sort| sort.name);
        let wanted = usize::try_from(most).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let left = i32::try_from(wanted.saturating_sub(found.len())).unwrap_or(i32::MAX);
            let answer = self
                .query(table, Some(index))
                .key_condition_expression("#shard = :shard AND #time <= :until")
                .expression_attribute_names("#shard", index.partition.name)
                .expression_attribute_names("#time", by_time)
                .expression_attribute_values(":shard", number(shard))
                .expression_attribute_values(":until", moment(until))
                .limit(left)
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.noted(operation, answer)?;
            for entry in answer.items() {
                let at = read_moment(operation.port, entry, by_time)?;
                found.push((at, read_uuid(operation.port, entry, table.partition.name)?));
            }
            // An empty page is not yet the end, only a missing key is.
            from = answer.last_evaluated_key;
            if from.is_none() || found.len() >= wanted {
                return Ok(found);
            }
        }
    }

    /// How many entries one part of an index holds.
    pub(super) async fn count_part(
        &self,
        operation: Operation,
        (table, index): (&Table, &Index),
        part: u8,
    ) -> Result<u64, Fault> {
        let (mut count, mut from) = (0, None);
        loop {
            let answer = self
                .query(table, Some(index))
                .key_condition_expression("#part = :part")
                .expression_attribute_names("#part", index.partition.name)
                .expression_attribute_values(":part", number(part))
                .select(Select::Count)
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.noted(operation, answer)?;
            count += u64::try_from(answer.count).unwrap_or(0);
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(count);
            }
        }
    }

    /// The beginning of a query; every one of them is counted.
    pub(super) fn query(&self, table: &Table, index: Option<&Index>) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(self.tables.name(table))
            .set_index_name(index.map(|index| index.name.to_owned()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }
}

/// The key of an item in a table without a sort key.
pub(super) fn key(table: &Table, value: AttributeValue) -> Item {
    item([(table.partition.name, value)])
}
