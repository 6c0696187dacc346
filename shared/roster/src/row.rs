//! One record as a resident's row, or the reason why it is none.

use crate::cells::{self, Wrong};
use crate::dialect::Encoding;
use crate::header::{Column, Header};
use crate::neutralise::as_meant;
use crate::records::Field;
use crate::text::{Undecodable, bytes_of, decode, lossy};
use rollcall_domain::batch::LineNote;
use rollcall_domain::phone::{self, Region};
use rollcall_domain::resident::{Keyholder, Profile, Risk};
use std::borrow::Cow;

/// A row that a resident can be made of.
#[derive(Clone, PartialEq)]
pub struct Row {
    /// The line, as a spreadsheet counts.
    pub line: u64,
    /// What the row says of the person.
    pub profile: Profile,
    /// What had to be put right: warnings.
    pub notes: Vec<RowNote>,
}

/// Without the person: a row is personal data.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("line", &self.line).field("notes", &self.notes).finish_non_exhaustive()
    }
}

/// A remark about one line: why it was rejected, or a warning. In a clerk's words, and without the text of
/// any cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowNote {
    /// The line, as a spreadsheet counts.
    pub line: u64,
    /// The column concerned, where it is one.
    pub column: Option<Column>,
    /// A stable word.
    pub code: &'static str,
    /// What was found and what was expected.
    pub reason: Cow<'static, str>,
}

impl From<RowNote> for LineNote {
    fn from(note: RowNote) -> Self {
        Self {
            line: note.line,
            column: note.column.map(|column| column.name().to_owned()),
            code: note.code.to_owned(),
            reason: note.reason.into_owned(),
        }
    }
}

/// The units and bytes of one record without its line end, split into fields.
pub(crate) struct Record<'r> {
    pub(crate) line: u64,
    pub(crate) bytes: &'r [u8],
    pub(crate) units: &'r [u8],
    pub(crate) fields: &'r [Field],
    pub(crate) encoding: Encoding,
}

/// Reads a record that is not blank.
pub(crate) fn read(record: &Record<'_>, header: &Header, region: Region) -> Result<Row, RowNote> {
    count_fields(record, header.width())?;
    let cell = |column| record.cell(header, column);
    let said = |column, wrong: Wrong| RowNote::about(record.line, column, wrong.code, wrong.reason);

    let name = |column| cells::name(cell(column)?).map_err(|wrong| said(column, wrong));
    let (first_name, last_name) = (name(Column::FirstName)?, name(Column::LastName)?);
    if first_name.is_empty() && last_name.is_empty() {
        return Err(RowNote::name_missing(record.line));
    }
    let number = phone::parse(&cell(Column::Number)?, region).map_err(|problem| {
        RowNote::about(record.line, Column::Number, problem.code(), problem.to_string())
    })?;
    let mut notes: Vec<RowNote> =
        number.repaired.map(|repair| RowNote::number_repaired(record.line, repair)).into_iter().collect();

    let reference =
        cells::reference(cell(Column::Reference)?).map_err(|wrong| said(Column::Reference, wrong))?;
    let timezone =
        cells::timezone(&cell(Column::Timezone)?).map_err(|wrong| said(Column::Timezone, wrong))?;
    let language =
        cells::language(&cell(Column::Language)?).map_err(|wrong| said(Column::Language, wrong))?;
    let time = |column| cells::time(&cell(column)?).map_err(|wrong| said(column, wrong));
    let (start, end) = (time(Column::WindowStart)?, time(Column::WindowEnd)?);
    let window = cells::window(start, end).map_err(|wrong| said(Column::WindowStart, wrong))?;
    let free_text = cells::notes(&cell(Column::Notes)?).map_err(|wrong| said(Column::Notes, wrong))?;
    let consent = cells::consent(&cell(Column::Consent)?).map_err(|wrong| said(Column::Consent, wrong))?;
    let profile = Profile {
        reference,
        first_name,
        last_name,
        number: number.number,
        timezone,
        language,
        window,
        notes: free_text,
        consent,
        keyholders: keyholders(record, header, region, &mut notes),
        risk: risk(record, header, &mut notes),
    };
    Ok(Row { line: record.line, profile, notes })
}

/// The keyholders of a row. One that cannot be read is left out with a warning:
/// it is no reason not to call the resident.
fn keyholders(
    record: &Record<'_>,
    header: &Header,
    region: Region,
    notes: &mut Vec<RowNote>,
) -> Vec<Keyholder> {
    let mut found = Vec::new();
    for (index, (name, number)) in header.keyholders().iter().enumerate() {
        match keyholder(record, (*name, *number), region) {
            Ok(keyholder) => found.extend(keyholder),
            Err((column, wrong)) => {
                let reason = format!("keyholder {} is left out: {}", index + 1, wrong.1);
                notes.push(RowNote::about(record.line, column, wrong.0, reason));
            }
        }
    }
    found
}

type WrongCell = (Column, (&'static str, Cow<'static, str>));

fn keyholder(
    record: &Record<'_>,
    (name, number): (usize, usize),
    region: Region,
) -> Result<Option<Keyholder>, WrongCell> {
    let cell = |place, column| match record.fields.get(place).map(|field| record.text(field)) {
        None => Ok(Cow::Borrowed("")),
        Some(Ok(text)) => Ok(text),
        Some(Err(Undecodable)) => Err((column, ("encoding", UNDECODABLE.into()))),
    };
    let name = cells::name(as_meant(cell(name, Column::KeyholderName)?))
        .map_err(|wrong| (Column::KeyholderName, (wrong.code, wrong.reason.into())))?;
    let number = cell(number, Column::KeyholderNumber)?;
    if number.trim().is_empty() {
        let missing = "the name stands without a number";
        return if name.is_empty() {
            Ok(None)
        } else {
            Err((Column::KeyholderNumber, ("keyholder_number_missing", missing.into())))
        };
    }
    let number = phone::parse(&number, region)
        .map_err(|problem| (Column::KeyholderNumber, (problem.code(), problem.to_string().into())))?;
    Ok(Some(Keyholder { name, number: number.number }))
}

