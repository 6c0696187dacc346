//! A made-up town for demonstrations: 200 residents whose names nobody has, on
//! numbers that are reserved for fiction (Ofcom, numbers for drama use), and
//! two rows as clerks mistype them.

use crate::stop::Stop;
use rollcall_local::machine::Machine;
use std::fmt::Write;

/// Residents of the town.
const RESIDENTS: u32 = 200;
/// Where the list is in the upload store: it is put there once.
const KEY: &str = "demo/town.csv";

/// Puts the town's list into the upload store, from where it goes the way of
/// every list. Returns whether it was not there yet.
///
/// # Errors
/// When the store does not take it.
pub(crate) async fn load(machine: &Machine) -> Result<bool, Stop> {
    if machine.store().uploads().latest(KEY)?.is_some() {
        return Ok(false);
    }
    let list = list().map_err(Stop::failed)?;
    machine.store().uploads().put(KEY, &mut list.as_bytes()).map_err(Stop::failed)?;
    machine.uploaded();
    Ok(true)
}

/// The list, always the same.
fn list() -> Result<String, std::fmt::Error> {
    let mut list = String::from(
        "reference,firstName,lastName,number,timezone,language,windowStart,windowEnd,notes,consent,risk,\
         keyholderName,keyholderNumber,keyholderName,keyholderNumber\r\n",
    );
    for index in 0..RESIDENTS {
        write_resident(&mut list, index)?;
        // One number is a digit short, one is a premium-rate one.
        match index {
            57 => list.push_str("T-901,Bertha,Halfnumber,07700 90012,,,,,,,,,,,\r\n"),
            141 => list.push_str("T-902,Cuthbert,Costalot,0909 879 0123,,,,,,,,,,,\r\n"),
            _ => {}
        }
    }
    Ok(list)
}

fn write_resident(list: &mut String, index: u32) -> std::fmt::Result {
    // The factors have nothing in common with the lengths, so that no two have
    // both names.
    let first = pick(&FIRST_NAMES, index * 7);
    // Every tenth lives with the one before, on one telephone.
    let shares = index % 10 == 9;
    let household = if shares { index - 1 } else { index };
    let last = pick(&LAST_NAMES, household * 13);
    let zone = pick(&ZONES, index);
    let language = pick(&LANGUAGES, index);
    let (start, end) = WINDOWS.get(index as usize % 23).copied().unwrap_or(("", ""));
    let notes = pick(&NOTES, index);
    let consent = match index {
        33 | 88 | 127 | 176 => "no",
        _ if index.is_multiple_of(3) => "yes",
        _ => "",
    };
    write!(list, "T-{:03},{first},{last},", index + 1)?;
    write_number(list, household)?;
    let risk = pick(&RISKS, index);
    write!(list, ",{zone},{language},{start},{end},{notes},{consent},{risk},")?;
    write_keyholders(list, index)?;
    list.push_str("\r\n");
    Ok(())
}

/// Two thirds have somebody who can look in, and some of these have two.
fn write_keyholders(list: &mut String, index: u32) -> std::fmt::Result {
    let number = |nth: u32| 600 + (index * 2 + nth) % 400;
    match index % 3 {
        0 => list.push_str(",,,"),
        1 => write!(list, "{},01632 960{},,", pick(&KEYHOLDERS, index), number(0))?,
        _ => write!(
            list,
            "{},01632 960{},{},01632 960{}",
            pick(&KEYHOLDERS, index),
            number(0),
            pick(&KEYHOLDERS, index + 3),
            number(1)
        )?,
    }
    Ok(())
}

/// As different people write them.
fn write_number(list: &mut String, household: u32) -> std::fmt::Result {
    match household % 5 {
        0 => write!(list, "01632 960{household:03}"),
        1 => write!(list, "020 7946 0{household:03}"),
        2 => write!(list, "+447700900{household:03}"),
        _ => write!(list, "07700 900{household:03}"),
    }
}

