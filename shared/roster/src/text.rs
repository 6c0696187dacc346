//! Between bytes and text: units for finding records, decoding for reading cells.

use crate::dialect::Encoding;
use crate::records::ERASED;
use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;
use std::ops::Range;

/// Stands for a UTF-16 unit that is no ASCII character. Never a sign of the CSV grammar.
const OTHER: u8 = 0xFF;

/// Bytes of one unit.
pub(crate) fn unit_bytes(encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 | Encoding::Windows1252 => 1,
        Encoding::Utf16Le | Encoding::Utf16Be => 2,
    }
}

/// The bytes as units that the CSV grammar can be looked for in: themselves, or for UTF-16 one byte for every
/// two. A byte left over at the end becomes a unit too, so that it belongs to a record and is not lost.
pub(crate) fn units(bytes: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    let narrow = |high: u8, low: u8| if high == 0 && low != OTHER { low } else { OTHER };
    let pairs = bytes.chunks_exact(2);
    // Half of what was written over a record leaves the record erased.
    let half = |byte: &u8| if matches!(*byte, 0 | ERASED) { ERASED } else { OTHER };
    let odd = pairs.remainder().iter().map(half);
    match encoding {
        Encoding::Utf8 | Encoding::Windows1252 => Cow::Borrowed(bytes),
        Encoding::Utf16Le => Cow::Owned(pairs.map(|pair| narrow(pair[1], pair[0])).chain(odd).collect()),
        Encoding::Utf16Be => Cow::Owned(pairs.map(|pair| narrow(pair[0], pair[1])).chain(odd).collect()),
    }
}

/// The bytes of some units. The last unit of a UTF-16 file may lack a byte.
pub(crate) fn bytes_of(bytes: &[u8], units: Range<usize>, encoding: Encoding) -> &[u8] {
    let size = unit_bytes(encoding);
    &bytes[units.start * size..(units.end * size).min(bytes.len())]
}

/// The bytes hold something that is no character of the encoding, or the mark that an earlier program has put
/// where a character was lost (U+FFFD). Neither may reach the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Undecodable;

/// Decodes some bytes between two delimiters.
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, Undecodable> {
    let text = match encoding {
        Encoding::Utf8 => Cow::Borrowed(str::from_utf8(bytes).map_err(|_| Undecodable)?),
        Encoding::Windows1252 => {
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
            // Five bytes have no character in Windows-1252; the decoder makes control characters of them.
            if text.chars().any(|sign| ('\u{80}'..='\u{9F}').contains(&sign)) {
                return Err(Undecodable);
            }
            text
        }
        Encoding::Utf16Le | Encoding::Utf16Be => {
            let decoder = if encoding == Encoding::Utf16Le { UTF_16LE } else { UTF_16BE };
            decoder.decode_without_bom_handling_and_without_replacement(bytes).ok_or(Undecodable)?
        }
    };
    if !text.is_ascii() && text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Undecodable);
    }
    Ok(text)
}

/// What kinds of text a file holds, followed over slices that may cut a character in two.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TextSeen {
    /// A character of several bytes in UTF-8.
    utf8: bool,
    /// Something that is not UTF-8.
    other: bool,
    /// The beginning of a character that the last slice ended in.
    tail: [u8; 4],
    tail_length: usize,
}

impl TextSeen {
    /// Looks at the next slice of the file.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        while self.tail_length > 0 && !bytes.is_empty() {
            self.tail[self.tail_length] = bytes[0];
            self.tail_length += 1;
            match str::from_utf8(&self.tail[..self.tail_length]) {
                Ok(_) => {
                    (self.utf8, self.tail_length) = (true, 0);
                    bytes = &bytes[1..];
                }
                Err(error) if error.error_len().is_none() => bytes = &bytes[1..],
                Err(_) => {
                    // The byte just added is where it went wrong, and may begin a character itself.
                    (self.other, self.tail_length) = (true, 0);
                }
            }
        }
        while !(bytes.is_empty() || self.utf8 && self.other) {
            match str::from_utf8(bytes) {
                Ok(text) => {
                    self.utf8 |= !text.is_ascii();
                    return;
                }
                Err(error) => {
                    let (good, bad) = bytes.split_at(error.valid_up_to());
                    self.utf8 |= !good.is_ascii();
                    let Some(length) = error.error_len() else {
                        self.tail[..bad.len()].copy_from_slice(bad);
                        self.tail_length = bad.len();
                        return;
                    };
                    self.other = true;
                    bytes = &bad[length..];
                }
            }
        }
    }

    /// How the whole file is to be read. In a file that holds both, only each row can tell which it is: most
    /// of it is UTF-8, and rows that are not are read as Windows-1252 (see `rows`).
    pub(crate) fn encoding(self) -> Encoding {
        let other = self.other || self.tail_length > 0;
        if other && !self.utf8 { Encoding::Windows1252 } else { Encoding::Utf8 }
    }
}

