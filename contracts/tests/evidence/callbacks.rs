//! Callback legs: from a contact record to what became of the promise.

use crate::dial;
use crate::support::{json, record};
use rollcall_contracts::evidence::{self, Evidence};
use rollcall_domain::callback::{Callback, CallbackState, Try};
use rollcall_domain::ids::ContactId;
use rollcall_domain::policy::Policy;
use serde_json::{Value, json};

/// Every sample record of a callback leg.
pub(crate) const SAMPLES: [&str; 2] = [SPOKEN, MISSED];
const SPOKEN: &str = "ctr-07a-callback-agent-leg";
const MISSED: &str = "ctr-07b-callback-leg-unanswered-attempt";

#[test]
fn an_agent_and_the_resident_were_joined() {
    let told = told(&json("ctr", SPOKEN));
    assert_eq!(told.news, Try::SpokenTo("2026-11-20T10:04:25Z".parse().unwrap()));
    assert_eq!(told.promised_at, Some("2026-11-20T10:00:45Z".parse().unwrap()));
    assert_eq!(told.first, ContactId::new("a1b2c3d4-0000-4000-8000-000000000102"));
    assert_eq!(told.contact, ContactId::new("a1b2c3d4-0000-4000-8000-000000000202"));
    // The very attempt of the check call whose key asked for it.
    assert_eq!(
        told.attempt.as_deref(),
        json("ctr", "ctr-02-asked-for-callback")["Attributes"]["attemptId"].as_str()
    );

    let mut promise = promise();
    assert_eq!(promise.state(&Policy::default()), CallbackState::Open);
    assert!(promise.learn(told.contact.clone(), told.news));
    let spoken = CallbackState::SpokenTo("2026-11-20T10:04:25Z".parse().unwrap());
    assert_eq!(promise.state(&Policy::default()), spoken);
    assert!(!promise.learn(told.contact, told.news), "a second copy is no news");
}

#[test]
fn the_resident_did_not_answer() {
    let told = told(&json("ctr", MISSED));
    let missed = Try::Missed("2026-11-20T11:05:05Z".parse().unwrap());
    assert_eq!(told.news, missed);
    assert_eq!(told.first, ContactId::new("a1b2c3d4-0000-4000-8000-000000000108"));
    let policy = Policy::default();
    let mut promise = promise();
    promise.learn(told.contact, told.news);
    assert_eq!(promise.state(&policy), CallbackState::Open, "Connect tries again");
    for leg in 1..policy.callback_tries {
        promise.learn(ContactId::new(format!("leg-{leg}")), missed);
    }
    assert_eq!(promise.state(&policy), CallbackState::Missed);
}

/// One field of the leg on which an agent spoke, changed.
#[test]
fn a_field_that_is_missing_or_odd() {
    let ended = Try::Missed("2026-11-20T10:12:30Z".parse().unwrap());
    let cases = [
        ("/Agent", json!(null), ended),
        // The agent spoke to nobody.
        ("/ConnectedToSystemTimestamp", json!(null), ended),
        ("/ConnectedToSystemTimestamp", json!("1970-01-01T00:00:00Z"), ended),
        // The time of answer stands in for that of the agent.
        (
            "/Agent/ConnectedToAgentTimestamp",
            json!(null),
            Try::SpokenTo("2026-11-20T10:04:16Z".parse().unwrap()),
        ),
        ("/DisconnectReason", json!(null), Try::SpokenTo("2026-11-20T10:04:25Z".parse().unwrap())),
    ];
    for (field, value, expected) in cases {
        assert_eq!(told(&with(field, &value)).news, expected, "{field} = {value}");
    }
}

#[test]
fn a_leg_that_is_not_over_decides_nothing() {
    for value in [json!(null), json!("1970-01-01T00:00:00Z")] {
        let said = evidence::of_record(&record(&with("/DisconnectTimestamp", &value)));
        assert_eq!(said, Evidence::NotOurs("callback_not_over"));
    }
}

/// Attributes may be missing; the first contact still leads to the promise.
#[test]
fn a_leg_without_attributes_is_known_by_its_first_contact() {
    let told = told(&with("/Attributes", &json!(null)));
    assert_eq!(told.attempt, None);
    assert_eq!(told.first, ContactId::new("a1b2c3d4-0000-4000-8000-000000000102"));
    assert_eq!(told.news, Try::SpokenTo("2026-11-20T10:04:25Z".parse().unwrap()));
}

struct Told {
    attempt: Option<String>,
    first: ContactId,
    contact: ContactId,
    news: Try,
    promised_at: Option<jiff::Timestamp>,
}

fn told(leg: &Value) -> Told {
    match evidence::of_record(&record(leg)) {
        Evidence::Callback { attempt, first, contact, news, promised_at } => {
            Told { attempt: attempt.map(|id| id.to_string()), first, contact, news, promised_at }
        }
        other => panic!("{other:?}"),
    }
}

fn promise() -> Callback {
    Callback::promise(&dial(), "2026-11-20T10:00:44Z".parse().unwrap(), &Policy::default())
}

fn with(field: &str, value: &Value) -> Value {
    let mut leg = json("ctr", SPOKEN);
    *leg.pointer_mut(field).unwrap() = value.clone();
    leg
}
