use crate::figures::Failed;
use jiff::Timestamp;
use rollcall_domain::ids::{BatchId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::{Profile, Resident};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// How many people there can be without two of one number.
const MOST: u64 = 40_000_000;
/// Prime to [`MOST`], so that the numbers of neighbours lie far apart, as they
/// do in a list that somebody sorted by name.
const STRIDE: u64 = 7_368_787;
/// The first of [`MOST`] numbers in ranges that Ofcom gives to mobiles.
const FIRST_NUMBER: u64 = 447_400_000_000;

const FIRST_NAMES: [&str; 24] = [
    "Ada", "Ben", "Cora", "Dan", "Ella", "Finn", "Gwen", "Hugh", "Iris", "Jack", "Kate", "Liam", "Mary",
    "Noel", "Olive", "Paul", "Quin", "Rose", "Sam", "Tess", "Una", "Vera", "Will", "Zoe",
];
const LAST_NAMES: [&str; 25] = [
    "Abbott", "Baker", "Carter", "Dixon", "Ellis", "Foster", "Grant", "Hughes", "Irving", "Jones", "Kelly",
    "Lewis", "Mason", "Norris", "Owens", "Parker", "Quinn", "Reed", "Shaw", "Turner", "Usher", "Vaughan",
    "Walker", "Yates", "O'Neill",
];

/// The number of a made-up person: digits with the country code, no two alike.
/// Nobody is called.
fn number(index: u64) -> u64 {
    FIRST_NUMBER + (index % MOST) * STRIDE % MOST
}

fn name(index: u64) -> (&'static str, &'static str) {
    let pick = |names: &[&'static str], at: u64| {
        names.get(usize::try_from(at).unwrap_or(0) % names.len()).copied().unwrap_or_default()
    };
    (pick(&FIRST_NAMES, index), pick(&LAST_NAMES, index / 24))
}

/// Writes a list of `rows` made-up people, every row good.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn write_list(path: &Path, rows: u64) -> std::io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    write_rows(&mut file, rows)?;
    file.into_inner()?.sync_all()
}

/// As [`write_list`], to anywhere.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_rows(to: &mut impl Write, rows: u64) -> std::io::Result<()> {
    writeln!(to, "firstName,lastName,number")?;
    for index in 0..rows {
        let (first, last) = name(index);
        writeln!(to, "{first},{last},+{}", number(index))?;
    }
    Ok(())
}

/// A made-up resident.
///
/// # Errors
/// Never; only the number is checked.
pub(crate) fn resident(index: u64, registered_at: Timestamp) -> Result<Resident, Failed> {
    let (first, last) = name(index);
    let number = PhoneNumber::from_e164(&format!("+{}", number(index)))?;
    let profile = Profile {
        reference: None,
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        number,
        timezone: None,
        language: None,
        window: None,
        notes: None,
        consent: None,
        keyholders: Vec::new(),
        risk: None,
    };
    let id = ResidentId::derive(&["bench", &index.to_string()]);
    Ok(Resident::new(id, profile, (BatchId::derive(&["bench"]), index + 2), registered_at))
}

#[cfg(test)]
mod tests {
    use super::{number, write_rows};
    use rollcall_domain::phone::{Region, parse};
    use std::collections::BTreeSet;

    #[test]
    fn numbers_are_good_and_no_two_alike() {
        let numbers: BTreeSet<u64> = (0..100_000).map(number).collect();
        assert_eq!(numbers.len(), 100_000);
        for number in numbers.iter().step_by(101) {
            assert!(parse(&format!("+{number}"), Region::default()).is_ok());
        }
    }

    #[test]
    fn a_list_has_a_header_and_three_columns() {
        let mut list = Vec::new();
        write_rows(&mut list, 3).unwrap();
        let list = String::from_utf8(list).unwrap();
        assert_eq!(list.lines().count(), 4);
        assert_eq!(list.lines().next(), Some("firstName,lastName,number"));
        assert!(list.lines().all(|line| line.split(',').count() == 3), "{list}");
    }
}
