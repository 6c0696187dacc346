//! Any bytes at all, as a list of residents.

use crate::fuzzing::fuzz;
use crate::holds::{WORDS, list, samples};
use std::path::Path;

#[test]
fn any_bytes_give_the_same_rows_however_they_are_cut_and_every_line_is_accounted_for() {
    let samples = samples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples"));
    fuzz(&samples, &WORDS, list);
}