fn risk(record: &Record<'_>, header: &Header, notes: &mut Vec<RowNote>) -> Option<Risk> {
    let read = record.cell(header, Column::Risk).and_then(|cell| {
        cells::risk(&cell)
            .map_err(|wrong| RowNote::about(record.line, Column::Risk, wrong.code, wrong.reason))
    });
    read.unwrap_or_else(|note| {
        notes.push(note);
        None
    })
}

fn count_fields(record: &Record<'_>, width: usize) -> Result<(), RowNote> {
    let is_empty = |field: &Field| record.units[field.start..field.end].trim_ascii().is_empty();
    if record.fields.iter().all(is_empty) {
        return Err(RowNote::empty_row(record.line));
    }
    let found = record.fields.len();
    if found < width {
        return Err(RowNote::too_few_fields(record.line, found, width));
    }
    // Spreadsheets write empty fields behind the last column as far as any row is wide.
    if !record.fields[width..].iter().all(is_empty) {
        return Err(RowNote::too_many_fields(record.line, found, width));
    }
    Ok(())
}

impl<'r> Record<'r> {
    /// The text of a column, empty where the file does not have it.
    fn cell(&self, header: &Header, column: Column) -> Result<Cow<'r, str>, RowNote> {
        let Some(field) = header.place(column).and_then(|place| self.fields.get(place)) else {
            return Ok(Cow::Borrowed(""));
        };
        let text = self.text(field).map_err(|Undecodable| RowNote::undecodable(self.line, column))?;
        // A number has rules of its own for this.
        Ok(if column == Column::Number { text } else { as_meant(text) })
    }

    /// The text of a field, whatever it is.
    pub(crate) fn shown(&self, field: &Field) -> String {
        match self.text(field) {
            Ok(text) => text.into_owned(),
            Err(Undecodable) => {
                lossy(bytes_of(self.bytes, field.start..field.end, self.encoding), self.encoding)
            }
        }
    }

    fn text(&self, field: &Field) -> Result<Cow<'r, str>, Undecodable> {
        let text = decode(bytes_of(self.bytes, field.start..field.end, self.encoding), self.encoding)?;
        if field.quoted {
            return Ok(if text.contains("\"\"") { Cow::Owned(text.replace("\"\"", "\"")) } else { text });
        }
        // Some programs put a space behind the delimiter, which makes the quotation marks plain characters.
        let bare = text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        match bare {
            Some(inner) if !inner.replace("\"\"", "").contains('"') => {
                Ok(Cow::Owned(inner.replace("\"\"", "\"")))
            }
            _ => Ok(text),
        }
    }
}

const UNDECODABLE: &str =
    "a letter cannot be read or was lost before: save the file as UTF-8 and check the text";

/// Every remark there is about a line as such. Those about a cell's content are in [`cells`], those about a
/// number in [`phone::NumberProblem`].
impl RowNote {
    fn about(line: u64, column: Column, code: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { line, column: Some(column), code, reason: reason.into() }
    }

    fn line(line: u64, code: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { line, column: None, code, reason: reason.into() }
    }

    pub(crate) fn unclosed_quote(line: u64) -> Self {
        let reason = "a quotation mark is opened and never properly closed: a closing mark is expected \
                      directly before the next delimiter or line end";
        Self::line(line, "unclosed_quote", reason)
    }

    pub(crate) fn row_too_long(line: u64) -> Self {
        Self::line(line, "row_too_long", "the row is far longer than any resident's row can be")
    }

    pub(crate) fn binary_data(line: u64) -> Self {
        Self::line(line, "binary_data", "the row holds binary data (zero characters) instead of text")
    }

    pub(crate) fn blank_line(line: u64) -> Self {
        Self::line(line, "blank_line", "the line is blank and was skipped")
    }

    pub(crate) fn mixed_encoding(line: u64) -> Self {
        let reason = "the row is not in UTF-8 as the rest of the file; it was read as Windows-1252: check the \
                      letters with accents";
        Self::line(line, "mixed_encoding", reason)
    }

    fn undecodable(line: u64, column: Column) -> Self {
        Self::about(line, column, "encoding", UNDECODABLE)
    }

    fn empty_row(line: u64) -> Self {
        Self::line(line, "empty_row", "the row has delimiters but no values")
    }

    fn too_few_fields(line: u64, found: usize, width: usize) -> Self {
        let reason =
            format!("the row has {found} fields, the header has {width}: a value or a delimiter is missing");
        Self::line(line, "too_few_fields", reason)
    }

    fn too_many_fields(line: u64, found: usize, width: usize) -> Self {
        let reason = format!(
            "the row has {found} fields, the header has {width}: text with a delimiter in it must stand in \
             quotation marks"
        );
        Self::line(line, "too_many_fields", reason)
    }

    fn name_missing(line: u64) -> Self {
        Self::line(line, "name_missing", "there is neither a first nor a last name: at least one is expected")
    }

    fn number_repaired(line: u64, repair: phone::Repair) -> Self {
        Self::about(line, Column::Number, "number_repaired", format!("the number was put right: {repair}"))
    }
}
