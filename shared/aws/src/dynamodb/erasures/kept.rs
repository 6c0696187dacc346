//! What would be deleted of somebody, for an export.

use super::{Erasures, KEPT, PORT, calls, known, orders_stay, records_stay};
use crate::dynamodb::Letters;
use crate::dynamodb::callbacks::PROMISE;
use crate::dynamodb::escalations::CASE;
use crate::dynamodb::item::{Item, read_moment, read_text};
use crate::dynamodb::residents::number_key;
use crate::dynamodb::schema::{CALLBACKS, NUMBERS};
use jiff::SignedDuration;
use rollcall_domain::erasure::Class;
use rollcall_ports::{Fault, Whose};
use serde_json::json;

impl Erasures {
    /// Each thing of a class, as text.
    pub(super) async fn kept_of(&self, class: Class, whose: &Whose<'_>) -> Result<Vec<String>, Fault> {
        match class {
            Class::Callbacks => self.texts(self.in_callbacks(whose, PROMISE).await?).await,
            Class::Escalations => self.texts(self.in_callbacks(whose, CASE).await?).await,
            Class::Attempts => {
                let mut calls = calls(&self.dynamo, whose.resident).await?;
                // The oldest first, as elsewhere.
                calls.reverse();
                Ok(calls.iter().map(|call| json!(call).to_string()).collect())
            }
            Class::Letters => {
                let known = known(&self.dynamo, whose.resident, Some(whose.erasure)).await?;
                Letters::new(&self.dynamo).about(&known).await
            }
            Class::Numbers => {
                let Some(number) = whose.number else { return Ok(Vec::new()) };
                let found = self.dynamo.get(KEPT, &NUMBERS, number_key(number)).await?;
                let rang = found.filter(|item| item.contains_key("last_rung_at"));
                let rang = rang.map(|item| read_moment(PORT, &item, "last_rung_at")).transpose()?;
                Ok(rang.into_iter().map(|at| json!({"last_rang_at": at}).to_string()).collect())
            }
            Class::Accounts => self.accounts_of(whose.resident).await,
            Class::Queues => Ok(vec![unseen("orders to call you", orders_stay())]),
            Class::Stream => {
                Ok(vec![unseen("records of your calls, of which \"attempts\" has all", records_stay())])
            }
            Class::Register
            | Class::Notices
            | Class::Suppressions
            | Class::Days
            | Class::Lists
            | Class::Batches
            | Class::Residue
            | Class::Audit
            | Class::Erasures => Ok(Vec::new()),
        }
    }

    async fn texts(&self, keys: Vec<Item>) -> Result<Vec<String>, Fault> {
        let found = self.dynamo.get_each(KEPT, (&CALLBACKS, true), keys).await?;
        found.iter().map(|item| read_text(PORT, item, "data").map(str::to_owned)).collect()
    }
}

/// Of what cannot be listed by person.
fn unseen(what: &str, stays: SignedDuration) -> String {
    json!({"there_may_be": what, "gone_by_itself_after_hours": stays.as_hours()}).to_string()
}
