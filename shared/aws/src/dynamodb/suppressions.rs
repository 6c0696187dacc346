//! The suppression list: an entry lies in the item of its number, so that the
//! intention to dial can ask for it in its own transaction; that of a resident
//! in an item of its own beside them.

use super::Dynamo;
use super::consumed::Operation;
use super::item::{Item, number as n, read_number, read_text, text, unreadable};
use super::read::key;
use super::residents::number_key;
use super::schema::NUMBERS;
use super::write::{Write, Written};
use async_trait::async_trait;
use rollcall_domain::ids::SuppressionId;
use rollcall_domain::suppression::{Entry, Subject};
use rollcall_ports::{Cursor, Fault, Saved, Versioned};
use std::collections::BTreeMap;

const PORT: &str = "suppressions";
const PUT: Operation = Operation { port: PORT, name: "put" };
const REMOVE: Operation = Operation { port: PORT, name: "remove" };
const OF: Operation = Operation { port: PORT, name: "of" };
const FIND: Operation = Operation { port: PORT, name: "find" };
const LIST: Operation = Operation { port: PORT, name: "list" };
const UNSETTLED: Operation = Operation { port: PORT, name: "unsettled" };

/// The attribute that an item has while its entry stands.
pub(super) const SUPPRESSED: &str = "suppressed";

/// The parts of the list: what is to be carried out, and the rest.
const PARTS: [u8; 2] = [0, 1];

/// The suppression list.
#[derive(Clone, Debug)]
pub struct Suppressions(Dynamo);

impl Suppressions {
    /// The list in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }

    /// Entries of one part before an id, the latest first, as they are now, and
    /// before which id the rest of the part stands, if there may be one.
    async fn part(
        &self,
        operation: Operation,
        (part, before): (u8, &str),
        most: u32,
    ) -> Result<(Vec<Versioned<Entry>>, Option<String>), Fault> {
        let answer = self
            .0
            .query(&NUMBERS, NUMBERS.indexes.first())
            .key_condition_expression("#part = :part AND #id < :before")
            .expression_attribute_names("#part", "suppression_list")
            .expression_attribute_names("#id", "suppression")
            .expression_attribute_values(":part", n(part))
            .expression_attribute_values(":before", text(before))
            .scan_index_forward(false)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .send()
            .await;
        let answer = self.0.noted(operation, answer)?;
        let more = answer.last_evaluated_key.is_some();
        let last = answer.items().last().filter(|_| more);
        let rest = last.map(|item| read_text(PORT, item, "suppression").map(str::to_owned)).transpose()?;
        Ok((self.read_back(operation, answer.items()).await?, rest))
    }

    /// The entries behind what an index answered, in its order. One that was
    /// replaced or removed since is left out.
    async fn read_back(&self, operation: Operation, listed: &[Item]) -> Result<Vec<Versioned<Entry>>, Fault> {
        let mut keys = Vec::with_capacity(listed.len());
        for item in listed {
            keys.push(key(&NUMBERS, text(read_text(PORT, item, "number")?)));
        }
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = BTreeMap::new();
        for item in self.0.get_each(operation, (&NUMBERS, true), keys).await? {
            if let Some(entry) = read(&item)? {
                found.insert(entry.value.suppression.id.to_string(), entry);
            }
        }
        let mut entries = Vec::with_capacity(listed.len());
        for item in listed {
            entries.extend(found.remove(read_text(PORT, item, "suppression")?));
        }
        Ok(entries)
    }
}

#[async_trait]
impl rollcall_ports::Suppressions for Suppressions {
    /// A write whose answer is lost may be repeated by the SDK and then find
    /// itself: `Changed`, and whoever reads again sees their own entry.
    async fn put(&self, entry: &Versioned<Entry>) -> Result<Saved, Fault> {
        let expression = if entry.value.standing().is_some() {
            "SET #suppression = :id, #suppression_version = :next, #suppression_data = :data,
             #suppression_list = :list, #suppressed = :next REMOVE #expires"
        } else {
            "SET #suppression = :id, #suppression_version = :next, #suppression_data = :data,
             #suppression_list = :list REMOVE #suppressed, #expires"
        };
        let data = serde_json::to_string(&entry.value).map_err(|_| unreadable(PORT, "entry"))?;
        let update = Write::update(NUMBERS, subject_key(entry.value.subject), expression)
            .with(":next", n(entry.version + 1))
            .with(":data", text(data))
            .with(":list", n(u8::from(entry.value.settled)))
            .with(":id", text(entry.value.suppression.id));
        let update = if entry.version == 0 {
            update.only_if("attribute_not_exists(#suppression)")
        } else {
            as_read(update, entry.version)
        };
        Ok(match self.0.write(PUT, update).await? {
            Written::Done => Saved::Done(entry.version + 1),
            Written::Refused(_) => Saved::Changed,
        })
    }

