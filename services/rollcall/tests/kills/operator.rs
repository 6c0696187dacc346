//! Somebody who works on what was set aside, and starts dialing again when it
//! has stopped by itself.

use crate::client::{Answer, More};
use crate::promised::Promised;
use crate::{Load, rest};
use axum::http::Method;
use fastrand::Rng;
use serde_json::{Value, json};
use std::sync::Arc;

const WHO: &str = "operator";

pub(crate) async fn work(load: Arc<Load>, mut rng: Rng) {
    for deed in 0.. {
        if !load.is_open() {
            return;
        }
        if deed % 20 == 0 {
            restart_dialing(&load).await;
        }
        if let Some(letter) = letter(&load, &mut rng).await {
            let reason = format!("deed {deed}");
            match rng.u8(0..10) {
                0 => replay_some(&load, &letter).await,
                1 | 2 => discard(&load, &letter, reason).await,
                3 | 4 => edit(&load, &letter, reason).await,
                _ => replay(&load, &letter).await,
            }
        }
        rest(&mut rng, 10..120).await;
    }
}

/// Has everything handled again that was set aside on the way from a list to
/// the register: a chunk that was killed five times lies there.
pub(crate) async fn replay_what_was_set_aside(load: &Load) {
    for queue in ["uploads", "rows"] {
        let order = json!({ "per_minute": 6000, "matching": { "queue": queue } });
        ask(load, Method::POST, "/api/dead-letters/replays", More::json(&order)).await;
    }
}

/// As people do who have looked why.
pub(crate) async fn restart_dialing(load: &Load) {
    let asked = load.client.ask(WHO, (Method::GET, "/api/dialing"), More::default()).await;
    let Some(dialing) = asked.filter(|dialing| dialing.body["state"] == "tripped") else { return };
    println!("dialing had tripped: {}", dialing.body["why"]);
    let more = More::json(&json!({ "reason": "a test" })).of_version(dialing.version.as_deref());
    if ask(load, Method::POST, "/api/dialing/start", more).await.is_some_and(|answer| answer.is_success()) {
        load.promised.reset();
    }
}

async fn ask(load: &Load, method: Method, path: &str, more: More) -> Option<Answer> {
    let answer = load.client.ask(WHO, (method, path), more).await;
    load.promised.count(answer.as_ref().map(|answer| answer.status));
    answer
}

/// One of the letters that are not over.
async fn letter(load: &Load, rng: &mut Rng) -> Option<Value> {
    let path = "/api/dead-letters?size=50";
    let page = load.client.ask(WHO, (Method::GET, path), More::default()).await?;
    let letters = page.body["items"].as_array().unwrap_or_else(|| panic!("{page:?}"));
    letters.get(rng.usize(0..letters.len().max(1))).cloned()
}

fn id(letter: &Value) -> String {
    letter["id"].as_str().unwrap().to_owned()
}

fn version(letter: &Value) -> String {
    format!("\"{}\"", letter["version"])
}

async fn replay(load: &Load, letter: &Value) {
    let path = format!("/api/dead-letters/{}/replay", id(letter));
    let deeds = &load.promised.replays;
    Promised::asking(deeds, id(letter));
    let more = More::default().of_version(Some(&version(letter)));
    if ask(load, Method::POST, &path, more).await.is_some_and(|answer| answer.is_success()) {
        Promised::done(deeds, id(letter));
    }
}

async fn replay_some(load: &Load, letter: &Value) {
    let order = json!({ "per_minute": 3000, "matching": { "cause": letter["cause"] } });
    let answer = ask(load, Method::POST, "/api/dead-letters/replays", More::json(&order)).await;
    if let Some(answer) = answer.filter(Answer::is_success) {
        load.promised.jobs.lock().unwrap().push(id(&answer.body));
    }
}

/// Only what this test has set aside: the others are lists that people wait for.
async fn discard(load: &Load, letter: &Value, reason: String) {
    if letter["source"] != "call_requests" {
        return;
    }
    let path = format!("/api/dead-letters/{}/discard", id(letter));
    let (deeds, key) = (&load.promised.discards, (id(letter), reason.clone()));
    Promised::asking(deeds, key.clone());
    let more = More::json(&json!({ "reason": reason })).of_version(Some(&version(letter)));
    if ask(load, Method::POST, &path, more).await.is_some_and(|answer| answer.is_success()) {
        Promised::done(deeds, key);
    }
}

async fn edit(load: &Load, letter: &Value, reason: String) {
    if letter["source"] != "call_requests" {
        return;
    }
    let path = format!("/api/dead-letters/{}/message", id(letter));
    let (deeds, key) = (&load.promised.edits, (id(letter), reason.clone()));
    Promised::asking(deeds, key.clone());
    let body = json!({ "message": crate::world::order(&id(letter), &id(letter), "2020-11-23T09:10:00Z"), "reason": reason });
    let more = More::json(&body).of_version(Some(&version(letter)));
    if ask(load, Method::PUT, &path, more).await.is_some_and(|answer| answer.is_success()) {
        Promised::done(deeds, key);
    }
}
