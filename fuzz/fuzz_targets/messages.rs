//! Messages of every queue, and notifications of the object store.
#![no_main]

use fastrand::Rng;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use rollcall_fuzz::MESSAGES;

fuzz_target!(init: rollcall_fuzz::begin("messages"), |bytes: &[u8]| MESSAGES.holds(bytes));
fuzz_mutator!(|bytes: &mut [u8], size: usize, most: usize, seed: u32| {
    let mut rng = Rng::with_seed(seed.into());
    MESSAGES.mutate(bytes, size, most, &mut rng)
});
