//! The report of an import as one JSON object, written piece by piece: its
//! lists may be as long as the file.

use rollcall_domain::batch::LineNote;
use serde::Serialize;
use std::io::{self, Write};

/// An object that is being written.
pub(crate) struct Object<W> {
    out: W,
    empty: bool,
}

impl<W: Write> Object<W> {
    /// Begins an object.
    pub(crate) fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(b"{")?;
        Ok(Self { out, empty: true })
    }

    /// Writes a field.
    pub(crate) fn field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.name(name)?;
        Ok(serde_json::to_writer(&mut self.out, value)?)
    }

    /// Begins a list, whose items follow.
    pub(crate) fn list(&mut self, name: &str) -> io::Result<List<'_, W>> {
        self.name(name)?;
        self.out.write_all(b"[")?;
        Ok(List { out: &mut self.out, empty: true })
    }

    /// Ends the object and its line.
    pub(crate) fn end(mut self) -> io::Result<W> {
        self.out.write_all(b"}\n")?;
        Ok(self.out)
    }

    fn name(&mut self, name: &str) -> io::Result<()> {
        if !std::mem::replace(&mut self.empty, false) {
            self.out.write_all(b",")?;
        }
        serde_json::to_writer(&mut self.out, name)?;
        self.out.write_all(b":")
    }
}

/// A list that is being written.
pub(crate) struct List<'o, W> {
    out: &'o mut W,
    empty: bool,
}

impl<W: Write> List<'_, W> {
    /// Writes an item.
    pub(crate) fn item(&mut self, value: &impl Serialize) -> io::Result<()> {
        if !std::mem::replace(&mut self.empty, false) {
            self.out.write_all(b",")?;
        }
        Ok(serde_json::to_writer(&mut *self.out, value)?)
    }

    /// Ends the list.
    pub(crate) fn end(self) -> io::Result<()> {
        self.out.write_all(b"]")
    }
}

/// A row that was not taken.
#[derive(Serialize)]
pub(crate) struct Rejection<'a> {
    line: u64,
    column: Option<&'a str>,
    code: &'a str,
    reason: &'a str,
}

impl<'a> Rejection<'a> {
    /// What is told of it.
    pub(crate) fn of(note: &'a LineNote) -> Self {
        let LineNote { line, column, code, reason } = note;
        Self { line: *line, column: column.as_deref(), code, reason }
    }
}

/// A remark about a row that was taken, or about the header.
#[derive(Serialize)]
pub(crate) struct Warning<'a> {
    line: u64,
    code: &'a str,
    reason: &'a str,
}

impl<'a> Warning<'a> {
    /// What is told of it.
    pub(crate) fn of(note: &'a LineNote) -> Self {
        Self { line: note.line, code: &note.code, reason: &note.reason }
    }
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn pieces_make_an_object() {
        let mut object = Object::begin(Vec::new()).unwrap();
        object.field("rows", &2).unwrap();
        let mut list = object.list("some").unwrap();
        list.item(&"a").unwrap();
        list.item(&Option::<u8>::None).unwrap();
        list.end().unwrap();
        object.list("none").unwrap().end().unwrap();
        let text = String::from_utf8(object.end().unwrap()).unwrap();
        assert_eq!(text, "{\"rows\":2,\"some\":[\"a\",null],\"none\":[]}\n");
    }
}
