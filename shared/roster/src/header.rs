//! Which column is which.

use crate::records::looks_like_a_number;
use crate::refusal::Refusal;
use rollcall_domain::resident::MOST_KEYHOLDERS;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A column that Rollcall reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// Phone number.
    Number,
    /// The uploader's own key for the resident.
    Reference,
    /// IANA time zone.
    Timezone,
    /// Language tag (BCP 47).
    Language,
    /// When calls may begin.
    WindowStart,
    /// When calls must have ended.
    WindowEnd,
    /// Free text for the agent.
    Notes,
    /// Whether the resident agreed to be called.
    Consent,
    /// How much is at stake if the resident is not reached.
    Risk,
    /// The name of somebody with a key. This column and the next may stand in a
    /// header several times: the first name belongs to the first number, and so on.
    KeyholderName,
    /// The number of somebody with a key.
    KeyholderNumber,
}

impl Column {
    /// Those that a header has once, in the order of the documentation. A former
    /// version knew the first `FIRST_COLUMNS` of them.
    pub const ALL: [Self; 11] = [
        Self::FirstName,
        Self::LastName,
        Self::Number,
        Self::Reference,
        Self::Timezone,
        Self::Language,
        Self::WindowStart,
        Self::WindowEnd,
        Self::Notes,
        Self::Consent,
        Self::Risk,
    ];

