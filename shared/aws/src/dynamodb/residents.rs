//! The register.

mod add;
mod leaving;
mod search;

use super::Dynamo;
use super::consumed::Operation;
use super::item::{
    Item, moment, number as n, read_number, read_text, read_uuid, read_versioned, shard, text, unreadable,
    versioned,
};
use super::read::key;
use super::schema::{COUNTERS, NUMBERS, RESIDENTS};
use super::write::{Transacted, Write, Written};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::Timestamp;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_ports::{Cursor, Fault, Page, Question, Removed, Saved, Search, Upserted, Versioned};
use std::collections::{BTreeMap, BTreeSet};

const PORT: &str = "residents";
const ADD: Operation = Operation { port: PORT, name: "add" };
const GET: Operation = Operation { port: PORT, name: "get" };
const GET_EACH: Operation = Operation { port: PORT, name: "get_each" };
const SAVE: Operation = Operation { port: PORT, name: "save" };
const DUE: Operation = Operation { port: PORT, name: "due" };
const TO_REVIEW: Operation = Operation { port: PORT, name: "to_review" };
const SHARING: Operation = Operation { port: PORT, name: "sharing" };
const PAGE: Operation = Operation { port: PORT, name: "page" };
const COUNT: Operation = Operation { port: PORT, name: "count" };
const REMOVE: Operation = Operation { port: PORT, name: "remove" };
const SEARCH: Operation = Operation { port: PORT, name: "search" };

/// The register.
///
/// Who has a number is kept beside it, in the item of the number, so that
/// everybody who shares one is found with one read; it changes in the same
/// transaction as the resident. So does the count of all.
#[derive(Clone, Debug)]
pub struct Residents(Dynamo);

impl Residents {
    /// The register in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }

    /// Who has each of these numbers.
    async fn holders(
        &self,
        numbers: BTreeSet<PhoneNumber>,
    ) -> Result<BTreeMap<PhoneNumber, BTreeSet<ResidentId>>, Fault> {
        let keys = numbers.into_iter().map(number_key).collect();
        let mut holders = BTreeMap::new();
        for item in self.0.get_each(SHARING, (&NUMBERS, true), keys).await? {
            let number = PhoneNumber::from_e164(read_text(PORT, &item, "number")?);
            let number = number.map_err(|_| unreadable(PORT, "number"))?;
            let Some(AttributeValue::Ss(ids)) = item.get("residents") else { continue };
            let ids: Result<_, _> = ids.iter().map(|id| id.parse()).collect();
            holders.insert(number, ids.map_err(|_| unreadable(PORT, "residents"))?);
        }
        Ok(holders)
    }
}

