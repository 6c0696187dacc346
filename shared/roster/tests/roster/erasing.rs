//! Rows that are erased, and what becomes of the others.

use crate::holds;
use crate::support::utf16;
use fastrand::Rng;

/// Each record of the list is erased, whichever the seeds draw.
fn check(list: &[u8]) {
    (0..40).for_each(|seed| holds::list(list, &mut Rng::with_seed(seed)));
}

/// The row was what showed that the quotation mark before it is never closed.
#[test]
fn a_row_behind_an_open_quotation_mark() {
    check(b"firstName,lastName,number\n\"Ada,Example,07700900101\nBob,Sample,07700900102\nx\",Example,07700900103\n");
}

/// Its quotation mark, which closed nothing, was the one that the mark before it could not be closed by.
#[test]
fn a_quotation_mark_between_two_others() {
    check(b"firstName,lastName,number\n\"Ada,Example,none\nx\"y\nz\",Example,07700900103\n");
}

/// Found by mutation: the half was no sign of a blank line.
#[test]
fn half_a_character_at_the_end_of_the_file() {
    for little in [true, false] {
        let mut list = utf16("firstName,lastName,number\nAda,Example,+447", little, true);
        list.push(b'7');
        check(&list);
    }
}
