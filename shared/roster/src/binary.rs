//! Files that are no text at all, told by their first bytes, so that the clerk learns what was chosen by
//! mistake.

/// What the file is, in a clerk's words with an article; `None` for what may be text.
pub(crate) fn kind(first: &[u8]) -> Option<&'static str> {
    const ZIP: &str = "a zip file or an Excel workbook (.xlsx)";
    const IMAGE: &str = "a picture";
    const WEB_PAGE: &str = "a web page or an XML document";
    const UTF_32: &str = "text in UTF-32, a rare encoding";
    const SIGNATURES: [(&[u8], &str); 20] = [
        (b"PK\x03\x04", ZIP),
        (b"PK\x05\x06", ZIP),
        (b"PK\x07\x08", ZIP),
        (b"\xD0\xCF\x11\xE0", "an old Excel workbook or another old Office document (.xls, .doc)"),
        (b"%PDF", "a PDF document"),
        (b"\x1F\x8B", "a gzip file"),
        (b"BZh", "a bzip2 file"),
        (b"\xFD7zXZ", "an xz file"),
        (b"\x28\xB5\x2F\xFD", "a zstd file"),
        (b"7z\xBC\xAF\x27\x1C", "a 7-Zip file"),
        (b"Rar!", "a RAR file"),
        (b"SQLite format 3\0", "a SQLite database"),
        (b"PAR1", "a Parquet file"),
        (b"\x89PNG", IMAGE),
        (b"\xFF\xD8\xFF", IMAGE),
        (b"GIF8", IMAGE),
        (b"{\\rtf", "a Rich Text document"),
        (b"MZ\x90", "a program"),
        (b"\x7FELF", "a program"),
        (b"\xFF\xFE\0\0", UTF_32),
    ];
    if first.starts_with(b"\0\0\xFE\xFF") {
        return Some(UTF_32);
    }
    let known = SIGNATURES.iter().find(|(signature, _)| first.starts_with(signature)).map(|(_, kind)| *kind);
    known.or_else(|| {
        let text = first.trim_ascii_start();
        let tags: [&[u8]; 3] = [b"<!doctype", b"<html", b"<?xml"];
        let is = |tag: &&[u8]| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        tags.iter().any(is).then_some(WEB_PAGE)
    })
}
