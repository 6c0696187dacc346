//! Everything that is kept of one person, for them: over the list of classes
//! over which they would be erased.

use super::Eraser;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_contracts::subject::{ClassOfData, SubjectAccess};
use rollcall_domain::callback::ROLLCALL;
use rollcall_domain::erasure::{Class, Erasure, ErasureReason};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::resident::Resident;
use rollcall_domain::suppression::{BY_KEY, Subject};
use rollcall_ports::{AuditEntry, Fault, Versioned, Whose};
use serde_json::{Value, json};

/// Entries of the log read at a time.
const PAGE: u32 = 500;
/// Who acts where nobody of the staff did.
const SERVICES: [&str; 4] = [ROLLCALL, BY_KEY, "ingest", "breaker"];

impl Eraser {
    /// Everything that is kept of somebody on the register.
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn export(&self, stored: &Versioned<Resident>) -> Result<SubjectAccess, Fault> {
        let resident = &stored.value;
        let mut classes = Vec::new();
        for class in Class::ALL {
            let mut items = self.items(class, resident).await?;
            items.iter_mut().for_each(veil);
            classes.push(ClassOfData {
                class: class.word().to_owned(),
                purpose: class.purpose().to_owned(),
                kept: class.kept(&self.recorder.policy.retention),
                items,
            });
        }
        Ok(SubjectAccess {
            version: 1,
            resident_id: resident.id,
            made_at: self.recorder.clock.now(),
            classes,
        })
    }

    /// What is to be in the log before it is handed out.
    #[must_use]
    pub fn export_entry(&self, id: ResidentId, by: &str) -> AuditEntry {
        let at = self.recorder.clock.now();
        AuditEntry {
            key: format!("resident.subject_access {id} {by} {at}"),
            at,
            actor: by.to_owned(),
            action: "resident.subject_access".to_owned(),
            resident: Some(id),
            detail: String::new(),
        }
    }

    async fn items(&self, class: Class, resident: &Resident) -> Result<Vec<Value>, Fault> {
        let id = resident.id;
        Ok(match class {
            Class::Register => vec![json!(resident)],
            Class::Suppressions => {
                let subjects = [Subject::Resident(id), Subject::Number(resident.number)];
                let found = self.recorder.suppressions.of(&subjects).await?;
                found.into_iter().flatten().map(|entry| json!(entry.value)).collect()
            }
            Class::Days => {
                let days = self.recorder.checks.of(id, Date::MIN, Date::MAX).await?;
                days.into_iter().map(|(day, result)| json!({"day": day, "result": result})).collect()
            }
            Class::Lists => self.rows_of(id, Some(&self.traces(resident).await?)).await?,
            // By their numbers only: see the rows themselves.
            Class::Batches => vec![json!({"batch": resident.batch, "line": resident.batch_line})],
            Class::Audit => self.log_of(id).await?,
            Class::Erasures => self.look(id).await?.map(|found| json!(found)).into_iter().collect(),
            Class::Callbacks
            | Class::Escalations
            | Class::Notices
            | Class::Queues
            | Class::Letters
            | Class::Stream
            | Class::Attempts
            | Class::Accounts
            | Class::Numbers => self.kept(class, resident).await?,
            // Nobody can read it.
            Class::Residue => Vec::new(),
        })
    }

    async fn kept(&self, class: Class, resident: &Resident) -> Result<Vec<Value>, Fault> {
        let now = self.recorder.clock.now();
        let traces = Some(self.traces(resident).await?);
        let alone = traces.as_ref().is_some_and(|traces| traces.number_alone);
        let asked = Erasure::asked(resident.id, (ROLLCALL, now), ErasureReason::Asked, traces);
        let number = alone.then_some(resident.number);
        let whose = Whose { resident: resident.id, erasure: &asked, number, quiet_since: Timestamp::MAX };
        let texts = self.erasures.kept(class, &whose).await?;
        let read = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(texts.into_iter().map(read).collect())
    }

    async fn log_of(&self, id: ResidentId) -> Result<Vec<Value>, Fault> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let entries = self.audit.list(from.as_ref(), PAGE).await?;
            let Some((last, _)) = entries.last() else { return Ok(found) };
            from = Some(last.clone());
            let theirs = entries.iter().filter(|(_, entry)| entry.resident == Some(id));
            found.extend(theirs.map(|(_, AuditEntry { at, actor, action, detail, .. })| {
                json!({"at": at, "by": actor, "action": action, "detail": detail})
            }));
        }
    }
}

/// Takes away what is other people's: who of the staff it was, and the numbers
/// of keyholders.
fn veil(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(veil),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                match field {
                    Value::String(text) if name == "by" && !SERVICES.contains(&text.as_str()) => {
                        *field = Value::String("staff".to_owned());
                    }
                    Value::Array(keyholders) if name == "keyholders" => {
                        for keyholder in keyholders.iter_mut().filter_map(Value::as_object_mut) {
                            keyholder.remove("number");
                        }
                    }
                    other => veil(other),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
