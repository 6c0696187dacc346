//! Blanking rows of lists in a bucket.

use crate::files::{Setup, set_up};
use rollcall_contracts::upload::{BLANKED, Form, UploadRef, staged_key};
use rollcall_domain::ids::UploadId;
use rollcall_ports::{Cursor, Place, Shelf, Uploads, suite};

async fn walk(setup: &Setup, most: u32) -> Vec<UploadRef> {
    let (mut all, mut from): (_, Option<Cursor>) = (Vec::new(), None);
    loop {
        let (files, next) = setup.uploads.files(from.as_ref(), most).await.unwrap();
        all.extend(files);
        from = next;
        if from.is_none() {
            return all;
        }
    }
}

const GONE: [Place; 1] = [Place { start: 2, end: 5, fill: b" " }];

#[tokio::test]
async fn rows_of_files_are_blanked() {
    for versions in [true, false] {
        let setup = set_up(versions, Some(".csv")).await;
        // No part of an upload but the last may be smaller than 5 MiB.
        let bytes: Vec<u8> = (0..=250).cycle().take((17 << 20) + 1).collect();
        setup.put_in_parts("list.csv", &[&bytes[..9 << 20], &bytes[9 << 20..]]).await;
        let told = setup.told(&[("list.csv", bytes.len() as u64)]).await;
        // Without versions, the emulator begins each page with the last key of the
        // one before: here there is only one.
        let others: &[&str] = if versions { &["a.csv", "b.csv", "staged/c"] } else { &["staged/c"] };
        for key in others {
            setup.put(key, b"other").await;
        }
        suite::erasures::blanking((&setup.uploads, &setup.uploads), &told[0], &bytes).await;
        suite::uploads::missing(&setup.uploads, &told[0]).await;
        let all = setup.everything().await;
        let kept: Vec<&str> = all.iter().map(|(key, _)| key.as_str()).collect();
        let count = others.len() + 1;
        assert_eq!(kept.len(), count, "the file that was put is gone, and one copy is there: {kept:?}");
        assert!(!kept.contains(&"list.csv") && kept.iter().any(|key| key.starts_with(BLANKED)));
    }
}

/// As the file was put, whoever names it, and nobody is told of the copy.
#[tokio::test]
async fn a_list_that_was_blanked_is_no_new_list() {
    let setup = set_up(true, Some(".csv")).await;
    setup.put("town.csv", b"1,Ada,Example\n").await;
    let told = setup.told(&[("town.csv", 14)]).await;
    setup.put("town.csv", b"2,Ada,Another\n").await;
    let later = setup.told(&[("town.csv", 14)]).await;
    setup.uploads.blank(&told[0], &GONE).await.unwrap();
    assert_eq!(setup.uploads.read(&told[0], 0, 14).await.unwrap().unwrap(), b"1,   ,Example\n");
    assert_eq!(setup.uploads.read(&later[0], 0, 14).await.unwrap().unwrap(), b"2,Ada,Another\n");
    assert_eq!(setup.uploads.info(&told[0]).await.unwrap().unwrap().size, 14);
    assert_eq!(setup.all_told().await, 0, "nothing is to be loaded");
    assert_eq!(walk(&setup, 1).await.len(), 2);
    // What is blanked later is blanked in the copy.
    let copy = walk(&setup, 10).await.into_iter().find(|file| file.key.starts_with(BLANKED)).unwrap();
    setup.uploads.blank(&copy, &[Place { start: 6, end: 13, fill: b" " }]).await.unwrap();
    assert_eq!(setup.uploads.read(&told[0], 0, 14).await.unwrap().unwrap(), b"1,   ,       \n");
    let all = setup.everything().await;
    assert_eq!(all.len(), 2, "no former version is left: {all:?}");
}

/// Whoever is killed after the copy leaves both; what others blanked in the copy
/// meanwhile does not come back.
#[tokio::test]
async fn a_copy_is_made_of_the_copy_that_is_there() {
    let setup = set_up(true, Some(".csv")).await;
    setup.put("town.csv", b"1,Ada,Example\n").await;
    let told = setup.told(&[("town.csv", 14)]).await;
    setup.uploads.blank(&told[0], &GONE).await.unwrap();
    // As if the file were still there: another is put under its key, and the
    // same version is asked for once more.
    setup.uploads.blank(&told[0], &[Place { start: 6, end: 9, fill: b" " }]).await.unwrap();
    assert_eq!(setup.uploads.read(&told[0], 0, 14).await.unwrap().unwrap(), b"1,   ,   mple\n");
}

/// A file that nobody had loaded yet stays where it is, without its name.
#[tokio::test]
async fn a_staged_file_is_put_again() {
    let setup = set_up(true, Some(".csv")).await;
    let key = staged_key(UploadId::derive(&["blanking"]));
    for text in ["0,Ada,Example\n", "1,Ada,Example\n"] {
        let put = setup.s3.put_object().bucket(&setup.bucket).key(&key).metadata("file-name", "QWRhLmNzdg");
        put.metadata("by", "Y2xhcms").body(text.as_bytes().to_vec().into()).send().await.unwrap();
    }
    let files = walk(&setup, 10).await;
    assert_eq!(files.len(), 2);
    for file in &files {
        assert!(matches!(file.form, Form::Version(_)));
        setup.uploads.blank(file, &GONE).await.unwrap();
    }
    let all = setup.everything().await;
    assert_eq!(all, [(key.clone(), b"1,   ,Example\n".to_vec())]);
    let head = setup.s3.head_object().bucket(&setup.bucket).key(&key).send().await.unwrap();
    let metadata = head.metadata.unwrap();
    assert_eq!(metadata.get("by").map(String::as_str), Some("Y2xhcms"));
    assert_eq!(metadata.get("file-name").map(String::as_str), Some("bGlzdC5jc3Y"));
}
