//! From a file to residents: place, preview, bad rows, loading, history.

use crate::bringing::{form, form_end, form_start};
use crate::support::World;
use axum::body::Body;
use axum::http::Request;
use futures_util::stream;
use jiff::SignedDuration;
use rollcall_domain::group::Group;
use rollcall_domain::ids::UploadId;
use rollcall_embedded::Store;
use rollcall_ports::suite::ManualClock;
use rollcall_ports::{Clock, Deposits, Offer};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Everything that goes wrong in lists of councils, and three good rows.
const NASTY: &str = "Ref;Surname;Forename;Telephone No;Favourite colour;Notes\r\n\
    H-1;Example;Ada;07700 900101;red;\"door code 1\r\nring twice\"\r\n\
    H-2;=1+1;@Bob;'07700900102;blue;\r\n\
    H-3;Short;Number;07700 90;;\r\n\
    H-4;;;07700900104;;\r\n\
    H-5;Few;Cells\r\n\
    \r\n\
    H-1;Example;Ada;07700 900101;red;\"door code 1\r\nring twice\"\r\n\
    H-6;-Dash;Zo\u{eb};+44 7700 900106;;\"unclosed\r\n\
    H-7;Last;Good;07700900107;;\r\n";

#[tokio::test]
async fn a_nasty_list_is_previewed_and_loaded() {
    let world = World::new();
    let id = world.uploaded(NASTY.as_bytes()).await;
    let preview = world.preview(&id).await;
    assert_eq!(preview["counts"], json!({"rows": 8, "good": 3, "known": 1, "bad": 4}), "{preview}");
    assert_eq!(
        (&preview["state"], &preview["complete"], &preview["lines"]),
        (&json!("ready"), &json!(true), &json!(10))
    );
    assert_eq!(preview["file_name"], "North Ward list.csv");
    let found: Vec<_> =
        preview["columns"].as_array().unwrap().iter().map(|one| one["found_as"].clone()).collect();
    let expected = [
        json!("reference"),
        json!("lastName"),
        json!("firstName"),
        json!("number"),
        Value::Null,
        json!("notes"),
    ];
    assert_eq!(found, expected);
    let first = &preview["first"][0];
    assert_eq!((&first["line"], &first["number"]), (&json!(2), &json!("+447700900101")), "as stored");
    let bad: Vec<_> = preview["bad"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["line"].clone(), one["code"].clone()))
        .collect();
    let expected = [(4, "too_short"), (5, "name_missing"), (6, "too_few_fields"), (9, "unclosed_quote")];
    assert_eq!(bad, expected.map(|(line, code)| (json!(line), json!(code))));
    assert!(world.people().await.is_empty(), "nothing is loaded by looking");
    world.work().await;
    assert!(world.people().await.is_empty(), "nobody is told of a file that was not loaded");

    let batch = world.loaded(&id).await;
    assert_eq!(world.people().await.len(), 3);
    let shown = world.batch(&batch).await;
    assert_eq!(
        (&shown["stage"], &shown["finished"], &shown["rows"]),
        (&json!("loaded"), &json!(true), &json!(8))
    );
    assert_eq!(
        (&shown["loaded"], &shown["already_known"], &shown["rejected"]),
        (&json!(3), &json!(1), &json!(4))
    );
    assert_eq!((&shown["file_name"], &shown["by"]), (&json!("North Ward list.csv"), &json!("somebody")));
    assert_eq!(world.loaded(&id).await, batch, "a repeat is the same batch");
    assert_eq!(world.preview(&id).await["batch_id"], json!(batch));
}

#[tokio::test]
async fn bad_rows_are_mended_and_uploaded_again() {
    let world = World::new();
    let id = world.uploaded(NASTY.as_bytes()).await;
    world.loaded(&id).await;
    let bad = world.get(&format!("/api/uploads/{id}/bad-rows.csv"), &world.clerk()).await;
    assert_eq!((bad.status.as_u16(), bad.header("content-type")), (200, "text/csv; charset=utf-8"));
    let unmended = world.uploaded(bad.text.as_bytes()).await;
    let counts = json!({"rows": 4, "good": 0, "known": 0, "bad": 4});
    assert_eq!(
        world.preview(&unmended).await["counts"],
        counts,
        "what nobody mended stays bad: {}",
        bad.text
    );
    let mended =
        bad.text.replace("07700 90;", "07700900103;").replace(";;;07700900104", ";Found;Name;07700900104");
    let mended: String = mended
        .lines()
        .map(|line| match line {
            line if line.contains("H-5") => "mended;H-5;Few;Cells;07700900105;;\n".to_owned(),
            line if line.contains("H-6") => "mended;H-6;'-Dash;Zo\u{eb};'+447700900106;;\n".to_owned(),
            line => format!("{line}\n"),
        })
        .collect();
    let again = world.uploaded(mended.as_bytes()).await;
    let counts = json!({"rows": 4, "good": 4, "known": 0, "bad": 0});
    assert_eq!(world.preview(&again).await["counts"], counts, "{mended}");
    world.loaded(&again).await;
    let names: Vec<String> = world.people().await.into_values().map(|one| one.profile.last_name).collect();
    assert!(
        names.contains(&"-Dash".to_owned()) && names.contains(&"=1+1".to_owned()),
        "text as it was meant"
    );
    assert_eq!(names.len(), 7);
}

