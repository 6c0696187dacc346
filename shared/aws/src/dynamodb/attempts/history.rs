//! The dials to one resident, the latest first.

use super::{OF_RESIDENT, PORT};
use crate::dynamodb::Dynamo;
use crate::dynamodb::item::{Item, from_json, item, moment, read_moment, read_uuid, text};
use crate::dynamodb::read::key;
use crate::dynamodb::schema::ATTEMPTS;
use jiff::Timestamp;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::ids::{AttemptId, ResidentId};
use rollcall_ports::{Cursor, Fault};
use std::collections::BTreeMap;

/// Asks the index for a page of keys, and reads those dials.
///
/// A cursor is the place of the last one: when it began, and its id.
pub(super) async fn of_resident(
    dynamo: &Dynamo,
    resident: ResidentId,
    from: Option<&Cursor>,
    most: u32,
) -> Result<(Vec<Attempt>, Option<Cursor>), Fault> {
    let [_, _, index, _] = ATTEMPTS.indexes else { return Ok((Vec::new(), None)) };
    if most == 0 {
        return Ok((Vec::new(), None));
    }
    let start = from.map(|cursor| start(resident, cursor)).transpose()?;
    let answer = dynamo
        .query(&ATTEMPTS, Some(index))
        .key_condition_expression("#resident = :resident")
        .expression_attribute_names("#resident", "resident")
        .expression_attribute_values(":resident", text(resident))
        .scan_index_forward(false)
        .limit(i32::try_from(most).unwrap_or(i32::MAX))
        .set_exclusive_start_key(start)
        .send()
        .await;
    let answer = dynamo.noted(OF_RESIDENT, answer)?;
    let ids: Result<Vec<AttemptId>, Fault> =
        answer.items().iter().map(|entry| Ok(AttemptId::from_uuid(read_uuid(PORT, entry, "id")?))).collect();
    let ids = ids?;
    let keys = ids.iter().map(|id| key(&ATTEMPTS, text(id))).collect();
    let mut found = BTreeMap::new();
    for item in dynamo.get_each(OF_RESIDENT, (&ATTEMPTS, true), keys).await? {
        let attempt: Attempt = from_json(PORT, &item)?;
        found.insert(attempt.id, attempt);
    }
    let next = answer.last_evaluated_key.map(|last| cursor(&last)).transpose()?;
    Ok((ids.iter().filter_map(|id| found.remove(id)).collect(), next))
}

fn cursor(last: &Item) -> Result<Cursor, Fault> {
    let (at, id) = (read_moment(PORT, last, "begun_at")?, read_uuid(PORT, last, "id")?);
    Ok(Cursor(format!("{at} {id}")))
}

/// Where a query goes on: the keys of the index, and of the table.
fn start(resident: ResidentId, cursor: &Cursor) -> Result<Item, Fault> {
    let foreign = || Fault::Refused { port: PORT, reason: "a cursor that is not ours".to_owned() };
    let (at, id) = cursor.0.split_once(' ').ok_or_else(foreign)?;
    let at: Timestamp = at.parse().map_err(|_| foreign())?;
    let id: AttemptId = id.parse().map_err(|_| foreign())?;
    Ok(item([("resident", text(resident)), ("begun_at", moment(at)), ("id", text(id))]))
}
