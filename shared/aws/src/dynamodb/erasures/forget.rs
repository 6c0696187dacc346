//! Deleting for good, class by class. Without conditions where a key belongs to
//! nobody else: done again, it finds nothing.

use super::{Erasures, FORGET, PORT, listed, orders_stay, records_stay};
use crate::dynamodb::callbacks::PROMISE;
use crate::dynamodb::escalations::CASE;
use crate::dynamodb::item::{Item, moment, read_moment};
use crate::dynamodb::residents::number_key;
use crate::dynamodb::schema::{ATTEMPTS, CALLBACKS, CHECKS, NUMBERS, Table};
use crate::dynamodb::suppressions::subject_key;
use crate::dynamodb::write::{Transacted, Write, Written};
use jiff::Timestamp;
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::suppression::Subject;
use rollcall_ports::{Fault, Forgotten, Whose};

/// Writes of one transaction (API reference, TransactWriteItems).
const DELETED_AT_ONCE: usize = 100;

impl Erasures {
    pub(super) async fn forget_class(&self, class: Class, whose: &Whose<'_>) -> Result<Forgotten, Fault> {
        let asked_at = whose.erasure.asked_at;
        let by_itself = |after| self.passes(asked_at, after).map_or(Forgotten::Done(0), Forgotten::Passes);
        let gone = match class {
            Class::Callbacks => self.delete(&CALLBACKS, self.in_callbacks(whose, PROMISE).await?).await?,
            Class::Escalations => self.delete(&CALLBACKS, self.in_callbacks(whose, CASE).await?).await?,
            // Lists and their parts are named in messages, and nobody in them.
            Class::Queues => return Ok(by_itself(orders_stay())),
            Class::Stream => return Ok(by_itself(records_stay())),
            Class::Days => {
                let id = whose.resident.to_string();
                let keys = listed(&self.dynamo, FORGET, (&CHECKS, None), (CHECKS.partition, &id), None);
                self.delete(&CHECKS, keys.await?).await?
            }
            Class::Attempts => self.delete(&ATTEMPTS, self.attempts_of(whose).await?).await?,
            Class::Numbers => {
                self.entry_of(whose.resident).await?;
                match whose.number {
                    Some(number) => return self.number(number, whose.quiet_since).await,
                    None => 0,
                }
            }
            Class::Batches => match &whose.erasure.traces {
                Some(traces) => self.batches.forget_names(traces).await?,
                None => 0,
            },
            // By their own ports, by nobody, or not at all; of notices nothing
            // is kept here.
            Class::Register
            | Class::Notices
            | Class::Letters
            | Class::Suppressions
            | Class::Lists
            | Class::Residue
            | Class::Accounts
            | Class::Audit
            | Class::Erasures => 0,
        };
        Ok(Forgotten::Done(gone))
    }

    /// Promises or cases of somebody.
    pub(super) async fn in_callbacks(
        &self,
        whose: &Whose<'_>,
        kind: &'static str,
    ) -> Result<Vec<Item>, Fault> {
        let [_, _, index] = CALLBACKS.indexes else { return Ok(Vec::new()) };
        let (id, kind) = (whose.resident.to_string(), index.sort.map(|sort| (sort, kind)));
        listed(&self.dynamo, FORGET, (&CALLBACKS, Some(index)), (index.partition, &id), kind).await
    }

    async fn attempts_of(&self, whose: &Whose<'_>) -> Result<Vec<Item>, Fault> {
        let [_, _, index, _] = ATTEMPTS.indexes else { return Ok(Vec::new()) };
        let id = whose.resident.to_string();
        listed(&self.dynamo, FORGET, (&ATTEMPTS, Some(index)), (index.partition, &id), None).await
    }

    /// Deletes these items. What the index still held of items that are gone
    /// counts as well.
    async fn delete(&self, table: &Table, keys: Vec<Item>) -> Result<u64, Fault> {
        for some in keys.chunks(DELETED_AT_ONCE) {
            let writes: Vec<Write> = some.iter().map(|key| Write::delete(*table, key.clone())).collect();
            // Without conditions none is refused.
            self.dynamo.transact(FORGET, &writes).await?;
        }
        Ok(keys.len() as u64)
    }

    /// The item in which their entry of the suppression list was.
    async fn entry_of(&self, resident: ResidentId) -> Result<(), Fault> {
        let delete = Write::delete(NUMBERS, subject_key(Subject::Resident(resident)))
            .only_if("attribute_not_exists(#suppression)");
        // Refused, the entry stands: who forgets it is asked before.
        let _either: Transacted = self.dynamo.transact(FORGET, &[delete]).await?;
        Ok(())
    }

    /// When a number rang last. The gap holds for a telephone, whoever has it;
    /// an entry of the suppression list stays, and the number with it.
    async fn number(&self, number: PhoneNumber, quiet_since: Timestamp) -> Result<Forgotten, Fault> {
        let delete = Write::delete(NUMBERS, number_key(number))
            .only_if(
                "attribute_not_exists(#residents) AND attribute_not_exists(#suppression) AND
                 (attribute_not_exists(#last_rung_at) OR #last_rung_at <= :quiet_since)",
            )
            .with(":quiet_since", moment(quiet_since));
        let forget = Write::update(NUMBERS, number_key(number), "REMOVE #last_rung_at, #attempt")
            .only_if("attribute_not_exists(#residents) AND #last_rung_at <= :quiet_since")
            .with(":quiet_since", moment(quiet_since));
        let Some(item) = self.dynamo.get(FORGET, &NUMBERS, number_key(number)).await? else {
            return Ok(Forgotten::Done(0));
        };
        let Transacted::Refused(_) = self.dynamo.transact(FORGET, &[delete]).await? else {
            return Ok(Forgotten::Done(1));
        };
        if !item.contains_key("last_rung_at") {
            // Its entry stays, or somebody else has it by now.
            return Ok(Forgotten::Done(0));
        }
        match self.dynamo.write(FORGET, forget).await? {
            Written::Done => Ok(Forgotten::Done(1)),
            Written::Refused(Some(now)) if now.contains_key("residents") => Ok(Forgotten::Done(0)),
            Written::Refused(Some(now))
                if now.contains_key("last_rung_at")
                    && read_moment(PORT, &now, "last_rung_at")? > quiet_since =>
            {
                Ok(Forgotten::Waits("their telephone rang minutes ago"))
            }
            Written::Refused(_) => Ok(Forgotten::Waits("others keep changing the number")),
        }
    }
}
