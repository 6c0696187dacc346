//! Outcomes: what Connect's stream tells of calls.

use super::people::{ANN, order, person};
use super::stage::{Part, Stage};
use super::{Kind, Records, Situation, ended, interrupt};
use rollcall_connect_sim::{Between, ResidentKind, SimConfig};
use rollcall_contracts::connect::names;
use serde_json::Value;

const OUTCOMES: Situation = Situation {
    part: Part::Outcomes,
    with: &[Part::Dialer, Part::KeyPress],
    counted: 200,
    lasts: 260,
    setup: |stage: &Stage| {
        person(stage, "ann", ANN);
        order(stage, "ann", 0);
    },
    ..Situation::PLAIN
};

const WELL: &[(&str, &str)] =
    &[("ann attempts", "Well contact answered complete end Unsaid;"), ("ann stands", "Well")];
const NO_ANSWER: &[(&str, &str)] =
    &[("ann attempts", "NoAnswer contact complete end Unsaid;"), ("ann marks", "Settled")];

#[test]
fn how_a_call_went() {
    interrupt(&[
        Situation { name: "well", shows: WELL, ..OUTCOMES },
        Situation { name: "well, but the function fails", with: &[Part::Dialer], shows: WELL, ..OUTCOMES },
        Situation { name: "no answer", answers: ResidentKind::NoAnswer, shows: NO_ANSWER, ..OUTCOMES },
        Situation {
            name: "busy",
            answers: ResidentKind::Busy,
            shows: &[("ann attempts", "Busy contact complete end Busy;")],
            ..OUTCOMES
        },
        Situation {
            name: "bad number",
            answers: ResidentKind::BadNumber,
            with: &[Part::Dialer, Part::Sweep],
            shows: &[("ann flags", "bad number"), ("ann escalation", "BadNumber")],
            ..OUTCOMES
        },
    ]);
}

fn brief(config: &mut SimConfig) {
    config.agent_habits.talk = Between::seconds(60, 60);
    config.agent_habits.wrap_up = Between::seconds(15, 15);
}

fn missed(config: &mut SimConfig) {
    brief(config);
    config.agent_habits.callbacks.no_answer = 1.0;
}

#[test]
fn a_callback_that_is_kept() {
    let talk = Situation {
        name: "talk, spoken to",
        answers: ResidentKind::Talk,
        tune: brief,
        counted: 420,
        lasts: 480,
        shows: &[("ann promises", "SpokenTo 1 tries"), ("ann stands", "SpokenTo")],
        ..OUTCOMES
    };
    interrupt(&[
        Situation { name: "talk, spoken to, but the function fails", with: &[Part::Dialer], ..talk },
        talk,
    ]);
}

#[test]
fn a_callback_that_is_missed_three_times() {
    interrupt(&[Situation {
        name: "talk, missed three times",
        answers: ResidentKind::Talk,
        tune: missed,
        counted: 32 * 60,
        lasts: 34 * 60,
        // The legs are minutes apart; their records come together.
        feed: Some((30 * 60, |records| records)),
        shows: &[("ann promises", "Missed 3 tries"), ("promises to review", "1"), ("promises open", "0")],
        ..OUTCOMES
    }]);
}

fn is_event(data: &[u8]) -> bool {
    serde_json::from_slice::<Value>(data).is_ok_and(|value| value.get("detail-type").is_some())
}

fn events_first(mut records: Records) -> Records {
    records.sort_by_key(|data| !is_event(data));
    records
}

fn record_first(mut records: Records) -> Records {
    records.sort_by_key(|data| is_event(data));
    records
}

fn backwards(mut records: Records) -> Records {
    records.reverse();
    records
}

fn doubled(records: Records) -> Records {
    let again = records.clone();
    records.into_iter().chain(again).collect()
}

/// The contact record with some fields replaced.
fn copy(records: &[Vec<u8>], fields: &[(&str, &str)]) -> Vec<u8> {
    let record = records.iter().find(|data| !is_event(data)).unwrap();
    let mut value: Value = serde_json::from_slice(record).unwrap();
    for (field, text) in fields {
        value[*field] = Value::from(*text);
    }
    serde_json::to_vec(&value).unwrap()
}

fn older_copy(mut records: Records) -> Records {
    let older = [("LastUpdateTimestamp", "2026-11-23T10:00:20Z"), ("DisconnectReason", "TELECOM_BUSY")];
    records.push(copy(&records, &older));
    records
}

fn strangers(mut records: Records) -> Records {
    let record = copy(&records, &[("ContactId", "someone-elses")]);
    let mut value: Value = serde_json::from_slice(&record).unwrap();
    value["Attributes"][names::ATTEMPT_ID] = Value::from("00000000-0000-4000-8000-000000000000");
    records.insert(1, serde_json::to_vec(&value).unwrap());
    records.insert(0, br#"{"foreign":true}"#.to_vec());
    records
}

fn binary_between(mut records: Records) -> Records {
    records.insert(1, vec![0x00, 0xFF, 0xFE, 0x9F]);
    let cut_off = records[0][..40].to_vec();
    records.push(cut_off);
    records
}

const FED: Situation = Situation {
    answers: ResidentKind::NoAnswer,
    with: &[Part::Dialer],
    feed: Some((150, events_first)),
    shows: NO_ANSWER,
    ..OUTCOMES
};

#[test]
fn records_in_any_order() {
    let parked = &[
        ("ann attempts", "NoAnswer contact complete end Unsaid;"),
        ("queue outcomes", "0 waiting, 2 set aside"),
    ];
    interrupt(&[
        Situation { name: "events, then record", ..FED },
        Situation { name: "record, then events", feed: Some((150, record_first)), ..FED },
        Situation {
            name: "all backwards, a key",
            feed: Some((150, backwards)),
            answers: ResidentKind::Well,
            shows: WELL,
            ..FED
        },
        Situation { name: "all twice", feed: Some((150, doubled)), ..FED },
        Situation { name: "an older copy late", feed: Some((150, older_copy)), ..FED },
        Situation { name: "records of strangers", feed: Some((150, strangers)), ..FED },
        Situation {
            name: "binary and cut off between good ones",
            feed: Some((150, binary_between)),
            shows: parked,
            ..FED
        },
    ]);
}

/// Found by these plays: the end was on record before the place was free, and
/// what is on record is no news when it comes again.
#[test]
fn a_call_that_ended_gives_its_place_back_whatever_is_lost() {
    let alone = |records: Records| records.into_iter().filter(|data| !is_event(data)).collect();
    let record = Situation { name: "the record alone", feed: Some((150, alone)), ..FED };
    for call in ["attempts.save", "pace.release"] {
        for kind in Kind::ALL {
            assert_eq!(ended(&record, call, kind).get("calls in flight"), "0", "{call} {kind:?}");
        }
    }
}
