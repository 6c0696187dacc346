//! Searching the register, by scanning it.
//!
//! There is no index for it: each would cost every load and most calls a write
//! more, and a town is scanned for a few hundredths of a cent. In the order of
//! the table a search stops when the page is full; any other order needs
//! everybody to be looked at first, for each page, and is refused on a
//! register that is too large for that.

use super::{PORT, SEARCH};
use crate::dynamodb::Dynamo;
use crate::dynamodb::item::{Item, read_moment, read_uuid, read_versioned, text};
use crate::dynamodb::read::key;
use crate::dynamodb::schema::RESIDENTS;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::search::Filter;
use rollcall_ports::{Cursor, Fault, Listed, Order, Question, Ranking, Search};

/// Items that one request to DynamoDB looks at: a MB of ordinary residents,
/// which is as much as it reads at once.
const SLICE: i32 = 1_000;
/// Items that one search looks at in the order of the table: some seconds.
const WALK: usize = 20_000;
/// Items that are put into another order: as much as is read within the time
/// that a request to the API may take.
const RANK: usize = 60_000;

/// Answers `question`.
pub(super) async fn search(
    dynamo: &Dynamo,
    question: &Question<'_>,
    from: Option<&Cursor>,
    most: u32,
) -> Result<Search, Fault> {
    match question.order {
        Order::Register => walk(dynamo, question, from, most).await,
        Order::Registered | Order::Name | Order::NextDue | Order::LastReached => {
            rank(dynamo, question, from, most).await
        }
    }
}

async fn walk(
    dynamo: &Dynamo,
    question: &Question<'_>,
    from: Option<&Cursor>,
    most: u32,
) -> Result<Search, Fault> {
    let mut after = None;
    if let Some(cursor) = from {
        let Ok(id) = cursor.0.parse::<ResidentId>() else { return Ok(Search::ForeignCursor) };
        after = Some(id);
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut found, mut looked_at) = (Vec::new(), 0);
    loop {
        // Where nobody is left out, no more is read than is answered.
        let all = *question.filter == Filter::default();
        let limit = if all { i32::try_from(most - found.len()).unwrap_or(SLICE) } else { SLICE };
        let slice = slice(dynamo, after, limit.clamp(1, SLICE)).await?;
        for item in &slice.items {
            if found.len() >= most {
                break;
            }
            looked_at += 1;
            let listed = listed(item)?;
            after = Some(listed.resident.value.id);
            if question.admits(&listed.resident.value) {
                found.push(listed);
            }
        }
        let is_full = found.len() >= most;
        if !is_full {
            after = slice.last;
        }
        let Some(last) = after.filter(|_| is_full || slice.last.is_some()) else {
            return Ok(Search::Found(found, None));
        };
        if is_full || looked_at >= WALK {
            return Ok(Search::Found(found, Some(Cursor(last.to_string()))));
        }
    }
}

async fn rank(
    dynamo: &Dynamo,
    question: &Question<'_>,
    from: Option<&Cursor>,
    most: u32,
) -> Result<Search, Fault> {
    let Some(mut ranking) = Ranking::new(question, from, most) else { return Ok(Search::ForeignCursor) };
    let (mut after, mut looked_at) = (None, 0);
    loop {
        let slice = slice(dynamo, after, SLICE).await?;
        looked_at += slice.items.len();
        if looked_at > RANK {
            return Ok(Search::TooMany);
        }
        for item in &slice.items {
            let listed = listed(item)?;
            if question.admits(&listed.resident.value) {
                ranking.offer(listed);
            }
        }
        after = slice.last;
        if after.is_none() {
            return Ok(ranking.end());
        }
    }
}

/// A part of the table.
struct Slice {
    items: Vec<Item>,
    /// Where the rest starts; `None` at the end.
    last: Option<ResidentId>,
}

/// May be out of date, for half the price: nothing is decided by a search.
async fn slice(dynamo: &Dynamo, after: Option<ResidentId>, limit: i32) -> Result<Slice, Fault> {
    let answer = dynamo
        .client
        .scan()
        .table_name(dynamo.tables.name(&RESIDENTS))
        .limit(limit)
        .set_exclusive_start_key(after.map(|id| key(&RESIDENTS, text(id))))
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await;
    let answer = dynamo.noted(SEARCH, answer)?;
    let last = answer.last_evaluated_key.as_ref().map(|last| read_uuid(PORT, last, "id")).transpose()?;
    Ok(Slice { items: answer.items.unwrap_or_default(), last: last.map(ResidentId::from_uuid) })
}

fn listed(item: &Item) -> Result<Listed, Fault> {
    let next_due = item.contains_key("next_due").then(|| read_moment(PORT, item, "next_due")).transpose()?;
    Ok(Listed { resident: read_versioned(PORT, item)?, next_due })
}
