//! Contact records and contact events, as they come from the outcome stream.
#![no_main]

use fastrand::Rng;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use rollcall_fuzz::CONTACTS;

fuzz_target!(init: rollcall_fuzz::begin("contacts"), |bytes: &[u8]| CONTACTS.holds(bytes));
fuzz_mutator!(|bytes: &mut [u8], size: usize, most: usize, seed: u32| {
    let mut rng = Rng::with_seed(seed.into());
    CONTACTS.mutate(bytes, size, most, &mut rng)
});
