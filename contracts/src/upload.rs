//! The notification that an object store sends when a file has arrived
//! (S3 user guide, notification content structure; `eventVersion` 2.x).

use rollcall_domain::ids::UploadId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The bucket.
    pub bucket: String,
    /// The file, in the form in which it arrived.
    pub upload: UploadRef,
    /// Bytes.
    pub size: u64,
    /// Which putting of the object: repeats of one event have the same, two
    /// uploads under one key do not. S3's sequencer, or
    /// the name of the form without one.
    pub sequencer: String,
}

/// A file in the upload store, in one of its forms: whoever reads by this reads
/// the same bytes as everybody else who does, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadRef {
    /// The key, decoded.
    pub key: String,
    /// What is meant when the key is put again.
    pub form: Form,
}

/// Which of the files that were put under one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The store keeps each form under a name of its own (S3 user guide,
    /// versioning: `versionId`).
    Version(String),
    /// The store keeps the latest form only: this one while its entity tag is
    /// this (`eTag`, without quotation marks), none after.
    Etag(String),
}

/// Before the names of files that nobody had loaded yet. Nobody is told of a
/// file under such a key: the notifications of the bucket ask for keys that end
/// in `.csv`, and these do not.
pub const STAGED: &str = "staged/";

/// Before the names of files that somebody had loaded, by way of the API.
const LOADED: &str = "loaded/";

/// Before the names of files of which rows were blanked. As of those under
/// [`STAGED`], nobody is told of them.
pub const BLANKED: &str = "blanked/";

/// The key under which a file stands once rows of it were blanked, in a store
/// that keeps no form of a file under its name but the one that was put: for
/// whoever still names the file that was. `None` for a file that is put again
/// where it is, since its arrival tells nobody and nobody names its form for
/// longer than a request: one that is not loaded yet, or such a copy itself.
#[must_use]
pub fn blanked_key(upload: &UploadRef) -> Option<String> {
    let moves = !upload.key.starts_with(STAGED) && !upload.key.starts_with(BLANKED);
    let form = match &upload.form {
        Form::Version(version) => ["version", version],
        Form::Etag(tag) => ["etag", tag],
    };
    moves.then(|| format!("{BLANKED}{}", UploadId::derive(&[&upload.key, form[0], form[1]])))
}

/// The key of a file before it is loaded.
#[must_use]
pub fn staged_key(upload: UploadId) -> String {
    format!("{STAGED}{upload}")
}

/// The key of a file that is to be loaded.
#[must_use]
pub fn loaded_key(upload: UploadId) -> String {
    format!("{LOADED}{upload}.csv")
}

/// The upload whose file is under a key that [`staged_key`] made.
#[must_use]
pub fn staged_under(key: &str) -> Option<UploadId> {
    let id = key.strip_prefix(STAGED)?.parse().ok()?;
    (staged_key(id) == key).then_some(id)
}

/// The upload whose file is under a key that [`loaded_key`] made.
#[must_use]
pub fn loaded_under(key: &str) -> Option<UploadId> {
    let id = key.strip_prefix(LOADED)?.strip_suffix(".csv")?.parse().ok()?;
    (loaded_key(id) == key).then_some(id)
}

/// Why a text is no notification. Never quotes it: keys may hold names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an S3 event notification, found something else")]
pub struct NotANotification;

#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Records", default)]
    records: Option<Vec<Record>>,
    /// Only in the message that S3 sends when notifications are set up.
    #[serde(rename = "Event", default)]
    event: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    s3: S3,
}

#[derive(Deserialize)]
struct S3 {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    e_tag: Option<String>,
    #[serde(default)]
    version_id: Option<String>,
    #[serde(default)]
    sequencer: Option<String>,
}

/// Reads the files that a notification names: none for a test event, for
/// folders (keys ending in `/`) and for events that create nothing.
///
/// # Errors
/// When the text is no notification at all, or says neither version nor ETag
/// of a file: whoever read it later could not know whether it is still the same.
pub fn arrived(text: &str) -> Result<Vec<Arrived>, NotANotification> {
    let notification: Notification = serde_json::from_str(text).map_err(|_| NotANotification)?;
    let Some(records) = notification.records else {
        return if notification.event.as_deref() == Some("s3:TestEvent") {
            Ok(Vec::new())
        } else {
            Err(NotANotification)
        };
    };
    records
        .into_iter()
        .filter(|record| record.event_name.trim_start_matches("s3:").starts_with("ObjectCreated:"))
        .filter(|record| !record.s3.object.key.ends_with('/'))
        .map(|record| file(record.s3))
        .collect()
}