macro_rules! samples {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../samples/", $name)).as_slice())),*]
    };
}

/// One reader: what is said before is what comes of it.
#[tokio::test]
async fn a_preview_tells_what_loading_comes_to() {
    for (name, bytes) in samples![
        "01-reference-form.csv",
        "07-windows-1252.csv",
        "11-quoted-newlines-and-quotes.csv",
        "12-csv-injection.csv",
        "14-bad-and-awkward-numbers.csv",
        "15-missing-number-column.csv",
        "19-ragged-rows.csv",
        "20-header-only.csv",
    ] {
        let world = World::new();
        let id = world.uploaded(bytes).await;
        let before = world.preview(&id).await;
        let batch = world.loaded(&id).await;
        let after = world.batch(&batch).await;
        assert_eq!(before["refusal"], after["refusal"], "{name}");
        assert_eq!(before["state"] == "refused", after["stage"] == "refused", "{name}");
        let counts = &before["counts"];
        assert_eq!(
            [&counts["good"], &counts["known"], &counts["bad"]],
            [&after["loaded"], &after["already_known"], &after["rejected"]],
            "{name}"
        );
        let path = format!("/api/batches/{batch}/notes?kind=rejections&size=3");
        assert_eq!(&json!(world.pages(&path).await), &before["bad"], "{name}");
        let warnings = world.pages(&format!("/api/batches/{batch}/notes?kind=warnings&size=2")).await;
        let told = |all: &[Value]| {
            let mut told: Vec<String> =
                all.iter().map(|one| format!("{} {}", one["line"], one["code"])).collect();
            told.retain(|one| !one.contains("shared_number"));
            told.sort();
            told
        };
        assert_eq!(told(&warnings), told(before["warnings"].as_array().unwrap()), "{name}");
        // The same list once more: everybody is known.
        let again = world.preview(&world.uploaded(bytes).await).await;
        let good = counts["good"].as_u64().unwrap() + counts["known"].as_u64().unwrap();
        assert_eq!(
            (&again["counts"]["good"], &again["counts"]["known"]),
            (&json!(0), &json!(good)),
            "{name}"
        );
    }
}

impl World {
    /// Every page of a list.
    async fn pages(&self, path: &str) -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), String::new());
        loop {
            let answer = self.get(&format!("{path}{next}"), &self.clerk()).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let mut page = answer.json();
            items.append(page["items"].as_array_mut().unwrap());
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => return items,
            }
        }
    }
}

