//! `ledger`, `residents` and `why`.

use crate::support::Place;
use serde_json::{Value, json};

const LIST: &str = "\
reference,firstName,lastName,number,timezone,windowStart,windowEnd,consent
H-1,Ada,Example,+447700900101,,,,yes
H-2,Grace,Sample,+447700900102,,10:00,12:00,
H-3,Bob,Example,+447700900103,America/New_York,,,
H-4,Tomasz,Testowy,+447700900104,,,,no
";

fn town() -> Place {
    let place = Place::new();
    place.import(LIST).with(0);
    place
}

/// `why` for a moment, as JSON.
#[track_caller]
fn why(place: &Place, who: &str, at: &str) -> Value {
    place.run(&["why", who, "--at", at, "--json"]).with(0).json()
}

#[test]
fn the_register_is_listed_as_promised() {
    let residents = town().residents();
    let names: Vec<&Value> = residents.iter().map(|one| &one["first_name"]).collect();
    assert_eq!(names, ["Ada", "Grace", "Bob", "Tomasz"]);
    for one in &residents {
        let mut names: Vec<&String> = one.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(
            names,
            [
                "attempts_24h",
                "enabled",
                "first_name",
                "id",
                "last_name",
                "last_reached_at",
                "next_due_at",
                "number",
                "state",
                "timezone"
            ]
        );
        assert_eq!(
            (&one["enabled"], &one["attempts_24h"], &one["last_reached_at"]),
            (&json!(true), &json!(0), &Value::Null)
        );
    }
    assert_eq!(residents[0]["timezone"], "Europe/London");
    assert_eq!(residents[2]["timezone"], "America/New_York");
    assert_eq!(residents[2]["number"], "+447700900103");
    assert_eq!((&residents[3]["state"], &residents[3]["next_due_at"]), (&json!("excluded"), &Value::Null));
    assert!(residents[0]["next_due_at"].is_string());
}

#[test]
fn the_ledger_accounts_for_everyone() {
    let place = town();
    let ledger = place.run(&["ledger", "--json"]).with(0).json();
    let states =
        ["well", "callback_open", "spoken_to", "trying", "escalated", "paused", "excluded", "not_due"];
    let sum: u64 = states.iter().map(|name| ledger[name].as_u64().unwrap()).sum();
    assert_eq!((sum, &ledger["total"], &ledger["balanced"]), (4, &json!(4), &json!(true)));
    assert_eq!(ledger["excluded"], 1);
    let text = place.run(&["ledger"]).with(0).out;
    assert!(text.contains("  total                  4  balanced\n"), "{text}");
    assert!(text.contains("(Europe/London)"), "{text}");
}

#[test]
fn why_names_the_rule_and_when_it_changes() {
    let place = town();
    let winter = "2030-01-08T09:30:00Z";
    let ada = why(&place, "H-1", winter);
    assert_eq!(
        (&ada["may_call"], &ada["code"], &ada["until"]),
        (&json!(true), &json!("may_call"), &Value::Null)
    );
    let grace = why(&place, "H-2", winter);
    assert_eq!((&grace["may_call"], &grace["code"]), (&json!(false), &json!("outside_window")));
    assert_eq!(grace["until"], "2030-01-08T10:00:00Z");
    let bob = why(&place, "H-3", winter);
    assert_eq!(
        (&bob["until"], &bob["timezone"]),
        (&json!("2030-01-08T14:00:00Z"), &json!("America/New_York"))
    );
    let tomasz = why(&place, "H-4", winter);
    assert_eq!(
        (&tomasz["code"], &tomasz["until"], &tomasz["state"]),
        (&json!("no_consent"), &Value::Null, &json!("excluded"))
    );
}

#[test]
fn why_speaks_in_the_residents_own_time() {
    let place = town();
    let text = place.run(&["why", "H-3", "--at", "2030-01-08T09:30:00Z"]).with(0).out;
    assert!(text.contains("as of Tue 8 Jan 2030 04:30 EST (America/New_York)"), "{text}");
    assert!(text.contains("May not be called: outside their calling window."), "{text}");
    assert!(text.contains("That changes on Tue 8 Jan 2030 09:00 EST (America/New_York)."), "{text}");
    let summer = place.run(&["why", "H-1", "--at", "2030-07-09T08:30:00Z"]).with(0).out;
    assert!(summer.contains("Tue 9 Jul 2030 09:30 BST (Europe/London)\nMay be called now.\n"), "{summer}");
    let never = place.run(&["why", "H-4"]).with(0).out;
    assert!(never.contains("did not agree to be called"), "{never}");
    assert!(never.contains("Time alone does not change that."), "{never}");
    assert!(!never.contains("Tomasz"), "{never}");
}

#[test]
fn a_resident_is_found_by_id_by_its_beginning_and_by_reference() {
    let place = town();
    let id = place.residents()[1]["id"].as_str().unwrap().to_owned();
    for who in [id.as_str(), &id[..8], &id[..8].to_uppercase(), "H-2", " H-2 "] {
        assert_eq!(why(&place, who, "2030-01-08T09:30:00Z")["id"], id.as_str(), "{who}");
    }
}

#[test]
fn a_resident_who_is_not_surely_meant_is_not_guessed() {
    let place = town();
    for who in ["H-9", "00000000-0000-0000-0000-000000000000", "abc", "zzzzzzzz", ""] {
        let ran = place.run(&["why", who]).with(2);
        assert!(ran.err.contains("no resident is known by"), "{ran:?}");
        assert_eq!(ran.out, "");
    }
    let when = place.run(&["why", "H-1", "--at", "tomorrow"]).with(2);
    assert!(when.err.contains("--at \"tomorrow\" is no moment; expected"), "{when:?}");
}

#[test]
fn a_directory_without_a_register_is_not_made_into_one() {
    let place = Place::new();
    for args in [&["ledger"] as &[&str], &["residents"], &["why", "H-1"], &["dead-letters", "list"]] {
        let ran = place.run(args).with(2);
        assert!(ran.err.contains("./data holds no register"), "{ran:?}");
    }
    assert!(!place.path("data").exists());
}

#[test]
fn nothing_set_aside_is_said_so() {
    let place = town();
    assert_eq!(place.run(&["dead-letters", "list"]).with(0).out, "Nothing was set aside.\n");
    assert_eq!(place.run(&["dead-letters", "list", "--json"]).with(0).out, "");
}