    /// The name of the column in a header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "firstName",
            Self::LastName => "lastName",
            Self::Number => "number",
            Self::Reference => "reference",
            Self::Timezone => "timezone",
            Self::Language => "language",
            Self::WindowStart => "windowStart",
            Self::WindowEnd => "windowEnd",
            Self::Notes => "notes",
            Self::Consent => "consent",
            Self::Risk => "risk",
            Self::KeyholderName => "keyholderName",
            Self::KeyholderNumber => "keyholderNumber",
        }
    }

    /// What else the column is called, in the form of [`plain`].
    fn synonyms(self) -> &'static [&'static str] {
        match self {
            Self::FirstName => &["forename", "givenname", "forenames", "firstnames", "givennames"],
            Self::LastName => &["surname", "familyname"],
            Self::Number => &[
                "phone",
                "phonenumber",
                "phoneno",
                "telephone",
                "telephonenumber",
                "telephoneno",
                "tel",
                "telno",
                "telnumber",
                "mobile",
                "mobilenumber",
                "mobileno",
                "mobilephone",
                "contactnumber",
            ],
            Self::Reference => &["ref", "referencenumber", "referenceno", "referenceid"],
            Self::Language => &["preferredlanguage"],
            Self::Notes => &["note"],
            Self::Risk => &["risklevel"],
            Self::KeyholderName => &["keyholder"],
            Self::KeyholderNumber => &["keyholderphone", "keyholdertelephone", "keyholdermobile"],
            Self::Timezone | Self::WindowStart | Self::WindowEnd | Self::Consent => &[],
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which column is at which place, from 0. Travels in messages: it holds places, not the names that were
/// found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// How many fields a row has.
    width: usize,
    /// The place of each column in the order of [`Column::ALL`]; shorter where
    /// the last ones are not there, so that a former version reads it as well.
    places: Vec<Option<usize>>,
    /// The places of the keyholders' names and numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keyholders: Vec<(usize, usize)>,
}

/// As many columns stand in every header that travels.
const FIRST_COLUMNS: usize = 10;

impl Header {
    /// Reads the cells of the first row. Case, spaces and order do not matter.
    ///
    /// Returns the header, and the names of the columns that are not read: in order, shortened, and no more
    /// of them than are helpful.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoHeader`], [`Refusal::NoNumberColumn`], [`Refusal::NoNameColumn`] and
    /// [`Refusal::DuplicateColumn`].
    pub fn parse<S: AsRef<str>>(cells: &[S]) -> Result<(Self, Vec<String>), Refusal> {
        let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
        // Empty cells at the end come from a delimiter too many in every row.
        let width = cells.iter().rposition(|cell| !plain(cell).is_empty()).map_or(0, |last| last + 1);
        let cells = &cells[..width];
        let meanings: Vec<Option<Meaning>> = cells.iter().map(|cell| meaning(cell)).collect();
        let is_data = cells.iter().any(|cell| looks_like_a_number(cell.as_bytes()));
        if is_data || meanings.iter().all(Option::is_none) {
            return Err(Refusal::NoHeader);
        }
        let mut header = Self { width, places: Vec::new(), keyholders: keyholders(&meanings) };
        for column in Column::ALL {
            header.places.push(place(column, cells, &meanings)?);
        }
        while header.places.len() > FIRST_COLUMNS && header.places.last() == Some(&None) {
            header.places.pop();
        }
        let found = || shown(cells.iter().copied());
        if header.place(Column::Number).is_none() {
            return Err(Refusal::NoNumberColumn { found: found() });
        }
        if header.place(Column::FirstName).is_none() && header.place(Column::LastName).is_none() {
            return Err(Refusal::NoNameColumn { found: found() });
        }
        let unread = (0..width).filter(|place| header.column_at(*place).is_none());
        let unread = shown(unread.map(|place| cells[place]));
        Ok((header, unread))
    }

    /// How many fields a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The places of the keyholders' names and numbers, from 0, in their order.
    #[must_use]
    pub fn keyholders(&self) -> &[(usize, usize)] {
        &self.keyholders
    }

    /// The place of a column that a header has once, from 0, if the file has it.
    #[must_use]
    pub fn place(&self, column: Column) -> Option<usize> {
        // The columns are declared in the order of `Column::ALL`.
        self.places.get(column as usize).copied().flatten()
    }
}

impl Header {
    /// What the column at a place, from 0, is read as; `None` where it is not read.
    #[must_use]
    pub fn column_at(&self, place: usize) -> Option<Column> {
        let keyholder = self.keyholders.iter().find_map(|(name, number)| {
            let of = [(*name, Column::KeyholderName), (*number, Column::KeyholderNumber)];
            of.into_iter().find(|(at, _)| *at == place).map(|(_, column)| column)
        });
        Column::ALL.into_iter().find(|column| self.place(*column) == Some(place)).or(keyholder)
    }
}

/// The column that a name stands for.
pub(crate) fn recognised(name: &str) -> Option<Column> {
    meaning(name).map(|meaning| meaning.column)
}

#[derive(Clone, Copy)]
struct Meaning {
    column: Column,
    /// The column's own name, not a synonym.
    exact: bool,
}

fn meaning(name: &str) -> Option<Meaning> {
    let name = plain(name);
    let found = |columns: &[Column], name: &str| {
        columns.iter().find_map(|column| {
            let exact = column.name().eq_ignore_ascii_case(name);
            (exact || column.synonyms().contains(&name)).then_some(Meaning { column: *column, exact })
        })
    };
    // Spreadsheets that want names to differ have them numbered.
    let bare: String = name.chars().filter(|sign| !sign.is_ascii_digit()).collect();
    found(&Column::ALL, &name).or_else(|| found(&[Column::KeyholderName, Column::KeyholderNumber], &bare))
}

/// The pairs of keyholders' names and numbers, each in the order of the header;
/// one without the other, or one too many, is not read.
fn keyholders(meanings: &[Option<Meaning>]) -> Vec<(usize, usize)> {
    let places = |column| {
        let means = move |meaning: &Option<Meaning>| meaning.is_some_and(|it| it.column == column);
        (0..meanings.len()).filter(move |place| means(&meanings[*place]))
    };
    places(Column::KeyholderName).zip(places(Column::KeyholderNumber)).take(MOST_KEYHOLDERS).collect()
}

/// The place of `column`. Its own name goes before a synonym: a list with `number` and `mobile` is clear.
fn place(column: Column, cells: &[&str], meanings: &[Option<Meaning>]) -> Result<Option<usize>, Refusal> {
    for exact in [true, false] {
        let means =
            |meaning: &Option<Meaning>| meaning.is_some_and(|it| it.column == column && it.exact == exact);
        let places: Vec<usize> = (0..cells.len()).filter(|place| means(&meanings[*place])).collect();
        match places[..] {
            [] => {}
            [place] => return Ok(Some(place)),
            [..] => {
                let found = shown(places.iter().map(|place| cells[*place]));
                return Err(Refusal::DuplicateColumn { column, found });
            }
        }
    }
    Ok(None)
}

/// Letters and digits in lower case. The rest (spaces, line breaks, underscores, dashes, invisible marks) is
/// how people write the same name differently.
fn plain(name: &str) -> String {
    name.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Names fit to be shown: short, few, printable, and none that looks like a resident's data.
fn shown<'c>(cells: impl Iterator<Item = &'c str>) -> Vec<String> {
    const MOST: usize = 20;
    const LONGEST: usize = 40;
    let mut names: Vec<String> = Vec::new();
    let mut more = 0_usize;
    for cell in cells {
        if names.len() == MOST {
            more += 1;
            continue;
        }
        let digits = cell.chars().filter(char::is_ascii_digit).count();
        let name: String = cell.trim().chars().filter(|sign| !sign.is_control()).take(LONGEST).collect();
        names.push(match name.as_str() {
            "" => "(no name)".to_owned(),
            _ if digits > 4 || cell.contains('@') => "(not shown)".to_owned(),
            _ if cell.trim().chars().count() > LONGEST => format!("{name}…"),
            _ => name,
        });
    }
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names
}
