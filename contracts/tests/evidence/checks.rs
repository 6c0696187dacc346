//! Check calls: from a contact record, or a description, to a disposition.

use crate::support::{json, names, record};
use crate::{check, disposition};
use rollcall_contracts::connect::api::DescribedContact;
use rollcall_contracts::evidence::{self, Evidence};
use rollcall_domain::attempt::{Disposition, Facts};
use serde_json::{Value, json};

const WELL: &str = "ctr-01-happy-answer";
const TALK: &str = "ctr-02-asked-for-callback";
const HUNG_UP: &str = "ctr-06a-customer-hangup-before-choice";
const NOBODY: &str = "ctr-03a-no-answer-originator-cancel";

/// Every sample record of a check call, and what became of the dial.
const CLASSES: [(&str, Disposition); 13] = [
    (WELL, Disposition::Well),
    (TALK, Disposition::Talk),
    (NOBODY, Disposition::NoAnswer),
    ("ctr-03b-no-answer-telecom-timeout", Disposition::NoAnswer),
    ("ctr-03c-no-answer-telecom-unanswered", Disposition::NoAnswer),
    ("ctr-03d-no-answer-null-reason", Disposition::NoAnswer),
    ("ctr-04-busy", Disposition::Busy),
    ("ctr-05a-voicemail-general-traffic", Disposition::Unconfirmed),
    ("ctr-05b-voicemail-campaign-amd", Disposition::Machine),
    (HUNG_UP, Disposition::Unconfirmed),
    ("ctr-08a-redelivery-newer-of-01", Disposition::Well),
    ("ctr-09a-number-invalid", Disposition::BadNumber),
    ("ctr-09b-potential-blocking", Disposition::Network),
];

#[test]
fn every_record_of_a_check_call() {
    for (name, expected) in CLASSES {
        let sample = json("ctr", name);
        let (attempt, facts) = check(&sample);
        assert_eq!(attempt.to_string(), sample["Attributes"]["attemptId"].as_str().unwrap(), "{name}");
        assert_eq!(facts.contact.as_ref().unwrap().as_str(), sample["ContactId"].as_str().unwrap(), "{name}");
        assert_eq!(disposition(&[&facts]), expected, "{name}");
    }
    let mut all: Vec<String> = CLASSES.iter().map(|(name, _)| (*name).to_owned()).collect();
    all.extend(crate::callbacks::SAMPLES.map(str::to_owned));
    all.sort();
    assert_eq!(all, names("ctr"), "every sample has its row");
}

/// One field of a sample, changed; what the dial is then known to be.
#[test]
fn a_field_that_is_missing_or_odd() {
    let cases = [
        // Nothing but a key proves a person; nothing but the time of answer proves an answer.
        (WELL, "/Attributes/answer", json!(null), Disposition::Unconfirmed),
        (WELL, "/Attributes/answer", json!(""), Disposition::Unconfirmed),
        (WELL, "/Attributes/answer", json!("WELL"), Disposition::Unconfirmed),
        (WELL, "/Attributes/answer", json!("opted_out"), Disposition::OptedOut),
        (HUNG_UP, "/Attributes/answer", json!("opted_out"), Disposition::OptedOut),
        // Whoever asked for a callback too gets it.
        (TALK, "/Attributes/answer", json!("opted_out"), Disposition::Talk),
        (WELL, "/ConnectedToSystemTimestamp", json!(null), Disposition::Well),
        (WELL, "/DisconnectReason", json!(null), Disposition::Well),
        (TALK, "/NextContactId", json!(null), Disposition::Talk),
        // A callback was created, which only the key does.
        (TALK, "/Attributes/answer", json!(null), Disposition::Talk),
        (HUNG_UP, "/ConnectedToSystemTimestamp", json!(null), Disposition::NoAnswer),
        (HUNG_UP, "/ConnectedToSystemTimestamp", json!("1970-01-01T00:00:00Z"), Disposition::NoAnswer),
        (HUNG_UP, "/ConnectedToSystemTimestamp", json!(""), Disposition::NoAnswer),
        (HUNG_UP, "/DisconnectReason", json!("TELECOM_BUSY"), Disposition::Unconfirmed),
        // A record without an end was made while the call went on: nothing is decided.
        (WELL, "/DisconnectTimestamp", json!(null), Disposition::Open),
        (WELL, "/DisconnectTimestamp", json!("1970-01-01T00:00:00.001Z"), Disposition::Open),
        (NOBODY, "/DisconnectTimestamp", json!(null), Disposition::Open),
        // Without a version of its own the end stands for it.
        (NOBODY, "/LastUpdateTimestamp", json!(null), Disposition::NoAnswer),
        (NOBODY, "/LastUpdateTimestamp", json!("1970-01-01T00:00:00Z"), Disposition::NoAnswer),
        // Reasons of the same class, and new ones.
        (NOBODY, "/DisconnectReason", json!("CUSTOMER_NEVER_ARRIVED"), Disposition::NoAnswer),
        (NOBODY, "/DisconnectReason", json!("telecom_busy"), Disposition::Busy),
        (NOBODY, "/DisconnectReason", json!("TELECOM_PROBLEM"), Disposition::Network),
        (NOBODY, "/DisconnectReason", json!("OTHER"), Disposition::Network),
        (NOBODY, "/DisconnectReason", json!("SOMETHING_NEW"), Disposition::NoAnswer),
        (HUNG_UP, "/AnsweringMachineDetectionStatus", json!("HUMAN_ANSWERED"), Disposition::Unconfirmed),
        (HUNG_UP, "/AnsweringMachineDetectionStatus", json!("VOICEMAIL_NO_BEEP"), Disposition::Machine),
        (HUNG_UP, "/AnsweringMachineDetectionStatus", json!("SIT_TONE_DETECTED"), Disposition::Machine),
        (HUNG_UP, "/AnsweringMachineDetectionStatus", json!("FAX_MACHINE_DETECTED"), Disposition::Machine),
        (WELL, "/AnsweringMachineDetectionStatus", json!("VOICEMAIL_BEEP"), Disposition::Well),
        (HUNG_UP, "/Channel", json!(null), Disposition::Unconfirmed),
        (HUNG_UP, "/Channel", json!("Voice"), Disposition::Unconfirmed),
    ];
    for (name, field, value, expected) in cases {
        let (_, facts) = check(&with(name, field, &value));
        assert_eq!(disposition(&[&facts]), expected, "{name} with {field} = {value}");
    }
}

