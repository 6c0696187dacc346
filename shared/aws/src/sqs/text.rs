//! What SQS takes for text, and how anything else is written in it.

use aws_smithy_types::base64;

/// The largest message, attributes included (SQS developer guide, message
/// quotas: 1 MiB since August 2025).
pub(super) const MESSAGE_BYTES: usize = 1_048_576;

/// How a body that is no text of SQS is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Base64,
    /// SQS takes no empty text: one character stands for it.
    Empty,
}

impl Encoding {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Empty => "empty",
        }
    }
}

/// `bytes` as a text that SQS takes.
pub(super) fn write(bytes: &[u8]) -> (String, Option<Encoding>) {
    match std::str::from_utf8(bytes) {
        Ok("") => ("-".to_owned(), Some(Encoding::Empty)),
        Ok(text) if text.chars().all(taken) => (text.to_owned(), None),
        _ => (base64::encode(bytes), Some(Encoding::Base64)),
    }
}

/// The bytes that [`write`] wrote; a text that was not written by it, as it is.
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

/// A short text for a message attribute.
pub(super) fn attribute(text: &str) -> String {
    text.chars().map(|c| if taken(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Characters that a message may have (API reference, SendMessage).
fn taken(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::{Encoding, attribute, json, read, write};

    #[test]
    fn whatever_was_written_is_read() {
        let all: Vec<u8> = (0..=255).collect();
        let cases: [(&[u8], Option<Encoding>); 6] = [
            (b"", Some(Encoding::Empty)),
            (b"-", None),
            ("tab\t, line\r\n, \u{1F600}".as_bytes(), None),
            (b"nul \0", Some(Encoding::Base64)),
            ("\u{FFFF}".as_bytes(), Some(Encoding::Base64)),
            (&all, Some(Encoding::Base64)),
        ];
        for (bytes, expected) in cases {
            let (text, encoding) = write(bytes);
            assert_eq!(encoding, expected);
            assert!(!text.is_empty() && text.chars().all(super::taken));
            assert_eq!(read(&text, encoding.map(Encoding::as_str)), bytes);
        }
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({"upload": "a\u{FFFE}b\u{FFFF}\u{1F600}.csv"});
        let text = json(value.to_string());
        assert!(text.chars().all(super::taken));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert_eq!(attribute("a\0b"), "a\u{FFFD}b");
    }
}
