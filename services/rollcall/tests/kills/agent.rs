//! Somebody at the desk, who takes promises out of Connect's queue, rings by
//! other means, and says what came of it; and writes a note now and then.

use crate::client::{Answer, More};
use crate::promised::Promised;
use crate::{Load, rest};
use axum::http::Method;
use fastrand::Rng;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) async fn work(load: Arc<Load>, number: usize, mut rng: Rng) {
    let who = ["agent-a", "agent-b"][number];
    for deed in 0.. {
        if !load.is_open() {
            return;
        }
        let text = format!("note {deed} of {who}");
        if rng.u8(0..3) == 0 {
            if let Some(resident) = somebody(&load, who, &mut rng).await {
                note(&load, who, &resident, &text).await;
            }
        } else if let Some(callback) = promise(&load, who, &mut rng).await {
            keep(&load, who, &callback, (&text, &mut rng)).await;
        }
        rest(&mut rng, 20..250).await;
    }
}

async fn change(load: &Load, who: &str, what: (Method, &str), more: More) -> Option<Answer> {
    let answer = load.client.ask(who, what, more).await;
    load.promised.count(answer.as_ref().map(|answer| answer.status));
    answer
}

/// Anybody on the register.
async fn somebody(load: &Load, who: &str, rng: &mut Rng) -> Option<String> {
    let wanted = More::json(&json!({ "text": format!("L{}-{}", rng.u8(0..2), rng.u8(0..9)) }));
    let found = load.client.ask(who, (Method::POST, "/api/residents/search"), wanted).await?;
    let items = found.body["items"].as_array().unwrap_or_else(|| panic!("{found:?}"));
    let one = items.get(rng.usize(0..items.len().max(1)))?;
    Some(one["id"].as_str().unwrap().to_owned())
}

async fn note(load: &Load, who: &str, resident: &str, text: &str) {
    let (path, body) = (format!("/api/residents/{resident}/notes"), More::json(&json!({ "text": text })));
    let key = (resident.to_owned(), text.to_owned());
    // Who was cut off asks again: the note is there once all the same.
    for _ in 0..3 {
        Promised::asking(&load.promised.notes, key.clone());
        match change(load, who, (Method::POST, &path), body.clone()).await {
            Some(answer) if answer.is_success() => return Promised::done(&load.promised.notes, key),
            Some(answer) => assert_eq!(answer.status, 412, "{answer:?}"),
            None => {}
        }
    }
}

/// One of the promises that nobody has taken.
async fn promise(load: &Load, who: &str, rng: &mut Rng) -> Option<Value> {
    let desk = load.client.ask(who, (Method::GET, "/api/desk"), More::default()).await?;
    let all = desk.body["callbacks"].as_array().unwrap_or_else(|| panic!("{desk:?}"));
    let free: Vec<&Value> =
        all.iter().filter(|one| one["taken"].is_null() || one["taken"]["by"] == who).collect();
    free.get(rng.usize(0..free.len().max(1))).map(|one| (*one).clone())
}

/// Takes it and says what came of the call.
async fn keep(load: &Load, who: &str, callback: &Value, (text, rng): (&str, &mut Rng)) {
    let id = callback["id"].as_str().unwrap();
    let mut version = Some(format!("\"{}\"", callback["version"]));
    if callback["taken"].is_null() {
        let path = format!("/api/desk/callbacks/{id}/take");
        let more = More::default().of_version(version.as_deref());
        match change(load, who, (Method::POST, &path), more).await {
            Some(taken) if taken.is_success() => {
                assert_eq!(taken.body["taken"]["by"], who, "{taken:?}");
                version = taken.version;
            }
            // Connect's agents were faster, or it was cut off.
            _ => return,
        }
        rest(rng, 0..200).await;
    }
    let disposition = ["helped", "helped", "referred", "no_answer", "left_message"][rng.usize(0..5)];
    let path = format!("/api/desk/callbacks/{id}/complete");
    let more = More::json(&json!({ "disposition": disposition, "notes": text, "contact_id": null }));
    let result = (id.to_owned(), who.to_owned(), disposition.to_owned());
    let note = (callback["resident_id"].as_str().unwrap().to_owned(), text.to_owned());
    Promised::asking(&load.promised.results, result.clone());
    Promised::asking(&load.promised.notes, note.clone());
    let answer = change(load, who, (Method::POST, &path), more.of_version(version.as_deref())).await;
    if answer.is_some_and(|answer| answer.is_success()) {
        Promised::done(&load.promised.results, result);
        Promised::done(&load.promised.notes, note);
    }
}