/// Decodes whatever it is; what is no character of the encoding becomes U+FFFD, which nothing takes for text
/// of a resident when it comes back.
pub(crate) fn lossy(bytes: &[u8], encoding: Encoding) -> String {
    let mark =
        |sign: char| if ('\u{80}'..='\u{9F}').contains(&sign) { char::REPLACEMENT_CHARACTER } else { sign };
    match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
        Encoding::Windows1252 => {
            WINDOWS_1252.decode_without_bom_handling(bytes).0.chars().map(mark).collect()
        }
        Encoding::Utf16Le => UTF_16LE.decode_without_bom_handling(bytes).0.into_owned(),
        Encoding::Utf16Be => UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{TextSeen, decode, units};
    use crate::dialect::Encoding::{self, Utf8, Utf16Be, Utf16Le, Windows1252};
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use proptest::test_runner::{Config, RngSeed};

    fn seen<'a>(slices: impl IntoIterator<Item = &'a [u8]>) -> Encoding {
        let mut seen = TextSeen::default();
        slices.into_iter().for_each(|slice| seen.feed(slice));
        seen.encoding()
    }

    #[test]
    fn the_kind_of_text_is_told_from_the_whole_file() {
        let table: [(&[u8], Encoding); 7] = [
            (b"Ada", Utf8),
            ("Jos\u{e9}".as_bytes(), Utf8),
            ("\u{1F600}".as_bytes(), Utf8),
            (b"Zo\xeb, Ren\xe9", Windows1252),
            (b"Zo\xeb", Windows1252),
            (b"Zo\xc3", Windows1252),
            (b"Zo\xeb Jos\xc3\xa9", Utf8),
        ];
        for (bytes, expected) in table {
            assert_eq!(seen([bytes]), expected, "{bytes:?}");
            assert_eq!(seen(bytes.chunks(1)), expected, "{bytes:?} byte by byte");
        }
    }

    #[test]
    fn bytes_without_a_character_are_not_decoded() {
        assert_eq!(decode(b"Zo\xeb \x93x\x94", Windows1252).unwrap(), "Zo\u{eb} \u{201c}x\u{201d}");
        for undefined in [0x81, 0x8D, 0x8F, 0x90, 0x9D] {
            assert!(decode(&[b'A', undefined], Windows1252).is_err(), "{undefined:#x}");
        }
        assert!(decode(b"Zo\xeb", Utf8).is_err());
        assert!(decode("Zo\u{FFFD}".as_bytes(), Utf8).is_err());
        assert!(decode(&[0x00, 0xD8, 0x41, 0x00], Utf16Le).is_err(), "half a surrogate pair");
        assert!(decode(&[0x41, 0x00, 0x42], Utf16Le).is_err(), "half a unit");
        assert_eq!(decode(&[0xD8, 0x3D, 0xDE, 0x00], Utf16Be).unwrap(), "\u{1F600}");
    }

    #[test]
    fn only_ascii_keeps_its_unit() {
        assert_eq!(units(&[b',', 0, b',', 1, 0xFF, 0, b'\n'], Utf16Le).as_ref(), [b',', 0xFF, 0xFF, 0xFF]);
        assert_eq!(units(&[0, b'"', 0x22, 0x22], Utf16Be).as_ref(), [b'"', 0xFF]);
    }

    proptest! {
        #![proptest_config(Config { rng_seed: RngSeed::Fixed(0x0100), failure_persistence: None, ..Config::with_cases(2_000) })]

        #[test]
        fn slices_do_not_change_what_is_seen(bytes in any::<Vec<u8>>(), size in 1_usize..9) {
            prop_assert_eq!(seen(bytes.chunks(size)), seen([bytes.as_slice()]));
        }
    }
}
