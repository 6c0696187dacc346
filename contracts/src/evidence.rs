//! What Amazon Connect's records say of a call, in the domain's words: the one
//! place where fields and codes of Connect become facts.
//!
//! Whether a call was answered is decided by `ConnectedToSystemTimestamp`
//! alone; the reason is only detail and may be missing (Administrator Guide,
//! contact records data model). Without campaign traffic there is no machine
//! detection: only a key proves a person.

use crate::connect::api::DescribedContact;
use crate::connect::{
    Channel, ContactDetail, ContactEventType, ContactRecord, DisconnectReason, InitiationMethod, StringMap,
    names,
};
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::attempt::{End, EndReason, Facts, Key, Press};
use rollcall_domain::callback::Try;
use rollcall_domain::ids::{AttemptId, ContactId};

/// What one record or event says.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Of a check call of ours, named by its attempt.
    Check(AttemptId, Facts),
    /// Of a contact that is a check call if we know it by its contact id.
    Contact(ContactId, Facts),
    /// Of one try to keep the promise given during a check call.
    Callback {
        /// The check call, if the record names it.
        attempt: Option<AttemptId>,
        /// The check call's contact.
        first: ContactId,
        /// This try.
        contact: ContactId,
        /// What is known of it.
        news: Try,
        /// When the promise was given, at the latest.
        promised_at: Option<Timestamp>,
    },
    /// Nothing of ours, as a stable word.
    NotOurs(&'static str),
}

/// What a contact record says.
#[must_use]
pub fn of_record(record: &ContactRecord) -> Evidence {
    if record.channel.as_ref().is_some_and(|channel| *channel != Channel::Voice) {
        return Evidence::NotOurs("not_voice");
    }
    let attempt = attempt_of(&record.attributes);
    match (&record.initiation_method, attempt) {
        (Some(InitiationMethod::Api), Some(attempt)) => Evidence::Check(attempt, facts_of_record(record)),
        (Some(InitiationMethod::Api), None) => Evidence::NotOurs("no_attempt_attribute"),
        (Some(InitiationMethod::Callback), attempt) => {
            callback_of_record(record, attempt).unwrap_or(Evidence::NotOurs("callback_not_over"))
        }
        (Some(_) | None, _) => Evidence::NotOurs("other_initiation"),
    }
}

fn facts_of_record(record: &ContactRecord) -> Facts {
    let version = record.last_update_timestamp;
    let end = record.disconnect_timestamp.map(|at| End {
        version,
        reason: end_reason(
            record.disconnect_reason.as_ref(),
            record.answering_machine_detection_status.as_deref(),
        ),
        at,
    });
    Facts {
        contact: Some(ContactId::new(record.contact_id.as_str())),
        // Records cut off the fraction of a second.
        dialed_by: record
            .initiation_timestamp
            .and_then(|at| at.checked_add(SignedDuration::from_secs(1)).ok()),
        answered_at: record.connected_to_system_timestamp,
        press: press_of(&record.attributes, record.disconnect_timestamp)
            .or_else(|| asked_for_callback(record)),
        opted_out: opted_out_of(&record.attributes, record.disconnect_timestamp),
        end,
        // A record made while the phone still rang decides nothing.
        complete: end.and_then(|end| version.or(Some(end.at))),
        next_contact: record.next_contact_id.as_deref().map(ContactId::new),
    }
}

/// A check call that created a callback was one on which it was asked for, even
/// if the attribute that says so was lost.
fn asked_for_callback(record: &ContactRecord) -> Option<Press> {
    record.next_contact_id.as_ref()?;
    press_at(Key::Talk, record.disconnect_timestamp?)
}

/// A callback leg whose record has come is over: spoken to if an agent was
/// joined and the resident had answered, else missed.
fn callback_of_record(record: &ContactRecord, attempt: Option<AttemptId>) -> Option<Evidence> {
    let ended = record.disconnect_timestamp?;
    let spoken = record.agent.as_ref().zip(record.connected_to_system_timestamp);
    let news = match spoken {
        Some((agent, answered)) => Try::SpokenTo(agent.connected_to_agent_timestamp.unwrap_or(answered)),
        None => Try::Missed(ended),
    };
    Some(Evidence::Callback {
        attempt,
        first: ContactId::new(record.first_contact_id()),
        contact: ContactId::new(record.contact_id.as_str()),
        news,
        promised_at: record.initiation_timestamp,
    })
}

