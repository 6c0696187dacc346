//! Somebody who uploads one list after another, and does not give up on one
//! before it was answered that it is being loaded.

use crate::client::{Answer, More};
use crate::promised::List;
use crate::{Load, rest};
use axum::http::Method;
use fastrand::Rng;
use serde_json::json;
use std::sync::Arc;

/// Residents on a list.
const PEOPLE: usize = 12;
const BOUNDARY: &str = "----a-boundary";

pub(crate) async fn work(load: Arc<Load>, number: usize, mut rng: Rng) {
    let who = format!("uploader-{number}");
    for list in 0.. {
        if !load.is_open() {
            return;
        }
        let references: Vec<String> = (0..PEOPLE).map(|row| format!("L{number}-{list}-{row}")).collect();
        upload(&load, &who, &references).await;
        if rng.u8(0..5) == 0 {
            // The same people once more, in another upload.
            upload(&load, &who, &references).await;
        }
        rest(&mut rng, 100..700).await;
    }
}

async fn upload(load: &Load, who: &str, references: &[String]) {
    let file = csv(references);
    let offer = json!({ "file_name": "residents.csv", "size": file.len() });
    let place = insist(load, who, "/api/uploads", &More::json(&offer)).await;
    assert_eq!(place.status, 201, "{place:?}");
    let id = place.body["upload_id"].as_str().unwrap().to_owned();
    let form = [
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\n\r\n")
            .as_bytes(),
        file.as_bytes(),
        format!("\r\n--{BOUNDARY}--\r\n").as_bytes(),
    ]
    .concat();
    let content_type = Some("multipart/form-data; boundary=----a-boundary");
    let form = More { version: None, content_type, body: form };
    // A place that was offered is there, and so is a file that was taken.
    let taken = insist(load, who, &format!("/api/uploads/{id}/file"), &form).await;
    assert_eq!(taken.status, 204, "{taken:?}");
    let loading = insist(load, who, &format!("/api/uploads/{id}/load"), &More::default()).await;
    assert_eq!(loading.status, 202, "{loading:?}");
    let batch = loading.body["batch_id"].as_str().unwrap().to_owned();
    load.promised.lists.lock().unwrap().push(List { batch, references: references.to_vec() });
}

/// Asks until there is an answer.
async fn insist(load: &Load, who: &str, path: &str, more: &More) -> Answer {
    loop {
        let answer = load.client.ask(who, (Method::POST, path), more.clone()).await;
        load.promised.count(answer.as_ref().map(|answer| answer.status));
        if let Some(answer) = answer {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
}

/// Each number is that of several people sooner or later: there are 3000 for
/// fiction.
fn csv(references: &[String]) -> String {
    let mut csv = "firstName,lastName,number,reference\n".to_owned();
    for reference in references {
        let index = reference.bytes().fold(7_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 3_000);
        let range = ["+447700900", "+441632960", "+442079460"][usize::try_from(index / 1_000).unwrap()];
        csv.push_str(&format!("Ada,Example {reference},{range}{:03},{reference}\n", index % 1_000));
    }
    csv
}