#[async_trait]
impl rollcall_ports::Residents for Residents {
    async fn add(&self, residents: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, Fault> {
        add::add(&self.0, residents).await
    }

    async fn get(&self, id: ResidentId) -> Result<Option<Versioned<Resident>>, Fault> {
        let item = self.0.get(GET, &RESIDENTS, key(&RESIDENTS, text(id))).await?;
        item.map(|item| read_versioned(PORT, &item)).transpose()
    }

    async fn get_each(&self, ids: &[ResidentId]) -> Result<Vec<Option<Versioned<Resident>>>, Fault> {
        let distinct: BTreeSet<ResidentId> = ids.iter().copied().collect();
        let keys = distinct.into_iter().map(|id| key(&RESIDENTS, text(id))).collect();
        let mut found = BTreeMap::new();
        for item in self.0.get_each(GET_EACH, (&RESIDENTS, false), keys).await? {
            let resident: Versioned<Resident> = read_versioned(PORT, &item)?;
            found.insert(resident.value.id, resident);
        }
        // One id may be asked for twice.
        Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
    }

    async fn save(&self, resident: &Versioned<Resident>, schedule: Schedule) -> Result<Saved, Fault> {
        if resident.version == 0 {
            return Ok(Saved::Changed);
        }
        let done = Saved::Done(resident.version + 1);
        let put = write_back(resident, schedule)?;
        let Written::Refused(old) = self.0.write(SAVE, put).await? else { return Ok(done) };
        let Some(former) = renumbered(resident, old.as_ref())? else { return Ok(Saved::Changed) };
        // The number is new: whoever had the former one must be found by this.
        let id = resident.value.id;
        let item = item(&resident.value, resident.version + 1, schedule)?;
        let with = [
            Write::put(RESIDENTS, item).only_if_version(resident.version),
            settle(resident.value.number, [id]),
        ];
        Ok(match self.leave(SAVE, (former, &resident.value), &with).await? {
            Transacted::Done => done,
            Transacted::Refused(_) => Saved::Changed,
        })
    }

    async fn remove(&self, resident: &Versioned<Resident>) -> Result<Removed, Fault> {
        if resident.version == 0 {
            return Ok(Removed::Changed);
        }
        let id = resident.value.id;
        let count = Write::update(NUMBERS, counter_key(counter_of(id)), "ADD #count :count");
        let with = [
            // With the number of that version: else whoever has it now would
            // still be found by it.
            Write::delete(RESIDENTS, key(&RESIDENTS, text(id)))
                .only_if("#version = :version AND #number = :number")
                .with(":version", n(resident.version))
                .with(":number", text(resident.value.number.e164())),
            count.with(":count", n(-1)),
        ];
        Ok(match self.leave(REMOVE, (resident.value.number, &resident.value), &with).await? {
            Transacted::Done => Removed::Done,
            Transacted::Refused(_) => Removed::Changed,
        })
    }

    async fn search(
        &self,
        question: &Question<'_>,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<Search, Fault> {
        search::search(&self.0, question, from, most).await
    }

    async fn due(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        let [due, _] = RESIDENTS.indexes else { return Ok(Vec::new()) };
        let ids = self.0.list(DUE, (&RESIDENTS, due), now, most).await?;
        Ok(ids.into_iter().map(ResidentId::from_uuid).collect())
    }

    async fn to_review(&self, now: Timestamp, most: u32) -> Result<Vec<ResidentId>, Fault> {
        let [_, review] = RESIDENTS.indexes else { return Ok(Vec::new()) };
        let ids = self.0.list(TO_REVIEW, (&RESIDENTS, review), now, most).await?;
        Ok(ids.into_iter().map(ResidentId::from_uuid).collect())
    }

    async fn with_number(&self, number: PhoneNumber) -> Result<Vec<ResidentId>, Fault> {
        let holders = self.holders(BTreeSet::from([number])).await?;
        Ok(holders.into_values().flatten().collect())
    }

    async fn sharing(&self, number: PhoneNumber, besides: ResidentId) -> Result<u64, Fault> {
        Ok(self.sharing_each(&[(number, besides)]).await?.into_iter().sum())
    }

    async fn sharing_each(&self, asked: &[(PhoneNumber, ResidentId)]) -> Result<Vec<u64>, Fault> {
        let holders = self.holders(asked.iter().map(|(number, _)| *number).collect()).await?;
        let others = |(number, besides): &(PhoneNumber, ResidentId)| {
            let all = holders.get(number);
            all.map_or(0, |all| all.iter().filter(|id| *id != besides).count() as u64)
        };
        Ok(asked.iter().map(others).collect())
    }

    async fn page(&self, from: Option<&Cursor>, most: u32) -> Result<Page, Fault> {
        if most == 0 {
            return Ok(Page { residents: Vec::new(), next: None });
        }
        let foreign = |_| Fault::Refused { port: PORT, reason: "a cursor that is not ours".to_owned() };
        let from = from.map(|cursor| cursor.0.parse::<ResidentId>().map_err(foreign)).transpose()?;
        let answer = self
            .0
            .client
            .scan()
            .table_name(self.0.tables.name(&RESIDENTS))
            // The ledger accounts for everybody, so nobody who was just loaded
            // may be missing from it.
            .consistent_read(true)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .set_exclusive_start_key(from.map(|id| key(&RESIDENTS, text(id))))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let answer = self.0.noted(PAGE, answer)?;
        let residents: Result<_, _> = answer.items().iter().map(|item| read_versioned(PORT, item)).collect();
        let next = answer.last_evaluated_key.map(|last| read_uuid(PORT, &last, "id")).transpose()?;
        Ok(Page { residents: residents?, next: next.map(|id| Cursor(id.to_string())) })
    }

    async fn count(&self) -> Result<u64, Fault> {
        let keys = (0..COUNTERS).map(counter_key).collect();
        let counters = self.0.get_each(COUNT, (&NUMBERS, true), keys).await?;
        let counts: Result<Vec<i64>, Fault> = counters.iter().map(count).collect();
        // Any of them may be below nought: whoever leaves is seldom taken from
        // the counter that they were added to.
        u64::try_from(counts?.into_iter().sum::<i64>()).map_err(|_| unreadable(PORT, "count"))
    }
}

/// Puts a resident in the place of the version before, with the number of
/// that version: whoever is found by their number must not lose it unseen.
pub(super) fn write_back(resident: &Versioned<Resident>, schedule: Schedule) -> Result<Write, Fault> {
    let item = item(&resident.value, resident.version + 1, schedule)?;
    Ok(Write::put(RESIDENTS, item)
        .only_if("#version = :version AND #number = :number")
        .with(":version", n(resident.version))
        .with(":number", text(resident.value.number.e164())))
}

/// The former number of a resident whom [`write_back`] refused for no other
/// reason than a new one.
pub(super) fn renumbered(
    resident: &Versioned<Resident>,
    old: Option<&Item>,
) -> Result<Option<PhoneNumber>, Fault> {
    let Some(old) = old else { return Ok(None) };
    if read_number(PORT, old, "version")? != resident.version {
        return Ok(None);
    }
    let former = PhoneNumber::from_e164(read_text(PORT, old, "number")?);
    former.map(Some).map_err(|_| unreadable(PORT, "number"))
}

/// A resident as an item.
fn item(resident: &Resident, version: u64, schedule: Schedule) -> Result<Item, Fault> {
    let id = resident.id.as_uuid();
    let mut item = versioned(PORT, id, resident, version)?;
    item.insert("number".to_owned(), text(resident.number.e164()));
    let lists =
        [("due_shard", "next_due", schedule.next_due), ("review_shard", "review_at", schedule.review_at)];
    for (part, time, at) in lists {
        if let Some(at) = at {
            item.insert(part.to_owned(), shard(id));
            item.insert(time.to_owned(), moment(at));
        }
    }
    Ok(item)
}

/// Adds residents to those who have a number, which does not age any more.
fn settle(number: PhoneNumber, ids: impl IntoIterator<Item = ResidentId>) -> Write {
    Write::update(NUMBERS, number_key(number), "ADD #residents :residents REMOVE #expires")
        .with(":residents", holders_of(ids))
}

fn holders_of(ids: impl IntoIterator<Item = ResidentId>) -> AttributeValue {
    AttributeValue::Ss(ids.into_iter().map(|id| id.to_string()).collect())
}

/// The key of a number's item.
pub(super) fn number_key(number: PhoneNumber) -> Item {
    key(&NUMBERS, text(number.e164()))
}

/// What a counter of residents says.
fn count(item: &Item) -> Result<i64, Fault> {
    match item.get("count") {
        Some(AttributeValue::N(digits)) => digits.parse().map_err(|_| unreadable(PORT, "count")),
        _ => Err(unreadable(PORT, "count")),
    }
}

/// The counter from which somebody is taken off; ids are evenly spread.
fn counter_of(id: ResidentId) -> u8 {
    let [first, ..] = id.as_uuid().as_bytes();
    first % COUNTERS
}

/// The key of one of the counters of residents.
fn counter_key(counter: u8) -> Item {
    key(&NUMBERS, text(format_args!("residents-{counter}")))
}