#[tokio::test]
async fn the_history_is_listed_newest_first() {
    let world = World::new();
    let mut batches = Vec::new();
    for n in 0..5 {
        let list = format!("firstName,lastName,number\nAda,Example {n},07700900101\n");
        batches.insert(0, world.loaded(&world.uploaded(list.as_bytes()).await).await);
    }
    let listed = world.pages("/api/batches?size=2").await;
    let ids: Vec<_> = listed.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, batches);
    assert!(listed.iter().all(|one| one["undo"].is_null()));
    let audit = world.get("/api/audit?size=100", &world.token(&[Group::Operators])).await;
    assert!(audit.text.contains("upload.load") && audit.text.contains("upload.offer"));
    assert!(!audit.text.contains("North Ward"), "the name of a file is told to no log");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let world = World::new();
    let clerk = world.clerk();
    for body in [
        json!({"file_name": "", "size": 1}),
        json!({"file_name": "a.csv", "size": 0}),
        json!({"file_name": "/", "size": 1_u64 << 40}),
    ] {
        world.send("POST", "/api/uploads", &clerk, &body.to_string()).await.expect_problem(422);
    }
    let nobody = "00000000-0000-4000-8000-000000000000";
    for path in ["preview", "bad-rows.csv"] {
        world.get(&format!("/api/uploads/{nobody}/{path}"), &clerk).await.expect_problem(404);
    }
    world.send("POST", &format!("/api/uploads/{nobody}/load"), &clerk, "").await.expect_problem(404);
    world.put_file(nobody, Body::from(form(b"x"))).await.expect_problem(404);
    world.get(&format!("/api/batches/{nobody}"), &clerk).await.expect_problem(404);
    world.get(&format!("/api/batches/{nobody}/notes?kind=warnings"), &clerk).await.expect_problem(404);
    world.undo(nobody).await.expect_problem(404);

    let id = world.offered("C:\\lists\\list.csv").await;
    world.get(&format!("/api/uploads/{id}/preview"), &clerk).await.expect_problem(404);
    let cut = form(b"firstName,number\n");
    world.put_file(&id, Body::from(cut[..cut.len() - 20].to_vec())).await.expect_problem(400);
    world.put_file(&id, Body::from("no form at all")).await.expect_problem(400);
    world.send("POST", &format!("/api/uploads/{id}/file"), &clerk, "{}").await.expect_problem(415);
    world.get(&format!("/api/uploads/{id}/preview"), &clerk).await.expect_problem(404);
    let whole = Body::from(form(b"firstName,number\nAda,07700900101\n"));
    assert_eq!(world.put_file(&id, whole).await.status, 204);
    assert_eq!(world.preview(&id).await["file_name"], "list.csv");
    world.loaded(&id).await;
    world.put_file(&id, Body::from(form(b"other"))).await.expect_problem(409);

    let small = Offer {
        id: UploadId::derive(&["small"]),
        file_name: "list.csv".to_owned(),
        by: "clerk".to_owned(),
        most: 10,
        until: world.clock.now() + SignedDuration::from_mins(1),
    };
    let _slot = world.store.uploads().offer(&small).await.unwrap();
    world.put_file(&small.id.to_string(), Body::from(form(b"01234567890"))).await.expect_problem(413);
    assert_eq!(world.put_file(&small.id.to_string(), Body::from(form(b"0123456789"))).await.status, 204);
    world.clock.advance(SignedDuration::from_mins(1));
    world.put_file(&small.id.to_string(), Body::from(form(b"0"))).await.expect_problem(404);
}

/// A list of 100 000 people passes through: at no moment does the service hold
/// more of it than a few pieces, however large it is.
#[tokio::test]
async fn a_large_list_is_never_held_in_memory() {
    const PIECE: usize = 16 * 1024;
    const ROWS: u32 = 100_000;
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::default());
    let store = Store::open(dir.path(), Arc::<ManualClock>::clone(&clock)).unwrap();
    let world = World::over(store, clock, |_| {});
    let id = world.offered("large.csv").await;
    let mut content = form_start();
    let header = content.len() as u64;
    content.extend_from_slice(b"firstName,lastName,number\n");
    let mut rows = String::new();
    for n in 0..ROWS {
        writeln!(rows, "Ada {n},Example,07700900{:03}", n % 1000).unwrap();
    }
    content.extend_from_slice(rows.as_bytes());
    let size = content.len() as u64 - header;
    content.extend_from_slice(form_end().as_bytes());
    let uploads = dir.path().join("uploads");
    let written = move || {
        let files = std::fs::read_dir(&uploads).into_iter().flatten();
        files.filter_map(|file| Some(file.ok()?.metadata().ok()?.len())).sum::<u64>()
    };
    let (sent, held) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let most = Arc::clone(&held);
    let pieces = content.chunks(PIECE).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let pieces = pieces.into_iter().map(move |piece| {
        // Whoever asks for one more piece holds all that was sent and is not
        // in the file.
        let before = sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
        most.fetch_max(before.saturating_sub(written()), Ordering::Relaxed);
        Ok::<_, Infallible>(piece)
    });
    let answer = world.put_file(&id, Body::from_stream(stream::iter(pieces))).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    let held = held.load(Ordering::Relaxed);
    assert!(size > 2_500_000 && held < 4 * PIECE as u64, "held {held} of {size} bytes");

    let preview = world.preview(&id).await;
    assert_eq!((&preview["complete"], &preview["size"]), (&json!(false), &json!(size)));
    assert_eq!(preview["counts"], json!({"rows": 20_000, "good": 20_000, "known": 0, "bad": 0}));
    assert_eq!(preview["lines"], 20_001);
}

#[tokio::test]
async fn only_those_who_may_bring_lists() {
    let world = World::new();
    let id = world.uploaded(NASTY.as_bytes()).await;
    let agent = world.token(&[Group::Agents]);
    world.get(&format!("/api/uploads/{id}/preview"), &agent).await.expect_problem(403);
    let request = Request::post(format!("/api/uploads/{id}/file")).body(Body::from(form(b"x"))).unwrap();
    world.ask(request).await.expect_problem(401);
}