    async fn remove(&self, entry: &Versioned<Entry>) -> Result<Saved, Fault> {
        let expression = "REMOVE #suppression, #suppression_version, #suppression_data,
             #suppression_list, #suppressed";
        let update = Write::update(NUMBERS, subject_key(entry.value.subject), expression)
            .with(":id", text(entry.value.suppression.id));
        Ok(match self.0.write(REMOVE, as_read(update, entry.version)).await? {
            Written::Done => Saved::Done(entry.version),
            Written::Refused(_) => Saved::Changed,
        })
    }

    async fn of(&self, subjects: &[Subject]) -> Result<Vec<Option<Versioned<Entry>>>, Fault> {
        let mut keys = BTreeMap::new();
        for subject in subjects {
            keys.insert(*subject, subject_key(*subject));
        }
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = BTreeMap::new();
        for item in self.0.get_each(OF, (&NUMBERS, true), keys.into_values().collect()).await? {
            if let Some(entry) = read(&item)? {
                found.insert(entry.value.subject, entry);
            }
        }
        // One subject may be asked for twice.
        Ok(subjects.iter().map(|subject| found.get(subject).cloned()).collect())
    }

    async fn find(&self, id: SuppressionId) -> Result<Option<Versioned<Entry>>, Fault> {
        for part in PARTS {
            let answer = self
                .0
                .query(&NUMBERS, NUMBERS.indexes.first())
                .key_condition_expression("#part = :part AND #id = :id")
                .expression_attribute_names("#part", "suppression_list")
                .expression_attribute_names("#id", "suppression")
                .expression_attribute_values(":part", n(part))
                .expression_attribute_values(":id", text(id))
                .send()
                .await;
            let answer = self.0.noted(FIND, answer)?;
            if let Some(found) = self.read_back(FIND, answer.items()).await?.into_iter().next() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn list(&self, from: Option<&Cursor>, most: u32) -> Result<(Vec<Entry>, Option<Cursor>), Fault> {
        if most == 0 {
            return Ok((Vec::new(), None));
        }
        let (part, before) = place(from)?;
        let (found, rest) = self.part(LIST, (part, &before), most).await?;
        let entries = found.into_iter().map(|entry| entry.value);
        let stand = entries.filter(|entry| entry.standing().is_some()).collect();
        let next = match rest {
            Some(last) => Some(Cursor(format!("{part}:{last}"))),
            // The next part is a page of its own.
            None if part == PARTS[0] => Some(Cursor(format!("{}:{AFTER_ALL}", PARTS[1]))),
            None => None,
        };
        Ok((stand, next))
    }

    async fn unsettled(&self, most: u32) -> Result<Vec<Versioned<Entry>>, Fault> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let (mut found, _) = self.part(UNSETTLED, (PARTS[0], AFTER_ALL), most).await?;
        // What the index still held.
        found.retain(|entry| !entry.value.settled);
        Ok(found)
    }
}

/// Greater than every id.
const AFTER_ALL: &str = "g";

/// Part and id after which a list goes on. A cursor holds no number.
fn place(from: Option<&Cursor>) -> Result<(u8, String), Fault> {
    let Some(cursor) = from else { return Ok((PARTS[0], AFTER_ALL.to_owned())) };
    let foreign = || Fault::Refused { port: PORT, reason: "a cursor that is not ours".to_owned() };
    let (part, id) = cursor.0.split_once(':').ok_or_else(foreign)?;
    let part = part.parse().ok().filter(|part| PARTS.contains(part)).ok_or_else(foreign)?;
    Ok((part, id.to_owned()))
}

/// Only if the entry is the one that was read, and as it was.
fn as_read(update: Write, version: u64) -> Write {
    update.only_if("#suppression = :id AND #suppression_version = :version").with(":version", n(version))
}

/// The key of the item in which the entry of a subject lies.
pub(super) fn subject_key(subject: Subject) -> Item {
    match subject {
        Subject::Number(number) => number_key(number),
        Subject::Resident(id) => key(&NUMBERS, text(format_args!("resident-{id}"))),
    }
}

fn read(item: &Item) -> Result<Option<Versioned<Entry>>, Fault> {
    if !item.contains_key("suppression") {
        return Ok(None);
    }
    let value = serde_json::from_str(read_text(PORT, item, "suppression_data")?)
        .map_err(|_| unreadable(PORT, "suppression_data"))?;
    Ok(Some(Versioned { value, version: read_number(PORT, item, "suppression_version")? }))
}
