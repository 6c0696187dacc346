//! What is known of each dial, and the intention to dial.

mod history;
mod tally;

use super::consumed::Operation;
use super::item::{Item, moment, read_moment, read_text, read_uuid, read_versioned, shard, text, versioned};
use super::read::key;
use super::residents::{number_key, renumbered, write_back};
use super::schema::{ATTEMPTS, NUMBERS};
use super::suppressions::SUPPRESSED;
use super::write::{Transacted, Write, Written};
use super::{Dynamo, TRIES};
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::breaker::Recent;
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::{AttemptId, ContactId, ResidentId};
use rollcall_ports::{Began, Begin, Cursor, Fault, Saved, Tallied, Versioned};

const PORT: &str = "attempts";
const BEGIN: Operation = Operation { port: PORT, name: "begin" };
const GET: Operation = Operation { port: PORT, name: "get" };
const BY_CONTACT: Operation = Operation { port: PORT, name: "by_contact" };
const SAVE: Operation = Operation { port: PORT, name: "save" };
const OPEN: Operation = Operation { port: PORT, name: "open" };
const OF_RESIDENT: Operation = Operation { port: PORT, name: "of_resident" };
const TALLY: Operation = Operation { port: PORT, name: "tally" };
const RECENT: Operation = Operation { port: PORT, name: "recent" };

/// Bytes of the longest text that can be the key of an index (Developer Guide,
/// "Service, account, and table quotas").
const LONGEST_KEY: usize = 2048;

/// What is known of each dial.
#[derive(Clone, Debug)]
pub struct Attempts(Dynamo);

impl Attempts {
    /// The dials in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self(dynamo.clone())
    }

    async fn read(&self, operation: Operation, id: AttemptId) -> Result<Option<Versioned<Attempt>>, Fault> {
        let item = self.0.get(operation, &ATTEMPTS, key(&ATTEMPTS, text(id))).await?;
        item.map(|item| read_versioned(PORT, &item)).transpose()
    }
}

#[async_trait]
impl rollcall_ports::Attempts for Attempts {
    async fn begin(&self, order: &Begin) -> Result<Began, Fault> {
        if order.resident.version == 0 {
            return Ok(Began::Changed);
        }
        let attempt = &order.attempt;
        let writes = [
            Write::put(ATTEMPTS, stored(&self.0, &attempt.value, attempt.version + 1)?)
                .only_if_version(attempt.version),
            write_back(&order.resident, order.schedule)?,
        ];
        let mut rung_at = order.now;
        for _ in 0..TRIES {
            let [dial, person] = writes.clone();
            // A new call of `transact` each time, and with it a new token: see
            // there why it is not derived from the attempt.
            let Transacted::Refused(reasons) =
                self.0.transact(BEGIN, &[dial, person, ring(order, rung_at)]).await?
            else {
                return Ok(Began::Granted);
            };
            match refused(order, &reasons)? {
                Hindrance::For(began) => return Ok(began),
                Hindrance::RungLater(at) => rung_at = at,
            }
        }
        Err(Fault::Throttled(PORT))
    }

    async fn get(&self, id: AttemptId) -> Result<Option<Versioned<Attempt>>, Fault> {
        self.read(GET, id).await
    }

    async fn by_contact(&self, contact: &ContactId) -> Result<Option<Versioned<Attempt>>, Fault> {
        let [_, index, _, _] = ATTEMPTS.indexes else { return Ok(None) };
        if !is_key(contact) {
            return Ok(None);
        }
        let answer = self
            .0
            .query(&ATTEMPTS, Some(index))
            .key_condition_expression("#contact = :contact")
            .expression_attribute_names("#contact", "contact")
            .expression_attribute_values(":contact", text(contact.as_str()))
            .limit(1)
            .send()
            .await;
        let answer = self.0.noted(BY_CONTACT, answer)?;
        let Some(entry) = answer.items().first() else { return Ok(None) };
        let id = AttemptId::from_uuid(read_uuid(PORT, entry, "id")?);
        // The index may still hold what the attempt no longer says.
        let found = self.read(BY_CONTACT, id).await?;
        Ok(found.filter(|found| found.value.facts.contact.as_ref() == Some(contact)))
    }

    async fn save(&self, attempt: &Versioned<Attempt>) -> Result<Saved, Fault> {
        if attempt.version == 0 {
            return Ok(Saved::Changed);
        }
        let version = attempt.version + 1;
        let put =
            Write::put(ATTEMPTS, stored(&self.0, &attempt.value, version)?).only_if_version(attempt.version);
        Ok(match self.0.write(SAVE, put).await? {
            Written::Done => Saved::Done(version),
            Written::Refused(_) => Saved::Changed,
        })
    }

