//! DynamoDB's charges by its documented rules, where its emulator does not know
//! them (Developer Guide, "DynamoDB throughput capacity", "Managing complex
//! workflows with transactions", "Using global secondary indexes").
//!
//! DynamoDB Local counts single requests rightly, indexes among them, but of a
//! transaction only the last item, nothing for what is not there, and nothing
//! for a write whose condition does not hold. For those, the items of a request
//! are read before and after it, past the meter, and charged here:
//!
//! - a write in a transaction: two units a kilobyte of the larger of the two;
//! - an entry of an index that comes, goes or changes its key: one unit, one
//!   unit, two (every entry is under a kilobyte: keys only). Indexes follow
//!   after the transaction, so theirs are not doubled; the guide does not say
//!   so in as many words;
//! - a refused condition: as if it had been written, without the indexes;
//! - nothing found: the least that a read costs.

use crate::http::{Answer, Protocol, ask};
use rollcall_aws::dynamodb::schema::{Index, TABLES, Table};
use serde_json::{Map, Value, json};

/// An item in DynamoDB's JSON; `None` where there is none.
type Item = Option<Map<String, Value>>;

/// An item that a transaction writes.
pub(crate) struct Touched {
    table: &'static Table,
    item: Item,
}

/// Reads what a request is about to write, or has written.
pub(crate) struct Reader<'a> {
    upstream: &'a str,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(upstream: &'a str) -> Self {
        Self { upstream }
    }

    /// The items of a transaction as they are now, in its order; none of any
    /// other request. `None` when they cannot be read.
    pub(crate) async fn touched(&self, operation: &str, body: &[u8]) -> Option<Vec<Touched>> {
        if operation != "TransactWriteItems" {
            return Some(Vec::new());
        }
        let request: Value = serde_json::from_slice(body).ok()?;
        let mut touched = Vec::new();
        for action in request["TransactItems"].as_array()? {
            let (_, write) = action.as_object()?.iter().next()?;
            let name = write["TableName"].as_str()?;
            let table = TABLES.iter().find(|table| name.ends_with(table.name))?;
            let fields = write.get("Key").or_else(|| write.get("Item"))?.as_object()?;
            let keys = [Some(table.partition), table.sort].into_iter().flatten();
            let key: Map<String, Value> =
                keys.filter_map(|key| Some((key.name.to_owned(), fields.get(key.name)?.clone()))).collect();
            let get = json!({ "TableName": name, "Key": key, "ConsistentRead": true }).to_string();
            touched.push(Touched { table, item: self.get(&get).await? });
        }
        Some(touched)
    }

    async fn get(&self, request: &str) -> Option<Item> {
        let form = Protocol::Target("DynamoDB_20120810.GetItem");
        let answer = ask(self.upstream, "dynamodb", ("POST", "/"), form, request.as_bytes()).await.ok()?;
        let mut found: Value = serde_json::from_slice(&answer.body).ok()?;
        (answer.status == 200).then(|| match found["Item"].take() {
            Value::Object(item) => Some(item),
            _ => None,
        })
    }
}

/// Read and write units of one request.
pub(crate) fn charge(
    operation: &str,
    request: &[u8],
    answer: &Answer,
    (before, after): (&[Touched], &[Touched]),
) -> (f64, f64) {
    let request: Value = serde_json::from_slice(request).unwrap_or_default();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let told = match &body["ConsumedCapacity"] {
        Value::Array(each) => each.iter().filter_map(|one| one["CapacityUnits"].as_f64()).sum(),
        one => one["CapacityUnits"].as_f64().unwrap_or(0.0),
    };
    match operation {
        "TransactWriteItems" => (0.0, transaction(before, after)),
        "PutItem" | "UpdateItem" if answer.status == 400 => (0.0, 1.0),
        "PutItem" | "UpdateItem" => (0.0, told),
        "BatchGetItem" => (told + missing(&request, &body), 0.0),
        _ => {
            let least = if request["ConsistentRead"] == json!(true) { 1.0 } else { 0.5 };
            (told.max(least), 0.0)
        }
    }
}

/// The table that a request is about; none of a transaction, which has several.
pub(crate) fn table_of(body: &[u8]) -> Option<&'static str> {
    let request: Value = serde_json::from_slice(body).ok()?;
    let batch = || request["RequestItems"].as_object()?.keys().next();
    let name = request["TableName"].as_str().or_else(|| batch().map(String::as_str))?;
    TABLES.iter().find(|table| name.ends_with(table.name)).map(|table| table.name)
}

fn transaction(before: &[Touched], after: &[Touched]) -> f64 {
    let pairs = before.iter().zip(after);
    pairs
        .map(|(old, new)| {
            let bytes = size(&old.item).max(size(&new.item)).max(1);
            // Items have 400 kB at most.
            let kilobytes = f64::from(u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX));
            let indexes = new.table.indexes.iter();
            2.0 * kilobytes + indexes.map(|index| moved(index, new.table, &old.item, &new.item)).sum::<f64>()
        })
        .sum()
}

/// What it costs that an index follows an item.
fn moved(index: &Index, table: &Table, old: &Item, new: &Item) -> f64 {
    let entry = |item: &Item| {
        let item = item.as_ref()?;
        let keys = [Some(index.partition), index.sort, Some(table.partition)].into_iter().flatten();
        keys.map(|key| item.get(key.name).cloned()).collect::<Option<Vec<Value>>>()
    };
    match (entry(old), entry(new)) {
        (None, None) => 0.0,
        (Some(old), Some(new)) if old == new => 0.0,
        (Some(_), Some(_)) => 2.0,
        _ => 1.0,
    }
}

/// The least for each key under which nothing is.
fn missing(request: &Value, body: &Value) -> f64 {
    let Some(tables) = request["RequestItems"].as_object() else { return 0.0 };
    let each = tables.iter().map(|(table, wanted)| {
        let asked = wanted["Keys"].as_array().map_or(0, Vec::len);
        let found = body["Responses"][table].as_array().map_or(0, Vec::len);
        let least = if wanted["ConsistentRead"] == json!(true) { 1.0 } else { 0.5 };
        least * f64::from(u32::try_from(asked.saturating_sub(found)).unwrap_or(0))
    });
    each.sum()
}

/// Bytes of an item: names and values, text as UTF-8 (Developer Guide, "DynamoDB
/// item sizes and formats").
fn size(item: &Item) -> usize {
    item.iter().flatten().map(|(name, value)| name.len() + bytes(value)).sum()
}

fn bytes(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|typed| typed.iter().next()) else { return 0 };
    let text = value.as_str().map_or(0, str::len);
    match kind.as_str() {
        "S" => text,
        "N" => text.div_ceil(2) + 1,
        "SS" => value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::len).sum(),
        // No other type is stored.
        _ => 1,
    }
}
