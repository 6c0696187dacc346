//! The notification that an object store sends when a file has arrived
//! (S3 user guide, notification content structure; `eventVersion` 2.x).

use serde::Deserialize;

/// A file that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The bucket.
    pub bucket: String,
    /// The key, decoded.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Which version of the object: repeats of one event have the same, two
    /// uploads under one key do not. The sequencer, or the ETag without one.
    pub version: String,
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
    sequencer: Option<String>,
}

/// Reads the files that a notification names: none for a test event, for
/// folders (keys ending in `/`) and for events that create nothing.
///
/// # Errors
/// When the text is no notification at all.
pub fn arrived(text: &str) -> Result<Vec<Arrived>, NotANotification> {
    let notification: Notification = serde_json::from_str(text).map_err(|_| NotANotification)?;
    let Some(records) = notification.records else {
        return if notification.event.as_deref() == Some("s3:TestEvent") {
            Ok(Vec::new())
        } else {
            Err(NotANotification)
        };
    };
    let files = records
        .into_iter()
        .filter(|record| record.event_name.trim_start_matches("s3:").starts_with("ObjectCreated:"))
        .map(|record| Arrived {
            bucket: record.s3.bucket.name,
            key: decode_key(&record.s3.object.key),
            size: record.s3.object.size,
            version: record.s3.object.sequencer.or(record.s3.object.e_tag).unwrap_or_default(),
        })
        .filter(|file| !file.key.ends_with('/'));
    Ok(files.collect())
}

/// The notification of one file, in S3's own form: what the one-machine store
/// puts on the uploads queue.
#[must_use]
pub fn notification(file: &Arrived) -> String {
    serde_json::json!({ "Records": [{
        "eventVersion": "2.5",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": { "name": file.bucket },
            "object": { "key": encode_key(&file.key), "size": file.size, "sequencer": file.version },
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

    #[test]
    fn a_key_survives_the_round_trip() {
        for key in ["public/residents.csv", "North Ward (week 47) + café.csv", "100%.csv", "a%2Fb"] {
            let file = Arrived { bucket: "b".into(), key: key.into(), size: 1, version: "1".into() };
            assert_eq!(arrived(&notification(&file)), Ok(vec![file]));
        }
    }

    #[test]
    fn what_creates_nothing_is_no_file() {
        assert_eq!(arrived(r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#), Ok(vec![]));
        let folder = Arrived { bucket: "b".into(), key: "public/".into(), size: 0, version: "1".into() };
        assert_eq!(arrived(&notification(&folder)), Ok(vec![]));
        let removed = notification(&folder).replace("ObjectCreated:Put", "ObjectRemoved:Delete");
        assert_eq!(arrived(&removed), Ok(vec![]));
        assert_eq!(arrived("{}"), Err(NotANotification));
        assert_eq!(arrived("nonsense"), Err(NotANotification));
    }
}