fn file(S3 { bucket, object }: S3) -> Result<Arrived, NotANotification> {
    let Object { key, size, e_tag, version_id, sequencer } = object;
    // An object that was put while versioning was suspended has the version
    // "null", and the next such one takes its place (S3 user guide).
    let version = version_id.filter(|version| !version.is_empty() && version != "null");
    let tag = e_tag.filter(|tag| !tag.is_empty());
    let form = version.map(Form::Version).or_else(|| tag.map(Form::Etag)).ok_or(NotANotification)?;
    let (Form::Version(name) | Form::Etag(name)) = &form;
    let sequencer = sequencer.unwrap_or_else(|| name.clone());
    Ok(Arrived { bucket: bucket.name, upload: UploadRef { key: decode_key(&key), form }, size, sequencer })
}

/// The notification of one file, in S3's own form: what the one-machine store
/// puts on the uploads queue.
#[must_use]
pub fn notification(file: &Arrived) -> String {
    let mut object = serde_json::json!({
        "key": encode_key(&file.upload.key), "size": file.size, "sequencer": file.sequencer,
    });
    let (field, name) = match &file.upload.form {
        Form::Version(version) => ("versionId", version),
        Form::Etag(tag) => ("eTag", tag),
    };
    object[field] = name.as_str().into();
    serde_json::json!({ "Records": [{
        "eventVersion": "2.5",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": { "name": file.bucket },
            "object": object,
        },
    }]})
    .to_string()
}

/// Space travels as `+`, everything else as in a URL.
fn decode_key(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let digits = [ahead.next(), ahead.next()].map(|d| d.and_then(|d| char::from(d).to_digit(16)));
                if let [Some(high), Some(low)] = digits {
                    bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                    rest = ahead;
                } else {
                    bytes.push(b'%');
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encode_key(key: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            other => {
                // Writing to a string cannot fail.
                let _written = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &str, form: Form) -> Arrived {
        let upload = UploadRef { key: key.into(), form };
        Arrived { bucket: "b".into(), upload, size: 1, sequencer: "1".into() }
    }

    #[test]
    fn a_key_survives_the_round_trip() {
        for key in
            ["public/residents.csv", "North Ward (week 47) + café.csv", "100%.csv", "a%2Fb", "+", "A.CSV"]
        {
            for form in [Form::Version("v".into()), Form::Etag("e".into())] {
                let file = put(key, form);
                assert_eq!(arrived(&notification(&file)), Ok(vec![file]));
            }
        }
    }

    #[test]
    fn an_upload_is_told_by_its_keys_and_by_nothing_like_them() {
        let id = UploadId::derive(&["one"]);
        assert_eq!(staged_under(&staged_key(id)), Some(id));
        assert_eq!(loaded_under(&loaded_key(id)), Some(id));
        assert!(!staged_key(id).to_ascii_lowercase().ends_with(".csv"), "nobody is told of it");
        for key in ["staged/", "loaded/.csv", "loaded/x.csv", "staged/one", "import/1-2"] {
            assert_eq!((staged_under(key), loaded_under(key)), (None, None), "{key}");
        }
        let capitals = loaded_key(id).to_uppercase();
        assert_eq!(loaded_under(&capitals), None);
        assert_eq!(loaded_under(&format!("loaded/{}.csv", id.as_uuid().simple())), None, "one form only");
    }

    #[test]
    fn what_creates_nothing_is_no_file() {
        assert_eq!(arrived(r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#), Ok(vec![]));
        let folder = put("public/", Form::Version("v".into()));
        assert_eq!(arrived(&notification(&folder)), Ok(vec![]));
        let removed = notification(&folder).replace("ObjectCreated:Put", "ObjectRemoved:Delete");
        assert_eq!(arrived(&removed), Ok(vec![]));
        assert_eq!(arrived("{}"), Err(NotANotification));
        assert_eq!(arrived("nonsense"), Err(NotANotification));
    }
}
