//! Every table, once: tests and emulators create them from here, and the
//! template of `infra/` is compared with it.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use rollcall_ports::Fault;
use std::collections::BTreeMap;

use super::Dynamo;
use crate::fault::fault;

/// Into how many parts each list by time is divided. A tick with nobody due
/// pays half a read unit for each; one part takes 1 000 writes a second
/// (Developer Guide, "Best practices for designing partition keys"), so a town
/// is loaded at 8 000 a second before its index is the limit.
pub const SHARDS: u8 = 8;

/// Over how many items the count of residents is spread, so that transactions
/// which load a file side by side seldom meet on one. Asking for the count
/// pays a read unit for each.
pub const COUNTERS: u8 = 16;

/// The attribute with the second since 1970 after which an item may be deleted
/// (time to live): set once a thing is over, by the policy of how long things are kept.
pub const EXPIRES: &str = "expires";

/// The register: one item a resident.
pub const RESIDENTS: Table = Table {
    name: "residents",
    partition: Key::text("id"),
    sort: None,
    indexes: &[
        Index::by_time("due", Key::number("due_shard"), Key::number("next_due")),
        Index::by_time("review", Key::number("review_shard"), Key::number("review_at")),
    ],
    expires: None,
};

/// One item a phone number: who has it, when it last rang, and its entry of the
/// suppression list; it ages once there is neither the first nor the last. The
/// entries of residents and the counters of residents lie here too: a number
/// begins with "+", they do not.
pub const NUMBERS: Table = Table {
    name: "numbers",
    partition: Key::text("number"),
    sort: None,
    // In one part for what is to be carried out and one for the rest: a town
    // makes a few entries a day.
    indexes: &[Index::by_time("suppressed", Key::number("suppression_list"), Key::text("suppression"))],
    expires: Some("expires"),
};

/// One item a dial.
pub const ATTEMPTS: Table = Table {
    name: "attempts",
    partition: Key::text("id"),
    sort: None,
    indexes: &[
        Index::by_time("open", Key::number("open_shard"), Key::number("begun_at")),
        Index::by_time("contact", Key::text("contact"), Key::number("begun_at")),
        Index::by_time("resident", Key::text("resident"), Key::number("begun_at")),
        // In one part a day: dials are closed at a few a second.
        Index::by_time("day", Key::text("day"), Key::text("came_to")),
    ],
    expires: Some("expires"),
};

/// One item a promise, and one a case of somebody who was not reached.
pub const CALLBACKS: Table = Table {
    name: "callbacks",
    partition: Key::text("id"),
    sort: None,
    indexes: &[
        Index::by_time("review", Key::number("review_shard"), Key::number("review_at")),
        // In one part: a day makes hundreds, and all of them are asked for.
        Index { name: "open", partition: Key::number("open"), sort: None },
        // For whoever erases somebody or tells them what is kept.
        Index::by_time("resident", Key::text("resident"), Key::text("kind")),
    ],
    expires: Some("expires"),
};

/// One item a resident and day, one a day, and one a part of the account of a day.
pub const CHECKS: Table = Table {
    name: "checks",
    partition: Key::text("resident"),
    sort: Some(Key::text("day")),
    indexes: &[],
    expires: Some("expires"),
};

/// One item a batch, one a chunk of it, and the notes on its lines in parts.
pub const BATCHES: Table = Table {
    name: "batches",
    partition: Key::text("batch"),
    sort: Some(Key::text("part")),
    // In one part: a day makes a few, and they are listed by time.
    indexes: &[Index::by_time("history", Key::number("listed"), Key::text("place"))],
    expires: Some("expires"),
};

/// One item a deed.
pub const AUDIT: Table = Table {
    name: "audit",
    partition: Key::text("key"),
    sort: None,
    indexes: &[Index::by_time("month", Key::text("month"), Key::text("place"))],
    expires: Some("expires"),
};

/// What there is one of: the switch, the pace of all dialers, how far each shard has been
/// read, which months the audit log has.
pub const CONTROL: Table =
    Table { name: "control", partition: Key::text("key"), sort: None, indexes: &[], expires: None };

/// One item a dead letter, its large contents in pieces beside it, and one item
/// a replay or discard of many.
pub const LETTERS: Table = Table {
    name: "letters",
    partition: Key::text("id"),
    sort: Some(Key::text("part")),
    // One part for what waits and one for what is over: messages are set aside
    // a few a day, and a flood of more than the 1 000 a second that one part
    // takes stays in its queue until there is room.
    indexes: &[Index::by_time("list", Key::number("listed"), Key::text("place"))],
    expires: Some("expires"),
};

