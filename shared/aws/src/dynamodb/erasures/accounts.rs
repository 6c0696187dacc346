//! Where the accounts of days have somebody. All parts of all days are read, a
//! day in one request: they are found by day alone, and hold 17 bytes a person.

use super::{Erasures, KEPT};
use crate::dynamodb::Days;
use crate::dynamodb::read::AT_ONCE;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::civil::Date;
use rollcall_domain::day::DayRecord;
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{Days as _, Fault};
use serde_json::json;

/// Days read at a time.
const PAGE: u32 = 100;

impl Erasures {
    /// The oldest first.
    pub(super) async fn accounts_of(&self, resident: ResidentId) -> Result<Vec<String>, Fault> {
        let (days, mut closed, mut before) = (Days::new(&self.dynamo), Vec::new(), None::<Date>);
        loop {
            let some = days.list(before, PAGE).await?;
            before = some.last().map(|last| last.value.day);
            closed.extend(some.into_iter().map(|one| one.value).filter(|day| day.account.is_some()));
            if before.is_none() {
                break;
            }
        }
        closed.reverse();
        let found = stream::iter(closed).map(|day| theirs(&days, day, resident)).buffered(AT_ONCE);
        let found: Vec<Vec<String>> = found.try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }
}

async fn theirs(days: &Days, day: DayRecord, resident: ResidentId) -> Result<Vec<String>, Fault> {
    let people = days.people(KEPT, day.day, day.taking).await?;
    let theirs = people.into_iter().filter(|(id, _)| *id == resident);
    Ok(theirs.map(|(_, state)| json!({"day": day.day, "state": state}).to_string()).collect())
}
