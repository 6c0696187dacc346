//! What [`Uploads`] promises, and that an upload is told of.

use super::{Case, ok};
use crate::{Inbox, UploadInfo, Uploads};
use rollcall_contracts::upload::{Arrived, Form, UploadRef, arrived};
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

/// Reads a file that was put with these bytes.
pub async fn reading(uploads: &dyn Uploads, upload: &UploadRef, bytes: &[u8]) {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    assert_eq!(ok(uploads.info(upload).await), Some(UploadInfo { size }));
    assert_eq!(ok(uploads.read(upload, 0, size).await).as_deref(), Some(bytes));
    let middle = size / 2;
    for (start, end) in [(0, middle), (middle, size), (middle, middle), (0, 1), (size, size + 10)] {
        let from = usize::try_from(start.min(size)).unwrap_or(usize::MAX);
        let to = usize::try_from(end.min(size)).unwrap_or(usize::MAX);
        let expected = bytes.get(from..to).map(<[u8]>::to_vec);
        assert_eq!(ok(uploads.read(upload, start, end).await), expected, "bytes {start} to {end} of {size}");
    }
    let past = ok(uploads.read(upload, middle, u64::MAX).await);
    assert_eq!(past.as_deref(), bytes.get(usize::try_from(middle).unwrap_or(usize::MAX)..), "cut at the end");
    assert_eq!(ok(uploads.read(upload, size + 5, size + 9).await), Some(Vec::new()), "all past the end");
}

/// Asks for files that nobody put, also in forms that nobody put under the key
/// of `there`.
pub async fn missing(uploads: &dyn Uploads, there: &UploadRef) {
    let forms = [Form::Etag("0123456789abcdef0123456789abcdef".to_owned()), there.form.clone()];
    let of = |key: &str, form: &Form| UploadRef { key: key.to_owned(), form: form.clone() };
    let mut missing = vec![of(&there.key, &forms[0])];
    for key in ["nobody put this", "public", "", "."] {
        missing.extend(forms.iter().map(|form| of(key, form)));
    }
    for upload in &missing {
        assert_eq!(ok(uploads.info(upload).await), None, "{upload:?}");
        for (start, end) in [(0, 10), (0, 0), (5, u64::MAX)] {
            assert_eq!(ok(uploads.read(upload, start, end).await), None, "{upload:?}");
        }
    }
}

/// Reads a file whose key was put again with other bytes: in its own form where
/// the store keeps versions, not at all elsewhere.
pub async fn replaced(uploads: &dyn Uploads, former: (&UploadRef, &[u8]), new: (&UploadRef, &[u8])) {
    let ((former, its_bytes), (new, bytes)) = (former, new);
    assert!(former.key == new.key && former.form != new.form && its_bytes != bytes);
    reading(uploads, new, bytes).await;
    if ok(uploads.info(former).await).is_some() {
        reading(uploads, former, its_bytes).await;
    } else {
        for (start, end) in [(0, 10), (0, 0), (0, u64::MAX)] {
            assert_eq!(ok(uploads.read(former, start, end).await), None);
        }
    }
}

/// Every file that was put (keys and sizes) is told of on the uploads queue,
/// repeats of one event under one sequencer. Answers what was told, by key.
pub async fn notified(case: &Case<'_>, inbox: &dyn Inbox, files: &[(&str, u64)]) -> Vec<Arrived> {
    let expected: BTreeSet<(String, u64)> =
        files.iter().map(|(key, size)| ((*key).to_owned(), *size)).collect();
    let mut told: Vec<Arrived> = Vec::new();
    let mut seen = BTreeSet::new();
    case.settles("every file is told of", true, async || {
        loop {
            let received = ok(inbox.receive(10).await);
            if received.is_empty() {
                return seen == expected;
            }
            for message in received {
                let Ok(files) = arrived(&message.body) else {
                    panic!("expected a notification of S3's form")
                };
                for file in files {
                    seen.insert((file.upload.key.clone(), file.size));
                    if !told.contains(&file) {
                        told.push(file);
                    }
                }
                ok(inbox.delete(&message.receipt).await);
            }
        }
    })
    .await;
    let sequencers: BTreeSet<_> =
        told.iter().map(|file| (file.upload.key.clone(), file.sequencer.clone())).collect();
    assert_eq!(sequencers.len(), files.len(), "each putting has its own sequencer");
    told.sort_by(|a, b| (&a.upload.key, &a.sequencer).cmp(&(&b.upload.key, &b.sequencer)));
    told
}
