//! The audit log: who did what, when.

use super::Dynamo;
use super::consumed::Operation;
use super::item::{Item, from_json, item, json, read_text, text};
use super::read::key;
use super::schema::{AUDIT, CONTROL};
use super::write::Write;
use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rollcall_domain::erasure::Class;
use rollcall_ports::{AuditEntry, Cursor, Fault};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

const PORT: &str = "audit";
const RECORD: Operation = Operation { port: PORT, name: "record" };
const LIST: Operation = Operation { port: PORT, name: "list" };

/// The key of the item that names the months in which something was done.
const MONTHS: &str = "audit months";

/// The audit log.
///
/// A place in the list is the moment of the deed and its key. An entry is
/// listed a moment after it was recorded, and one that is recorded late, such
/// as by a message that came again, stands where its moment is: whoever has
/// gone past does not meet it.
#[derive(Clone, Debug)]
pub struct Audit {
    dynamo: Dynamo,
    /// Months that are known to be named, so that each program names a month
    /// once.
    named: Arc<Mutex<BTreeSet<String>>>,
}

impl Audit {
    /// The log in these tables.
    #[must_use]
    pub fn new(dynamo: &Dynamo) -> Self {
        Self { dynamo: dynamo.clone(), named: Arc::default() }
    }

    /// Before the first entry of a month is written, so that none is in a
    /// month that nobody lists.
    async fn name_month(&self, month: &str) -> Result<(), Fault> {
        if self.named.lock().unwrap_or_else(PoisonError::into_inner).contains(month) {
            return Ok(());
        }
        let update = Write::update(CONTROL, key(&CONTROL, text(MONTHS)), "ADD #months :month")
            .with(":month", AttributeValue::Ss(vec![month.to_owned()]));
        self.dynamo.write(RECORD, update).await?;
        self.named.lock().unwrap_or_else(PoisonError::into_inner).insert(month.to_owned());
        Ok(())
    }

    async fn months(&self) -> Result<BTreeSet<String>, Fault> {
        let item = self.dynamo.get(LIST, &CONTROL, key(&CONTROL, text(MONTHS))).await?;
        Ok(match item.as_ref().and_then(|item| item.get("months")) {
            Some(AttributeValue::Ss(months)) => months.iter().cloned().collect(),
            _ => BTreeSet::new(),
        })
    }

    /// Places and keys of up to `most` entries of a month behind a place, or,
    /// newest first, before it.
    async fn places(
        &self,
        month: &str,
        span: &Span<'_>,
        most: usize,
    ) -> Result<Vec<(String, String)>, Fault> {
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let left = i32::try_from(most.saturating_sub(found.len())).unwrap_or(i32::MAX);
            let answer = self
                .dynamo
                .query(&AUDIT, AUDIT.indexes.first())
                .key_condition_expression(span.condition())
                .expression_attribute_names("#month", "month")
                .expression_attribute_names("#place", "place")
                .expression_attribute_values(":month", text(month))
                .expression_attribute_values(":from", text(span.from()))
                .scan_index_forward(matches!(span, Span::After(_)))
                .limit(left)
                .set_exclusive_start_key(from)
                .send()
                .await;
            let answer = self.dynamo.noted(LIST, answer)?;
            for entry in answer.items() {
                let place = read_text(PORT, entry, "place")?.to_owned();
                found.push((place, read_text(PORT, entry, "key")?.to_owned()));
            }
            from = answer.last_evaluated_key;
            if from.is_none() || found.len() >= most {
                return Ok(found);
            }
        }
    }
}

#[async_trait]
impl rollcall_ports::Audit for Audit {
    async fn record(&self, entry: &AuditEntry) -> Result<(), Fault> {
        let month = month(entry.at);
        self.name_month(&month).await?;
        let mut new = item([
            ("key", text(&entry.key)),
            ("month", text(month)),
            ("place", text(place(entry))),
            ("data", json(PORT, entry)?),
        ]);
        self.dynamo.ages(&mut new, Class::Audit, Some(entry.at));
        let put = Write::put(AUDIT, new).only_if("attribute_not_exists(#key)");
        // Refused, the deed is recorded already.
        self.dynamo.write(RECORD, put).await.map(drop)
    }

    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let (first, after) = match after {
            Some(cursor) => (month(moment_of(&cursor.0)?), cursor.0.as_str()),
            // Before every place: each begins with a digit.
            None => (String::new(), " "),
        };
        let months = self.months().await?;
        self.entries(months.range(first..), &Span::After(after), most).await
    }

    async fn recent(&self, before: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let (last, before) = match before {
            Some(cursor) => (month(moment_of(&cursor.0)?), cursor.0.as_str()),
            // After every month and every place: each begins with a digit.
            None => ("~".to_owned(), "~"),
        };
        let months = self.months().await?;
        self.entries(months.range(..=last).rev(), &Span::Before(before), most).await
    }
}

/// Which part of the list.
enum Span<'a> {
    /// Behind this place, the oldest first.
    After(&'a str),
    /// Before this place, the newest first.
    Before(&'a str),
}

impl Span<'_> {
    fn condition(&self) -> &'static str {
        match self {
            Self::After(_) => "#month = :month AND #place > :from",
            Self::Before(_) => "#month = :month AND #place < :from",
        }
    }

    fn from(&self) -> &str {
        match self {
            Self::After(place) | Self::Before(place) => place,
        }
    }
}

impl Audit {
    /// Up to `most` entries of these months, in their order.
    async fn entries<'a>(
        &self,
        months: impl Iterator<Item = &'a String>,
        span: &Span<'_>,
        most: usize,
    ) -> Result<Vec<(Cursor, AuditEntry)>, Fault> {
        let mut places = Vec::new();
        for month in months {
            if places.len() >= most {
                break;
            }
            places.extend(self.places(month, span, most - places.len()).await?);
        }
        let keys = places.iter().map(|(_, name)| key(&AUDIT, text(name))).collect();
        let items: Vec<Item> = self.dynamo.get_each(LIST, (&AUDIT, true), keys).await?;
        let mut entries = BTreeMap::new();
        for item in &items {
            let entry: AuditEntry = from_json(PORT, item)?;
            entries.insert(entry.key.clone(), entry);
        }
        let listed =
            places.into_iter().filter_map(|(place, key)| Some((Cursor(place), entries.remove(&key)?)));
        Ok(listed.collect())
    }
}

/// The month of a moment, by UTC.
fn month(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string()
}

/// Digits of the nanoseconds since 1970, as many as the year 9999 has.
const DIGITS: usize = 21;

/// By moment, then by key: as text in the order of the list.
fn place(entry: &AuditEntry) -> String {
    format!("{:0DIGITS$}#{}", entry.at.as_nanosecond().max(0), entry.key)
}

fn moment_of(place: &str) -> Result<Timestamp, Fault> {
    let at = place.split_once('#').and_then(|(at, _)| at.parse().ok());
    at.and_then(|at| Timestamp::from_nanosecond(at).ok())
        .ok_or_else(|| Fault::Refused { port: PORT, reason: "a place that is none of this list".to_owned() })
}
