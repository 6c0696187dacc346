//! Lines of a CSV that we write.

use crate::dialect::Delimiter;
use crate::neutralise::neutralise;
use csv::{Terminator, WriterBuilder};

/// A line with its end, as RFC 4180 has it, each cell harmless for a spreadsheet ([`neutralise`]).
#[must_use]
pub fn csv_line<'a>(delimiter: Delimiter, cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut writer = WriterBuilder::new();
    let mut writer = writer.delimiter(delimiter.byte()).terminator(Terminator::CRLF).from_writer(Vec::new());
    let cells = cells.into_iter().map(neutralise);
    let written = writer.write_record(cells.map(|cell| cell.into_owned().into_bytes()));
    let bytes = written.ok().and_then(|()| writer.into_inner().ok());
    #[expect(
        clippy::expect_used,
        reason = "memory takes every write, one record has one length, and text stays text"
    )]
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).expect("text was written into memory");
    text
}

#[cfg(test)]
mod tests {
    use super::csv_line;
    use crate::dialect::Delimiter;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_run_nowhere() {
        let cells = ["Ada", "", "a,b", "a;b", "say \"hi\"", "two\nlines", "=1+1", "O\u{2019}Example"];
        let comma = "Ada,,\"a,b\",a;b,\"say \"\"hi\"\"\",\"two\nlines\",'=1+1,O\u{2019}Example\r\n";
        assert_eq!(csv_line(Delimiter::Comma, cells), comma);
        let semicolon = "Ada;;a,b;\"a;b\";\"say \"\"hi\"\"\";\"two\nlines\";'=1+1;O\u{2019}Example\r\n";
        assert_eq!(csv_line(Delimiter::Semicolon, cells), semicolon);
        assert_eq!(csv_line(Delimiter::Tab, ["a\tb", ",;"]), "\"a\tb\"\t,;\r\n");
    }
}
