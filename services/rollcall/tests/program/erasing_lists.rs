//! The awkward corners of files in which somebody who is erased may stand: the
//! rest of a line without end, a row that cannot be split, a file that was
//! refused, one that nobody can read.

use crate::support::Place;
use std::fs;

const HEADER: &str = "reference,firstName,lastName,number,notes\n";
const SHE: &str = "ZF-1,Zoë,Fauré,07700 900177,\n";
const HE: &str = "B-1,Bertram,Oddfellow,07700 900101,keeps bees\n";

/// Longer than any record that is read.
fn filler() -> String {
    "x,".repeat(200_000)
}

/// In two bytes a letter, as Excel saves it.
fn wide(text: &str) -> Vec<u8> {
    [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

/// In one byte a letter, as an older Excel saves it.
fn narrow(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
}

/// A register of the two, and these files beside their list.
fn with_files(files: &[&[u8]]) -> Place {
    let place = Place::new();
    place.import(format!("{HEADER}{SHE}{HE}")).with(0);
    for file in files {
        place.import(file);
    }
    assert_eq!(uploads(&place).len(), files.len() + 1, "each is kept");
    place
}

/// Every file that was handed in.
fn uploads(place: &Place) -> Vec<Vec<u8>> {
    let files = fs::read_dir(place.path("data/uploads")).unwrap();
    files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

/// Whether any file holds this.
fn holds(place: &Place, part: &[u8]) -> bool {
    uploads(place).iter().any(|file| file.windows(part.len()).any(|window| window == part))
}

fn erase(place: &Place) {
    place.run(&["erase", "ZF-1", "--reason", "asked", "--yes"]).with(0);
}

#[test]
fn the_rest_of_a_line_without_end_is_erased_and_the_rows_around_it_stay() {
    for behind in [filler(), format!("\"{}", filler())] {
        for line_end in ["\n", "\r\n", ""] {
            let list = format!("{HEADER}{HE}A,{behind}Zoë,Fauré,07700 900177,a parrot{line_end}");
            let more = if line_end.is_empty() { "" } else { "C-1,Clementine,Oddfellow,07700 900102,\n" };
            for bytes in [format!("{list}{more}").into_bytes(), wide(&format!("{list}{more}"))] {
                let place = with_files(&[&bytes]);
                let rejected = place.import(&bytes).with(0).json();
                erase(&place);
                for part in ["parrot", "900177"] {
                    assert!(!holds(&place, part.as_bytes()), "{part}, {line_end:?}");
                    assert!(!holds(&place, &wide(part)[2..]), "{part}, {line_end:?}");
                }
                let left = uploads(&place).into_iter().find(|file| file.len() == bytes.len()).unwrap();
                let again = place.import(left).with(0).json();
                for figure in ["already_known", "rejected", "rows"] {
                    assert_eq!(again[figure], rejected[figure], "{figure}: {again}");
                }
            }
        }
    }
}

#[test]
fn a_row_that_cannot_be_split_is_looked_at_to_its_end() {
    let row = format!("A,\"{}\"Zoë,Fauré,07700 900177,a parrot\n", "y".repeat(20_000));
    let place = with_files(&[format!("{HEADER}{HE}{row}").as_bytes()]);
    assert!(holds(&place, b"parrot"));
    erase(&place);
    assert!(!holds(&place, b"parrot"));
    assert!(holds(&place, b"bees"), "his row is as it was");
}

/// By name only, in letters that are two bytes in UTF-8.
#[test]
fn a_file_that_was_refused_is_read_in_its_own_encoding() {
    let text = "Our people\nZoë Fauré has a parrot\n";
    for (bytes, part) in [
        (text.as_bytes().to_vec(), b"parrot".to_vec()),
        (narrow(text), b"parrot".to_vec()),
        (wide(text), wide("parrot")[2..].to_vec()),
    ] {
        let other = "Our people\nBertram has a budgerigar\n";
        let place = with_files(&[&bytes, other.as_bytes()]);
        assert!(holds(&place, &part));
        erase(&place);
        assert!(!holds(&place, &part), "{part:?}");
        assert!(holds(&place, b"budgerigar"), "a file that says nothing of them is left");
    }
}

/// Whoever is in a workbook, which is compressed, cannot be looked for.
#[test]
fn a_file_that_nobody_can_read_is_erased_with_anybody_and_handed_to_nobody() {
    let workbook = [b"PK\x03\x04\x14\0\x06\0".as_slice(), &[0xA5; 5_000]].concat();
    let place = with_files(&[&workbook]);
    let document = place.run(&["export", "ZF-1", "--json"]).with(0).json();
    assert!(!document.to_string().contains("refused"), "{document}");
    erase(&place);
    assert!(!holds(&place, b"PK\x03\x04"));
    assert!(uploads(&place).iter().any(|file| file.iter().all(|byte| *byte == b' ')));
}
