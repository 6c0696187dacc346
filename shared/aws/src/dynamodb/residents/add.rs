//! Adding to the register: cheap where nothing is new.

use super::{ADD, PORT, counter_key, item, settle};
use crate::dynamodb::Dynamo;
use crate::dynamodb::item::{Item, from_json, number as n, read_uuid, text, unreadable};
use crate::dynamodb::read::{AT_ONCE, key};
use crate::dynamodb::schema::{COUNTERS, NUMBERS, RESIDENTS};
use crate::dynamodb::write::{Transacted, Write, Written};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{BatchId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::{Profile, Resident};
use rollcall_ports::{Fault, Upserted};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Writes in one transaction (API reference, TransactWriteItems).
const WRITES: usize = 100;
/// Bytes of residents in one transaction. 4 MB are allowed for all items
/// together, those of the numbers among them, as they are stored.
const BYTES: usize = 2 << 20;

/// What is compared with an offered resident who is known.
#[derive(Clone, Deserialize)]
struct Known {
    #[serde(flatten)]
    profile: Profile,
    batch: BatchId,
    batch_line: u64,
}

type Offered<'a> = &'a (Resident, Schedule);
type Register = BTreeMap<ResidentId, Known>;

/// Reads who is known already, eventually consistent, which is the cheapest
/// way to learn of a thousand scattered keys. Only those who were not found are
/// put, each on the condition that nobody is there: what reading missed, the
/// condition finds.
pub(super) async fn add(dynamo: &Dynamo, residents: &[(Resident, Schedule)]) -> Result<Vec<Upserted>, Fault> {
    let ids: BTreeSet<ResidentId> = residents.iter().map(|(resident, _)| resident.id).collect();
    let keys = ids.iter().map(|id| key(&RESIDENTS, text(id))).collect();
    let mut known = Register::new();
    for item in dynamo.get_each(ADD, (&RESIDENTS, false), keys).await? {
        remember(&mut known, &item)?;
    }
    // The first of several rows with one id is the one that is added.
    let mut offered = BTreeMap::new();
    for one in residents.iter().filter(|(resident, _)| !known.contains_key(&resident.id)) {
        offered.entry(one.0.id).or_insert(one);
    }
    let groups = (0..).zip(groups(offered.into_values().collect())?);
    // A failure leaves the rest of the groups for the repeat.
    let found: Vec<Register> = stream::iter(groups)
        .map(|(place, group)| create(dynamo, place, group))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    known.extend(found.into_iter().flatten());

    let mut answers = Vec::with_capacity(residents.len());
    for (resident, _) in residents {
        answers.push(match known.get(&resident.id) {
            Some(stored) => Upserted::Known {
                batch: stored.batch,
                line: stored.batch_line,
                same: stored.profile == resident.profile,
            },
            None => Upserted::Created,
        });
        let added = || Known {
            profile: resident.profile.clone(),
            batch: resident.batch,
            batch_line: resident.batch_line,
        };
        known.entry(resident.id).or_insert_with(added);
    }
    Ok(answers)
}

/// New residents, as one transaction takes them.
type Group = Vec<New>;

struct New {
    id: ResidentId,
    number: PhoneNumber,
    item: Item,
}

/// Divides new residents by what one transaction may hold. Those who share a
/// number come together, since two transactions on one number would disturb
/// each other.
fn groups(mut offered: Vec<Offered<'_>>) -> Result<Vec<Group>, Fault> {
    offered.sort_by_key(|(resident, _)| (resident.number, resident.id));
    let mut groups: Vec<Group> = Vec::new();
    let (mut writes, mut bytes, mut last) = (WRITES, 0, None);
    for one in offered {
        let item = item(&one.0, 1, one.1)?;
        let size = size(&item);
        let number = Some(one.0.number);
        let more = if number == last { 1 } else { 2 };
        if writes + more > WRITES || bytes + size > BYTES {
            groups.push(Group::new());
            // The counter's, and those of this resident.
            (writes, bytes) = (3, 0);
        } else {
            writes += more;
        }
        bytes += size;
        last = number;
        if let Some(group) = groups.last_mut() {
            group.push(New { id: one.0.id, number: one.0.number, item });
        }
    }
    Ok(groups)
}

/// About what an item counts for: names, and text as UTF-8.
fn size(item: &Item) -> usize {
    let text = |value: &AttributeValue| value.as_s().or_else(|_| value.as_n()).map_or(0, String::len);
    item.iter().map(|(name, value)| name.len() + text(value)).sum()
}

/// Creates all of a group in one transaction, and gives back those who turned
/// out to be known. Each try has fewer of them, so there is an end.
async fn create(dynamo: &Dynamo, place: usize, mut group: Group) -> Result<Register, Fault> {
    let mut found = Register::new();
    while !group.is_empty() {
        let Transacted::Refused(reasons) = dynamo.transact(ADD, &writes(place, &group)).await? else { break };
        let before = group.len();
        let mut left = Group::new();
        for (one, reason) in group.into_iter().zip(reasons) {
            match reason {
                Written::Done => left.push(one),
                Written::Refused(Some(old)) => remember(&mut found, &old)?,
                Written::Refused(None) => return Err(unreadable(PORT, "resident who is known")),
            }
        }
        if left.len() == before {
            return Err(Fault::Refused { port: PORT, reason: "a condition that nobody set".to_owned() });
        }
        group = left;
    }
    Ok(found)
}

/// The residents, then the numbers they are found by, then the count.
fn writes(place: usize, group: &[New]) -> Vec<Write> {
    let mut holders: BTreeMap<PhoneNumber, Vec<ResidentId>> = BTreeMap::new();
    for new in group {
        holders.entry(new.number).or_default().push(new.id);
    }
    let puts = group.iter().map(|new| Write::put(RESIDENTS, new.item.clone()).only_if_version(0));
    let mut writes: Vec<Write> = puts.collect();
    writes.extend(holders.into_iter().map(|(number, ids)| settle(number, ids)));
    // Neighbours of one file take different counters, and files too.
    let first = group.first().map_or(0, |new| usize::from(new.id.as_uuid().as_bytes()[0]));
    let counter = u8::try_from((first + place) % usize::from(COUNTERS)).unwrap_or(0);
    let count = Write::update(NUMBERS, counter_key(counter), "ADD #count :count");
    writes.push(count.with(":count", n(group.len() as u64)));
    writes
}

fn remember(known: &mut Register, item: &Item) -> Result<(), Fault> {
    let id = ResidentId::from_uuid(read_uuid(PORT, item, "id")?);
    known.insert(id, from_json(PORT, item)?);
    Ok(())
}