/// What a contact event says. Events carry no attributes; the contact id joins
/// them to what is known.
#[must_use]
pub fn of_event(event: &ContactDetail) -> Evidence {
    let contact = ContactId::new(event.contact_id.as_str());
    match event.initiation_method {
        Some(InitiationMethod::Api) => {}
        Some(InitiationMethod::Callback) => {
            let Some(first) = event.initial_contact_id.as_deref() else {
                return Evidence::NotOurs("callback_without_first_contact");
            };
            // How a try ended is left to its record: an event cannot tell
            // whether the resident had answered.
            return Evidence::Callback {
                attempt: None,
                first: ContactId::new(first),
                contact,
                news: Try::Waiting,
                promised_at: event.initiation_timestamp,
            };
        }
        Some(_) | None => return Evidence::NotOurs("other_initiation"),
    }
    let ended = match event.event_type {
        ContactEventType::Disconnected | ContactEventType::Completed => event.disconnect_timestamp,
        _ => None,
    };
    let facts = Facts {
        contact: Some(contact.clone()),
        dialed_by: event.initiation_timestamp,
        answered_at: event.connected_to_system_timestamp,
        press: None,
        opted_out: None,
        end: ended.map(|at| End { version: None, reason: EndReason::Unsaid, at }),
        complete: None,
        next_contact: None,
    };
    Evidence::Contact(contact, facts)
}

/// What the service says of a check call when it is asked.
#[must_use]
pub fn of_description(contact: &DescribedContact) -> Facts {
    let version = contact.last_update_timestamp.or(contact.disconnect_timestamp);
    let end = contact.disconnect_timestamp.map(|at| End {
        version,
        reason: end_reason(contact.disconnect_reason.as_ref(), None),
        at,
    });
    Facts {
        contact: Some(ContactId::new(contact.id.as_str())),
        dialed_by: contact.initiation_timestamp,
        answered_at: contact.connected_to_system_timestamp,
        press: press_of(&contact.attributes, contact.disconnect_timestamp),
        opted_out: opted_out_of(&contact.attributes, contact.disconnect_timestamp),
        end,
        complete: end.and_then(|end| version.or(Some(end.at))),
        next_contact: None,
    }
}

/// When an agent accepted the contact, as its description says; the moment of
/// the description's contact itself where the agent's is not told.
#[must_use]
pub fn agent_of_description(contact: &DescribedContact) -> Option<Timestamp> {
    let agent = contact.agent_info.as_ref()?;
    agent
        .connected_to_agent_timestamp
        .or(contact.connected_to_system_timestamp)
        .or(contact.initiation_timestamp)
}

/// The attempt that a contact's attributes name.
#[must_use]
pub fn attempt_of(attributes: &StringMap) -> Option<AttemptId> {
    attributes.get(names::ATTEMPT_ID).and_then(|text| text.parse().ok())
}

/// The key that the attribute `answer` stands for.
#[must_use]
pub fn key_of(answer: Option<&str>) -> Option<Key> {
    match answer {
        Some(names::WELL) => Some(Key::Well),
        Some(names::TALK) => Some(Key::Talk),
        Some(_) | None => None,
    }
}

/// The flow sets the attribute when the key is pressed, and the record does
/// not say when that was: the end of the call is a moment by which it had
/// been. Records cut off the fraction of a second, hence one more.
fn press_of(attributes: &StringMap, ended: Option<Timestamp>) -> Option<Press> {
    let key = key_of(attributes.get(names::ANSWER))?;
    press_at(key, ended?)
}

/// As [`press_of`], of whoever asked not to be called any more.
fn opted_out_of(attributes: &StringMap, ended: Option<Timestamp>) -> Option<Timestamp> {
    let asked = attributes.get(names::ANSWER) == Some(names::OPTED_OUT);
    if asked { moment_of(ended?) } else { None }
}

fn press_at(key: Key, ended: Timestamp) -> Option<Press> {
    Some(Press { key, at: moment_of(ended)? })
}

fn moment_of(ended: Timestamp) -> Option<Timestamp> {
    ended.checked_add(SignedDuration::from_secs(1)).ok()
}

fn end_reason(reason: Option<&DisconnectReason>, machine: Option<&str>) -> EndReason {
    let heard_machine = machine.is_some_and(|status| {
        status.starts_with("VOICEMAIL") || status.starts_with("SIT_TONE") || status == "FAX_MACHINE_DETECTED"
    });
    if heard_machine {
        return EndReason::Machine;
    }
    match reason.map(DisconnectReason::as_str) {
        Some("TELECOM_BUSY") => EndReason::Busy,
        Some("TELECOM_NUMBER_INVALID") => EndReason::NumberInvalid,
        Some("TELECOM_PROBLEM" | "TELECOM_POTENTIAL_BLOCKING" | "OTHER") => EndReason::Network,
        Some(_) | None => EndReason::Unsaid,
    }
}
