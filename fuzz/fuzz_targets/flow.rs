//! What the call flow sends when a key was pressed.
#![no_main]

use fastrand::Rng;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use rollcall_fuzz::FLOW;

fuzz_target!(init: rollcall_fuzz::begin("flow"), |bytes: &[u8]| FLOW.holds(bytes));
fuzz_mutator!(|bytes: &mut [u8], size: usize, most: usize, seed: u32| {
    let mut rng = Rng::with_seed(seed.into());
    FLOW.mutate(bytes, size, most, &mut rng)
});