#[test]
fn what_is_not_ours() {
    let cases = [
        ("/Channel", json!("CHAT"), "not_voice"),
        ("/InitiationMethod", json!("INBOUND"), "other_initiation"),
        ("/InitiationMethod", json!("SOMETHING_NEW"), "other_initiation"),
        ("/InitiationMethod", json!(null), "other_initiation"),
        ("/Attributes", json!(null), "no_attempt_attribute"),
        ("/Attributes/attemptId", json!(null), "no_attempt_attribute"),
        ("/Attributes/attemptId", json!("not an id"), "no_attempt_attribute"),
    ];
    for (field, value, expected) in cases {
        let said = evidence::of_record(&record(&with(WELL, field, &value)));
        assert_eq!(said, Evidence::NotOurs(expected), "{field} = {value}");
    }
}

/// Whatever is missing from a record, it never makes more of it: nobody becomes well by a null.
#[test]
fn a_null_proves_nobody() {
    let mut seen = 0;
    for (name, whole) in CLASSES {
        let sample = json("ctr", name);
        for field in sample.as_object().unwrap().keys().filter(|field| *field != "ContactId") {
            let mut less = sample.clone();
            less[field] = Value::Null;
            let Evidence::Check(_, facts) = evidence::of_record(&record(&less)) else { continue };
            let found = disposition(&[&facts]);
            let proves = matches!(found, Disposition::Well | Disposition::Talk);
            assert!(!proves || found == whole, "{name} without {field} is {found:?}");
            seen += 1;
        }
    }
    assert!(seen > 300, "only {seen} records were read");
}

/// A redelivered, newer record brings the same outcome and only a later version.
#[test]
fn a_newer_copy_changes_nothing_but_the_version() {
    let (attempt, first) = check(&json("ctr", WELL));
    let (again, newer) = check(&json("ctr", "ctr-08a-redelivery-newer-of-01"));
    assert_eq!(attempt, again);
    let mut merged = first.clone();
    assert!(merged.merge(&newer));
    assert_eq!(merged.complete, Some("2026-11-20T10:25:09Z".parse().unwrap()));
    let less = |facts: &Facts| (facts.contact.clone(), facts.answered_at, facts.press);
    assert_eq!(less(&merged), less(&first));
    assert!(!merged.clone().merge(&first), "the older copy is no news");
}

/// The attribute says which key but not when: not before the call ended, fraction cut off.
#[test]
fn a_press_lies_a_second_after_the_end_at_most() {
    let (_, facts) = check(&json("ctr", WELL));
    assert_eq!(facts.press.unwrap().at, "2026-11-20T10:00:42Z".parse().unwrap());
}

/// The service, when asked, tells the same as the record does.
#[test]
fn a_description_says_what_the_record_says() {
    for (name, from_record) in CLASSES {
        let sample = json("ctr", name);
        let mut described = json!({"Id": sample["ContactId"], "Attributes": sample["Attributes"]});
        for field in ["DisconnectReason", "Channel", "InitiationMethod"] {
            described[field] = sample[field].clone();
        }
        for field in ["ConnectedToSystemTimestamp", "DisconnectTimestamp", "LastUpdateTimestamp"] {
            let at: Option<jiff::Timestamp> = serde_json::from_value(sample[field].clone()).unwrap();
            described[field] = json!(at.map(jiff::Timestamp::as_second));
        }
        let described: DescribedContact = serde_json::from_value(described).unwrap();
        assert_eq!(
            evidence::attempt_of(&described.attributes).unwrap().to_string(),
            sample["Attributes"]["attemptId"].as_str().unwrap(),
            "{name}"
        );
        let facts = evidence::of_description(&described);
        // Machine detection is not part of a description that Rollcall reads.
        let expected =
            if from_record == Disposition::Machine { Disposition::Unconfirmed } else { from_record };
        assert_eq!(disposition(&[&facts]), expected, "{name}");
        let (_, of_record) = check(&sample);
        assert_eq!(disposition(&[&facts, &of_record]), from_record, "{name}, then its record");
    }
}

#[test]
fn a_call_that_goes_on_is_not_decided_by_a_description() {
    let described: DescribedContact = serde_json::from_value(
        json!({"Id": "c", "ConnectedToSystemTimestamp": 1_795_168_812, "LastUpdateTimestamp": 1_795_168_812}),
    )
    .unwrap();
    let facts = evidence::of_description(&described);
    assert_eq!(disposition(&[&facts]), Disposition::Open);
    assert_eq!(facts.complete, None);
}

/// A sample with one field replaced, or added.
fn with(name: &str, field: &str, value: &Value) -> Value {
    let mut sample = json("ctr", name);
    let (parent, key) = field.rsplit_once('/').unwrap();
    sample.pointer_mut(parent).unwrap()[key] = value.clone();
    sample
}