fn pick(texts: &[&'static str], index: u32) -> &'static str {
    let length = u32::try_from(texts.len()).unwrap_or(1).max(1);
    texts.get((index % length) as usize).copied().unwrap_or("")
}

/// Nobody judged it of most.
const RISKS: [&str; 7] = ["", "", "high", "", "low", "", "medium"];

const KEYHOLDERS: [&str; 5] = ["Neighbour", "Daughter", "Son", "Warden", "Friend at number 12"];

const FIRST_NAMES: [&str; 41] = [
    "Ada",
    "Bertram",
    "Clementine",
    "Dilys",
    "Edmund",
    "Fatima",
    "Gwendolen",
    "Harbinder",
    "Ivy",
    "Jasper",
    "Kazimierz",
    "Lavinia",
    "Mordecai",
    "Nesta",
    "Olwen",
    "Percival",
    "Queenie",
    "Rashida",
    "Siân",
    "Tobias",
    "Ursula",
    "Verity",
    "Winifred",
    "Xanthe",
    "Yusuf",
    "Zofia",
    "Ambrose",
    "Blodwen",
    "Cyril",
    "Dorothea",
    "Evander",
    "Florence",
    "Godfrey",
    "Hyacinth",
    "Ignatius",
    "José",
    "Keziah",
    "Leopold",
    "Mabel",
    "Nirmala",
    "Octavia",
];

const LAST_NAMES: [&str; 47] = [
    "Applethwick",
    "Bramblecote",
    "Cobblestow",
    "Dapplewood",
    "Elderquist",
    "Fernhollow",
    "Gatherley",
    "Hollowbrook",
    "Inkpenny",
    "Jessamore",
    "Kettlewhistle",
    "Larkenfield",
    "Mistlethorn",
    "Netherby-Quill",
    "Oatenshaw",
    "Pennywhistle",
    "Quillfeather",
    "Rookhampton",
    "Saltmarsh",
    "Thistlewick",
    "Umberleigh",
    "Vantongeren",
    "Wetherspoke",
    "Yarrowdale",
    "Zephyrine",
    "Ashlingbourne",
    "Butterwhite",
    "Cloverdene",
    "Drizzlecombe",
    "Eavesdown",
    "Foxgloveby",
    "Greengander",
    "Hazelrig",
    "Ivorybridge",
    "Jumblestone",
    "Kingfisherly",
    "Lanternway",
    "Mothersole",
    "Nightingarth",
    "Orchardson",
    "Puddlefoot",
    "Quartermain",
    "Rainsbarrow",
    "Sparrowhurst",
    "Tanglewood",
    "Underhillock",
    "Windlestraw",
];

/// Most say nothing and live where the council is.
const ZONES: [&str; 37] = [
    "",
    "",
    "",
    "",
    "",
    "",
    "Europe/London",
    "",
    "",
    "",
    "",
    "",
    "Europe/Dublin",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "Europe/Paris",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "Europe/Lisbon",
    "",
    "",
    "",
    "",
    "America/New_York",
];

const LANGUAGES: [&str; 11] = ["", "", "en-GB", "", "", "", "cy", "", "", "", "pl"];

/// Some sleep long, some are out in the afternoon.
const WINDOWS: [(&str, &str); 17] = [
    ("", ""),
    ("", ""),
    ("", ""),
    ("10:00", "12:00"),
    ("", ""),
    ("", ""),
    ("", ""),
    ("09:30", "16:00"),
    ("", ""),
    ("", ""),
    ("", ""),
    ("", ""),
    ("14:00", "16:30"),
    ("", ""),
    ("", ""),
    ("", ""),
    ("9:15", "11:45"),
];

const NOTES: [&str; 13] = [
    "",
    "",
    "",
    "",
    "hard of hearing: speak slowly",
    "",
    "",
    "\"has a dog, which may answer first\"",
    "",
    "",
    "",
    "uses a walking frame",
    "",
];

#[cfg(test)]
mod tests {
    use super::list;
    use std::collections::BTreeSet;

    #[test]
    fn the_list_is_the_town() {
        let list = list().unwrap();
        let rows: Vec<&str> = list.lines().collect();
        assert_eq!(rows.len(), 1 + 200 + 2);
        assert_eq!(rows[1], "T-001,Ada,Applethwick,01632 960000,,,,,,yes,,,,,");
        let numbers: BTreeSet<&str> = rows[1..].iter().filter_map(|row| row.split(',').nth(3)).collect();
        assert_eq!(numbers.len(), 182, "twenty share a number, two are mistyped");
        let people: BTreeSet<_> =
            rows[1..].iter().map(|row| row.split(',').skip(1).take(3).collect::<Vec<_>>()).collect();
        assert_eq!(people.len(), 202);
    }
}
