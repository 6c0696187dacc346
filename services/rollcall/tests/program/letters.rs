//! `rollcall dead-letters` on a directory with letters in it.

use crate::support::Place;
use crate::users::serve;
use rollcall_domain::ids::LetterId;
use rollcall_embedded::Store;
use rollcall_host::clock::SystemClock;
use rollcall_ports::DeadLetter;
use serde_json::Value;
use std::sync::Arc;

const BROKEN: &str = r#"{"kind":"call_request","version":1,"body":"Ada Example"}"#;
/// Nobody is called by it: it is void.
const ORDER: &str = r#"{"kind":"call_request","version":1,"sent_at":"2026-11-23T09:00:00Z","body":{"request":"6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1","resident":"6f9c1d52-4f1e-5c0a-9d3b-21a760b844c2","expires_at":"2020-11-23T09:10:00Z"}}"#;

/// A directory with letters of the call requests.
fn place(bodies: &[&str]) -> (Place, Vec<String>) {
    let place = Place::new();
    let store = Store::open(&place.path("data"), Arc::new(SystemClock)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut ids = Vec::new();
    for (n, body) in bodies.iter().enumerate() {
        let letter = DeadLetter {
            source: "call_requests".to_owned(),
            message_id: format!("m{n}"),
            reason: format!("broken at line {n}"),
            handler: "dialer".to_owned(),
            parked_at: "2026-01-05T09:00:00Z".parse().unwrap(),
            receives: 2,
            body: body.as_bytes().to_vec(),
            replay: None,
        };
        runtime.block_on(store.dead_letters().park(&letter)).unwrap();
        ids.push(LetterId::of("call_requests", &format!("m{n}")).to_string());
    }
    (place, ids)
}

#[track_caller]
fn states(place: &Place) -> Vec<(String, String)> {
    let all = place.run(&["dead-letters", "list", "--state", "all", "--json"]).with(0).lines();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    all.iter().map(|item| (text(item, "message_id"), text(item, "state"))).collect()
}

#[test]
fn a_letter_is_found_understood_mended_and_sent_back() {
    let (place, ids) = place(&[BROKEN]);
    let id = &ids[0][..8];
    let listed = place.run(&["dead-letters", "list"]).with(0).out;
    assert!(
        listed.contains(id) && listed.contains("broken at line 0") && !listed.contains("Ada"),
        "{listed}"
    );
    let shown = place.run(&["dead-letters", "show", id]).with(0).out;
    assert!(shown.contains("set aside by dialer after 2 receives") && !shown.contains("Ada"), "{shown}");
    let shown = place.run(&["dead-letters", "show", id, "--reveal", "mend"]).with(0).out;
    assert!(shown.contains("Ada Example"), "{shown}");

    let tried = place.run(&["dead-letters", "dry-run", id]).with(1);
    assert!(tried.out.contains("still malformed: ") && !tried.out.contains("Ada"), "{tried:?}");
    let mended = place.file("mended.json", ORDER);
    let mended = mended.to_str().unwrap();
    let tried = place.run(&["dead-letters", "dry-run", id, "--file", mended, "--json"]).with(0).json();
    assert_eq!((&tried["outcome"], &tried["code"]), (&"nothing".into(), &"expired".into()));

    let broken = place.file("broken.json", BROKEN);
    let edit = |file: &str| {
        place.run(&["dead-letters", "edit", id, "--file", file, "--reason", "a name", "--by", "joe"])
    };
    let refused = edit(broken.to_str().unwrap()).with(2);
    assert!(refused.err.contains("could not read it") && !refused.err.contains("Ada"), "{refused:?}");
    assert!(edit(mended).with(0).out.contains("what it was is kept"));
    let sent = place.run(&["dead-letters", "replay", id]).with(0).out;
    assert!(sent.contains("handled when `rollcall serve` runs"), "{sent}");
    let shown = place.run(&["dead-letters", "show", id, "--json", "--reveal", "audit"]).with(0).json();
    assert_eq!((&shown["state"], &shown["former"][0]), (&"replaying".into(), &BROKEN.into()));
    assert_eq!(shown["history"][1]["text"], "edited by joe (command line): a name");
}

#[test]
fn many_are_counted_chosen_sent_and_discarded() {
    let (place, _) = place(&[ORDER, ORDER, BROKEN, "nonsense"]);
    let groups = place.run(&["dead-letters", "list", "--groups", "--json"]).with(0).lines();
    assert_eq!(
        (groups.len(), &groups[0]["letters"], &groups[0]["cause"]),
        (2, &3.into(), &"broken at line #".into())
    );
    let few = place.run(&["dead-letters", "list", "--kind", "unreadable", "--json"]).with(0).lines();
    assert_eq!(few.len(), 1);
    assert_eq!(
        place.run(&["dead-letters", "list", "--cause", "nothing"]).with(0).out,
        "No letter matches.\n"
    );

    let chosen =
        ["dead-letters", "discard", "--kind", "unreadable", "--older-than", "1d", "--reason", "a test"];
    assert_eq!(place.run(&chosen).with(0).out, "Discarded 1 of 1.\n");
    let sent = place
        .run(&["dead-letters", "replay", "--queue", "call_requests", "--rate", "6000", "--json"])
        .with(0);
    assert_eq!((&sent.json()["total"], &sent.json()["sent"]), (&3.into(), &3.into()), "{sent:?}");
    let expected = [("m0", "replaying"), ("m1", "replaying"), ("m2", "replaying"), ("m3", "discarded")];
    assert_eq!(states(&place), expected.map(|(id, state)| (id.to_owned(), state.to_owned())));
    assert_eq!(place.run(&["dead-letters", "stop"]).with(0).out, "No replay is running.\n");
}

#[test]
fn while_the_directory_is_served_copies_are_handled_and_tell_of_themselves() {
    let (place, ids) = place(&[ORDER, BROKEN]);
    let (_serving, ..) = serve(&place, &[]);
    assert_eq!(
        place.run(&["dead-letters", "replay", &ids[0]]).with(0).out,
        format!("{} is applied.\n", &ids[0][..8])
    );
    let again = place.run(&["dead-letters", "replay", &ids[1]]).with(1);
    assert!(again.out.contains("was set aside again: "), "{again:?}");
    let many = place.run(&["dead-letters", "replay", "--all", "--json"]).with(0).json();
    assert_eq!((&many["state"], &many["sent"]), (&"finished".into(), &1.into()));
}

#[test]
fn what_cannot_be_used_is_refused_and_changes_nothing() {
    let (place, ids) = place(&[BROKEN]);
    for (args, hint) in [
        (vec!["show", "ffff"], "no letter is known"),
        (vec!["show", "f"], "at least 4"),
        (vec!["show", &ids[0], "--reveal", "curiosity"], "expected diagnose"),
        (vec!["list", "--state", "lost"], "expected waiting"),
        (vec!["list", "--older-than", "soon"], "--older-than"),
        (vec!["list", "--resident", "Ada"], "--resident"),
        (vec!["replay"], "--all"),
        (vec!["replay", "--all", "--rate", "0"], "1 to 6000"),
        (vec!["discard", "--reason", "why"], "--queue"),
        (vec!["discard", &ids[0], "--reason", " "], "reason"),
        (vec!["edit", &ids[0], "--file", "missing", "--reason", "why"], "missing"),
        (vec!["stop", "nothing"], "no replay"),
        (vec!["dry-run", "--file", "x"], "x"),
    ] {
        let ran = place.run(&[&["dead-letters"], args.as_slice()].concat()).with(2);
        assert!(ran.err.contains(hint), "{hint} of {args:?} in {ran:?}");
    }
    assert_eq!(states(&place), [("m0".to_owned(), "open".to_owned())]);
}