    async fn open(&self, began_before: Timestamp, most: u32) -> Result<Vec<AttemptId>, Fault> {
        let [open, _, _, _] = ATTEMPTS.indexes else { return Ok(Vec::new()) };
        // A list is asked up to a moment, and this one before it; times are
        // stored to the nanosecond.
        let Ok(until) = began_before.checked_sub(jiff::SignedDuration::from_nanos(1)) else {
            return Ok(Vec::new());
        };
        let ids = self.0.list(OPEN, (&ATTEMPTS, open), until, most).await?;
        Ok(ids.into_iter().map(AttemptId::from_uuid).collect())
    }

    async fn of_resident(
        &self,
        resident: ResidentId,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<(Vec<Attempt>, Option<Cursor>), Fault> {
        history::of_resident(&self.0, resident, from, most).await
    }

    async fn tally(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Tallied>, Fault> {
        tally::tally(&self.0, from, until).await
    }

    async fn recent(&self, from: Timestamp, until: Timestamp, most: u32) -> Result<Vec<Recent>, Fault> {
        tally::recent(&self.0, (from, until), most).await
    }
}

/// An attempt as an item.
fn stored(dynamo: &Dynamo, attempt: &Attempt, version: u64) -> Result<Item, Fault> {
    let id = attempt.id.as_uuid();
    let mut item = versioned(PORT, id, attempt, version)?;
    item.insert("begun_at".to_owned(), moment(attempt.begun_at));
    item.insert("resident".to_owned(), text(attempt.resident));
    if attempt.is_closed() {
        let [day, came_to] = tally::place(attempt);
        item.insert("day".to_owned(), day);
        item.insert("came_to".to_owned(), came_to);
    } else {
        item.insert("open_shard".to_owned(), shard(id));
    }
    dynamo.ages(&mut item, Class::Attempts, attempt.over_since());
    if let Some(contact) = attempt.facts.contact.as_ref().filter(|contact| is_key(contact)) {
        item.insert("contact".to_owned(), text(contact.as_str()));
    }
    Ok(item)
}

/// Whether an index can hold it. Connect's own ids have 36 characters, but
/// nothing is assumed of them, and a strange one must not bar the writing of
/// what is known.
fn is_key(contact: &ContactId) -> bool {
    (1..=LONGEST_KEY).contains(&contact.as_str().len())
}

/// The ring of the number at `rung_at`: not while it is on the suppression
/// list, not within the gap after another
/// attempt, and never before what is stored.
fn ring(order: &Begin, rung_at: Timestamp) -> Write {
    let key = number_key(order.number);
    Write::update(NUMBERS, key, "SET #last_rung_at = :rung_at, #attempt = :attempt")
        .only_if(
            "attribute_not_exists(#suppressed) AND
             (attribute_not_exists(#last_rung_at) OR #last_rung_at <= :quiet_since
             OR (#attempt = :attempt AND #last_rung_at <= :rung_at))",
        )
        .with(":rung_at", moment(rung_at))
        .with(":quiet_since", moment(order.quiet_since))
        .with(":attempt", text(order.attempt.value.id))
}

/// What stands in the way of an attempt.
enum Hindrance {
    /// The answer to whoever asked.
    For(Began),
    /// The attempt itself rang later than now, by the clock of another dialer:
    /// the later time stays.
    RungLater(Timestamp),
}

fn refused(order: &Begin, reasons: &[Written]) -> Result<Hindrance, Fault> {
    let [dial, person, ring] = reasons else {
        return Err(Fault::Refused { port: PORT, reason: "not three reasons for three writes".to_owned() });
    };
    if *dial == Written::Done && *person == Written::Done {
        let Written::Refused(Some(number)) = ring else {
            return Err(Fault::Refused { port: PORT, reason: "no reason for a refusal".to_owned() });
        };
        if number.contains_key(SUPPRESSED) {
            return Ok(Hindrance::For(Began::Suppressed));
        }
        let at = read_moment(PORT, number, "last_rung_at")?;
        let own = read_text(PORT, number, "attempt")? == order.attempt.value.id.to_string();
        return Ok(if own { Hindrance::RungLater(at) } else { Hindrance::For(Began::NumberBusy(at)) });
    }
    if *dial == Written::Done
        && let Written::Refused(old) = person
        && renumbered(&order.resident, old.as_ref())?.is_some()
    {
        let reason = "a dial does not give a resident another number".to_owned();
        return Err(Fault::Refused { port: PORT, reason });
    }
    Ok(Hindrance::For(Began::Changed))
}