/// One item an erasure. A table of its own, so that it stays as it is while
/// others are restored to what they were before.
pub const ERASURES: Table = Table {
    name: "erasures",
    partition: Key::text("id"),
    sort: None,
    // In one part: erasures are a few a week.
    indexes: &[Index::by_time("review", Key::number("review_shard"), Key::number("review_at"))],
    expires: Some("expires"),
};

/// All tables.
pub const TABLES: &[&Table] =
    &[&RESIDENTS, &NUMBERS, &ATTEMPTS, &CALLBACKS, &CHECKS, &BATCHES, &AUDIT, &LETTERS, &CONTROL, &ERASURES];

/// A table. All are paid by the request, not by capacity set aside: a register
/// is loaded in a minute and then quiet for the rest of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name behind the prefix.
    pub name: &'static str,
    /// The key by which items are spread.
    pub partition: Key,
    /// The key by which items of one partition are ordered.
    pub sort: Option<Key>,
    /// Its global secondary indexes.
    pub indexes: &'static [Index],
    /// The attribute with the second since 1970 after which an item may be
    /// deleted (time to live).
    pub expires: Option<&'static str>,
}

/// A global secondary index. All are sparse, so that they hold what a list is
/// about and nothing else, and all project keys only: what is found is read
/// again, consistently, before anything is decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The key by which entries are spread.
    pub partition: Key,
    /// The key by which entries of one partition are ordered.
    pub sort: Option<Key>,
}

impl Index {
    const fn by_time(name: &'static str, partition: Key, sort: Key) -> Self {
        Self { name, partition, sort: Some(sort) }
    }
}

/// An attribute that is a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Whether it is a number (type N) rather than text (type S).
    pub number: bool,
}

impl Key {
    /// Text.
    pub(super) const fn text(name: &'static str) -> Self {
        Self { name, number: false }
    }

    /// A number.
    pub(super) const fn number(name: &'static str) -> Self {
        Self { name, number: true }
    }
}

/// Creates all tables as they are defined here: for tests and emulators. On
/// AWS the template does it.
///
/// # Errors
///
/// [`Fault::Refused`] if one exists already.
pub async fn create_tables(dynamo: &Dynamo) -> Result<(), Fault> {
    for table in TABLES {
        create(dynamo, table).await?;
    }
    Ok(())
}

async fn create(dynamo: &Dynamo, table: &Table) -> Result<(), Fault> {
    const PORT: &str = "tables";
    let unbuilt = |_| Fault::Refused { port: PORT, reason: "a table that cannot be described".to_owned() };
    let mut attributes: BTreeMap<&str, Key> = keys(table.partition, table.sort);
    let mut indexes = Vec::new();
    for index in table.indexes {
        attributes.append(&mut keys(index.partition, index.sort));
        let index = GlobalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(key_schema(index.partition, index.sort).map_err(unbuilt)?))
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build());
        indexes.push(index.build().map_err(unbuilt)?);
    }
    let attributes: Result<Vec<_>, _> = attributes.into_values().map(definition).collect();
    let name = dynamo.tables.name(table);
    dynamo
        .client
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(table.partition, table.sort).map_err(unbuilt)?))
        .set_attribute_definitions(Some(attributes.map_err(unbuilt)?))
        .set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes))
        .send()
        .await
        .map_err(|error| fault(PORT, &error))?;
    if let Some(attribute) = table.expires {
        let wanted = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute);
        dynamo
            .client
            .update_time_to_live()
            .table_name(name)
            .time_to_live_specification(wanted.build().map_err(unbuilt)?)
            .send()
            .await
            .map_err(|error| fault(PORT, &error))?;
    }
    Ok(())
}

fn keys(partition: Key, sort: Option<Key>) -> BTreeMap<&'static str, Key> {
    [Some(partition), sort].into_iter().flatten().map(|key| (key.name, key)).collect()
}

fn definition(key: Key) -> Result<AttributeDefinition, aws_sdk_dynamodb::error::BuildError> {
    let kind = if key.number { ScalarAttributeType::N } else { ScalarAttributeType::S };
    AttributeDefinition::builder().attribute_name(key.name).attribute_type(kind).build()
}

fn key_schema(
    partition: Key,
    sort: Option<Key>,
) -> Result<Vec<KeySchemaElement>, aws_sdk_dynamodb::error::BuildError> {
    let parts = [(Some(partition), KeyType::Hash), (sort, KeyType::Range)];
    parts
        .into_iter()
        .filter_map(|(key, kind)| key.map(|key| (key, kind)))
        .map(|(key, kind)| KeySchemaElement::builder().attribute_name(key.name).key_type(kind).build())
        .collect()
}
