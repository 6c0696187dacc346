//! What [`Uploads`] promises, and that an upload is told of.

use super::{Case, ok};
use crate::{Inbox, UploadInfo, Uploads};
use rollcall_contracts::upload::arrived;
use std::collections::BTreeSet;

/// Keys that a test should put: any text is a key, none is a path.
pub const KEYS: [&str; 7] = [
    "public/residents.csv",
    "North Ward (week 47) + caf\u{e9}.csv",
    "../../etc/passwd",
    "/absolute",
    "100%.csv",
    "a\u{0}b",
    "\u{1f600}",
];

/// Reads a file that was put under `key` with these bytes.
pub async fn reading(uploads: &dyn Uploads, key: &str, bytes: &[u8]) {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    assert_eq!(ok(uploads.info(key).await), Some(UploadInfo { size }));
    assert_eq!(ok(uploads.read(key, 0, size).await).as_deref(), Some(bytes));
    let middle = size / 2;
    for (start, end) in [(0, middle), (middle, size), (middle, middle), (0, 1), (size, size + 10)] {
        let from = usize::try_from(start.min(size)).unwrap_or(usize::MAX);
        let to = usize::try_from(end.min(size)).unwrap_or(usize::MAX);
        let expected = bytes.get(from..to).map(<[u8]>::to_vec);
        assert_eq!(ok(uploads.read(key, start, end).await), expected, "bytes {start} to {end} of {size}");
    }
    let past = ok(uploads.read(key, middle, u64::MAX).await);
    assert_eq!(past.as_deref(), bytes.get(usize::try_from(middle).unwrap_or(usize::MAX)..), "cut at the end");
    assert_eq!(ok(uploads.read(key, size + 5, size + 9).await), Some(Vec::new()), "all past the end");
}

/// Asks for a file that nobody put.
pub async fn missing(uploads: &dyn Uploads) {
    for key in ["nobody put this", "public", "", "."] {
        assert_eq!(ok(uploads.info(key).await), None);
        assert_eq!(ok(uploads.read(key, 0, 10).await), None);
    }
}

/// Every file that was put (keys and sizes) is told of on the uploads queue,
/// repeats of one event under one version.
pub async fn notified(case: &Case<'_>, inbox: &dyn Inbox, files: &[(&str, u64)]) {
    let expected: BTreeSet<(String, u64)> =
        files.iter().map(|(key, size)| ((*key).to_owned(), *size)).collect();
    let mut told = BTreeSet::new();
    let mut versions = BTreeSet::new();
    case.settles("every file is told of", true, async || {
        loop {
            let received = ok(inbox.receive(10).await);
            if received.is_empty() {
                return told == expected;
            }
            for message in received {
                let Ok(files) = arrived(&message.body) else {
                    panic!("expected a notification of S3's form")
                };
                for file in files {
                    versions.insert((file.key.clone(), file.version));
                    told.insert((file.key, file.size));
                }
                ok(inbox.delete(&message.receipt).await);
            }
        }
    })
    .await;
    assert_eq!(versions.len(), files.len(), "each putting has its own version");
}
