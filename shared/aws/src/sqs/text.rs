//! What SQS takes for text, and how anything else is written in it.

#[cfg(feature = "kinesis")]
use aws_smithy_types::base64;

/// The largest message, attributes included (SQS developer guide, message
/// quotas: 1 MiB since August 2025).
pub(super) const MESSAGE_BYTES: usize = 1_048_576;

/// The bytes of a body that is written in an encoding, since they are no text of
/// SQS.
#[cfg(feature = "kinesis")]
pub(super) fn read(text: &str, encoding: Option<&str>) -> Vec<u8> {
    match encoding {
        Some("empty") => Vec::new(),
        Some("base64") => base64::decode(text).unwrap_or_else(|_| text.as_bytes().to_vec()),
        _ => text.as_bytes().to_vec(),
    }
}

/// JSON that SQS takes, of the same meaning: two characters that JSON allows
/// are not text to SQS. They can only be inside of strings.
pub(super) fn json(text: String) -> String {
    if text.chars().all(taken) {
        return text;
    }
    text.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff")
}

/// Whether all of a text may be in a message.
#[cfg(feature = "kinesis")]
pub(super) fn is_taken(text: &str) -> bool {
    text.chars().all(taken)
}

/// Characters that a message may have (API reference, SendMessage).
fn taken(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::{json, read};

    #[test]
    fn a_body_in_an_encoding_is_read() {
        assert_eq!(read("-", Some("empty")), b"");
        assert_eq!(read("AP8=", Some("base64")), [0, 255]);
        assert_eq!(read("not in base64", Some("base64")), b"not in base64");
        assert_eq!(read("AP8=", None), b"AP8=");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({"upload": "a\u{FFFE}b\u{FFFF}\u{1F600}.csv"});
        let text = json(value.to_string());
        assert!(text.chars().all(super::taken));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
