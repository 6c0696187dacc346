//! Contact events: early news without attributes, and never the last word.

use crate::support::{event, json, names};
use crate::{check, disposition};
use jiff::Timestamp;
use rollcall_contracts::evidence::{self, Evidence};
use rollcall_domain::attempt::{Disposition, EndReason, Facts};
use rollcall_domain::callback::Try;
use rollcall_domain::ids::ContactId;
use serde_json::{Value, json};

/// What an event says.
enum Says {
    /// Of a check call: when it was answered and when it ended.
    Check(Option<&'static str>, Option<&'static str>),
    /// That a callback leg exists.
    Callback,
}

const ANSWERED: Option<&str> = Some("2026-11-20T10:00:12Z");

const SAYS: [(&str, Says); 14] = [
    // Machine detection is left to the record, as all that ends a call.
    ("campaign-connected-voicemail", Says::Check(Some("2026-11-20T10:00:30Z"), None)),
    ("noanswer-01-initiated", Says::Check(None, None)),
    ("noanswer-02-disconnected", Says::Check(None, Some("2026-11-20T10:01:03Z"))),
    ("talk-01-initiated", Says::Check(None, None)),
    ("talk-02-connected-to-system", Says::Check(ANSWERED, None)),
    ("talk-03-contact-data-updated", Says::Check(ANSWERED, None)),
    ("talk-04-disconnected", Says::Check(ANSWERED, Some("2026-11-20T10:00:48Z"))),
    ("talk-05-completed", Says::Check(ANSWERED, Some("2026-11-20T10:00:48Z"))),
    ("talk-06-callback-initiated", Says::Callback),
    ("talk-07-callback-queued", Says::Callback),
    ("talk-08-callback-connected-to-system", Says::Callback),
    ("talk-09-callback-connected-to-agent", Says::Callback),
    ("talk-10-callback-disconnected", Says::Callback),
    ("talk-11-callback-completed", Says::Callback),
];

#[test]
fn every_event() {
    assert_eq!(SAYS.map(|(name, _)| name.to_owned()).to_vec(), names("contact-events"));
    for (name, says) in SAYS {
        let sample = json("contact-events", name);
        let contact = ContactId::new(sample["detail"]["contactId"].as_str().unwrap());
        match (evidence::of_event(&event(&sample)), says) {
            (Evidence::Contact(found, facts), Says::Check(answered, ended)) => {
                assert_eq!(found, contact, "{name}");
                assert_eq!(facts.answered_at, answered.map(time), "{name}");
                assert_eq!(facts.end.map(|end| end.at), ended.map(time), "{name}");
                assert!(facts.end.is_none_or(|end| end.reason == EndReason::Unsaid), "{name}");
                assert_eq!(facts.press, None, "{name}");
                assert_eq!(disposition(&[&facts]), Disposition::Open, "{name} decides nothing");
            }
            (Evidence::Callback { attempt, first, contact: leg, news, promised_at }, Says::Callback) => {
                assert_eq!((attempt, news), (None, Try::Waiting), "{name}");
                assert_eq!(first, ContactId::new("a1b2c3d4-0000-4000-8000-000000000102"), "{name}");
                assert_eq!(leg, contact, "{name}");
                assert_eq!(promised_at, Some(time("2026-11-20T10:00:45Z")), "{name}");
            }
            (other, _) => panic!("{name} says {other:?}"),
        }
    }
}

#[test]
fn an_odd_event() {
    let says = |name: &str, field: &str, value: Value| {
        let mut sample = json("contact-events", name);
        sample["detail"][field] = value;
        evidence::of_event(&event(&sample))
    };
    let of_others = Evidence::NotOurs("other_initiation");
    assert_eq!(says("talk-01-initiated", "initiationMethod", json!("INBOUND")), of_others);
    assert_eq!(says("talk-01-initiated", "initiationMethod", json!(null)), of_others);
    let orphan = says("talk-06-callback-initiated", "initialContactId", json!(null));
    assert_eq!(orphan, Evidence::NotOurs("callback_without_first_contact"));

    let facts = |said: Evidence| match said {
        Evidence::Contact(_, facts) => facts,
        other => panic!("{other:?}"),
    };
    // A placeholder of 1970 is no answer, and a word that is not known says no more than its times.
    let placeholder = json!("1970-01-01T00:00:00.000Z");
    let unanswered = facts(says("talk-04-disconnected", "connectedToSystemTimestamp", placeholder));
    assert_eq!(unanswered.answered_at, None);
    let unknown = facts(says("talk-04-disconnected", "eventType", json!("SOMETHING_NEW")));
    assert_eq!((unknown.answered_at, unknown.end), (ANSWERED.map(time), None));
}

/// The whole story of one call, told in any order and twice, ends the same.
#[test]
fn events_and_record_of_one_call_in_any_order() {
    let mut story: Vec<Facts> = names("contact-events")
        .iter()
        .filter_map(|name| match evidence::of_event(&event(&json("contact-events", name))) {
            Evidence::Contact(_, facts) if name.starts_with("talk") => Some(facts),
            _ => None,
        })
        .collect();
    assert_eq!(story.len(), 5);
    story.push(check(&json("ctr", "ctr-02-asked-for-callback")).1);
    let told = |order: &mut dyn Iterator<Item = &Facts>| {
        let mut known = Facts::default();
        order.for_each(|news| {
            known.merge(news);
        });
        known
    };
    let once = told(&mut story.iter());
    assert_eq!(disposition(&[&once]), Disposition::Talk);
    for start in 0..story.len() {
        let mut turned = story.iter().cycle().skip(start).take(story.len());
        assert_eq!(told(&mut turned), once, "from {start}");
        let mut back = story.iter().rev().cycle().skip(start).take(2 * story.len());
        assert_eq!(told(&mut back), once, "backwards from {start}, twice");
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}
