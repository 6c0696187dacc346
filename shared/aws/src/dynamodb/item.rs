//! How values are stored: attributes for what is asked, compared or indexed,
//! and the whole value as JSON text in `data`.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use rollcall_ports::{Fault, Versioned};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use uuid::Uuid;

use super::schema::SHARDS;

/// The attributes of an item by name.
#[expect(clippy::disallowed_types, reason = "the SDK's own type; attributes are looked up by name only")]
pub(super) type Item = std::collections::HashMap<String, AttributeValue>;

/// An item of these attributes.
pub(super) fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// An item of a value and its version: `id`, `version` and `data`.
pub(super) fn versioned<T: Serialize>(
    port: &'static str,
    id: &Uuid,
    value: &T,
    version: u64,
) -> Result<Item, Fault> {
    Ok(item([("id", text(id)), ("version", number(version)), ("data", json(port, value)?)]))
}

/// The value of an item that [`versioned`] made.
pub(super) fn read_versioned<T: DeserializeOwned>(
    port: &'static str,
    item: &Item,
) -> Result<Versioned<T>, Fault> {
    Ok(Versioned { value: from_json(port, item)?, version: read_number(port, item, "version")? })
}

/// Type S.
pub(super) fn text(value: impl Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// Type N.
pub(super) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// A moment: nanoseconds since 1970. Type N holds 38 digits, so nothing is cut
/// off, and its order is that of time.
pub(super) fn moment(at: Timestamp) -> AttributeValue {
    number(at.as_nanosecond())
}

/// The part of a list by time in which `id` stands. Derived ids are evenly
/// spread, so that any byte will do.
pub(super) fn shard(id: &Uuid) -> AttributeValue {
    number(shard_of(id))
}

/// See [`shard`].
pub(super) fn shard_of(id: &Uuid) -> u8 {
    let [.., last] = id.as_bytes();
    last % SHARDS
}

/// Type S, the value as JSON.
pub(super) fn json<T: Serialize>(port: &'static str, value: &T) -> Result<AttributeValue, Fault> {
    serde_json::to_string(value).map(AttributeValue::S).map_err(|_| unreadable(port, "data"))
}

/// The value in `data`.
pub(super) fn from_json<T: DeserializeOwned>(port: &'static str, item: &Item) -> Result<T, Fault> {
    serde_json::from_str(read_text(port, item, "data")?).map_err(|_| unreadable(port, "data"))
}

/// An attribute of type S.
pub(super) fn read_text<'a>(
    port: &'static str,
    item: &'a Item,
    name: &'static str,
) -> Result<&'a str, Fault> {
    match item.get(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(unreadable(port, name)),
    }
}

/// An attribute of type N that counts something.
pub(super) fn read_number(port: &'static str, item: &Item, name: &'static str) -> Result<u64, Fault> {
    match item.get(name) {
        Some(AttributeValue::N(digits)) => digits.parse().map_err(|_| unreadable(port, name)),
        _ => Err(unreadable(port, name)),
    }
}

/// An attribute that [`moment`] made.
pub(super) fn read_moment(port: &'static str, item: &Item, name: &'static str) -> Result<Timestamp, Fault> {
    let nanoseconds = match item.get(name) {
        Some(AttributeValue::N(digits)) => digits.parse::<i128>().ok(),
        _ => None,
    };
    nanoseconds.and_then(|at| Timestamp::from_nanosecond(at).ok()).ok_or_else(|| unreadable(port, name))
}

/// An attribute that is a UUID in text.
pub(super) fn read_uuid(port: &'static str, item: &Item, name: &'static str) -> Result<Uuid, Fault> {
    Uuid::parse_str(read_text(port, item, name)?).map_err(|_| unreadable(port, name))
}

/// The store holds what nobody here wrote. The attribute is named, its content
/// never.
pub(super) fn unreadable(port: &'static str, name: &'static str) -> Fault {
    Fault::Refused { port, reason: format!("cannot read the stored {name}") }
}
